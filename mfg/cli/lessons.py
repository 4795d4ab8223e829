"""The commands for who teaches and who learns: lessons, examples."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen
from cyclopts import App

from mfg.cli import say
from mfg.cli.options import Json
from mfg.cli.view import Sentence, TableView, View, answer

_COPIED = ("examples", "lessons")
_LEFT_OUT = ("__pycache__", "__marimo__", "*.pyc")


@frozen
class Lesson:
    """A notebook that teaches one idea: the name of its file, its title, and the idea in a sentence or two."""

    name: str
    title: str
    idea: str
    path: Path


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    app.command(list_or_open, name="lessons")
    app.command(examples)


def lessons() -> list[Lesson]:
    """Every lesson, in the order in which they build on each other."""
    from mfg.reader.library import shelf

    return [_lesson(path) for path in sorted(shelf("lesson").glob("[0-9]*.py"))]


def _lesson(path: Path) -> Lesson:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    title, _, idea = said.partition("\n\n")
    return Lesson(path.stem, title, " ".join(idea.split()), path)


def list_or_open(name: str | None = None, /, *, json: Json = False) -> int:
    """List the lessons, or open one in the browser.

    A lesson is a notebook with one idea, a picture, a question and its answer. To change it, copy it with mfg examples first.

    Example: mfg lessons

    Parameters
    ----------
    name
        Which lesson to open: its name or its number. It stays open until Ctrl-C.
    """
    found = lessons()
    if name is not None:
        return _open(_named(name, found))
    rows = [(one.name, one.title, one.idea) for one in found]
    data = [dict(zip(("name", "title", "idea"), row, strict=True)) for row in rows]
    table = TableView.of(["lesson", "title", "idea"], rows)
    answer(View(None, data, (table, Sentence("mfg lessons NAME opens one in the browser"))), json=json)
    return 0


def _named(name: str, found: list[Lesson]) -> Lesson:
    from mfg.errors import Refused, nearest

    for one in found:
        number, _, words = one.name.partition("_")
        if name in (one.name, words, number, number.lstrip("0")):
            return one
    raise Refused("lesson", name, "is none", nearest(name, [one.name for one in found]))


def _open(lesson: Lesson) -> int:
    if find_spec("marimo") is None:
        raise ModuleNotFoundError(name="marimo")
    say.remark(f"to change it: mfg examples DIR, then marimo edit DIR/lessons/{lesson.path.name}")
    command = [sys.executable, "-m", "marimo", "run", "--include-code", str(lesson.path)]
    return subprocess.run(command, check=False).returncode  # noqa: S603  our own notebook


def examples(folder: Path, /) -> int:
    """Copy the example programs and files, and the lessons, to where they can be tried and changed.

    What is there already is left as it is.

    Example: mfg examples my-copy

    Parameters
    ----------
    folder
        Where to put them, in folders of their own: examples and lessons.
    """
    from mfg.errors import Refused
    from mfg.reader.library import shelf

    targets = {name: folder / name for name in _COPIED}
    for target in targets.values():
        if target.exists() or target.is_symlink():
            raise Refused("folder", str(target), "is there already", "name another folder, or move it away")
    for name, target in targets.items():
        shutil.copytree(shelf(name.removesuffix("s")), target, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        many = sum(path.is_file() for path in target.rglob("*"))
        say.result(f"{target}: {many} files")
    return 0
