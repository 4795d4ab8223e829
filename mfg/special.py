"""Shares and quantiles of the normal, gamma, beta and Student's t distribution, the same on every processor.

A quantile is read off without a search. The density of log x for a gamma distribution, and of log(x / (1 - x)) for a beta
one, has one peak and falls ever more steeply to both sides, until it falls like that of a power. It is integrated once, panel by
panel from the peak outwards, by the rule of Clenshaw and Curtis (1960). Seen from the normal score of its share, a quantile is
nearly a straight line: in each panel it is the polynomial through the panel's nodes, by Newton's divided differences (DLMF
3.3(iii)). Beyond the last panel the logarithm of the density goes on straight.

Relative errors are below 1e-11 for shares from 1e-25 on, and to the largest number below 1; those of parameters below
0.01 are larger, since a value is then the share to the power of one over the parameter. Each number goes through the C
library; see `mfg.elementary` for why.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from math import cos, erfc, exp, expm1, inf, isnan, log, log1p, nan, pi, sqrt
from operator import mul
from statistics import NormalDist

_SCORE = NormalDist().inv_cdf  # Wichura (1988), algorithm AS 241
_DROP = 2.0  # of the logarithm of the density over a panel
_WIDEST = 1.0  # a panel
_LAST = 60.0  # the logarithm of the density has fallen so far where panels end
_STRAIGHT = 1e-17  # a slope that bends by so small a part of it bends no more
_NEAR = 1e-5  # where a difference of nearly equal numbers has no digits left, and a series has them all
_ORDER = 16  # of the polynomials
_PLACES = [(1 - cos(pi * k / _ORDER)) / 2 for k in range(_ORDER + 1)]  # of a panel's nodes between its ends


def normal_share(z: float) -> float:
    """The share of a standard normal distribution that lies below *z* (DLMF 7.2.2)."""
    return erfc(-z / sqrt(2)) / 2


def normal_quantile(share: float) -> float:
    """The value that a *share* of a standard normal distribution lies below."""
    if 0 < share < 1:
        return _SCORE(share)
    return -inf if share == 0 else inf if share == 1 else nan


def gamma_quantile(shape: float) -> Callable[[float], float]:
    """The quantile function of a gamma distribution of this *shape*, as multiples of the mean."""
    distance = _gamma(shape).quantile
    return lambda share: exp(distance(share))


def beta_quantile(a: float, b: float) -> Callable[[float], float]:
    """The quantile function of a beta distribution: its density goes with x^(a - 1) (1 - x)^(b - 1)."""
    distance = _beta(a, b).quantile

    def quantile(share: float) -> float:
        d = distance(share)
        return a / (a + b * exp(-d)) if d > 0 else a * exp(d) / (a * exp(d) + b)

    return quantile


def t_share(freedom: float, t: float) -> float:
    """The share of Student's t distribution that lies below *t* (Abramowitz & Stegun 26.7.1 and 26.5.27).

    *freedom* is its degrees of freedom. A share below 1e-25 is small, and has no digits that are right.
    """
    if isnan(t):
        return nan
    outside = _beta(freedom / 2, 0.5).share(-2 * log(abs(t))) if t else 1.0
    return outside / 2 if t < 0 else 1 - outside / 2


def t_quantile(freedom: float, share: float) -> float:
    """The value that a *share* of Student's t distribution with so many degrees of *freedom* lies below."""
    t = exp(-_beta(freedom / 2, 0.5).quantile(2 * min(share, 1 - share)) / 2)
    return -t if share < 0.5 else t


@lru_cache(maxsize=64)
def _gamma(shape: float) -> _Distances:
    return _Distances(shape, 0.0, 1)


@lru_cache(maxsize=64)
def _beta(a: float, b: float) -> _Distances:
    return _Distances(a, a / (a + b), 1) if a <= b else _Distances(b, b / (a + b), -1)


class _Distances:
    """The distribution of d, the distance of log x or log(x / (1 - x)) from where it is likeliest.

    The density of *sign* d is exp(a d) / (1 + p (exp(d) - 1))^(a / p), relative to its peak: with p = a / (a + b) that of a beta
    distribution, and in the limit p = 0 that of a gamma one.
    """

    def __init__(self, a: float, p: float, sign: int) -> None:
        self._a, self._p, self._sign = a, p, sign
        left, right = self._edges_of(-1), self._edges_of(1)
        self._edges = [*reversed(left), 0.0, *right]
        self._rise, self._fall = self._bend(left[-1])[0], self._bend(right[-1])[0]
        panels = list(pairwise(self._edges))
        self._densities = [self._at_nodes(low, high) for low, high in panels]
        weights = _integrals()[-1]
        masses: list[float] = [
            (high - low) * sum(map(mul, weights, densities))
            for (low, high), densities in zip(panels, self._densities, strict=True)
        ]
        tails = self._density(left[-1]) / self._rise, self._density(right[-1]) / self._fall
        self._whole = tails[0] + sum(masses) + tails[1]
        self._below = [mass / self._whole for mass in accumulate(masses, initial=tails[0])]
        self._above = [mass / self._whole for mass in accumulate(reversed(masses), initial=tails[1])][::-1]
        self._scores = list(map(_score, self._below, self._above))
        self._polynomials: dict[int, list[tuple[float, float]]] = {}

    def quantile(self, share: float) -> float:
        """The distance that a *share* of all lies below."""
        score = normal_quantile(share)
        if score in (-inf, inf):
            return score
        n = bisect(self._scores, score)
        if n == 0:
            return self._edges[0] + log(share / self._below[0]) / self._rise
        if n == len(self._scores):
            return self._edges[-1] - log((1 - share) / self._above[-1]) / self._fall
        d = 0.0
        for node, slope in self._polynomials.get(n) or self._polynomial(n):
            d = d * (score - node) + slope
        return d

    def share(self, d: float) -> float:
        """The share of all that lies below the distance *d*."""
        n = bisect(self._edges, d)
        if n == 0:
            return self._below[0] * exp(self._rise * (d - self._edges[0]))
        if n == len(self._edges):
            return 1 - self._above[-1] * exp(self._fall * (self._edges[-1] - d))
        low = self._edges[n - 1]
        mass: float = (d - low) * sum(map(mul, _integrals()[-1], self._at_nodes(low, d)))
        return self._below[n - 1] + mass / self._whole

    def _polynomial(self, n: int) -> list[tuple[float, float]]:
        """The nodes of the panel before the *n*-th edge as scores, each with its divided difference; the last come first."""
        low, high = self._edges[n - 1], self._edges[n]
        scale = (high - low) / self._whole
        masses = [scale * sum(map(mul, row, self._densities[n - 1])) for row in _integrals()]
        below, above = self._below[n - 1], self._above[n]
        scores = [_score(below + mass, above + masses[-1] - mass) for mass in masses]
        slopes = [low + (high - low) * place for place in _PLACES]
        for step in range(1, len(slopes)):
            for k in range(len(slopes) - 1, step - 1, -1):
                slopes[k] = (slopes[k] - slopes[k - 1]) / (scores[k] - scores[k - step])
        found = self._polynomials[n] = [*zip(reversed(scores), reversed(slopes), strict=True)]
        return found

    def _edges_of(self, way: int) -> list[float]:
        """The outer edges of the panels on one side of the peak."""
        edges, d, (slope, curve) = [], 0.0, self._bend(0.0)
        while self._fallen(d) < _LAST and curve > _STRAIGHT * slope:
            d += way * min(_WIDEST, 2 * _DROP / (slope + sqrt(slope**2 + 2 * curve * _DROP)))
            edges.append(d)
            slope, curve = self._bend(d)
        return edges

    def _at_nodes(self, low: float, high: float) -> list[float]:
        return [self._density(low + (high - low) * place) for place in _PLACES]

    def _density(self, d: float) -> float:
        return exp(-self._fallen(d))

    def _fallen(self, d: float) -> float:
        """How far the logarithm of the density has fallen from its peak."""
        a, p, d = self._a, self._p, self._sign * d
        if abs(d) < _NEAR:
            return a * (1 - p) * d * d / 2 * (1 + (1 - 2 * p) * d / 3 + (1 - 6 * p * (1 - p)) * d * d / 12)
        return (a / p * log1p(p * expm1(d)) if p else a * expm1(d)) - a * d

    def _bend(self, d: float) -> tuple[float, float]:
        """How steeply it falls there, and by how much more at each step outwards."""
        a, p, d = self._a, self._p, self._sign * d
        level = 1 + p * expm1(d)
        return a * (1 - p) * abs(expm1(d)) / level, a * (1 - p) * exp(d) / level**2


def _score(below: float, above: float) -> float:
    """The normal score of a share, from the smaller part: it has the digits."""
    return _SCORE(below) if below < above else -_SCORE(above)


@cache
def _integrals() -> list[list[float]]:
    """For each node of a panel the weights of all in the integral up to it, as parts of the panel's width.

    A polynomial through the nodes is a sum of Chebyshev polynomials, each of which has a simple integral (Clenshaw & Curtis 1960).
    """
    every = range(_ORDER + 1)
    angles = [pi * (_ORDER - k) / _ORDER for k in every]
    part = [0.5 if k in (0, _ORDER) else 1.0 for k in every]
    values = [[cos(order * angle) for order in every] for angle in angles]

    def integral(order: int, angle: float) -> float:
        if order < 2:
            return cos(angle) ** (order + 1) / (order + 1)
        return cos((order + 1) * angle) / (2 * order + 2) - cos((order - 1) * angle) / (2 * order - 2)

    upto = [
        [part[order] / _ORDER * (integral(order, angle) - integral(order, pi)) for order in every]
        for angle in angles
    ]
    return [
        [share * sum(map(mul, row, value)) for share, value in zip(part, values, strict=True)] for row in upto
    ]
