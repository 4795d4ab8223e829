"""One patient's planned course: its events, how far each may lie from its day, and what binds them.

Everything is in whole days from baseline. Rules about time bound the gap between two events, so a
course is a simple temporal network (Dechter, Meiri, Pearl 1991, doi 10.1016/0004-3702(91)90006-6) and
its windows are shortest paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property, lru_cache

from attrs import frozen

from mfg.calendar import shifted
from mfg.errors import Refused

KINDS = ("screening", "collection", "csf-draw", "dose", "visit")
BASELINE = "baseline"
FREE = 10**6  # days: further than any course reaches


@frozen
class Planned:
    """An event before its baseline is known: so many months and days from another event.

    A negative spacing puts it ahead of that event. `grid` says that it may also lie no further than
    `before` and `after` days from its plan; `rule` is the path of its rule in the protocol.
    """

    kind: str
    name: str
    reference: str
    months: int
    days: int
    grid: bool
    before: int
    after: int
    rule: str
    dose: str | None = None
    by: str | None = None


@frozen
class Gap:
    """The days from one event to another lie between `least` and `most`."""

    first: str
    then: str
    least: int
    most: int


@frozen
class Event:
    """One event of a course: the day it is planned for and the days on which it may be."""

    kind: str
    name: str
    planned: int
    earliest: int
    latest: int
    rule: str
    dose: str | None
    by: str | None

    def nearest(self) -> Iterator[int]:
        """The days on which it may be, nearest to its plan first, and the earlier of two."""
        for distance in range(max(self.planned - self.earliest, self.latest - self.planned) + 1):
            for day in sorted({self.planned - distance, self.planned + distance}):
                if self.earliest <= day <= self.latest:
                    yield day


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
        """What is ahead when the screening is over."""
        return Course(tuple(event for event in self.events if event.kind != "screening"), self.gaps)

    @cached_property
    def screened_by(self) -> int:
        """The last day on which the first screening may be."""
        return min((event.latest for event in self.events if event.kind == "screening"), default=FREE)

    @cached_property
    def groups(self) -> list[list[tuple[Event, list[Gap]]]]:
        """The events that gaps bind to each other, baseline not counted, in order of their plan.

        Each with the gaps between it and baseline or an event before it in its group.
        """
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
        return [
            [(event, self._between(event, group[:n])) for n, event in enumerate(group)]
            for group in groups.values()
        ]

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

    `floating` names the doses that have no day: they are given when their lot is released.
    """

    planned: tuple[Planned, ...]
    gaps: tuple[Gap, ...]
    floating: tuple[str, ...] = ()

    @lru_cache(maxsize=4096)  # noqa: B019  replications ask for the same days
    def on(self, baseline: date) -> Course:
        """The course whose day 0 is *baseline*; calendar months become days.

        Raises:
            Refused: if the protocol's own rules leave an event no day at all.
        """
        day: dict[str, int] = {BASELINE: 0}
        early: dict[str, int] = {BASELINE: 0}
        late: dict[str, int] = {BASELINE: 0}
        for event in self.planned:
            origin = day[event.reference]
            if event.months:
                moved = shifted(baseline, event.months, event.days)
                day[event.name] = origin + (moved - baseline).days
            else:
                day[event.name] = origin + event.days
            early[event.name] = day[event.name] - event.before if event.grid else -FREE
            late[event.name] = day[event.name] + event.after if event.grid else FREE
        _narrow(early, late, self.gaps)
        for name in day:
            if early[name] > late[name]:
                advice = "widen a window or a spacing of the protocol"
                raise Refused(name, None, "has no day that its windows and spacings allow", advice)
        events = [
            Event(e.kind, e.name, day[e.name], early[e.name], late[e.name], e.rule, e.dose, e.by)
            for e in self.planned
        ]
        events.sort(key=lambda event: (event.planned, KINDS.index(event.kind)))
        return Course(tuple(events), self.gaps)


def _narrow(early: dict[str, int], late: dict[str, int], gaps: tuple[Gap, ...]) -> None:
    """Tighten the first and last days of all events by each other, until nothing changes."""
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
            return
