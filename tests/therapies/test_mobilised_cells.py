"""Mobilised cells: collected until there are 3e6 per kg and 1.5e6 more to keep, four times at most."""

from __future__ import annotations

import pytest

import mfg
from tests.small_unit import done
from tests.therapies.therapy import by_chance, calendar, days, given, settled, therapy, visits

NAME = "mobilised-cells"
KG = 50


@pytest.mark.parametrize(("weight", "least"), [("50 kg", 100_000_000), ("72.5 kg", 145_000_000)])
def test_doses(weight: str, least: int) -> None:
    """At least 2e6 per kg, and no limit above; CD34+ cells are counted."""
    (one,) = mfg.dose(therapy(NAME), weight=weight).administrations
    assert (one.cells, one.cells_least, one.cells_most, one.counted) == (None, least, None, "CD34+ cell")


def test_calendar() -> None:
    """Conditioning 48 hours before the infusion, on a Saturday if need be; the first collection four weeks before."""
    assert calendar(NAME, "2026-06-01") == {
        "screening": -42,
        "collection 1": -28,
        "conditioning": -2,
        "infusion": 0,
        "day 30": 30,
    }


@pytest.mark.parametrize(
    ("each", "count", "kept"),
    [
        # asked for 3e6 + 1.5e6 = 4.5e6 per kg; a dose takes 2e6 / 80 % = 2.5e6 from the freezer
        ("1.4e6 cell/kg", 4, 1.5e6),  # 4.2e6 after three: one more, 5.6e6
        ("1.5e6 cell/kg", 3, 1.5e6),  # 4.5e6: reached exactly
        ("4.5e6 cell/kg", 1, 1.5e6),
        ("0.8e6 cell/kg", 4, 0.7e6),  # 3.2e6 after the last: enough for the dose, less to keep
    ],
)
def test_collections_are_added_up_and_a_backup_is_kept(each: str, count: int, kept: float) -> None:
    """One after the other from Monday, day 7, and no more than are needed; frozen is what the dose takes and what is kept."""
    tables = settled(NAME, KG, step__collect__yields=each)
    assert days(tables, "collect") == [7, 8, 9, 10][:count]
    (lot,), (dose,) = tables.lots.itertuples(), given(tables).itertuples()
    assert lot.frozen_cells == pytest.approx((2.5e6 + kept) * KG)
    assert (dose.day, dose.given_cells) == (7 + 28, pytest.approx(2e6 * KG))
    used, left = done(tables, "store")["finished_min"]
    assert used // 1440 == 35 < left // 1440  # one container is thawed, the other kept until the end
    assert list(done(tables, "thaw")["value"]) == pytest.approx([2e6 * KG])


def test_too_little_after_the_last_is_collected_again_once() -> None:
    """0.7e6 four times are 2.8e6, below 3e6: all four once more, and then the way ends before any conditioning."""
    tables = settled(NAME, KG, step__collect__yields="0.7e6 cell/kg")
    assert len(days(tables, "collect")) == 8
    assert list(tables.patients["ending"]) == ["too little collected"]
    assert set(visits(tables)) == {"screening"}


def test_by_chance_some_are_collected_more_often() -> None:
    """Everything between one collection and eight; and nobody is given less than 2e6 per kg."""
    tables = by_chance(NAME)
    assert tables.patients["collections"].between(1, 8).all()
    assert tables.patients["collections"].nunique() > 2
    rows = given(tables)
    assert (rows["given_cells"] >= rows["prescribed_cells"] * (1 - 1e-9)).all()
