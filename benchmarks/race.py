"""Everybody on the reference workload: CPU time in turn, memory, growth, and what came of it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from attrs import define, field

from benchmarks import tight
from benchmarks import workload as w
from mfg.simulation.replicate import replicate

OURS, RICH, TIGHT = "mfg", "mfg, rich", "SimPy, tuned by hand"
PEERS = {"SimPy, idiomatic": "idiomatic", "Ciw": "ciw_model", "salabim": "salabim_model"}
FACTORS = (1, 10, 100)

Simulate = Callable[[w.Cohort], list[float]]


@define
class Race:
    """CPU seconds by contender and round, and the mean hours in the system that each one found."""

    seconds: dict[str, list[float]] = field(factory=dict)
    hours: dict[str, list[float]] = field(factory=dict)
    apart: dict[str, int] = field(factory=dict)
    patients: int = 0
    rows: int = 0

    def takes(self, name: str, seconds: float) -> None:
        """Write down one round of a contender."""
        self.seconds.setdefault(name, []).append(seconds)

    def finds(self, name: str, spent: w.Minutes, reference: w.Minutes) -> None:
        """Write down what a contender found, and for how many patients it differs from *reference*."""
        self.hours.setdefault(name, []).append(float(spent.mean()) / 60)
        self.apart[name] = self.apart.get(name, 0) + int((np.abs(spent - reference) > 1e-3).sum())

    def ratio(self, name: str, to: str) -> float:
        """How many times as long as *to* a contender takes: the median over the rounds."""
        return median(a / b for a, b in zip(self.seconds[name], self.seconds[to], strict=True))


def race(rounds: int, others: dict[str, Simulate]) -> Race:
    """Let every contender simulate the same replications, one after the other, *rounds* times."""
    result, plain, rich = Race(), w.plan_with(), w.plan_with(rich=True)
    replicate(plain, 0)
    for replication in range(rounds):
        cohort = w.cohort(plain, replication)
        begun = process_time()
        log, _ = replicate(plain, replication)
        result.takes(OURS, process_time() - begun)
        reference = w.in_system(plain, log)
        result.finds(OURS, reference, reference)
        for name, simulate in others.items():
            begun = process_time()
            spent = simulate(cohort)
            result.takes(name, process_time() - begun)
            result.finds(name, np.array(spent), reference)
        begun = process_time()
        replicate(rich, replication)
        result.takes(RICH, process_time() - begun)
        result.patients += len(cohort.arrived)
        result.rows += len(log.subject)
    return result


def contenders(*, peers: bool = True) -> dict[str, Simulate]:
    """The script that is tuned by hand, and the *peers* that are installed; the rest is named on stderr."""
    found: dict[str, Simulate] = {TIGHT: tight.simulate}
    for name, module in PEERS.items() if peers else ():
        try:
            found[name] = importlib.import_module(f"benchmarks.{module}").simulate
        except ModuleNotFoundError as missing:
            sys.stderr.write(f"{name} is left out: {missing}\n")
    return found


def once(name: str, factor: int = 1) -> tuple[float, float]:
    """CPU seconds of one replication with *factor* times the patients, and by how many megabytes this process grows."""
    plan = w.plan_with(factor)
    cohort = w.cohort(plan, 0)
    before = _megabytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    begun = process_time()
    if name == OURS:
        replicate(plan, 0)
    elif name == TIGHT:
        tight.simulate(cohort, factor)
    else:
        contenders()[name](cohort)
    return process_time() - begun, _megabytes("VmHWM") - before


def _megabytes(what: str) -> float:
    """What Linux says of this process's memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(what)) / 1024


def alone(name: str, factor: int = 1) -> tuple[float, float]:
    """The same in a process of its own: the first for its memory, the median of five for its time if it is short."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(once, name, factor).result() for _ in range(5 if factor == 1 else 1)]
    return median(seconds for seconds, _ in runs), runs[0][1]


def growth() -> dict[tuple[str, int], tuple[float, float]]:
    """Seconds and megabytes of ours and of the script tuned by hand at every factor."""
    return {(name, factor): alone(name, factor) for name in (OURS, TIGHT) for factor in FACTORS}
