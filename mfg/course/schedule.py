"""One patient's calendar: the protocol's course on real dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import date, timedelta

from attrs import frozen

from mfg.calendar import WEEKDAY_NAMES, Holidays, holidays_of, read_date
from mfg.course.arrange import Allowed, arrange
from mfg.course.network import KINDS, Course, Event, Template
from mfg.course.template import template_of
from mfg.errors import Refused
from mfg.evidence import Finding
from mfg.protocol.protocol import Arm, Protocol, loaded

__all__ = ["Appointment", "Schedule", "ScheduleFinding", "schedule"]

_REACH = 60  # days on either side in which a baseline that fits is looked for
_SHOWN = 2  # how many of them are named on either side


@frozen
class Appointment:
    """One event on its date; `moved_from` is the planned date if it had to move."""

    kind: str
    name: str
    day: int
    date: dt.date
    earliest: dt.date
    latest: dt.date
    moved_from: dt.date | None
    by: str | None

    @property
    def weekday(self) -> str:
        """The name of its day of the week."""
        return WEEKDAY_NAMES[self.date.weekday()]


@frozen
class ScheduleFinding(Finding):
    """A finding about one event of a course."""

    event: str = ""


@frozen
class Schedule:
    """A course on dates, in their order, with what does not fit and the nearest baselines that do."""

    protocol: str
    arm: str
    baseline: date
    events: tuple[Appointment, ...]
    findings: tuple[ScheduleFinding, ...]
    baselines_that_fit: tuple[date, ...]


def schedule(
    protocol: Protocol,
    *,
    baseline: str | date,
    arm: str | None = None,
    holidays: str | None = None,
    supply: str | None = None,
) -> Schedule:
    """The calendar of one patient of *arm* whose day 0 is *baseline* (YYYY-MM-DD).

    Weekends are closed, and the public holidays of the country *holidays* (such as ``"KR"``). An event
    moves within its window, never beyond it; one without a window is never moved.

    Raises:
        Refused: for a day that is none, or an arm, a supply or a country that is not known.
    """
    protocol, day0 = loaded(protocol), read_date(baseline, "--baseline")
    chosen, source = _arm(protocol, arm), protocol.supply(supply)
    closed = holidays_of(holidays, range(day0.year - 2, day0.year + 6), "--holidays")
    template = template_of(protocol, chosen, source)
    course = template.on(day0)
    days, stuck = arrange(course, _open(day0, closed))
    findings = tuple(_findings(protocol, course, stuck, day0, closed))
    fits = tuple(_fits(template, day0, closed)) if stuck else ()
    events = [_appointment(event, days[event.name], day0) for event in course.events]
    events.sort(key=lambda event: (event.date, KINDS.index(event.kind)))
    return Schedule(protocol.name, chosen.name, day0, tuple(events), findings, fits)


def _arm(protocol: Protocol, name: str | None) -> Arm:
    if name is not None:
        return protocol.arm(name)
    arms = protocol.dosed_arms() or list(protocol.arms)
    if len({tuple(arm.doses.items()) for arm in arms}) > 1:
        raise Refused(
            "--arm", None, "is needed: the course differs", f"use one of {', '.join(a.name for a in arms)}"
        )
    return arms[0]


def _open(day0: date, closed: Holidays) -> Allowed:
    return lambda _, day: closed.closed(day0 + timedelta(days=day)) is None


def _appointment(event: Event, day: int, day0: date) -> Appointment:
    def on(days: int) -> date:
        return day0 + timedelta(days=days)

    moved = on(event.planned) if day != event.planned else None
    return Appointment(
        event.kind, event.name, day, on(day), on(event.earliest), on(event.latest), moved, event.by
    )


def _findings(
    protocol: Protocol, course: Course, stuck: list[Event], day0: date, closed: Holidays
) -> Iterator[ScheduleFinding]:
    for event in stuck:
        day = day0 + timedelta(days=event.planned)
        why = closed.closed(day)
        if why is None:
            message = "has no open day that fits with the events bound to it"
        else:
            message = f"falls on a {why}" + (
                " and its window holds no open day" if event.earliest < event.latest else ""
            )
        if why in WEEKDAY_NAMES:
            message += f"; {_weekdays(course)}"
        yield ScheduleFinding("warning", "closed-day", message, protocol.evidence_of(event.rule), event.name)


def _weekdays(course: Course) -> str:
    """On which weekdays day 0 keeps every event that cannot move off the weekend."""
    fixed = [event.planned for event in course.events if event.earliest == event.latest]
    good = [WEEKDAY_NAMES[w] for w in range(7) if all((w + day) % 7 < 5 for day in fixed)]
    if not good:
        return "no weekday of day 0 keeps all events off the weekend"
    listed = " or a ".join([", a ".join(good[:-1]), good[-1]] if len(good) > 1 else good)
    return f"day 0 on a {listed} would avoid it"


def _fits(template: Template, day0: date, closed: Holidays) -> Iterator[date]:
    """The nearest baselines, before and after, for which nothing is left to find."""
    found: list[date] = []
    for direction in (-1, 1):
        days = (day0 + timedelta(days=direction * n) for n in range(1, _REACH + 1))
        fitting = (day for day in days if not arrange(template.on(day), _open(day, closed))[1])
        found += [day for day, _ in zip(fitting, range(_SHOWN), strict=False)]
    yield from sorted(found)
