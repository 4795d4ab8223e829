"""Tables with dates: beside each day that is a moment, the date and time of the site's clock."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from mfg.calendar import DAY
from mfg.results.columns import date_of, is_moment


def dated(table: pd.DataFrame, start: date) -> pd.DataFrame:
    """*table* with a column `*_date` after each `*_day` that is a moment, of a run from 00:00 on *start*; to the minute.

    NaT is where there is no day. Columns of days that something lasted have none.
    """
    columns = {}
    for name in table:
        columns[name] = table[name]
        if is_moment(str(name)):
            columns[date_of(str(name))] = _moments(table[name], start)
    return pd.DataFrame(columns, index=table.index)


def _moments(days: pd.Series, start: date) -> pd.Series:
    minutes = days.to_numpy(dtype=np.float64) * DAY
    known = ~np.isnan(minutes)
    moments = np.full(len(minutes), np.datetime64("NaT"), dtype="datetime64[s]")
    whole = np.rint(minutes[known]).astype(np.int64).astype("timedelta64[m]")
    moments[known] = (np.datetime64(start, "m") + whole).astype("datetime64[s]")
    return pd.Series(moments, index=days.index)
