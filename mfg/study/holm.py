"""Many paired differences judged at once: Student's t on each, at the levels of Holm's rule (1979)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from attrs import frozen

from mfg.results.figures import LEVEL, half_width
from mfg.special import t_share

Key = TypeVar("Key", bound=Hashable)


@frozen
class MeanDifference:
    """A mean difference with the interval of the level at which it was judged, over `n` replications."""

    mean: float
    low: float
    high: float
    told_apart: bool
    n: int


def levels(chances: Mapping[Key, float]) -> dict[Key, tuple[bool, float]]:
    """Which p-values are told apart by Holm's rule, each with the level at which it was judged."""
    found = {}
    going, alpha = True, 1 - LEVEL
    for rank, key in enumerate(sorted(chances, key=lambda one: chances[one])):
        if going:
            alpha = (1 - LEVEL) / (len(chances) - rank)
            going = chances[key] < alpha
        found[key] = going, 1 - alpha
    return found


def judge(gaps: Sequence[np.ndarray]) -> list[MeanDifference]:
    """Each of *gaps*, the differences replication by replication, judged among all of them."""
    verdicts = levels({n: chance(gap) for n, gap in enumerate(gaps)})
    found = []
    for n, gap in enumerate(gaps):
        told_apart, level = verdicts[n]
        mean = float(gap.mean()) if len(gap) else np.nan
        half = half_width(gap, level)
        half = np.nan if half is None else half
        found.append(MeanDifference(mean, mean - half, mean + half, told_apart, len(gap)))
    return found


def chance(gap: np.ndarray) -> float:
    """The two-sided p-value of Student's t for a mean difference of nought; 1 where nothing can be said."""
    if len(gap) < 2:
        return 1.0
    spread = gap.std(ddof=1)
    if spread == 0:
        return 1.0 if gap[0] == 0 else 0.0
    return 2 * t_share(len(gap) - 1, float(-abs(gap.mean()) / spread * np.sqrt(len(gap))))
