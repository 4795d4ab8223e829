"""How long things take in published trials, and in whole runs of the built-in scenarios."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.elementary import Floats
from validation.calibration.trials import Trial

FASTER = ("26 hour", "24 hour", "22 hour", "20 hour", "18 hour")  # median doubling times that are tried


@frozen
class Stated:
    """A time that a trial states, in whole days from *least* to *most*, and the `model`'s own, one for each case."""

    what: str
    least: int
    most: int
    source: str
    model: Floats

    @property
    def within(self) -> float:
        """The share of the model's that is as stated."""
        return float(((self.model >= self.least) & (self.model <= self.most)).mean())


def stated(korea: Trial, phase2: Trial, nurown: Trial) -> list[Stated]:
    """Between a collection and its dose, and between two doses."""
    first, second = (
        "from the first collection to the first injection, day",
        "from the first to the second, day",
    )
    return [
        Stated("NurOwn: from the marrow to the transplantation, day", 21, 28, "Berry 2019", to_dose(nurown)),
        Stated("phase 2: from a collection to its injection, day", 28, 28, "Oh 2018", to_dose(phase2)),
        Stated(f"phase 2: {second}", 26, 26, "Oh 2018", apart(phase2)),
        Stated(f"Korea: {first}", 28, 28, "Corestem 2019", to_dose(korea, first=True)),
        Stated(f"Korea: {second}", 28, 28, "Corestem 2019", apart(korea)),
    ]


def to_dose(trial: Trial, *, first: bool = False) -> Floats:
    """Calendar days from the collection of a lot to the dose that was made from it; with *first* of first doses."""
    doses = trial.tables.doses
    kept = doses[doses["given"] & doses["vein_to_vein_day"].notna() & ((doses["dose"] == 1) | (not first))]
    given = kept["given_day"].to_numpy(dtype=np.float64)
    collected = given - kept["vein_to_vein_day"].to_numpy(dtype=np.float64)
    return np.floor(given) - np.floor(collected)


def apart(trial: Trial) -> Floats:
    """Calendar days between the first dose of cells and the second of each patient who had both."""
    doses = trial.tables.doses
    cells = doses[doses["given"] & doses["vein_to_vein_day"].notna()]
    days = cells.pivot_table(
        index=["replication", "patient"], columns="dose", values="given_day", observed=True
    )
    return (np.floor(days[2]) - np.floor(days[1])).dropna().to_numpy(dtype=np.float64)


def by_growth(replications: int) -> Mapping[str, Floats]:
    """The days from the marrow to the transplantation in NurOwn, by the median doubling time in the passages."""
    trials = {
        time: Trial.of("nurown-phase2", replications, {"growth.doubling.median": time}) for time in FASTER
    }
    return {time: to_dose(trial) for time, trial in trials.items()}


def waits(trial: Trial) -> dict[str, float]:
    """What doses that were put off waited for: the share of each of all reasons, the most frequent first."""
    events: pd.DataFrame = trial.tables.events
    reasons = events.loc[events["activity"] == "await", "outcome"].astype(str)
    shares: dict[str, float] = reasons.value_counts(normalize=True).to_dict()
    return shares
