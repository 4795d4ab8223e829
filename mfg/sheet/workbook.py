"""Excel workbooks: the sheets of an .xlsx file as records of text, numbers as Excel shows them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mfg.errors import Refused
from mfg.sheet.text import RawRow

_OLD = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def is_workbook(path: Path) -> bool:
    """Whether the file at *path* is an Excel workbook, by its first bytes.

    Raises:
        Refused: if it is a spreadsheet of another kind.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD:
        problem = "is an old or a protected Excel workbook"
        raise Refused("", None, problem, "save it as an unprotected Excel workbook (.xlsx) or as CSV UTF-8")
    if head != _ZIP:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        names = []
    if "xl/workbook.xml" not in names:
        problem = "is a packed file that is no Excel workbook"
        raise Refused("", None, problem, "save it as an Excel workbook (.xlsx) or as CSV UTF-8")
    return True


def sheet_of(path: Path, fits: Callable[[Iterator[list[str]]], bool]) -> str:
    """The name of the one sheet whose first rows *fit*; of the only one that holds anything, if none does.

    Raises:
        Refused: if several do.
    """
    with _open(path) as book:
        names: list[str] = [sheet.title for sheet in book.worksheets]
        filled = [name for name in names if next(_rows(book[name]), None) is not None]
        found = [name for name in filled if fits(cells or [] for _, cells, _ in _rows(book[name]))]
    if not filled:
        raise Refused("", None, "is an empty workbook", "the first row names the columns")
    wanted = found or filled
    if len(wanted) > 1:
        shown = ", ".join(map(repr, wanted))
        problem = f"has {len(wanted)} sheets that may be meant: {shown}"
        raise Refused("", None, problem, "keep one of them, or save it alone as CSV UTF-8")
    return wanted[0]


def records(path: Path, sheet: str) -> Iterator[RawRow]:
    """Every row of a *sheet*."""
    with _open(path) as book:
        yield from _rows(book[sheet])


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # as a file, since openpyxl judges a path by its ending
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
            problem = f"is no Excel workbook that can be read ({str(error)[:60]})"
            advice = "open it in Excel and save it again, or save it as CSV UTF-8"
            raise Refused("", None, problem, advice) from None
        try:
            yield book
        finally:
            book.close()


def _rows(sheet: Any) -> Iterator[RawRow]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [cell_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells, ",".join(cells)


def cell_text(value: object) -> str:
    """A cell as text: fifteen digits of a number, as Excel keeps them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
