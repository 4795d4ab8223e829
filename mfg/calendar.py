"""Dates, months, opening hours and public holidays.

A course is planned in whole days and the site runs in whole minutes since the midnight on which its
scenario starts, on the site's own clock. Dates live at the edges.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from attrs import frozen

from mfg.errors import Refused

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = 24 * 60
DAYS_A_MONTH = 30.4375  # a twelfth of 365.25
FOREVER = 1 << 60  # minutes: later than everything

Window = tuple[int, int]


def read_date(given: object, where: str = "") -> date:
    """Read a day written YYYY-MM-DD, or a TOML date.

    Raises:
        Refused: for a time of day, another order, a day that the calendar does not have, or one out of reach.
    """
    shown = str(given)
    if isinstance(given, date) and not isinstance(given, datetime):
        day = given
    elif not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise Refused(where, shown[:80], "is not a day", "write it as YYYY-MM-DD, like 2026-03-12")
    else:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise Refused(where, shown, "is not a day of the calendar", "check month and day") from None
    if not 1950 <= day.year <= 2150:
        raise Refused(where, shown, "is a year out of reach", "use a year from 1950 to 2150")
    return day


def shifted(baseline: date, months: int, days: int) -> date:
    """The day that lies so many calendar months, then so many days, from *baseline*.

    Months are counted from the baseline, never from the month before: one month after 31 January
    is the last of February, two months after it is 31 March.
    """
    year, month = divmod(baseline.year * 12 + baseline.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(baseline.day, last)) + timedelta(days=days)


@frozen
class Holidays:
    """The public holidays of one country, or none at all."""

    names: Mapping[date, str]

    def closed(self, day: date) -> str | None:
        """Why nobody works on *day*, or None on a working day."""
        if day in self.names:
            return f"public holiday ({self.names[day]})"
        return WEEKDAY_NAMES[day.weekday()] if day.weekday() >= 5 else None


def holidays_of(country: str | None, years: Iterable[int], where: str = "") -> Holidays:
    """The public holidays of *country* (an ISO 3166 code such as KR) in *years*."""
    if country is None:
        return Holidays({})
    import holidays

    supported = holidays.list_supported_countries()
    if country not in supported:
        raise Refused(
            where,
            country,
            "is not a country with a known calendar",
            f"did you mean {country.upper()!r}?"
            if country.upper() in supported
            else "use an ISO 3166 code such as KR",
        )
    english = "en_US" if "en_US" in _languages(holidays, country) else None
    found = holidays.country_holidays(country, years=tuple(years), language=english)
    return Holidays(dict(sorted(found.items())))


def _languages(library: object, country: str) -> tuple[str, ...]:
    listed = library.list_localized_countries()  # type: ignore[attr-defined]
    return tuple(listed.get(country, ()))


_CLOCK = r"([0-9]{1,2})(?::([0-9]{2}))?"
_HOURS = re.compile(rf"([A-Z][a-z]{{2}})(?:-([A-Z][a-z]{{2}}))? {_CLOCK}-{_CLOCK}")


@frozen
class Hours:
    """Weekly opening hours: for each weekday the minutes of the day that are open."""

    days: tuple[tuple[Window, ...], ...]

    @staticmethod
    def read(given: object, where: str = "") -> Hours:
        """Read ``"Mon-Fri 08:00-18:00"``, or shorter ``"Mon-Fri 8-18"``, a list of such lines, or ``"always"``."""
        if given == "always":
            return ALWAYS
        lines = given if isinstance(given, list) else [given]
        week: list[list[Window]] = [[] for _ in WEEKDAYS]
        for line in lines:
            match = _HOURS.fullmatch(line) if isinstance(line, str) else None
            advice = 'write them like "Mon-Fri 08:00-18:00" or "always"'
            if match is None or not {match[1], match[2] or match[1]} <= set(WEEKDAYS):
                raise Refused(where, str(line), "are not opening hours", advice)
            first = WEEKDAYS.index(match[1])
            last = WEEKDAYS.index(match[2] or match[1])
            (opens, early), (closes, late) = _clock(match[3], match[4]), _clock(match[5], match[6])
            if not opens < closes <= DAY or max(early, late) > 59:
                raise Refused(where, str(line), "do not open before they close on the same day", advice)
            if first > last:
                raise Refused(where, str(line), "run from a later weekday to an earlier one", advice)
            for weekday in range(first, last + 1):
                week[weekday].append((opens, closes))
        return Hours(tuple(tuple(merged(day)) for day in week))

    @property
    def never_close(self) -> bool:
        """Whether these hours have no gap at all, holidays included."""
        return self == ALWAYS

    def windows(self, start: date, days: int, holidays: Holidays) -> list[Window]:
        """The open windows of *days* days from *start*, in minutes since its midnight, holidays closed."""
        if self.never_close:
            return [(0, days * DAY)]
        found = [
            (n * DAY + opens, n * DAY + closes)
            for n in range(days)
            if (day := start + timedelta(days=n)) not in holidays.names
            for opens, closes in self.days[day.weekday()]
        ]
        return merged(found)


def _clock(hours: str, minutes: str | None) -> tuple[int, int]:
    """The minutes since midnight, and those of them that are past the full hour."""
    past = int(minutes or 0)
    return int(hours) * 60 + past, past


ALWAYS = Hours((((0, DAY),),) * 7)


def merged(windows: Iterable[Window]) -> list[Window]:
    """The same open time with windows that touch or overlap made one, in order."""
    result: list[Window] = []
    for opens, closes in sorted(windows):
        if result and opens <= result[-1][1]:
            result[-1] = (result[-1][0], max(closes, result[-1][1]))
        else:
            result.append((opens, closes))
    return result


def intersection(one: list[Window], other: list[Window]) -> list[Window]:
    """The time that is open in both."""
    result: list[Window] = []
    starts = [opens for opens, _ in other]
    for opens, closes in one:
        for n in range(max(bisect_right(starts, opens) - 1, 0), len(other)):
            if other[n][0] >= closes:
                break
            left, right = max(opens, other[n][0]), min(closes, other[n][1])
            if left < right:
                result.append((left, right))
    return result
