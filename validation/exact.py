"""What holds in every replication, to the minute: recursions and identities on the log's own numbers."""

from __future__ import annotations

import numpy as np

from validation.measure import numbers
from validation.run import Measure, Run, Wholes


def from_the_recursion(activity: str, servers: int) -> Measure:
    """The largest distance, in minutes, of a wait from the one that the recursion gives.

    Whoever comes takes the server that is free first (Kiefer and Wolfowitz 1955); with one it is Lindley's.
    """

    def measure(run: Run) -> float:
        rows = run.rows(activity, whole=True)
        free = [0] * servers
        waits = []
        for queued, lasts in zip(rows.queued.tolist(), rows.durations.tolist(), strict=True):
            free.sort()
            start = max(queued, free[0])
            free[0] = start + lasts
            waits.append(start - queued)
        return _farthest(rows.waits, np.array(waits))

    return measure


def from_a_line(activity: str, minutes: int) -> Measure:
    """The largest distance, in minutes, from waits that grow by so many with each who comes."""

    def measure(run: Run) -> float:
        waits = run.rows(activity, whole=True).waits
        return _farthest(waits, minutes * np.arange(len(waits)))

    return measure


def from_littles_law(activity: str) -> Measure:
    """The distance of the area under the number present from the sum of the times spent, in patient minutes.

    Both are over a whole run, which begins and ends empty. The number is that of patients who have arrived
    and not ended; the times are those of the work, with the wait for it.
    """

    def measure(run: Run) -> float:
        moments, present = numbers(run.rows("arrive", whole=True).queued, run.rows("end", whole=True).queued)
        rows = run.rows(activity, whole=True)
        return float(abs((present[:-1] * np.diff(moments)).sum() - (rows.waits + rows.durations).sum()))

    return measure


def _farthest(observed: Wholes, predicted: Wholes) -> float:
    return float(np.abs(observed - predicted).max())
