"""Whether a scenario is overloaded, and which resource is the bottleneck.

With more work asked for than there is open time the line only grows: its averages describe the length of
the run, not the site.
"""

from __future__ import annotations

from attrs import frozen

from mfg.calendar import DAY
from mfg.tables import Tables

WEEK = 7 * DAY / 60  # hours
GROWTH = 14  # days by which the wait grows from one half of the run to the other


@frozen
class Overload:
    """A resource of which too much is asked, with the `reason` in words."""

    resource: str
    load: float
    reason: str


def overloads(tables: Tables, first: int, last: int) -> list[Overload]:
    """The overloaded resources of one or several replications between minutes *first* and *last*.

    One is overloaded if as much work is asked of it as it is open for, or if a week of its work waits at the
    end. Work that is booked ahead waits nowhere: if patients who come later wait much longer for their
    first dose, the busiest resource is named. The bottleneck is the first of the list.
    """
    means = tables.resources.groupby("resource", sort=False)[["load", "backlog_hour", "open_hour"]].mean()
    weeks = (last - first) / 60 / WEEK
    found = []
    for name, load, backlog, hours in means.itertuples():
        if not hours:
            continue
        waiting = backlog / (hours / weeks)
        if load >= 1:
            found.append(Overload(name, load, f"{load:.2f} of its open time is asked of it"))
        elif waiting >= 1:
            found.append(Overload(name, load, f"{waiting:.1f} weeks of its work wait at the horizon"))
    growth = _lead_growth(tables, first / DAY, last / DAY)
    if not found and growth >= GROWTH:
        name = str(means["load"].idxmax())
        reason = f"later patients wait {growth:.0f} days longer for a first dose, and it is the busiest"
        found.append(Overload(name, float(means["load"].max()), reason))
    return sorted(found, key=lambda one: -one.load)


def _lead_growth(tables: Tables, first: float, last: float) -> float:
    """By how many days the wait for the first booked dose is longer in the second half of the time."""
    of_patient = ["replication", "patient"]
    booked = tables.doses.groupby(of_patient, sort=False)["booked_day"].min().rename("booked")
    came = tables.patients.set_index(of_patient).join(booked)
    came = came[came["arrived_day"].between(first, last) & came["booked"].notna()]
    wait = came["booked"] - came["arrived_day"]
    late = came["arrived_day"] > (first + last) / 2
    return float(wait[late].mean() - wait[~late].mean()) if 0 < late.sum() < len(late) else 0.0
