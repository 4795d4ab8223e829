"""Choosing days: every event on an allowed day, near its planned one, no spacing broken."""

from __future__ import annotations

from collections.abc import Callable

from mfg.course.network import Course, Event
from mfg.course.pieces import BASELINE, Gap

Allowed = Callable[[Event, int], bool]
Group = list[tuple[Event, list[Gap]]]


def arrange(course: Course, allowed: Allowed) -> tuple[dict[str, int], list[Event]]:
    """A day for every event, and the events for which no allowed day was found.

    Groups of events that are bound together are placed together; within a group the event planned
    first takes the allowed day nearest to its plan (the earlier of two) that leaves the others one.
    A group without any answer keeps its planned days.
    """
    days: dict[str, int] = {}
    stuck: list[Event] = []
    for group in course.groups:
        placed = _nearest(group, allowed)
        if placed is None:
            events = [event for event, _ in group]
            stuck += [event for event in events if not allowed(event, event.planned)] or events
            placed = {event.name: event.planned for event in events}
        days |= placed
    return days, stuck


def _nearest(group: Group, allowed: Allowed) -> dict[str, int] | None:
    """The days of *group*, each as near to its plan as those before it leave it; None if there are none.

    The first day that suits an event and those before it nearly always leaves the others one as well.
    Only if it does not is it asked of each day what it leaves, which costs more.
    """
    placed = _choose(group, allowed, lambda _: True)
    if placed is None and len(group) > 1:
        earliest = _earliest(group, allowed, {})
        if earliest is not None:
            placed = _choose(group, allowed, lambda days: _earliest(group, allowed, days) is not None)
    return placed


def _choose(
    group: Group, allowed: Allowed, leaves: Callable[[dict[str, int]], bool]
) -> dict[str, int] | None:
    days = {BASELINE: 0}
    for event, gaps in group:
        for day in event.nearest():
            days[event.name] = day
            for gap in gaps:
                if not gap.least <= days[gap.then] - days[gap.first] <= gap.most:
                    break
            else:
                if allowed(event, day) and leaves(days):
                    break
        else:
            return None
    del days[BASELINE]
    return days


def _earliest(group: Group, allowed: Allowed, chosen: dict[str, int]) -> dict[str, int] | None:
    """The earliest allowed days of all events of *group* that keep its gaps, those of *chosen* as they are.

    The earlier of two answers, event by event, is an answer too, because a gap bounds only a difference. So an
    event need never be tried later than the others push it, and one that is pushed past its last day ends the search.
    """
    events = {event.name: event for event, _ in group}
    days = {BASELINE: 0} | {name: event.searched[0] for name, event in events.items()} | chosen
    last = {BASELINE: 0} | {name: event.searched[1] for name, event in events.items()} | chosen
    gaps = [gap for _, gaps in group for gap in gaps]
    pushed = set(events)
    while pushed:
        name = pushed.pop()
        while name not in chosen and days[name] <= last[name] and not allowed(events[name], days[name]):
            days[name] += 1
        if days[name] > last[name]:
            return None
        for gap in gaps:
            for other, day in (
                (gap.then, days[gap.first] + gap.least),
                (gap.first, days[gap.then] - gap.most),
            ):
                if day > days[other]:
                    if other not in events or day > last[other]:
                        return None
                    days[other] = day
                    pushed.add(other)
    return days
