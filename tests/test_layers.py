"""The floors of the house: a file imports only from floors below, and the check notices when one does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import contracts of a copy of the project."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, to be broken."""
    shutil.copytree(ROOT / "mfg", tmp_path / "mfg", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept() -> None:
    """As the project stands."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("errors.py", "from mfg import units"),
        ("protocol/rules.py", "from mfg import scenario"),
        ("simulation/journey.py", "import pint"),
        ("simulation/floor.py", "from mfg import units"),
        ("simulation/log.py", "import pandas"),
        ("prescription/order.py", "import simpy"),
        ("scenario.py", "import cattrs"),
        ("growth.py", "import rich"),
        ("report/page.py", "import starlette"),
        ("new_room.py", ""),
    ],
)
def test_a_broken_rule_is_noticed(copy: Path, file: str, line: str) -> None:
    """An import upwards, a library in another room, a file without a floor: each fails."""
    path = copy / "mfg" / file
    text = path.read_text(encoding="utf-8") if path.exists() else '"""A room that nobody planned."""\n'
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    assert lint(copy).returncode != 0
