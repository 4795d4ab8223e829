"""Why an event has no hour on a day on which its clinic is open, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from mfg.calendar import DAY, Window
from mfg.course.network import Event

if TYPE_CHECKING:
    from mfg.course.doors import SiteDoors


def obstacle_to(doors: SiteDoors, event: Event, day: date) -> str:
    """What leaves *event* no hour on *day*: the way, the opening hours, or how long something keeps."""
    if event.kind == "collection":
        return _collection(doors, day) or _too_short(doors, event, day)
    if event.kind == "dose":
        return _dose(doors, day) or _too_short(doors, event, day)
    return _too_short(doors, event, day)


def _collection(doors: SiteDoors, day: date) -> str | None:
    made, place = doors.making, doors.making.facility
    before = made.collects + made.inbound
    if made.within is not None and before > made.within:
        return (
            f"its marrow is {before} min old when it reaches {place} ({made.collects} min of collection and "
            f"{made.inbound} min of driving), and keeps {made.within} min"
        )
    opened = [window for window in doors.opened(doors.facility.hours, day) if window[0] // DAY in (0, 1)]
    if not opened:
        return f"its marrow would be isolated on the same day or the next, and {place} is closed on both"
    comes = _first(doors, day)
    if comes is None or doors.isolated(day, 0) or doors.isolated(day, 1):
        arrives = (comes or 0) + before
        return (
            f"its marrow is at {place} at {clock(arrives)} at the earliest, isolating it takes "
            f"{made.isolates} min, and {place} is open {_shown(opened)}"
            + (f"; it keeps {made.within / 60:g} h" if made.within is not None else "")
        )
    longest = max(closes - opens for opens, closes in opened)
    return f"isolating its marrow takes {made.isolates} min, and {place} is open for {longest} min"


def _dose(doors: SiteDoors, day: date) -> str | None:
    made, place = doors.making, doors.making.facility
    worked = -1 if doors.day_before else 0
    opened = [window for window in doors.opened(doors.facility.hours, day) if window[0] // DAY == worked]
    if not opened:
        return f"its product is made on {'the day before' if doors.day_before else 'that day'}, and {place} is closed then"
    given = doors.deliveries(day)
    if given:
        last = "" if made.use_within is None else f" to {clock(given[-1][1] - 1)}, when it expires"
        return (
            f"its product can be at {made.clinic} from {clock(given[0][0])}{last} ({place} opens at "
            f"{clock(opened[0][0])}, preparing it takes {made.prepares} min, driving {made.outbound} min), "
            f"giving it takes {made.gives} min, and {made.clinic} is open {_shown(_doors(doors, day))}"
        )
    longest = max(closes - opens for opens, closes in opened)
    if made.prepares + made.clears > longest:
        return f"preparing its product takes {made.prepares + made.clears} min, and {place} is open for {longest} min"
    keeps = f"its product keeps {made.use_within} min"
    if made.use_within is not None and made.outbound > made.use_within:
        return f"{keeps}, and driving it to {made.clinic} takes {made.outbound} min"
    return f"{keeps}, and {made.laboratory}, whose result it waits for, is not open long enough within them"


def _too_short(doors: SiteDoors, event: Event, day: date) -> str:
    return f"it takes {doors.length(event.kind)} min, and {doors.making.clinic} is open {_shown(_doors(doors, day))}"


def _doors(doors: SiteDoors, day: date) -> Sequence[Window]:
    return doors.clinic.hours.windows(day, 1, doors.holidays)


def _first(doors: SiteDoors, day: date) -> int | None:
    """The minute at which the clinic opens."""
    return next((opens for opens, _ in _doors(doors, day)), None)


def _shown(windows: Sequence[Window]) -> str:
    """Opening hours as people write them."""
    return " and ".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in windows) or "at no hour"


def clock(minute: int) -> str:
    """A time of day from the minutes since midnight, with the day if it is another one."""
    day, rest = (0, minute) if 0 <= minute <= DAY else divmod(minute, DAY)
    ends = {0: "", -1: " on the day before", 1: " on the next day"}
    return f"{rest // 60:02d}:{rest % 60:02d}{ends.get(day, f' {day} days later')}"
