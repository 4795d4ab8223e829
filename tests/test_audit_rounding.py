"""A rounding that is stated: what it makes of a dose is right, everything else is still wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfg import Refused, audit, load_protocol
from tests.test_audit import table

PHASE2 = load_protocol("lenzumestrocel-phase2")


def said(
    folder: Path, rounding: str | None, *lines: str, header: str = "patient,weight_kg,cells"
) -> list[str]:
    """The verdicts in short."""
    found = audit(PHASE2, table(folder, list(lines), header), arm="msc", round=rounding)
    return [verdict.verdict for _, verdict in found.verdicts()]


ROUNDED = [
    (None, "36.4e6", "error", "1.1 % off"),
    ("0.1mL", "36.3e6", "error", "no tenth of a mL"),
    ("0.1mL", "36e6", "error", "a tenth too little"),
    ("0.5mL", "35e6", "ok", "3.6815 mL are 3.5 mL"),
    ("0.5mL", "40e6", "error", "the other half mL"),
    ("0.5mL up", "40e6", "ok", "3.6815 mL are 4 mL"),
    ("0.5mL down", "35e6", "ok", "3.6815 mL are 3.5 mL"),
    ("0.5mL up", "35e6", "error", "down is not up"),
    ("5e6cell", "35e6", "ok", "so many cells"),
    ("1container", "50e6", "ok", "one syringe of 5 mL"),
    ("1container", "100e6", "error", "two syringes"),
    ("1container down", "50e6", "ok", "never no syringe at all"),
]


@pytest.mark.parametrize(("rounding", "cells", "verdict", "what"), ROUNDED)
def test_a_stated_rounding_is_allowed_and_nothing_else(
    tmp_path: Path, rounding: str | None, cells: str, verdict: str, what: str
) -> None:
    """36.815 kg are 3.6815 mL of product."""
    assert said(tmp_path, rounding, f"A,36.815,{cells}") == [verdict], what


def test_both_neighbours_of_a_half_are_nearest(tmp_path: Path) -> None:
    """2.25 mL may be 2.0 or 2.5 mL."""
    assert said(tmp_path, "0.5mL", "A,22.5,20e6", "B,22.5,25e6", "C,22.5,30e6") == ["ok", "ok", "error"]


def test_a_volume_may_be_off_by_half_a_step(tmp_path: Path) -> None:
    """3.64 mL of 36,400,000 cells are written as 3.5 mL, and not as 3.3 mL."""
    header = "patient,weight_kg,cells,volume_mL"
    assert said(tmp_path, "0.5mL", "A,36.4,36.4e6,3.5", "B,36.4,36.4e6,3.3", header=header) == ["ok", "error"]


@pytest.mark.parametrize(
    ("name", "rounding", "problem"),
    [
        ("lenzumestrocel-phase2", "0.1", "has no unit"),
        ("lenzumestrocel-phase2", "0.1kg", "no step in which a dose is measured"),
        ("lenzumestrocel-phase2", "0.1mL sideways", "mL sideways"),
        ("nurown-phase2", "0.1mL", "has no concentration"),
        ("nurown-phase2", "1container", "no content of a container"),
    ],
)
def test_a_rounding_that_says_nothing_here_is_refused(
    tmp_path: Path, name: str, rounding: str, problem: str
) -> None:
    """Before any row is judged."""
    path = table(tmp_path, ["A,70,7e7"])
    with pytest.raises(Refused, match=problem):
        audit(load_protocol(name), path, round=rounding)
