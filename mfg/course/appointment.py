"""One event of a course on its date, and its hours at a site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from attrs import evolve, frozen

from mfg.calendar import WEEKDAY_NAMES
from mfg.course.clock import settle_times
from mfg.course.doors import SiteDoors
from mfg.course.network import Course
from mfg.course.pieces import Gap


@frozen
class Appointment:
    """One event on its date; `moved_from` is the planned date if it had to move.

    `earliest` and `latest` are None where nothing limits them. An event without a date says what it `waits`
    for; one with a `condition` is planned as if the condition held. At a site it is at a `place`, can begin between
    its `hours` and is booked for so many `minutes` from when it `begins`; what the site knows no length of has no begin.
    """

    kind: str
    name: str
    day: int | None
    date: dt.date | None
    earliest: dt.date | None
    latest: dt.date | None
    moved_from: dt.date | None
    by: str | None
    condition: str = ""
    waits: str = ""
    inpatient: bool = False
    place: str = ""
    begins: dt.time | None = None
    minutes: int | None = None
    hours: tuple[tuple[dt.time, dt.time], ...] = ()

    @property
    def weekday(self) -> str:
        """The name of its day of the week; nothing without a date."""
        return "" if self.date is None else WEEKDAY_NAMES[self.date.weekday()]


def set_times(
    events: Sequence[Appointment], course: Course, doors: SiteDoors
) -> tuple[list[Appointment], list[Gap]]:
    """The *events* of a course with their places and hours, and the spacings in hours that the open hours cannot keep."""
    hours = {
        event.name: windows
        for event in events
        if event.kind != "observation" and event.date is not None
        if (windows := doors.hours(event.kind, event.date, inpatient=event.inpatient))
    }
    days = {event.name: event.day for event in events if event.name in hours and event.day is not None}
    begins, broken = settle_times(days, hours, course.clocked, doors.slot)
    by_the_clock = {name for gap in course.clocked for name in (gap.first, gap.then)}
    found = []
    for event in events:
        minutes = doors.length(event.kind) or None
        has_begin = event.name in hours and (minutes is not None or event.name in by_the_clock)
        windows = () if event.date is None else doors.hours(event.kind, event.date, inpatient=event.inpatient)
        found.append(
            evolve(
                event,
                place=event.by or doors.making.clinic,
                begins=_time(begins[event.name]) if has_begin else None,
                minutes=minutes,
                hours=tuple((_time(first), _time(last)) for first, last in windows),
            )
        )
    return found, broken


def _time(minute: int) -> dt.time:
    return dt.time(*divmod(minute, 60))
