"""Every lesson runs, can be read without a script, and asks a question."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from docs import lessons as pages
from docs.lessons import codes_of, html_of, page_of, shown
from mfg.cli.lessons import Lesson, lessons
from tests.lessons.conftest import ran

LESSONS = [pytest.param(one, id=one.name) for one in lessons()]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_from_top_to_bottom(lesson: Lesson) -> None:
    """Each of its cells, in the order of the file, without an error."""
    outputs, _ = ran(lesson.name)
    assert len(outputs) == len(list(codes_of(lesson.path)))
    assert f">{lesson.title}</h1>" in str(next(one.text for one in outputs if one is not None))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_a_page_that_asks_nobody(lesson: Lesson) -> None:
    """Its picture, its question and its folded answer are plain HTML: no script, no element of marimo, no address."""
    page = page_of(lesson, ran(lesson.name)[0])
    assert "<svg" in page
    assert ">Question</h2>" in page
    assert "<summary>Answer</summary>" in page
    assert ">Try it</h2>" in page
    assert not re.search(
        r"<script|<marimo-|\bsrc=|<link(?! rel=\"icon\" href=\"data:,\")|@import|url\((?!#)", page
    )


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_read_from_top_to_bottom(lesson: Lesson) -> None:
    """A cell uses only what the cells above it have made, so that its code stands under what it shows."""
    made: set[str] = set()
    for node in ast.parse(lesson.path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            assert {one.arg for one in node.args.args} <= made
            last = node.body[-1]
            assert isinstance(last, ast.Return)
            made |= {one.id for one in ast.walk(last) if isinstance(one, ast.Name)}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_says_its_idea_in_a_sentence_or_two(lesson: Lesson) -> None:
    """The list of lessons shows it."""
    assert lesson.title
    assert lesson.idea.endswith(".")
    assert len(lesson.idea) <= 200


def test_lessons_are_numbered_from_one() -> None:
    """Without a gap."""
    assert [int(one.name[:2]) for one in lessons()] == list(range(1, len(lessons()) + 1))


def test_a_page_refuses_what_it_cannot_show() -> None:
    """An element of marimo that needs its script would be an empty place."""

    class Tabs:
        text = "<marimo-tabs data-x='1'></marimo-tabs>"

    with pytest.raises(ValueError, match=r"a page cannot show <marimo-tabs>"):
        html_of(Tabs())


def test_a_page_is_text_where_an_output_is_none_of_html() -> None:
    """A value is shown as it is printed, its marks escaped."""
    assert html_of({"a": "<b>"}) == "<pre>{&#x27;a&#x27;: &#x27;&lt;b&gt;&#x27;}</pre>"


def test_code_stands_under_what_it_made(tmp_path: Path) -> None:
    """That of cells that show nothing too; of a cell that hides its code there is none."""
    notebook = tmp_path / "x.py"
    notebook.write_text(
        "@app.cell\ndef _():\n    a = 1\n    b = (\n        2\n    )\n    return\n\n\n@app.cell(hide_code=True)\ndef _():\n    3\n    return\n",
        encoding="utf-8",
    )
    assert list(codes_of(notebook)) == ["a = 1\nb = (\n    2\n)", ""]
    cells = [(one.code, str(one.output)) for one in shown(["a = 1", "a", "", "b"], [None, 1, 2, None])]
    assert cells == [("a = 1\n\na", "<pre>1</pre>"), ("", "<pre>2</pre>")]


def test_pages_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each lesson, under its name."""
    (first, *_) = lessons()
    monkeypatch.setattr(pages, "lessons", lambda: [first])
    pages.main(tmp_path / "pages")
    (written,) = (tmp_path / "pages").iterdir()
    assert written.name == f"{first.name}.html"
    assert f"<title>{first.title}</title>" in written.read_text(encoding="utf-8")
