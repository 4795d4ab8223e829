"""Ours and others on the reference workload, side by side, and what a user waits for.

    python -m benchmarks.run              everything; some minutes
    python -m benchmarks.run --quick      the engines only, without the peers
    python -m benchmarks.run --profile    where our time goes
    python -m benchmarks.run --write      everything, as a page: docs/benchmarks.md

All engines simulate the same patients with the same luck, and what comes of it is compared before any time is.
"""

from __future__ import annotations

import argparse
import cProfile
import platform
import pstats
from collections.abc import Iterator
from importlib import metadata
from math import isnan
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import commands, steps
from benchmarks import workload as w
from benchmarks.race import FACTORS, OURS, RICH, TIGHT, Race, alone, contenders, growth, race
from mfg.simulation.replicate import replicate

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
MOST = {OURS: 1.6, RICH: 2.5}  # times the script that is tuned by hand
LEAST = {"SimPy, idiomatic": 2.3, "Ciw": 5.0, "salabim": 10.0}  # times as long as ours
GROWTH = 150.0  # times the cost, for a hundred times the patients and the capacities
WHAT_IF, SPEED_UP = 15.0, 1.7  # seconds; times as fast
CLOSE = 0.001  # how far mean times in system may be apart, as a share

Section = Iterator[str]


def table(head: list[str], rows: list[list[str]]) -> Section:
    """A table that is one in plain text and in Markdown."""
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        yield "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"


def verdict(*, reached: bool) -> str:
    """Whether a target is reached."""
    return "reached" if reached else "missed"


def ratios(result: Race) -> Section:
    """How ours compares, and what it was meant to."""
    yield "CPU time for each replication, as ratios: the median over rounds in which everybody simulates in turn."
    yield ""
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


def agreement(result: Race) -> Section:
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


def stepping() -> Section:
    """What a replication asks of the interpreter: ours by what it is spent on, and the others."""
    plan = w.plan_with()
    cohort = w.cohort(plan, 0)
    patients = len(cohort.arrived)
    replicate(plan, 0)
    ours = steps.by_room(steps.counted(lambda: replicate(plan, 0)))
    total = sum(ours.values())
    yield "Steps of Python's interpreter for each patient. They are the same on every machine that has this Python."
    yield ""
    rows = [[OURS, f"{total / patients:.0f}", ""]]
    rows += [["", f"{count / patients:.0f}", room] for room, count in ours.items()]
    for name, simulate in contenders().items():
        count = steps.counted(lambda run=simulate: run(cohort)).total()  # type: ignore[misc]
        rows.append([name, f"{count / patients:.0f}", f"{count / total:.2f} times ours"])
    yield from table(["", "steps", ""], rows)


def growing() -> Section:
    """How cost and memory grow with the work."""
    found, rows = growth(), []
    for name in (OURS, TIGHT):
        first = found[name, FACTORS[0]][0]
        for factor in FACTORS:
            seconds, megabytes = found[name, factor]
            rows.append([name, f"x{factor}", f"{seconds / first:.1f}", f"{seconds:.2f}", f"{megabytes:.1f}"])
    yield from table(["patients and capacities", "", "cost", "CPU s", "MB"], rows)
    yield ""
    ratio = found[OURS, FACTORS[-1]][0] / found[OURS, FACTORS[0]][0]
    reached = verdict(reached=ratio <= GROWTH)
    yield f"Target: at most {GROWTH:.0f} times the cost for x{FACTORS[-1]}; measured {ratio:.0f}, {reached}."


def studying() -> Section:
    """How long a planner waits for an answer, and what a second worker gains."""
    waited = commands.what_if()
    one, ratio = commands.speed_up()
    yield f"`mfg {' '.join(commands.WHAT_IF)} --workers 2`: six variants, 50 replications each."
    yield f"`mfg {' '.join(commands.LONG)}`: by one worker, and by two."
    yield ""
    rows = [
        [
            "what-if",
            f"{waited:.1f} s",
            f"at most {WHAT_IF:.0f} s, two cores",
            verdict(reached=waited <= WHAT_IF),
        ],
        [
            f"two workers, where one takes {one:.0f} s",
            f"{ratio:.2f} times as fast",
            f"at least {SPEED_UP} where it takes 20 s",
            verdict(reached=ratio >= SPEED_UP),
        ],
    ]
    yield from table(["", "measured", "target", ""], rows)


def starting() -> Section:
    """How long it takes until something has started and answered."""
    rows = [
        [f"`{name}`", f"{1000 * seconds:.0f}"]
        for name, seconds in commands.start_up().items()
        if not isnan(seconds)
    ]
    yield from table(["", "wall ms"], rows)


def costs(result: Race) -> Section:
    """Seconds and memory, which are this machine's alone."""
    rows = []
    for name, spent in result.seconds.items():
        times = [f"{1000 * value:.1f}" for value in (median(spent), min(spent), max(spent))]
        memory = "" if name == RICH else f"{alone(name)[1]:.1f}"
        rows.append([name, *times, f"{1 / median(spent):.1f}", memory])
    yield from table(["CPU ms a replication", "median", "least", "most", "replications a s", "MB"], rows)
    yield ""
    rounds = len(result.seconds[OURS])
    yield f"{rounds} replications, {result.patients} patients, {result.rows} rows in our log."
    yield "Memory is by how much a process grows that has the patients and simulates them for the first time."


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


def measured(rounds: int, *, quick: bool) -> Iterator[tuple[str, list[str]]]:
    """The sections, one after the other, as they are measured."""
    result = race(rounds, contenders(peers=not quick))
    yield "Ratios", list(ratios(result))
    yield "The same thing", list(agreement(result))
    if not quick:
        yield "Studies", list(studying())
        yield "Growth", list(growing())
        yield "Steps", list(stepping())
        yield "Start-up", list(starting())
    yield "This machine", [*costs(result), "", versions()]


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=11, help="replications that everybody simulates")
    parser.add_argument("--quick", action="store_true", help="the engines only, without the peers")
    parser.add_argument("--profile", action="store_true", help="where our time goes, and nothing else")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.parent.name}/{PAGE.name} as well")
    given = parser.parse_args()
    if given.profile:
        profiled(given.rounds)
        return
    text = (
        "# Benchmarks\n\n"
        "What a replication of the reference workload (`benchmarks/README.md`) costs, and what a user waits for, measured\n"
        "by `python -m benchmarks.run --write`, which wrote this page. Ratios and steps carry over to other machines, seconds\n"
        "do not.\n"
    )
    for title, lines in measured(given.rounds, quick=given.quick):
        print(f"\n{title}\n", *lines, sep="\n", flush=True)
        text += f"\n## {title}\n\n" + "\n".join(lines) + "\n"
    if given.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
