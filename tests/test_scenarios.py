"""The built-in scenarios: each runs, passes its own audit in every replication, and gives doses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from mfg import Refused, simulate
from mfg.plan.compile import plan_of
from mfg.reader.library import builtin, find
from mfg.reader.scenarios import load_scenario
from mfg.reader.toml import read_toml
from mfg.results.arrays import together
from mfg.results.derived import derived_of
from mfg.results.tables import Tables, tables_of
from mfg.simulation.replicate import replicate
from mfg.study.trace import trace

THREE = range(3)
RUNS = [(name, None) for name in builtin("scenario")] + [("lenzumestrocel-phase3", "fresh")]


@cache
def run(name: str, supply: str | None = None) -> Tables:
    """Three replications; a run that broke an invariant of its own would raise."""
    plan = plan_of(load_scenario(name, {} if supply is None else {"supply": supply}))
    return Tables.of(together({n: derived_of(plan, *replicate(plan, n)) for n in THREE}))


def per_replication(patients: pd.DataFrame, *endings: str) -> pd.Series:
    """How many patients of each replication ended in one of these ways."""
    return (
        patients[patients["ending"].isin(endings)].groupby("replication").size().reindex(THREE, fill_value=0)
    )


@pytest.mark.parametrize(("name", "supply"), RUNS, ids=lambda given: str(given or "").strip())
def test_every_built_in_scenario_gives_doses(name: str, supply: str | None) -> None:
    """In each of three replications, to at least half of the patients who are to have cells, none of them twice."""
    tables = run(name, supply)
    cells = tables.doses[tables.doses["prescribed_cells"] > 0]
    treated = cells.groupby(["replication", "patient"])["given"].any()
    assert treated.groupby("replication").mean().min() > 0.5
    assert not cells[cells["given"]].duplicated(["replication", "patient", "dose"]).any()
    assert (tables.patients["ending"] != "").all()


@pytest.mark.parametrize("name", builtin("scenario"))
def test_without_slots_procedures_queue(name: str, tmp_path: Path) -> None:
    """At a site where nothing is booked ahead every scenario still runs, passes its audit and gives doses."""
    site = str(read_toml(find("scenario", name))["site"])
    text = find("site", site).read_text(encoding="utf-8")
    walked_into = tmp_path / "site.toml"
    walked_into.write_text(re.sub(r"^slot.*$", "", text, flags=re.MULTILINE), encoding="utf-8")
    assert walked_into.read_text(encoding="utf-8") != text
    plan = plan_of(load_scenario(name, {"site": str(walked_into)}))
    for replication in range(2):
        doses = tables_of(plan, *replicate(plan, replication)).doses
        assert doses["given"].mean() > 0.5


def test_the_five_systems_are_built_in() -> None:
    """And the Korean unit from its work in progress."""
    assert set(builtin("scenario")) == {
        "cl2020-phase2",
        "lenzumestrocel-korea",
        "lenzumestrocel-korea-today",
        "lenzumestrocel-phase2",
        "lenzumestrocel-phase3",
        "nurown-phase2",
    }


def test_one_collection_or_one_for_each_dose() -> None:
    """What five doses of phase 3 ask of a patient: one or two collections with a bank, five or six when fresh."""
    for supply, least, most in ((None, 1, 2), ("fresh", 5, 6)):
        patients = run("lenzumestrocel-phase3", supply).patients
        five = patients[(patients["arm"] == "five-dose") & (patients["ending"] == "completed")]
        assert len(five) > 50
        assert least <= five["collections"].mean() <= most


def test_the_funnel_of_nurown_is_plausible() -> None:
    """The trial screened 59, allocated 48 of them 36 to 12, and 2 of these withdrew before the transplantation."""
    patients = run("nurown-phase2").patients
    came = patients.groupby("replication").size()
    assert came.between(40, 85).all()
    refused = per_replication(patients, "not eligible") / came
    assert refused.between(0.02, 0.35).all()
    allocated = patients[patients["arm"] != ""]
    share = (allocated["arm"] == "active").groupby(allocated["replication"]).mean()
    assert share.between(0.65, 0.85).all()
    left = per_replication(patients, "withdrew", "died") / came
    assert left.between(0, 0.3).all()
    assert (per_replication(patients, "completed") / came).between(0.5, 0.95).all()


def test_nurown_takes_marrow_in_both_arms() -> None:
    """One aspirate of everybody who got so far, and cells for the active arm only."""
    patients = run("nurown-phase2").patients
    done = patients[patients["ending"] == "completed"]
    assert (done[done["arm"] == "placebo"]["collections"] == 1).all()
    assert (done["collections"] >= 1).all()
    assert set(done[done["doses_of_cells"] > 0]["arm"]) == {"active"}


def test_a_lot_of_nurown_is_tended_while_it_is_induced() -> None:
    """On every day of medium changes between the change to the inducing medium and the end of the induction.

    Each of these days is also the last sure one for an in-process sample, so a day left out is a result too late.
    """
    plan = plan_of(load_scenario("nurown-phase2"))
    medium = {facility.name: set(facility.medium) for facility in plan.facilities}
    events = run("nurown-phase2").events
    tended, expected = set(), set()
    for lot, rows in events[events["lot"] > 0].groupby(["replication", "patient", "lot"]):
        if not {"induce", "release"} <= set(rows["activity"]):
            continue
        begun = rows.loc[rows["activity"] == "induce", "finished_min"].iloc[0]
        inside = range(begun + 1, begun + plan.recipes[0].induces)
        place = rows.loc[rows["activity"] == "induce", "place"].iloc[0]
        expected |= {(*lot, moment) for moment in medium[place] if moment in inside}
        asked = rows.loc[rows["activity"] == "medium", "queued_min"]
        tended |= {(*lot, moment) for moment in asked if moment in inside}
    assert len(expected) > 50
    assert tended == expected


def test_cl2020_takes_no_marrow() -> None:
    """Six doses from stock for everybody who stays."""
    patients = run("cl2020-phase2").patients
    assert (patients["collections"] == 0).all()
    assert set(patients[patients["ending"] == "completed"]["doses_given"]) == {6}


def test_nobody_may_come() -> None:
    """An empty cohort has tables without rows, no endings, and figures that are undefined."""
    run = simulate("cl2020-phase2", replications=2, settings={"arrivals.rate": "0.0001 / month"})
    assert (len(run.patients), len(run.events), run.endings) == (0, 0, {})
    assert {figure.undefined for figure in run.estimates if figure.name.startswith("doses_given")} == {2}
    with pytest.raises(Refused, match="nobody came"):
        trace("cl2020-phase2", settings={"arrivals.rate": "0.0001 / month"})
