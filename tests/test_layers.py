"""The floors of the house: a file imports only from floors below, and the check notices when one does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
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


FLOORS = "A file imports only from the floors below it"
STAIRS = "Results stand on each other"
NO_ENGINE = "Results need a plan and a log, and never an engine"
UNITS = "Units are taken off at one door"
CLOCK = "The clock is in one room"
FILES = "Files are read in one room"
FRAMES = "Data frames begin with the tables"
PEOPLE = "Only the command line speaks to people"
NUMBERS = "A replication runs on plain numbers"
CHARTS = "Charts are drawn in one room"
SERVED = "Only the page serves"
DOSE = "A dose is computed from plain numbers"


BREACHES = [
    ("errors.py", "from mfg import units", FLOORS),
    ("protocol/rules.py", "from mfg import scenario", FLOORS),
    ("results/ledger.py", "from mfg.results import figures", STAIRS),
    ("results/story.py", "from mfg.simulation import clock", NO_ENGINE),
    ("plan/sizing.py", "import simpy", NO_ENGINE),
    ("simulation/journey.py", "import pint", UNITS),
    ("cli/dose.py", "import pint.errors", UNITS),
    ("prescription/order.py", "import simpy", CLOCK),
    ("study/cell.py", "def late() -> None:\n    import simpy", CLOCK),
    ("scenario/scenario.py", "import cattrs", FILES),
    ("simulation/log.py", "import pandas", FRAMES),
    ("sheet/cells.py", "from pyarrow import parquet", FRAMES),
    ("growth.py", "import rich", PEOPLE),
    ("study/run.py", "from cyclopts import App", PEOPLE),
    ("simulation/floor.py", "from mfg import units", NUMBERS),
    ("prescription/rule.py", "from mfg import units", DOSE),
    ("frames/waiting.py", "import altair", CHARTS),
    ("report/page.py", "import starlette", SERVED),
]


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES)
def test_a_broken_rule_is_noticed(copy: Path, file: str, line: str, contract: str) -> None:
    """An import upwards, a library in another room: by the contract that says so."""
    path = copy / "mfg" / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    said = lint(copy)
    broken = [name for name in contracts(copy) if f"{name} BROKEN" in " ".join(said.stdout.split())]
    assert any(name.startswith(contract) for name in broken), said.stdout


def test_a_file_without_a_floor_is_noticed(copy: Path) -> None:
    """A new room has to be given its place."""
    (copy / "mfg" / "new_room.py").write_text('"""A room that nobody planned."""\n', encoding="utf-8")
    said = lint(copy)
    assert said.returncode != 0
    assert "mfg.new_room" in said.stdout


def test_every_contract_is_broken_once() -> None:
    """Each is proven to notice something."""
    proven = tuple(contract for _, _, contract in BREACHES)
    assert [name for name in contracts(ROOT) if not name.startswith(proven)] == []


def contracts(folder: Path) -> list[str]:
    """The names of the contracts of a project."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    return [one["name"] for one in project["tool"]["importlinter"]["contracts"]]
