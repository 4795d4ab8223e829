"""What becomes of patients: how many are still on their course before each step, and how the others left."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.frames.looked import Looked
from mfg.log.endings import BELOW, COMPLETED, DIED, WITHDREW

CELLS = "cells or place failed"
ON_COURSE, NOT_ELIGIBLE = "still on course", "not eligible"
WAYS_OUT = (DIED, WITHDREW, NOT_ELIGIBLE, CELLS)
_OF_THEIR_OWN = {
    DIED: DIED,
    WITHDREW: WITHDREW,
    "ineligible": NOT_ELIGIBLE,
    BELOW: NOT_ELIGIBLE,
}


@frozen(eq=False)
class Endings:
    """`steps` has a row for each step and way: `step`, `way` (still on course, or how one left before the next step), `count`, `share`.

    Counts are means over replications; shares are of the `patients` who arrived in a replication on average.
    `completed` is the share who did, and `left` the shares of the others by their way.
    """

    steps: pd.DataFrame
    patients: float
    completed: float
    left: dict[str, float]
    replications: int


def endings(variant: Looked) -> Endings | None:
    """The way of everybody who arrived after the start; None if nobody did."""
    table = variant.table("patients")
    mine = table[table["arrived_day"] >= 0]
    if not len(mine):
        return None
    doses = variant.table("doses")
    names = _names(doses)
    planned = mine["doses_planned"].to_numpy()
    done = mine["ending"].astype(str).to_numpy() == COMPLETED
    # who has completed has passed every step, also the doses that were not planned for them
    reached = np.where(
        done, len(names) + 1, np.minimum(mine["doses_given"].to_numpy(), np.maximum(planned, 0))
    )
    way = np.array([_OF_THEIR_OWN.get(word, CELLS) for word in mine["ending"].astype(str)])
    steps = ["referred", *names, COMPLETED]
    rows, many = [], variant.replications
    for n, step in enumerate(steps):
        here = reached >= n
        on = reached > n if n <= len(names) else here
        rows.append((step, ON_COURSE, on.sum()))
        rows += [(step, out, (here & ~on & (way == out)).sum()) for out in WAYS_OUT]
    frame = pd.DataFrame(rows, columns=["step", "way", "count"])
    frame["count"] /= many
    patients = len(mine) / many
    frame["share"] = frame["count"] / patients
    gone = {out: float(((way == out) & ~done).mean()) for out in WAYS_OUT}
    return Endings(frame, patients, float(done.mean()), gone, many)


def _names(doses: pd.DataFrame) -> list[str]:
    """The doses by their number; one that is named otherwise in other arms has the name that most have."""
    if not len(doses):
        return []
    first = doses.groupby("dose")["name"].agg(lambda names: names.astype(str).mode().iloc[0])
    return [str(name) for name in first.sort_index()]
