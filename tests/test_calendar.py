"""Dates, months, hours and holidays."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg.calendar import ALWAYS, DAY, Hours, holidays_of, intersection, merged, shifted
from mfg.dates import read_date
from mfg.errors import Refused

WINDOWS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 40)).map(lambda w: (w[0], w[0] + w[1])), max_size=12
).map(merged)


@pytest.mark.parametrize(
    "text",
    [
        "20260203",
        "2026-W05-1",
        "2026-2-3",
        "03.02.2026",
        "02/03/2026",
        "2026-02-30",
        "2026-13-01",
        "0026-01-01",
        "2026-02-03T10:00",
        "",
        "tomorrow",
    ],
)
def test_a_day_is_written_one_way(text: str) -> None:
    """Only YYYY-MM-DD, and only days that exist."""
    with pytest.raises(Refused):
        read_date(text)


def test_months_count_from_the_baseline() -> None:
    """31 January + 2 months is 31 March, whatever February did in between."""
    january = date(2026, 1, 31)
    assert shifted(january, 1, 0) == date(2026, 2, 28)
    assert shifted(january, 2, 0) == date(2026, 3, 31)
    assert shifted(date(2024, 1, 31), 1, 0) == date(2024, 2, 29)
    assert shifted(date(2026, 1, 15), -3, 0) == date(2025, 10, 15)
    assert shifted(date(2026, 11, 30), 1, 2) == date(2027, 1, 1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-24, 24))
def test_a_month_lands_in_its_month(day: date, months: int) -> None:
    """So many months on, the month is so many further, and the day is the same or the month's last."""
    moved = shifted(day, months, 0)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


@pytest.mark.parametrize(
    "text",
    [
        "Mon-Fri 8",
        "Mon-Fri 8:5-18",
        "Mon-Fri 18:00-08:00",
        "Fri-Mon 08:00-18:00",
        "daily",
        "Mon-Fri 08:00-18:60",
        "Mo-Fr 08:00-18:00",
        7,
        "Mon-Fri 08:00-24:30",
    ],
)
def test_hours_that_are_none_are_refused(text: object) -> None:
    """Opening hours are weekdays and two times of day, the first before the second."""
    with pytest.raises(Refused):
        Hours.read(text)


def test_open_windows_follow_weekdays_and_holidays() -> None:
    """Work goes by the week, public holidays are closed, days that touch are one window."""
    start = date(2026, 2, 27)  # a Friday before Independence Movement Day, its Monday taken off instead
    closed = holidays_of("KR", [2026])
    windows = Hours.read("Mon-Fri 08:00-18:00").windows(start, 5, closed)
    assert windows == [(8 * 60, 18 * 60), (4 * DAY + 8 * 60, 4 * DAY + 18 * 60)]
    assert Hours.read(["Mon-Sun 00:00-24:00"]).windows(start, 3, holidays_of(None, [])) == [(0, 3 * DAY)]
    assert ALWAYS.windows(start, 3, closed) == [(0, 3 * DAY)]


def test_an_unknown_country_is_refused_with_the_known_ones() -> None:
    """A calendar is that of a country with an ISO code."""
    with pytest.raises(Refused, match="KR"):
        holidays_of("KO", [2026])


@pytest.mark.parametrize(
    ("place", "meant"),
    [
        ("de", "'DE'"),
        ("Germany", "'DE'"),
        ("Korea", "'KR'"),
        ("de-by", "'DE-BY'"),
        ("de-xx", "'DE'"),
        ("DE-by", "'DE-BY'"),
        ("DE-Bayern", "'DE-BY'"),
        ("US-California", "'US-CA'"),
        ("KR-11", "KR"),
        ("DE-", "DE-BY"),
    ],
)
def test_a_place_that_is_nearly_known_is_refused_with_its_code(place: str, meant: str) -> None:
    """What was meant is named by its code, which is itself known; no name stands for another silently."""
    with pytest.raises(Refused) as refused:
        holidays_of(place, [2026], "site.holidays")
    assert (refused.value.where, refused.value.given) == ("site.holidays", place)
    assert meant in refused.value.remedy
    assert holidays_of(meant.strip("'"), [2026]).names


def test_a_region_has_holidays_of_its_own() -> None:
    """Corpus Christi is a holiday in Bavaria and not in all of Germany; Cesar Chavez Day is one in California."""
    corpus_christi, chavez = date(2026, 6, 4), date(2026, 3, 31)
    assert holidays_of("DE", [2026]).on(corpus_christi) is None
    assert holidays_of("DE-BY", [2026]).on(corpus_christi) == "public holiday (Corpus Christi)"
    assert (chavez in holidays_of("US", [2026]).names, chavez in holidays_of("US-CA", [2026]).names) == (
        False,
        True,
    )
    assert holidays_of("DE", [2026]).names.keys() < holidays_of("DE-BY", [2026]).names.keys()


@given(WINDOWS, WINDOWS)
def test_the_intersection_is_what_is_open_in_both(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    """Minute by minute."""

    def minutes(windows: list[tuple[int, int]]) -> set[int]:
        return {minute for opens, closes in windows for minute in range(opens, closes)}

    assert minutes(intersection(one, other)) == minutes(one) & minutes(other)
