"""A line: a published figure beside the same figure as the model gives it, and whether the two agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from attrs import frozen
from scipy import special, stats

from mfg.elementary import Floats
from mfg.simulation.draws import Luck

SAMPLES = 4000
TAILS = (0.025, 0.975)
_LUCK = Luck(1, 0, [f"sample {n}" for n in range(SAMPLES)])

Statistic = Callable[[Floats], Floats]


@frozen
class Line:
    """What was published and by whom, and the `model`'s own values of it.

    There is one value for each of many samples, each of as many donors, patients or lots as the publication
    had, so that its central 95 % is what such a publication would have found if the model were right. `middle`
    is the same with the middle of the published growth. `why` says in a sentence why the two differ.
    """

    what: str
    published: float
    source: str
    model: Floats
    middle: Floats | None = None
    why: str = ""

    @property
    def range(self) -> tuple[float, float]:
        """The central 95 % of the model."""
        low, high = np.quantile(self.model, TAILS, method="inverted_cdf")
        return float(low), float(high)

    @property
    def verdict(self) -> str:
        """Whether the published figure lies in the central 95 % of the model."""
        low, high = self.range
        return "agrees" if low <= self.published <= high else "differs"


def sampled(name: str, values: Sequence[float], size: int, statistic: Statistic) -> Floats:
    """A *statistic* of samples of *size* from *values*, sample by sample; *name* gives them luck of their own."""
    drawn = (_LUCK.uniforms(name, 0, size) * len(values)).astype(np.int64)
    return statistic(np.asarray(values, dtype=np.float64)[drawn])


def counted(name: str, count: int, of: int, size: int) -> Floats:
    """How many of *size* there will be after *count* of so many: binomial, the share from Jeffreys' posterior."""
    of_share, of_count = (_LUCK.uniforms(f"{name}, {word}", 0, 1)[:, 0] for word in ("share", "count"))
    shares = special.betaincinv(count + 0.5, of - count + 0.5, of_share)
    return np.asarray(stats.binom.ppf(of_count, size, shares))


def mean(values: Floats) -> Floats:
    """The mean of each sample."""
    return np.asarray(values.mean(axis=1))


def least(values: Floats) -> Floats:
    """The least of each sample."""
    return np.asarray(values.min(axis=1))


def most(values: Floats) -> Floats:
    """The most of each sample."""
    return np.asarray(values.max(axis=1))


def ratio(values: Floats) -> Floats:
    """The most of each sample over its least."""
    return most(values) / least(values)


def log_sd(values: Floats) -> Floats:
    """The standard deviation of the natural logarithm in each sample."""
    return np.asarray(np.log(values).std(axis=1, ddof=1))
