"""What can refuse a day, and what a dose can wait for: the names, each in one place, as the event log has them.

A limit is written with the place that it is of: ``hospital.rooms``. Two that only together cost days are joined by
``and``.
"""

from __future__ import annotations

from mfg.log.endings import SHORT_BANK

ROOMS, BEDS, STARTS, FILLS, INCUBATOR = "rooms", "beds", "starts", "fills", "incubator"
CREWS = (
    "crews"  # the hands and suites for one more long piece of work on that day, side by side with the others
)
HOURS = "hours"  # too short on that day
HOUR = 60  # minutes by which hours are lengthened to see whether it helps
WAY = "way"  # so long that it does not arrive in time, by more than that
EXPIRY = "expiry"  # of a product before its laboratory can test it
REVIEW_HOURS = "review_hours"  # those in which a product is released
CLOSED = "days of the week"  # on which a place is closed
HOLIDAYS = "public holidays"
CALENDAR = frozenset(
    {CLOSED, HOLIDAYS}
)  # limits of no place of their own; only those that cost days alone are told
STAGGER = "stagger"
_KINDS = (
    ROOMS,
    BEDS,
    STARTS,
    FILLS,
    INCUBATOR,
    CREWS,
    HOURS,
    REVIEW_HOURS,
    WAY,
    EXPIRY,
    CLOSED,
    HOLIDAYS,
    STAGGER,
)
IN_ALL = "in all"  # all days that a patient was booked later than the first that the course allows

REFUSED, REFUSED_AGAIN, AWAITED = "refuse", "refuse again", "await"  # the rows of the log that tell of them

GROWTH, LOST, RESULT, SHORT, SPACING = (
    "growth",
    "lost: ",
    "result of ",
    SHORT_BANK,
    "spacing",
)  # what a dose waits for, beside places and hands


def of(place: str, kind: str) -> str:
    """The name of a limit of *kind* at *place*."""
    return f"{place}.{kind}"


def both(limits: frozenset[str]) -> str:
    """The name of one or two limits together."""
    return " and ".join(sorted(limits))


def apart(name: str) -> list[str]:
    """The limits that *name* joins."""
    return name.split(" and ")
