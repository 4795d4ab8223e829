"""Text files of cells divided by commas, semicolons or tabs, as records with the numbers that a spreadsheet shows.

A record is one line. A quoted cell may hold line breaks, if its quotation mark is closed within a few lines: an unclosed one
spoils its own line and no other.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from mfg.errors import Refused
from mfg.sheet.encoding import Encoding

RawRow = tuple[int, "list[str] | None", str]  # its number from 1, its cells (None if it has none), the line
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_LOOK = 10  # so many lines are looked at for the separator
_LONGEST_CELL = 20  # lines


def separator_of(path: Path, encoding: Encoding, plausible: Callable[[list[str]], bool]) -> tuple[str, bool]:
    """What divides the cells of a text file, and whether a line ``sep=`` says so.

    It is what divides one of the first lines into a *plausible* header, else what divides a line into most cells.

    Raises:
        Refused: if several separators do that.
    """
    with path.open(encoding=encoding.codec, newline="") as lines:
        first = [line for _, line in zip(range(_LOOK), lines, strict=False)]
    said = re.fullmatch(r"\"?sep=(.)\"?\s*", first[0]) if first else None
    if said is not None:
        if said[1] not in SEPARATORS:
            advice = "divide cells by commas, semicolons or tabs"
            raise Refused("row 1", first[0].strip(), "names a separator that is not read", advice)
        return said[1], True
    cells = {mark: [_split(line.rstrip("\r\n"), mark) or [] for line in first] for mark in SEPARATORS}
    fitting = [mark for mark in SEPARATORS if any(plausible(one) for one in cells[mark])]
    if not fitting:
        widths = {mark: max(map(len, cells[mark]), default=0) for mark in SEPARATORS}
        fitting = [mark for mark, width in widths.items() if width == max(widths.values())][:1]
    if len(fitting) > 1:
        names = " and by ".join(SEPARATORS[mark] for mark in fitting)
        raise Refused("header", None, f"may be divided by {names}", "begin the file with a line like sep=;")
    return fitting[0], False


def records(path: Path, encoding: Encoding, separator: str, *, told: bool) -> Iterator[RawRow]:
    """Every record of a text file; the line ``sep=`` is none, where the file is *told* to have one."""
    number = 0
    waiting: deque[str] = deque()
    with path.open(encoding=encoding.codec, newline="") as file:
        if told:
            next(file)
        lines = iter(file)
        while True:
            raw = waiting.popleft() if waiting else next(lines, None)
            if raw is None:
                return
            number += 1
            line = raw.rstrip("\r\n")
            if '"' not in line:
                yield number, line.split(separator), line
                continue
            cells = _split(line, separator)
            if cells is None and line.count('"') % 2:
                more = list(waiting)
                for _ in range(_LONGEST_CELL - len(more)):
                    following = next(lines, None)
                    if following is None:
                        break
                    more.append(following)
                cells, taken = _join(raw, more, separator)
                waiting = deque(more[taken:])
                line = "".join([raw, *more[:taken]]).rstrip("\r\n")
            yield number, cells, line


def _join(raw: str, more: list[str], separator: str) -> tuple[list[str] | None, int]:
    """The cells of *raw* and as many of the lines after it as close its quotation mark; None and 0 if none do."""
    text = raw
    for count, line in enumerate(more, 1):
        text += line
        if line.count('"') % 2:
            cells = _split(text.rstrip("\r\n"), separator)
            return (cells, count) if cells is not None else (None, 0)
    return None, 0


def _split(text: str, separator: str) -> list[str] | None:
    try:
        found = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else [""] if not text else None
