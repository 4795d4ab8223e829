"""How many replications: until a figure is known so well, or there are as many as are allowed.

The interval is looked at when there are 20 replications, then whenever as many are there as the last
look asked for: n = (t s / h)^2 with Student's t, the standard deviation s and the half-width h that is wanted. A
first look at fewer, or a wide target, would stop on intervals that are too narrow by luck. The values of a high
quantile or a maximum are skewed over replications: they are looked at first when there are 60.
"""

from __future__ import annotations

import re
from math import ceil

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.errors import Parameter, Refused
from mfg.results.figures import ENOUGH, ENOUGH_FOR_A_TAIL, LEVEL, half_width, is_tail
from mfg.special import t_quantile

FIRST, _MOST = ENOUGH, 1000
_TARGET = re.compile(r"(\S+) ?\+-([0-9]+(?:\.[0-9]+)?)(%?)")


@frozen
class Precision:
    """A half-width that is wanted of a figure: a share of its mean, or in its own unit."""

    figure: str
    target: float
    relative: bool
    first: int
    most: int

    @staticmethod
    def read(text: str, most: int | None) -> Precision:
        """Read ``FIGURE +-5%`` or ``FIGURE +-0.5``; at most *most* replications are made."""
        match = _TARGET.fullmatch(str(text))
        if match is None or float(match[2]) == 0:
            raise Refused(
                Parameter("until"), str(text), "is no target", "write it like 'vein_to_vein_median +-5%'"
            )
        limit = _MOST if most is None else most
        first = ENOUGH_FOR_A_TAIL if is_tail(match[1]) else FIRST
        if limit < first:
            why = " of a high quantile or a maximum" if first > FIRST else ""
            problem = f"is fewer than the first look{why}"
            raise Refused(Parameter("replications"), str(limit), problem, f"allow at least {first}")
        relative = bool(match[3])
        return Precision(match[1], float(match[2]) / (100 if relative else 1), relative, first, limit)

    def needed(self, values: pd.DataFrame) -> int:
        """How many replications are needed, as it looks; as many as there are if that is enough.

        Raises:
            Refused: if none of the replications defines the figure.
        """
        known = values[self.figure].dropna().to_numpy()
        half = half_width(known)
        if half is None:
            raise Refused(Parameter("until"), self.figure, "has no values here", "choose another figure")
        wanted = self.target * abs(known.mean()) if self.relative else self.target
        if half <= wanted or not wanted:
            return len(values)
        t = t_quantile(len(known) - 1, (1 + LEVEL) / 2)
        more = ceil((t * known.std(ddof=1) / wanted) ** 2 * len(values) / len(known))
        return int(np.clip(more, len(values) + 1, self.most))

    def met(self, values: pd.DataFrame) -> bool:
        """Whether the interval of the figure is as narrow as was wanted."""
        known = values[self.figure].dropna().to_numpy()
        half = half_width(known)
        return half is not None and half <= (
            self.target * abs(known.mean()) if self.relative else self.target
        )
