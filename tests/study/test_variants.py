"""How variants are made: grids, ranges, samples, and names in a scenario file."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from mfg import Faults, Refused, compare, load_scenario, simulate
from mfg.study.comparison import study_of
from mfg.study.inputs import over
from mfg.study.screening import simulate_in_pairs
from mfg.study.study import Execution
from mfg.study.variants import SettingRange, Variant, grid, hypercube, is_range, variants_in
from tests.conftest import Said
from tests.study.folders import HERE, SMALL


def test_a_grid_is_every_combination() -> None:
    """In the order in which they were given; the first values together come first."""
    found = grid({"suites": ["1", "2"], "benches": ["3", "4"]})
    assert [one.name for one in found] == [
        "suites=1, benches=3",
        "suites=1, benches=4",
        "suites=2, benches=3",
        "suites=2, benches=4",
    ]
    assert found[2].settings == {"suites": "2", "benches": "3"}


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("2..6", 2, 6, ""),
        ("20 hour..30 hour", 20, 30, "hour"),
        ("20hour..30hour", 20, 30, "hour"),
        ("20..30 hour", 20, 30, "hour"),
        ("-1.5 point/month..-0.5 point/month", "-1.5", "-0.5", "point/month"),
        ("1e-3..2e-3", "0.001", "0.002", ""),
        ("5e5 cell/mL..2e6 cell/mL", 500000, 2000000, "cell/mL"),
        ("0.5 %..2 %", "0.5", 2, "%"),
    ],
)
def test_a_range_is_two_numbers_and_a_unit(text: str, low: object, high: object, unit: str) -> None:
    """The unit at both ends, or at the second."""
    assert SettingRange.read("x", text) == SettingRange("x", Decimal(str(low)), Decimal(str(high)), unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "3..",
        "..3",
        "3..x",
        "5..2",
        "2..2",
        "1.2.3..4",
        "1e..2",
        "--1..2",
        "1 hour..2 day",
        "1,5..2",
        "nan..2",
        "1...2",
    ],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    """With how to write one."""
    with pytest.raises(Refused, match=r"is no range|does not rise"):
        SettingRange.read("suites", text)


def test_a_range_of_whole_numbers_gives_each_as_often() -> None:
    """Both ends included."""
    whole = SettingRange.read("suites", "2..5")
    assert [whole.at(share) for share in (0.0, 0.24, 0.26, 0.51, 0.76, 0.999, 1.0)] == list("2234555")
    assert [SettingRange.read("x", "1 hour..2 hour").at(share) for share in (0.0, 0.25, 1.0)] == [
        "1 hour",
        "1.25 hour",
        "2 hour",
    ]


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize("count", [1, 2, 17, 64])
def test_a_hypercube_meets_every_part_of_every_range_once(count: int, seed: int) -> None:
    """Each range cut in as many parts as there are samples (McKay, Beckman, Conover 1979)."""
    ranges = [SettingRange.read(key, "0 hour..1 hour") for key in ("a", "b", "c")]
    first, *samples = hypercube(ranges, count, seed)
    assert first == Variant("as it is", {})
    shares = np.array([[float(one.settings[key].split()[0]) for key in "abc"] for one in samples])
    assert [sorted(column) for column in (shares.T * count).astype(int).tolist()] == [[*range(count)]] * 3
    if count > 2:
        orders = {tuple(column) for column in (shares.T * count).astype(int).tolist()}
        assert len(orders) == 3


def test_a_hypercube_follows_from_its_seed() -> None:
    """The same again, another with another seed; and a range more does not move the others."""
    one, two = SettingRange.read("a", "0..1 hour"), SettingRange.read("b", "0..1 hour")
    assert hypercube([one], 9, 3) == hypercube([one], 9, 3)
    assert hypercube([one], 9, 3) != hypercube([one], 9, 4)
    alone = [variant.settings["a"] for variant in hypercube([one], 9, 3)[1:]]
    assert [variant.settings["a"] for variant in hypercube([one, two], 9, 3)[1:]] == alone


def test_a_sample_is_compared_with_the_scenario_as_it_is(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """By the command; values are typed as a person would, so that each can be run again alone."""
    words = ("compare", SMALL, "-n", 1, "--workers", 1, "--json", "-o", tmp_path / "out")
    said = mfg(*words, "--sample", 2, "--vary", "site.facility.gmp.suites=2..6")
    names = [variant["name"] for variant in said.json["variants"]]
    assert names[0] == "as it is"
    assert [name.partition(":")[0] for name in names[1:]] == ["sample 1", "sample 2"]
    for wrong in ((), ("--vary", "suites=6..2"), ("--vary", "suites=1,2"), ("--vary", "suits=1..2")):
        assert mfg(*words, "--sample", 2, *wrong).status == 2


def test_named_variants_are_settings_by_path() -> None:
    """After the scenario as it is; each gives what the same settings give."""
    assert variants_in(SMALL) == [
        Variant("as it is", {}),
        Variant("one suite", {"suites": "1"}),
        Variant("four benches", {"benches": "4"}),
    ]
    named = compare(SMALL, replications=1)
    set_ = compare(SMALL, replications=1, variants=[Variant("x", {}), Variant("y", {"suites": "1"})])
    assert named.by_replication[1].equals(set_.by_replication[1])
    assert [one.site.facilities["gmp"].suites for one in named.study.scenarios] == [4, 1, 4]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('suits = "1"', "did you mean site.facility.gmp.suites"),
        ('"site.facility.gmp.suites" = "many"', "plain number"),
        ("suites = 1", "text"),
    ],
)
def test_a_wrong_variant_is_refused(tmp_path: Path, line: str, problem: str) -> None:
    """With the nearest path, or with what the value is to be."""
    scenario = tmp_path / "scenario.toml"
    text = SMALL.read_text(encoding="utf-8").replace("../hand/", f"{HERE.parent}/hand/")
    scenario.write_text(f"{text}\n[variant.wrong]\n{line}\n", encoding="utf-8")
    with pytest.raises((Faults, Refused), match=problem):
        compare(scenario, replications=1)


def test_what_is_varied_is_not_set_as_well(mfg: Callable[..., Said]) -> None:
    """By whichever ending of its path; and files beside the scenario are no range."""
    twice = mfg("compare", SMALL, "--vary", "suites=1,2", "--set", "site.facility.gmp.suites=3")
    assert twice.status == 2
    assert "is varied as well" in twice.err
    ranged = mfg("compare", SMALL, "--vary", "suites=1..3")
    assert ranged.status == 2
    assert "give --sample" in ranged.err
    assert not is_range("../populations/als-us.toml,../populations/als-korea.toml")


def test_variants_are_told_as_they_are_loaded() -> None:
    """Each once, of how many."""
    heard: list[tuple[int, int]] = []
    study_of(
        SMALL,
        vary={"suites": ["1", "2", "3"]},
        variants=None,
        settings=None,
        seed=None,
        told=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("command", [("run",), ("compare", "--vary", "suites=1,2")])
@pytest.mark.parametrize("replications", ["0", "-3", "1000000"])
def test_no_replications_are_refused_before_anything_is_loaded(
    mfg: Callable[..., Said], command: tuple[str, ...], replications: str
) -> None:
    """Not even the scenario is looked for."""
    said = mfg(command[0], "no-such-scenario", *command[1:], "-n", replications)
    assert said.status == 2
    assert said.err.startswith("mfg: -n: ")
    assert "no-such-scenario" not in said.err


def test_a_list_of_patients_that_changes_is_read_again(tmp_path: Path) -> None:
    """It is remembered for the variants of a study by what it holds, not by its name."""
    scenario, listed = tmp_path / "scenario.toml", tmp_path / "patients.csv"
    text = SMALL.read_text(encoding="utf-8").replace("../hand/", f"{SMALL.parent.parent}/hand/")
    scenario.write_text(text.replace('every = "2 week"', 'patients = "patients.csv"'), encoding="utf-8")
    for patients in (["A"], ["A", "B"]):
        lines = [f"{name},2026-03-09,60" for name in patients]
        listed.write_text("\n".join(["patient,arrived,weight_kg", *lines, ""]), encoding="utf-8")
        assert [one.patient for one in load_scenario(scenario).arrivals.patients] == patients


def test_an_ending_means_what_is_set_before_what_is_left_out() -> None:
    """A value that a file holds, though other places of that name hold none; a name that nobody holds is looked for too."""
    assert load_scenario(SMALL, {"suites": "3"}).site.facilities["gmp"].suites == 3
    assert load_scenario(SMALL, {"rooms": "5", "suites": "2"}).site.facilities["gmp"].suites == 2
    late = load_scenario(SMALL, {"late": "60 day", "suites": "2"})
    assert late.late is not None


@pytest.mark.parametrize("command", ["trace", "run -n 1", "compare --vary suites=1,2 -n 1", "limits -n 4"])
def test_a_seed_is_a_number_and_no_setting(mfg: Callable[..., Said], command: str) -> None:
    """Nobody counts it up or down from the scenario's, and it is given in one place."""
    name, *words = command.split()
    below = mfg(name, SMALL, *words, "--seed", -1)
    assert below.err == "mfg: --seed: '-1' is out of reach; give a whole number from 0 on\n"
    twice = mfg(name, SMALL, *words, "--seed", 3, "--set", "seed=4")
    assert twice.err == "mfg: --seed: '3' is set as well, to 4; give it once\n"


def test_a_seed_is_the_same_for_a_file_and_for_what_was_loaded(tmp_path: Path) -> None:
    """One folder serves both."""
    runs = [
        simulate(scenario, replications=1, seed=4, output=tmp_path / "run")
        for scenario in (SMALL, load_scenario(SMALL))
    ]
    assert [run.plan.seed for run in runs] == [4, 4]
    assert runs[0].study.identity == runs[1].study.identity
    with pytest.raises(Refused, match="seed: 4 there, 5 now"):
        simulate(SMALL, replications=1, seed=5, output=tmp_path / "run")


def test_a_screening_begins_at_the_seed_that_is_set(tmp_path: Path) -> None:
    """Each pair after the first is on the luck of the next seed, whichever way the first was given."""
    moved = over([SettingRange.read("suites", "1..2")])
    studies = [
        simulate_in_pairs(SMALL, inputs=moved, execution=Execution(tmp_path / name), **asked)
        for name, asked in (("given", {"seed": 6}), ("set", {"settings": {"seed": "6"}}))
    ]
    assert len(studies) == 2
    records = [json.loads((tmp_path / name / "study.json").read_text("utf-8")) for name in ("given", "set")]
    assert records[0]["digest"] == records[1]["digest"]
    assert records[0]["identity"]["input"]["files"]["seed"] == 6
