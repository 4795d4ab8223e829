"""The package says that it is typed: what a user writes is checked, and a slip in it is found."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mypy import api

import mfg
from tests.conftest import ROOT

PROGRAM = ROOT / "tests" / "typed_by_a_user.py"


def checked(path: Path) -> tuple[str, int]:
    """What mypy says of a program, and its status."""
    said, err, status = api.run(["--strict", "--cache-dir", str(ROOT / ".mypy_cache"), str(path)])
    assert not err
    return said, status


def test_a_program_names_everything() -> None:
    """Every public name stands in it."""
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    of_mfg = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    assert {one.attr for one in of_mfg if ast.unparse(one.value) == "mfg"} == set(mfg.__all__)


@pytest.mark.long
def test_a_program_that_uses_everything_is_in_order() -> None:
    """By the strictest rules."""
    said, status = checked(PROGRAM)
    assert status == 0, said


@pytest.mark.long
@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ('mfg.dose(mfg.load_protocol("x"), weight=72)', 'has incompatible type "int"'),
        ('mfg.doses(mfg.load_protocol("x"), [1, 2])', 'has incompatible type "list[int]"'),
        ('mfg.simulate("x", replications="2")', 'has incompatible type "str"'),
        ('mfg.simulate("x", part={})', 'Unexpected keyword argument "part"'),
        ("mfg.dosis", "has no attribute"),
    ],
)
def test_a_slip_is_found(tmp_path: Path, slip: str, said: str) -> None:
    """So the types are not Any."""
    path = tmp_path / "slip.py"
    path.write_text(f"import mfg\n\n{slip}\n", encoding="utf-8")
    found, status = checked(path)
    assert status == 1
    assert said in found
