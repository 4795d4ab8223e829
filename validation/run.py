"""One replication as it is measured: the rows of its event log, and nothing else that the engine knows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mfg.log.columns import Columns
from mfg.plan.plan import Plan

Floats = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]


@frozen
class Rows:
    """Some rows of the log, in the order of asking and then of the patients; times in minutes."""

    patient: Wholes
    queued: Wholes
    started: Wholes
    finished: Wholes
    value: Floats
    outcome: npt.NDArray[np.str_]

    @property
    def waits(self) -> Wholes:
        """From being asked for to the start."""
        return self.started - self.queued

    @property
    def durations(self) -> Wholes:
        """From the start to the end."""
        return self.finished - self.started


@frozen
class Run:
    """One replication of a plan."""

    plan: Plan
    log: Columns

    @property
    def window(self) -> tuple[int, int]:
        """The minutes that are measured: from the warm-up to the horizon."""
        return self.plan.warm_up, self.plan.horizon

    def rows(self, *activities: str, whole: bool = False) -> Rows:
        """The rows of *activities* that were asked for in the window, or in the *whole* run."""
        log = self.log
        codes = [n for n, activity in enumerate(self.plan.activities) if activity.name in activities]
        since, until = (0, np.inf) if whole else self.window
        found = np.flatnonzero(np.isin(log.activity, codes) & (log.queued >= since) & (log.queued < until))
        patients = log.subjects[log.subject, 0].astype(np.int64)
        order = found[np.lexsort((patients[found], log.queued[found]))]
        return Rows(
            patient=patients[order],
            queued=log.queued[order].astype(np.int64),
            started=log.started[order].astype(np.int64),
            finished=log.finished[order].astype(np.int64),
            value=log.value[order],
            outcome=np.array(log.outcomes)[log.outcome[order]],
        )


Measure = Callable[[Run], float]
