"""Whether a scenario is overloaded, and which resource is the bottleneck.

With more work asked for than there is open time the line only grows: its averages describe the length of
the run, not the site.
"""

from __future__ import annotations

import pandas as pd
from attrs import frozen

from mfg.calendar import DAY

WEEK = 7 * DAY / 60  # hours


@frozen
class Overload:
    """A resource of which too much is asked.

    `load` is work asked for over open time, `backlog_week` what still waited at the horizon in weeks of all
    its open time; both are means over replications.
    """

    resource: str
    load: float
    backlog_week: float


def overloads(resources: pd.DataFrame, span: int) -> list[Overload]:
    """The resources of which more was asked than they are open for, or that had a week's work waiting.

    *resources* is that table of one or several replications, over *span* minutes from warm-up to horizon.
    The bottleneck is the first: the one with the highest load.
    """
    means = resources.groupby("resource", sort=False)[["load", "backlog_hour", "open_hour"]].mean()
    weekly = means["open_hour"] / (span / 60 / WEEK)
    found = [
        Overload(str(name), float(load), float(backlog / hours))
        for name, load, backlog, hours in zip(
            means.index, means["load"], means["backlog_hour"], weekly, strict=True
        )
        if hours and (load >= 1 or backlog >= hours)
    ]
    return sorted(found, key=lambda one: -one.load)
