"""What somebody who works in Python is promised: names, kinds of values, results by name and as tables."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import mfg
from mfg.errors import Faults, MfgError, Refused
from mfg.pictures.picture import Picture
from mfg.protocol.protocol import Protocol
from mfg.reader.extends import read_document
from mfg.reader.toml import parse_toml
from mfg.reader.typed import as_text, as_tree
from mfg.scenario import Scenario
from mfg.study.run import Run
from tests.conftest import ROOT

PHASE2 = "lenzumestrocel-phase2"
NAMES = sorted(set(mfg.__all__) - {"__version__"})


@pytest.fixture(scope="module")
def run() -> Run:
    """A short run."""
    return mfg.simulate(PHASE2, replications=2, seed=1)


def test_every_public_name_is_there_and_typed() -> None:
    """Each is loaded, and stands in the stub that a type checker reads; the package says that it is typed."""
    assert all(callable(getattr(mfg, name)) for name in NAMES)
    stub = ast.parse((ROOT / "mfg/__init__.pyi").read_text(encoding="utf-8"))
    typed = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed == set(NAMES)
    assert mfg.__version__ == metadata.version("mfg")
    assert (ROOT / "mfg/py.typed").exists()


@pytest.mark.parametrize(
    ("program", "never"),
    [
        ("import mfg", "attrs numpy pandas pint scipy simpy"),
        ("import mfg; mfg.dose(mfg.load_protocol('lenzumestrocel-phase2'), arm='msc', weight='72 kg')", "pandas simpy"),
        ("import mfg; p = mfg.load('lenzumestrocel-phase2', 'protocol'); repr(mfg.dose(p, arm='msc', weight='72 kg'))", "pandas simpy"),
        ("import mfg; mfg.simulate", "altair vl_convert"),
    ],
)  # fmt: skip
def test_what_is_not_needed_is_not_loaded(program: str, never: str) -> None:
    """A dose needs no data frames, a simulation no charts."""
    loaded = f"{program}\nimport sys\nprint([n for n in {never.split()} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "[]\n"


class TestLoad:
    """One word for every kind of file."""

    @pytest.mark.parametrize(
        ("kind", "names"),
        [("protocol", mfg.protocols), ("scenario", mfg.scenarios), ("site", mfg.sites), ("population", mfg.populations)],
    )  # fmt: skip
    def test_each_built_in_file_by_its_name_and_its_path(self, kind: str, names: Any) -> None:
        """The path says itself what it is."""
        name = names()[0]
        by_name, by_path = mfg.load(name, kind), mfg.load(ROOT / f"{kind}s" / f"{name}.toml")
        assert type(by_name).__name__.lower() == kind
        assert by_name.name == by_path.name == name  # type: ignore[union-attr]

    def test_a_list_of_patients(self) -> None:
        """In the order in which they arrive."""
        path = next(
            path for path in sorted((ROOT / "patients").glob("*.csv")) if "arrived" in path.read_text()
        )
        arrived = [one.arrived for one in mfg.load(str(path))]  # type: ignore[union-attr]
        assert arrived == sorted(arrived)
        assert arrived

    def test_a_table_is_what_its_file_would_be(self) -> None:
        """Read by TOML, or typed as a table with floats, tuples and paths."""
        text = (ROOT / "examples/my-protocol.toml").read_text(encoding="utf-8")
        assert mfg.load(parse_toml(text, "text")) == mfg.load(as_tree(parse_toml(text, "text")))
        assert as_tree({"a": 0.1, "b": (1, 2), "c": Path("x.csv"), "d": np.float64(2.5)}) == {
            "a": Decimal("0.1"),
            "b": [1, 2],
            "c": "x.csv",
            "d": Decimal("2.5"),
        }

    @pytest.mark.parametrize("kind", ["protocol", "scenario", "site", "population"])
    def test_a_table_of_each_kind_is_what_its_file_is(self, kind: str) -> None:
        """With what it extends in it; a protocol does not say of which file it is."""
        for path in sorted((ROOT / f"{kind}s").glob("*.toml")):
            tree = read_document(path)
            if {"patients", "in_progress"} & tree.get("arrivals", {}).keys():
                continue  # its lists lie beside the file
            by_path, by_table = mfg.load(path, kind), mfg.load(as_tree(tree), kind)
            if isinstance(by_path, Protocol):
                by_path = evolve(by_path, files=())
            assert by_table == by_path, path

    def test_a_scenario_of_tables_is_simulated_and_traced(self) -> None:
        """Its parts are tables or names; its luck is that of the same scenario from a file."""
        tree = dict(read_document(ROOT / "scenarios/lenzumestrocel-korea.toml"))
        named = mfg.load(tree | {"warm_up": "20 week"})
        whole = mfg.load(
            tree | {"warm_up": "20 week", "site": read_document(ROOT / f"sites/{tree['site']}.toml")}
        )
        assert isinstance(named, Scenario)
        assert isinstance(whole, Scenario)
        stories = [mfg.trace(one, replication=1) for one in (named, whole)]
        assert stories[0] == stories[1]
        assert stories[0] == mfg.trace("lenzumestrocel-korea", replication=1, settings={"warm_up": "20 week"})
        with pytest.raises(Refused, match=r"^settings: 'suites' cannot change a scenario that is loaded"):
            mfg.trace(named, settings={"suites": 2})

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"start": "2026-03-02"}, "start: '2026-03-02' is no date; give a date, such as datetime.date(2026, 3, 2)"),
            ({"horizon": "26"}, "horizon: '26' has no unit"),
            ({"horizon": 26}, "horizon: '26' is not a duration with its unit"),
            ({"site": "seol"}, "site: 'seol' is not a built-in site; did you mean 'seoul'"),
            ({"site": {"schema": "site-1", "name": "x", "clinic": 3}}, "site.clinic: '3' is not a table of names"),
            ({"site": {"schema": "population-1", "name": "x"}}, "site.schema: "),
            ({"population": {"schema": "population-1", "weight": {"mean": "x"}}}, "population.weight.mean: 'x'"),
            ({"arrivals": {"patients": "nowhere.csv"}}, "arrivals.patients nowhere.csv: cannot be read"),
            ({"arrivals": {"every": object()}}, "arrivals.every: "),
            ({"protocol": 3}, "protocol: is missing; name a built-in protocol"),
        ],
    )  # fmt: skip
    def test_a_fault_of_a_scenario_table_is_told_with_its_place(
        self, changes: dict[str, Any], said: str
    ) -> None:
        """As that of its file, or of the part in which it stands."""
        table = {
            "schema": "scenario-1",
            "name": "mine",
            "start": date(2026, 3, 2),
            "horizon": "26 week",
            "seed": 1,
            "protocol": PHASE2,
            "site": "seoul",
            "population": "als-korea",
            "arrivals": {"every": "2 week"},
        }
        assert isinstance(mfg.load(table), Scenario)
        with pytest.raises(Faults) as found:
            mfg.load({**table, **changes}, "scenario")
        assert found.value.source == "mine"
        assert any(str(fault).startswith(said) for fault in found.value.faults), str(found.value)

    @pytest.mark.parametrize(
        ("what", "kind", "said"),
        [
            (PHASE2, None, "is a protocol and a scenario; say which, such as kind='protocol'"),
            ("lenzumestrocel-phase9", None, "is no built-in file; did you mean"),
            ("seoul", "site?", "is no kind of file"),
            (3, None, "is a int; give a name, a path, or a table"),
            ({"name": "mine"}, None, "schema: is missing"),
            ({"schema": "site-1", "name": "mine"}, "protocol", "is asked for, and mine is a site"),
            ({"schema": "site-1", "name": "mine", "extends": "seoul"}, None, "is for files"),
            ({"schema": "site-1", "name": "mine", "rooms": {"a": object}}, None, "is a type, which no file holds"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_loaded_is_refused(self, what: Any, kind: str | None, said: str) -> None:
        """In words that say what would do."""
        with pytest.raises(MfgError) as found:
            mfg.load(what, kind)
        assert said in str(found.value)

    def test_all_faults_of_a_table_are_told_with_their_paths(self) -> None:
        """As those of a file."""
        table = {
            "schema": "protocol-1",
            "name": "mine",
            "donor": "mine",
            "dose": [{"name": "first", "day": "0"}],
        }
        with pytest.raises(Faults) as found:
            mfg.load(table)
        assert {fault.where.split(".")[0] for fault in found.value.faults} >= {"donor", "dose", "arm"}


class TestValues:
    """A value of Python is what a file would say."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (3, "3"),
            (np.int64(3), "3"),
            (0.1, "0.1"),
            (np.float64(0.1), "0.1"),
            (1e-7, "1e-7"),
            (Decimal("1.50"), "1.50"),
            (True, "true"),
            (np.bool_(0), "false"),
            (date(2026, 3, 2), "2026-03-02"),
            (pd.Timestamp("2026-03-02"), "2026-03-02"),
            ("2 hour", "2 hour"),
            (["a", 1], '["a", 1]'),
            ({"mean": "3 hour", "shape": "gamma"}, '{ "mean" = "3 hour", "shape" = "gamma" }'),
        ],
    )  # fmt: skip
    def test_each_kind_has_its_text(self, value: object, text: str) -> None:
        """No more digits than mean it."""
        assert as_text(value, "x") == text

    @given(st.floats(min_value=0, allow_nan=False, allow_infinity=False))
    def test_a_float_comes_back_as_it_was(self, value: float) -> None:
        """Whatever it is."""
        assert float(as_text(value, "x")) == value

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (float("nan"), "is not a finite number"),
            (-1, "is below zero"),
            (-0.5, "is below zero"),
            (None, "is a NoneType, which no file holds"),
            (datetime(2026, 3, 2, 8, 30), "is a moment where a day is meant"),  # noqa: DTZ001
        ],
    )
    def test_what_no_file_holds_is_refused(self, value: object, said: str) -> None:
        """At the setting for which it was given."""
        with pytest.raises(Refused, match=rf"^settings suites: .*{said}"):
            mfg.Variant("mine", {"suites": value})

    def test_a_variant_is_the_same_by_number_and_by_text(self) -> None:
        """So a study goes on that was begun with the other."""
        assert mfg.Variant("a", {"suites": 3, "x": 1.5}) == mfg.Variant("a", {"suites": "3", "x": "1.5"})

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"replications": "20"}, "replications: '20' is a str; give a whole number from 1 on"),
            ({"replications": True}, "replications: 'True' is not a whole number"),
            ({"seed": 1.5}, "seed: '1.5' is not a whole number"),
            ({"workers": "2"}, "workers: '2' is a str"),
            ({"output": 3}, "output: '3' is no path; name a folder"),
            ({"settings": "suites=3"}, "settings: 'suites=3' is a str; give a table"),
            ({"settings": {3: 1}}, "settings: '3' is no name; give a table"),
            ({"until": 5}, "until: '5' is no target"),
            ({"scenario": 3}, "scenario: '3' is a int; give a name or a path"),
        ],
    )
    def test_a_parameter_of_another_type_is_refused_by_its_name(
        self, asked: dict[str, Any], said: str
    ) -> None:
        """Before anything is simulated."""
        with pytest.raises(Refused) as found:
            mfg.simulate(**{"scenario": PHASE2, **asked})
        assert str(found.value).startswith(said)

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"vary": {"suites": 3}}, "vary suites: '3' is one value and no list; write [3, ...]"),
            ({"vary": {"suites": "3"}}, "vary suites: '3' is one text and no list"),
            ({"vary": {"suites": [1, 1]}}, "vary suites: '1,1' has a value twice"),
            ({"variants": {"one": {}}}, "variants: 'one' is no variant; write [mfg.Variant("),
            ({"variants": [], "vary": {"suites": [1, 2]}}, "variants: are given beside `vary`"),
            ({"vary": {"suites": [1, 2]}, "figures": "doses_given"}, "figures: 'doses_given' is one text"),
        ],
    )
    def test_a_comparison_of_nothing_that_can_be_is_refused(self, asked: dict[str, Any], said: str) -> None:
        """In the words of its parameters."""
        with pytest.raises(Refused) as found:
            mfg.compare(PHASE2, **asked)
        assert str(found.value).startswith(said)

    def test_a_weight_without_a_unit_is_refused(self) -> None:
        """With one that has one."""
        with pytest.raises(
            Refused, match=r"^weight: '72' is not a body weight with its unit; .* like 72 kg$"
        ):
            mfg.dose(mfg.load_protocol(PHASE2), arm="msc", weight=72)  # type: ignore[arg-type]


class TestResults:
    """A result answers by name, as tables and as charts."""

    def test_figures_are_a_table_and_one_is_a_value(self, run: Run) -> None:
        """Of the same numbers."""
        one = run.figure("doses_given")
        row = run.figures.loc["doses_given"]
        assert (row["mean"], row["low"], row["unit"], row["n"]) == (one.mean, one.low, one.unit, 2)
        assert list(run.figures.index) == [each.name for each in run.estimates]
        assert run.figures["mean"].dtype == float

    def test_a_figure_that_there_is_not_is_refused_with_the_nearest(self, run: Run) -> None:
        """And so is a table."""
        with pytest.raises(Refused, match=r"^name: 'dose_given' is no figure; did you mean 'doses_given'\?$"):
            run.figure("dose_given")
        with pytest.raises(Refused, match="'dosis' is no table; did you mean 'doses'"):
            run.table("dosis")

    def test_a_table_that_is_changed_leaves_the_result_as_it_is(self, run: Run) -> None:
        """Each property gives one of its own."""
        own = run.patients
        own["patient"] = "nobody"
        assert run.patients["patient"].nunique() == 64

    def test_every_chart_has_a_title_and_shows_itself(self, run: Run) -> None:
        """All charts of a report but that of a comparison."""
        names = [name for name in dir(run.plot) if not name.startswith("_")]
        pictures = [getattr(run.plot, name)() for name in names]
        assert len(names) == 12
        assert all(isinstance(one, Picture) and one.title for one in pictures)
        assert all(name in repr(run.plot) for name in names)

    def test_what_is_kept_answers_as_what_was_simulated(self, tmp_path: Path) -> None:
        """Figures, differences, tables and charts, of a run and of a comparison."""
        ran = mfg.simulate(PHASE2, replications=2, seed=1, output=tmp_path / "run")
        kept = mfg.load_run(tmp_path / "run")
        pd.testing.assert_frame_equal(kept.figures, ran.figures)
        pd.testing.assert_frame_equal(kept.doses, ran.doses)
        assert kept.plot.waiting().title == ran.plot.waiting().title
        compared = mfg.compare(PHASE2, vary={"suites": [1, 2]}, replications=2, output=tmp_path / "both")
        both = mfg.load_run(tmp_path / "both")
        pd.testing.assert_frame_equal(both.figures, compared.figures)
        pd.testing.assert_frame_equal(both.differences, compared.differences)
        pd.testing.assert_frame_equal(both.patients, compared.patients)
        assert both.figure("doses_given", "suites=2") == compared.figure("doses_given", "suites=2")
        assert both.plot.paired().title == compared.plot.paired("suites=2").title
        with pytest.raises(Refused, match="are more than the 2 that are kept"):
            mfg.load_run(tmp_path / "run", 3)
        with pytest.raises(Refused, match="'suites=3' is no variant; did you mean"):
            both.figure("doses_given", "suites=3")

    def test_a_comparison_without_a_folder_has_its_charts(self) -> None:
        """As long as somebody has them, and no longer."""
        compared = mfg.compare(PHASE2, vary={"suites": [1, 2]}, replications=2)
        plot, folder = compared.plot, compared.folder
        del compared
        assert "suites=1" in plot.waiting().title
        assert folder.exists()
        del plot
        assert not folder.exists()
        with pytest.raises(Refused, match="was not compared"):
            mfg.compare(PHASE2, vary={"suites": [1, 2]}, replications=2, figures=["lots_lost"]).difference(
                "doses_given"
            )

    def test_everything_has_a_short_form(self, run: Run) -> None:
        """Of one line."""
        protocol, scenario = mfg.load(PHASE2, "protocol"), mfg.load(PHASE2, "scenario")
        order = mfg.dose(protocol, arm="msc", weight="72 kg")  # type: ignore[arg-type]
        for one in (run, run.study, run.plan, run.setting, protocol, scenario, order, mfg.trace(PHASE2)):
            assert len(repr(one)) < 120
            assert "\n" not in repr(one)

    def test_a_notebook_shows_nothing_that_a_browser_would_run(self, tmp_path: Path) -> None:
        """A title of somebody's own is text."""
        path = tmp_path / "mine.toml"
        text = f'schema = "scenario-1"\nname = "mine"\nextends = "{PHASE2}"\ntitle = "<script>x</script>"\n'
        path.write_text(text, encoding="utf-8")
        shown = mfg.simulate(path, replications=1)._repr_html_()
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


class TestAudit:
    """A data frame in, a data frame out."""

    FRAME = pd.DataFrame(
        {"patient": ["A", "B", "C"], "weight_kg": [61.5, 72, None], "cells": [61_500_000, 720_000_000, 6e7]},
        index=["x", "y", "z"],
    )

    def test_a_frame_is_judged_like_its_file(self, tmp_path: Path) -> None:
        """Verdict by verdict; with its own values and index."""
        protocol, path = mfg.load_protocol(PHASE2), tmp_path / "doses.csv"
        self.FRAME.to_csv(path, index=False)
        of_frame, of_file = (mfg.audit(protocol, one, arm="msc").frame for one in (self.FRAME, path))
        judged = ["row", "verdict", "likely", "reason", "prescribed_cells", "deviation_percent"]
        pd.testing.assert_frame_equal(of_frame[judged].reset_index(drop=True), of_file[judged])
        assert list(of_frame["verdict"]) == ["ok", "error", "error"]
        assert list(of_frame["row"]) == [2, 3, 4]
        pd.testing.assert_frame_equal(of_frame[["patient", "weight_kg", "cells"]], self.FRAME)

    def test_rows_may_be_gone_through_again(self) -> None:
        """With the same verdicts and the same counts: nobody's earlier weights are remembered."""
        rows = pd.DataFrame({"patient": ["A", "A"], "weight_kg": [60, 80], "cells": [60_000_000, 80_000_000]})
        audit = mfg.audit(mfg.load_protocol(PHASE2), rows, arm="msc")
        first = list(audit.verdicts())
        counts = dict(audit.counts)
        assert list(audit.verdicts()) == first
        assert audit.counts == counts
        assert sum(counts.values()) == len(audit.frame) == 2

    def test_a_column_without_a_name_is_refused(self) -> None:
        """Numbers name nothing."""
        with pytest.raises(Refused, match=r"^table: '0' is no name of a column"):
            mfg.audit(mfg.load_protocol(PHASE2), pd.DataFrame([[1, 2]]))


def test_a_sensitivity_takes_ranges_as_ends_or_as_text() -> None:
    """Both are the same range; what is none is refused."""
    common: dict[str, Any] = {"settings": {"horizon": "12 week", "warm_up": "1 day"}, "seed": 1}
    ends = mfg.sensitivity(
        "lenzumestrocel-korea", "suite_hours_per_dose", over={"isolate.lasts": "x0.5..x2"}, **common
    )
    assert list(ends.frame["name"]) == ["isolate.lasts"]
    assert ends.effects[0].effect > 0
    for given_range in (3, (1, 2, 3)):
        with pytest.raises(Refused, match=r"over suites: .* is no range"):
            mfg.sensitivity(PHASE2, "doses_given", over={"suites": given_range})  # type: ignore[dict-item]
    with pytest.raises(Refused, match="replications: '3' is too few"):
        mfg.limits(PHASE2, replications=3)


def test_an_unknown_figure_is_refused_by_the_name_of_the_parameter(request: pytest.FixtureRequest) -> None:
    """And on the command line by the word that stands there."""
    said, command = "'dose_given' is no figure; did you mean 'doses_given'?", request.getfixturevalue("mfg")
    for ask in (mfg.sensitivity, lambda scenario, figure: mfg.limits(scenario, figure=figure)):
        with pytest.raises(Refused) as found:
            ask(PHASE2, "dose_given")
        assert str(found.value) == f"figure: {said}"
    for method in ("screening", "sobol"):
        typed = command("sensitivity", PHASE2, "dose_given", "--method", method, "--over", "suites=1..2")
        assert f"FIGURE: {said}" in typed.err
    assert f"--figure: {said}" in command("limits", PHASE2, "--figure", "dose_given").err


def test_no_word_of_the_command_line_is_the_place_of_a_refusal_below_it() -> None:
    """What is refused under `figure` is called FIGURE or --figure by the command that was typed, and by nothing below it."""
    for path in sorted((ROOT / "mfg").rglob("*.py")):
        if path.relative_to(ROOT / "mfg").parts[0] == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in ("Refused", "asked_for", "Parameter"):
                words = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                texts = [word for word in words if isinstance(word, str)]
                assert not any(text.isupper() and text.isalpha() for text in texts), (path, texts)
                assert not any(text.lstrip().startswith("--") for text in texts), (path, texts)


def test_an_arm_that_is_given_twice_is_refused_by_its_parameter(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """And on the command line by its option."""
    command, path = request.getfixturevalue("mfg"), tmp_path / "doses.csv"
    path.write_text("patient,weight_kg,cells,arm\nA,60,60000000,msc\n", encoding="utf-8")
    with pytest.raises(Faults, match="and `arm` msc is given; leave out `arm`"):
        mfg.audit(mfg.load_protocol(PHASE2), path, arm="msc")
    assert "and --arm msc is given; leave out --arm" in command("audit", PHASE2, path, "--arm", "msc").err
