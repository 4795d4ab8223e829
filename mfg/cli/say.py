"""Printing: results to stdout, everything else to stderr."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from textwrap import wrap
from typing import Any

import attrs

from mfg.cli.wrong import with_options
from mfg.visible import is_unseen, visible

_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def whole(_: object, tokens: Sequence[Any]) -> int:
    """A whole number as it is typed: digits, perhaps a sign, nothing else."""
    text = str(tokens[0].value)
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,19})", text):
        raise ValueError(f"{text} is not a whole number of at most twenty digits")
    return int(text)


def result(text: str = "") -> None:
    """Lines of the result; what a file or an option may have hidden in them is spelled out."""
    write(f"{seen(text)}\n")


def lines(text: str) -> None:
    """A line of the result, broken between words where a terminal ends."""
    result("\n".join(fitted(text, width())))


def fitted(text: str, width: int | None) -> list[str]:
    """*text* in lines of a terminal so wide, or as it is where there is none; no word is broken."""
    if width is None or len(text) <= width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip()))
    return wrap(
        text,
        width,
        initial_indent="",
        subsequent_indent=indent or "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def write(text: str) -> None:
    """Text that is ready to be printed, before anything that is said beside it."""
    sys.stdout.write(text)
    sys.stdout.flush()


def seen(text: str) -> str:
    """*text* whose own line breaks stay, and nothing else that steers a terminal."""
    return "\n".join(map(visible, text.split("\n")))


def remark(text: str) -> None:
    """Lines beside the result, spelled out like it."""
    sys.stderr.write(f"{seen(text)}\n")


def document(content: object) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(f"{json_of(content)}\n")


def json_of(content: object, *, indent: int | None = 1) -> str:
    """*content* as JSON, in which letters stand as they are and what has no shape as an escape."""
    text = _encoder(indent).encode(content)
    return text if text.isascii() else _NOT_ASCII.sub(_escaped, text)


@cache
def _encoder(indent: int | None) -> json.JSONEncoder:
    return json.JSONEncoder(default=encoded, ensure_ascii=False, allow_nan=False, indent=indent)


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if is_unseen(match[0]) else match[0]


def fields(thing: Any, *left_out: str) -> dict[str, Any]:
    """The fields of a value as a JSON object, in their order."""
    return {a.name: getattr(thing, a.name) for a in attrs.fields(type(thing)) if a.name not in left_out}


def encoded(thing: object) -> object:
    """What JSON has for a value of ours."""
    if isinstance(thing, Decimal):
        return int(thing) if thing == thing.to_integral_value() else float(thing)
    if isinstance(thing, (date, datetime)):
        return thing.isoformat()
    if isinstance(thing, time):
        return f"{thing:%H:%M}"
    if attrs.has(type(thing)):
        return fields(thing)
    raise TypeError(f"{type(thing).__name__} has no place in JSON")


def table(header: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> None:
    """A table as wide as the terminal, or as wide as it needs where there is none."""
    write("".join(f"{line}\n" for line in drawn(header, rows, set(right), width())))


def width() -> int | None:
    """The columns of the terminal; None if nobody looks at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def drawn(
    header: Sequence[str], rows: Iterable[Sequence[object]], right: set[int], width: int | None
) -> list[str]:
    """The lines of a table, for a terminal so wide or for none."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    page = io.StringIO()
    console = Console(file=page, width=width or 200, force_terminal=width is not None, highlight=False)
    sheet = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for n, name in enumerate(header):
        sheet.add_column(escape(visible(name)), justify="right" if n in right else "left", overflow="fold")
    for row in rows:
        sheet.add_row(*("" if cell is None else escape(visible(str(cell))) for cell in row))
    console.print(sheet)
    return [line.rstrip() for line in page.getvalue().splitlines()]


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr that counts *what* is done while long work goes on, if somebody looks; else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def whose(name: str, source: str) -> str:
    """The *name* of a protocol; with the file that it is read from, if it is not a built-in one."""
    return name if source == name else f"{name} ({source})"


def record(of: Any) -> None:
    """The record of an answer, at its end."""
    result()
    for line in of.lines():
        result(line)


def status(levels: Iterable[str]) -> int:
    """The exit status of a command that found something: 1 if there is an error, else 0; a warning is to be read."""
    return 1 if "error" in levels else 0


def finding(item: Any) -> None:
    """One finding with its evidence."""
    for line in lines_of(item):
        result(line)


def lines_of(item: Any) -> Iterator[str]:
    """The lines of one finding: what it is, and its evidence."""
    event = f"{item.event}: " if getattr(item, "event", "") else ""
    yield f"{item.level:<8} {event}{with_options(item.message)}"
    if item.evidence:
        yield f"         {item.evidence}"
