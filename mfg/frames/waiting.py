"""How long patients wait for their first dose: the share of all referred who have had it, by days since referral."""

from __future__ import annotations

from math import ceil, inf

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.frames.looked import Looked

BAND_LOW, BAND_HIGH = 0.1, 0.9  # the band of replications: what the middle 80 % of them live through
DRAWN_SHARE = 0.995  # of those who ever have a dose; the days until then are drawn


@frozen(eq=False)
class Waiting:
    """The curve, and what is to be read from it.

    `curve` has a row for each day since referral: `day`, `mean`, `low`, `high` (shares of all referred; mean, and middle
    80 % of the replications). Within `half` and `nine_in_ten` days so many have a first dose; None where fewer ever do.
    `never` is the share who never have one; so many `patients` were referred in all `replications`.
    """

    curve: pd.DataFrame
    half: float | None
    nine_in_ten: float | None
    never: float
    patients: int
    replications: int


def waiting(variant: Looked) -> Waiting:
    """The wait for the first dose of all who were referred before the horizon and are to have one."""
    table = variant.table("patients")
    horizon = variant.setting.horizon_day
    mine = table[(table["waiting"] != "") & (table["arrived_day"] >= 0) & (table["arrived_day"] < horizon)]
    waits = (mine["first_dose_day"] - mine["arrived_day"]).fillna(inf)
    ever = waits[waits < inf]
    last = ceil(float(ever.quantile(DRAWN_SHARE))) + 1 if len(ever) else 1
    days = np.arange(last + 1)
    shares = [
        np.searchsorted(np.sort(own.to_numpy()), days, side="right") / len(own)
        for _, own in waits.groupby(mine["replication"])
    ]
    found = np.array(shares) if shares else np.zeros((1, len(days)))
    mean = found.mean(axis=0)
    curve = pd.DataFrame(
        {
            "day": days,
            "mean": mean,
            "low": np.quantile(found, BAND_LOW, axis=0),
            "high": np.quantile(found, BAND_HIGH, axis=0),
        }
    )
    return Waiting(
        curve=curve,
        half=_by(curve, 0.5),
        nine_in_ten=_by(curve, 0.9),
        never=float(np.mean([np.isinf(own).mean() for _, own in waits.groupby(mine["replication"])]))
        if len(mine)
        else 0.0,
        patients=len(mine),
        replications=variant.replications,
    )


def _by(curve: pd.DataFrame, share: float) -> float | None:
    """The first day by which the mean of the curve reaches a *share*."""
    there = curve.loc[curve["mean"] >= share - 1e-9, "day"]
    return float(there.iloc[0]) if len(there) else None
