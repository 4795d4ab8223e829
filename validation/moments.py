"""Mean and variance of every shape that a file may write (Johnson, Kotz and Balakrishnan 1994, 1995)."""

from __future__ import annotations

from math import exp, log

import numpy as np
import numpy.typing as npt
from attrs import frozen
from scipy import optimize, stats
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]


@frozen
class Moments:
    """A mean and a variance."""

    mean: float
    variance: float

    @property
    def square(self) -> float:
        """The second moment."""
        return self.variance + self.mean**2


def fixed(value: float) -> Moments:
    """One value."""
    return Moments(value, 0.0)


def exponential(mean: float) -> Moments:
    """``{ mean, shape = "exponential" }``."""
    return Moments(mean, mean**2)


def uniform(least: float, most: float) -> Moments:
    """``{ least, most }``."""
    return Moments((least + most) / 2, (most - least) ** 2 / 12)


def triangular(least: float, likely: float, most: float) -> Moments:
    """``{ least, likely, most }``."""
    a, c, b = least, likely, most
    return Moments((a + b + c) / 3, (a * a + b * b + c * c - a * b - a * c - b * c) / 18)


def pert(least: float, likely: float, most: float) -> Moments:
    """``{ least, likely, most, shape = "pert" }``: a beta with the mean of Malcolm et al. (1959)."""
    mean = (least + 4 * likely + most) / 6
    return Moments(mean, (mean - least) * (most - mean) / 7)


def lognormal(median: float, spread: float) -> Moments:
    """``{ median, spread, shape = "lognormal" }``."""
    square = log(spread) ** 2
    return Moments(median * exp(square / 2), median**2 * exp(square) * (exp(square) - 1))


def cut_lognormal(median: float, spread: float, least: float, most: float) -> Moments:
    """The same with `least` and `most`: what is left between them has the median and the spread."""
    ends = np.log([least, most])

    def missed(terms: Floats) -> Floats:
        mean, sd = terms
        left = stats.truncnorm(*((ends - mean) / sd), mean, sd)
        return np.array([left.median() - log(median), left.std() - log(spread)])

    mean, sd = optimize.root(missed, [log(median), log(spread)], tol=1e-12).x
    low, high = (ends - mean) / sd

    def power(n: int) -> float:
        inside = ndtr(high - n * sd) - ndtr(low - n * sd)
        return float(exp(n * mean + (n * sd) ** 2 / 2) * inside / (ndtr(high) - ndtr(low)))

    return Moments(power(1), power(2) - power(1) ** 2)


def stated(mean: float, sd: float) -> Moments:
    """``{ mean, sd }`` of a shape that is written by them: gamma, beta, normal with or without limits."""
    return Moments(mean, sd**2)
