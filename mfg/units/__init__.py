"""Quantities: a decimal and its unit, from a registry that knows only the units of this field.

Text becomes a quantity in `mfg.units.measure` alone; what may be written where is listed in `amounts`, `times` and
`culture`. Magnitudes are decimals, so a dose typed exactly at its limit is at its limit. Inside the simulation there
are plain numbers, which leave through `amount` and `number`.

``cell``, ``viable_cell`` and ``IEQ`` (islet equivalents) are dimensions of their own: a count of cells is
not a pure number, only a viability turns cells into viable ones, and nothing turns them into islets.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import pint

from mfg.digits import plain

if TYPE_CHECKING:
    Quantity: TypeAlias = pint.Quantity[Decimal]
else:
    Quantity = pint.Quantity

REGISTRY: pint.UnitRegistry[Decimal] = pint.UnitRegistry(None, non_int_type=Decimal, on_redefinition="raise")
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
    REGISTRY.define(_definition)

SPELLED: dict[str, tuple[str, str]] = {  # spellings that are not themselves an expression of units
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
    unit: spelling for spelling, (factor, unit) in SPELLED.items() if factor == "1"
}  # as files write them
CELL_UNITS = ("cell", "viable_cell", "IEQ")  # what a dose may be a number of


def quantity_of(value: Decimal, unit: str) -> Quantity:
    """*value* in *unit*, one of the spellings that a measure lists."""
    factor, parsed = parse_unit(unit)
    return REGISTRY.Quantity(value * factor, parsed)


def amount(quantity: Quantity, unit: str) -> Decimal:
    """The exact decimal magnitude of *quantity* in *unit*."""
    factor, parsed = parse_unit(unit)
    times = _times(quantity.units, parsed)
    magnitude: Decimal = quantity.m_as(parsed) if times is None else quantity.magnitude * times
    return magnitude / factor


@cache
def _times(units: pint.Unit, other: pint.Unit) -> Decimal | None:
    """By what a magnitude in *units* is multiplied for one in the *other*; None where nought is not nought in both.

    It is what pint would multiply by, looked up once.
    """
    if REGISTRY.Quantity(Decimal(0), units).m_as(other) != 0:
        return None
    times: Decimal = REGISTRY.Quantity(Decimal(1), units).m_as(other)
    return times


def number(quantity: Quantity, unit: str) -> float:
    """The magnitude of *quantity* in *unit*, as the simulation's plain float."""
    return float(amount(quantity, unit))


def alike(quantity: Quantity, unit: str) -> bool:
    """Whether *quantity* can be expressed in *unit*."""
    return bool(quantity.is_compatible_with(parse_unit(unit)[1]))


def text(quantity: Quantity) -> str:
    """A quantity as people write it."""
    return f"{plain(Decimal(quantity.magnitude))} {spelling_of(quantity)}"


def spelling_of(quantity: pint.Quantity[Any]) -> str:
    """The unit of *quantity* as files write it."""
    unit = f"{quantity.units:~C}"
    return _WRITTEN.get(unit, unit)


def unit_of(quantity: Quantity) -> str:
    """The unit of *quantity* as people write it: per so many cells where that is how it is spelled."""
    scaled = (spelling for spelling, (factor, _) in SPELLED.items() if factor != "1")
    written = f"{quantity.units:~C}"
    return next((one for one in scaled if parse_unit(one)[1] == quantity.units), written)


def kind_of(quantity: Quantity) -> str:
    """Which of `CELL_UNITS` a quantity of cells, however it scales, is a number of."""
    dimensions = quantity.dimensionality.keys()
    return next(kind for kind in CELL_UNITS if parse_unit(kind)[1].dimensionality.keys() <= dimensions)


@cache
def parse_unit(spelling: str) -> tuple[Decimal, pint.Unit]:
    """What one of the spellings that a measure lists stands for: so many of a unit."""
    factor, expression = SPELLED.get(spelling, ("1", spelling))
    return Decimal(factor), REGISTRY.parse_units(expression)
