"""Release in stages: samples, benches, turnaround, results, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan, nan

from simpy import Event

from mfg.calendar import DAY
from mfg.simulation import plan as p
from mfg.simulation.lots import Dosing, Lot, Made, Results
from mfg.simulation.unit import Unit

CONTAMINATION, OUT_OF_SPECIFICATION = "contamination", "out of specification"
LATER = "dosed, later positive"
HOLDS = ("formulation", "administration", "nothing")


def awaited(unit: Unit, tests: Sequence[p.Test]) -> dict[str, Results]:
    """What will wait for the results of *tests*, by what they hold up."""
    held = [test.holds for test in tests]
    return {
        what: Results(unit.floor, held.count(what)) if what in held else unit.no_results for what in HOLDS
    }


def sample_product(unit: Unit, dosing: Dosing) -> None:
    """Send samples of a formulated product to the laboratory."""
    dosing.results = awaited(unit, unit.product_tests)
    for test in unit.product_tests:
        sample(unit, dosing, dosing.batch, test)


def sample_at(unit: Unit, lot: Lot, step: str) -> None:
    """Send the samples that are taken at the end of *step*."""
    for test in unit.lot_tests:
        if test.sampled == step and test.name not in lot.sampled:
            lot.sampled.add(test.name)
            sample(unit, lot, lot, test)


def sample_culture(unit: Unit, lot: Lot, *, last: bool = False) -> None:
    """Take every in-process sample whose result would come too late if it waited for the next touch.

    The next touch that is sure is a day of medium changes on which the facility is fully open.
    """
    due = [test for test in unit.lot_tests if test.sampled == "culture" and test.name not in lot.sampled]
    later = inf
    if due and not last:
        later = unit.next_medium(lot)
        while later // DAY not in unit.booking.openings[lot.patient.facility]:
            later += DAY
    for test in due:
        if later > _latest(lot, test):
            lot.sampled.add(test.name)
            sample(unit, lot, lot, test)


def _latest(lot: Lot, test: p.Test) -> float:
    """When the culture is sampled at the latest; one working day is left for the laboratory."""
    return lot.due - test.turnaround.typical - test.benches[0].booked - DAY


def sampled_before(unit: Unit, lot: Lot) -> None:
    """A lot in progress has been sampled as far as it had to be, and nothing was found in it."""
    assert lot.culture is not None
    ahead = {"culture", "expand", "induce"} | (set() if lot.culture.is_last else {"last passage"})
    for test in unit.lot_tests:
        if test.sampled not in ahead or (test.sampled == "culture" and _latest(lot, test) < unit.now):
            lot.sampled.add(test.name)
            lot.results[test.holds].report("")


def sample(unit: Unit, made: Made, lot: Lot | None, test: p.Test, repeat: int = 0) -> None:
    """Send one sample to the laboratory; its result is reported to whatever waits for it.

    What the sample holds is decided now: contamination that comes later is not in it. A result of a product
    that another one has replaced is only written down.
    """
    subject, awaiting = made.subject, made.results
    bench = test.benches[unit.plan.facilities[made.patient.facility].laboratory]
    task = unit.does(bench, made)
    turn = made.turns[test.name] - 1
    failure, value = _verdict(unit, made, lot, test, turn)
    early = failure == CONTAMINATION
    if early and test.positive is not None:
        minutes = unit.minutes(f"time to a positive {test.name}", test.positive, made, turn)
    else:
        minutes = unit.minutes(f"turnaround of {test.name}", test.turnaround, made, turn)

    def report(_: Event) -> None:
        outcome = failure or "passed"
        unit.log.note(subject, test.activity, task.asked, task.started, unit.now, outcome, value)
        if awaiting is not made.results:
            return
        if failure == OUT_OF_SPECIFICATION and repeat < test.retests:
            sample(unit, made, lot, test, repeat + 1)
            return
        made.results[test.holds].report(failure)
        given = [dosing.over for dosing in _served(made)]
        if failure and any(given):
            unit.writes(made.subject, "fail", LATER)
        if failure and made is lot and not all(given):
            unit.loses(lot, failure)

    task.callbacks.append(lambda _: unit.floor.after(minutes).callbacks.append(report))


def _served(made: Made) -> list[Dosing]:
    """The doses that are given from it."""
    if isinstance(made, Dosing):
        return [made]
    return [dosing for dosing in made.patient.doses if made in (dosing.lot, dosing.batch)]


def _verdict(unit: Unit, made: Made, lot: Lot | None, test: p.Test, turn: int) -> tuple[str, float]:
    """Why a sample fails *test* (or the empty string), and the measured value if there is one."""
    contamination = test.reads == "contamination"
    if contamination and lot is not None and lot.contaminated:
        return CONTAMINATION, nan
    value = nan
    if test.reads == "viability" and isinstance(made, Dosing):
        value = 100 * unit.biology.viability(made.patient, made.number, unit.now - made.suspended_at)
    elif test.measured is not None:
        value = unit.value(f"{test.name} measured", test.measured, made, turn)
    if not (isnan(value) or test.within(value)):
        return OUT_OF_SPECIFICATION, value
    if test.fails and unit.happens(f"fate of {test.name}", test.fails, made, turn):
        return (CONTAMINATION if contamination else OUT_OF_SPECIFICATION), value
    return "", value
