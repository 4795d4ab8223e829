"""Collections of mobilised cells: added up until a floor is reached, frozen with a back-up, given as thawed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.results.tables import Tables, tables_of
from mfg.simulation.replicate import replicate
from tests.small_unit import ONE_DOSE, Changes, done, people, run, scenario

SUPPLY: dict[str, Any] = {"name": "frozen", "kind": "bank", "before": "21 day"}
MOBILISED: Changes = {
    **ONE_DOSE,
    "protocol.step": [
        {"do": "collect", "yields": "0.8e6 cell/kg"},
        {"do": "ship", "leg": "clinic to facility"},
        {"do": "isolate"},
        {"do": "cryopreserve"},
        {"do": "thaw"},
        {"do": "ship", "leg": "facility to clinic"},
        {"do": "administer"},
    ],
    "protocol.route.intrathecal.cells": {"least": "0.9e6 cell/kg"},
    "protocol.release": [],
    "protocol.treatment": None,
    "protocol.supply": [{**SUPPLY, "collect": {"until": "2e6 cell/kg", "most": 3}}],
    "site.facility.gmp.freezers": 1,
    "site.facility.gmp.storage": 40,
    "site.work.isolate.recovers": "90 %",
    "site.work.cryopreserve": {
        "needs": {"suite": 1, "freezer": 1},
        "lasts": "2 hour",
        "recovers": "80 %",
    },
    "site.work.thaw": {"needs": {"suite": 1}, "lasts": "60 minute", "recovers": "75 %"},
    "population.growth": None,
    "population.marrow": None,
    "population.product": None,
}
KG = 60


def collecting(until: str, most: int = 3, every: str | None = None, backup: str | None = None) -> Changes:
    """The supply with these collections."""
    terms = {"until": until, "most": most, **({"every": every} if every else {})}
    return {"protocol.supply": [{**SUPPLY, "collect": terms, **({"backup": backup} if backup else {})}]}


def collected(tables: Tables) -> list[tuple[int, float]]:
    """The day and the cells of each collection."""
    rows = done(tables, "collect")
    return [(int(at) // DAY, cells) for at, cells in zip(rows["started_min"], rows["value"], strict=True)]


def test_collections_go_on_until_the_floor_is_reached() -> None:
    """0.8e6/kg each and 2e6/kg asked for: three on three days, each with its own row; shipped and frozen once."""
    tables = run(MOBILISED)
    rows = collected(tables)
    assert [cells for _, cells in rows] == pytest.approx([0.8e6 * KG] * 3)
    assert [day - rows[0][0] for day, _ in rows] == [0, 1, 2]
    assert list(done(tables, "collect")["attempt"]) == [0, 1, 2]
    (patient,), (lot,) = tables.patients.itertuples(), tables.lots.itertuples()
    assert (patient.collections, patient.ending) == (3, "completed")
    assert lot.collected_cells == pytest.approx(2.4e6 * KG)
    shipped = done(tables, "ship in")
    assert len(shipped) == len(done(tables, "isolate")) == len(done(tables, "cryopreserve")) == 1
    assert shipped["started_min"].iloc[0] == done(tables, "collect")["finished_min"].max()


def test_what_is_collected_is_what_is_frozen() -> None:
    """Times what isolation and freezing keep of it, and no more; the dose is what a thawed container holds of it."""
    tables = run(MOBILISED)
    (lot,), (dose,) = tables.lots.itertuples(), tables.doses.itertuples()
    assert lot.mononuclear_cells == pytest.approx(2.4e6 * KG * 0.9)
    assert lot.frozen_cells == pytest.approx(0.9e6 * KG / 0.75)
    assert lot.frozen_cells <= lot.mononuclear_cells * 0.8
    assert (dose.prescribed_cells, dose.given_cells) == (0.9e6 * KG, pytest.approx(0.9e6 * KG))
    assert done(tables, "incubate", "harvest", "formulate").empty


@pytest.mark.parametrize(("until", "count"), [("0.8e6 cell/kg", 1), ("60e6 cell", 2), ("144e6 cell", 3)])
def test_no_collection_is_taken_that_is_not_needed(until: str, count: int) -> None:
    """Reached exactly is reached; a floor in cells is a floor for everybody."""
    assert len(collected(run(MOBILISED, collecting(until), {"policy.recollect": 0}))) == count


def test_days_between_collections_are_working_days() -> None:
    """Four days after the first, and on the next day that is open and free."""
    tables = run(MOBILISED, collecting("2e6 cell/kg", every="4 day"))
    days = [day for day, _ in collected(tables)]
    gaps = [two - one for one, two in pairwise(days)]
    assert all(4 <= gap <= 6 for gap in gaps)
    assert all(day % 7 < 5 for day in days)  # the scenario starts on a Monday


def test_a_later_collection_waits_for_a_free_room() -> None:
    """One room, taken for nearly the whole day: two patients are collected on alternate days, never at once."""
    full = {"site.clinic.hospital.rooms": 1, "site.work.collect.lasts": "8 hour"}
    tables = run(MOBILISED, full, patients=people(2))
    rows = done(tables, "collect")
    assert len(rows) == 6
    assert (rows["started_min"].to_numpy()[1:] >= rows["finished_min"].to_numpy()[:-1]).all()


def test_where_nothing_is_booked_ahead_patients_come_when_it_is_time() -> None:
    """A clinic without appointments: every two days, in its queue."""
    tables = run(MOBILISED, collecting("2e6 cell/kg", every="2 day"), {"site.clinic.hospital.slot": None})
    days = [day for day, _ in collected(tables)]
    assert [two - one for one, two in pairwise(days)] == [2, 2]
    assert list(tables.patients["ending"]) == ["completed"]


def test_too_little_after_the_last_collection_is_a_lost_lot() -> None:
    """Two of 0.8e6/kg are below 2e6/kg: nothing is made of them, and the policy collects again."""
    for recollect in (0, 1):
        tables = run(MOBILISED, collecting("2e6 cell/kg", most=2), {"policy.recollect": recollect})
        (patient,) = tables.patients.itertuples()
        assert (patient.ending, patient.collections) == ("too little collected", 2 * (recollect + 1))
        assert list(tables.lots["outcome"]) == ["too little collected"] * (recollect + 1)
        assert done(tables, "isolate", "cryopreserve").empty


def test_a_collection_that_comes_to_nothing_counts_as_one() -> None:
    """Every one fails: three rows of no cells, and a lot that is lost as too little."""
    tables = run(MOBILISED, {"site.work.collect.fails": "100 %", "policy.recollect": 0})
    assert [cells for _, cells in collected(tables)] == [0.0] * 3
    assert list(tables.lots["outcome"]) == ["too little collected"]


def test_a_backup_is_collected_and_frozen_beyond_the_doses() -> None:
    """Collected until both are there; frozen in containers that no planned dose takes."""
    tables = run(MOBILISED, collecting("0.8e6 cell/kg", most=9, backup="1e6 cell/kg"))
    assert len(collected(tables)) == 3
    (lot,) = tables.lots.itertuples()
    dose, there = 0.9e6 * KG / 0.75, 2.4e6 * KG * 0.9 * 0.8
    assert lot.frozen_cells == pytest.approx(min(dose + 1e6 * KG, there))
    used, left = done(tables, "store")["value"].astype(int)
    assert (used, left) == (1, 1)


def test_a_backup_is_given_when_the_cells_of_a_dose_are_lost() -> None:
    """Without another collection; without a back-up it takes one."""
    small = {"protocol.route.intrathecal.cells": "0.3e6 cell/kg"}
    lost = {"site.work.thaw.fails": "50 %", "chance": True, "policy.recollect": 5}
    for backup, more in (("1e6 cell/kg", False), (None, True)):
        again = collecting("0.8e6 cell/kg", most=9, backup=backup)
        tables = run(MOBILISED, small, lost, again, patients=people(20))
        thawed = done(tables, "thaw").groupby("patient", observed=True).size()
        assert (thawed > 1).any()
        twice = tables.patients.set_index("patient").loc[thawed.index[thawed == 2]]
        lots = tables.lots.groupby("patient").size()[twice.index]
        assert (lots > 1).all() == more
        assert (lots > 1).any() == more


def test_a_backup_does_not_undo_the_floor() -> None:
    """Its cells are wished for: with the floor reached and no collection left, the doses are given."""
    tables = run(MOBILISED, collecting("2e6 cell/kg", most=3, backup="9e6 cell/kg"))
    assert len(collected(tables)) == 3
    assert list(tables.patients["ending"]) == ["completed"]


def test_every_collection_has_its_own_luck() -> None:
    """Drawn by name: no two alike, and the first the same whatever is asked for beyond."""
    spread = {"do": "collect", "yields": {"least": "0.2e6 cell/kg", "most": "1.4e6 cell/kg"}}
    changes = {"protocol.step": [spread, *MOBILISED["protocol.step"][1:]], "chance": True}
    two, six = (
        collected(run(MOBILISED, changes, collecting("50e6 cell/kg", most=most), {"policy.recollect": 0}))
        for most in (2, 6)
    )
    assert len({cells for _, cells in six}) == 6
    assert six[:2] == two


def test_a_fresh_product_is_made_of_what_was_collected() -> None:
    """Without a bank: one collection, isolated and suspended; the dose holds no more than that."""
    fresh = {
        "protocol.supply": [{"name": "fresh", "kind": "fresh", "before": "1 day"}],
        "protocol.step": [
            {"do": "collect", "yields": "0.5e6 cell/kg"},
            {"do": "ship", "leg": "clinic to facility"},
            {"do": "isolate"},
            {"do": "formulate", "vehicle": "saline"},
            {"do": "ship", "leg": "facility to clinic"},
            {"do": "administer"},
        ],
        "protocol.route.intrathecal.cells": {"least": "0.1e6 cell/kg", "most": "2e6 cell/kg"},
    }
    (dose,) = run(MOBILISED, fresh).doses.itertuples()
    assert dose.given_cells == pytest.approx(0.5e6 * KG * 0.9 * 0.85)


def test_who_leaves_between_two_collections_keeps_no_appointment() -> None:
    """The run's own audit finds every place free again, and nothing more is collected."""
    leaves = {"population.leaves.withdraw": "100 %/month", "arrivals": {"every": "8 hour"}, "chance": True}
    plan = plan_of(scenario(MOBILISED, leaves, collecting("9e6 cell/kg", most=9, every="3 day")))
    tables = tables_of(evolve(plan, seed=3), *replicate(plan, 0))
    assert (tables.patients["ending"] == "withdrew").any()
    end = tables.patients.set_index("patient")["ended_day"]
    late = done(tables, "collect")
    assert (late["started_min"] / DAY <= end[late["patient"].astype(str)].to_numpy() + 1e-9).all()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"protocol.supply": [{**SUPPLY, "kind": "fresh", "collect": {"until": "1 cell", "most": 1}}]},
            "supply.frozen.collect: is of a supply that is fresh",
        ),
        (
            {"protocol.supply": [{**SUPPLY, "kind": "fresh", "backup": "1 cell"}]},
            "supply.frozen.backup: is of a supply that is fresh",
        ),
        (
            {"protocol.supply": [{**SUPPLY, "backup": "1 cell"}]},
            "supply.frozen.backup: stands without collect",
        ),
        (collecting("2e6 cell/mL"), "supply.frozen.collect.until: '2e6 cell/mL' has a unit"),
        (collecting("2e6 cell/kg", most=0), "supply.frozen.collect.most: '0' is no collection"),
        (collecting("2e6 cell/kg", every="0 day"), "supply.frozen.collect.every: '0 day' lets nobody"),
        (
            {"protocol.step": [{"do": "collect"}, *MOBILISED["protocol.step"][1:]]},
            "supply.frozen.collect: adds up collections whose cells nobody counts",
        ),
        (
            {
                "protocol.step": [
                    {"do": "collect", "yields": "1e6 cell", "volume": "40 mL"},
                    *MOBILISED["protocol.step"][1:],
                ]
            },
            "step.collect.yields: stands beside a volume",
        ),
        (
            {
                "protocol": "lenzumestrocel-phase3",
                "protocol.step.collect.volume": None,
                "protocol.step.collect.yields": "1e6 cell",
            },
            "step.collect.yields: is of a lot that is grown",
        ),
    ],
)
def test_collections_that_cannot_be_added_up_are_refused(changes: Changes, fault: str) -> None:
    """Only a bank has them, in cells that are counted, in units that fit."""
    with pytest.raises(Faults) as found:
        scenario({} if "protocol" in changes else MOBILISED, changes)
    assert fault in str(found.value)
