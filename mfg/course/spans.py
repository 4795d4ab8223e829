"""Spacings of a protocol in whole days, and what the clock adds to them."""

from __future__ import annotations

from attrs import evolve, frozen

from mfg.calendar import DAY
from mfg.course.pieces import FREE
from mfg.protocol.events import After, VisitWindow
from mfg.protocol.supply import Before
from mfg.units import Quantity, amount


@frozen
class Span:
    """From `least` to `most` days; where the rule is in hours, also exactly in minutes."""

    least: int
    most: int
    least_minutes: int | None = None
    most_minutes: int | None = None

    def shifted(self, days: int, before: int = 0, after: int = 0) -> Span:
        """The same so many days later, wider by so many days on either side."""
        least, most = self.least_minutes, self.most_minutes
        return evolve(
            self,
            least=self.least + days - before,
            most=self.most + days + after if self.most < FREE else FREE,
            least_minutes=None if least is None else least + (days - before) * DAY,
            most_minutes=None if most is None else most + (days + after) * DAY,
        )

    @property
    def planned(self) -> int:
        """The day to aim for: the first that is allowed, or the last where no first is stated."""
        return self.least if self.least > 0 or self.most == FREE else self.most


def span_of(rule: After | Before) -> Span:
    """What an `is`, or a `least` and a `most`, allow.

    At least so many hours takes the whole days that hold them, at most so many the whole days in them.
    """
    least, most = (rule.is_, rule.is_) if rule.is_ is not None else (rule.least, rule.most)
    return Span(
        least=0 if least is None else -(-minutes(least) // DAY),
        most=FREE if most is None else minutes(most) // DAY,
        least_minutes=minutes(least) if least is not None and in_hours(least) else None,
        most_minutes=minutes(most) if most is not None and in_hours(most) else None,
    )


def reach_of(window: VisitWindow | None) -> tuple[int, int]:
    """How many days a window allows before and after."""
    return (days_of(window.before), days_of(window.after)) if window is not None else (0, 0)


def days_of(quantity: Quantity | None) -> int:
    """A spacing in whole days; 0 without one."""
    return 0 if quantity is None else int(amount(quantity, "day"))


def minutes(quantity: Quantity) -> int:
    """A spacing in minutes."""
    return int(amount(quantity, "minute"))


def in_hours(quantity: Quantity) -> bool:
    """Whether a spacing is stated in clock time."""
    return str(quantity.units) == "hour"
