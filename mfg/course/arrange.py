"""Choosing days: every event on an allowed day, near its planned one, no spacing broken."""

from __future__ import annotations

from collections.abc import Callable

from mfg.course.network import BASELINE, Course, Event, Gap

Allowed = Callable[[Event, int], bool]


def arrange(course: Course, allowed: Allowed) -> tuple[dict[str, int], list[Event]]:
    """A day for every event, and the events for which no allowed day was found.

    Groups of events that are bound together are placed together; within a group the event planned
    first takes the allowed day nearest to its plan (the earlier of two) that leaves the others one.
    A group without any answer keeps its planned days.
    """
    days: dict[str, int] = {}
    stuck: list[Event] = []
    for group, gaps in course.groups:
        placed = _placed(group, allowed, gaps, {BASELINE: 0})
        if placed is None:
            stuck += [e for e in group if not allowed(e, e.planned)] or group
            placed = {event.name: event.planned for event in group}
        days |= placed
    days.pop(BASELINE, None)
    return days, stuck


def _placed(
    group: list[Event], allowed: Allowed, gaps: list[Gap], days: dict[str, int]
) -> dict[str, int] | None:
    """Place the first event of *group* and, by trying, all the others."""
    if not group:
        return days
    event, rest = group[0], group[1:]
    bound = [gap for gap in gaps if event.name in (gap.first, gap.then)]
    for day in event.nearest():
        trial = {**days, event.name: day}
        if all(_kept(gap, trial) for gap in bound) and allowed(event, day):
            found = _placed(rest, allowed, gaps, trial)
            if found is not None:
                return found
    return None


def _kept(gap: Gap, days: dict[str, int]) -> bool:
    if gap.first not in days or gap.then not in days:
        return True
    return gap.least <= days[gap.then] - days[gap.first] <= gap.most
