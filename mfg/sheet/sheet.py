"""A table in a file: where its header stands, and the rows below it, each with the number that a spreadsheet shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from attrs import define, field, frozen

from mfg.errors import Faults, Refused
from mfg.files import check_readable
from mfg.sheet import text, workbook
from mfg.sheet.cells import NUMBER, sign_of
from mfg.sheet.encoding import Encoding, encoding_of
from mfg.sheet.meaning import meaning_of
from mfg.sheet.text import RawRow
from mfg.sizes import TABLE

Plausible = Callable[[Sequence[str]], bool]
_LOOK = 10


@frozen
class Row:
    """One row below the header; `cells` is None if the line is no row of this table at all."""

    number: int
    cells: list[str] | None
    line: str

    @property
    def as_written(self) -> list[str]:
        """The cells as they stand, or the whole line in one cell."""
        return [self.line] if self.cells is None else self.cells


@define
class Sheet:
    """A table with its header; once its `rows` were gone through, it knows how many it left out."""

    path: Path
    header: tuple[str, ...]
    number: int  # of the header's row
    separator: str
    written: str  # how the file is written, in words
    mark: bool  # whether to write a byte-order mark into what is made of it
    _records: Callable[[], Iterator[RawRow]]
    blank: int = 0
    repeated: int = field(default=0)

    def rows(self) -> Iterator[Row]:
        """Every row below the header, in order; blank ones and repeated headers are counted and left out."""
        width, head = len(self.header), list(self.header)
        self.blank = self.repeated = 0
        for number, found, line in self._records():
            if number <= self.number:
                continue
            cells = found
            if found is not None and len(found) != width:
                cells = _fit(found, width, padded=self.separator == "")
            if found is not None and not line.strip(" \t,;"):
                self.blank += 1
            elif cells == head:
                self.repeated += 1
            else:
                yield Row(number, cells, line)

    def sign(self, columns: Iterable[int]) -> str:
        """The decimal sign of the numbers in *columns*, which are all read for it unless commas divide the cells.

        Raises:
            Faults: if it is not the same everywhere, or not sure.
        """
        asked = tuple(columns)
        if self.separator == ",":
            return "."
        cells = (row.cells[n].strip() for row in self.rows() if row.cells is not None for n in asked)
        try:
            return sign_of(cells, self.separator)
        except Refused as fault:
            raise Faults(str(self.path), (fault,)) from None


def _fit(cells: list[str], width: int, *, padded: bool) -> list[str] | None:
    """*cells* as many as the header has, if only empty ones are in the way; a workbook leaves out the last empty ones."""
    if len(cells) > width:
        return cells[:width] if not any(cell.strip() for cell in cells[width:]) else None
    return cells + [""] * (width - len(cells)) if padded else None


def has_meaning(cells: Sequence[str]) -> bool:
    """Whether two of *cells* are headers whose meaning is known."""
    return len({meant.kind for cell in cells if cell.strip() and (meant := meaning_of(cell))}) > 1


def open_sheet(path: Path, plausible: Plausible = has_meaning) -> Sheet:
    """The table in the text file or the Excel workbook at *path*.

    The header is the one *plausible* row of the first ten, so that titles may stand above it; the first row that is not
    blank, if none is.

    Raises:
        Faults: if it is no regular file, is too large or cannot be read, or if several rows may be the header.
    """
    try:
        return _open(path, plausible)
    except OSError as error:
        fault = Refused("", None, f"cannot be read: {error.strerror or error}", "check the path")
        raise Faults(str(path), (fault,)) from None
    except Refused as fault:
        raise Faults(str(path), (fault,)) from None


def _open(path: Path, plausible: Plausible) -> Sheet:
    check_readable(path, TABLE)
    if workbook.is_workbook(path):
        name = workbook.sheet_of(
            path, lambda rows: any(plausible(cells) for _, cells in zip(range(_LOOK), rows, strict=False))
        )

        def sheet_records() -> Iterator[RawRow]:
            return workbook.records(path, name)

        number, header = _header(sheet_records(), plausible)
        written = f"an Excel workbook, sheet {name!r}"
        return Sheet(path, header, number, "", written, mark=True, records=sheet_records)
    encoding = encoding_of(path)
    separator, told = text.separator_of(path, encoding, plausible)

    def text_records() -> Iterator[RawRow]:
        return text.records(path, encoding, separator, told=told)

    number, header = _header(text_records(), plausible)
    mark = encoding.mark or encoding.called != "UTF-8"
    return Sheet(path, header, number, separator, _in_words(encoding, separator), mark, text_records)


def _in_words(encoding: Encoding, separator: str) -> str:
    return f"{encoding.called}, divided by {text.SEPARATORS[separator]}"


def _header(records: Iterator[RawRow], plausible: Plausible) -> tuple[int, tuple[str, ...]]:
    """The number of the header's row, and its cells without empty ones at its end."""
    first = [(number, cells or []) for _, (number, cells, _) in zip(range(_LOOK), records, strict=False)]
    filled = [(number, cells) for number, cells in first if any(cell.strip() for cell in cells)]
    if not filled:
        raise Refused("header", None, "is empty", "the first line names the columns")
    found = [(number, cells) for number, cells in filled if plausible(cells)]
    different = [(number, cells) for number, cells in found if cells != found[0][1]]
    if different:
        rows = f"rows {found[0][0]} and {different[0][0]}"
        raise Refused("header", rows, "may both name the columns", "keep one table in the file")
    number, cells = (found or filled)[0]
    if not found and any(NUMBER.fullmatch(cell.strip()) for cell in cells):
        shown = ", ".join(cells)[:40]
        raise Refused(f"row {number}", shown, "holds numbers, and no row names the columns", "add a header")
    cells = list(cells)
    while cells and not cells[-1].strip():
        cells.pop()
    return number, tuple(cells)
