"""Whatever is put into files and command lines, the answer is a result or a refusal: ``python -m tests.fuzz --cases 2000``.

Built-in files, tables and command lines are put wrong at random (`tests.mutations`), and every command on them must end
with status 0, 1 or 2, a refusal with `mfg:` in words, within a bound of time and memory. What passes the check must run,
at least once. A traceback, a hang, a warning of a library, or a replication that fails by anything but a refusal is printed
with the seed, the number of its case and the fewest of its changes that do it; ``--only NUMBER`` tries that case again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import resource
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

from attrs import frozen

from mfg.reader.library import builtin
from tests.mutations import Case, case_of, stored

SECONDS, MEGABYTES = 30, 1000
MOST_PATIENTS, MOST_DAYS = 1500, 4000  # beyond which a run is right to take its time
_DISGUISED = re.compile(
    r"replication \d+: (\w*(?:Error|Exception|Warning|error): .*|replication .* fails its own audit.*)"
)
_STATED = (0, 1, 2)


@frozen
class Answer:
    """What one command line came to: its status, and what is wrong with it or the empty string."""

    line: str
    status: int
    wrong: str


def main() -> int:
    """Try cases until they are done; 1 if anything was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", type=int, help="try the case of this number alone, and print what was changed"
    )
    asked = parser.parse_args()
    numbers = range(asked.cases) if asked.only is None else [asked.only]
    warmed_up()
    counts, found = Counter[int](), Counter[str]()
    for number in numbers:
        case = case_of(asked.seed, number)
        if asked.only is not None:
            print(*case.changes, sep="\n")
        answers = tried(case)
        counts.update(answer.status for answer in answers)
        wrong = next((answer for answer in answers if answer.wrong), None)
        if wrong is None:
            continue
        kind = _kind(wrong.wrong)
        found[kind] += 1
        if found[kind] > 1 and asked.only is None:
            continue  # its like has been printed
        case = fewest(asked.seed, number, len(case.changes), kind)
        print(f"seed {asked.seed}, case {number}: mfg {wrong.line}: {wrong.wrong}")
        print(*(f"    {change}" for change in case.changes), sep="\n", flush=True)
    total = ", ".join(f"{count} ended with {status}" for status, count in sorted(counts.items()))
    print(
        f"{len(numbers)} cases of seed {asked.seed}: {total}; {len(found)} kinds of fault in {found.total()} cases"
    )
    for kind, count in found.most_common():
        print(f"  {count} x {kind}")
    return int(bool(found))


def warmed_up() -> None:
    """Load once what every case would load anew."""
    from mfg.cli import run

    with (
        tempfile.TemporaryDirectory(prefix="mfg-fuzz-") as name,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        for line in (
            "run lenzumestrocel-phase2 -n 1 --workers 1 -o",
            "audit lenzumestrocel-phase2 examples/doses.csv --out",
        ):
            run([*line.split(), f"{name}/{line[:3]}"])
        run(["today", "lenzumestrocel-korea-today", "-n", "1", "--workers", "1"])
        for scenario in builtin("scenario"):
            run(["check", scenario])


def fewest(seed: int, number: int, changes: int, kind: str) -> Case:
    """The case with as few of its changes as are needed for what was found."""
    for few in range(1, changes):
        for keep in combinations(range(changes), few):
            case = case_of(seed, number, frozenset(keep))
            if any(_kind(answer.wrong) == kind for answer in tried(case)):
                return case
    return case_of(seed, number)


def _kind(wrong: str) -> str:
    """What is wrong without the values of this case."""
    return re.sub(r"[0-9.]+(e[+-]?[0-9]+)?|'[^']*'", "_", wrong.splitlines()[0])[:160] if wrong else ""


def tried(case: Case) -> list[Answer]:
    """What the command lines of *case* come to, one after the other; none after a check that finds faults."""
    answers: list[Answer] = []
    with tempfile.TemporaryDirectory(prefix="mfg-fuzz-") as name:
        folder = Path(name)
        stored(case, folder)
        for line in case.lines:
            answers.append(guarded(line, folder))
            if answers[-1].wrong or (line[0] == "check" and answers[-1].status):
                break
    return answers


def guarded(line: list[str], folder: Path) -> Answer:
    """Carry out one command line in a process of its own, whose time and memory are bounded."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        wrong, status = "a child that ended early", 70
        with contextlib.suppress(BaseException):
            status, wrong = carried_out(line, folder)
        os.write(writes, ascii(wrong)[1:-1][:2000].encode())
        os._exit(status)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        wrong = pipe.read().decode()
    _, ended, used = os.wait4(child, 0)
    status = os.waitstatus_to_exitcode(ended)
    shown = ascii(" ".join(line))[1:-1][:300]
    if status < 0:
        wrong = f"ended by signal {-status} after {used.ru_utime:.0f} s"
    return Answer(shown, status, wrong)


def carried_out(line: list[str], folder: Path) -> tuple[int, str]:
    """The status of a command line, and what is wrong with its answer."""
    from mfg.cli import run

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 2))
    os.chdir(folder)
    warnings.simplefilter("error")
    out, err = io.StringIO(), io.StringIO()
    try:
        if line[0] in ("run", "trace", "today") and too_much(line):
            return 0, ""
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            resource.setrlimit(resource.RLIMIT_AS, (3 * MEGABYTES << 20, 3 * MEGABYTES << 20))
            status = run(line)
    except BaseException as error:  # noqa: BLE001  whatever it is, it is what is looked for
        at = traceback.extract_tb(error.__traceback__)[-1]
        return 70, f"{type(error).__name__}: {error} at {Path(at.filename).name}:{at.lineno}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return status, judged(status, out.getvalue(), err.getvalue(), peak)


def judged(status: int, out: str, err: str, megabytes: int) -> str:
    """What is wrong with an answer that took so many *megabytes*; the empty string if nothing is."""
    if megabytes > MEGABYTES:
        return f"took {megabytes} megabytes"
    if status not in _STATED:
        return f"status {status}"
    if status == 2 and not err.startswith("mfg: "):
        return f"refused without a word: {err[:200]!r}"
    if "has the wrong shape" in err + out:
        return f"says no more than a wrong shape: {next(one for one in (err + out).splitlines() if 'wrong shape' in one)}"
    disguised = _DISGUISED.search(err)
    return f"an error in the place of a refusal: {disguised[1][:200]}" if disguised else ""


def too_much(line: list[str]) -> bool:
    """Whether a scenario may take long, since many come or it lasts for years; sound ones alone are asked."""
    from mfg.cli.given import pairs
    from mfg.errors import MfgError
    from mfg.reader.scenarios import load_scenario
    from mfg.scenario.check import expected
    from mfg.units import amount

    try:
        settings = pairs(tuple(after for before, after in pairwise(line) if before == "--set"))
        scenario = load_scenario(line[1], settings)
    except MfgError:
        return False
    many = max(expected(scenario) or 0, len(scenario.arrivals.patients))
    return many > MOST_PATIENTS or amount(scenario.horizon, "day") > MOST_DAYS


if __name__ == "__main__":
    sys.exit(main())
