"""Limits, conditions and rounding as a file writes them, each with its units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from mfg.protocol.cases import LIMITS, Bounds, Condition, Rounding
from mfg.units import Quantity, amount, text
from mfg.units.amounts import Anything, Graduation, Percent


@frozen
class Limits:
    """A range: `least` and `most` belong to it, `above` and `below` do not; or a set of words."""

    least: Anything | None = None
    above: Anything | None = None
    most: Anything | None = None
    below: Anything | None = None
    one_of: tuple[str, ...] = ()

    def bounds(self) -> Iterator[tuple[str, Quantity]]:
        """Each limit that is stated, with its name."""
        for name in LIMITS:
            value = getattr(self, name)
            if value is not None:
                yield name, value

    def within(self, unit: str) -> Bounds:
        """The same range as decimals of *unit*."""
        return bounds_of(self, unit)

    def __str__(self) -> str:
        if self.one_of:
            return " or ".join(self.one_of)
        return " and ".join(f"{LIMITS[name]} {text(value)}" for name, value in self.bounds())


@frozen
class Round:
    """Round to whole multiples of a graduation, whose unit says what is rounded."""

    to: Graduation
    how: str

    def within(self, unit: str) -> Rounding:
        """The same rounding of decimals of *unit*."""
        return Rounding(amount(self.to, unit), unit, self.how)


@frozen
class When:
    """A conjunction of conditions over covariates and the words ``arm``, ``dose`` and ``supply``."""

    conditions: Mapping[str, Limits] = field(factory=dict)

    def within(self, units: Mapping[str, str]) -> Condition:
        """The same conditions as decimals of each covariate's own unit."""
        return Condition(
            {
                name: frozenset(limits.one_of) if limits.one_of else limits.within(units[name])
                for name, limits in self.conditions.items()
            }
        )


def condition_of(when: When | None, units: Mapping[str, str]) -> Condition:
    """*when* as decimals of each covariate's own unit; always true where there is none."""
    return (when or When()).within(units)


def bounds_of(thing: Any, unit: str) -> Bounds:
    """The limits of *thing* (anything that has some, or None) as decimals of *unit*."""
    stated = {name: getattr(thing, name, None) for name in LIMITS}
    return Bounds(**{name: amount(end, unit) for name, end in stated.items() if end is not None})


def fraction_of(percent: Percent) -> Decimal:
    """A percentage as a fraction."""
    return amount(percent, "%") / 100
