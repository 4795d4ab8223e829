"""Ours and others on the reference workload, side by side: CPU time for each replication, in turn, in one go.

    python -m benchmarks.run              every engine that is installed, and how cost grows
    python -m benchmarks.run --quick      without the peers and without the growth
    python -m benchmarks.run --profile    where our time goes
    python -m benchmarks.run --write      the same as a page: docs/benchmarks.md

All of them simulate the same patients with the same luck, and what comes of it is compared before any time is.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import platform
import pstats
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from attrs import define, field

from benchmarks import tight
from benchmarks import workload as w
from mfg.simulation.replicate import replicate

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
OURS, RICH, TIGHT = "mfg", "mfg, rich", "SimPy, tuned by hand"
PEERS = {"SimPy, idiomatic": "idiomatic", "Ciw": "ciw_model", "salabim": "salabim_model"}
MOST = {OURS: 1.6, RICH: 2.5}  # times the script that is tuned by hand
LEAST = {"SimPy, idiomatic": 2.3, "Ciw": 5.0, "salabim": 10.0}  # times as long as ours
FACTORS = (1, 10, 100)
GROWTH = 150.0  # times the cost, for a hundred times the patients and the capacities
CLOSE = 0.001  # how far mean times in system may be apart, as a share

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


def peers() -> dict[str, Simulate]:
    """The other packages that are installed; the rest is named on stderr."""
    found: dict[str, Simulate] = {}
    for name, module in PEERS.items():
        try:
            found[name] = importlib.import_module(f"benchmarks.{module}").simulate
        except ModuleNotFoundError as missing:
            sys.stderr.write(f"{name} is left out: {missing}\n")
    return found


def once(factor: int, *, ours: bool) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one replication with *factor* times the patients, in this process."""
    plan = w.plan_with(factor)
    cohort = w.cohort(plan, 0)
    begun = process_time()
    if ours:
        replicate(plan, 0)
    else:
        tight.simulate(cohort, factor)
    return process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth() -> dict[tuple[str, int], tuple[float, float]]:
    """Seconds and megabytes of ours and of the script tuned by hand at every factor, each in a process of its own."""
    found = {}
    for factor in FACTORS:
        for name, ours in ((OURS, True), (TIGHT, False)):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                runs = [pool.submit(once, factor, ours=ours).result() for _ in range(5 if factor == 1 else 1)]
            found[name, factor] = (median(s for s, _ in runs), max(m for _, m in runs))
    return found


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """A table that is one in plain text and in Markdown."""
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        yield "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"


def verdict(*, reached: bool) -> str:
    """Whether a target is reached."""
    return "reached" if reached else "missed"


def ratios(result: Race) -> Iterator[str]:
    """How ours compares, and what it was meant to."""
    yield from (
        "CPU time for each replication, as ratios: the median over rounds in which everybody simulates in turn.",
        "",
    )
    rows = []
    for name, most in MOST.items():
        ratio = result.ratio(name, TIGHT)
        rows.append([f"{name} / {TIGHT}", f"{ratio:.2f}", f"at most {most}", verdict(reached=ratio <= most)])
    for name, least in LEAST.items():
        if name in result.seconds:
            ratio = result.ratio(name, OURS)
            rows.append(
                [f"{name} / {OURS}", f"{ratio:.2f}", f"at least {least}", verdict(reached=ratio >= least)]
            )
    yield from table(["ratio", "measured", "target", ""], rows)


def agreement(result: Race) -> Iterator[str]:
    """Whether all of them simulate the same thing."""
    yield "The mean time in system, from arrival to dose, over the same patients."
    yield ""
    rows, ours = [], float(np.mean(result.hours[OURS]))
    for name, hours in result.hours.items():
        mean = float(np.mean(hours))
        apart = f"{100 * (mean / ours - 1):+.4f} %"
        other = f"{result.apart[name]} of {result.patients}"
        same = abs(mean / ours - 1) <= CLOSE
        rows.append([name, f"{mean:.3f} hour", apart, other, "the same" if same else "not the same"])
    yield from table(["", "mean", "against ours", "patients who differ", ""], rows)


def costs(result: Race) -> Iterator[str]:
    """Seconds, which are this machine's alone."""
    rows = [
        [name, f"{1000 * median(s):.1f}", f"{1000 * min(s):.1f}", f"{1000 * max(s):.1f}"]
        for name, s in result.seconds.items()
    ]
    yield from table(["CPU ms a replication", "median", "least", "most"], rows)
    yield ""
    rounds = len(result.seconds[OURS])
    yield f"{rounds} replications, {result.patients} patients, {result.rows} rows in our log."


def growing(found: dict[tuple[str, int], tuple[float, float]]) -> Iterator[str]:
    """How cost and memory grow with the work."""
    rows = []
    for name in (OURS, TIGHT):
        first = found[name, FACTORS[0]][0]
        for factor in FACTORS:
            seconds, megabytes = found[name, factor]
            rows.append([name, f"x{factor}", f"{seconds / first:.1f}", f"{seconds:.2f}", f"{megabytes:.0f}"])
    yield from table(["patients and capacities", "", "cost", "CPU s", "peak MB"], rows)
    yield ""
    ratio = found[OURS, FACTORS[-1]][0] / found[OURS, FACTORS[0]][0]
    reached = verdict(reached=ratio <= GROWTH)
    yield f"Target: at most {GROWTH:.0f} times the cost for x{FACTORS[-1]}; measured {ratio:.0f}, {reached}."


def versions() -> str:
    """What it was measured with."""
    names = []
    for name in ("simpy", "numpy", "ciw", "salabim"):
        try:
            names.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return f"Python {platform.python_version()}, {', '.join(names)}."


def profiled(rounds: int) -> None:
    """Print where our time goes."""
    plan = w.plan_with()
    replicate(plan, 0)
    profile = cProfile.Profile()
    profile.enable()
    for replication in range(rounds):
        replicate(plan, replication)
    profile.disable()
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(40)


def page(sections: dict[str, list[str]]) -> str:
    """The sections as a document."""
    opening = (
        "# Benchmarks\n\n"
        "What a replication of the [reference workload](../benchmarks/README.md) costs, measured by\n"
        "`python -m benchmarks.run --write`, which wrote this page. Ratios carry over to other machines, seconds do not.\n"
    )
    return opening + "".join(
        f"\n## {title}\n\n" + "\n".join(lines) + "\n" for title, lines in sections.items()
    )


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=11, help="replications that everybody simulates")
    parser.add_argument(
        "--quick", action="store_true", help="ours and the script tuned by hand, nothing else"
    )
    parser.add_argument("--profile", action="store_true", help="where our time goes, and nothing else")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.parent.name}/{PAGE.name} as well")
    given = parser.parse_args()
    if given.profile:
        profiled(given.rounds)
        return
    result = race(given.rounds, {TIGHT: tight.simulate} | ({} if given.quick else peers()))
    sections = {"Ratios": list(ratios(result)), "The same thing": list(agreement(result))}
    if not given.quick:
        sections["Growth"] = list(growing(growth()))
    sections["This machine"] = [*costs(result), "", versions()]
    for title, lines in sections.items():
        print(f"\n{title}\n", *lines, sep="\n")
    if given.write:
        PAGE.write_text(page(sections), encoding="utf-8")


if __name__ == "__main__":
    main()
