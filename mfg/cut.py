"""A normal distribution that is cut at its ends and still has the middle and the spread that are stated.

Cutting moves a distribution: its mean goes away from the end that was cut, and its standard deviation falls. So
the one that is cut, its parent, must be another than the one that is stated. Here it is found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import erfc, exp, inf, pi, sqrt

from attrs import frozen

FARTHEST = (
    30.0  # standard deviations of the parent between its mean and the nearest end: beyond, nothing changes
)
_WIDEST = 100.0  # the parent's standard deviation over the stated one
HALVINGS = 48
CLOSE = 1e-6  # so near to the stated standard deviation is that one


@frozen
class Parent:
    """The normal distribution to be cut, where the stated middle is 0 and the stated standard deviation 1."""

    mean: float
    sd: float


@frozen
class TooWide:
    """No parent has the stated standard deviation; `most` is the largest possible part of it."""

    most: float


@lru_cache(maxsize=4096)
def parent_of(least: float, most: float, *, median: bool = False) -> Parent | TooWide:
    """The normal distribution that, cut at *least* and *most*, has the mean 0 and the standard deviation 1.

    *least* < 0 < *most*, where an end that is not there is infinite. With *median* it is the median that is 0.
    """
    if least == -inf and most == inf:
        return Parent(0.0, 1.0)
    low, high = 1.0, _WIDEST  # while the middle stays, what is left is the wider the wider the parent is
    for _ in range(HALVINGS):
        width = sqrt(low * high)
        mean = _mean_of(width, least, most, median)
        if mean is None or _cut(mean, width, least, most)[1] > 1:
            high = width
        else:
            low = width
    mean = _mean_of(low, least, most, median)
    found = 0.0 if mean is None else _cut(mean, low, least, most)[1]
    return Parent(mean, low) if mean is not None and found > 1 - CLOSE else TooWide(found)


def _mean_of(sd: float, least: float, most: float, median: bool) -> float | None:
    """The mean of the parent with this *sd* whose middle, cut, is 0; None if it is too far from the ends."""
    low = 0.0 if least == -inf else least - FARTHEST * sd
    high = 0.0 if most == inf else most + FARTHEST * sd

    def above(mean: float) -> bool:
        if median:
            return _share(mean, sd, 0.0, most) > _share(mean, sd, least, 0.0)
        return _cut(mean, sd, least, most)[0] > 0

    return None if above(low) or not above(high) else _where(above, low, high)


def _where(turns: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(HALVINGS):
        half = (low + high) / 2
        low, high = (low, half) if turns(half) else (half, high)
    return (low + high) / 2


def _cut(mean: float, sd: float, least: float, most: float) -> tuple[float, float]:
    """Mean and standard deviation of the normal distribution that is left between *least* and *most*."""
    a, b = (least - mean) / sd, (most - mean) / sd
    if a + b < 0:  # look at it from the side on which little is left, where digits are not lost
        middle, width = _cut(-mean, sd, -most, -least)
        return -middle, width
    share = _tail(a) - _tail(b)
    at_a, at_b = _density(a) / share, _density(b) / share
    shift = at_a - at_b
    square = 1 + (a * at_a if a > -inf else 0.0) - (b * at_b if b < inf else 0.0) - shift**2
    return mean + sd * shift, sd * sqrt(max(square, 0.0))


def _share(mean: float, sd: float, least: float, most: float) -> float:
    """How much of a normal distribution lies between *least* and *most*."""
    a, b = (least - mean) / sd, (most - mean) / sd
    return _tail(a) - _tail(b) if a + b >= 0 else _tail(-b) - _tail(-a)


def _tail(z: float) -> float:
    return erfc(z / sqrt(2)) / 2


def _density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)
