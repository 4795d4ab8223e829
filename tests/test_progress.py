"""Work in progress: a facility that starts from what is in its incubators this morning."""

from __future__ import annotations

from datetime import date, timedelta
from math import log
from pathlib import Path

import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.reader.patients import read_in_progress
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import Tables, tables_of
from mfg.scenario import InProgress
from mfg.simulation.replicate import replicate
from tests.small_unit import MONDAY, ONE_DOSE, done, people, run

TODAY = "lenzumestrocel-korea-today"


def day(number: int) -> date:
    """A day counted from the first of the run, a Monday."""
    return MONDAY + timedelta(days=number)


# the lot of the timeline worked out by hand: two weeks before its dose it was plated for the last time
LOT = InProgress(
    patient="W",
    weight_kg=60.0,
    collected=day(-12),
    passage=2,
    plated=day(-1),
    flasks=23,
    cells=4.411e7,
    dose_on=day(15),
)


def test_a_lot_goes_on_from_where_it_stands() -> None:
    """No collection and no isolation; fed, sampled, harvested from full flasks, and given on its day."""
    tables = run(ONE_DOSE, lots=[LOT])
    (lot,) = tables.lots.itertuples()
    assert (lot.collected_day, lot.passages, lot.flasks, lot.outcome) == (-12, 0, 23, "released")
    assert lot.harvested_cells == 23 * 175 * 2.5e4 * 0.9
    (dose,) = tables.doses.itertuples()
    assert (int(dose.given_day), dose.put_off) == (15, 0)
    assert dose.vein_to_vein_day == dose.given_day + 12
    assert done(tables, "isolate").empty
    assert set(tables.tests["test"]) > {"sterility", "mycoplasma", "VEGF", "identity"}


@pytest.mark.parametrize(
    ("passage", "flasks", "cells", "plated", "further"), [(0, 3, 4800, -12, 2), (1, 14, 1.18e7, -3, 1)]
)
def test_a_young_lot_is_passaged_until_it_suffices(
    passage: int, flasks: int, cells: float, plated: int, further: int
) -> None:
    """From the primary culture twice, from the first passage once more."""
    young = evolve(LOT, passage=passage, flasks=flasks, cells=cells, plated=day(plated))
    tables = run(ONE_DOSE, lots=[young])
    assert list(tables.lots["passages"]) == [further]
    assert list(tables.lots["flasks"]) == [23]
    assert list(tables.doses["outcome"]) == ["given"]


def test_what_had_to_be_sampled_has_been() -> None:
    """A lot that is due in two days had its seven-day sterility test; what takes a day is still sampled."""
    tables = run(ONE_DOSE, lots=[evolve(LOT, plated=day(-6), dose_on=day(2))])
    (dose,) = tables.doses.itertuples()
    assert (int(dose.given_day), dose.put_off) == (2, 0)
    assert "sterility" not in set(tables.tests["test"])


def test_a_dose_without_room_is_booked_on_the_next_day_with_room() -> None:
    """Two lots for one day on which one dose is filled."""
    tables = run(ONE_DOSE, {"site.facility.gmp.fills": 1}, lots=[LOT, evolve(LOT, patient="X")], patients=[])
    assert [int(given) for given in tables.doses["given_day"]] == [15, 16]


def test_places_are_held_from_the_first_minute() -> None:
    """Whoever comes is planned for when the incubator has room again: marrow never waits for the places."""
    tables = run(
        ONE_DOSE,
        {"site.facility.gmp.incubator": "46 flask"},
        lots=[LOT, evolve(LOT, patient="X")],
        patients=people(1),
    )
    held = done(tables, "incubate").set_index("patient")
    assert (held.loc[["W", "X"], "started_min"] == 0).all()
    collected = done(tables, "collect").set_index("patient")["started_min"]
    assert collected["A"] // DAY > 15
    assert held.loc["A", "started_min"] == held.loc["A", "queued_min"]
    assert tables.doses["given"].all()


def test_a_lot_in_progress_that_is_lost_is_collected_again() -> None:
    """Its dose is put off by as long as a lot takes."""
    tables = run(ONE_DOSE, {"site.test.identity.fails": "100 %"}, lots=[LOT])
    assert list(tables.lots["outcome"]) == ["out of specification"] * 2
    assert tables.lots["collected_day"].iloc[1] >= 12
    booked = done(tables, "book")
    assert booked["outcome"].tolist()[1] == "lot lost"
    assert booked["value"].iloc[1] - booked["value"].iloc[0] > 20 * DAY
    assert list(tables.patients["ending"]) == ["out of specification"]


def test_a_lot_can_be_lost_while_it_waits_for_its_formulation() -> None:
    """Two doses for one suite, free again at noon: at nine the lot that waits in line is lost, and is not made."""
    at_nine = 15 * DAY + 9 * 60
    one_suite = {
        "site.facility.gmp.suites": 1,
        "site.work.harvest.lasts": "2 hour",
        "site.work.formulate.lasts": "1 hour",
        "site.facility.gmp.breakdown": f"{100 * log(2) * 30.4375 * DAY / at_nine:.8f} %/month",
    }
    tables = run(ONE_DOSE, one_suite, lots=[LOT, evolve(LOT, patient="X")], patients=[])
    assert [int(day) for day in tables.doses["booked_day"]] == [15, 15]
    lost = done(tables, "fail").iloc[0]
    assert (lost["patient"], lost["lot"], lost["outcome"]) == ("X", 1, "equipment")
    assert lost["started_min"] == at_nine
    harvests = done(tables, "harvest", "formulate")
    assert list(harvests["patient"]) == ["W", "W"]
    assert harvests["started_min"].min() == 15 * DAY + 8 * 60
    booked = done(tables, "book")
    assert list(booked[booked["patient"] == "X"]["outcome"]) == ["done", "lot lost"]
    assert set(tables.patients["ending"]) == {"completed", "equipment"}


@pytest.fixture(scope="module")
def today() -> Tables:
    """The Korean unit from its work in progress of 1 September 2026."""
    plan = plan_of(load_scenario(TODAY))
    return tables_of(plan, *replicate(plan, 0))


def test_the_korean_unit_starts_from_today(today: Tables) -> None:
    """Twelve lots in the state of the list, each with its real day of collection; and new patients come."""
    scenario = load_scenario(TODAY)
    listed = scenario.arrivals.in_progress
    there = today.lots[today.lots["collected_day"] < 0].set_index(["patient", "lot"])
    assert len(there) == len(listed) == 12
    held = done(today, "incubate").set_index(["patient", "lot"])["started_min"]
    for n, lot in enumerate(listed):
        which = lot.patient, 1 + sum(lot.patient == other.patient for other in listed[:n])
        assert there.loc[which, "collected_day"] == (lot.collected - scenario.start).days
        assert lot.flasks is not None
        assert lot.passage is not None
        assert there.loc[which, "flasks"] >= lot.flasks
        if there.loc[which, "outcome"] != "stopped":
            assert there.loc[which, "passages"] >= (lot.passage == 0) + (lot.passage < 2)
        assert held.loc[which] == 0
    assert len(today.patients) > len(listed) + 3


def test_the_lots_of_today_become_doses(today: Tables) -> None:
    """On the listed day or later, unless the patient has left; nobody's on Chuseok."""
    scenario = load_scenario(TODAY)
    left = set(today.patients[today.patients["ending"].isin(["died", "withdrew"])]["patient"])
    assert len(left & {lot.patient for lot in scenario.arrivals.in_progress}) <= 1
    for lot in scenario.arrivals.in_progress:
        own = today.doses[today.doses["patient"] == lot.patient]
        (dose,) = own[own["name"] == lot.dose].itertuples()
        assert dose.given or lot.patient in left
        if not dose.given:
            continue
        assert int(dose.given_day) >= (lot.dose_on - scenario.start).days
        assert int(dose.given_day) not in (23, 24, 25)


HEADER = "patient,weight_kg,collected,passage,plated,flasks,cells,dose_on,arm,dose,site,facility"
GOOD = "W,60,2026-02-18,2,2026-03-01,23,4.4e7,2026-03-17,msc,dose 1,hospital,gmp"


def read(folder: Path, *lines: str, header: str = HEADER) -> tuple[InProgress, ...]:
    """The lots of a list written on the spot."""
    path = folder / "lots.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_in_progress(path)


def test_a_list_of_lots_is_read(tmp_path: Path) -> None:
    """What may be left out is None."""
    (lot,) = read(tmp_path, GOOD)
    assert (lot.patient, lot.passage, lot.flasks, lot.cells, lot.facility) == ("W", 2, 23, 4.4e7, "gmp")
    (lot,) = read(tmp_path, GOOD.replace("msc,dose 1,hospital,gmp", ",,,"))
    assert (lot.arm, lot.dose, lot.site, lot.facility) == (None, None, None, None)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("W,60", ",60", "give each patient a name"),
        ("60,", "600,", "1 to 300"),
        ("60,", "sixty,", "no number"),
        ("2026-02-18", "18.02.2026", "YYYY-MM-DD"),
        ("2026-02-18", "2026-03-02", "between collected and dose_on"),
        ("2026-03-17", "2026-03-01", "between collected and dose_on"),
        ("2026-03-01", "2026-02-30", "calendar"),
        ("-18,2,", "-18,two,", "whole number"),
        ("-18,2,", "-18,-1,", "whole number"),
        (",23,", ",0,", "from 1 to"),
        (",23,", ",2.5,", "whole number"),
        ("4.4e7", "many", "no number"),
        ("4.4e7", "", "cell"),
        ("4.4e7", "-1", "negative"),
        (",gmp", "", "11 cells"),
    ],
)
def test_a_line_that_is_no_lot_is_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    """With its number; and with it every other fault of the list."""
    assert old in GOOD
    with pytest.raises(Faults, match=word) as refusal:
        read(tmp_path, GOOD.replace("W,", "V,"), GOOD.replace(old, new, 1), "X,60")
    assert "line 3" in str(refusal.value)
    assert "line 4" in str(refusal.value)


STANDS = "patient,weight_kg,collected,stands,passage,plated,flasks,frozen,containers,cells,dose_on,dose"
IN_CULTURE = "W,60,2026-02-18,in culture,2,2026-03-01,23,,,4.4e7,2026-03-17,dose 1"
BANKED = "X,60,2025-12-01,frozen,,,,2026-01-15,3,1.8e8,2026-03-17,dose 1"


def test_a_list_says_where_each_lot_stands(tmp_path: Path) -> None:
    """In culture, with its flasks, or frozen, with its containers; who says nothing is in culture."""
    grown, banked, said = read(
        tmp_path, IN_CULTURE, BANKED, IN_CULTURE.replace("W", "V").replace("in culture", ""), header=STANDS
    )
    assert (grown.stands, grown.flasks, grown.containers, grown.frozen) == ("in culture", 23, None, None)
    assert (banked.stands, banked.flasks, banked.containers) == ("frozen", None, 3)
    assert banked.frozen == date(2026, 1, 15)
    assert said.stands == "in culture"


@pytest.mark.parametrize(
    ("line", "old", "new", "word"),
    [
        (BANKED, "frozen,,,", "frozen,2,,", "line 2.passage: '2' says nothing of a lot that is frozen"),
        (BANKED, ",3,1.8e8", ",,1.8e8", "line 2.containers: '' is empty; a lot that is frozen has it"),
        (BANKED, ",3,1.8e8", ",0,1.8e8", "from 1 to"),
        (BANKED, "2026-01-15", "2025-11-15", "does not lie between collected and dose_on"),
        (BANKED, "frozen", "frosen", "did you mean 'frozen'"),
        (IN_CULTURE, ",23,,,", ",23,,3,", "'3' says nothing of a lot that is in culture"),
        (IN_CULTURE, "2026-03-01,23", ",23", "line 2.plated: '' is empty; a lot that is in culture has it"),
    ],
)
def test_a_column_that_says_nothing_of_a_lot_stays_empty(
    tmp_path: Path, line: str, old: str, new: str, word: str
) -> None:
    """And one that a lot needs is there."""
    assert old in line
    with pytest.raises(Faults) as refusal:
        read(tmp_path, line.replace(old, new, 1), header=STANDS)
    assert word in str(refusal.value)


def test_two_lots_of_a_patient_are_for_two_doses(tmp_path: Path) -> None:
    """Two lines with different doses are two lots; with one dose they are one too many."""
    second = IN_CULTURE.replace("dose 1", "dose 2")
    assert [lot.dose for lot in read(tmp_path, IN_CULTURE, second, header=STANDS)] == ["dose 1", "dose 2"]
    with pytest.raises(
        Faults, match=r"W, dose 1.* stands more than once; the lots of W are for different doses"
    ):
        read(tmp_path, IN_CULTURE, IN_CULTURE, header=STANDS)


def test_a_list_of_lots_has_its_own_columns(tmp_path: Path) -> None:
    """A list of patients is none; and a lot stands once."""
    with pytest.raises(Faults, match="has no column 'plated'"):
        read(tmp_path, "A,2026-01-05,72", header="patient,arrived,weight_kg")
    with pytest.raises(Faults, match="more than once"):
        read(tmp_path, GOOD, GOOD)
    with pytest.raises(Faults, match="no patients"):
        read(tmp_path)
