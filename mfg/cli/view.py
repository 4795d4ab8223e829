"""What a command answers, before it is print: a title, sentences and tables, and the same as data.

A command makes one view. It is printed as text or as JSON, and whatever else shows it needs nothing but the view.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from attrs import frozen

from mfg.cli import say


@frozen
class Sentence:
    """One line of an answer; a note says how to read it, a warning what may be wrong with it."""

    text: str
    kind: Literal["result", "note", "warning"] = "result"


@frozen
class ColumnView:
    """The title of a column, and whether it holds numbers, which stand at its right side."""

    title: str
    kind: Literal["text", "number"] = "text"


@frozen
class TableView:
    """A table as it is shown: its columns, and the cells of each row, rounded and in words; None is an empty cell."""

    columns: tuple[ColumnView, ...]
    rows: tuple[tuple[object, ...], ...]

    @classmethod
    def of(
        cls, titles: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()
    ) -> TableView:
        """A table under these *titles*, of which those at the places *numbers* hold numbers."""
        right = set(numbers)
        columns = (ColumnView(title, "number" if n in right else "text") for n, title in enumerate(titles))
        return cls(tuple(columns), tuple(map(tuple, rows)))


Block = Sentence | TableView


@frozen
class View:
    """An answer: its *title*, if it has one, what stands right under that, and sections, each set apart.

    `data` is the same for programs: unrounded, and with what is left out of the text.
    """

    title: str | None
    data: object
    under: tuple[Block, ...] = ()
    sections: tuple[tuple[Block, ...], ...] = ()


def note(text: str) -> Sentence:
    """How something is to be read."""
    return Sentence(text, "note")


def warning(text: str) -> Sentence:
    """What may be wrong."""
    return Sentence(text, "warning")


def text_of(view: View, width: int | None = None) -> str:
    """*view* as text, its tables so wide or as wide as they need; what a file may have hidden in it is spelled out."""
    first = [*([Sentence(view.title)] if view.title is not None else []), *view.under]
    parts = [_paragraph(blocks, width) for blocks in (first, *view.sections) if blocks]
    return "\n".join(parts)


def json_of(view: View) -> str:
    """*view* as one JSON document."""
    return f"{say.json_of(view.data)}\n"


def answer(view: View, *, json: bool) -> None:
    """Print *view*: as text as wide as the terminal, or as JSON."""
    say.write(json_of(view) if json else text_of(view, say.width()))


def _paragraph(blocks: Sequence[Block], width: int | None) -> str:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Sentence):
            lines += say.fitted(say.seen(block.text), width)
        else:
            right = {n for n, column in enumerate(block.columns) if column.kind == "number"}
            lines += say.drawn([column.title for column in block.columns], block.rows, right, width)
    return "".join(f"{line}\n" for line in lines)
