"""The format of the event log: one row for each thing that was done, as arrays.

A row is (subject, activity, queued, started, finished, outcome, value): whom it concerns, what was done,
when it was asked for, begun and ended, how it came out, and the one number that goes with it. Times are minutes
since the midnight on which the scenario starts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

ROW = np.dtype(
    [
        ("subject", "<i4"),
        ("activity", "<i2"),
        ("queued", "<i4"),
        ("started", "<i4"),
        ("finished", "<i4"),
        ("outcome", "<i2"),
        ("value", "<f8"),
    ]
)


@frozen
class Columns:
    """A finished log as arrays; `subjects` gives (patient, lot, dose, attempt) for each subject."""

    subject: npt.NDArray[np.int32]
    activity: npt.NDArray[np.int16]
    queued: npt.NDArray[np.int32]
    started: npt.NDArray[np.int32]
    finished: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int16]
    value: npt.NDArray[np.float64]
    subjects: npt.NDArray[np.int32]
    outcomes: tuple[str, ...]
