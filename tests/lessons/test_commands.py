"""The commands for who teaches: a list of lessons, one of them opened, and copies to try."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfg.cli import lessons as commands
from tests.conftest import ROOT, Said

FIRST = commands.lessons()[0]


def test_lessons_are_listed(mfg: Callable[..., Said]) -> None:
    """With their titles and ideas, as text and as data."""
    said = mfg("lessons")
    assert said.status == 0
    for lesson in commands.lessons():
        assert lesson.name in said.out
        assert lesson.title in said.out
    assert mfg("lessons", "--json").json[0] == {"name": FIRST.name, "title": FIRST.title, "idea": FIRST.idea}


@pytest.mark.parametrize("name", ["1", "01", "a_dose_by_weight", "01_a_dose_by_weight"])
def test_a_lesson_is_opened_by_number_or_name(
    mfg: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """By marimo, which is told its file; its status is the command's."""
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", run)
    assert mfg("lessons", name).status == 3
    ((*_, file),) = ran
    assert Path(file).samefile(FIRST.path)
    assert ran[0][1:4] == ["-m", "marimo", "run"]


def test_an_unknown_lesson_is_refused(mfg: Callable[..., Said]) -> None:
    """With the nearest one."""
    said = mfg("lessons", "01_a_dose_by_wheight")
    assert said.status == 2
    assert said.err.startswith(
        "mfg: lesson: '01_a_dose_by_wheight' is none; did you mean '01_a_dose_by_weight'?"
    )


def test_without_marimo_the_extra_is_named(mfg: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback."""
    monkeypatch.setattr(commands, "find_spec", lambda _: None)
    said = mfg("lessons", "1")
    assert (said.status, said.out) == (2, "")
    assert "pip install 'mfg[lessons]'" in said.err


def test_examples_are_copied(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Programs, files and lessons as they are, without what Python keeps beside them."""
    assert mfg("examples", tmp_path / "mine").status == 0
    for folder in ("examples", "lessons"):
        kept = {
            path.relative_to(ROOT): path.read_bytes()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not {"__pycache__", "__marimo__"} & set(path.parts)
        }
        copied = (tmp_path / "mine" / folder).rglob("*")
        assert {p.relative_to(tmp_path / "mine"): p.read_bytes() for p in copied if p.is_file()} == kept


def test_a_copy_overwrites_nothing(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Where either folder is there already, neither is written."""
    (tmp_path / "lessons").mkdir()
    said = mfg("examples", tmp_path)
    assert said.status == 2
    assert "is there already" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["lessons"]
