"""The planned doses and visits of a course, and the days on which they lie."""

from __future__ import annotations

from attrs import frozen

from mfg.protocol.rules import When
from mfg.units.times import Interval, Offset, Spacing


@frozen
class VisitWindow:
    """How far an event may lie from its planned day."""

    before: Spacing | None = None
    after: Spacing | None = None


@frozen
class Day:
    """An offset from baseline, possibly for some patients only."""

    is_: Offset
    when: When | None = None


@frozen
class After:
    """A spacing from another event: exact (`is`), or at least and at most so long; hours are clock time."""

    of: str
    is_: Interval | None = None
    least: Interval | None = None
    most: Interval | None = None


@frozen
class Repeat:
    """The same event again: `times` in all, `every` so often, on the given days of each period."""

    every: Offset
    times: int
    on: tuple[Offset, ...] = ()


@frozen
class Dose:
    """One planned dosing day, on a grid from baseline (`day`) or in a chain (`after`).

    The day of an `inpatient` may be a weekend or a holiday.
    """

    name: str
    day: tuple[Day, ...] = ()
    after: After | None = None
    window: VisitWindow | None = None
    repeat: Repeat | None = None
    when: When | None = None
    inpatient: bool = False


@frozen
class Visit:
    """A planned visit.

    One that `repeats` takes place again if the dose that it is bound to is put off past its window after
    it took place.
    """

    name: str
    kind: str = "visit"
    by: str | None = None
    day: tuple[Day, ...] = ()
    after: After | None = None
    window: VisitWindow | None = None
    repeat: Repeat | None = None
    when: When | None = None
    inpatient: bool = False
    repeats: bool = False
