"""One replication's event log, asked by activity and by whom: the first, the last, how many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from mfg.results.arrays import Numbers

if TYPE_CHECKING:
    from mfg.log.columns import Columns
    from mfg.plan.plan import Plan

Texts = npt.NDArray[np.object_]
Indices = npt.NDArray[np.int64]


@frozen
class Grain:
    """Maps each row of the log to a row of a table (patient, lot or dose), `of`; -1 if it belongs to none.

    `patients` and `numbers` are, for each row of the table, the index of its patient and its number within that patient.
    """

    of: Indices
    patients: Indices
    numbers: Indices

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.patients)


@define
class Ledger:
    """The log of one replication of *plan*; *names* are its patients in the order of their index."""

    plan: Plan
    log: Columns
    names: Sequence[str]
    subjects: npt.NDArray[np.int32] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.subjects = self.log.subjects[self.log.subject].reshape(-1, 4)

    @cached_property
    def patients(self) -> Grain:
        """A row for each patient; rows of the log that belong to the patient's lots and doses are not its own."""
        own = (self.subjects[:, 1] < 0) & (self.subjects[:, 2] < 0)
        everybody = np.arange(len(self.names))
        return Grain(np.where(own, self.subjects[:, 0], -1), everybody, np.zeros_like(everybody))

    @cached_property
    def people(self) -> Grain:
        """A row for each patient, with everything that was done for that patient."""
        everybody = np.arange(len(self.names))
        return Grain(self.subjects[:, 0].astype(np.int64), everybody, np.zeros_like(everybody))

    @cached_property
    def lots(self) -> Grain:
        """A row for each lot."""
        return self._numbered(1, (self.subjects[:, 1] >= 0) & (self.subjects[:, 2] < 0))

    @cached_property
    def material(self) -> Grain:
        """A row for each lot, as in `lots`, with everything that was made from it."""
        lots = self.lots
        keys = self.subjects[:, 0].astype(np.int64) << 16 | np.maximum(self.subjects[:, 1], 0)
        known = lots.patients << 16 | lots.numbers
        at = np.searchsorted(known, keys)
        own = (self.subjects[:, 1] >= 0) & np.isin(keys, known)
        return Grain(np.where(own, at, -1), lots.patients, lots.numbers)

    @cached_property
    def doses(self) -> Grain:
        """A row for each planned dose."""
        return self._numbered(2, self.subjects[:, 2] >= 0)

    def _numbered(self, column: int, own: npt.NDArray[np.bool_]) -> Grain:
        keys = self.subjects[:, 0].astype(np.int64) << 16 | np.maximum(self.subjects[:, column], 0)
        known = np.unique(keys[own])
        of = np.where(own, np.searchsorted(known, keys), -1)
        return Grain(of, known >> 16, known & 0xFFFF)

    def rows(self, *activities: str) -> Indices:
        """The rows of the log with one of *activities*, in its order."""
        wanted = np.array([activity.name in activities for activity in self.plan.activities], dtype=bool)
        return np.flatnonzero(wanted[self.log.activity])

    def with_outcome(self, rows: Indices, *outcomes: str) -> Indices:
        """Those of *rows* that came out in one of these ways."""
        wanted = np.array([outcome in outcomes for outcome in self.log.outcomes], dtype=bool)
        chosen: Indices = rows[wanted[self.log.outcome[rows]]]
        return chosen

    def first(self, grain: Grain, rows: Indices) -> Indices:
        """For each row of the table the first of *rows* that is its own; -1 if there is none."""
        return self.last(grain, rows[::-1])

    def last(self, grain: Grain, rows: Indices) -> Indices:
        """For each row of the table the last of *rows* that is its own; -1 if there is none."""
        found = np.full(grain.size, -1, dtype=np.int64)
        own = rows[grain.of[rows] >= 0]
        found[grain.of[own]] = own
        return found

    def count(self, grain: Grain, rows: Indices) -> npt.NDArray[np.int16]:
        """How many of *rows* belong to each row of the table."""
        of = grain.of[rows]
        return np.bincount(of[of >= 0], minlength=grain.size).astype(np.int16)

    def sum(self, grain: Grain, rows: Indices) -> Numbers:
        """The values of *rows* added up for each row of the table."""
        of = grain.of[rows]
        summed: Numbers = np.zeros(grain.size)
        np.add.at(summed, of[of >= 0], self.log.value[rows][of >= 0])
        return summed

    def number(self, column: npt.NDArray[np.generic], rows: Indices) -> Numbers:
        """The values of a *column* of the log at *rows*; nan where a row is -1."""
        values: Numbers = np.full(len(rows), np.nan)
        values[rows >= 0] = column[rows[rows >= 0]]
        return values

    def word(self, rows: Indices, missing: str = "") -> Texts:
        """The outcomes at *rows*; *missing* where a row is -1."""
        names = np.array([*self.log.outcomes, missing], dtype=object)
        return names[np.where(rows >= 0, self.log.outcome[rows], len(names) - 1)]

    def name(self, patients: Indices) -> Texts:
        """The names of *patients*."""
        return np.array(self.names, dtype=object)[patients]
