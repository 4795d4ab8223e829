"""Quantities as the plan has them: whole minutes, fractions, hazards."""

from __future__ import annotations

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.units import Quantity, number


def minutes(quantity: Quantity | None) -> int | None:
    """A length of time in whole minutes."""
    return None if quantity is None else round(number(quantity, "minute"))


def part(percent: Quantity | None) -> float:
    """A percentage as a fraction; none is nought."""
    return 0.0 if percent is None else number(percent, "%") / 100


def monthly(hazard: Quantity | None) -> float:
    """A share per month as a hazard per minute; none is nought."""
    return 0.0 if hazard is None else number(hazard, "%/month") / 100 / (DAYS_A_MONTH * DAY)
