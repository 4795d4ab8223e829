"""Tables as spreadsheets export them, read into rows: what goes in is never lost, and what is unclear is refused once."""

from mfg.sheet.cells import NUMBER, Unreadable, number_of, safe, sign_of
from mfg.sheet.frame import is_frame, open_table
from mfg.sheet.heading import Heading, read_heading
from mfg.sheet.meaning import ColumnMeaning, is_total, meaning_of
from mfg.sheet.sheet import Row, Sheet, open_sheet

__all__ = [
    "NUMBER",
    "ColumnMeaning",
    "Heading",
    "Row",
    "Sheet",
    "Unreadable",
    "is_frame",
    "is_total",
    "meaning_of",
    "number_of",
    "open_sheet",
    "open_table",
    "read_heading",
    "safe",
    "sign_of",
]
