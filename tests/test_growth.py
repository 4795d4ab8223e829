"""Cells in culture: closed forms, and nothing out of nothing."""

from __future__ import annotations

from math import ceil, inf, log2

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mfg.growth import Cultivation, Culture

TERMS = Cultivation(
    vessel_cm2=175, seeding=2e5, reseeding=5000, harvest_at=0.8, confluent=2.5e4, passages=3, samples=0
)


def culture(most_flasks: int = 30, doubling: float = 2400, lag: float = 1440, limit: float = 38) -> Culture:
    """A culture whose every passage grows alike."""
    return Culture(TERMS, most_flasks, (doubling,), (lag,), limit)


def test_time_to_harvest_is_lag_and_doublings() -> None:
    """From founders to 80 % of confluence."""
    lot = culture()
    lot.plate(mononuclear=8e7, founders=2400, now=0)
    assert lot.flasks == 3
    assert lot.harvestable_at() == pytest.approx(1440 + 2400 * log2(3 * 3.5e6 / 2400))


@pytest.mark.parametrize(
    ("donor", "passages", "days"),
    [
        ((8.0e4, 1.1e6, 2.3e5), 3, 14),
        ((8.6e4, 4.2e5, 3.1e5), 3, 14),
        ((1.9e5, 2.4e5, 7.5e5), 3, 14),
        ((1.4e5, 1.7e5, 5.0e5), 3, 14),
    ],
)
def test_published_low_density_cultures_come_back(donor: tuple[float, ...], passages: int, days: int) -> None:
    """Colter 2000 (doi 10.1073/pnas.070034097, table 2): 530 cells on 176 cm2 for 14 days; fed the doubling time, the yield returns."""
    assert len(donor) == passages
    for cells in donor:
        doubling = days * 1440 / log2(cells / 530)
        lot = Culture(Cultivation(176, 2e5, 3, 0.8, 2.5e4, 3, 0), 1, (doubling,), (0.0,), 38)
        lot.plate(mononuclear=1e6, founders=530, now=0)
        assert lot.cells(days * 1440) == pytest.approx(cells)


def test_flasks_are_whole_and_no_more_than_needed() -> None:
    """As many as the cells fill at the reseeding density, rounded up, at most what the target needs."""
    lot = culture(most_flasks=20)
    lot.plate(8e7, 2400, 0)
    lot.replate(9.5e6, 20_000)
    assert (lot.passage, lot.flasks, lot.is_last) == (1, 11, False)
    lot.replate(3.5e7, 26_000)
    assert (lot.flasks, lot.is_last) == (20, True)


def test_the_last_permitted_passage_is_the_last() -> None:
    """Even where its flasks do not hold the target."""
    lot = culture(most_flasks=1000)
    lot.plate(8e7, 2400, 0)
    for n in range(1, 4):
        assert not lot.is_last
        lot.replate(1e6, n * 30_000)
    assert lot.is_last


@pytest.mark.parametrize("least", [0, 1, 2])
def test_nothing_is_harvested_before_the_least_passage(least: int) -> None:
    """One flask holds the target from the beginning; each passage that is asked for takes its lag and its doublings."""
    lot = Culture(evolve(TERMS, least=least), 1, (2400,), (1440,), 38)
    lot.plate(mononuclear=1e6, founders=500, now=0)
    again = 1440 + 2400 * log2(0.8 * 2.5e4 / 5000)
    foreseen = lot.forecast(1.0)
    assert foreseen == pytest.approx(1440 + 2400 * log2(3.5e6 / 500) + least * again, abs=least + 1)
    while not lot.is_last:
        now = ceil(lot.harvestable_at())
        lot.replate(lot.cells(now), now)
    assert (lot.passage, lot.flasks) == (least, 1)
    assert lot.harvestable_at() == pytest.approx(foreseen)


def test_a_culture_past_its_limit_never_gets_there() -> None:
    """Fewer doublings left than it needs: that is a growth failure, not a wait."""
    lot = culture(limit=10)
    lot.plate(8e7, 2400, 0)
    assert lot.harvestable_at() == inf
    assert lot.cells(10**7) == pytest.approx(2400 * 2**10)


def test_confluence_is_the_end_of_growth() -> None:
    """A flask that waits for hands grows on to confluence and no further."""
    lot = culture()
    lot.plate(8e7, 2400, 0)
    assert lot.cells(10**6) == 3 * 175 * 2.5e4


@given(
    founders=st.floats(1, 1e5),
    mononuclear=st.floats(1e6, 5e8),
    doubling=st.floats(600, 6000),
    lag=st.floats(0, 6000),
    waits=st.lists(st.integers(1, 40_000), min_size=1, max_size=4),
    recovery=st.floats(0.5, 1),
)
def test_cells_are_conserved(
    founders: float, mononuclear: float, doubling: float, lag: float, waits: list[int], recovery: float
) -> None:
    """No passage yields more than doubling explains, and all of them together no more than the founders."""
    lot = culture(most_flasks=50, doubling=doubling, lag=lag, limit=38)
    lot.plate(mononuclear, founders, 0)
    now, put_in = 0, lot.seeded
    assert put_in <= founders
    for wait in waits:
        before, now = lot.seeded, now + wait
        grown = lot.cells(now)
        assert grown <= before * 2 ** (wait / doubling) * (1 + 1e-9)
        assert grown >= min(before, lot.ceiling) * (1 - 1e-9)
        lot.replate(grown * recovery, now)
        assert lot.seeded <= put_in * 2 ** (now / doubling) * (1 + 1e-9)
        assert lot.doubled <= 38 + 1e-9


def test_the_forecast_is_the_course_without_waits() -> None:
    """What is foreseen at the start is what happens if every passage is done at once."""
    lot = culture()
    lot.plate(8e7, 2400, 0)
    foreseen, now = lot.forecast(0.9), 0
    while not lot.is_last:
        now = ceil(lot.harvestable_at())
        lot.replate(lot.cells(now) * 0.9, now)
    assert foreseen == pytest.approx(lot.harvestable_at())
