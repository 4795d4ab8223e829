"""A lot in culture: fed, passaged and induced until it holds what it must; and what can go wrong with cells there."""

from __future__ import annotations

from math import ceil, inf

from simpy import Event

from mfg.calendar import DAY
from mfg.growth import Culture
from mfg.simulation.clock import First, Process
from mfg.simulation.interrupts import Lost
from mfg.simulation.laboratory import sample_at, sample_culture
from mfg.simulation.lots import CellLot
from mfg.simulation.unit import Unit
from mfg.simulation.works import Job
from mfg.works import INDUCE, LAST_PASSAGE, MEDIUM, OPERATIONS, PASSAGE


def expand(unit: Unit, lot: CellLot) -> Process:
    """Culture until the lot holds what it must serve: fed on fixed weekdays, passaged when it is dense."""
    if lot.culture is None:
        if lot.hold is None:  # nothing was isolated; a culture that is not grown has one place
            yield unit.stock.reserves(lot, 1)
        expect_breakdown(unit, lot)
        yield from incubate(unit, lot)
        lot.cells = unit.biology.yielded(lot.patient, lot.number)
    else:
        yield from grow(unit, lot)
    sample_at(unit, lot, LAST_PASSAGE)
    lot.grown = not lot.patient.recipe.induces


def grow(unit: Unit, lot: CellLot) -> Process:
    """Feed and passage until the flasks of the last passage are dense."""
    culture = lot.culture
    assert culture is not None
    while True:
        dense = culture.harvestable_at()
        if dense == inf:
            raise Lost("growth failure")
        if unit.timetable.next_medium(lot.patient, unit.now) // DAY < dense // DAY:
            yield unit.timetable.next_medium(lot.patient, unit.now)
            yield from feed(unit, lot)
            continue
        yield ceil(dense)
        if culture.is_last:
            return
        yield from replate(unit, lot, culture)


def replate(unit: Unit, lot: CellLot, culture: Culture) -> Process:
    """Detach the cells and plate them in more flasks."""
    work = lot.patient.jobs[PASSAGE]
    passage = unit.work.does(work, lot, culture.flasks)
    yield passage
    cells = culture.cells(passage.started) * lot.recovery(PASSAGE)
    unit.log.valued(passage, cells)
    culture.replate(cells, unit.now)
    survive(work, lot)
    sample_culture(unit, lot)
    if culture.is_last:
        sample_at(unit, lot, LAST_PASSAGE)


def feed(unit: Unit, lot: CellLot) -> Process:
    """Change the medium, unless the cells are to be taken today."""
    harvest = lot.due // DAY - unit.facility_of(lot.patient).day_before
    if lot.taken or lot.culture is None or (lot.grown and harvest == unit.now // DAY):
        return
    work = lot.patient.jobs[MEDIUM]
    yield unit.work.does(work, lot, lot.culture.flasks)
    survive(work, lot)
    sample_culture(unit, lot)


def incubate(unit: Unit, lot: CellLot) -> Process:
    """A culture of a stated length, with medium changed on weekdays or every so often."""
    expansion = lot.patient.recipe.expansion
    assert expansion is not None
    assert expansion.lasts is not None
    left, every = expansion.lasts, expansion.medium_every
    ends = unit.now + left
    while expansion.weekly and unit.timetable.next_medium(lot.patient, unit.now) < ends:
        yield unit.timetable.next_medium(lot.patient, unit.now)
        medium = lot.patient.jobs[MEDIUM]
        yield unit.work.does(medium, lot)
        survive(medium, lot)
        left = max(0, ends - unit.now)
    while every is not None and left > every:
        yield unit.floor.now + every
        medium = lot.patient.jobs[MEDIUM]
        yield unit.work.does(medium, lot)
        survive(medium, lot)
        left -= every
    yield unit.floor.now + left


def induce(unit: Unit, lot: CellLot) -> Process:
    """Change to the medium that changes the cells, and wait until it has."""
    work, culture = lot.patient.jobs[INDUCE], lot.culture
    yield unit.work.does(work, lot, culture.flasks if culture is not None else 0)
    survive(work, lot)
    yield from wait_in_culture(unit, lot, First(unit.floor, unit.now + lot.patient.recipe.induces))
    lot.grown = True


def wait_in_culture(unit: Unit, lot: CellLot, end: Event) -> Process:
    """Feed the lot on the days of medium changes until *end* happens; a frozen one needs no feeding."""
    while not end.processed:
        if lot.culture is None or lot.store is not None:
            yield end
        else:
            yield First(unit.floor, unit.timetable.next_medium(lot.patient, unit.now), end)
            if not end.triggered:
                yield from feed(unit, lot)


def survive(job: Job, lot: CellLot) -> None:
    """Cells were handled: now and then something gets in, or the work comes to nothing.

    Raises:
        Lost: if it came to nothing.
    """
    if job.safe:
        return
    lot.opened(job, lot)
    if lot.comes_to_nothing(job):
        raise Lost(OPERATIONS[job.name].failure)


def expect_breakdown(unit: Unit, lot: CellLot) -> None:
    """Draw when the incubator breaks down; the lot is lost if it is still in there then."""
    hazard = unit.plan.facilities[lot.patient.facility].breakdown
    if hazard:
        breaks = unit.now + unit.biology.breakdown(lot.patient, lot.number) / hazard
        unit.floor.at(ceil(breaks), lambda: unit.loses(lot, "equipment") if lot.hold is not None else None)
