"""One patient's planned course: its events, how far each may lie from its day, and what binds them.

Everything is in whole days from baseline. Rules about time bound the gap between two events, so a
course is a simple temporal network (Dechter, Meiri, Pearl 1991, doi 10.1016/0004-3702(91)90006-6) and
its windows are shortest paths.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

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


@frozen
class Course:
    """The events of one arm in order of their planned days, and the gaps between them."""

    events: tuple[Event, ...]
    gaps: tuple[Gap, ...]


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
