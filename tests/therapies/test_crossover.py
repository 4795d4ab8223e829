"""A crossover: four weekly doses a day after randomisation, six weeks of washout, four weekly doses of the other kind."""

from __future__ import annotations

import pytest

import mfg
from tests.small_unit import done
from tests.therapies.therapy import by_chance, calendar, days, given, prescribed, settled, therapy, visits

NAME = "crossover"
BLOCK = [0, 7, 14, 21]


@pytest.mark.parametrize(
    ("arm", "block", "cells"),
    [
        ("cells first", "first", 64_000_000),
        ("cells first", "second", 0),
        ("sham first", "first", 0),
        ("sham first", "second", 64_000_000),
    ],
)
def test_doses(arm: str, block: str, cells: int) -> None:
    """1e6 per kg at 2e6 per mL in one of the blocks, each of its four times; nothing in the other."""
    for n in (1, 2, 3, 4):
        assert (
            mfg.dose(therapy(NAME), arm=arm, dose=f"{block} block {n}", weight="64 kg").total_cells == cells
        )
    if cells:
        assert prescribed(NAME, arm, f"{block} block 1", weight="64 kg") == (cells, 32, 1)


@pytest.mark.parametrize("arm", ["cells first", "sham first"])
def test_calendar(arm: str) -> None:
    """The first dose the day after randomisation; the second block 42 days after the last of the first: 22 + 42."""
    found = calendar(NAME, "2026-06-01", arm=arm)
    assert [found[f"first block {n}"] for n in (1, 2, 3, 4)] == [1 + day for day in BLOCK]
    assert [found[f"second block {n}"] for n in (1, 2, 3, 4)] == [64 + day for day in BLOCK]
    assert (found["randomisation"], found["end of block"], found["end"]) == (0, 22 + 28, 85 + 28)
    assert found["collection 1"] == 1 - 28  # though the first block be a sham


def test_both_ways_take_the_same_course() -> None:
    """Screened on day 0, collected on day 8, dosed from 28 days later: on day 36, a Tuesday, and every Tuesday of a block."""
    tables = settled(NAME, 64, 64)
    assert sorted(tables.patients["arm"]) == ["cells first", "sham first"]
    rows = given(tables)
    for arm, patient in zip(tables.patients["arm"], tables.patients["patient"], strict=True):
        mine = rows[rows["patient"] == patient]
        assert list(mine["day"]) == [36 + day for day in BLOCK] + [36 + 21 + 42 + day for day in BLOCK]
        cells = [64e6] * 4 + [0] * 4
        assert list(mine["given_cells"]) == (cells if arm == "cells first" else cells[::-1])
    assert days(tables, "collect") == [8, 8]
    assert days(tables, "visit", "randomisation") == [35, 35]
    assert days(tables, "visit", "end") == [36 + 21 + 42 + 21 + 28] * 2


def test_the_bank_serves_four_doses_and_keeps_one() -> None:
    """80e6 frozen for 64e6 given, five times: four thawed, the fifth kept until the end."""
    tables = settled(NAME, 64)
    (lot,) = tables.lots.itertuples()
    assert lot.frozen_cells == pytest.approx(5 * 64e6 / 0.8)
    assert len(done(tables, "thaw")) == 4
    assert [minute // 1440 for minute in done(tables, "store")["finished_min"]].count(
        visits(tables)["end"]
    ) == 1


def test_by_chance_the_doses_of_a_block_are_a_week_apart() -> None:
    """Whoever comes when: seven days between any two of a block, and 42 to 56 between the blocks."""
    rows = given(by_chance(NAME)).sort_values(["replication", "patient", "dose"])
    for _, mine in rows.groupby(["replication", "patient"]):
        gaps = list(mine["day"].diff().dropna())
        assert gaps[:3] == gaps[4:] == [7, 7, 7]
        assert 42 <= gaps[3] <= 56
