"""Modified T cells: conditioning waits for the release, and the dose is split by the blasts.

3e6 cells per kg, at most 240e6; above 20 % of blasts a tenth first and the rest 10 to 14 days later, at 5e6 cells per mL.
"""

from __future__ import annotations

import pytest

from tests.small_unit import done
from tests.therapies.therapy import calendar, days, given, prescribed, settled, visits

NAME = "modified-t-cells"


@pytest.mark.parametrize(
    ("weight", "blasts", "dose", "cells", "ml"),
    [
        ("60 kg", "20 %", "infusion", 180_000_000, 36),  # 3e6 * 60
        ("60 kg", "20.1 %", "infusion", 18_000_000, 3.6),  # a tenth
        ("60 kg", "20.1 %", "second part", 162_000_000, 32.4),  # 180e6 - 18e6
        ("80 kg", "0 %", "infusion", 240_000_000, 48),  # 3e6 * 80: the cap itself
        ("130 kg", "90 %", "infusion", 24_000_000, 4.8),  # 390e6, capped at 240e6
        ("130 kg", "90 %", "second part", 216_000_000, 43.2),
    ],
)
def test_doses(weight: str, blasts: str, dose: str, cells: int, ml: float) -> None:
    """Two parts above the limit, the whole at and below it, in one bag."""
    found, volume, bags = prescribed(NAME, None, dose, weight=weight, blasts=blasts)
    assert (found, float(volume or 0), bags) == (cells, ml, 1)


COURSE = {
    "consent": -42,
    "collection 1": -35,
    "marrow": -7,
    "conditioning 1": -5,
    "conditioning 2": -4,
    "conditioning 3": -3,
    "infusion": 0,
    "day 9": 9,
    "second part": 10,
    "day 28": 28,
}


def test_calendar() -> None:
    """From a Monday every event is on its day: day 10 is a Thursday. Few blasts or a severe reaction end it with one dose."""
    assert calendar(NAME, "2026-06-01", blasts="35 %", reaction="mild") == COURSE
    once = {name: day for name, day in COURSE.items() if name != "second part"}
    assert calendar(NAME, "2026-06-01", blasts="20 %") == once
    assert calendar(NAME, "2026-06-01", blasts="35 %", reaction="severe") == once


def test_conditioning_goes_on_over_a_weekend() -> None:
    """Inpatients: before a Wednesday the three days are Friday, Saturday and Sunday; the marrow is looked at on its day."""
    found = calendar(NAME, "2026-06-03")
    assert [found[f"conditioning {n}"] for n in (1, 2, 3)] == [-5, -4, -3]


def test_a_course_without_hindrance() -> None:
    """Screened on Monday, day 0 of the run; collected on day 4 and given 35 days later, on day 39, a Friday."""
    tables = settled(NAME, 60, covariate__blasts="20 %")
    assert days(tables, "collect") == [4]
    assert visits(tables) == {
        "consent": 0,
        "marrow": 39 - 7,
        "conditioning 1": 34,
        "conditioning 2": 35,
        "conditioning 3": 36,
        "day 9": 39 + 7,  # day 48 is a Sunday, and it may be two days earlier; none is after it
        "day 28": 39 + 28,
    }
    (row,) = given(tables).itertuples()
    assert (row.day, row.given_cells) == (39, 180e6)
    assert list(tables.patients["ending"]) == ["completed"]


def test_conditioning_begins_when_the_lot_is_released() -> None:
    """The culture ends on day 14; with a result 20 days later, in the afternoon of day 34, conditioning cannot begin that morning.

    That is known when the sample is taken: the infusion goes from Friday, day 39, to Monday, day 42, conditioning with it to
    day 37, and the look at the marrow, a week before the infusion, to day 35.
    """
    tables = settled(NAME, 60, test__sterility__turnaround="20 day", covariate__blasts="20 %")
    assert [minute // 1440 for minute in done(tables, "result sterility")["finished_min"]] == [34]
    assert [days(tables, "visit", f"conditioning {n}") for n in (1, 2, 3)] == [[37], [38], [39]]
    assert days(tables, "visit", "marrow") == [35]
    assert list(given(tables)["day"]) == [42]


def test_whatever_waits_keeps_its_distance() -> None:
    """With a result on day 54: conditioning once, after it and within a week or so, the infusion five days after its beginning.

    It is known from day 14 on, so that the marrow is looked at once, within its window. Nothing is collected again.
    """
    tables = settled(NAME, 60, test__sterility__turnaround="40 day", covariate__blasts="20 %")
    assert [minute // 1440 for minute in done(tables, "result sterility")["finished_min"]] == [54]
    (first,), (second,), (third,) = (days(tables, "visit", f"conditioning {n}") for n in (1, 2, 3))
    (infused,) = given(tables)["day"]
    assert 54 < first <= 54 + 9
    assert (second, third, infused) == (first + 1, first + 2, first + 5)
    (looked,) = days(tables, "visit", "marrow")
    assert 6 <= infused - looked <= 10
    assert days(tables, "collect") == [4]


def test_the_dose_is_split_above_the_limit() -> None:
    """A tenth on day 39; the rest 10 days later, from as many containers as hold it: each 15e6, of which 12e6 live through thawing."""
    tables = settled(NAME, 60, covariate__blasts="35 %")
    assert [(row.day, row.given_cells) for row in given(tables).itertuples()] == [(39, 18e6), (49, 162e6)]
    assert list(done(tables, "store")["value"]) == [2, 14]  # 18 / 12 and 162 / 12, rounded up


def test_the_second_part_waits_for_a_mild_reaction() -> None:
    """After a severe one it is not given, and the course is complete without it."""
    severe = {"covariate__reaction__mild": "0 %", "covariate__reaction__severe": "100 %"}
    tables = settled(NAME, 60, covariate__blasts="35 %", **severe)
    assert list(tables.doses["outcome"]) == ["given", "not indicated"]
    assert list(tables.patients["ending"]) == ["completed"]
