"""Engines that are broken on purpose: ``python -m tests.mutants`` shows which test notices each of them.

A mutant replaces one piece of text in one file of a copy of the project. Every one must be caught, and the
same tests must pass on the copy as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import frozen

from tests.conftest import DATA

ROOT = Path(__file__).parent.parent
COPIED = ("mfg", "tests", "examples", "lessons", *DATA, "pyproject.toml")
AT_ONCE = 2
PATIENCE = 300  # seconds for one mutant

CLOCK, FLOOR, GRANTS = "tests/test_clock.py", "tests/test_floor.py", "tests/test_grants.py"
SECOND, AMPLE, CONTROLS = "tests/test_second_opinion.py", "tests/test_ample.py", "tests/test_controls.py"
DRAWS, GROWTH, CALENDAR = "tests/test_draws.py", "tests/test_growth.py", "tests/test_calendar.py"
FIGURES, STATED = "tests/test_figures.py", "tests/test_what_happens.py"
HAND, WHOLE = "tests/test_timeline.py", "tests/test_simulation.py"


@frozen
class Mutant:
    """A fault by name: in `file`, `text` becomes `instead`; one of `tests` is to notice it."""

    name: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]

    def of(self, root: Path) -> str:
        """The broken file.

        Raises:
            LookupError: if the text is not there exactly once.
        """
        whole = (root / "mfg" / self.file).read_text(encoding="utf-8")
        if whole.count(self.text) != 1 or self.text == self.instead:
            raise LookupError(
                f"{self.name}: mfg/{self.file} has {self.text!r} {whole.count(self.text)} times"
            )
        return whole.replace(self.text, self.instead)


MUTANTS = (
    Mutant(
        "one unit more than there is",
        "simulation/grants.py",
        "capacity = floor.capacities[resource]",
        "capacity = floor.capacities[resource] + 1",
        (FLOOR,),
    ),
    Mutant(
        "last come, first served",
        "simulation/workplace.py",
        "return (self._floor.now, due, made.patient.index)",
        "return (-self._floor.now, due, made.patient.index)",
        (SECOND,),
    ),
    Mutant(
        "waits are work",
        "simulation/log.py",
        "task.asked, task.started, finished, 0, value",
        "task.asked, task.asked, finished, 0, value",
        (SECOND,),
    ),
    Mutant(
        "the slowest decline first",
        "simulation/workplace.py",
        "int(made.patient.decline * 1e6)",
        "int(-made.patient.decline * 1e6)",
        (f"{CONTROLS}::test_a_line_moves_in_the_order_of_the_policy",),
    ),
    Mutant(
        "the due date is no rank",
        "simulation/workplace.py",
        "return (due, made.patient.index)",
        "return (self._floor.now, made.patient.index)",
        (f"{CONTROLS}::test_a_line_moves_in_the_order_of_the_policy",),
    ),
    Mutant(
        "the first resource never comes back",
        "simulation/grants.py",
        "self.free += task.need.takes",
        "self.free += task.need.takes & ~self.fields[min(self.fields)][1]",
        (FLOOR,),
    ),
    Mutant(
        "who left still waits",
        "simulation/floor.py",
        "elif any(entry[1] is task for entry in need.line):",
        "elif task in need.line:",
        (FLOOR,),
    ),
    Mutant(
        "closing time is ignored",
        "simulation/needs.py",
        "now + booked <= self.closes",
        "now <= self.closes",
        (FLOOR,),
    ),
    Mutant(
        "work must end before closing and not at it",
        "simulation/needs.py",
        "now + booked <= self.closes",
        "now + booked < self.closes",
        (FLOOR,),
    ),
    Mutant(
        "nobody is called in the morning",
        "simulation/grants.py",
        "floor.at(alarm, self.touch)",
        "pass",
        (FLOOR,),
    ),
    Mutant(
        "a claim never lapses",
        "simulation/grants.py",
        "return other.need.closing(start) - other.booked + 1",
        "return FOREVER",
        (GRANTS,),
    ),
    Mutant(
        "free overtaking",
        "simulation/grants.py",
        "return other.need.closing(start) - other.booked + 1",
        "return -1",
        (FLOOR,),
    ),
    Mutant(
        "nobody passes a head that waits",
        "simulation/grants.py",
        "if now + task.booked > start and any(",
        "if start < FOREVER or any(",
        (FLOOR,),
    ),
    Mutant(
        "what is overdue is to spare",
        "simulation/grants.py",
        "spare[resource] += units if work.ends > now else 0",
        "spare[resource] += units",
        (GRANTS,),
    ),
    Mutant(
        "no clearance",
        "simulation/grants.py",
        "if self.clearance:",
        "if self.clearance < 0:",
        (FLOOR,),
    ),
    Mutant(
        "holds pass each other",
        "simulation/holds.py",
        "heappush(self.line, (hold.rank, hold))",
        "heappush(self.line, ((hold.units, *hold.rank), hold))",
        (FLOOR,),
    ),
    Mutant(
        "the incubator keeps a place",
        "simulation/stock.py",
        "self.incubators[place].give_back(hold)",
        "self.incubators[place].give_back(hold, hold.units - 1)",
        (HAND,),
    ),
    Mutant(
        "who was interrupted is woken again",
        "simulation/clock.py",
        "self.env.forget(self.target, self._goes_on)",
        "pass",
        (CLOCK,),
    ),
    Mutant(
        "an interrupt waits for its turn",
        "simulation/clock.py",
        "self.env.urgent.append(partial(self._interrupted, Interrupt(cause)))",
        "self.env.at(self.env.now, partial(self._interrupted, Interrupt(cause)))",
        (CLOCK,),
    ),
    Mutant(
        "a lot that is induced is left alone",
        "simulation/culturing.py",
        "if not end.triggered:",
        "if end is None:",
        ("tests/test_scenarios.py::test_a_lot_of_nurown_is_tended_while_it_is_induced",),
    ),
    Mutant(
        "all patients have the same luck",
        "simulation/draws.py",
        "_of_patient(patient) for patient in patients",
        'digest("patient") for _ in patients',
        (DRAWS,),
    ),
    Mutant(
        "every replication has the same luck",
        "simulation/draws.py",
        'f"{seed}/{replication}/"',
        'f"{seed}/"',
        (DRAWS,),
    ),
    Mutant(
        "a new patient changes everybody's luck",
        "simulation/draws.py",
        "digest(self._root + decision)",
        'digest(f"{self._root}{decision}/{len(self._low)}")',
        (f"{CONTROLS}::test_another_patient_changes_nobody_elses_records",),
    ),
    Mutant(
        "a second time has the luck of the first",
        "simulation/lots.py",
        "self.turns[name] = self.turns.get(name, -1) + 1",
        "self.turns[name] = 0",
        (SECOND,),
    ),
    Mutant(
        "durations are cut and not rounded",
        "simulation/draws.py",
        "inverse(u) + 0.5,",
        "inverse(u),",
        (AMPLE,),
    ),
    Mutant(
        "the variance of a normal for its deviation",
        "quantiles.py",
        "mean + sd * normal_quantile(",
        "mean + sd**2 * normal_quantile(",
        (DRAWS,),
    ),
    Mutant(
        "the variance of a log-normal for its deviation",
        "quantiles.py",
        "log(shape.spread), low, high",
        "log(shape.spread) ** 2, low, high",
        (DRAWS,),
    ),
    Mutant(
        "the rate of an exponential for its mean",
        "quantiles.py",
        "-mean * log1p(-share)",
        "-log1p(-share) / mean",
        (DRAWS,),
    ),
    Mutant(
        "the warm-up counts",
        "results/occupancy.py",
        "first, last = plan.warm_up, plan.horizon",
        "first, last = 0, plan.horizon",
        (f"{CONTROLS}::test_the_warm_up_is_not_counted",),
    ),
    Mutant(
        "patients of the warm-up count",
        "results/indicators.py",
        "(first >= plan.warm_up)",
        "(first >= 0)",
        (f"{CONTROLS}::test_the_warm_up_is_not_counted",),
    ),
    Mutant(
        "all ways are as long as the first",
        "simulation/works.py",
        "Transport(name, leg, luck)",
        "Transport(name, next(iter(plan.legs.values())), luck)",
        (f"{CONTROLS}::test_every_way_has_its_own_length",),
    ),
    Mutant(
        "a product is given past its expiry",
        "simulation/giving.py",
        "by = dosing.suspended_at + recipe.use_within",
        "by = dosing.suspended_at + recipe.use_within + 60",
        (f"{WHOLE}::test_luck_that_is_too_long_lets_a_product_expire",),
    ),
    Mutant(
        "cells double when they are moved",
        "growth.py",
        "self.seeded, self.since = cells, now",
        "self.seeded, self.since = 2 * cells, now",
        (GROWTH,),
    ),
    Mutant(
        "cells double for ever",
        "growth.py",
        "if needed > self.limit - self.doubled:",
        "if needed == inf:",
        (GROWTH,),
    ),
    Mutant(
        "contamination is never noticed",
        "simulation/laboratory.py",
        "lot is not None and lot.contaminated:",
        "lot is None:",
        (f"{CONTROLS}::test_nobody_is_given_cells_from_contaminated_marrow",),
    ),
    Mutant(
        "marrow is always clean",
        "simulation/unit.py",
        '"contaminated marrow", plan.people.contaminated',
        '"contaminated marrow", 0.0',
        (f"{CONTROLS}::test_nobody_is_given_cells_from_contaminated_marrow",),
    ),
    Mutant(
        "a result counts for the next product",
        "simulation/laboratory.py",
        "if self.awaiting is not made.results:",
        "if self.awaiting is None:",
        (SECOND,),
    ),
    Mutant(
        "a product leaves before its review",
        "simulation/giving.py",
        "    yield task\n    return True",
        "    return True",
        ("tests/test_review.py",),
    ),
    Mutant(
        "what does not keep waits its turn",
        "simulation/workplace.py",
        "if due is None else (0, due, made.patient.index)",
        "if due is None else (1, *self.rank(made, made.due))",
        ("tests/test_ageing.py",),
    ),
    Mutant(
        "marrow goes by the order among what does not keep",
        "simulation/workplace.py",
        "if due is None else (0, due, made.patient.index)",
        "if due is None else (0, *self.rank(made, due))",
        (SECOND,),
    ),
    Mutant(
        "a sample is due with its product",
        "simulation/laboratory.py",
        "rank=unit.work.rank(made, begins)",
        "rank=unit.work.rank(made, made.due)",
        (SECOND,),
    ),
    Mutant(
        "a sample goes before the policy's order",
        "simulation/laboratory.py",
        "rank=unit.work.rank(made, begins)",
        "due=begins",
        (SECOND,),
    ),
    Mutant(
        "a stay takes no bed",
        "simulation/procedures.py",
        "if clinic.bed is None:",
        "if clinic.bed is not None:",
        ("tests/test_rooms.py",),
    ),
    Mutant(
        "the clinic never closes on who is at the door",
        "simulation/procedures.py",
        "by = closes - 1 if by is None else min(by, closes - 1)",
        "by = closes + 10**6 if by is None else by",
        ("tests/test_rooms.py",),
    ),
    Mutant(
        "cells are given before their results",
        "simulation/giving.py",
        'yield made.results["administration"]',
        'made.results["administration"]',
        (SECOND,),
    ),
    Mutant(
        "a lot is suspended before its results",
        "simulation/making.py",
        'yield from wait_in_culture(unit, lot, lot.results["formulation"])',
        "yield unit.until(unit.now)",
        (HAND,),
    ),
    Mutant(
        "one medium change too few",
        "simulation/culturing.py",
        "left > every",
        "left > 2 * every",
        (AMPLE,),
    ),
    Mutant(
        "medium a day late",
        "plan/compile/places.py",
        "(first + d) % 7 in weekdays",
        "(first + d - 1) % 7 in weekdays",
        (HAND,),
    ),
    Mutant(
        "open on public holidays",
        "calendar.py",
        "not in holidays.names\n        for",
        "is not None\n        for",
        (CALENDAR,),
    ),
    Mutant(
        "every lot is the first patient's",
        "simulation/planning.py",
        "subject = unit.log.subject(patient.index, number)",
        "subject = unit.log.subject(0, number)",
        (SECOND,),
    ),
    Mutant(
        "the lot of another patient is given",
        "simulation/journey.py",
        "batch, prepares = dosing.batch, dosing.patient.recipe.prepares",
        "batch, prepares = dosing.patient.lots[0], dosing.patient.recipe.prepares",
        (SECOND,),
    ),
    Mutant(
        "twice as many patients come",
        "simulation/cohort.py",
        '"arrival", 0, 1)[:, 0]) / plan.rate',
        '"arrival", 0, 1)[:, 0]) / plan.rate / 2',
        (f"{CONTROLS}::test_patients_come_at_their_rate",),
    ),
    Mutant(
        "a ninetieth percentile is a seventy-fifth",
        "results/indicators.py",
        '_waited_by("arrived_day", 0.9)',
        '_waited_by("arrived_day", 0.75)',
        (FIGURES,),
    ),
    Mutant(
        "waits are cut to whole hours",
        "results/occupancy.py",
        "[(asked & (lasted > 0))[rows]] / 60",
        "[(asked & (lasted > 0))[rows]] // 60",
        (FIGURES,),
    ),
    Mutant(
        "work that takes no time has a wait",
        "results/occupancy.py",
        "(asked & (lasted > 0))[rows]",
        "asked[rows]",
        (FIGURES,),
    ),
    Mutant(
        "one more lot a day than may be begun",
        "simulation/books.py",
        "DayBook(facility.starts, days)",
        "DayBook(facility.starts + 1, days)",
        (STATED,),
    ),
    Mutant(
        "no viable cell is lost",
        "simulation/biology.py",
        "return fresh * exp(-self._loss(patient.index, dose) / 100 * minutes / 60)",
        "return float(fresh)",
        (STATED,),
    ),
    Mutant(
        "the collections of a patient are not alike",
        "simulation/biology.py",
        "np.sqrt(alike) * own + np.sqrt(1 - alike) * each(normal_quantile, u)",
        "each(normal_quantile, u)",
        (STATED,),
    ),
    Mutant(
        "the hazard before day 0 is that after it",
        "simulation/cohort.py",
        "(self.patience - before) / people.withdraw_later",
        "(self.patience - before) / (people.withdraw or people.withdraw_later)",
        (STATED,),
    ),
)


def wrong_places(root: Path) -> Iterator[str]:
    """The mutants that no longer fit the project."""
    for mutant in MUTANTS:
        try:
            mutant.of(root)
        except LookupError as gone:
            yield str(gone)


def copied(root: Path, to: Path) -> Path:
    """A copy of the project, as far as its tests need it."""
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, to / name)
    return to


def tested(root: Path, tests: tuple[str, ...]) -> str:
    """Which of *tests* fails first in the project at *root*; the empty string if none does."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-rfE", *tests]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return "a run that does not end"
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", done.stdout, re.MULTILINE)
    return "" if done.returncode == 0 else failed[1] if failed else f"exit {done.returncode}"


def noticed(mutant: Mutant, root: Path) -> str:
    """Which test notices that a copy of the project at *root* is broken."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(root, Path(folder))
        (copy / "mfg" / mutant.file).write_text(mutant.of(root), encoding="utf-8")
        return tested(copy, mutant.tests)


def main() -> int:
    """Try every mutant, and say who noticed it; 1 if one of them went unnoticed."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        root = copied(ROOT, Path(folder))
        if gone := list(wrong_places(root)):
            print(*gone, sep="\n")
            return 1
        if failed := tested(root, tuple(dict.fromkeys(test for mutant in MUTANTS for test in mutant.tests))):
            print(f"the engine as it is fails {failed}")
            return 1
        width, missed = max(len(mutant.name) for mutant in MUTANTS), 0
        found = pool.map(lambda mutant: noticed(mutant, root), MUTANTS)
        for mutant, by in zip(MUTANTS, found, strict=True):
            print(f"{mutant.name:{width}}  {'caught by ' + by if by else 'NOT CAUGHT'}", flush=True)
            missed += not by
    print(f"{len(MUTANTS) - missed} of {len(MUTANTS)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
