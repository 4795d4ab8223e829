"""What a run prints: the few figures that matter first, all of them where they are asked for, and nothing wider than the terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfg import load_run
from mfg.cli.run_view import FIRST_FIGURES
from mfg.results.indicators import INDICATORS
from tests.conftest import ROOT

pty = pytest.importorskip("pty")
WORDS = ("run", "lenzumestrocel-phase2", "-n", "2", "--workers", "1")


def on_a_terminal(columns: int, *words: str) -> str:
    """What a command line prints on a pseudo-terminal so wide, without what colours it; whatever it says beside it is left out."""
    own, its = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    command = [sys.executable, "-m", "mfg", *words]
    with subprocess.Popen(command, stdout=its, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment) as going:
        os.close(its)
        said = b""
        while chunk := _read(own):
            said += chunk
    os.close(own)
    assert going.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode()).replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # whoever wrote to it has ended
        return b""


@pytest.mark.parametrize("more", [(), ("--all",)])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_lost(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    """In 80 columns every line fits, and holds the same letters as in a terminal that is as wide as they need."""
    narrow, broad = (on_a_terminal(n, *WORDS, *more, "-o", str(tmp_path / "r")) for n in (80, 400))
    fits = [line for line in narrow.splitlines() if str(tmp_path) not in line]
    assert max(map(len, fits)) <= 80
    assert sorted(re.sub(r"\s", "", narrow)) == sorted(re.sub(r"\s", "", broad))


def test_few_figures_are_shown_and_all_are_kept(mfg: Callable[..., Any], tmp_path: Path) -> None:
    """The text has the few by their plain names and says how many more there are; the folder and --all have every one."""
    said = mfg(*WORDS, "-o", tmp_path / "r")
    whole = mfg(*WORDS, "-o", tmp_path / "r", "--all").out
    kept = (tmp_path / "r" / "summary.txt").read_text(encoding="utf-8")
    for name, plain in FIRST_FIGURES.items():
        if name != "referral_to_dose_late":  # of a run with --late alone
            assert plain in said.out
            assert re.search(rf"^{name} ", kept, re.MULTILINE)
    names = [line.split()[0] for line in whole.splitlines() if line.split() and line.split()[0] in INDICATORS]
    assert f"--all shows {len(names) - len(FIRST_FIGURES) + 1} figures more" in said.out
    assert "vein_to_vein_median" not in said.out
    assert whole.startswith(kept.rstrip("\n"))
    assert said.out.splitlines()[-1] == f"a page of it: mfg report {tmp_path / 'r'}"


def test_replications_without_a_value_are_counted_beside_the_figure(
    mfg: Callable[..., Any], tmp_path: Path
) -> None:
    """With so few patients nobody comes in some replications, and a share of nobody has no value."""
    said = mfg("run", "cl2020-phase2", "--set", "arrivals.rate=0.1 /month", "-n", 6, "-o", tmp_path / "r")
    nobody = 6 - load_run(tmp_path / "r").patients["replication"].nunique()
    assert 0 < nobody < 6
    (line,) = (line for line in said.out.splitlines() if line.startswith("patients who complete"))
    assert line.rstrip().endswith(f"share       {nobody} of 6 replications")
    (line,) = (line for line in said.out.splitlines() if line.startswith("lots lost"))
    assert line.split()[-1] == "lot"  # none were lost where nobody came


def test_a_comparison_too(mfg: Callable[..., Any], tmp_path: Path) -> None:
    """The figures that are left out stand in summary.txt, after --all, and wherever they are asked for."""
    words = ("compare", "cl2020-phase2", "--vary", "suites=1,2", "-n", "2", "-o", tmp_path / "c")
    said, whole = mfg(*words).out, mfg(*words, "--all").out
    assert "patients_treated_per_month: " not in said
    assert "patients_treated_per_month: " in whole
    assert "patients_treated_per_month: " in (tmp_path / "c" / "summary.txt").read_text(encoding="utf-8")
    assert "patients_treated_per_month: " in mfg(*words, "--figure", "patients_treated_per_month").out
    assert said.splitlines()[-1] == f"a page of it: mfg report {tmp_path / 'c'}"
