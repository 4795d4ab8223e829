"""Banks: one collection, frozen at its passage, from which every dose is thawed."""

from __future__ import annotations

import pytest

from mfg.calendar import DAY
from mfg.results.tables import Tables
from tests.small_unit import BANK, ONE_DOSE, Changes, done, people, run

FIVE = people(1, arm="five-dose")
CONTAINER = 5e6
SMALL: Changes = {"protocol.route.intrathecal.cells": "18e6 cell"}  # what six containers hold as thawed
AS_THAWED: Changes = {**SMALL, "protocol.step.thaw.recovers": None}


def stored(tables: Tables) -> list[tuple[int, int, int]]:
    """From when to when so many containers were in storage."""
    held = done(tables, "store")
    return list(zip(held["started_min"], held["finished_min"], held["value"].astype(int), strict=True))


@pytest.mark.parametrize("passage", [1, 2])
def test_a_lot_is_frozen_at_the_named_passage(passage: int) -> None:
    """After so many passages and no other, whatever its flasks hold; the harvest fills whole containers."""
    named = {"protocol.step.cryopreserve.after_passage": passage}
    tables = run(BANK, SMALL, named, patients=people(1, arm="two-dose"))
    (lot,) = tables.lots.itertuples()
    assert lot.passages == passage
    assert lot.frozen_cells % CONTAINER == 0
    assert 0 < lot.frozen_cells <= lot.harvested_cells


def test_one_collection_serves_every_dose() -> None:
    """Five doses of one lot; each has its own draw of spinal fluid."""
    tables = run(BANK, patients=FIVE)
    (patient,) = tables.patients.itertuples()
    assert (patient.collections, patient.doses_given, patient.vehicle_draws) == (1, 5, 5)
    assert set(tables.doses["lot"]) == {1}
    assert len(tables.lots) == 1


@pytest.mark.parametrize("changes", [{}, AS_THAWED], ids=["grown again", "as thawed"])
def test_containers_are_conserved(changes: Changes) -> None:
    """What was frozen was thawed for a dose, or discarded when the patient's way was over."""
    tables = run(BANK, changes, patients=FIVE)
    (end,) = done(tables, "end")["started_min"]
    used = [containers for _, until, containers in stored(tables) if until < end]
    left = [containers for _, until, containers in stored(tables) if until == end]
    assert (used, left) == ([6] * 5, [4])  # five doses, and the spare ones
    assert tables.lots["frozen_cells"].sum() == (sum(used) + sum(left)) * CONTAINER


def test_a_harvest_fills_the_containers_that_it_fills() -> None:
    """Five doses as thawed need more than one marrow gives: what is planned beyond it is given back at once."""
    tables = run(BANK, {"protocol.step.thaw.recovers": None}, patients=FIVE)
    first = tables.lots.iloc[0]
    harvest = done(tables, "cryopreserve").iloc[0]
    unfilled = [n for _, until, n in stored(tables) if until == harvest["finished_min"]]
    filled = [n for begun, until, n in stored(tables) if begun <= harvest["started_min"] < until][
        len(unfilled) :
    ]
    assert (
        first["frozen_cells"] == sum(filled) * CONTAINER == first["harvested_cells"] // CONTAINER * CONTAINER
    )
    assert sum(unfilled) + sum(filled) == 5 * 19 + 4


def test_cells_grow_again_after_thawing() -> None:
    """A week of culture in places of their own, and a harvest; without it, thawing and formulation are one piece of work."""
    grown, plain = (run(BANK, changes, patients=FIVE) for changes in ({}, AS_THAWED))
    for tables in (grown, plain):
        thawed, formulated = done(tables, "thaw"), done(tables, "formulate")
        assert len(thawed) == len(formulated) == 5
        assert int(tables.doses["given"].sum()) == 5
    waits = (
        done(grown, "formulate")["started_min"].to_numpy() - done(grown, "thaw")["finished_min"].to_numpy()
    )
    assert (waits >= 7 * DAY).all()
    assert len(done(grown, "incubate")) == 6
    together = (
        done(plain, "formulate")["started_min"].to_numpy() - done(plain, "thaw")["finished_min"].to_numpy()
    )
    assert (together == 0).all()
    assert len(done(plain, "incubate")) == 1


def test_a_bank_that_is_spent_begins_another_collection() -> None:
    """The doses that it cannot serve any more come from the next one."""
    small = {"site.facility.gmp.storage": 18, "policy.short_bank": "when spent"}
    tables = run(BANK, small, {"policy.recollect": 3}, patients=FIVE)
    (patient,) = tables.patients.itertuples()
    assert "bank spent" in set(done(tables, "fail")["outcome"])
    assert patient.ending == "completed"
    assert patient.collections == len(tables.lots) == tables.doses["lot"].nunique() > 1
    assert tables.doses["lot"].is_monotonic_increasing


def test_storage_is_never_above_its_capacity() -> None:
    """Three banks and room for two: at every moment at most so many containers are stored."""
    tables = run(BANK, {"site.facility.gmp.storage": 40}, patients=people(3, arm="two-dose"))
    changes = sorted(
        change for begun, ended, n in stored(tables) for change in ((begun, 1, n), (ended, 0, -n))
    )
    level, peak = 0, 0
    for _, _, containers in changes:
        level += containers
        peak = max(peak, level)
    assert peak <= 40
    assert level == 0
    assert (tables.patients["ending"] == "completed").all()
    assert (done(tables, "store")["started_min"] > done(tables, "store")["queued_min"]).any()


def found_after(turnaround: str) -> Changes:
    """A bank from contaminated marrow, whose sterility is known so long after it was frozen."""
    sample = {"test": "sterility", "limit": "no growth", "sample": {"at": "cryopreserve"}, "holds": "nothing"}
    sample |= {"when": {"supply": "bank"}}
    return {
        **BANK,
        "protocol.release": [sample],
        "site.test.sterility": {"hands": "60 minute", "turnaround": turnaround, "reads": "contamination"},
        "population.marrow.contaminated": "100 %",
    }


def test_a_bank_found_positive_serves_no_other_dose() -> None:
    """The dose that was given stays given and is written down; the rest is discarded, the next dose has another bank."""
    tables = run(found_after("30 day"), patients=people(1, arm="two-dose"))
    first, second = tables.doses.head(2).itertuples()
    assert (first.given, first.lot, second.lot) == (True, 1, 2)
    bank = tables.lots.iloc[0]
    assert bank["later_positive"]
    found = tables.tests["result_day"].min()
    assert first.given_day < found < second.given_day
    assert max(ended for begun, ended, _ in stored(tables) if begun < found * DAY) == pytest.approx(
        found * DAY
    )


def test_a_lost_bank_takes_every_later_dose_along() -> None:
    """Those without cells too: each lies as far behind the put-off one as it was booked."""
    doses = run(found_after("30 day"), patients=people(1, arm="two-dose")).doses
    late = doses["given_day"] // 1 - doses["booked_day"] // 1
    assert late.iloc[0] == 0 < late.iloc[1]
    assert (late.iloc[1:] == late.iloc[1]).all()
    assert (doses["lot"].iloc[2:] == 0).all()


def test_a_bank_found_positive_when_all_is_given_is_not_lost() -> None:
    """Both doses came from it: dosed, later positive, and released as it was."""
    tables = run(found_after("100 day"), patients=people(1, arm="two-dose"))
    (bank,) = tables.lots.itertuples()
    assert (bank.outcome, bank.later_positive) == ("released", True)
    assert list(tables.patients["ending"]) == ["completed"]


def test_a_thawed_product_that_is_lost_is_thawed_again() -> None:
    """The spare containers are for that: no other collection while they last."""
    tables = run(
        BANK, {"site.work.formulate.fails": "100 %", "protocol.supply.bank.spare": 40}, patients=FIVE
    )
    (patient,) = tables.patients.itertuples()
    assert (patient.ending, patient.collections) == ("formulate failed", 1)
    assert len(done(tables, "thaw")) == 2


@pytest.mark.parametrize("least", [0, 1, 2])
def test_a_lot_is_passaged_as_often_as_the_protocol_asks(least: int) -> None:
    """Though its first flasks would do: a dose that one flask holds is given after so many passages."""
    small: Changes = {
        **ONE_DOSE,
        "protocol.route.intrathecal.cells": "2e6 cell",
        "protocol.step.expand.passages": {"least": least, "most": 3},
    }
    tables = run(small)
    assert list(tables.lots["passages"]) == [least]
    assert tables.doses["given"].all()
