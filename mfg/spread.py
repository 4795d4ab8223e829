"""Uncertain values: what a file may say about a number that varies.

A spread is a description. The simulation turns it into a draw through its inverse distribution
function, so that one uniform number always gives one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from math import exp, inf, log
from typing import Annotated, Any

from attrs import evolve, field, frozen

from mfg.cut import Parent, TooWide, parent_of
from mfg.distributions import DISTRIBUTIONS
from mfg.errors import Refused
from mfg.own import OwnPart
from mfg.shape import OWN_WORD, Shape
from mfg.sizes import KILOGRAMS, SAMPLE
from mfg.units import Quantity, alike, number, quantity_of, text
from mfg.units.amounts import Anything, CellCount, Concentration, Volume, Weight
from mfg.units.culture import Gathered
from mfg.units.measure import Measure, measure_of
from mfg.units.times import MOST_DAYS, Duration

_WIDEST = 100  # geometric standard deviation
_ENDS = ("least", "most")
_SURE = 6  # standard deviations, beyond which there is one value in a thousand million


@frozen
class Spread:
    """One value or a distribution of values of one measure.

    Written as ``{ is }``; ``{ least, most }`` (uniform); ``{ least, likely, most }`` (triangular, or
    ``shape = "pert"``); ``{ median, spread, shape = "lognormal" }`` where *spread* is the geometric
    standard deviation; ``{ mean, sd, shape = "normal" | "gamma" | "beta" }``; or
    ``{ mean, shape = "exponential" }``; or ``{ empirical }``, a list of values that were observed, each as likely as the
    others. A normal or a lognormal may be cut at *least* and *most*: mean and sd, or
    median and spread, are those of what is left, which is what is drawn.
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
    empirical: tuple[Quantity, ...] | None = None
    own: OwnPart | None = field(default=None, repr=str)

    def end(self, key: str) -> Quantity | None:
        """The value that none is below (*key* "least") or above ("most"); None if there is no such value."""
        if self.empirical:
            return min(self.empirical) if key == "least" else max(self.empirical)
        found: Quantity | None = self.is_ if self.is_ is not None else getattr(self, key)
        return found

    @property
    def typical(self) -> Quantity:
        """The planner's value: the one stated, the likeliest, the median, the mean or the middle; of a sample its median."""
        for value in (self.is_, self.likely, self.median, self.mean):
            if value is not None:
                return value
        if self.empirical:
            return sorted(self.empirical)[(len(self.empirical) - 1) // 2]
        assert self.least is not None
        assert self.most is not None
        middle: Quantity = (self.least + self.most) / 2
        return middle

    def faults(self, where: str) -> Iterator[Refused]:
        """Everything that keeps this from being a distribution."""
        if self.own is not None:
            return
        if self.shape not in DISTRIBUTIONS:
            yield Refused(where, self.shape, "is not a shape", f"use one of {', '.join(DISTRIBUTIONS)}")
            return
        family = DISTRIBUTIONS[self.shape]
        needed, allowed = set(family.keys), set(_ENDS if family.cut else ())
        given = {key for key in _KEYS if getattr(self, key) is not None}
        if not needed <= given <= needed | allowed:
            wanted = " and ".join(sorted(key.rstrip("_") for key in needed))
            yield Refused(where, None, f"does not fit the shape {self.shape}", f"give {wanted}")
            return
        if self.empirical is not None:
            yield from SAMPLE.exceeded(len(self.empirical), f"{where}.empirical".lstrip("."))
        ordered = [value for key in ("least", "likely", "most") if (value := getattr(self, key)) is not None]
        if ordered != sorted(ordered) or (len(ordered) > 1 and ordered[0] == ordered[-1]):
            yield Refused(where, None, "has its least, likely and most out of order", "order them")
        for key in ("sd", "mean", "median"):
            value = getattr(self, key)
            if value is not None and not value.magnitude > 0 and not (key == "mean" and family.signed):
                yield Refused(
                    f"{where}.{key}".lstrip("."),
                    text(value),
                    f"leaves no {self.shape} distribution",
                    "give more",
                )
        if self.spread is not None and self.spread <= 1:
            yield Refused(where, str(self.spread), "is no geometric standard deviation", "give one above 1")
            return
        if self.spread is not None and self.spread > _WIDEST:
            problem, advice = "spreads over more than is told apart", f"give a factor from 1 to {_WIDEST}"
            yield Refused(where, str(self.spread), problem, advice)
            return
        yield from self._too_wide(where)

    def _too_wide(self, where: str) -> Iterator[Refused]:
        """Refusals of a mean or median outside the ends, and of an sd or spread too large for the ends."""
        name = "median" if self.median is not None else "mean"
        middle, sd = getattr(self, name), self.sd
        family = DISTRIBUTIONS[self.shape]
        if family.percent and sd is not None:
            yield from _no_beta(where, middle, sd)
        if not family.cut or (sd is not None and not sd.magnitude > 0):
            return
        for end, beyond in ((self.least, "below"), (self.most, "above")):
            if end is not None and not (middle > end if beyond == "below" else middle < end):
                key = "least" if beyond == "below" else "most"
                problem = f"leaves nothing of the distribution on one side of its {name}, {text(middle)}"
                advice = f"give a {key} that is {beyond} the {name}"
                yield Refused(f"{where}.{key}".lstrip("."), text(end), problem, advice)
                return
        found = self.parent()
        if isinstance(found, TooWide):
            given, most = self._widest(found)
            problem = f"is more than a {self.shape} distribution with this {name} can have between its ends"
            key = "sd" if self.spread is None else "spread"
            yield Refused(
                f"{where}.{key}".lstrip("."), given, problem, f"give less than {most}, or other ends"
            )

    def below_nought(self) -> Iterator[Refused]:
        """A normal distribution without a `least` of which more than one value in a thousand million is negative."""
        unbounded = self.own is None and DISTRIBUTIONS[self.shape].signed and self.least is None
        if not unbounded or self.mean is None or self.sd is None:
            return
        if self.mean < _SURE * self.sd:
            problem = f"has values below nought with a mean of {text(self.mean)}, and this is never negative"
            yield Refused("sd", text(self.sd), problem, "give a least, or a smaller sd")

    def parent(self) -> Parent | TooWide:
        """The uncut normal distribution behind a normal, or behind the logarithm of a lognormal, in units of its sd."""
        middle = self.mean if self.median is None else self.median
        assert middle is not None
        unit = str(middle.units)
        at = number(middle, unit)

        def away(end: Quantity | None, none: float) -> float:
            if end is None:
                return none
            if self.spread is None:
                assert self.sd is not None
                return (number(end, unit) - at) / number(self.sd, unit)
            ratio = number(end, unit) / at
            return log(ratio) / log(self.spread) if ratio > 0 else -inf

        return parent_of(away(self.least, -inf), away(self.most, inf), median=self.median is not None)

    def _widest(self, found: TooWide) -> tuple[str, str]:
        """The spread that is given and the largest that there is, as text."""
        if self.spread is not None:
            return str(self.spread), f"{self.spread ** Decimal(found.most):.3g}"
        assert self.sd is not None
        most = self.sd * Decimal(f"{found.most:.6g}")
        return text(self.sd), f"{most.magnitude:.3g} {text(self.sd).partition(' ')[2]}"


def _no_beta(where: str, mean: Quantity, sd: Quantity) -> Iterator[Refused]:
    """A beta distribution lies between 0 and 100 %."""
    if not alike(mean, "%"):
        yield Refused(where, text(mean), "is no percentage, which beta is for", "use normal or gamma")
        return
    most = (number(mean, "%") * (100 - number(mean, "%"))) ** 0.5
    if number(sd, "%") >= most:
        problem = "is more than a beta distribution with this mean can have"
        yield Refused(f"{where}.sd".lstrip("."), text(sd), problem, f"give less than {most:.3g} %")


def _of(name: str, unit: str, like: str, *, signed: bool = False, most: str | None = None) -> Measure:
    return Measure(name, (unit,), like, signed=signed, zero=True, most=most)


DurationSpread = Annotated[
    Spread, Measure("a duration", ("minute", "hour", "day", "week"), "3 hour", zero=True, most=MOST_DAYS)
]
DoublingTimeSpread = Annotated[Spread, measure_of(Duration)]
VolumeSpread = Annotated[Spread, measure_of(Volume)]
WeightSpread = Annotated[Spread, evolve(measure_of(Weight), most=f"{KILOGRAMS.most} kg")]
PercentSpread = Annotated[Spread, _of("a percentage", "%", "90 %", most="100 %")]
AgeSpread = Annotated[Spread, _of("an age", "year", "54 year")]
ScoreSpread = Annotated[Spread, _of("a score", "point", "36 point")]
DeclineSpread = Annotated[Spread, _of("a rate of change", "point/month", "-1.2 point/month", signed=True)]
ConcentrationSpread = Annotated[Spread, measure_of(Concentration)]
ColonySpread = Annotated[Spread, _of("a colony frequency", "colony/1e6 cell", "30 colony/1e6 cell")]
MeasuredSpread = Annotated[Spread, measure_of(Anything)]
DoublingSpread = Annotated[
    Spread, _of("a number of doublings", "doubling", "38 doubling", most="1000 doubling")
]
CellSpread = Annotated[Spread, measure_of(CellCount)]
GatheredSpread = Annotated[Spread, measure_of(Gathered)]
LossSpread = Annotated[Spread, _of("a rate of loss", "%/hour", "1.2 %/hour")]

_KEYS = ("is_", "least", "likely", "most", "median", "mean", "sd", "spread", "empirical")
KEYS = frozenset({*(key.rstrip("_") for key in _KEYS), "shape"})  # as a file writes them


def shape_of(spread: Spread, unit: str) -> Shape:
    """*spread* as the simulation takes it, in *unit*."""

    def value(quantity: Quantity | None) -> float:
        return float("nan") if quantity is None else number(quantity, unit)

    named = ("is_", "least", "likely", "most", "median", "mean", "sd")
    values: dict[str, Any] = {key: value(getattr(spread, key)) for key in named}
    ratio = float("nan") if spread.spread is None else float(spread.spread)
    sample = tuple(sorted(value(one) for one in spread.empirical or ()))
    shape = Shape(spread.shape, **values, spread=ratio, typical=value(spread.typical), values=sample)
    if spread.own is not None:
        return evolve(
            shape, own=spread.own, scale=number(quantity_of(Decimal(1), spread.own.given.unit), unit)
        )
    if not DISTRIBUTIONS[spread.shape].cut:
        return shape
    parent = spread.parent()
    assert isinstance(parent, Parent)  # it would have been refused
    if spread.spread is None:
        return evolve(shape, mean=shape.mean + parent.mean * shape.sd, sd=parent.sd * shape.sd)
    return evolve(
        shape, median=shape.median * exp(log(ratio) * parent.mean), spread=exp(log(ratio) * parent.sd)
    )


def read_spread(given: object, read: Callable[[object, str], Quantity], where: str) -> Spread:
    """Build a spread from what a file holds, reading each quantity with *read*."""
    if isinstance(given, OwnPart):
        return _own(given, read)
    if not isinstance(given, dict):
        return Spread("fixed", is_=read(given, where))
    values: dict[str, Any] = {}
    for key, value in given.items():
        name = "is_" if key == "is" else key
        if key == "shape":
            continue
        if name not in _KEYS:
            known = ", ".join(k.rstrip("_") for k in (*_KEYS, "shape"))
            raise Refused(where, key, "is not part of a distribution", f"use {known}")
        if key == "spread":
            if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
                raise Refused(
                    f"{where}.spread".lstrip("."), str(value), "is not a plain number", "write one like 1.6"
                )
            values[name] = Decimal(value)
        elif key == "empirical":
            values[name] = _sample(value, read, f"{where}.empirical".lstrip("."))
        else:
            values[name] = read(value, f"{where}.{key}".lstrip("."))
    quantities = [value for key, value in values.items() if key not in ("spread", "empirical")]
    quantities += values.get("empirical", ())
    odd = [value for value in quantities if not alike(value, str(quantities[0].units))]
    if odd:
        raise Refused(
            where, text(odd[0]), f"is not counted like {text(quantities[0])}", "use one kind of unit"
        )
    shape = given.get("shape") or _shape_of(values.keys())
    spread = Spread(str(shape), **values)
    for fault in spread.faults(where):
        raise fault
    return spread


def _sample(given: object, read: Callable[[object, str], Quantity], where: str) -> tuple[Quantity, ...]:
    """The values of an empirical distribution."""
    if not isinstance(given, list) or not given:
        raise Refused(where, str(given)[:60], "is no list of values", 'write it like ["2 hour", "3.5 hour"]')
    return tuple(read(value, f"{where}.{n}") for n, value in enumerate(given, 1))


def _own(part: OwnPart, read: Callable[[object, str], Quantity]) -> Spread:
    """A distribution of somebody's own, whose values must be what the part can be."""
    least, middle, most = (read(f"{value:.12g} {part.given.unit}", "") for value in part.span())
    return Spread(OWN_WORD, least=least, likely=middle, most=most, own=part)


def _shape_of(keys: Iterable[str]) -> str:
    """The distribution that is meant by *keys* alone, if one is."""
    named = set(keys)
    told = (name for name, one in DISTRIBUTIONS.items() if one.told_by_keys and set(one.keys) == named)
    return next(told, "(none)")
