"""Cells for the area of a wound: 1e6 per cm2, at most 240e6, at one, two or four sites, from syringes of 10 and 2 mL."""

from __future__ import annotations

from collections import Counter

import pytest

import mfg
from tests.therapies.therapy import calendar, days, given, settled, therapy

NAME = "cells-per-area"


@pytest.mark.parametrize(
    ("area", "cells", "ml", "sites", "syringes"),
    [
        # at 2e6 cells per mL; at each site 10 mL syringes while a whole one is needed, then what holds the rest
        ("5 cm**2", 5_000_000, 2.5, 1, {10: 1}),
        ("20 cm**2", 20_000_000, 10, 1, {10: 1}),
        ("24 cm**2", 24_000_000, 12, 2, {10: 2}),  # 6 mL a site
        ("48 cm**2", 48_000_000, 24, 2, {10: 2, 2: 2}),  # 12 mL a site
        ("100 cm**2", 100_000_000, 50, 2, {10: 6}),  # 25 mL a site
        ("101 cm**2", 101_000_000, 50.5, 4, {10: 8}),  # 12.625 mL a site: 10 mL and 2.625 mL
        ("300 cm**2", 240_000_000, 120, 4, {10: 12}),  # capped; 30 mL a site
    ],
)
def test_doses(area: str, cells: int, ml: float, sites: int, syringes: dict[int, int]) -> None:
    """Cells, volume, sites and syringes by hand."""
    (one,) = mfg.dose(therapy(NAME), given={"area": area}).administrations
    assert (one.cells, float(one.volume_mL or 0), one.sites) == (cells, ml, sites)
    found = Counter(int(syringe.nominal_mL or 0) for syringe in one.containers)
    assert found == syringes


def test_a_wound_that_is_too_small_has_no_dose() -> None:
    """The protocol is for 5 to 400 cm2."""
    with pytest.raises(mfg.Refused, match="outside at least 5 cm"):
        mfg.dose(therapy(NAME), given={"area": "4.9 cm**2"})


def test_calendar() -> None:
    """The skin is taken four weeks before."""
    assert calendar(NAME, "2026-06-01") == {
        "screening": -35,
        "collection 1": -28,
        "injection": 0,
        "week 12": 84,
    }


@pytest.mark.parametrize(("area", "cells"), [("48 cm**2", 48e6), ("300 cm**2", 240e6)])
def test_what_is_measured_at_screening_is_given(area: str, cells: float) -> None:
    """Collected on day 1, grown for 21 days and tested, given on day 29."""
    tables = settled(NAME, 60, covariate__area=area)
    (row,) = given(tables).itertuples()
    assert (row.day, row.prescribed_cells, row.given_cells) == (29, cells, cells)
    assert days(tables, "collect") == [1]
    assert days(tables, "observe") == [0]


def test_a_culture_that_yields_too_little_is_not_given() -> None:
    """200e6 cells for 240e6: collected again once, and then the way ends."""
    tables = settled(NAME, 60, covariate__area="300 cm**2", step__expand__yields="200e6 cell")
    assert len(days(tables, "collect")) == 2
    assert list(tables.patients["ending"]) == ["too few cells"]
