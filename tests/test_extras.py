"""What a piece of work needs is installed with it alone, and named when it is missing; what is built is whole."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mfg.errors import Refused
from mfg.extras import EXTRAS, not_installed

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LACKING = """\
import sys
for name in {names}:
    sys.modules[name] = None
"""


def without(names: list[str], program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a new process says that carries out *program* where the libraries of these *names* are missing."""
    words = [sys.executable, "-c", LACKING.format(names=names) + program]
    return subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False, timeout=300)


def command(*words: str) -> str:
    """The program of a command line."""
    return f"from mfg.cli import run; raise SystemExit(run({list(words)!r}))"


def test_every_library_is_installed_by_the_extra_that_a_message_names() -> None:
    """And every library of an extra has a message."""
    homes = metadata.packages_distributions()
    for extra, libraries in EXTRAS.items():
        stated = {Requirement(one).name.casefold() for one in PROJECT["optional-dependencies"][extra]}
        wanted = {homes[library][0].casefold() for library in libraries}
        assert wanted <= stated, extra
        assert stated - wanted <= {"mfg"}, extra


SOBOL = "sensitivity cl2020-phase2 doses_given --method sobol --samples 2 --over suites=1..2 -n 1"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("simulation", "run cl2020-phase2 -n 1"),
        ("simulation", "compare cl2020-phase2 --vary suites=1,2"),
        ("simulation", "trace cl2020-phase2"),
        ("simulation", "figures"),
        ("report", "report stored"),
        ("sensitivity", SOBOL),
        ("lessons", "lessons 1"),
        ("app", "app"),
    ],
)
def test_what_is_missing_is_named_with_its_extra(tmp_path: Path, extra: str, words: str) -> None:
    """No traceback: the library, and what to type."""
    if words == "report stored":
        assert not without(
            [], command("run", "cl2020-phase2", "-n", "1", "-o", "stored"), tmp_path
        ).returncode
    said = without([*EXTRAS[extra]], command(*words.split()), tmp_path)
    last = said.stderr.splitlines()[-1]
    assert last.startswith(
        tuple(f"mfg: {name}: is not installed, and this needs it" for name in EXTRAS[extra])
    )
    assert last.endswith(f"; pip install 'mfg[{extra}]'")
    assert said.returncode == 2


def test_python_says_the_same(tmp_path: Path) -> None:
    """As a refusal, when the name is asked for."""
    program = "import mfg\ntry:\n    mfg.simulate\nexcept mfg.Refused as error:\n    print(error)"
    said = without([*EXTRAS["simulation"]], program, tmp_path)
    assert said.stdout.endswith(" is not installed, and this needs it; pip install 'mfg[simulation]'\n")


def test_a_picture_names_its_extra(tmp_path: Path) -> None:
    """A run that is there already is drawn with libraries that are not."""
    program = (
        "import mfg\nrun = mfg.simulate('cl2020-phase2', replications=1)\ntry:\n    run.plot.waiting()\n"
    )
    said = without([*EXTRAS["report"]], f"{program}except mfg.Refused as error:\n    print(error)", tmp_path)
    assert said.stdout == "altair: is not installed, and this needs it; pip install 'mfg[report]'\n"


def test_any_other_absence_is_an_error() -> None:
    """A module of this package that is missing is no matter of an extra."""
    error = ModuleNotFoundError("No module named 'mfg.lost'", name="mfg.lost")
    with pytest.raises(ModuleNotFoundError, match=r"mfg\.lost"):
        raise not_installed(error)
    assert isinstance(not_installed(ModuleNotFoundError(name="numpy.core")), Refused)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this package."""
    folder = tmp_path_factory.mktemp("built")
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_a_wheel_has_all_that_the_package_reads(built: Path) -> None:
    """Its modules, the mark that they are typed, its pages and pictures, and the folders of files that it comes with."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert "mfg/py.typed" in names
    assert "mfg/__init__.pyi" in names
    for path in (ROOT / "mfg").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert str(path.relative_to(ROOT).as_posix()) in names
    for folder in ("protocols", "seeds", "scenarios", "sites", "populations", "patients"):
        for path in (ROOT / folder).glob("*.toml"):
            assert f"mfg/data/{folder}/{path.name}" in names


def test_a_source_archive_can_build_and_test_itself(built: Path) -> None:
    """Everything that is kept under version control is in it."""
    words = ["git", "ls-files"]  # whichever git is there
    kept = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if kept.returncode:
        pytest.skip("this is no clone")
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert set(kept.stdout.splitlines()) <= names
