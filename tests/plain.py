"""Tables as plain columns again, so that a test can change a data frame and have the figures of what it made of it."""

from __future__ import annotations

import pandas as pd
from attrs import fields

from mfg.results.arrays import Coded, Derived, Table
from mfg.results.tables import Tables


def plain(tables: Tables) -> Derived:
    """The same as columns."""
    return Derived(**{field.name: table_in(getattr(tables, field.name)) for field in fields(Tables)})


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
