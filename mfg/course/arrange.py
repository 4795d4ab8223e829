"""Choosing days: every event on an allowed day, near its planned one, no spacing broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mfg.course.network import Course, Event, Gap

Allowed = Callable[[Event, int], bool]


def arrange(course: Course, allowed: Allowed) -> tuple[dict[str, int], list[Event]]:
    """A day for every event, and the events for which no allowed day was found.

    Groups of events that are bound together are placed together; within a group the event planned
    first takes the allowed day nearest to its plan (the earlier of two) that leaves the others one.
    A group without any answer keeps its planned days.
    """
    days: dict[str, int] = {}
    stuck: list[Event] = []
    for group in _groups(course):
        gaps = [gap for gap in course.gaps if gap.then in {e.name for e in group}]
        choices = {event.name: _choices(event, allowed) for event in group}
        placed = _placed(group, choices, gaps, {"baseline": 0})
        if placed is None:
            stuck += [e for e in group if not allowed(e, e.planned)] or group
            placed = {event.name: event.planned for event in group}
        days |= placed
    days.pop("baseline", None)
    return days, stuck


def _groups(course: Course) -> Iterable[list[Event]]:
    """The events that gaps bind to each other, baseline not counted, in order of their plan."""
    leader = {event.name: event.name for event in course.events}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for gap in course.gaps:
        if gap.first in leader and gap.then in leader:
            leader[find(gap.first)] = find(gap.then)
    groups: dict[str, list[Event]] = {}
    for event in course.events:
        groups.setdefault(find(event.name), []).append(event)
    return groups.values()


def _choices(event: Event, allowed: Allowed) -> list[int]:
    days = [day for day in range(event.earliest, event.latest + 1) if allowed(event, day)]
    return sorted(days, key=lambda day: (abs(day - event.planned), day))


def _placed(
    group: list[Event], choices: dict[str, list[int]], gaps: list[Gap], days: dict[str, int]
) -> dict[str, int] | None:
    """Place the first event of *group* and, by trying, all the others."""
    if not group:
        return days
    event, rest = group[0], group[1:]
    for day in choices[event.name]:
        trial = {**days, event.name: day}
        if all(_kept(gap, trial) for gap in gaps if event.name in (gap.first, gap.then)):
            found = _placed(rest, choices, gaps, trial)
            if found is not None:
                return found
    return None


def _kept(gap: Gap, days: dict[str, int]) -> bool:
    if gap.first not in days or gap.then not in days:
        return True
    return gap.least <= days[gap.then] - days[gap.first] <= gap.most
