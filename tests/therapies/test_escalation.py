"""A first-in-human escalation: five dose levels in order, shams in between, and a distance between any two first doses."""

from __future__ import annotations

from itertools import pairwise

import pytest

import mfg
from tests.therapies.therapy import by_chance, calendar, days, given, prescribed, settled, therapy

NAME = "escalation"


@pytest.mark.parametrize(
    ("arm", "weight", "cells", "ml", "syringes"),
    [
        ("level 1", "60 kg", 5_000_000, 0.5, 1),
        ("level 2", "60 kg", 15_000_000, 1.5, 1),
        ("level 3", "73 kg", 37_000_000, 3.7, 1),  # 36.5e6 are 3.65 mL: half up to 3.7, which are 37e6
        ("level 4", "60 kg", 60_000_000, 6, 1),
        ("level 5", "60 kg", 120_000_000, 12, 2),
        ("level 5", "75 kg", 150_000_000, 15, 2),  # 2e6 * 75: the cap itself
        ("level 5", "110 kg", 150_000_000, 15, 2),
    ],
)
def test_doses(arm: str, weight: str, cells: int, ml: float, syringes: int) -> None:
    """By level: two fixed, three by weight, the last capped; syringes of 10 mL."""
    found, volume, filled = prescribed(NAME, arm, None, weight=weight)
    assert (found, float(volume or 0), filled) == (cells, ml, syringes)


def test_a_sham_has_no_cells() -> None:
    """And nothing is collected for it."""
    order = mfg.dose(therapy(NAME), arm="sham 3", weight="60 kg")
    assert order.total_cells == 0
    assert calendar(NAME, "2026-06-01", arm="sham 3") == {
        "screening": -28,
        "injection": 0,
        "next day": 1,
        "week 4": 28,
    }
    assert calendar(NAME, "2026-06-01", arm="level 5")["collection 1"] == -21


LEVELS = [
    "level 1",
    *["level 2"] * 2,
    *["level 3"] * 2,
    "sham 3",
    *["level 4"] * 2,
    "sham 4",
    *["level 5"] * 3,
]


def test_cohorts_are_filled_in_order_and_keep_their_distance() -> None:
    """Thirteen come, one every other day; there are twelve places.

    The first is collected on day 1, and given 21 days later, on day 22, a Tuesday. From then on a week lies between two of
    one cohort and three between two cohorts, all of them Tuesdays, so that nobody is put off.
    """
    tables = settled(NAME, *[60] * 13, every=2)
    assert list(tables.patients["arm"]) == [*LEVELS, ""]
    assert list(tables.patients["ending"]) == ["completed"] * 12 + ["no place in a cohort"]
    apart = [7 if one == other else 21 for one, other in pairwise(LEVELS)]
    rows = given(tables)
    assert list(rows["day"]) == [22 + sum(apart[:n]) for n in range(12)]
    assert list(rows["given_cells"]) == [5e6, *[15e6] * 2, *[30e6] * 2, 0, *[60e6] * 2, 0, *[120e6] * 3]
    assert len(days(tables, "collect")) == 10  # none for a sham
    assert tables.doses["on_first_day"].sum() == 12


def test_the_distance_is_kept_by_chance_too() -> None:
    """Whoever withdraws or is late: at least a week, and three between cohorts."""
    people = by_chance(NAME).patients.dropna(subset="first_dose_day")
    for _, one in people.groupby("replication"):
        days_of = one["first_dose_day"].astype(int).tolist()
        for (day, arm), (then, other) in pairwise(zip(days_of, one["arm"], strict=True)):
            assert then - day >= (7 if arm == other else 21)
