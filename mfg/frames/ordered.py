"""Doses of many patients at once: a table of people in, a table of orders out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from attrs import fields

from mfg.dispensing.patients import patient_list
from mfg.dispensing.table import OrderLine, lines_of
from mfg.protocol.given import refuse_name
from mfg.protocol.protocol import Protocol
from mfg.sheet import is_frame, open_table
from mfg.sheet.frame import FIRST_ROW

_NUMBERS = ("weight_kg", "cells", "cells_least", "cells_most", "volume_mL")


def doses(
    protocol: Protocol,
    table: str | Path | pd.DataFrame,
    *,
    arm: str | None = None,
    dose: str | None = None,
    supply: str | None = None,
) -> pd.DataFrame:
    """The doses of all patients of a *table*: a data frame, or the path of a CSV file or an Excel workbook.

    Its columns are those of ``mfg orders``: ``patient``; ``weight_kg`` where a dose depends on it; ``arm``, ``dose`` and ``supply``
    where they make a difference, unless *arm*, *dose* and *supply* are those of all patients; each covariate of the protocol under
    its name, with its unit. Optional: ``second_id``, ``csf_mL``, and the days ``weighed`` and ``on``. Any other column is left alone.

    There is a row for each route of each order, with ``cells``, ``volume_mL``, ``containers`` and what else `mfg.dose` would say
    of that patient; and one for each patient who is refused, with ``outcome`` "refused" and why as its ``message``. A data
    frame keeps its index. ``row`` is the number that a spreadsheet would show. Cells where the lot decides are missing: they lie
    between ``cells_least`` and ``cells_most``.

    Raises:
        Faults: if the file cannot be read, or if its header lacks or repeats a column.
        Refused: if it is no table, or if *arm*, *dose* or *supply* is none of the protocol.
    """
    refuse_name(protocol)
    given: Any = table
    listed = patient_list(protocol, open_table(given), arm=arm, dose=dose, supply=supply)
    lines = [line for outcome in listed.orders() for line in lines_of(outcome)]
    names = [one.name for one in fields(OrderLine)]
    made = pd.DataFrame([[_plain(getattr(line, name)) for name in names] for line in lines], columns=names)
    made = made.astype(dict.fromkeys(_NUMBERS, float))
    made["on"] = pd.to_datetime(made["on"])
    if is_frame(given):
        made.index = given.index[made["row"].to_numpy(dtype=int) - FIRST_ROW]
    return made


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
