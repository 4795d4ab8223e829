"""One figure of a variant held against that of the first, as a value, in words and in a table."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import pandas as pd
from attrs import asdict, frozen

from mfg.errors import Parameter, Refused, nearest

_COLUMNS = ("mean", "low", "high", "unit", "told_apart", "level", "correlation", "n", "about")


@frozen
class Difference:
    """One figure of a variant less that of the first, over `n` replications that define both.

    The interval from `low` to `high` is that of the `level` at which Holm's rule judges it. `correlation` is
    what pairing bought: the variance of the difference is less by that share of the two spreads.
    """

    variant: str
    figure: str
    unit: str
    about: str
    mean: float | None
    low: float | None
    high: float | None
    level: float
    told_apart: bool
    correlation: float | None
    n: int

    @property
    def words(self) -> str:
        """The difference in a sentence that says no more than the interval: its ends are rounded outwards."""
        if self.mean is None or self.low is None or self.high is None:
            return f"{self.variant}: not enough replications define {self.figure} in both"
        unit = "percentage points" if self.unit == "share" else self.unit
        scale = 10_000 if self.unit == "share" else 100
        low, high = round(scale * self.low, 6), round(scale * self.high, 6)
        if not self.told_apart:
            span = f"{floor(low) / 100:+.2f} to {ceil(high) / 100:+.2f}"
            return f"{self.variant}: no difference shown in {self.figure}: {span} {unit}"
        near, far = sorted((abs(low), abs(high)))
        ends = dict.fromkeys((f"{floor(near) / 100:.2f}", f"{ceil(far) / 100:.2f}"))
        amount = " to ".join(ends)
        return f"{self.variant}: {self.figure} is {amount} {unit} {'higher' if self.mean > 0 else 'lower'}"


def differences_frame(judged: Sequence[Difference]) -> pd.DataFrame:
    """Differences as a table: a row for each figure and variant."""
    keys = [(one.figure, one.variant) for one in judged]
    index = pd.MultiIndex.from_tuples(keys, names=["figure", "variant"])
    return pd.DataFrame([_fields(one) for one in judged], index=index, columns=list(_COLUMNS))


def difference_in(judged: Sequence[Difference], figure: str, variant: str | None) -> Difference:
    """The difference in one *figure* of one *variant*, which may be left out if there is only one.

    Raises:
        Refused: if that figure was not judged, or if there is no such variant.
    """
    of = {one.variant: one for one in judged if one.figure == figure}
    if not of:
        known = {one.figure for one in judged}
        raise Refused(Parameter("figure"), str(figure), "was not compared", nearest(str(figure), known))
    if variant is None and len(of) == 1:
        return next(iter(of.values()))
    if variant not in of:
        given = None if variant is None else str(variant)
        problem = "is left out, and there are several" if variant is None else "is none that was compared"
        raise Refused(Parameter("variant"), given, problem, nearest(given or "", of))
    return of[variant]


def _fields(one: Difference) -> dict[str, Any]:
    values = asdict(one)
    for key in ("mean", "low", "high", "correlation"):
        values[key] = float("nan") if values[key] is None else values[key]
    return values
