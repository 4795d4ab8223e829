"""One figure of a variant held against that of the first, as a value, in words and in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd
from attrs import asdict, frozen

from mfg.errors import Parameter, Refused, nearest
from mfg.results.figures import LEVEL, describe, half_width
from mfg.study.holm import chance, levels

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


def judge_differences(
    variants: Sequence[str], first: pd.DataFrame, others: Sequence[pd.DataFrame], figures: Sequence[str]
) -> list[Difference]:
    """The differences in all *figures* of the *variants* from the *first*."""
    pairs = {
        (name, variant): (first[name], other[name])
        for name in figures
        for variant, other in zip(variants, others, strict=True)
        if name in first and name in other
    }
    return judge_pairs(pairs)


def judge_pairs(pairs: Mapping[tuple[str, str], tuple[pd.Series, pd.Series]]) -> list[Difference]:
    """The second of each pair less the first, replication by replication, by Holm's rule over every one that two replications define.

    A pair is called by its figure and by the variant that is held against the other.
    """
    gaps = {key: (other - one).dropna().to_numpy() for key, (one, other) in pairs.items()}
    judged = levels({key: chance(gap) for key, gap in gaps.items() if len(gap) >= 2})
    found = []
    for (name, variant), gap in gaps.items():
        meaning, (told, level) = describe(name), judged.get((name, variant), (False, LEVEL))
        found.append(
            Difference(
                variant=variant,
                figure=name,
                unit=meaning.unit,
                about=meaning.about,
                mean=float(gap.mean()) if len(gap) else None,
                low=_end(gap, level, -1),
                high=_end(gap, level, 1),
                level=level,
                told_apart=told,
                correlation=_correlation(*pairs[name, variant]),
                n=len(gap),
            )
        )
    return found


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
    if not isinstance(variant, str) or variant not in of:
        given = None if variant is None else str(variant)
        problem = "is left out, and there are several" if variant is None else "is none that was compared"
        raise Refused(Parameter("variant"), given, problem, nearest(given or "", of))
    return of[variant]


def _fields(one: Difference) -> dict[str, Any]:
    values = asdict(one)
    for key in ("mean", "low", "high", "correlation"):
        values[key] = float("nan") if values[key] is None else values[key]
    return values


def _end(gap: np.ndarray, level: float, sign: int) -> float | None:
    half = half_width(gap, level)
    return None if half is None else float(gap.mean() + sign * half)


def _correlation(one: pd.Series, other: pd.Series) -> float | None:
    both = pd.concat([one, other], axis=1).dropna().to_numpy()
    if len(both) < 3 or (both.std(axis=0) == 0).any():
        return None
    return float(np.corrcoef(both.T)[0, 1])
