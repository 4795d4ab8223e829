"""What a user waits for: whole commands, from the prompt to the answer, in seconds of the wall clock."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from statistics import median
from time import perf_counter

MFG = (sys.executable, "-m", "mfg")
START_UP = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "import simpy": (sys.executable, "-c", "import simpy"),
    "import ciw": (sys.executable, "-c", "import ciw"),
    "import salabim": (sys.executable, "-c", "import salabim"),
    "mfg --version": (*MFG, "--version"),
    "mfg dose": (*MFG, "dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg"),
    "mfg run -n 1": (*MFG, "run", "lenzumestrocel-phase2", "-n", "1"),
}
WHAT_IF = (
    "compare",
    "lenzumestrocel-phase2",
    "--vary",
    "suites=1,2,3",
    "--vary",
    "operators=2,4",
    "-n",
    "50",
)
LONG = ("run", "lenzumestrocel-phase2", "-n", "600")


def seconds(command: tuple[str, ...], *more: str) -> float:
    """How long *command* takes in an empty folder; nan if it fails, as where a package is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        done = subprocess.run([*command, *more], cwd=folder, capture_output=True, check=False)
        return perf_counter() - begun if done.returncode == 0 else float("nan")


def start_up(times: int = 5) -> dict[str, float]:
    """Seconds until each has started and answered: the median of so many *times*."""
    return {name: median(seconds(command) for _ in range(times)) for name, command in START_UP.items()}


def what_if(times: int = 3) -> float:
    """Seconds of a comparison of six variants, 50 replications each, by two workers."""
    return median(seconds((*MFG, *WHAT_IF), "--workers", "2") for _ in range(times))


def speed_up(times: int = 3) -> tuple[float, float]:
    """Seconds of a long run by one worker, and how many times as fast two are: medians of pairs."""
    ones, ratios = [], []
    for _ in range(times):
        one, two = (seconds((*MFG, *LONG), "--workers", workers) for workers in ("1", "2"))
        ones.append(one)
        ratios.append(one / two)
    return median(ones), median(ratios)
