"""Which inputs move a figure: what a sensitivity that is kept in a folder found, and how far each was moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from attrs import frozen

from mfg.frames.kept import damaged, document_in
from mfg.results.figures import describe
from mfg.results.meanings import Estimand
from mfg.study.folder import SENSITIVITY


@frozen(eq=False)
class Tornado:
    """`effects` has a row for each input that is told apart, the strongest first: `name`, `range`, `effect` (from its low to its high end), `low`, `high`.

    `others` are those that were moved and are not told apart; none of them moves the figure by more than `bound`. `mean` is the figure
    over all `pairs` of simulations.
    """

    scenario: str
    figure: str
    meaning: Estimand
    effects: pd.DataFrame
    others: tuple[str, ...]
    bound: float
    mean: float
    pairs: int


def tornado(folder: Path) -> Tornado | None:
    """The screening that is kept in *folder*; None if it is no sensitivity, or one of shares of variance.

    Raises:
        Refused: if its file is damaged.
    """
    if not (folder / SENSITIVITY).exists():
        return None
    found = document_in(folder, SENSITIVITY)
    try:
        if found["method"] != "screening":
            return None
        rows = [
            (one["name"], one["range"], one["effect"], one["low"], one["high"])
            for one in found["inputs"]
            if one["told_apart"]
        ]
        others = tuple(one["name"] for one in found["inputs"] if not one["told_apart"])
        effects = pd.DataFrame(rows, columns=["name", "range", "effect", "low", "high"])
        order = effects["effect"].abs().sort_values(ascending=False, kind="stable").index
        return Tornado(
            found["scenario"],
            found["figure"],
            describe(found["figure"]),
            effects.loc[order].reset_index(drop=True),
            others,
            found["bound"],
            found["mean"],
            found["pairs"],
        )
    except (ValueError, KeyError, TypeError):
        raise damaged(folder, SENSITIVITY) from None
