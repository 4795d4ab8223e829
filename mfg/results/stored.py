"""A stored event log, read as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mfg.log.columns import Columns
from mfg.log.notes import ARRIVE
from mfg.results.arrays import Table

if TYPE_CHECKING:
    from mfg.plan.plan import Plan


def columns_of(plan: Plan, events: Table) -> tuple[Columns, list[str]]:
    """The log in a table of *events* of one replication of *plan*, and its patients in the order of their index."""
    done, there, patient, outcome = (events[name] for name in ("activity", "place", "patient", "outcome"))
    codes = {(activity.name, activity.place): n for n, activity in enumerate(plan.activities)}
    pairs = [codes.get((activity, place), -1) for activity in done.words for place in there.words]
    known = np.array(pairs, dtype=np.int16).reshape(len(done.words), len(there.words))
    arrived = np.array(list(dict.fromkeys(patient.codes[done.among(ARRIVE)].tolist())), dtype=np.int64)
    index = np.full(len(patient.words), -1)
    index[arrived] = np.arange(len(arrived))
    nothing = np.zeros(len(done), dtype=np.int64)
    whom = np.stack([index[patient.codes], events["lot"] - 1, events["dose"] - 1, nothing], axis=1)
    subjects, subject = np.unique(whom.astype(np.int32), axis=0, return_inverse=True)
    return Columns(
        subject=subject.ravel().astype(np.int32),
        activity=known[done.codes, there.codes],
        queued=events["queued_min"],
        started=events["started_min"],
        finished=events["finished_min"],
        outcome=outcome.codes.astype(np.int16),
        value=events["value"],
        subjects=subjects,
        outcomes=tuple(outcome.words),
    ), [str(name) for name in patient.words[arrived]]
