"""The figures and tables of a study as an Excel workbook, with a sheet that says what each column holds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pandas as pd
from pandas.api.types import is_datetime64_dtype, is_numeric_dtype

from mfg.errors import Refused
from mfg.results.columns import REPLICATION, unit_of, with_dates
from mfg.study.stored import StoredStudy
from mfg.visible import visible

SHEETS = ("patients", "lots", "doses", "tests", "resources")  # the event log is too long for a sheet
ROWS = 1_048_575  # of a sheet of Excel, without its header


def workbook_of(study: StoredStudy) -> bytes:
    """The workbook; text in it is text, whatever it begins with.

    Raises:
        Refused: if a table has more rows than a sheet can hold.
    """
    import xlsxwriter

    content = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True})
        _sheet(book, "columns", _explained(), bold)
        _sheet(book, "figures", _figures(study), bold)
        for name in SHEETS:
            _sheet(book, name, _table(study, name), bold)
    return content.getvalue()


def _sheet(book: Any, name: str, frame: pd.DataFrame, bold: Any) -> None:
    if len(frame) > ROWS:
        advice = "write the tables as CSV instead: the command of the study does, if it is asked for `csv`"
        raise Refused("xlsx", name, f"has {len(frame):,} rows, and a sheet holds {ROWS:,}", advice)
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(frame)), max(0, len(frame.columns) - 1))
    for at, column in enumerate(frame):
        sheet.write_string(0, at, str(column), bold)
        sheet.set_column(at, at, min(60, max(10, len(str(column)) + 2)))
        _cells(sheet, at, frame[column])


def _cells(sheet: Any, at: int, values: pd.Series) -> None:
    if values.dtype == bool:
        for row, value in enumerate(values.tolist(), 1):
            sheet.write_string(row, at, "yes" if value else "no")
    elif is_numeric_dtype(values.dtype):
        for row, value in enumerate(values.tolist(), 1):
            if value == value:  # noqa: PLR0124  not a number stays an empty cell
                sheet.write_number(row, at, value)
    elif is_datetime64_dtype(values.dtype):
        for row, moment in enumerate(values.dt.to_pydatetime(), 1):
            if moment is not pd.NaT:
                sheet.write_datetime(row, at, moment)
    else:
        for row, value in enumerate(values.astype(str).tolist(), 1):
            sheet.write_string(row, at, visible(value))


def _explained() -> pd.DataFrame:
    rows = [
        (table, column, unit_of(column), said)
        for table in SHEETS
        for column, said in {"replication": REPLICATION, **with_dates(table)}.items()
    ]
    return pd.DataFrame(rows, columns=["sheet", "column", "unit", "what it says"])


def _figures(study: StoredStudy) -> pd.DataFrame:
    rows = [
        (variant.name, one.name, one.called, one.mean, one.low, one.high, one.unit, one.n, one.about)
        for variant in study.variants
        for one in variant.estimates
    ]
    columns = [
        "variant",
        "figure",
        "called",
        "mean",
        "low",
        "high",
        "unit",
        "replications that define it",
        "what it is",
    ]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(("mean", "low", "high"), float))


def _table(study: StoredStudy, name: str) -> pd.DataFrame:
    frames = list(_parts(study, name))
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _parts(study: StoredStudy, name: str) -> Iterator[pd.DataFrame]:
    for variant in study.variants:
        frame = variant.table(name).copy()
        if len(study.variants) > 1:
            frame.insert(0, "variant", variant.name)
        yield frame
