"""Every distribution that a file may name: its keys, what may cut it, and how a value is drawn from it.

To add one, write its inverse distribution function and a row of `DISTRIBUTIONS`. Drawing by the inverse makes one value of
one uniform number, always the same. What a key means is said at `mfg.shape.Shape`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, nan
from types import ModuleType

import numpy as np
from attrs import frozen

from mfg.elementary import Floats, exp, log1p
from mfg.shape import Shape

Inverse = Callable[[Floats], Floats]


@frozen
class Distribution:
    """A family of distributions: the `keys` that a file gives for one, and the `inverse` distribution function of a shape.

    `cut` ones may be cut at `least` and `most`, `signed` ones may have a mean
    below nought, and `percent` ones lie between 0 and 100 %. Those that are `told_by_keys` need not be named in a file.
    """

    keys: tuple[str, ...]
    inverse: Callable[[Shape], Inverse]
    cut: bool = False
    signed: bool = False
    percent: bool = False
    told_by_keys: bool = False


def inverse_of(shape: Shape) -> Inverse:
    """The inverse distribution function of *shape*."""
    own, scale = shape.own, shape.scale
    return DISTRIBUTIONS[shape.kind].inverse(shape) if own is None else lambda u: scale * own.values(u)


def median_of(shape: Shape) -> float:
    """The value that half of the values of *shape* lie below."""
    return float(inverse_of(shape)(np.array([0.5]))[0])


def _special() -> ModuleType:
    """`scipy.special`: a fifth of a second of a process, for the distributions that need it."""
    from scipy import special

    return special


def _fixed(shape: Shape) -> Inverse:
    return lambda u: np.full_like(u, shape.is_)


def _uniform(shape: Shape) -> Inverse:
    return lambda u: shape.least + u * (shape.most - shape.least)


def _triangular(shape: Shape) -> Inverse:
    low, likely, high = shape.least, shape.likely, shape.most
    peak = (likely - low) / (high - low)

    def inverse(u: Floats) -> Floats:
        rising = low + np.sqrt(u * (high - low) * (likely - low))
        falling = high - np.sqrt((1 - u) * (high - low) * (high - likely))
        result: Floats = np.where(u < peak, rising, falling)
        return result

    return inverse


def _pert(shape: Shape) -> Inverse:
    special = _special()
    low, high = shape.least, shape.most
    a = 1 + 4 * (shape.likely - low) / (high - low)
    return lambda u: low + (high - low) * special.betaincinv(a, 6 - a, u)


def _normal(shape: Shape) -> Inverse:
    return _cut_normal(shape.mean, shape.sd, shape.least, shape.most)


def _lognormal(shape: Shape) -> Inverse:
    low, high = (log(end) if end > 0 else nan for end in (shape.least, shape.most))  # none lies below nought
    normal = _cut_normal(log(shape.median), log(shape.spread), low, high)
    return lambda u: exp(normal(u))


def _cut_normal(mean: float, sd: float, low: float, high: float) -> Inverse:
    """A normal distribution that is cut at *low* and *high* where these are numbers."""
    special = _special()
    first = -np.inf if np.isnan(low) else (low - mean) / sd
    last = np.inf if np.isnan(high) else (high - mean) / sd
    if first + last > 0:  # in the upper tail, where shares from above have the digits
        above, share = special.ndtr(-first), special.ndtr(-first) - special.ndtr(-last)
        return lambda u: mean - sd * special.ndtri(above - u * share)
    below, share = special.ndtr(first), special.ndtr(last) - special.ndtr(first)
    return lambda u: mean + sd * special.ndtri(below + u * share)


def _gamma(shape: Shape) -> Inverse:
    special = _special()
    mean, sd = shape.mean, shape.sd
    return lambda u: np.float64(sd**2 / mean) * special.gammaincinv((mean / sd) ** 2, u)


def _beta(shape: Shape) -> Inverse:
    """A beta distribution of a percentage."""
    special = _special()
    part, spare = shape.mean / 100, 1 - shape.mean / 100
    weight = part * spare / (shape.sd / 100) ** 2 - 1
    return lambda u: 100 * special.betaincinv(part * weight, spare * weight, u)


def _exponential(shape: Shape) -> Inverse:
    return lambda u: -shape.mean * log1p(-u)


def _empirical(shape: Shape) -> Inverse:
    """The smallest of the values that at least a share *u* of them do not exceed: the quantile function of a sample."""
    values = np.array(shape.values)
    return lambda u: values[np.clip(np.ceil(u * len(values)).astype(np.int64) - 1, 0, len(values) - 1)]


DISTRIBUTIONS = {
    "fixed": Distribution(("is_",), _fixed, told_by_keys=True),
    "uniform": Distribution(("least", "most"), _uniform, told_by_keys=True),
    "triangular": Distribution(("least", "likely", "most"), _triangular, told_by_keys=True),
    "pert": Distribution(("least", "likely", "most"), _pert),
    "lognormal": Distribution(("median", "spread"), _lognormal, cut=True),
    "normal": Distribution(("mean", "sd"), _normal, cut=True, signed=True),
    "gamma": Distribution(("mean", "sd"), _gamma),
    "beta": Distribution(("mean", "sd"), _beta, percent=True),
    "exponential": Distribution(("mean",), _exponential),
    "empirical": Distribution(("empirical",), _empirical, told_by_keys=True),
}
