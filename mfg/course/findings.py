"""Findings about a course on its dates: closed days, spacings in hours, and events without a date."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date, timedelta

from attrs import frozen

from mfg.calendar import DAY, WEEKDAY_NAMES
from mfg.course.doors import WORKING, Doors
from mfg.course.network import Course, Event
from mfg.course.pieces import Floating, Gap
from mfg.course.words import plural, waits_for
from mfg.finding import Finding
from mfg.protocol.protocol import Protocol


@frozen
class ScheduleFinding(Finding):
    """A finding about one event of a course."""

    event: str = ""


def closed_days(
    protocol: Protocol, course: Course, stuck: list[Event], day0: date, doors: Doors
) -> Iterator[ScheduleFinding]:
    """The events for which there is no open day, or no hour on it."""
    for event in stuck:
        day, evidence = day0 + timedelta(days=event.planned), protocol.evidence_of(event.rule)
        why = None if event.inpatient else doors.closed(day)
        obstacle = doors.obstacle(event, day) if why is None else None
        window = " and its window holds no open day" if event.earliest < event.latest else ""
        if obstacle is not None:
            message = f"has no hour on {day:%A}, {day}: {obstacle}"
            yield ScheduleFinding("error", "no-hour", message, evidence, event.name)
            continue
        if why is None:
            message = "has no open day that fits with the events bound to it"
        else:
            message = f"falls on a {why}{window}"
        if why in WEEKDAY_NAMES:
            message += f"; {_weekdays(course, doors.weekdays)}"
        yield ScheduleFinding("warning", "closed-day", message, evidence, event.name)


def _weekdays(course: Course, opened: Container[int]) -> str:
    """On which weekdays day 0 keeps every event that cannot move on the weekdays that are *opened*."""
    fixed = [event.planned for event in course.pinned if not event.inpatient]
    good = [WEEKDAY_NAMES[w] for w in range(7) if all((w + day) % 7 in opened for day in fixed)]
    if not good:
        return f"no weekday of day 0 keeps all events off {'the weekend' if opened == WORKING else 'closed days'}"
    listed = " or a ".join([", a ".join(good[:-1]), good[-1]] if len(good) > 1 else good)
    return f"day 0 on a {listed} would avoid it"


def broken_spacings(protocol: Protocol, gaps: Iterable[Gap]) -> Iterator[ScheduleFinding]:
    """The spacings in hours that the opening hours of the site make impossible."""
    for gap in gaps:
        sides = [(gap.least_minutes, "not before"), (gap.most_minutes, "not later than")]
        spacing = " and ".join(f"{side} {_hours(bound)}" for bound, side in sides if bound is not None)
        message = f"has no hour that is {spacing} after {gap.first}"
        yield ScheduleFinding("error", "no-hour", message, protocol.evidence_of(gap.rule), gap.then)


def by_the_clock(protocol: Protocol, course: Course, days: Mapping[str, int]) -> Iterator[ScheduleFinding]:
    """The spacings in hours that depend on the time of day, not on the chosen days alone."""
    for gap in course.gaps:
        message = _clock(gap, days.get(gap.then, 0) - days.get(gap.first, 0))
        if message:
            yield ScheduleFinding("note", "clock", message, protocol.evidence_of(gap.rule), gap.then)


def _clock(gap: Gap, days: int) -> str:
    """What the clock decides where *days* lie between two events; nothing if any hours keep the spacing."""
    sides = (
        (gap.least_minutes, days == gap.least, "not before", "later"),
        (gap.most_minutes, days == gap.most, "not later than", "earlier"),
    )
    said = [(bound, side, way) for bound, tight, side, way in sides if bound is not None and tight]
    if len(said) == 2 and gap.least_minutes == gap.most_minutes:
        return f"{_hours(gap.least_minutes)} after {gap.first}: at the same hour"
    return " and ".join(
        f"{side} {_hours(bound)} after {gap.first}"
        + (f": at the same hour or {way}" if bound % DAY == 0 else "")
        for bound, side, way in said
        if bound > 0
    )


def _hours(minutes: int | None) -> str:
    return plural((minutes or 0) // 60, "hour")


def without_date(protocol: Protocol, floating: tuple[Floating, ...]) -> Iterator[ScheduleFinding]:
    """The doses that have no date yet, and what they wait for."""
    for event in floating:
        if event.kind == "dose":
            message = f"has no date: {waits_for(event)}"
            yield ScheduleFinding("note", "no-date", message, protocol.evidence_of(event.rule), event.name)
