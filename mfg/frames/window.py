"""When doses of cells are given, held against the day first booked and the window that the protocol allows about it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.frames.looked import Looked
from mfg.log.endings import NOT_INDICATED

ON_DAY, IN_WINDOW, NEVER_GIVEN = "on the day first booked", "within the protocol's window", "not given"
LATENESS = ("1 to 7 days late", "8 to 28 days late", "29 to 56 days late", "later")
CLASSES = (ON_DAY, IN_WINDOW, *LATENESS, NEVER_GIVEN)
_EDGES = (8, 29, 57)  # the first day of each class of lateness but the first


@frozen(eq=False)
class Punctuality:
    """`shares` has a row for each dose and class: `dose`, `kept`, `count`, `share` of the planned doses of cells.

    `kept` is the share of all planned doses that fall on the day first booked or within the window; `worst` the dose with the
    smallest such share, and that share. Windows differ by dose: `widest` is the most days that any allows, 0 if none.
    """

    shares: pd.DataFrame
    planned: int
    kept: float
    worst: tuple[str, float]
    widest: int
    replications: int


def window(variant: Looked) -> Punctuality | None:
    """Every planned dose of cells; None if there is none with a day of its own."""
    doses = variant.table("doses")
    mine = doses[
        (doses["prescribed_cells"] > 0) & (doses["outcome"] != NOT_INDICATED) & doses["booked_day"].notna()
    ]
    if not len(mine):
        return None
    allowed = _allowed(variant, mine)
    late = np.floor(mine["given_day"]) - np.floor(mine["booked_day"])
    given, inside = mine["given"].to_numpy(), (late >= -allowed[0]) & (late <= allowed[1])
    classes = np.select(
        [~given, late == 0, inside | (late < 0), late < _EDGES[0], late < _EDGES[1], late < _EDGES[2]],
        [NEVER_GIVEN, ON_DAY, IN_WINDOW, *LATENESS[:3]],
        LATENESS[3],
    )
    counts = pd.crosstab(mine["name"].astype(str), classes).reindex(columns=list(CLASSES), fill_value=0)
    order = mine.groupby(mine["name"].astype(str))["dose"].min().sort_values(kind="stable").index
    counts = counts.loc[order]
    kept = counts[[ON_DAY, IN_WINDOW]].sum(axis=1) / counts.sum(axis=1)
    long = counts.rename_axis("dose").reset_index().melt("dose", var_name="kept", value_name="count")
    shares = long.sort_values("dose", key=lambda names: names.map(list(order).index), kind="stable")
    shares["share"] = shares["count"] / shares.groupby("dose")["count"].transform("sum")
    return Punctuality(
        shares=shares,
        planned=len(mine),
        kept=float(counts[[ON_DAY, IN_WINDOW]].to_numpy().sum() / len(mine)),
        worst=(str(kept.idxmin()), float(kept.min())),
        widest=int(max(np.max(allowed[0]), np.max(allowed[1]))),
        replications=variant.replications,
    )


def _allowed(variant: Looked, doses: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """How many days before and after its planned day each dose may be; where nothing limits it, none count as allowed."""
    known = {
        (arm.name, dose.name): (dose.before or 0, dose.after or 0)
        for arm in variant.setting.arms
        for dose in arm.doses
    }
    pairs = [
        known.get(key, (0, 0))
        for key in zip(doses["arm"].astype(str), doses["name"].astype(str), strict=True)
    ]
    both = np.array(pairs, dtype=float).reshape(-1, 2)
    return both[:, 0], both[:, 1]
