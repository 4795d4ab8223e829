"""Quantities as the plan has them: whole minutes, fractions, hazards."""

from __future__ import annotations

from attrs import evolve

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.plan.prescription import VIABLE
from mfg.shape import Shape
from mfg.spread import Spread, shape_of
from mfg.units import Quantity, alike, number

COUNTS = ("is_", "least", "likely", "most", "median", "mean", "sd", "typical")


def minutes(quantity: Quantity | None) -> int | None:
    """A length of time in whole minutes."""
    return None if quantity is None else round(number(quantity, "minute"))


def part(percent: Quantity | None) -> float:
    """A percentage as a fraction; none is nought."""
    return 0.0 if percent is None else number(percent, "%") / 100


def cells(spread: Spread, alive: float) -> Shape:
    """A number of cells; viable ones with the dead that there typically are among so many *alive*."""
    if alike(spread.typical, "cell"):
        return shape_of(spread, "cell")
    shape = shape_of(spread, VIABLE)
    return evolve(
        shape,
        **{key: getattr(shape, key) / alive for key in COUNTS},
        values=tuple(one / alive for one in shape.values),
        scale=shape.scale / alive,
    )


def monthly(hazard: Quantity | None) -> float:
    """A share per month as a hazard per minute; none is nought."""
    return 0.0 if hazard is None else number(hazard, "%/month") / 100 / (DAYS_A_MONTH * DAY)
