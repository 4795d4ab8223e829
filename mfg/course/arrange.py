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
    days: dict[str, int] = {BASELINE: 0}
    stuck: list[Event] = []
    for group in course.groups:
        if not _placed(group, 0, allowed, days):
            events = [event for event, _ in group]
            stuck += [event for event in events if not allowed(event, event.planned)] or events
            days |= {event.name: event.planned for event in events}
    del days[BASELINE]
    return days, stuck


def _placed(group: Group, n: int, allowed: Allowed, days: dict[str, int]) -> bool:
    """Put a day for the *n*-th event of *group* into *days* and, by trying, for all after it; whether there are."""
    if n == len(group):
        return True
    event, gaps = group[n]
    for day in event.nearest():
        days[event.name] = day
        for gap in gaps:
            if not gap.least <= days[gap.then] - days[gap.first] <= gap.most:
                break
        else:
            if allowed(event, day) and _placed(group, n + 1, allowed, days):
                return True
    return False
