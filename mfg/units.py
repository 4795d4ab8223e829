"""Quantities: one strict door in, one door out, and the units of this field.

Text enters through `Measure.read` alone: a number and one unit from that measure's own list, never
an expression. Magnitudes are decimals, so a dose typed exactly at its limit is at its limit. Inside
the simulation there are plain numbers, which leave through `amount` and `number`.

``cell``, ``viable_cell`` and ``IEQ`` (islet equivalents) are dimensions of their own: a count of cells is
not a pure number, only a viability turns cells into viable ones, and nothing turns them into islets.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args

import pint
from attrs import frozen

from mfg.digits import plain
from mfg.errors import Refused
from mfg.sizes import CENTURY, COUNT

if TYPE_CHECKING:
    Quantity: TypeAlias = pint.Quantity[Decimal]
else:
    Quantity = pint.Quantity

_registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(None, non_int_type=Decimal, on_redefinition="raise")
for _definition in (
    "kilogram = [mass] = kg",
    "gram = 1e-3 kilogram = g",
    "picogram = 1e-15 kilogram = pg",
    "pound = 0.45359237 kilogram = lb",
    "centimeter = [length] = cm",
    "meter = 100 centimeter = m",
    "milliliter = centimeter ** 3 = mL",
    "liter = 1000 milliliter = L",
    "microliter = 1e-3 milliliter = uL",
    "minute = [time]",
    "hour = 60 minute",
    "day = 24 hour",
    "week = 7 day",
    "calendar_month = [calendar]",
    "year = 365.25 day",
    "month = 30.4375 day",  # a rate's month, a twelfth of a year; never a duration
    "degC = [temperature]",
    "percent = [proportion]",
    "cell = [cell_count]",
    "viable_cell = [viable_cell_count]",
    "islet_equivalent = [islet_equivalent_count] = IEQ",
    "count = [covariate_count]",
    "colony = [colony_count]",
    "site = [site_count]",
    "container = [container_count]",
    "flask = [flask_count]",
    "passage = [passage_count]",
    "doubling = [doubling_count]",
    "point = [rating]",
    "patient = [patient_count]",
    "endotoxin_unit = [endotoxin] = EU",
):
    _registry.define(_definition)

_SPELLED: dict[str, tuple[str, str]] = {  # spellings that are not themselves an expression of units
    "%": ("1", "percent"),
    "%/month": ("1", "percent/month"),
    "%/year": ("1", "percent/year"),
    "/day": ("1", "patient/day"),
    "/week": ("1", "patient/week"),
    "/month": ("1", "patient/month"),
    "/year": ("1", "patient/year"),
    "calendar month": ("1", "calendar_month"),
    "per week": ("1", "1/week"),
    "/hour": ("1", "1/hour"),
    "colony/1e6 cell": ("1e-6", "colony/cell"),
    "%/hour": ("1", "percent/hour"),
    "pg/1e4 cell": ("1e-4", "pg/cell"),
}

_WRITTEN = {
    unit: spelling for spelling, (factor, unit) in _SPELLED.items() if factor == "1"
}  # as files write them

_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"
_QUANTITY = re.compile(rf"({_NUMBER}) ?((?:[A-Za-z_%/].*)?)")
_HINTS = {
    "lb": "a weight is in kg here: weigh in kg, or read the scale in kg",
    "lbs": "a weight is in kg here: weigh in kg, or read the scale in kg",
    "cc": "write mL",
    "ML": "write mL",
    "ml": "write mL",
    "cells": "write cell",
    "cells/kg": "write cell/kg",
    "month": 'write "1 calendar month" for a date, or a number of days',
    "months": 'write "1 calendar month" for a date, or a number of days',
    "days": "write day",
    "weeks": "write week",
    "hours": "write hour",
    "minutes": "write minute",
    "years": "write year",
    "h": "write hour",
    "hr": "write hour",
    "hrs": "write hour",
    "min": "write minute",
    "mins": "write minute",
    "d": "write day",
    "wk": "write week",
}


@frozen
class Measure:
    """A kind of quantity: what it is called, the units it may be written in, the values it may take.

    The first unit is the canonical one. Nothing is smaller than `least` or larger than `most`, which are written like
    the quantity itself.
    """

    name: str
    units: tuple[str, ...]
    like: str
    signed: bool = False
    zero: bool = False
    whole: bool = False
    least: str | None = None
    most: str | None = None

    def read(self, text: object, where: str = "") -> Quantity:
        """Turn what a person typed into a quantity.

        Raises:
            Refused: unless it is a plain decimal number and one of this measure's units.
        """
        if not isinstance(text, str):
            given = "true" if text is True else "false" if text is False else str(text)
            raise Refused(where, given, f"is not {self.name} with its unit", self._advice)
        match = _QUANTITY.fullmatch(text) if len(text) <= 64 else None
        unit = re.sub(r" ?/ ?", "/", match[2]) if match else ""
        if match is None or unit not in self.units:
            problem = _diagnosis(text)
            if problem is None and unit:
                raise self._strange(text, unit, where)
            problem = problem or ("has no unit" if match else "is not one number and one unit")
            raise Refused(where, text[:80], problem, self._advice)
        value = Decimal(match[1])
        return self._judged(quantity_of(value, unit), value, text, where)

    def held(self, quantity: pint.Quantity[Any], where: str = "") -> Quantity:
        """*quantity*, if text could say it: a finite decimal of this package's registry in one of the measure's units.

        Raises:
            Refused: otherwise.
        """
        value, unit = quantity.magnitude, f"{quantity.units:~C}"
        shown = f"{value} {_WRITTEN.get(unit, unit)}"[:80]
        if not isinstance(quantity, _registry.Quantity):
            raise Refused(where, shown, "is a quantity of another registry", self._advice)
        if not isinstance(value, Decimal) or not value.is_finite():
            problem = "is not a finite number" if isinstance(value, Decimal) else "is not a decimal"
            raise Refused(where, shown, problem, self._advice)
        if not any(_unit(one)[1] == quantity.units for one in self.units):
            raise self._strange(shown, _WRITTEN.get(unit, unit), where)
        return self._judged(quantity, value, shown, where)

    def _judged(self, quantity: Quantity, value: Decimal, shown: str, where: str) -> Quantity:
        """*quantity*, whose number was written as *value*, inside what this measure may be."""
        if self.whole and value != int(value):
            raise Refused(where, shown, "is not a whole number", self._advice)
        if value.is_signed() and not self.signed:
            raise Refused(where, shown, "is negative", self._advice)
        if value == 0 and not self.zero:
            raise Refused(where, shown, "is zero", self._advice)
        if self.least is not None and amount(quantity, _end(self.least)[1]) < _end(self.least)[0]:
            raise Refused(where, shown, f"is below {self.least}, the least that is told apart", self._advice)
        if self.most is not None and alike(quantity, _end(self.most)[1]):
            end, its_unit = _end(self.most)
            if abs(amount(quantity, its_unit)) > end:
                raise Refused(where, shown, f"is above {self.most}", self._advice)
        return quantity

    def _strange(self, shown: str, unit: str, where: str) -> Refused:
        """The refusal of a unit that this measure cannot have."""
        listed = ", ".join(self.units[:12]) + (" and others" if len(self.units) > 12 else "")
        advice = self._in_weeks(shown, unit) or _HINTS.get(unit, f"use {listed}")
        return Refused(where, shown, f"has a unit that {self.name} cannot have, {unit!r}", advice)

    def _in_weeks(self, text: str, unit: str) -> str:
        """What to write for years where a duration has no years, because they differ in length."""
        if unit not in ("year", "years") or "year" in self.units or "week" not in self.units:
            return ""
        weeks = Decimal(text.removesuffix(unit)) * 52
        return f"a year is 52 weeks and a day or two; write {plain(weeks)} week or {plain(weeks + 1)} week"

    @property
    def _advice(self) -> str:
        return f"write {self.name} like {self.like}"


@cache
def _end(written: str) -> tuple[Decimal, str]:
    """What a measure ends at: how much, of which unit."""
    value, _, unit = written.partition(" ")
    return Decimal(value), unit


def taken(given: object, measure: Measure, where: str) -> Quantity:
    """What *given* says as text; a quantity that is one already is held to the same rules.

    Raises:
        Refused: for anything that *measure* cannot be.
    """
    return measure.held(given, where) if isinstance(given, pint.Quantity) else measure.read(given, where)


def quantity_of(value: Decimal, unit: str) -> Quantity:
    """*value* in *unit*, one of the spellings that a measure lists."""
    factor, parsed = _unit(unit)
    return _registry.Quantity(value * factor, parsed)


def amount(quantity: Quantity, unit: str) -> Decimal:
    """The exact decimal magnitude of *quantity* in *unit*."""
    factor, parsed = _unit(unit)
    times = _times(quantity.units, parsed)
    magnitude: Decimal = quantity.m_as(parsed) if times is None else quantity.magnitude * times
    return magnitude / factor


@cache
def _times(units: pint.Unit, other: pint.Unit) -> Decimal | None:
    """By what a magnitude in *units* is multiplied for one in the *other*; None where nought is not nought in both.

    It is what pint would multiply by, looked up once.
    """
    if _registry.Quantity(Decimal(0), units).m_as(other) != 0:
        return None
    times: Decimal = _registry.Quantity(Decimal(1), units).m_as(other)
    return times


def number(quantity: Quantity, unit: str) -> float:
    """The magnitude of *quantity* in *unit*, as the simulation's plain float."""
    return float(amount(quantity, unit))


def alike(quantity: Quantity, unit: str) -> bool:
    """Whether *quantity* can be expressed in *unit*."""
    return bool(quantity.is_compatible_with(_unit(unit)[1]))


def text(quantity: Quantity) -> str:
    """A quantity as people write it."""
    unit = f"{quantity.units:~C}"
    return f"{plain(Decimal(quantity.magnitude))} {_WRITTEN.get(unit, unit)}"


def unit_of(quantity: Quantity) -> str:
    """The unit of *quantity* as people write it: per so many cells where that is how it is spelled."""
    scaled = (spelling for spelling, (factor, _) in _SPELLED.items() if factor != "1")
    written = f"{quantity.units:~C}"
    return next((one for one in scaled if _unit(one)[1] == quantity.units), written)


def kind_of(quantity: Quantity) -> str:
    """Which of `COUNTED` a quantity of cells, however it scales, is a number of."""
    dimensions = quantity.dimensionality.keys()
    return next(kind for kind in _COUNTED if _unit(kind)[1].dimensionality.keys() <= dimensions)


@cache
def _unit(spelling: str) -> tuple[Decimal, pint.Unit]:
    factor, expression = _SPELLED.get(spelling, ("1", spelling))
    return Decimal(factor), _registry.parse_units(expression)


def _diagnosis(text: str) -> str | None:
    """Name the slip in text that is not a number and a known unit, if it is a known slip."""
    return next((problem for pattern, problem in _DIAGNOSES if re.search(pattern, text)), None)


_DIAGNOSES = (
    (r"(?s)^.{65,}", "is longer than 64 characters"),
    (r"[\x00-\x1f\x7f]", "holds a line break or another invisible character"),
    (r"^\s*$", "is empty"),
    (r"[‐-―−﹣－]", "holds a dash or minus sign that is not the plain '-'"),
    (r"[\u00a0\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]", "holds a space that is not a plain space"),
    (r"[±]", "is a value with a tolerance where one value is asked"),
    (r"[^\x00-\x7f]", "holds a character that is not plain ASCII"),
    (r"^\s|\s$|  ", "holds a stray space"),
    (r",", "holds a comma, and a comma may mean thousands or decimals"),
    (r"^[~<>=$+#]|[$#;=!?]", "holds a mark or a comment"),
    (r"[0-9]['_ ][0-9]", "holds digits apart, which may be thousands or two numbers"),
    (r"(?i)^-?0x", "is a hexadecimal number"),
    (r"(?i)^[+-]?(nan|inf)", "is not a finite number"),
    (r"[eE][+-]?[0-9]{3,}", "is a number too large or too small to mean anything"),
    (r"^-?0[0-9]", "starts with a zero that may be a slip"),
    (r"^-?[0-9]*\.[0-9]*\.", "has two decimal points"),
    (r"^-?(\.|[0-9]+\.(?![0-9]))", "has a decimal point without a digit on both sides"),
    (r":", "is a time of day or a ratio, not a quantity"),
    (r"[0-9]\s*(x|\*|\^)|\(|^[^/]*/\s*[0-9.]+\s*$", "is an expression, not a number"),
    (r"^[^0-9]*$", "has no number"),
    (r"^-?[0-9.]+\s*-\s*[0-9]", "is a range where one value is asked"),
    (r"[A-Za-z%]\s+[0-9]", "holds two quantities"),
    (r"^'|^\"", "holds quotation marks"),
)

_TIMES = ("minute", "hour", "day", "week")
_COUNTED = ("cell", "viable_cell", "IEQ")  # what a dose may be a number of
LONGEST = f"{CENTURY.most} day"
_SCALES = ("", "/kg", "/site", "/m**2", "/cm**2", "/cm", "/count")

Weight = Annotated[Quantity, Measure("a body weight", ("kg",), "72 kg")]
Height = Annotated[Quantity, Measure("a height", ("cm",), "171 cm")]
Duration = Annotated[Quantity, Measure("a duration", _TIMES, "26 day", least="1 minute", most=LONGEST)]
Delay = Annotated[Quantity, Measure("a duration", _TIMES, "26 day", zero=True, most=LONGEST)]
EachTime = Annotated[
    Quantity, Measure("a duration", _TIMES, "2 minute", most=LONGEST)
]  # of which there are several
Every = Annotated[Quantity, Measure("a duration", _TIMES, "3 day", least="1 hour", most=LONGEST)]
Offset = Annotated[
    Quantity,
    Measure(
        "an offset",
        ("day", "week", "calendar month"),
        "-28 day",
        signed=True,
        zero=True,
        whole=True,
        most=LONGEST,
    ),
]
Spacing = Annotated[
    Quantity,
    Measure("a spacing in whole days", ("day", "week"), "26 day", zero=True, whole=True, most=LONGEST),
]
Interval = Annotated[
    Quantity,
    Measure(
        "a spacing in whole days or hours",
        ("day", "week", "hour"),
        "26 day",
        zero=True,
        whole=True,
        most=LONGEST,
    ),
]
Volume = Annotated[Quantity, Measure("a volume", ("mL", "L", "uL"), "7.2 mL")]
Area = Annotated[Quantity, Measure("an area", ("cm**2",), "175 cm**2")]
Cells = Annotated[
    Quantity,
    Measure("a dose of cells", tuple(f"{c}{s}" for c in _COUNTED for s in _SCALES), "1e6 cell/kg"),
]
CellCount = Annotated[Quantity, Measure("a number of cells", ("cell", "viable_cell"), "25e6 cell")]
DoseCount = Annotated[Quantity, Measure("a number of cells", _COUNTED, "25e6 cell")]
Concentration = Annotated[
    Quantity, Measure("a concentration", tuple(f"{c}/mL" for c in _COUNTED), "1e7 cell/mL")
]
Gathered = Annotated[
    Quantity, Measure("a number of collected cells", ("cell", "cell/kg"), "2e6 cell/kg", zero=True)
]
Density = Annotated[Quantity, Measure("a cell density", ("cell/cm**2",), "2e5 cell/cm**2")]
Percent = Annotated[Quantity, Measure("a percentage", ("%",), "80 %", zero=True, most="100 %")]
Temperature = Annotated[Quantity, Measure("a temperature", ("degC",), "4 degC", signed=True, zero=True)]
PerWeek = Annotated[Quantity, Measure("a weekly frequency", ("per week",), "2 per week")]
ArrivalRate = Annotated[
    Quantity, Measure("an arrival rate", ("/month", "/day", "/week", "/year"), "6.1 / month")
]
PerMonth = Annotated[Quantity, Measure("a share per month", ("%/month",), "1.6 %/month", zero=True)]
Graduation = Annotated[
    Quantity,
    Measure(
        "a graduation", ("mL", "kg", *_COUNTED, "container", "cm", "cm**2", "%", "point", "year"), "0.1 mL"
    ),
]
Flasks = Annotated[
    Quantity, Measure("a number of flasks", ("flask",), "180 flask", whole=True, most=f"{COUNT.most} flask")
]

KNOWN = tuple(
    dict.fromkeys(
        [*_TIMES, "year", "kg", "lb", "cm", "mL", "L", "uL", "cm**2", "m**2", "degC", "point", "EU", "count"]
        + ["EU/kg", "EU/mL", "point/month", "doubling", "passage", *_SPELLED]
        + [f"{c}{s}" for c in _COUNTED for s in (*_SCALES, "/mL")]
    )
)
Anything = Annotated[Quantity, Measure("a quantity", KNOWN, "31 point", signed=True, zero=True)]


def measure_of(annotated: object) -> Measure:
    """The measure of one of the quantity types above."""
    found = get_args(annotated)[1]
    assert isinstance(found, Measure)
    return found
