"""Many paired differences judged at once: Student's t on each, at the levels of Holm's rule (1979)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from scipy import special

from mfg.figures import LEVEL, half_width


@frozen
class Gap:
    """A mean difference with the interval of the level at which it was judged, over `n` replications."""

    mean: float
    low: float
    high: float
    told_apart: bool
    n: int


def judged(gaps: Sequence[np.ndarray]) -> list[Gap]:
    """Each of *gaps*, the differences replication by replication, judged among all of them."""
    chances = [_chance(gap) for gap in gaps]
    found: dict[int, Gap] = {}
    going, alpha = True, 1 - LEVEL
    for rank, n in enumerate(sorted(range(len(gaps)), key=lambda n: chances[n])):
        if going:
            alpha = (1 - LEVEL) / (len(gaps) - rank)
            going = chances[n] < alpha
        gap = gaps[n]
        mean = float(gap.mean()) if len(gap) else np.nan
        half = half_width(gap, 1 - alpha)
        half = np.nan if half is None else half
        found[n] = Gap(mean, mean - half, mean + half, going, len(gap))
    return [found[n] for n in range(len(gaps))]


def _chance(gap: np.ndarray) -> float:
    """The two-sided p-value for a mean difference of nought; 1 where nothing can be said."""
    if len(gap) < 2:
        return 1.0
    spread = gap.std(ddof=1)
    if spread == 0:
        return 1.0 if gap[0] == 0 else 0.0
    return float(2 * special.stdtr(len(gap) - 1, -abs(gap.mean()) / spread * np.sqrt(len(gap))))
