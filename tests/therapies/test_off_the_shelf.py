"""Off the shelf, twice a week: the first week on the ward, later cycles for those who respond.

2e6 cells per kg below 50 kg, 100e6 from there on, at 5e6 cells per mL.
"""

from __future__ import annotations

import pytest

from tests.small_unit import done
from tests.therapies.therapy import by_chance, calendar, days, given, prescribed, settled

NAME = "off-the-shelf"
YES = {"covariate__response__yes": "100 %", "covariate__response__no": "0 %"}
NO = {"covariate__response__yes": "0 %", "covariate__response__no": "100 %"}


@pytest.mark.parametrize(
    ("weight", "cells", "ml"),
    [
        ("10 kg", 20_000_000, 4),
        ("49.9 kg", 99_800_000, 19.96),
        ("50 kg", 100_000_000, 20),
        ("90 kg", 100_000_000, 20),
    ],
)
def test_doses(weight: str, cells: int, ml: float) -> None:
    """By weight below the limit, the same for everybody else; one bag."""
    found, volume, bags = prescribed(NAME, None, None, weight=weight)
    assert (found, float(volume or 0), bags) == (cells, ml, 1)


FIRST = [0, 3, 7, 10, 14, 17, 21, 24]  # Mondays and Thursdays
SECOND = [day + 35 for day in FIRST]
THIRD = [day + 70 for day in FIRST]


def test_calendar() -> None:
    """Eight doses in four weeks, an assessment after the last, the next cycle a week later if there is a response."""
    found = calendar(NAME, "2026-06-01", response="yes")
    doses = [day for name, day in found.items() if not name.startswith("assessment")]
    assert doses == [*FIRST, *SECOND, *THIRD]
    assert [found[f"assessment {n}"] for n in (1, 2, 3)] == [28, 63, 98]
    ended = calendar(NAME, "2026-06-01", response="no")
    assert [day for name, day in ended.items() if not name.startswith("assessment")] == FIRST


def test_the_first_week_has_no_end() -> None:
    """From a Thursday the second dose is on Sunday, on the ward; two weeks on its like is on Monday."""
    found = calendar(NAME, "2026-06-04", response="no")
    assert (found["first week 2"], found["first cycle 2"]) == (3, 11)
    rows = given(settled(NAME, 60, 60, every=2, **NO))  # the second comes on Wednesday, day 2
    assert list(rows[rows["patient"] == "B"]["day"])[:4] == [3, 6, 10, 14]


def test_who_responds_goes_on() -> None:
    """Three cycles from day 1, a Tuesday: Tuesdays and Fridays, all on time and all thawed on their day."""
    tables = settled(NAME, 40, **YES)
    rows = given(tables)
    assert list(rows["day"]) == [1 + day for day in (*FIRST, *SECOND, *THIRD)]
    assert set(rows["given_cells"]) == {80e6}
    assert days(tables, "thaw") == list(rows["day"])
    assert (rows["age_hour"] <= 4).all()


def test_who_does_not_respond_stops() -> None:
    """After the first cycle: sixteen doses are dropped on the day of the assessment, and the course is complete."""
    tables = settled(NAME, 40, **NO)
    assert list(given(tables)["day"]) == [1 + day for day in FIRST]
    assert set(days(tables, "drop")) == {1 + 28}
    assert len(done(tables, "drop")) == 16
    assert list(tables.patients["ending"]) == ["completed"]


def test_every_assessment_decides_anew() -> None:
    """Of those who completed some had one cycle, some two, some three, and nobody a part of one."""
    tables = by_chance(NAME)
    people = tables.patients[tables.patients["ending"] == "completed"]
    assert set(people["doses_given"]) == {8, 16, 24}
