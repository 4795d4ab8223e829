"""A CSV table of doses as rows that may be broken: what goes in is never lost.

One physical line is one row, so an unclosed quotation mark spoils its own line and no other.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path

from attrs import define, frozen

from mfg.errors import Faults, MfgError, Refused

_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@define
class Unreadable(MfgError):
    """A row that cannot be read, and why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@frozen
class Row:
    """One row under the header; `number` counts from 1, `cells` is None if the line is no row at all."""

    number: int
    line: str
    header: tuple[str, ...]
    cells: dict[str, str] | None

    def text(self, column: str) -> str | None:
        """The cell of *column*, or None if it is empty or there is no such column."""
        assert self.cells is not None
        return (self.cells.get(column) or "").strip(" ") or None

    def number_in(self, column: str, *, zero: bool = False) -> Decimal | None:
        """The plain decimal number in *column*, or None if the cell is empty.

        Raises:
            Unreadable: if it is anything else, or nought where that is not allowed (*zero*).
        """
        text = self.text(column)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text) or len(text) > 40:
            raise Unreadable(f"{column}: {text[:40]!r} is not a plain number; write one like 72.5 or 7.25e7")
        value = Decimal(text)
        if value == 0 and not zero:
            raise Unreadable(f"{column}: is zero")
        return value

    @property
    def as_written(self) -> list[str]:
        """The cells as they stand, or the whole line in one cell."""
        return [self.line] if self.cells is None else list(self.cells.values())


@frozen
class Table:
    """A CSV file with its header."""

    path: Path
    header: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Every line below the header, in order."""
        with self.path.open(encoding="utf-8-sig", newline="") as lines:
            next(lines)
            for number, raw in enumerate(lines, 1):
                line = raw.rstrip("\r\n")
                cells = _split(line)
                fits = cells is not None and len(cells) == len(self.header)
                yield Row(
                    number,
                    line,
                    self.header,
                    dict(zip(self.header, cells or (), strict=True)) if fits else None,
                )


def open_table(path: Path, known: Collection[str]) -> Table:
    """The table at *path*, whose columns are *known* or of no concern.

    Raises:
        Faults: if the file cannot be read as UTF-8, or if a column is missing its name, stands twice or
            nearly bears a known name.
    """
    try:
        with path.open("rb") as raw:
            if raw.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise UnicodeDecodeError("utf-8", b"", 0, 1, "UTF-16")
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline(10_000).rstrip("\r\n")
            for _ in lines:
                pass
    except OSError as error:
        raise Faults(
            str(path), (Refused("", None, f"cannot be read: {error.strerror}", "check the path"),)
        ) from None
    except UnicodeDecodeError:
        raise Faults(str(path), (Refused("", None, "is not UTF-8", "save it as CSV UTF-8"),)) from None
    header = tuple(_split(first) or ())
    faults = tuple(_header_faults(header, first, known))
    if faults:
        raise Faults(str(path), faults)
    return Table(path, header)


def _split(line: str) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _header_faults(header: tuple[str, ...], first: str, known: Collection[str]) -> Iterator[Refused]:
    if not any(header):
        yield Refused("header", None, "is empty", "the first line names the columns")
        return
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in first:
            yield Refused(
                "header", None, f"is divided by {name}", "divide by commas and write decimals with a point"
            )
            return
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield Refused("header", name, "stands more than once", "give each column its own name")
        if name not in known:
            meant = {_folded(k): k for k in known if k not in header}
            near = difflib.get_close_matches(_folded(name), meant, n=3, cutoff=0.8)
            if near:
                advice = f"did you mean {' or '.join(sorted(meant[k] for k in near))}?"
                yield Refused("header", name, "is nearly the name of a column", advice)


def _folded(name: str) -> str:
    return re.sub(r"[\s_()\[\]-]", "", name).lower()


def safe(text: str) -> str:
    """A cell that no spreadsheet will run: text that starts like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text.lstrip("-")) else text
