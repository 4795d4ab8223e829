"""How a value is drawn from each distribution: by its quantile function, one value of one number between 0 and 1.

So the same number always gives the same value. A quantile is computed from plain floats; `inverse_of` is the same for whole arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, inf, isnan, log, log1p, nan, sqrt
from typing import TYPE_CHECKING

from mfg.shape import Shape
from mfg.special import beta_quantile, gamma_quantile, normal_quantile, normal_share

if TYPE_CHECKING:
    from mfg.elementary import Floats

Quantile = Callable[[float], float]
Inverse = Callable[["Floats"], "Floats"]
_LEAST_WEIGHT = 1e-12  # of a beta distribution that is as wide as one can be, and would have none by rounding


def inverse_of(shape: Shape) -> Inverse:
    """The quantile function of *shape*, for arrays of shares."""
    from mfg.elementary import each

    own, scale = shape.own, shape.scale
    if own is not None:
        return lambda shares: scale * own.values(shares)
    quantile = QUANTILES[shape.kind](shape)
    return lambda shares: each(quantile, shares)


def median_of(shape: Shape) -> float:
    """The value that half of the values of *shape* lie below."""
    if shape.own is None:
        return QUANTILES[shape.kind](shape)(0.5)
    return shape.scale * shape.own.span()[1]


def _fixed(shape: Shape) -> Quantile:
    return lambda _: shape.is_


def _uniform(shape: Shape) -> Quantile:
    low, width = shape.least, shape.most - shape.least
    return lambda share: low + share * width


def _triangular(shape: Shape) -> Quantile:
    low, high = shape.least, shape.most
    rises, falls = (high - low) * (shape.likely - low), (high - low) * (high - shape.likely)
    peak = (shape.likely - low) / (high - low)
    return lambda share: low + sqrt(share * rises) if share < peak else high - sqrt((1 - share) * falls)


def _pert(shape: Shape) -> Quantile:
    """A beta distribution between two ends, whose likeliest value weighs four times as much as an end in the mean."""
    low, width = shape.least, shape.most - shape.least
    a = 1 + 4 * (shape.likely - low) / width
    beta = beta_quantile(a, 6 - a)
    return lambda share: low + width * beta(share)


def _normal(shape: Shape) -> Quantile:
    return _cut_normal(shape.mean, shape.sd, shape.least, shape.most)


def _lognormal(shape: Shape) -> Quantile:
    low, high = (log(end) if end > 0 else nan for end in (shape.least, shape.most))  # none lies below nought
    normal = _cut_normal(log(shape.median), log(shape.spread), low, high)
    return lambda share: exp(normal(share))


def _cut_normal(mean: float, sd: float, low: float, high: float) -> Quantile:
    """A normal distribution that is cut at *low* and *high* where these are numbers."""
    first = -inf if isnan(low) else (low - mean) / sd
    last = inf if isnan(high) else (high - mean) / sd
    if first + last > 0:  # in the upper tail, where shares from above have the digits
        above, left = normal_share(-first), normal_share(-first) - normal_share(-last)
        return lambda share: mean - sd * normal_quantile(above - share * left)
    below, left = normal_share(first), normal_share(last) - normal_share(first)
    return lambda share: mean + sd * normal_quantile(below + share * left)


def _gamma(shape: Shape) -> Quantile:
    mean = shape.mean
    gamma = gamma_quantile((mean / shape.sd) ** 2)
    return lambda share: mean * gamma(share)


def _beta(shape: Shape) -> Quantile:
    """A beta distribution of a percentage."""
    part, spare = shape.mean / 100, 1 - shape.mean / 100
    weight = max(part * spare / (shape.sd / 100) ** 2 - 1, _LEAST_WEIGHT)
    beta = beta_quantile(part * weight, spare * weight)
    return lambda share: 100 * beta(share)


def _exponential(shape: Shape) -> Quantile:
    mean = shape.mean
    return lambda share: -mean * log1p(-share)


def _empirical(shape: Shape) -> Quantile:
    """The smallest of the values that at least so large a share of them do not exceed: the quantile function of a sample."""
    values = shape.values
    return lambda share: values[max(ceil(share * len(values)), 1) - 1]


QUANTILES: dict[str, Callable[[Shape], Quantile]] = {
    "fixed": _fixed,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
    "lognormal": _lognormal,
    "normal": _normal,
    "gamma": _gamma,
    "beta": _beta,
    "exponential": _exponential,
    "empirical": _empirical,
}
