"""The times of day of a course whose days are chosen: each as early as opening hours and spacings in hours allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mfg.calendar import DAY, Window
from mfg.course.pieces import Gap

StartWindows = Mapping[str, Sequence[Window]]


def settle_times(
    days: Mapping[str, int], hours: StartWindows, gaps: Sequence[Gap], slot: int
) -> tuple[dict[str, int], list[Gap]]:
    """When each event with *hours* begins, in minutes of its day, and the spacings that cannot be kept.

    *hours* holds for each event the windows of its day in which it can begin, both ends included. The earlier of two
    answers, event by event, is an answer too, so nothing need begin later than a spacing pushes it. A spacing that
    pushes an event past its last hour is left out, and told. What is pushed begins at a whole multiple of *slot* minutes.
    """
    asked = [gap for gap in gaps if gap.first in hours and gap.then in hours]
    begins = {name: windows[0][0] for name, windows in hours.items()}
    broken: list[Gap] = []
    pushed = True
    while pushed:
        pushed = False
        for gap in [gap for gap in asked if gap not in broken]:
            apart = (days[gap.then] - days[gap.first]) * DAY
            for name, minute in (
                (
                    gap.then,
                    begins[gap.first] + gap.least_minutes - apart if gap.least_minutes is not None else 0,
                ),
                (
                    gap.first,
                    begins[gap.then] - gap.most_minutes + apart if gap.most_minutes is not None else 0,
                ),
            ):
                if minute <= begins[name]:
                    continue
                later = _from(hours[name], -(-minute // slot) * slot)
                if later is None:
                    broken.append(gap)
                    break
                begins[name], pushed = later, True
    return begins, broken


def _from(windows: Sequence[Window], minute: int) -> int | None:
    """The first possible begin from *minute* on."""
    return next((max(first, minute) for first, last in windows if minute <= last), None)
