"""What a finished log says of each patient's course, and what the protocol asks of it: the two sides of the audit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from math import isnan

import numpy as np
from attrs import define, frozen

from mfg.calendar import DAY
from mfg.course.network import Event, Template
from mfg.course.pieces import BASELINE, Floating, Gap
from mfg.log.columns import Columns
from mfg.plan.plan import Plan


@define
class LogRow:
    """One row of the log: the `at`-th, of the lot and the dose with these numbers, -1 for none."""

    at: int
    patient: int
    what: str
    lot: int
    dose: int
    started: int
    outcome: str
    value: float

    @property
    def day(self) -> int:
        """The day of the run on which it began."""
        return self.started // DAY


@frozen
class DoseBooking:
    """When a dose is booked `now` and was at `first`, in minutes (nan without an appointment); by which row, from which lot.

    It was booked in the minute `since`, and is the one after `before`.
    """

    first: float
    now: float
    at: int
    since: int
    lot: int
    before: DoseBooking | None = None

    @property
    def day(self) -> int | None:
        """The day of the run for which it is booked; None without an appointment."""
        return None if isnan(self.now) else int(self.now) // DAY

    def in_force(self, minute: int) -> Iterator[DoseBooking]:
        """The booking that held in that *minute*, and those made in it, the last first."""
        booking: DoseBooking | None = self
        while booking is not None:
            if booking.since <= minute:
                yield booking
            booking = None if booking.since < minute else booking.before

    @property
    def shift(self) -> int:
        """By how many days it has moved."""
        return 0 if isnan(self.first) or isnan(self.now) else int(self.now) // DAY - int(self.first) // DAY


@frozen
class Rules:
    """What a protocol asks of the course of one arm from one day 0 on; `leads` are what a dose is collected or drawn ahead."""

    events: Mapping[str, Event]
    floating: Mapping[str, Floating]
    anchors: Mapping[str, str]
    gaps: tuple[Gap, ...]
    leads: Mapping[tuple[str, str | None], Gap]

    @classmethod
    def of(cls, template: Template, plan: Plan, baseline: int | None, anchors: Mapping[str, str]) -> Rules:
        """The rules of a course with its *baseline* on that day of the run; None where nothing has a day."""
        floating = {event.name: event for event in template.floating}
        if baseline is None:
            return cls({}, floating, {}, (), {})
        course = template.on(plan.start + timedelta(days=baseline))
        events = {event.name: event for event in course.events}
        gaps = tuple(gap for gap in course.gaps if BASELINE not in (gap.first, gap.then))
        leads: dict[tuple[str, str | None], Gap] = {
            (events[gap.first].kind, events[gap.first].dose): gap
            for gap in gaps
            if gap.first in events and events[gap.first].kind in ("collection", "csf-draw")
        }
        return cls(events, floating, anchors, gaps, leads)

    def apart(self, one: Event, other: Event) -> int:
        """The least days from a dose to a later one, by their windows and by what is said between the two."""
        said = [gap.least for gap in self.gaps if (gap.first, gap.then) == (one.name, other.name)]
        return max([other.earliest - one.latest, *said])


def rows_of(plan: Plan, log: Columns, activities: Collection[str]) -> list[LogRow]:
    """The rows with one of *activities*, patient by patient, each in the order of the log."""
    named = [activity.name for activity in plan.activities]
    rows = np.flatnonzero(np.array([name in activities for name in named])[log.activity])
    whose = log.subjects[log.subject[rows]]
    order = np.argsort(whose[:, 0], kind="stable")
    rows, whose = rows[order], whose[order]
    columns = (column[rows].tolist() for column in (log.activity, log.started, log.outcome, log.value))
    return [
        LogRow(at, patient, named[activity], lot, dose, started, log.outcomes[outcome], value)
        for at, (patient, lot, dose, _), activity, started, outcome, value in zip(
            rows.tolist(), whose.tolist(), *columns, strict=True
        )
    ]
