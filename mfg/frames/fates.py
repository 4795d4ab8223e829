"""What becomes of lots: whether they give doses, how many, and why the others do not."""

from __future__ import annotations

import pandas as pd
from attrs import frozen

from mfg.frames.looked import Looked
from mfg.log.endings import RELEASED, STOPPED, USED_UP

GAVE, RELEASED_UNUSED, PATIENT_LEFT = (
    "gave doses",
    "released, no dose given from it",
    "stopped: its patient left",
)


@frozen(eq=False)
class Fates:
    """`shares` has a row for each fate of lots that gave no dose, the most frequent first: `fate`, `count`, `share` of all `lots`.

    `gave` is the share of lots from which a dose was given, and `doses` how many each of them gave on average.
    """

    shares: pd.DataFrame
    lots: int
    gave: float
    doses: float
    replications: int


def fates(variant: Looked) -> Fates | None:
    """All lots that were begun after the start; None if there were none."""
    lots, doses = variant.table("lots"), variant.table("doses")
    mine = lots[~(lots["collected_day"] < 0)]
    if not len(mine):
        return None
    key = ["replication", "patient", "lot"]
    given = doses[doses["given"] & (doses["prescribed_cells"] > 0)].groupby(key, observed=True).size()
    from_it = given.reindex(pd.MultiIndex.from_frame(mine[key]), fill_value=0).to_numpy()
    words = (
        mine["outcome"]
        .astype(str)
        .replace({RELEASED: RELEASED_UNUSED, USED_UP: RELEASED_UNUSED, STOPPED: PATIENT_LEFT})
    )
    others = words[from_it == 0].value_counts()
    shares = pd.DataFrame({"fate": others.index.astype(str), "count": others.to_numpy()})
    shares["share"] = shares["count"] / len(mine)
    used = from_it[from_it > 0]
    return Fates(
        shares,
        len(mine),
        float((from_it > 0).mean()),
        float(used.mean()) if len(used) else 0.0,
        variant.replications,
    )
