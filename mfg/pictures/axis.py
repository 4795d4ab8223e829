"""The axis of every chart over dates: a tick for each day, some days, weeks, months or years, by how long it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import altair as alt

_TICKS = 7  # at most: so many dates stand side by side in the width of a chart
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)


def date_axis(first: datetime, last: datetime, **more: Any) -> alt.Axis:
    """An axis from *first* to *last*: no two of its labels are the same. What *more* says goes to the axis as it is."""
    ticks, form = date_ticks(first, last)
    values = [alt.DateTime(year=one.year, month=one.month, date=one.day) for one in ticks]
    return alt.Axis(values=values, format=form, **more)


def date_ticks(first: datetime, last: datetime) -> tuple[list[date], str]:
    """The days at which there are ticks, not before *first* nor after *last*, and how they are written.

    Weeks begin on Monday, and several months with January. Within a day there is no tick but that of the day itself.
    """
    begin = first.date() + timedelta(days=first.time() != datetime.min.time())
    end = last.date()
    if begin > end:
        return [first.date()], "%-d %b %Y"
    for step in _DAYS:
        days = _every_days(begin, end, step)
        if len(days) <= _TICKS:
            return days, "%-d %b %Y"
    months = next(found for step in _MONTHS if len(found := _every_months(begin, end, step)) <= _TICKS)
    return months, "%b %Y"


def _every_days(begin: date, end: date, step: int) -> list[date]:
    start = begin + timedelta(days=-begin.weekday() % 7 if step >= 7 else 0)
    return [start + timedelta(days=n) for n in range(0, (end - start).days + 1, step)]


def _every_months(begin: date, end: date, step: int) -> list[date]:
    """The first days of every so many months, counted from January, or from the year nought."""
    months = range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month)
    firsts = (date(n // 12, n % 12 + 1, 1) for n in months if n % step == 0)
    return [one for one in firsts if begin <= one]
