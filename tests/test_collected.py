"""Lots in process that are not plated yet: marrow, or cells, on the way to the facility or waiting there for isolation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.errors import Faults
from mfg.scenario import InProgress
from mfg.scenario.check import faults_of
from tests.small_unit import ONE_DOSE, Changes, done, people, run, scenario
from tests.test_collections import KG, MOBILISED
from tests.test_progress import day, read

ON_THE_WAY = InProgress(
    patient="W",
    weight_kg=60.0,
    collected=day(-1),
    stands="in transport",
    collected_at=23 * 60,
    marrow_ml=40.0,
    dose_on=day(29),
)
THERE = evolve(ON_THE_WAY, stands="received")
WALK_IN: Changes = {part: f"../second_opinion/{part}.toml" for part in ("protocol", "site", "population")} | {
    "chance": False
}


def test_marrow_on_its_way_arrives_and_is_isolated() -> None:
    """Taken at 23:00 in 40 min, 90 min away: there at 01:10, isolated when the facility opens, and given on its day."""
    tables = run(ONE_DOSE, lots=[ON_THE_WAY])
    (way,), (isolated,) = done(tables, "ship in").itertuples(), done(tables, "isolate").itertuples()
    assert (way.started_min, way.finished_min) == (-20, 70)
    assert isolated.started_min == 8 * 60
    assert isolated.value == 40 * 2e6
    (taken,) = done(tables, "collect").itertuples()
    assert (taken.started_min, taken.value) == (-60, 40)
    (lot,), (dose,) = tables.lots.itertuples(), tables.doses.itertuples()
    assert (lot.passages, lot.outcome, int(dose.given_day), dose.put_off) == (2, "released", 29, 0)


def test_what_left_long_ago_is_there_in_the_first_minute() -> None:
    """And what was received needs no way at all."""
    (way,) = done(run(ONE_DOSE, lots=[evolve(ON_THE_WAY, collected_at=9 * 60)]), "ship in").itertuples()
    assert (way.started_min, way.finished_min) == (-DAY + 9 * 60 + 40, 0)
    tables = run(ONE_DOSE, lots=[THERE])
    assert done(tables, "ship in").empty
    assert tables.doses["given"].all()


def test_marrow_that_is_too_old_when_the_facility_opens_is_lost() -> None:
    """Taken at 07:00 on Sunday it keeps until 07:00 on Monday, and is collected again."""
    tables = run(ONE_DOSE, lots=[evolve(THERE, collected_at=7 * 60)])
    assert list(tables.lots["outcome"]) == ["marrow too old", "released"]
    assert tables.doses["put_off"].iloc[0] > 0


def test_a_way_that_is_too_warm_loses_the_lot() -> None:
    """Whether the temperature is kept shows when it arrives; what was received has arrived."""
    warm: Changes = {"site.leg.clinic to facility.excursion": "100 %", "policy.recollect": 0}
    assert list(run(ONE_DOSE, warm, lots=[ON_THE_WAY]).lots["outcome"]) == ["cold chain"]
    assert list(run(ONE_DOSE, warm, lots=[THERE]).lots["outcome"]) == ["released"]


def test_marrow_that_was_contaminated_at_its_collection_is_found_so() -> None:
    """Nothing of it was sampled yet: it has what every marrow may have in it."""
    bad: Changes = {
        "population.marrow.contaminated": "100 %",
        "site.test.sterility.reads": "contamination",
        "policy.recollect": 0,
    }
    assert list(run(ONE_DOSE, bad, lots=[THERE]).lots["outcome"]) == ["contamination"]


def test_places_for_it_are_planned_with() -> None:
    """Its incubator places are promised from the first day, and its isolation has its place in the suites."""
    small: Changes = {"site.facility.gmp.incubator": "23 flask"}
    tables = run(ONE_DOSE, small, lots=[THERE], patients=people(1))
    collected = done(tables, "collect").set_index("patient")["started_min"]
    assert collected["A"] // DAY > 29
    assert tables.doses["given"].all()
    one: Changes = {"site.facility.gmp.suites": 1, "site.work.isolate.booked": "6 hour"}
    taken = done(run(ONE_DOSE, one, lots=[THERE], patients=people(1)), "collect").set_index("patient")
    free = done(run(ONE_DOSE, one, patients=people(1)), "collect")
    assert free["started_min"].iloc[0] // DAY < taken.loc["A", "started_min"] // DAY


def test_cells_that_were_counted_are_isolated_and_frozen() -> None:
    """2e6/kg: as many come out of isolation and freezing as they keep of it, and they serve the dose."""
    apheresis = evolve(THERE, marrow_ml=None, cells=2.4e6 * KG, dose_on=day(21))
    tables = run(MOBILISED, lots=[apheresis])
    (isolated,) = done(tables, "isolate").itertuples()
    assert isolated.value == pytest.approx(0.9 * 2.4e6 * KG)
    assert list(tables.patients["ending"]) == ["completed"]
    assert tables.doses["given"].all()


@pytest.mark.parametrize(
    ("changes", "lot", "words"),
    [
        (ONE_DOSE, {"marrow_ml": None}, "W.marrow_mL: is missing; the recipe collects a volume"),
        (ONE_DOSE, {"marrow_ml": 0.0}, "W.marrow_mL: '0' is missing; the recipe collects a volume"),
        (
            ONE_DOSE,
            {"cells": 4e7},
            "W.cells: '4e+07' is not asked for: the recipe collects a volume; give marrow_mL",
        ),
        (MOBILISED, {"dose_on": day(21)}, "W.marrow_mL: '40' is not asked for: the recipe counts the cells"),
        (MOBILISED, {"marrow_ml": None}, "W.cells: is missing; the recipe counts the cells"),
        (WALK_IN, {}, "W.marrow_mL: '40' is not asked for: the recipe says no amount; leave it empty"),
        (ONE_DOSE, {"collected": day(0)}, "W.collected: '2026-03-02' is not before the start"),
        (ONE_DOSE, {"dose_on": day(0)}, "W.collected: '2026-03-01' is not before the start"),
        (
            ONE_DOSE,
            {"collected": day(-3), "collected_at": 9 * 60},
            "W.collected: '2026-02-27 09:00' keeps for 24 hour, and is too old on 2026-03-02",
        ),
        (
            {**MOBILISED, "protocol.step": [MOBILISED["protocol.step"][0], *MOBILISED["protocol.step"][2:]]},
            {"marrow_ml": None, "cells": 2.4e6 * KG},
            "W.stands: 'in transport' is no state here; the recipe ships nothing to the facility: write received",
        ),
    ],
)
def test_a_lot_that_cannot_be_so_is_refused(changes: Changes, lot: dict[str, Any], words: str) -> None:
    """With what would be right."""
    found = [str(fault) for fault in faults_of(scenario(changes, lots=[evolve(ON_THE_WAY, **lot)]))]
    assert any(words in fault for fault in found), found


HEADER = "patient,weight_kg,collected,stands,collected_at,marrow_mL,passage,plated,flasks,cells,dose_on"
LINE = "W,60,2026-03-01,in transport,23:00,40,,,,,2026-03-31"


def test_a_lot_that_is_not_plated_is_read(tmp_path: Path) -> None:
    """The hour of its collection, and its volume; cells where they are counted."""
    (lot,) = read(tmp_path, LINE, header=HEADER)
    assert lot == evolve(ON_THE_WAY, dose_on=date(2026, 3, 31))
    (counted,) = read(tmp_path, LINE.replace("40,,,,,", ",,,,1.5e8,"), header=HEADER)
    assert (counted.marrow_ml, counted.cells) == (None, 1.5e8)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("23:00", "", "line 2.collected_at: '' is empty; a lot that is in transport has it"),
        ("23:00", "25:00", "line 2.collected_at: '25:00' is no time of the day; write it like 14:30"),
        ("23:00", "23:00:30", "is no time of the day"),
        (",40,", ",forty,", "line 2.marrow_mL"),
        ("40,,", "40,2,", "line 2.passage: '2' says nothing of a lot that is in transport"),
        (
            "in transport,23:00,40,,,,,",
            "in culture,23:00,,2,2026-03-01,23,4e7,",
            "line 2.collected_at: '23:00' says nothing of a lot that is in culture; leave it empty",
        ),
    ],
)
def test_what_is_no_such_lot_is_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    """By its line and its column."""
    assert old in LINE
    with pytest.raises(Faults) as refusal:
        read(tmp_path, LINE.replace(old, new, 1), header=HEADER)
    assert word in str(refusal.value)
