"""An answer is one value: its text, its JSON and whatever else shows it are made from that alone."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mfg.cli.view import Sentence, TableView, View, json_of, note, text_of, warning
from tests.house import PACKAGE, tree_of


def test_a_view_is_text_in_paragraphs() -> None:
    """The title and what stands under it, then each section, set apart by one empty line; numbers stand at the right."""
    table = TableView.of(["what", "how many"], [("one", 1), ("none", None), ("many", "1,000")], [1])
    view = View("An answer", {}, (warning("beware"),), ((table, Sentence("so it is")), (note("read it so"),)))
    assert text_of(view) == (
        "An answer\nbeware\n\nwhat  how many\none          1\nnone\nmany     1,000\nso it is\n\nread it so\n"
    )


def test_a_view_without_a_title_begins_with_what_it_has() -> None:
    """No empty line stands before the first table, nor for a section that is empty."""
    table = TableView.of(["a"], [["b"]])
    assert text_of(View(None, {}, (table,))) == "a\nb\n"
    assert text_of(View(None, {}, (), ((), (table,), ()))) == "a\nb\n"


def test_what_is_hidden_in_a_text_is_spelled_out() -> None:
    """Wherever it stands: in the title, a sentence, the title of a column, a cell; and markup is a text like another."""
    bad = "\x1b[31mred\u202e"
    view = View(bad, {"a": bad}, (Sentence(bad),), ((TableView.of([bad, "[bold]"], [[bad, "[/bold]"]]),),))
    text = text_of(view)
    assert text.count("<U+001B>[31mred<U+202E>") == 4
    assert "[bold]" in text
    assert "[/bold]" in text
    assert not set("\x1b\u202e") & {*text, *json_of(view)}
    assert json.loads(json_of(view)) == {"a": bad}


@given(
    some.lists(
        some.lists(
            some.text(some.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=9),
            min_size=3,
            max_size=3,
        ),
        max_size=6,
    ),
    some.sets(some.integers(0, 2)),
)
def test_every_cell_is_in_its_row(rows: list[list[str]], numbers: set[int]) -> None:
    """Without a terminal a table is as wide as it needs: a line for each row, its cells in their order."""
    header, *lines = text_of(View(None, {}, (TableView.of(["x", "y", "z"], rows, numbers),))).splitlines()
    assert header.split() == ["x", "y", "z"]
    assert [line.split() for line in lines] == rows


def test_columns_know_what_they_hold() -> None:
    """A page that shows a table needs to ask nobody else."""
    columns = TableView.of(["name", "count"], [], [1]).columns
    assert [(column.title, column.kind) for column in columns] == [("name", "text"), ("count", "number")]


@pytest.mark.parametrize(
    "command", ["runs", "studies", "limits", "today", "sensitivity", "figures", "protocols", "patients"]
)
def test_a_command_prints_its_view(command: str) -> None:
    """Text and JSON are not written out twice: none of these prints a line, a table or a document of its own."""
    called = {
        ast.unparse(node.func)
        for node in ast.walk(tree_of(Path(PACKAGE / "cli" / f"{command}.py")))
        if isinstance(node, ast.Call)
    }
    assert not called & {"say.result", "say.table", "say.document"}
    assert called & {"answer", "answer_from"}
