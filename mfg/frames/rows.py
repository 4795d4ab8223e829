"""Values of one kind as a table: a row for each, a column for each of their fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from attrs import fields


def rows_of(values: Iterable[Any], kind: type) -> pd.DataFrame:
    """The *values*, all of one *kind*; the order of the columns is that of its fields."""
    names = [one.name for one in fields(kind)]
    return pd.DataFrame([[getattr(value, name) for name in names] for value in values], columns=names)
