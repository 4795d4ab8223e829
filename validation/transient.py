"""Exact means of places that begin empty: no equilibrium, no warm-up.

The mean wait of customer n + 1 of a single server is the sum over k = 1..n of E[max(S_k, 0)] / k, where S_k
is what k services take longer than k times between arrivals (Spitzer 1956).
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, fsum

import numpy as np
from scipy.integrate import quad
from scipy.stats import gamma

Excess = Callable[[int], float]


def mean_wait_of_the_first(count: int, excess: Excess) -> float:
    """The mean wait of the first *count* customers, where *excess* gives E[max(S_k, 0)]."""
    waits = np.cumsum([0.0, *(excess(k) / k for k in range(1, count))])
    return fsum(waits) / count


def poisson_arrivals_gamma_service(between: float, service: float, phases: int) -> Excess:
    """E[max(S_k, 0)] of M/E/1: a service is a sum of so many exponential phases."""

    def excess(k: int) -> float:
        works, comes = gamma(k * phases, scale=service / phases), gamma(k, scale=between)
        most = works.ppf(1 - 1e-13)
        return float(quad(lambda t: comes.cdf(t) * works.sf(t), 0, most, limit=200)[0])

    return excess


def poisson_arrivals_fixed_service(between: float, service: float) -> Excess:
    """E[max(S_k, 0)] of M/D/1."""

    def excess(k: int) -> float:
        return float(quad(gamma(k, scale=between).cdf, 0, k * service, limit=200)[0])

    return excess


def fixed_arrivals_exponential_service(between: float, service: float) -> Excess:
    """E[max(S_k, 0)] of D/M/1."""

    def excess(k: int) -> float:
        works = gamma(k, scale=service)
        return float(quad(works.sf, k * between, max(works.ppf(1 - 1e-13), k * between), limit=200)[0])

    return excess


def mean_number(rate: float, time: float, mean: float) -> float:
    """How many are in M/M/infinity some *time* after it was empty (Takács 1962)."""
    return rate * mean * (1 - exp(-time / mean))
