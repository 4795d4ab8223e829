"""What is booked ahead: an appointment or a visit, the state of its booking, and the incubator places that go with it."""

from __future__ import annotations

from enum import Enum, auto

from attrs import define, frozen

from mfg.course.network import Event


class Status(Enum):
    """Whether the books hold places for an appointment: only then does cancelling it give something back."""

    RESERVED = auto()  # its places are taken; a visit has none
    USED = auto()  # the patient has come for it: its places stay taken
    CANCELLED = auto()  # its places were given back
    PROPOSED = auto()  # it never had places of its own: a day from which another one is looked for


@frozen
class FlaskBooking:
    """Incubator places that a lot is planned to have, from *first* to *last* day counted from its event."""

    flasks: int
    first: int
    last: int


@define
class Booked:
    """One booked procedure or visit: its day and start, and what was taken for it.

    The planned day of a visit counts from the day `base` of the run; it takes place for the `again`-th time, from 0 on.
    """

    event: Event
    day: int
    start: int
    minutes: int
    culture: FlaskBooking | None = None
    status: Status = Status.RESERVED
    base: int = 0
    again: int = 0
