"""A what-if is a run of the package, and is held against a pin as its comparison would be."""

from __future__ import annotations

import re
import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mfg
from mfg.app import whatif
from mfg.app.controls import Control, controls_of, in_words, scenarios, settings_of, to_begin_with
from mfg.app.page import Form, problems_of
from mfg.app.results import result_of
from mfg.errors import Faults, Refused
from mfg.frames.paired import SAME, WORSE, paired
from mfg.pictures.style import percent, signed
from mfg.reader.shown import list_values
from mfg.study.stored import load_run
from tests.app.conftest import Site, text_of

SMALL = "cl2020-phase2"


def test_controls_are_the_scenarios_own_values() -> None:
    """Each shows what the file says, under a path that a setting takes; a plain number has the unit beside it."""
    for name in scenarios():
        known = {one.path: one for one in list_values("scenario", name)}
        found = controls_of(name)
        for one in found.every:
            said = known[one.path].value
            assert said in (one.value, f"{one.value} {one.unit}", f"{one.value} {one.unit}".strip()), one
        paths = {path for path, _ in found.others}
        assert paths <= set(known)
        assert not paths & {
            "protocol",
            "site",
            "population",
            "seed",
            "arrivals.patients",
            "arrivals.in_progress",
        }
    labels = {one.label for one in controls_of("lenzumestrocel-korea").every}
    assert {"Patients", "Suites", "Operators", "Rooms", "Beds", "Laboratory benches", "Sterility"} <= labels
    assert {"Suites, east", "Suites, midwest", "Rooms, boston"} <= {
        one.label for one in controls_of("nurown-phase2").every
    }


def test_the_supply_is_a_choice() -> None:
    """Of the protocol's own words, the scenario's first."""
    (supply,) = (one for one in controls_of("lenzumestrocel-phase3").every if one.path == "supply")
    assert supply.value == "bank"
    assert set(supply.choices) == {one.name for one in mfg.load_protocol("lenzumestrocel-phase3").supplies}


def test_the_first_scenario_is_a_busy_one() -> None:
    """So that what is moved there shows."""
    rates = {
        name: one.value
        for name in scenarios()
        for one in controls_of(name).every
        if one.path == "arrivals.rate"
    }
    assert float(rates[to_begin_with()]) == max(map(float, rates.values()))


def test_what_is_typed_becomes_a_setting() -> None:
    """Only what differs; a plain number has its control's unit, anything else is as it was typed."""
    control = Control("site.test.sterility.turnaround", "Sterility", "7", "day")
    typed = {
        "14": "14 day",
        "1.5": "1.5 day",
        "1e1": "1e1 day",
        "x2": "x2",
        "+10%": "+10%",
        "36 hour": "36 hour",
        "many": "many",
    }
    assert {text: control.setting(text) for text in typed} == typed
    korea = controls_of("lenzumestrocel-korea")
    path = "population.growth.doubling.median"
    found, faults = settings_of(
        korea, {"site.facility.gmp.suites": "2", "arrivals.rate": "9"}, [("doubling.median", "30 hour")]
    )
    assert found == {"arrivals.rate": "9 / month", path: "30 hour"}
    assert not faults
    assert in_words(korea, {"site.test.sterility.turnaround": "14 day"}) == "Sterility result 14 day"
    assert in_words(korea, {}) == "as it is"


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([("doubling", "30 hour")], "'doubling' is no path of this scenario; did you mean"),
        ([("", "30")], "'' is no path of this scenario"),
        ([("horizon", "")], "horizon: is given no value (it is 104 week)"),
        ([("horizon", "52 week"), ("horizon", "26 week")], "horizon: '26 week' is set twice"),
        ([("arrivals.patients", "/etc/passwd")], "'arrivals.patients' is no path of this scenario"),
        ([("protocol", "/etc/passwd")], "'protocol' is no path of this scenario"),
        ([("*", "1")], "'*' is no path of this scenario"),
    ],
)
def test_what_is_no_setting_is_refused(others: list[tuple[str, str]], said: str) -> None:
    """In words; what names a file is no path here."""
    found, faults = settings_of(controls_of("lenzumestrocel-korea"), {}, others)
    assert said in " ".join(map(str, faults))
    assert len(found) + len(faults) == len(others)


def test_all_that_is_wrong_is_said_at_once(site: Site) -> None:
    """What the page refuses and what the package does; nothing says where a file is."""
    form = {"scenario": "lenzumestrocel-korea", "replications": "20", "seed": "1"}
    form |= {
        "set:site.facility.gmp.suites": "many",
        "path:0": "doubling",
        "value:0": "1",
        "set:arrivals.rate": "-1",
    }
    said = text_of(site.post("/whatif/runs", data=form).json()["problem"])
    assert "3 things cannot be used" in said
    assert "site.facility.gmp.suites: 'many' is not a plain number" in said
    assert "'doubling' is no path of this scenario" in said
    assert "arrivals.rate" in said
    assert "/examples/" not in said
    for wrong in (
        {"scenario": "../x"},
        {"replications": "21"},
        {"seed": "-1"},
        {"seed": "1.5"},
        {"scenario": ""},
    ):
        assert "problem" in site.post("/whatif/runs", data={**form, **wrong}).json()


def test_words_of_a_refusal_name_fields() -> None:
    """Parameters are called by the words after them, and what stands in backquotes by itself."""
    with pytest.raises(Refused) as wrong:
        mfg.dose(mfg.load_protocol("lenzumestrocel-korea"))
    assert problems_of(wrong.value) == ["dose: depends on the weight; give weight"]
    with pytest.raises(Faults) as faults:
        mfg.load_scenario(SMALL, {"suites": "many"})
    assert problems_of(faults.value) == ["suites: 'many' is not a plain number; write one like 1"]


def test_a_run_is_that_of_the_package(site: Site) -> None:
    """The key figures are those of simulate, and the command shown makes them again."""
    key = site.run()
    page = site.get(f"/whatif/runs/{key}/result").text
    done = {one.name: one for one in mfg.simulate(SMALL, replications=20, seed=1).estimates}
    completed = done["patients_completed"]
    assert completed.mean is not None
    assert completed.low is not None
    assert completed.high is not None
    assert f"{percent(completed.mean, decimals=1)} of the patients complete their course" in text_of(page)
    assert f"{percent(completed.low, decimals=1)} to {percent(completed.high, decimals=1)}" in text_of(page)
    shown_command = re.search(r"<code>(mfg run [^<]*)</code>", page)
    assert shown_command is not None
    assert shlex.split(shown_command[1]) == ["mfg", "run", SMALL, "-n", "20", "--seed", "1"]
    charts = site.get(f"/whatif/runs/{key}/charts").text
    assert charts.count("<figure>") == 3


def test_a_pin_is_judged_as_a_comparison(site: Site, tmp_path: Path) -> None:
    """Every figure with the interval and the verdict of mfg compare, the pin being the first variant."""
    before, after = site.run(), site.run(**{"path:0": "leaves.die", "value:0": "20 %/month"})
    page = text_of(site.get(f"/whatif/runs/{after}/result?pins=A:{before}").text)
    vary = {"population.leaves.die": ["0.3 %/month", "20 %/month"]}
    mfg.compare(SMALL, vary=vary, replications=20, seed=1, output=tmp_path / "both")
    found = paired(load_run(tmp_path / "both"))
    assert found is not None
    assert {WORSE, SAME} <= set(found.gaps["verdict"])
    for row in found.gaps.to_dict("records"):
        low, high = (signed(row[end], row["unit"], bare=True) for end in ("low", "high"))
        said = f"{signed(row['gap'], row['unit'])} ({low} to {high}) {row['verdict']}{', small' if row['small'] else ''}"
        assert said in page, row["figure"]


def test_another_seed_is_not_paired(site: Site) -> None:
    """Its curve is drawn, and no difference is taken."""
    before, after = site.run(), site.run(seed="2")
    page = text_of(site.get(f"/whatif/runs/{after}/result?pins=A:{before}").text)
    assert "Not held against A: another scenario or another seed has other patients" in page
    assert "Every figure against the pins" not in page
    assert "with A within" in page


def test_pins_are_called_by_letters(site: Site) -> None:
    """Each with its settings in words; what is no run, and a letter that is taken, is left out."""
    first, second = site.run(), site.run(seed="2")
    said = text_of(
        site.get(f"/whatif/pins?pins=A:{first},C:{second},A:{second},Z:{second},B:nothing,,:").text
    )
    assert said.count("Remove") == 2
    assert "A as it is · cl2020-phase2, 20 replications, seed 1" in said
    assert "C as it is · cl2020-phase2, 20 replications, seed 2" in said
    itself = site.get(f"/whatif/runs/{first}/result?pins=A:{first}").text
    assert "against" not in itself


def test_a_run_is_asked_for_once(site: Site) -> None:
    """The same settings are the same run, however they are typed; more replications go on from fewer."""
    first = site.run()
    assert site.run() == first
    longer = site.run(replications="60")
    assert longer.rpartition("-")[0] == first.rpartition("-")[0]
    assert site.get(f"/whatif/runs/{longer}").json()["first"] is False
    means = mfg.simulate(SMALL, replications=60, seed=1).by_replication["doses_given"].mean()
    assert percent(float(means), decimals=1) in text_of(site.get(f"/whatif/runs/{longer}/result").text)


def test_a_first_look_is_one_of_four_replications(site: Site) -> None:
    """It is there before the whole, and says so."""
    form = Form({"scenario": SMALL, "replications": "20", "seed": "77"})
    job = site.post("/whatif/runs", data=form.values).json()["id"]
    assert site.ended(job)["first"] is True
    answers = site.get(f"/whatif/runs/{job}").json()
    assert (answers["done"], answers["of"]) == (20, 20)
    assert whatif.FIRST_LOOK == 4


def test_a_first_look_is_drawn_without_its_files(tmp_path: Path) -> None:
    """They change under it as soon as the rest of the run is simulated."""
    mfg.simulate(SMALL, replications=4, output=tmp_path / "run")
    looked = whatif.RunSeen(whatif.WhatIf(SMALL, "", {}, "", 20, 1), whatif._read(tmp_path / "run"))
    shutil.rmtree(tmp_path / "run")
    shown = result_of(looked, [("A", looked)])
    assert shown.replications == 4
    assert shown.curve.title


def test_pictures_may_be_drawn_at_once(site: Site) -> None:
    """Two windows ask at the same time, and each is given what it asked for."""
    first, second = site.run(), site.run(seed="2")
    alone = [
        site.get(f"/whatif/runs/{key}/{what}").text
        for key in (first, second)
        for what in ("result", "charts")
    ]
    with ThreadPoolExecutor(8) as windows:
        asked = [f"/whatif/runs/{key}/{what}" for key in (first, second) for what in ("result", "charts")]
        assert [answer.text for answer in windows.map(site.get, asked * 4)] == alone * 4
