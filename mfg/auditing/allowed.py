"""The rounding that a table was made with, as it is stated: which doses it makes of one that is exact."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from attrs import frozen

from mfg.digits import plain
from mfg.errors import Parameter, Refused
from mfg.prescription.order import Administration
from mfg.prescription.rule import RouteRule
from mfg.units import alike, amount, kind_of
from mfg.units.amounts import Graduation
from mfg.units.measure import measure_of

_HOW = ("nearest", "down", "up")
_HALF = Decimal("0.5")
_ABOUT = 1e-9  # of a step, for floats
_TYPED = Decimal("0.001")  # how near a number as it was typed comes to the rounded dose


@frozen
class Stated:
    """Rounding to whole multiples of `step` (so many mL, cells or containers): to the nearest, down or up."""

    step: Decimal
    unit: str
    how: str

    def __str__(self) -> str:
        to = {"nearest": "to the nearest multiple of"}.get(self.how, f"{self.how} to a multiple of")
        return f"{to} {plain(self.step)} {self.unit}"

    def cells(self, route: RouteRule) -> Decimal:
        """The cells of one step on *route*.

        Raises:
            Refused: if the protocol does not say how many a mL or a container holds.
        """
        held = self._held(route)
        if held is None:
            what = "no concentration" if self.unit == "mL" else "no content of a container"
            advice = "state the rounding in cells, like 1e6cell"
            raise Refused(
                Parameter("round"), str(self), f"is unknown in cells: {route.name} has {what}", advice
            )
        return self.step * held

    def _held(self, route: RouteRule) -> Decimal | None:
        fill = route.fill
        if self.unit == "mL":
            return fill.concentration
        if self.unit == "container":
            return content_of(route)
        return Decimal(1)

    def of(self, exact: Decimal, step: Decimal) -> tuple[Decimal, ...]:
        """*exact* cells rounded to whole multiples of so many cells; a value halfway gives both neighbours, and never 0."""
        count = exact / step
        low, high = count.to_integral_value(ROUND_FLOOR), count.to_integral_value(ROUND_CEILING)
        if self.how == "nearest":
            ends = [end for end in (low, high) if abs(end - count) <= _HALF]
        else:
            ends = [low if self.how == "down" else high]
        return tuple(max(end, Decimal(1)) * step for end in dict.fromkeys(ends))


@frozen
class Allowance:
    """What rounding does to the doses of one table: nothing, if none is stated. `steps` are cells, by route and component."""

    stated: Stated | None
    steps: Mapping[tuple[str, str | None], Decimal]

    def sums(self, given: Sequence[Administration]) -> list[Decimal]:
        """What the prescribed cells may have become, all routes together."""
        if self.stated is None or any(one.cells is None for one in given):
            return []
        sums = [Decimal(0)]
        for one in given:
            ends = self.stated.of(one.cells or Decimal(0), self.steps[one.route, one.component])
            sums = [already + end for already in sums for end in ends]
        return sums

    def admits(self, cells: Decimal, given: Sequence[Administration]) -> bool:
        """Whether *cells* are the prescribed ones, rounded."""
        return any(abs(cells - end) <= _TYPED * end for end in self.sums(given))

    def off(self, given: Sequence[Administration]) -> Decimal:
        """By how many cells the stated rounding may move the content of a volume."""
        if self.stated is None:
            return Decimal(0)
        step = sum((self.steps[one.route, one.component] for one in given), Decimal(0))
        return step * (1 + _TYPED) * (_HALF if self.stated.how == "nearest" else 1)

    def step(self, given: Sequence[Administration]) -> float:
        """The rounding step in cells where one route is given; 0 if no rounding is stated."""
        return (
            float(self.steps[given[0].route, given[0].component])
            if self.stated is not None and len(given) == 1
            else 0.0
        )

    def round_again(self, cells: float, step: float) -> tuple[float, ...]:
        """*cells* rounded to multiples of *step*: both neighbours of a value halfway, none for less than half a step."""
        count = cells / step
        low = math.floor(count + _ABOUT)
        below, above = (low * step,) if low else (), ((low + 1) * step,)
        if count < 0.5 or low > count - _ABOUT:
            return below
        how = self.stated.how if self.stated is not None else "nearest"
        if how == "nearest" and abs(count - low - 0.5) <= _ABOUT:
            return below + above
        return below if how == "down" or (how == "nearest" and count - low < 0.5) else above


def content_of(route: RouteRule) -> Decimal | None:
    """The cells of one full container of *route*, if there is one size of it."""
    box, dense = route.fill.box, route.fill.concentration
    if box is None:
        return None
    if box.contains is not None:
        return box.contains
    return box.nominal * dense if box.nominal is not None and dense is not None else None


def read_rounding(text: str) -> Stated:
    """A rounding as it is typed: ``0.1mL``, ``1e6cell``, ``1container``; with ``down`` or ``up`` after it, if not nearest.

    Raises:
        Refused: if it is none.
    """
    match = re.fullmatch(r"(.*?)(?:\s+(\w+))?", text.strip())
    how = match[2] if match and match[2] in _HOW else None
    size = text.strip().removesuffix(how).strip() if how else text.strip()
    quantity = measure_of(Graduation).read(size, Parameter("round"))
    unit = next((u for u in ("mL", "container") if alike(quantity, u)), None)
    if unit is None:
        if "cell" not in size and "IEQ" not in size:
            advice = "use mL, cell or container, like 0.1mL"
            raise Refused(Parameter("round"), text, "is no step in which a dose is measured", advice)
        unit = kind_of(quantity)
    return Stated(amount(quantity, unit), unit, how or "nearest")
