"""Release in stages: samples, benches, turnaround, results, and what waits for them."""

from __future__ import annotations

from math import inf, nan

from mfg.calendar import DAY
from mfg.log.endings import LATER
from mfg.log.notes import FAIL
from mfg.plan.site import Test
from mfg.simulation.foreseeing import foresee, needed_by
from mfg.simulation.lots import CellLot, Dosing, Made
from mfg.simulation.unit import Unit
from mfg.simulation.works import Assay
from mfg.works import CRYOPRESERVE, EXPAND, INDUCE, ISOLATE, LAST_PASSAGE, SHIP_IN

CONTAMINATION, OUT_OF_SPECIFICATION = "contamination", "out of specification"


def sample_product(unit: Unit, dosing: Dosing) -> None:
    """Send samples of a formulated product to the laboratory."""
    dosing.results = unit.results_of(dosing.patient.of_products)
    for assay in dosing.patient.of_products.assays:
        LabSample(unit, dosing, dosing.batch, assay)


def sample_at(unit: Unit, lot: CellLot, step: str) -> None:
    """Send the samples that are taken at the end of *step*."""
    for assay in lot.patient.of_lots.assays:
        if assay.test.sampled == step and assay.name not in lot.sampled:
            lot.sampled.add(assay.name)
            LabSample(unit, lot, lot, assay)


def sample_culture(unit: Unit, lot: CellLot, *, last: bool = False) -> None:
    """Take every in-process sample whose result would come too late if it waited for the next touch.

    The next touch that is sure is a day of medium changes on which the facility is fully open.
    """
    due = [
        one
        for one in lot.patient.of_lots.assays
        if one.test.sampled == "culture" and one.name not in lot.sampled
    ]
    later = inf
    if due and not last:
        later = unit.timetable.next_medium(lot.patient, unit.now)
        days, ends = unit.timetable.openings[lot.patient.facility], unit.plan.days * DAY
        while later < ends and later // DAY not in days:
            later += DAY
    for assay in due:
        if later > _latest(lot, assay.test):
            lot.sampled.add(assay.name)
            LabSample(unit, lot, lot, assay)


def _latest(lot: CellLot, test: Test) -> float:
    """When the culture is sampled at the latest; one working day is left for the laboratory."""
    return lot.due - test.turnaround.typical - test.benches[0].booked - DAY


def sampled_before(unit: Unit, lot: CellLot, *, released: bool) -> None:
    """A lot in progress has been sampled as far as it had to be, and nothing was found in it; all of one that is *released*."""
    ahead = set() if released else {"culture", EXPAND, INDUCE, CRYOPRESERVE}
    if not released and not (lot.culture is not None and lot.culture.is_last):
        ahead.add(LAST_PASSAGE)
    if lot.begins == SHIP_IN:
        ahead.add(ISOLATE)
    for test in [assay.test for assay in lot.patient.of_lots.assays]:
        if test.sampled not in ahead or (test.sampled == "culture" and _latest(lot, test) < unit.now):
            lot.sampled.add(test.name)
            lot.results[test.holds].report(test.name, "")


class LabSample:
    """One sample on its way through the laboratory, of *made*; its result is reported to whatever waits for it.

    A sample is due on the bench when work on it must begin for the result to be in time; by that it stands in the policy's
    order. What a sample holds is decided when it is taken: contamination that comes later is not in it. A result of a
    product that another one has replaced is only written down. A result out of specification may be had tested again.
    """

    def __init__(self, unit: Unit, made: Made, lot: CellLot | None, assay: Assay, repeat: int = 0) -> None:
        self.unit, self.made, self.lot, self.assay, self.repeat = unit, made, lot, assay, repeat
        self.subject, self.awaiting = made.subject, made.results
        bench = assay.benches[unit.facility_of(made.patient).laboratory]
        begins = needed_by(unit, made, assay.test.holds) - round(assay.test.turnaround.typical) - bench.booked
        self.task = unit.work.does(bench, made, rank=unit.work.rank(made, begins))
        self.turn = made.turns[assay.name]
        self.failure, self.value = self._verdict()
        self.task.callbacks.append(self.incubate)
        if made is lot:
            lot.tested[assay.name] = self.task
            foresee(unit, lot, assay)

    def incubate(self, _: object) -> None:
        """The bench work is done; the result follows after its turnaround, sooner where contamination shows early."""
        made, draws, floor = self.made, self.assay.turnaround, self.unit.floor
        if self.failure == CONTAMINATION and self.assay.positive is not None:
            draws = self.assay.positive
        floor.at(floor.now + draws(made.patient.index, made.number, self.turn), self.report)
        if made is self.lot and self.awaiting is made.results:
            foresee(self.unit, self.lot, self.assay)

    def report(self) -> None:
        """The result is in."""
        unit, made, failure, test = self.unit, self.made, self.failure, self.assay.test
        task, now = self.task, unit.floor.now
        unit.log.note(
            self.subject, test.activity, task.asked, task.started, now, failure or "passed", self.value
        )
        if self.awaiting is not made.results:
            return
        if failure == OUT_OF_SPECIFICATION and self.repeat < test.retests:
            LabSample(unit, made, self.lot, self.assay, self.repeat + 1)
            return
        made.results[test.holds].report(test.name, failure)
        if failure:
            given = [dosing.over for dosing in _served(made)]
            if any(given):
                unit.writes(made.subject, FAIL, LATER)
            if made is self.lot and not all(given):
                unit.loses(self.lot, failure)

    def _verdict(self) -> tuple[str, float]:
        """Why the sample fails the test (or the empty string), and the measured value if there is one."""
        made, lot, assay, value = self.made, self.lot, self.assay, nan
        if assay.contamination and lot is not None and lot.contaminated:
            return CONTAMINATION, nan
        if assay.viability and isinstance(made, Dosing):
            age = self.unit.now - made.suspended_at
            value = 100 * self.unit.biology.viability(made.patient, made.number, age)
        elif assay.measured is not None:
            value = assay.measured(made.patient.index, made.number, self.turn)
        if value < assay.test.least or value > assay.test.most:
            return OUT_OF_SPECIFICATION, value
        if assay.fails is not None and assay.fails(made.patient.index, made.number, self.turn):
            return (CONTAMINATION if assay.contamination else OUT_OF_SPECIFICATION), value
        return "", value


def _served(made: Made) -> list[Dosing]:
    """The doses that are given from it."""
    if isinstance(made, Dosing):
        return [made]
    return [dosing for dosing in made.patient.doses if made in (dosing.lot, dosing.batch)]
