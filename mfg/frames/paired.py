"""Variants held against the first: each figure with its paired difference, in the order in which a reader asks."""

from __future__ import annotations

import pandas as pd
from attrs import frozen

from mfg.results.figures import describe
from mfg.study.stored import StoredStudy

BETTER, WORSE, CHANGED, SAME = "better", "worse", "changed", "not told apart"
SMALL = 0.01  # of the base: a difference below it is marked small, however surely it is there


@frozen(eq=False)
class Paired:
    """`gaps` has a row for each variant but the first and each figure: `variant`, `figure`, `called`, `said`, `unit`, `base`, `mean`, `gap`, `low`, `high`, `verdict`, `small`.

    A verdict is better, worse, changed (where neither way is good), or not told apart. `n` replications define the figure in both.
    """

    gaps: pd.DataFrame
    base: str
    variants: tuple[str, ...]
    replications: int


def paired(study: StoredStudy) -> Paired | None:
    """What the comparison in a folder judged together; None for a run.

    Raises:
        Refused: if the summary of the comparison is missing or damaged.
    """
    if len(study.variants) < 2:
        return None
    of = {one.name: {each.name: each for each in one.estimates} for one in study.variants}
    first = of[study.base.name]
    rows = []
    for one in study.judged:
        base, own = first.get(one.figure), of[one.variant].get(one.figure)
        if one.mean is None or one.low is None or base is None or own is None or base.mean is None:
            continue
        meaning = describe(one.figure)
        verdict = verdict_of(meaning.good, one.mean, told=one.told_apart)
        small = verdict != SAME and abs(one.mean) < SMALL * abs(base.mean)
        rows.append(
            (
                one.variant,
                one.figure,
                meaning.called,
                one.about,
                one.unit,
                base.mean,
                own.mean,
                one.mean,
                one.low,
                one.high,
                verdict,
                small,
                one.n,
            )
        )
    columns = [
        "variant",
        "figure",
        "called",
        "said",
        "unit",
        "base",
        "mean",
        "gap",
        "low",
        "high",
        "verdict",
        "small",
        "n",
    ]
    names = tuple(one.name for one in study.variants[1:])
    return Paired(pd.DataFrame(rows, columns=columns), study.base.name, names, study.replications)


def verdict_of(good: str | None, gap: float, *, told: bool) -> str:
    """Whether a difference is better or worse, where one way of its figure is *good*; and whether it is *told* apart at all."""
    if not told:
        return SAME
    if good is None:
        return CHANGED
    return BETTER if (gap > 0) == (good == "high") else WORSE
