"""From a collection to the dose made from it: how many days, for each dose of the course."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.frames.looked import Looked


@frozen(eq=False)
class Vein:
    """`spans` has a row for each dose, in order: `dose`, how `many` were given, and the days within which shares of them lie.

    `low`, `first`, `median`, `third` and `high` are the 5, 25, 50, 75 and 95 % quantiles over all doses of all replications.
    """

    spans: pd.DataFrame
    doses: int
    replications: int


def vein(variant: Looked) -> Vein | None:
    """Every dose of cells given from a lot whose collection is known; None if there is none."""
    doses = variant.table("doses")
    mine = doses[doses["given"] & doses["vein_to_vein_day"].notna()]
    if not len(mine):
        return None
    names = mine["name"].astype(str)
    order = mine.groupby(names)["dose"].min().sort_values(kind="stable").index
    cut = mine.groupby(names)["vein_to_vein_day"].quantile(np.array([0.05, 0.25, 0.5, 0.75, 0.95])).unstack()  # noqa: PD010
    cut.columns = pd.Index(["low", "first", "median", "third", "high"])
    spans = cut.loc[order].assign(many=names.value_counts()).rename_axis("dose").reset_index()
    return Vein(spans, len(mine), variant.replications)
