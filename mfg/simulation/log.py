"""Writing the event log: one row for each thing that was done, and nothing else is recorded."""

from __future__ import annotations

from struct import Struct

import numpy as np
from attrs import define, field

from mfg.log.columns import ROW, Columns
from mfg.log.endings import WAS_DONE
from mfg.simulation.grants import Task

NAN = float("nan")
_packed = Struct("<ihiiihd").pack  # the same, as Python writes it
_VALUE = Struct("<d")  # the last field of a row

# What is written about a task: its subject, its activity, a value, and the activity of its line clearance. Of two pieces of work
# that are done as one also the second: after how many minutes it begins, its subject, its activity.
TaskNote = tuple[int, int, float, int, tuple[int, int, int] | None]


class Codes(dict[str, int]):
    """Words numbered in the order in which they are first asked for."""

    def __missing__(self, word: str) -> int:
        code = self[word] = len(self)
        return code


@define
class EventLog:
    """The log while it is written: row upon row, packed as a machine holds them."""

    rows: bytearray = field(factory=bytearray)
    subjects: list[tuple[int, int, int, int]] = field(factory=list)
    outcomes: Codes = field(factory=lambda: Codes(done=0))

    def subject(self, patient: int, lot: int = -1, dose: int = -1, attempt: int = 0) -> int:
        """A new subject of rows."""
        self.subjects.append((patient, lot, dose, attempt))
        return len(self.subjects) - 1

    def worked(self, task: Task, finished: int) -> None:
        """*task* was done: a row for each piece of work that it was."""
        note: TaskNote = task.note
        subject, activity, value, _, rest = note
        task.row = len(self.rows)  # the byte at which its first row begins
        if rest is None:
            self.rows += _packed(subject, activity, task.asked, task.started, finished, 0, value)
            return
        minutes, subject_then, activity_then = rest
        turns = task.started + minutes
        self.rows += _packed(subject, activity, task.asked, task.started, turns, 0, value)
        self.rows += _packed(subject_then, activity_then, turns, turns, finished, 0, NAN)

    def valued(self, task: Task, value: float, part: int = 0) -> None:
        """Put the number that came out of finished work into its row."""
        _VALUE.pack_into(self.rows, task.row + (part + 1) * ROW.itemsize - _VALUE.size, value)

    def cleared(self, task: Task, finished: int) -> None:
        """The places of *task* are clear for another patient."""
        subject, _, _, clears, rest = task.note
        done = finished - task.clearance
        self.rows += _packed(subject if rest is None else rest[1], clears, done, done, finished, 0, NAN)

    def note(
        self,
        subject: int,
        activity: int,
        queued: int,
        started: int,
        finished: int,
        outcome: str = WAS_DONE,
        value: float = NAN,
    ) -> None:
        """Write a row that is not a task's."""
        self.rows += _packed(subject, activity, queued, started, finished, self.outcomes[outcome], value)

    def columns(self) -> Columns:
        """The log as arrays, in the order in which things ended."""
        rows = np.frombuffer(self.rows, dtype=ROW)
        return Columns(
            **{name: rows[name].copy() for name in ROW.names or ()},
            subjects=np.array(self.subjects, dtype=np.int32).reshape(-1, 4),
            outcomes=tuple(self.outcomes),
        )
