"""Whether a scenario is overloaded: a line grows, in front of a resource or in the books.

With more work asked for than there is open time the line only grows: its averages describe the length of
the run, not the site.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from mfg.calendar import DAY
from mfg.log.endings import NO_APPOINTMENT
from mfg.results.arrays import Derived

if TYPE_CHECKING:
    import pandas as pd

_GROWTH = 14  # days by which the wait grows from one half of the time to the other
AWAY = 0.05  # share of the patients who find no appointment


@frozen
class Overload:
    """A line that grows, with the `reason` in words; `resource` is empty where it is that for an appointment."""

    resource: str
    load: float | None
    reason: str


def overloads(resources: Sequence[str], means: pd.Series) -> list[Overload]:
    """The overloaded ones of *resources*, from the *means* of the figures over replications.

    One is overloaded if as much work is asked of it as it is open for, or if a week of its work waits at the
    end. Work that is booked ahead waits nowhere: there the line is the books, if patients who come later wait much
    longer for their first dose, or find no appointment at all. What they wait for, loads do not say.
    """
    loads = {name: float(means[f"load_{name}"]) for name in resources}
    found = []
    for name, load in loads.items():
        waiting = float(means[f"backlog_{name}"])
        if load >= 1:
            found.append(Overload(name, load, f"{load:.2f} of its open time is asked of it"))
        elif waiting >= 1:
            found.append(Overload(name, load, f"{waiting:.1f} weeks of its work wait at the horizon"))
    growth, away = float(means["lead_growth"]), float(means["turned_away"])
    if not found and (growth >= _GROWTH or away >= AWAY):
        reason = f"later patients wait {growth:.0f} days longer for a first dose"
        if away >= AWAY:
            reason = f"{away:.0%} of the patients find no appointment"
        found.append(Overload("", None, reason))
    return sorted(found, key=lambda one: -(one.load or 0))


def turned_away(tables: Derived) -> float:
    """The share of the patients whose course found no place in the books."""
    ending = tables.patients["ending"]
    return float((ending == NO_APPOINTMENT).mean()) if len(ending) else nan


def lead_growth(tables: Derived, first: int, last: int) -> float:
    """By how many days the wait for the first booked dose is longer in the second half of the time.

    *tables* are those of one replication; the time is from minute *first* to *last*.
    """
    patients, doses = tables.patients, tables.doses
    index = {name: n for n, name in enumerate(patients["patient"])}
    booked = np.full(len(index), np.inf)
    whose = np.array([index.get(name, -1) for name in doses["patient"]], dtype=np.int64)
    np.fmin.at(booked, whose[whose >= 0], doses["booked_day"][whose >= 0])
    came = patients["arrived_day"] * DAY
    counts = np.isfinite(booked) & (came >= first) & (came <= last)
    wait = booked - patients["arrived_day"]
    late = counts & (came > (first + last) / 2)
    early = counts & ~late
    return float(wait[late].mean() - wait[early].mean()) if late.any() and early.any() else nan
