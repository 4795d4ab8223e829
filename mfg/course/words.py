"""Events without a date, in words."""

from __future__ import annotations

from mfg.course.pieces import FREE, Floating
from mfg.works import RELEASE


def waits_for(event: Floating) -> str:
    """When *event* takes place, such as "when its lot is released, at least 2 days later"."""
    if event.kind == "collection":
        return f"before {event.dose}, as soon as there is an appointment"
    if event.kind == "csf-draw":
        return f"{plural(-event.least, 'day')} before {event.follows}"
    spacing = _spacing(event)
    if event.follows == RELEASE:
        lot = "its lot" if event.kind == "dose" else f"the lot for {event.dose}"
        return f"when {lot} is released" + (f", {spacing} later" if spacing else "")
    if event.least == event.most == 0:
        return f"on the day of {event.follows}"
    return f"{spacing} after {event.follows}".strip()


def _spacing(event: Floating) -> str:
    least = _length(event.least, event.least_minutes)
    most = _length(event.most, event.most_minutes)
    if event.least == event.most:
        return least if event.least or event.least_minutes else ""
    if event.most == FREE:
        return f"at least {least}" if event.least else ""
    return f"{least} to {most}" if event.least else f"at most {most}"


def _length(days: int, minutes: int | None) -> str:
    return plural(days, "day") if minutes is None else plural(minutes // 60, "hour")


def plural(number: int, unit: str) -> str:
    """A number with its unit, in the plural unless it is 1."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
