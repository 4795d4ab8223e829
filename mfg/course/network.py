"""One patient's planned course: its events, how far each may lie from its day, and what binds them.

Everything is in whole days from baseline. Rules about time bound the gap between two events, so a
course is a simple temporal network (Dechter, Meiri, Pearl 1991, doi 10.1016/0004-3702(91)90006-6) and
its windows are shortest paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property, lru_cache

from attrs import evolve, frozen

from mfg.calendar import shifted
from mfg.course.conflict import conflict
from mfg.course.pieces import BASELINE, EVENT_KINDS, FAR, FREE, REACH, Floating, Gap, Planned
from mfg.errors import Refused


@frozen
class Event:
    """One event of a course: the day it is planned for and the days on which it may be.

    An `inpatient` may have it on a day that is closed. One that `repeats` takes place again if its dose is put
    off past its window after it took place.
    """

    kind: str
    name: str
    planned: int
    earliest: int
    latest: int
    rule: str
    dose: str | None
    by: str | None
    condition: str = ""
    inpatient: bool = False
    repeats: bool = False

    @property
    def searched(self) -> tuple[int, int]:
        """The first and the last day that are tried for it; a year before and after its plan if nothing limits it."""
        reach = max(self.planned - self.earliest, self.latest - self.planned)
        far = reach if reach <= REACH else FAR
        return max(self.earliest, self.planned - far), min(self.latest, self.planned + far)

    def nearest(self) -> Iterator[int]:
        """The days on which it may be, nearest to its plan first, and the earlier of two."""
        planned, (earliest, latest) = self.planned, self.searched
        if earliest <= planned <= latest:
            yield planned
        for distance in range(1, max(planned - earliest, latest - planned) + 1):
            if earliest <= planned - distance <= latest:
                yield planned - distance
            if earliest <= planned + distance <= latest:
                yield planned + distance


@frozen
class Course:
    """The events of one arm in order of their planned days, and the gaps between them."""

    events: tuple[Event, ...]
    gaps: tuple[Gap, ...]

    @cached_property
    def pinned(self) -> tuple[Event, ...]:
        """The events that cannot move."""
        return tuple(event for event in self.events if event.earliest == event.latest)

    @cached_property
    def ahead(self) -> Course:
        """The events that are still to come when the screening is over."""
        return Course(tuple(event for event in self.events if event.kind != "screening"), self.gaps)

    def screened_on(self, day: int) -> Course:
        """The same, when the last screening was on *day*, which puts off events with a spacing from a screening."""
        if not self._after_screening:
            return self.ahead
        held = {name: day + least for name, least in self._after_screening.items()}
        if all(event.earliest >= held.get(event.name, event.earliest) for event in self.ahead.events):
            return self.ahead
        events = [
            evolve(event, earliest=max(event.earliest, held.get(event.name, event.earliest)))
            for event in self.ahead.events
        ]
        return Course(tuple(events), self.gaps)

    @cached_property
    def _after_screening(self) -> dict[str, int]:
        """How many days after a screening each event may be at the earliest, for events with such a spacing."""
        screenings = {event.name for event in self.events if event.kind == "screening"}
        return {gap.then: gap.least for gap in self.gaps if gap.first in screenings}

    @cached_property
    def clocked(self) -> tuple[Gap, ...]:
        """The spacings that are in hours."""
        return tuple(g for g in self.gaps if g.least_minutes is not None or g.most_minutes is not None)

    @cached_property
    def screened_by(self) -> int:
        """The last day on which the first screening may be."""
        return min((event.latest for event in self.events if event.kind == "screening"), default=FREE)

    @cached_property
    def groups(self) -> list[list[tuple[Event, list[Gap]]]]:
        """The events that gaps bind to each other, baseline not counted, in order of their plan.

        Each with the gaps between it and baseline or an event before it in its group.
        """
        return [
            [(event, self._between(event, group[:n])) for n, event in enumerate(group)]
            for group in self._tied
        ]

    @cached_property
    def _tied(self) -> list[list[Event]]:
        leader = {event.name: event.name for event in self.events}

        def find(name: str) -> str:
            while leader[name] != name:
                name = leader[name]
            return name

        for gap in self.gaps:
            if gap.first in leader and gap.then in leader:
                leader[find(gap.first)] = find(gap.then)
        groups: dict[str, list[Event]] = {}
        for event in self.events:
            groups.setdefault(find(event.name), []).append(event)
        return list(groups.values())

    @cached_property
    def _bound(self) -> dict[str, frozenset[str]]:
        bound: dict[str, frozenset[str]] = {}
        for group in self._tied:
            together = frozenset(event.name for event in group)
            bound |= {event.name: together - {event.name} for event in group}
        everything = frozenset(bound)
        day0 = [e.name for e in self.pinned if e.kind == "dose" and e.planned == 0]
        return bound | {name: everything - {name} for name in day0}

    def bound_to(self, name: str) -> frozenset[str]:
        """The names of the events that move with the event *name*.

        They are those to which gaps tie it, directly or by way of others, but not by way of baseline. The
        dose on day 0 is what day 0 means: with it everything moves.
        """
        return self._bound[name]

    def _between(self, event: Event, before: list[Event]) -> list[Gap]:
        others = {BASELINE, *(one.name for one in before)}
        return [
            gap
            for gap in self.gaps
            if (gap.then == event.name and gap.first in others)
            or (gap.first == event.name and gap.then in others)
        ]


@frozen(cache_hash=True)
class Template:
    """The course of one arm for any baseline; every event stands behind the one that it refers to.

    `floating` are the events that have no day, such as doses that are given when their lot is released.
    """

    planned: tuple[Planned, ...]
    gaps: tuple[Gap, ...]
    floating: tuple[Floating, ...] = ()

    @property
    def doses(self) -> frozenset[str]:
        """The names of the doses of this course, with a day or without."""
        events: list[Planned | Floating] = [*self.planned, *self.floating]
        return frozenset(event.name for event in events if event.kind == "dose")

    @cached_property
    def clocked(self) -> tuple[Gap, ...]:
        """The spacings that are at least so long by the clock."""
        return tuple(gap for gap in self.gaps if gap.least_minutes is not None)

    @lru_cache(maxsize=4096)  # noqa: B019  replications ask for the same days
    def on(self, baseline: date) -> Course:
        """The course whose day 0 is *baseline*; calendar months become days.

        Raises:
            Refused: if the protocol's own rules leave an event no day at all, or one too far away.
        """
        day: dict[str, int] = {BASELINE: 0}
        early: dict[str, int] = {BASELINE: 0}
        late: dict[str, int] = {BASELINE: 0}
        for event in self.planned:
            day[event.name] = day[event.reference] + _days(event, baseline)
            early[event.name] = day[event.name] - event.before if event.grid else -FREE
            late[event.name] = day[event.name] + event.after if event.grid else FREE
        _within_reach(self.planned, day)
        if not _narrow(early, late, self.gaps):
            raise conflict(self.planned, self.gaps, day)
        events = [
            Event(
                e.kind,
                e.name,
                day[e.name],
                early[e.name],
                late[e.name],
                e.rule,
                e.dose,
                e.by,
                e.condition,
                e.inpatient,
                e.repeats,
            )
            for e in self.planned
        ]
        events.sort(key=lambda event: (event.planned, EVENT_KINDS.index(event.kind)))
        return Course(tuple(events), self.gaps)


def _days(event: Planned, baseline: date) -> int:
    """How many days *event* lies from its reference."""
    if not event.months:
        return event.days
    try:
        return (shifted(baseline, event.months, event.days) - baseline).days
    except (ValueError, OverflowError):
        return FREE


def _within_reach(planned: tuple[Planned, ...], day: dict[str, int]) -> None:
    for event in planned:
        if abs(day[event.name]) > REACH:
            problem = f"puts {event.name} more than a hundred years from day 0"
            raise Refused(event.rule, None, problem, "write a smaller offset")


def _narrow(early: dict[str, int], late: dict[str, int], gaps: tuple[Gap, ...]) -> bool:
    """Tighten the first and last days of all events by each other; whether all of them keep a day."""
    for _ in range(len(early) + 1):
        changed = False
        for gap in gaps:
            a, b = gap.first, gap.then
            for table, name, value, tighter in (
                (early, b, early[a] + gap.least, max),
                (late, b, late[a] + gap.most, min),
                (early, a, early[b] - gap.most, max),
                (late, a, late[b] - gap.least, min),
            ):
                if tighter(table[name], value) != table[name]:
                    table[name] = value
                    changed = True
        if not changed:
            return all(early[name] <= late[name] for name in early)
    return False  # rules that go round in a circle tighten each other for ever
