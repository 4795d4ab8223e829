"""The tables of a run as data frames, for whoever asks for them: patients, lots, doses, tests, resources, the log.

Every table has one row for each thing, units in its column names, and works on last year's log as well as on today's.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from attrs import fields, frozen

from mfg.log.columns import Columns
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
