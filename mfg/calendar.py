"""Months, opening hours and public holidays.

A course is planned in whole days and the site runs in whole minutes since the midnight on which its
scenario starts, on the site's own clock. Dates live at the edges.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache

from attrs import frozen

from mfg.errors import Refused

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY = 24 * 60
DAYS_A_MONTH = 30.4375  # a twelfth of 365.25
FOREVER = 1 << 60  # minutes: later than everything

Window = tuple[int, int]


def shifted(baseline: date, months: int, days: int) -> date:
    """The day that lies so many calendar months, then so many days, from *baseline*.

    Months are counted from the baseline, never from the month before: one month after 31 January
    is the last of February, two months after it is 31 March.
    """
    year, month = divmod(baseline.year * 12 + baseline.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(baseline.day, last)) + timedelta(days=days)


@frozen(eq=False)
class Holidays:
    """The public holidays of one country or region, or none at all; compared as itself."""

    names: Mapping[date, str]

    def closed(self, day: date) -> str | None:
        """Why nobody works on *day*, or None on a working day."""
        return self.on(day) or (WEEKDAY_NAMES[day.weekday()] if day.weekday() >= 5 else None)

    def on(self, day: date) -> str | None:
        """The public holiday on *day* in words, or None if there is none."""
        return f"public holiday ({self.names[day]})" if day in self.names else None


def holidays_of(place: str | None, years: Iterable[int], where: str = "") -> Holidays:
    """The public holidays of *place* in *years*: an ISO 3166 country such as KR, or a region of one such as DE-BY.

    Raises:
        Refused: for a country or a region whose holidays are not known.
    """
    return _holidays(place, tuple(years), where)


@lru_cache(maxsize=32)
def _holidays(place: str | None, years: tuple[int, ...], where: str) -> Holidays:
    """What `holidays_of` gives, once for all variants of a study."""
    if place is None:
        return Holidays({})
    import holidays

    country, dash, region = place.partition("-")
    supported = holidays.list_supported_countries()
    if country not in supported:
        there, whole = supported.get(country.upper()), country.upper()
        right = place.upper() if region.upper() in (there or ()) else whole
        called = _countries(supported) if there is None else {place.lower(): right}
        problem, advice = "is not a country with a known calendar", "an ISO 3166 code such as KR or DE-BY"
        raise Refused(where, place, problem, f"{_meant(place, called)}use {advice}")
    if dash and region not in supported[country]:
        problem = f"is not a region of {country} with a calendar of its own"
        known = ", ".join([country, *(f"{country}-{one}" for one in supported[country])])
        raise Refused(where, place, problem, f"{_meant(region, _regions(country))}use one of {known}")
    english = "en_US" if "en_US" in holidays.list_localized_countries().get(country, ()) else None
    found = holidays.country_holidays(country, subdiv=region or None, years=years, language=english)
    return Holidays(dict(sorted(found.items())))


def _countries(codes: Container[str]) -> dict[str, str]:
    """The code of each country by its name in small letters, or by the last word of that."""
    from holidays.registry import COUNTRIES

    named = {name.replace("_", " "): known[1] for name, known in COUNTRIES.items() if known[1] in codes}
    return {word: code for name, code in named.items() for word in (name.split()[-1], name)}


def _regions(country: str) -> dict[str, str]:
    """The code of each region of *country* by that and its names in small letters."""
    import holidays

    known = type(holidays.country_holidays(country)).get_subdivision_aliases().items()
    return {word.lower(): f"{country}-{code}" for code, names in known for word in (code, *names)}


def _meant(word: str, known: Mapping[str, str]) -> str:
    """A question for what is called nearly so; nothing if that is none."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.75)
    return f"did you mean {known[near[0]]!r}? or " if near else ""


_CLOCK = r"([0-9]{1,2})(?::([0-9]{2}))?"
_ADVICE = 'write them like "Mon-Fri 08:00-18:00", ["Mon 09:00-17:00", "Wed 09:00-17:00"] or "always"'
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
        if not lines:
            raise Refused(where, "[]", "are not opening hours", _ADVICE)
        week: list[list[Window]] = [[] for _ in WEEKDAYS]
        for line in lines:
            match = _HOURS.fullmatch(line) if isinstance(line, str) else None
            if match is None or not {match[1], match[2] or match[1]} <= set(WEEKDAYS):
                raise Refused(where, str(line), "are not opening hours", _ADVICE)
            first = WEEKDAYS.index(match[1])
            last = WEEKDAYS.index(match[2] or match[1])
            (opens, early), (closes, late) = _clock(match[3], match[4]), _clock(match[5], match[6])
            if not opens < closes <= DAY or max(early, late) > 59:
                raise Refused(where, str(line), "do not open before they close on the same day", _ADVICE)
            if first > last:
                raise Refused(where, str(line), "run from a later weekday to an earlier one", _ADVICE)
            for weekday in range(first, last + 1):
                week[weekday].append((opens, closes))
        return Hours(tuple(tuple(merged(day)) for day in week))

    @property
    def never_close(self) -> bool:
        """Whether these hours have no gap at all, holidays included."""
        return self == ALWAYS

    def windows(self, start: date, days: int, holidays: Holidays) -> list[Window]:
        """The open windows of *days* days from *start*, in minutes since its midnight, holidays closed."""
        return list(_windows(self, start, days, holidays))


@lru_cache(maxsize=64)
def _windows(hours: Hours, start: date, days: int, holidays: Holidays) -> tuple[Window, ...]:
    """What `Hours.windows` gives, once for all places and variants of a study."""
    if hours.never_close:
        return ((0, days * DAY),)
    found = (
        (n * DAY + opens, n * DAY + closes)
        for n in range(days)
        if (day := start + timedelta(days=n)) not in holidays.names
        for opens, closes in hours.days[day.weekday()]
    )
    return tuple(merged(found))


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


def next_start(windows: Sequence[Window], moment: int, minutes: int) -> int:
    """The first minute from *moment* on from which so many fit into one of *windows*; FOREVER if there is none."""
    for n in range(max(0, bisect_right(windows, (moment, FOREVER)) - 1), len(windows)):
        opens, closes = windows[n]
        begins = max(opens, moment)
        if begins + minutes <= closes:
            return begins
    return FOREVER


def last_start(windows: Sequence[Window], moment: int, minutes: int) -> int:
    """The last minute up to *moment* from which so many fit into one of *windows*; -1 if there is none."""
    for n in range(bisect_right(windows, (moment, FOREVER)) - 1, -1, -1):
        opens, closes = windows[n]
        begins = min(closes - minutes, moment)
        if begins >= opens:
            return begins
    return -1
