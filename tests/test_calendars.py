"""Opening hours and holidays: when work may begin, what a holiday week moves, and whose turn it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mfg.calendar import DAY
from mfg.results.tables import Tables
from mfg.scenario import Candidate
from tests.small_unit import ONE_DOSE, Changes, done, run

HANDS = ("isolate", "medium", "passage", "harvest", "formulate")
CLINIC = ("collect", "draw", "administer")
START = date(2026, 8, 24)  # a Monday
CHUSEOK = [date(2026, 9, day) for day in (24, 25, 26)]  # Thursday to Saturday
MONTH: Changes = {
    **ONE_DOSE,
    "start": START,
    "horizon": "6 week",
    "site.facility.gmp.on_call": "Sat-Sun 09:00-12:00",
}
# who arrives when; a collection on the next day, a dose four weeks later, if these are working days
ARRIVED = {"A": "08-24", "B": "08-26", "C": "08-27", "D": "09-02", "E": "09-14", "F": "09-23"}
PATIENTS = [
    Candidate(name, date.fromisoformat(f"2026-{day}"), 60.0, arm="msc") for name, day in ARRIVED.items()
]


def on(minute: float) -> date:
    """The day on which a minute of the run lies."""
    return START + timedelta(days=int(minute // DAY))


def days_of(tables: Tables, activity: str) -> dict[str, str]:
    """On which day each patient had something."""
    found = done(tables, activity)
    return {name: f"{on(m):%m-%d}" for name, m in zip(found["patient"], found["started_min"], strict=True)}


@pytest.fixture(scope="module")
def ordinary() -> Tables:
    """September 2026 without holidays."""
    return run(MONTH, patients=PATIENTS)


@pytest.fixture(scope="module")
def korean() -> Tables:
    """The same month with the Korean holidays."""
    return run(MONTH, {"site.holidays": "KR"}, patients=PATIENTS)


def test_chuseok_moves_what_falls_on_it(ordinary: Tables, korean: Tables) -> None:
    """B's and C's doses would be on Chuseok, so their whole courses wait until it is over; F's collection likewise.

    A, D and E have nothing on it at the clinic, and keep their days.
    """
    assert days_of(ordinary, "collect") == {
        "A": "08-25", "B": "08-27", "C": "08-28", "D": "09-03", "E": "09-15", "F": "09-24",
    }  # fmt: skip
    assert days_of(korean, "collect") == {
        "A": "08-25", "B": "09-01", "C": "09-01", "D": "09-03", "E": "09-15", "F": "09-29",
    }  # fmt: skip
    assert days_of(ordinary, "administer") == {
        "A": "09-22", "B": "09-24", "C": "09-25", "D": "10-01", "E": "10-13", "F": "10-22",
    }  # fmt: skip
    assert days_of(korean, "administer") == {
        "A": "09-22", "B": "09-29", "C": "09-29", "D": "10-01", "E": "10-13", "F": "10-27",
    }  # fmt: skip


def test_on_a_holiday_only_medium_is_changed(ordinary: Tables, korean: Tables) -> None:
    """Thursday is a day of medium changes: those on call do it, in Sunday's hours; the rest waits for Monday."""
    everything = (*HANDS, *CLINIC, *(a for a in set(korean.events["activity"]) if a.startswith("test ")))
    usual, closed = done(ordinary, *everything), done(korean, *everything)
    assert {str(a) for a in usual[[on(m) in CHUSEOK for m in usual["started_min"]]]["activity"]} > {"medium"}
    holiday = closed[[on(m) in CHUSEOK for m in closed["started_min"]]]
    assert set(holiday["activity"]) == {"medium"}
    assert {on(m) for m in holiday["started_min"]} == {CHUSEOK[0]}
    assert (holiday["started_min"] % DAY).between(9 * 60, 12 * 60).all()


def test_without_anybody_on_call_a_holiday_is_closed() -> None:
    """The medium waits for the next opening."""
    tables = run(MONTH, {"site.holidays": "KR", "site.facility.gmp.on_call": None}, patients=PATIENTS)
    begun = done(tables, *HANDS, *CLINIC)
    assert not any(on(m) in CHUSEOK for m in begun["started_min"])
    waited = begun[[on(m) == CHUSEOK[0] for m in begun["queued_min"]]]
    assert {on(m) for m in waited["started_min"]} == {date(2026, 9, 28)}


def test_an_incubator_and_a_bed_know_no_holiday(korean: Tables) -> None:
    """Cells grow and patients stay through nights, weekends and holidays."""
    held = done(korean, "incubate")
    through = held[(held["started_min"].map(on) < CHUSEOK[0]) & (held["finished_min"].map(on) > CHUSEOK[2])]
    assert len(through) == 4  # B, C, D and E
    stays = done(korean, "stay")
    assert set(stays["finished_min"] - stays["started_min"]) == {48 * 60}


CROWD: Changes = {
    **ONE_DOSE,
    "arrivals": {"every": "12 hour"},
    "site.facility.gmp.suites": 2,
    "site.facility.gmp.on_call": "Sat-Sun 09:00-12:00",
}


@pytest.mark.parametrize(("overtime", "closes"), [(None, 18), ("2 hour", 20)])
def test_work_begins_only_if_all_of_it_ends_before_closing(overtime: str | None, closes: int) -> None:
    """Clearance included; with overtime that many hours later, and then it is used. On weekends there is medium only."""
    tables = run(CROWD, {"site.facility.gmp.overtime": overtime} if overtime else {})
    work = done(tables, *HANDS, *(f"line clearance after {name}" for name in HANDS))
    week = work[work["started_min"] // DAY % 7 < 5]
    assert (week["started_min"] % DAY >= 8 * 60).all()
    ends = week["finished_min"] - week["started_min"] // DAY * DAY
    assert ends.max() <= closes * 60
    assert (ends > 18 * 60).any() == bool(overtime)
    rest = work[work["started_min"] // DAY % 7 >= 5]
    assert set(rest["activity"]) <= {"medium", "line clearance after medium"}
    assert (rest["finished_min"] % DAY <= 12 * 60).all()
    assert len(work[work["started_min"] > work["queued_min"]]) > 50


def test_work_that_lasts_longer_than_booked_runs_into_overtime() -> None:
    """Nobody knows beforehand how long it will take: the booking decides, what runs over is counted apart."""
    slow = {
        "site.work.isolate.lasts": {"least": "30 minute", "likely": "1 hour", "most": "15 hour"},
        "site.facility.gmp.suites": 1,
    }
    tables = run(CROWD, slow)
    isolated = done(tables, "isolate")
    late = isolated["finished_min"] % DAY > 18 * 60
    assert late.any()
    assert (isolated["started_min"] % DAY + 60 + 60 <= 18 * 60).all()  # as booked, and cleared
    overtime = tables.resources.set_index("resource")["overtime_hour"]
    assert overtime["gmp.suites"] > 0


@pytest.mark.parametrize(("order", "key"), [("due-date", "due"), ("most-urgent", "decline")])
def test_whose_turn_it_is(order: str, key: str) -> None:
    """Of the lots that ask at eight on a medium day the one that is due first, or whose patient declines fastest."""
    tables = run(
        CROWD,
        {
            "policy.order": order,
            "chance": True,
            "site.facility.gmp.suites": 1,
            "population.decline": {"mean": "-1 point/month", "sd": "0.5 point/month", "shape": "normal"},
        },
    )
    keys = {
        "due": tables.doses.set_index("patient")["booked_day"],
        "decline": done(tables, "allocate").set_index("patient")["value"],
    }
    settled = set(tables.doses[tables.doses["put_off"] == 0]["patient"])
    medium = done(tables, "medium")
    medium = medium[medium["patient"].isin(settled)]
    compared = 0
    for _, asked in medium.groupby("queued_min"):
        values = [keys[key][patient] for patient in asked["patient"].astype(str)]
        assert values == sorted(values)
        compared += len(values) > 1
    assert compared > 5
