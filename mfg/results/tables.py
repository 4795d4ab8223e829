"""The tables of a run as data frames, for whoever asks for them: patients, lots, doses, tests, resources, the log.

Every table has one row for each thing, units in its column names, and works on last year's log as well as on today's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from attrs import fields, frozen

from mfg.log.columns import Columns
from mfg.log.notes import ARRIVE
from mfg.plan.plan import Plan
from mfg.results.arrays import Coded, Derived, Table
from mfg.results.derived import derived_of


@frozen
class Tables:
    """The event log of a replication (or of several) and everything that follows from it."""

    events: pd.DataFrame
    patients: pd.DataFrame
    lots: pd.DataFrame
    doses: pd.DataFrame
    tests: pd.DataFrame
    resources: pd.DataFrame

    @classmethod
    def of(cls, derived: Derived) -> Tables:
        """The same as data frames."""
        return cls(**{field.name: frame_of(getattr(derived, field.name)) for field in fields(cls)})

    def derived(self) -> Derived:
        """The same as plain columns."""
        return Derived(**{field.name: table_in(getattr(self, field.name)) for field in fields(Tables)})


def tables_of(plan: Plan, log: Columns, names: Sequence[str]) -> Tables:
    """The tables of one replication of *plan*: its event log, and the names of its patients."""
    return Tables.of(derived_of(plan, log, names))


def frame_of(table: Table) -> pd.DataFrame:
    """A table as a data frame; coded words become categories."""
    return pd.DataFrame(
        {
            name: pd.Categorical.from_codes(column.codes, pd.Index(column.words, dtype="str"))
            if isinstance(column, Coded)
            else column
            for name, column in table.items()
        }
    )


def table_in(frame: pd.DataFrame) -> Table:
    """A data frame as plain columns."""
    found: Table = {}
    for name in frame:
        values = frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            words = values.cat.categories.to_numpy(dtype=object)
            found[str(name)] = Coded(values.cat.codes.to_numpy(), words)
        else:
            found[str(name)] = values.to_numpy(dtype=object if values.dtype == "str" else None)
    return found


def columns_of(plan: Plan, events: pd.DataFrame) -> tuple[Columns, list[str]]:
    """A stored event log as it was written, and the names of its patients in the order of their index."""
    codes = {(activity.name, activity.place): n for n, activity in enumerate(plan.activities)}
    done, dones = pd.factorize(events["activity"])
    there, theres = pd.factorize(events["place"])
    known = np.array([[codes.get((str(a), str(p)), -1) for p in theres] for a in dones], dtype=np.int16)
    activity = known.reshape(len(dones), len(theres))[done, there]
    names = events.loc[events["activity"] == ARRIVE, "patient"].astype(str).drop_duplicates().tolist()
    order = pd.Index(names)
    whom = np.stack(
        [
            order.get_indexer(pd.Index(events["patient"].astype(str))),
            events["lot"].to_numpy() - 1,
            events["dose"].to_numpy() - 1,
            np.zeros(len(events)),
        ],
        axis=1,
    ).astype(np.int32)
    subjects, subject = np.unique(whom, axis=0, return_inverse=True)
    outcomes, outcome = np.unique(events["outcome"].astype(str), return_inverse=True)
    return Columns(
        subject=subject.ravel().astype(np.int32),
        activity=activity,
        queued=events["queued_min"].to_numpy(),
        started=events["started_min"].to_numpy(),
        finished=events["finished_min"].to_numpy(),
        outcome=outcome.astype(np.int16),
        value=events["value"].to_numpy(),
        subjects=subjects,
        outcomes=tuple(str(word) for word in outcomes),
    ), names
