"""Mean and variance of every shape that a file may write (Johnson, Kotz and Balakrishnan 1994, 1995)."""

from __future__ import annotations

from math import exp, log, pi, sqrt

from attrs import frozen
from scipy.special import ndtr


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
    """The same with `least` and `most`: what lies beyond them is there."""
    sigma = log(spread)
    low, high = log(least / median) / sigma, log(most / median) / sigma

    def power(n: int) -> float:
        inside = median**n * exp((n * sigma) ** 2 / 2) * (ndtr(high - n * sigma) - ndtr(low - n * sigma))
        return float(least**n * ndtr(low) + inside + most**n * ndtr(-high))

    return Moments(power(1), power(2) - power(1) ** 2)


def truncated_normal(mean: float, sd: float, least: float, most: float) -> Moments:
    """``{ mean, sd, least, most, shape = "normal" }``: nothing lies beyond the limits."""
    low, high = (least - mean) / sd, (most - mean) / sd
    inside = ndtr(high) - ndtr(low)
    shift = (_density(low) - _density(high)) / inside
    bend = (low * _density(low) - high * _density(high)) / inside
    return Moments(float(mean + sd * shift), float(sd**2 * (1 + bend - shift**2)))


def stated(mean: float, sd: float) -> Moments:
    """``{ mean, sd }`` of a shape that is written by them: gamma, beta, normal without limits."""
    return Moments(mean, sd**2)


def _density(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)
