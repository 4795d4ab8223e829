"""The dose that each visit moves with."""

from __future__ import annotations

from mfg.course.network import Course


def anchors_of(course: Course) -> dict[str, str]:
    """The dose that each visit moves with, by name.

    It is the nearest one to which spacings bind it, over other visits if need be; a visit that no spacing binds to a
    dose counts from day 0, so it moves with the dose of that day.
    """
    kinds = {event.name: event.kind for event in course.events}
    planned = {event.name: event.planned for event in course.events}
    bound: dict[str, list[str]] = {name: [] for name in kinds}
    for gap in course.gaps:
        if gap.first in kinds and gap.then in kinds:
            bound[gap.first].append(gap.then)
            bound[gap.then].append(gap.first)
    first = next((event.name for event in course.events if event.kind == "dose" and event.planned == 0), None)
    found: dict[str, str] = {}
    for name, kind in kinds.items():
        if kind != "visit":
            continue
        seen, front = {name}, [name]
        dose = None
        while front and dose is None:
            ahead = {other for one in front for other in bound[one] if other not in seen}
            doses = sorted((other for other in ahead if kinds[other] == "dose"), key=planned.__getitem__)
            dose = doses[0] if doses else None
            seen |= ahead
            front = [other for other in ahead if kinds[other] == "visit"]
        if dose or first:
            found[name] = str(dose or first)
    return found
