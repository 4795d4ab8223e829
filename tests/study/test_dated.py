"""Dates stand beside days that are moments, on the clock of the site, and beside nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg.results.columns import COLUMNS, is_moment, with_dates
from mfg.study.comparison import compare
from mfg.study.dated import dated
from mfg.study.run import simulate
from mfg.study.variants import Variant
from tests.study.folders import SMALL

START = date(2027, 6, 7)


def test_a_day_has_its_date_beside_it() -> None:
    """Half past noon on the second day, one day before the start, and none; days that something took have no date."""
    table = pd.DataFrame(
        {"patient": ["A", "B", "C"], "given_day": [1.520833333, -1.0, np.nan], "waited_day": 7.0}
    )
    found = dated(table, START)
    assert list(found) == ["patient", "given_day", "given_date", "waited_day"]
    assert found["given_date"].tolist()[:2] == [pd.Timestamp("2027-06-08T12:30"), pd.Timestamp("2027-06-06")]
    assert found["given_date"].isna().tolist() == [False, False, True]


@given(minutes=st.integers(-(10**7), 10**8), start=st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_every_minute_has_its_own(minutes: int, start: date) -> None:
    """A day in 1440 parts is no exact number, and its minute is found again."""
    (found,) = dated(pd.DataFrame({"given_day": [minutes / 1440]}), start)["given_date"]
    assert found == datetime.combine(start, datetime.min.time()) + timedelta(minutes=minutes)


@pytest.mark.parametrize("table", list(COLUMNS))
def test_what_lasted_and_what_holds_are_no_moments(table: str) -> None:
    """A column has a date if its words say when, not how long."""
    for column, said in COLUMNS[table].items():
        if column.endswith("_day"):
            lasts = said.startswith(("days from", "whether"))
            assert is_moment(column) != lasts, column
    assert len(with_dates(table)) == len(COLUMNS[table]) + sum(map(is_moment, COLUMNS[table]))


def test_a_table_of_no_rows_is_dated_too() -> None:
    """With the type of a date."""
    found = dated(pd.DataFrame({"given_day": np.array([], dtype=float)}), START)
    assert found["given_date"].dtype.kind == "M"


def test_variants_have_the_dates_of_their_own_start() -> None:
    """One that starts a year later: the same days, and dates a year later."""
    later = Variant("later", {"start": "2027-03-01"})
    earlier = Variant("earlier", {"start": "2026-03-02"})
    both = compare(SMALL, variants=[earlier, later], replications=2).table("patients")
    assert set(both["arrived_date"].dt.year[both["variant"] == "earlier"]) == {2026}
    assert both["arrived_date"].dt.year[both["variant"] == "later"].min() == 2027
    run = simulate(SMALL, replications=2, settings=dict(later.settings)).patients
    assert run["arrived_date"].tolist() == both["arrived_date"][both["variant"] == "later"].tolist()
