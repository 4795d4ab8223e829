"""What refused and what was waited for, counted in the tables of a run: a screening, no proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from mfg.log import limits
from mfg.log.endings import NO_APPOINTMENT
from mfg.results.arrays import Table
from mfg.simulation.books import SEARCH

if TYPE_CHECKING:
    import pandas as pd


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


@frozen
class Tally:
    """The same of one replication, not yet divided: of how many who `asked`, the days by limit, and how often by reason."""

    asked: int
    refused: Mapping[str, float]
    again: Mapping[str, float]
    put_off: Mapping[str, float]


def tally_of(events: Table) -> Tally:
    """What is counted in the *events* of one replication, or of several together."""
    activity, outcome, value = events["activity"], events["outcome"], events["value"]

    def total(name: str, weights: np.ndarray | None) -> dict[str, float]:
        rows = activity.among(name)
        codes = outcome.codes[rows]
        times = np.bincount(codes, minlength=len(outcome.words))
        sums = times if weights is None else np.bincount(codes, weights[rows], len(times))
        return {str(outcome.words[n]): float(sums[n]) for n in np.flatnonzero(times).tolist()}

    asked = int(total(limits.REFUSED, None).get(limits.IN_ALL, 0))
    refused, again = total(limits.REFUSED, value), total(limits.REFUSED_AGAIN, value)
    return Tally(asked, refused, again, total(limits.AWAITED, None))


def sum_up(tallies: Iterable[Tally], replications: int) -> Counted:
    """What so many *replications* come to by their *tallies*."""
    asked, refused, again, put_off = 0, Counter[str](), Counter[str](), Counter[str]()
    for one in tallies:
        asked += one.asked
        for sums, found in ((refused, one.refused), (again, one.again), (put_off, one.put_off)):
            for name, amount in found.items():
                sums[name] += amount  # type: ignore[assignment]
    asked = max(1, asked)
    days = _most_first(refused, asked)
    later = days.pop(limits.IN_ALL, 0.0)
    return Counted(later, days, _most_first(again, asked), _most_first(put_off, replications))


def _most_first(sums: Mapping[str, float], over: int) -> dict[str, float]:
    return {name: sums[name] / over for name in sorted(sums, key=lambda name: (-sums[name], name))}


def days_waited(patients: pd.DataFrame) -> pd.Series:
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
    wait = days_waited(patients)
    stayed = (wait > days) | counts["first_dose_day"].notna()
    return float((wait[stayed] > days).mean()) if stayed.any() else np.nan


def _of_the_calendar(name: str) -> bool:
    return name in limits.CALENDAR or name == limits.STAGGER
