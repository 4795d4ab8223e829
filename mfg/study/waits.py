"""What refused and what was waited for, counted in the tables of a run: a screening, no proof."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.log import limits
from mfg.log.endings import NO_APPOINTMENT
from mfg.simulation.booking import SEARCH


@frozen
class Counted:
    """What each limit alone has cost, and what doses were put off for.

    `later` is by how many days a patient was booked later than the first day that the course allows; `days` how many
    of them each limit alone has cost, and each two beyond the dearer of them; `again` how many more when what was
    booked had to move; `put_off` how often in a replication a dose was put off, and for what.
    """

    later: float
    days: Mapping[str, float]
    again: Mapping[str, float]
    put_off: Mapping[str, float]

    @property
    def first(self) -> str | None:
        """The limit that cost the most days of waiting; None if none cost as much as half a day, or most of it is unexplained."""
        named = [name for name in self.days if not _of_the_calendar(name)]
        best = max(named, key=lambda name: self.days[name], default=None)
        return best if best is not None and self.days[best] >= max(0.5, self.later / 4) else None


def refusals_in(events: pd.DataFrame, replications: int) -> Counted:
    """What is counted in the *events* of so many replications."""
    refused = events[events["activity"] == limits.REFUSED]
    awaited = events[events["activity"] == limits.AWAITED]
    asked = max(1, int((refused["outcome"] == limits.IN_ALL).sum()))
    days = _most_first(refused.groupby("outcome", observed=True)["value"].sum() / asked)
    moved = events[events["activity"] == limits.REFUSED_AGAIN]
    again = _most_first(moved.groupby("outcome", observed=True)["value"].sum() / asked)
    times = _most_first(awaited.groupby("outcome", observed=True).size() / replications)
    return Counted(days.pop(limits.IN_ALL, 0.0), days, again, times)


def _most_first(counts: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in counts.sort_values(ascending=False).items()}


def waited(patients: pd.DataFrame) -> pd.Series:
    """The days from arrival to the first dose of everybody who was to have one, and arrived after the start.

    Who left meanwhile counts for as long as they waited, and who found no appointment for as long as one was looked for.
    """
    counts = patients[patients["waiting"] != ""]
    until = counts["first_dose_day"].fillna(counts["ended_day"])
    days = until - counts["arrived_day"]
    return days.mask(counts["first_dose_day"].isna() & (counts["ending"] == NO_APPOINTMENT), float(SEARCH))


def late(patients: pd.DataFrame, days: float) -> float:
    """The share that waited longer than so many *days*, of those who did not leave before."""
    counts = patients[patients["waiting"] != ""]
    wait = waited(patients)
    stayed = (wait > days) | counts["first_dose_day"].notna()
    return float((wait[stayed] > days).mean()) if stayed.any() else np.nan


def _of_the_calendar(name: str) -> bool:
    return name in limits.CALENDAR or name == limits.STAGGER
