"""Uncertain values: what a file may say about a number that varies.

A spread is a description. The simulation turns it into a draw through its inverse distribution
function, so that one uniform number always gives one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Annotated

from attrs import frozen

from mfg.errors import Refused
from mfg.units import Duration, Quantity, Volume, measure_of

# shape: the keys it is written with, then the keys that may bound it
SHAPES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "fixed": (frozenset({"is_"}), frozenset()),
    "uniform": (frozenset({"least", "most"}), frozenset()),
    "triangular": (frozenset({"least", "likely", "most"}), frozenset()),
    "pert": (frozenset({"least", "likely", "most"}), frozenset()),
    "lognormal": (frozenset({"median", "spread"}), frozenset({"least", "most"})),
    "normal": (frozenset({"mean", "sd"}), frozenset({"least", "most"})),
    "gamma": (frozenset({"mean", "sd"}), frozenset()),
    "beta": (frozenset({"mean", "sd"}), frozenset()),
    "exponential": (frozenset({"mean"}), frozenset()),
}


@frozen
class Spread:
    """One value or a distribution of values of one measure.

    Written as ``{ is }``; ``{ least, most }`` (uniform); ``{ least, likely, most }`` (triangular, or
    ``shape = "pert"``); ``{ median, spread, shape = "lognormal" }`` where *spread* is the geometric
    standard deviation; ``{ mean, sd, shape = "normal" | "gamma" | "beta" }``; or
    ``{ mean, shape = "exponential" }``.
    """

    shape: str
    is_: Quantity | None = None
    least: Quantity | None = None
    likely: Quantity | None = None
    most: Quantity | None = None
    median: Quantity | None = None
    mean: Quantity | None = None
    sd: Quantity | None = None
    spread: Decimal | None = None

    @property
    def typical(self) -> Quantity:
        """The planner's value: the one stated, the likeliest, the median, the mean or the middle."""
        for value in (self.is_, self.likely, self.median, self.mean):
            if value is not None:
                return value
        assert self.least is not None
        assert self.most is not None
        middle: Quantity = (self.least + self.most) / 2
        return middle

    def faults(self, where: str) -> Iterator[Refused]:
        """Everything that keeps this from being a distribution."""
        if self.shape not in SHAPES:
            yield Refused(where, self.shape, "is not a shape", f"use one of {', '.join(SHAPES)}")
            return
        needed, allowed = SHAPES[self.shape]
        given = {key for key in _KEYS if getattr(self, key) is not None}
        if not needed <= given <= needed | allowed:
            wanted = " and ".join(sorted(key.rstrip("_") for key in needed))
            yield Refused(where, None, f"does not fit the shape {self.shape}", f"give {wanted}")
            return
        ordered = [value for key in ("least", "likely", "most") if (value := getattr(self, key)) is not None]
        if ordered != sorted(ordered) or (len(ordered) > 1 and ordered[0] == ordered[-1]):
            yield Refused(where, None, "has its least, likely and most out of order", "order them")
        if self.spread is not None and self.spread <= 1:
            yield Refused(where, str(self.spread), "is no geometric standard deviation", "give one above 1")


DurationSpread = Annotated[Spread, measure_of(Duration)]
VolumeSpread = Annotated[Spread, measure_of(Volume)]

_KEYS = ("is_", "least", "likely", "most", "median", "mean", "sd", "spread")


def read_spread(given: object, read: Callable[[object, str], Quantity], where: str) -> Spread:
    """Build a spread from what a file holds, reading each quantity with *read*."""
    if not isinstance(given, dict):
        return Spread("fixed", is_=read(given, where))
    values: dict[str, Quantity | Decimal] = {}
    for key, value in given.items():
        name = "is_" if key == "is" else key
        if key == "shape":
            continue
        if name not in _KEYS:
            known = ", ".join(k.rstrip("_") for k in (*_KEYS, "shape"))
            raise Refused(where, key, "is not part of a distribution", f"use {known}")
        if key == "spread":
            if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
                raise Refused(f"{where}.spread", str(value), "is not a plain number", "write one like 1.6")
            values[name] = Decimal(value)
        else:
            values[name] = read(value, f"{where}.{key}")
    shape = given.get("shape") or _shape_of(values.keys())
    spread = Spread(str(shape), **values)  # type: ignore[arg-type]
    for fault in spread.faults(where):
        raise fault
    return spread


def _shape_of(keys: object) -> str:
    named = frozenset(keys)  # type: ignore[call-overload]
    if named == {"is_"}:
        return "fixed"
    if named == {"least", "most"}:
        return "uniform"
    if named == {"least", "likely", "most"}:
        return "triangular"
    return "(none)"
