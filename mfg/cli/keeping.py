"""What sensitivity, limits and today keep in a folder: their one document, and a page that says what it is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mfg.cli import say
from mfg.cli.asked import typed
from mfg.cli.view import View
from mfg.cli.working import answer_from

_PAGE = """\
# {title}

| file | what it holds |
|---|---|
| `{name}` | {about}: everything that the command found, the numbers that it rests on with their evidence, and the command |
| `summary.txt` | what the command printed |
| `report.html` | one page of it, if it was made: `mfg report` and the path of this folder |
"""


def check_folder(folder: Path | None, name: str) -> None:
    """Whether *folder* can be one that keeps the document *name*, before anything is computed.

    Raises:
        Refused: if it holds something else.
    """
    from mfg.errors import Refused
    from mfg.files import check_path

    if folder is None:
        return
    check_path(folder, "--output")
    if folder.exists() and not (folder / name).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            "--output", str(folder), f"is no empty folder, and holds no {name}", "name another folder"
        )


def write_document(
    folder: Path, name: str, data: Any, scenario: Any, more: Mapping[str, Any] | None = None
) -> None:
    """Keep *data* as the document *name*, with the command that was given and what the *scenario* rests on."""
    from mfg.files import write_atomically
    from mfg.study.setting import grounds_of

    ground = {"command": shlex.join(["mfg", *typed.get()]), "title": scenario.title or scenario.name}
    whole = {**data, **ground, "numbers": grounds_of(scenario), **(more or {})}
    write_atomically(folder / name, f"{say.json_of(whole)}\n".encode(), durable=True)


def write_readme(folder: Path, name: str, about: str, title: str) -> None:
    """The page of a folder that holds nothing but the document *name*."""
    from mfg.files import write_atomically
    from mfg.visible import visible

    page = _PAGE.format(title=visible(title), name=name, about=about)
    write_atomically(folder / "README.md", page.encode(), durable=True)


def answer_kept(
    folder: Path,
    name: str,
    about: str,
    view: View,
    scenario: Any,
    more: Mapping[str, Any] | None = None,
    *,
    json: bool,
) -> None:
    """Print *view* and keep it in a *folder* of its own, which is made."""
    from mfg.files import make_folder

    make_folder(folder, durable=True)
    write_document(folder, name, view.data, scenario, more)
    write_readme(folder, name, about, view.title or about)
    answer_from(folder, view, report=True, json=json)
