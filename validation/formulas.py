"""Closed forms of queues in equilibrium. Times are means in one unit, rates are per that unit.

Each function names its source; `sources` gives them in full.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import exp, fsum

import numpy as np
from scipy.optimize import brentq


def erlang_b(servers: int, load: float) -> float:
    """The share that finds all servers busy and goes, for any law of the service (Sevastyanov 1957)."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """The share that waits in M/M/c (Erlang 1917)."""
    blocked = erlang_b(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def wait_in_mmc(rate: float, service: float, servers: int) -> float:
    """The mean wait in M/M/c (Erlang 1917)."""
    return erlang_c(servers, rate * service) * service / (servers - rate * service)


def share_waiting_longer(time: float, rate: float, service: float) -> float:
    """The share that waits longer than *time* in M/M/1, first come first served (Erlang 1917)."""
    load = rate * service
    return load * exp(-(1 - load) * time / service)


def wait_in_mg1(rate: float, mean: float, variance: float) -> float:
    """The mean wait in M/G/1, from two moments of the service (Pollaczek 1930, Khinchine 1932)."""
    return rate * (variance + mean**2) / (2 * (1 - rate * mean))


def wait_in_gm1(transform: Callable[[float], float], service: float) -> float:
    """The mean wait in GI/M/1 (Kendall 1953); *transform* is that of Laplace, of the time between arrivals.

    Whoever comes finds n there with probability (1 - x) x^n, where x = transform((1 - x) / service).
    """
    root = brentq(lambda x: transform((1 - x) / service) - x, 0.0, 1 - 1e-9)
    return root * service / (1 - root)


def wait_in_batches(rate: float, service: float, size: int) -> float:
    """The mean wait of one of a batch in M^[k]/M/1, with *rate* batches (Chaudhry and Templeton 1983)."""
    load = rate * size * service
    number = load * (size + 1) / (2 * (1 - load))
    return number / (rate * size) - service


# ---- priorities: nobody is interrupted -----------------------------------------------------------------


def waits_by_class(rates: list[float], services: list[float], squares: list[float]) -> list[float]:
    """The mean wait of each class, the first being the first served (Cobham 1954)."""
    begun = fsum(rate * square for rate, square in zip(rates, squares, strict=True)) / 2
    ends = [0.0, *np.cumsum([rate * service for rate, service in zip(rates, services, strict=True)]).tolist()]
    return [begun / (1 - before) / (1 - after) for before, after in pairwise(ends)]


def wait_by_rank(rate: float, mean: float, square: float, first: float, last: float) -> float:
    """The mean wait of the ranks from *first* to *last*, ranks being uniform from 0 to 1 (Phipps 1956).

    It is that of rank u, W0 / (1 - load u)^2, integrated.
    """
    load, begun = rate * mean, rate * square / 2
    return begun / (1 - load * first) / (1 - load * last)


# ---- with patience -------------------------------------------------------------------------------------


def erlang_a(rate: float, service: float, patience: float, servers: int) -> float:
    """The share that leaves M/M/c unserved, after an exponential patience (Palm 1957).

    The number present is a birth and death process; who waits leaves, and who is served stays.
    """
    weights = [1.0]
    while len(weights) <= servers or weights[-1] > 1e-15 * max(weights):
        n = len(weights)
        weights.append(weights[-1] * rate / (min(n, servers) / service + max(n - servers, 0) / patience))
    waiting = fsum(weight * max(n - servers, 0) for n, weight in enumerate(weights)) / fsum(weights)
    return waiting / patience / rate


# ---- tests side by side --------------------------------------------------------------------------------


def mean_of_the_last(count: int, mean: float) -> float:
    """The mean of the largest of *count* exponential times (Rényi 1953)."""
    return mean * fsum(1 / n for n in range(1, count + 1))


def variance_of_the_last(count: int, mean: float) -> float:
    """The variance of the largest of *count* exponential times (Rényi 1953)."""
    return mean**2 * fsum(1 / n**2 for n in range(1, count + 1))


# ---- tries ---------------------------------------------------------------------------------------------


def mean_tries(fails: float, most: int) -> float:
    """How often something is tried that *fails* so often, *most* times at most: a geometric number, cut."""
    return (1 - fails**most) / (1 - fails)
