"""A data frame as a table to be read: its columns are the header, and its numbers stand for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from mfg.errors import Parameter, Refused
from mfg.kinds import another_kind
from mfg.sheet.sheet import Sheet, open_sheet
from mfg.sheet.text import RawRow
from mfg.sheet.workbook import cell_text

CALLED = Path("the frame")
FIRST_ROW = 2  # the number of the first row, as in a spreadsheet whose header is row 1


def is_frame(given: object) -> bool:
    """Whether something is a data frame, told without loading any library of them."""
    return all(hasattr(given, name) for name in ("columns", "itertuples", "notna"))


def open_table(given: Any) -> Sheet:
    """The table that is *given*: a data frame, or the path of a text file or an Excel workbook.

    Raises:
        Faults: if the file cannot be read.
        Refused: if it is none of these, or if a column of a frame has no text for a name.
    """
    if is_frame(given):
        return sheet_of(given)
    if isinstance(given, (str, Path)):
        return open_sheet(Path(given))
    advice = "give the path of a CSV file or an Excel workbook, or a data frame"
    raise another_kind(given, "table", advice)


def sheet_of(frame: Any) -> Sheet:
    """The rows of a *frame*, with the numbers of a spreadsheet in which its columns were row 1.

    Raises:
        Refused: if a column has no text for a name.
    """
    header = tuple(frame.columns)
    for name in header:
        if not isinstance(name, str):
            advice = "give each column a name, such as weight_kg"
            raise Refused(Parameter("table"), repr(name)[:60], "is no name of a column", advice)
    cells = frame.astype(object).where(frame.notna(), None)

    def records() -> Iterator[RawRow]:
        for number, row in enumerate(cells.itertuples(index=False, name=None), FIRST_ROW):
            texts = [_text(value) for value in row]
            yield number, texts, ",".join(texts)

    return Sheet(CALLED, header, 1, "", "a data frame", mark=False, records=records)


def _text(value: object) -> str:
    """A cell as text, every digit of a number kept."""
    if isinstance(value, float):
        value = Decimal(repr(float(value)))
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() if value.is_finite() else False
        return f"{value:.0f}" if whole else f"{value:f}"
    return cell_text(value)
