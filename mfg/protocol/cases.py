"""Decision tables without units: bounds, rounding and conditions over decimals and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TypeVar

from attrs import frozen

from mfg.digits import plain
from mfg.errors import Refused

ROUNDINGS = {
    "down": ROUND_FLOOR,
    "up": ROUND_CEILING,
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
}
CELL_KINDS = {
    "cell": "cells",
    "viable_cell": "viable cells",
    "IEQ": "islet equivalents",
}  # what may be counted
LIMITS = {"least": "at least", "above": "above", "most": "at most", "below": "below"}
ENDS = (("least", "above"), ("most", "below"))  # the limits that bound a range from below, and from above

Case = Mapping[str, "Decimal | str"]


@frozen
class Bounds:
    """A range of decimals; their unit is known from where the range is used."""

    least: Decimal | None = None
    above: Decimal | None = None
    most: Decimal | None = None
    below: Decimal | None = None

    def __contains__(self, value: Decimal) -> bool:
        return (
            (self.least is None or value >= self.least)
            and (self.above is None or value > self.above)
            and (self.most is None or value <= self.most)
            and (self.below is None or value < self.below)
        )

    def shown(self, unit: str) -> str:
        """The range in words."""
        stated = [(word, getattr(self, name)) for name, word in LIMITS.items()]
        return " and ".join(f"{word} {plain(end)} {unit}" for word, end in stated if end is not None)

    def ends(self) -> list[Decimal]:
        """Every stated limit."""
        return [end for end in (self.least, self.above, self.most, self.below) if end is not None]

    def inside(self, usual: Decimal) -> Iterator[Decimal]:
        """Values in the range that may be given as an example, the *usual* one first if it lies there."""
        ends = self.ends()
        together = sum(ends, Decimal(0))
        tries = (usual, together / 2, usual + together, together * 2, *ends)
        yield from (value for value in tries if value in self)


UNBOUNDED = Bounds()


@frozen
class Rounding:
    """Rounding to whole multiples of `step`, which is so many `unit`; `how` is a key of `ROUNDINGS`."""

    step: Decimal
    unit: str
    how: str

    def apply(self, value: Decimal) -> Decimal:
        """*value* rounded."""
        return (value / self.step).to_integral_value(ROUNDINGS[self.how]) * self.step

    def __str__(self) -> str:
        return f"{self.how} to {plain(self.step)} {self.unit}"


@frozen
class Measured:
    """A covariate that is a number: its unit, the limits of what is plausible, and how it is rounded."""

    unit: str
    limits: Bounds
    rounding: Rounding | None

    def accept(self, value: Decimal, where: str, whose: str) -> Decimal:
        """*value* in this unit, inside the limits of *whose* protocol and rounded as it says.

        Raises:
            Refused: outside the limits, or for a part of what is counted in whole numbers.
        """
        if value not in self.limits:
            problem = f"is outside {self.limits.shown(self.unit)}, the limits of {whose}"
            raise Refused(where, f"{plain(value)} {self.unit}", problem, "check the value and its unit")
        if self.unit == "count" and value != int(value):
            raise Refused(where, f"{plain(value)} count", "is not a whole number", "write how many")
        return self.rounding.apply(value) if self.rounding else value


@frozen
class Condition:
    """Conditions that must all hold, each a range of decimals or a set of words."""

    parts: Mapping[str, Bounds | frozenset[str]]

    def admits(self, case: Case) -> bool:
        """Whether every part holds; a case that lacks something that is asked about is a `KeyError`."""
        return all(case[name] in part for name, part in self.parts.items())  # type: ignore[operator]

    def may_admit(self, case: Case) -> bool:
        """Whether every part holds that is about something in the case."""
        known = {name: part for name, part in self.parts.items() if name in case}
        return Condition(known).admits(case)


_Row = TypeVar("_Row")


def choose(rows: Sequence[tuple[Condition, _Row]], case: Case, where: str) -> _Row:
    """The one row whose condition holds for *case*.

    Raises:
        Refused: if a needed value is missing from the case, or if no row or several rows hold.
    """
    try:
        held = [row for condition, row in rows if condition.admits(case)]
    except KeyError as missing:
        name = str(missing.args[0])
        raise Refused(where, None, f"depends on the {name}, which is not known", f"give the {name}") from None
    if len(held) != 1:
        shown = ", ".join(f"{name} {value}" for name, value in case.items())
        problem = "has no row" if not held else f"has {len(held)} rows"
        raise Refused(where, None, f"{problem} for {shown}", "the protocol file leaves this case open")
    return held[0]
