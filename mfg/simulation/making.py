"""A lot's way: from the collection to cells that wait for their formulation, or to a bank of frozen ones."""

from __future__ import annotations

from simpy import Event, Interrupt

from mfg.calendar import DAY
from mfg.log.endings import SPENT, TOO_OLD
from mfg.plan import sizing
from mfg.simulation.clock import First, Process
from mfg.simulation.culturing import expand, expect_breakdown, feed, induce, survive, wait_in_culture
from mfg.simulation.deciding import observe
from mfg.simulation.freezing import freeze, take_out, unserved, waiting_for
from mfg.simulation.gathering import collect_once, gather
from mfg.simulation.interrupts import Lost
from mfg.simulation.laboratory import sample_at, sample_culture
from mfg.simulation.lots import CellLot, Dosing
from mfg.simulation.planning import resize
from mfg.simulation.procedures import reach
from mfg.simulation.replacing import Replacement, complete, replace
from mfg.simulation.unit import Unit
from mfg.simulation.visits import float_in
from mfg.works import COLLECT, CRYOPRESERVE, EXPAND, INDUCE, ISOLATE, OPERATIONS, RELEASE, SHIP_IN, THAW

BANKED = "frozen"  # where one begins of which nothing is left to be made


def begin(unit: Unit, lot: CellLot) -> None:
    """Begin the making of *lot*."""
    lot.process = unit.begin(lot.patient, unless_lost(unit, lot, make(unit, lot)))


def begin_thaw(unit: Unit, dosing: Dosing) -> None:
    """Begin to wait for the day on which the cells of a dose are taken from its bank."""
    batch = dosing.batch
    assert batch is not None
    batch.process = unit.begin(dosing.patient, unless_lost(unit, batch, thaw(unit, dosing, batch)))


def unless_lost(unit: Unit, lot: CellLot, story: Process) -> Process:
    """Run *story* until it ends, the lot is lost or taken, or the patient leaves; then free the lot's places."""
    try:
        yield from story
    except Lost as lost:
        lose(unit, lot, lost.cause)
    except Interrupt as stopped:
        if isinstance(stopped.cause, Lost):  # else its cells were taken, or nobody is to have them
            lose(unit, lot, stopped.cause.cause)
    unit.stock.frees(lot)


def lose(unit: Unit, lot: CellLot, cause: str) -> None:
    """A lot is lost; begin what replaces it."""
    begin_all(unit, replace(unit, lot, cause))


def fill_up(unit: Unit, bank: CellLot) -> None:
    """Count the containers of *bank*, and begin another one for the doses that it cannot serve, if the policy does so now.

    Raises:
        Lost: if it is just frozen and serves no dose at all.
    """
    if unit.plan.policy.short_bank != "at freezing":
        return
    waiting, short = waiting_for(bank), unserved(unit, bank)
    if waiting and len(short) == len(waiting) and not bank.thawed:
        raise Lost(SPENT)
    begin_all(unit, complete(unit, bank, short))


def begin_all(unit: Unit, begun: Replacement) -> None:
    """Begin the lots that are to be made, and wait to thaw for the doses that are to be thawed."""
    fresh, thaws = begun
    for one in fresh:
        begin(unit, one)
    for dosing in thaws:
        begin_thaw(unit, dosing)


def make(unit: Unit, lot: CellLot) -> Process:
    """The steps of the recipe from where the lot begins, until its cells are taken.

    Raises:
        Lost: at the step at which the lot fails.
    """
    recipe = lot.patient.recipe
    steps = [COLLECT, SHIP_IN, *recipe.making, BANKED]
    for step in steps[steps.index(lot.begins) : -1]:
        yield from _STEPS[step](unit, lot)
        if step == COLLECT and not lot.target:
            return  # marrow is taken in every arm, and nothing is made for this one
        sample_at(unit, lot, step)
    if recipe.bank is not None and lot.parent is None:
        if lot.begins != BANKED:
            yield from freeze(unit, lot)
            survive(lot.patient.jobs[CRYOPRESERVE], lot)
            sample_at(unit, lot, CRYOPRESERVE)
        fill_up(unit, lot)
    yield from release(unit, lot)
    lot.ready.succeed()
    while lot.store is None and lot.culture is not None and not lot.taken:
        yield unit.timetable.next_medium(lot.patient, unit.now)
        yield from feed(unit, lot)
    yield Event(unit.floor)  # what is ready waits: it is taken or lost, or the patient's way is over


def collect(unit: Unit, lot: CellLot) -> Process:
    """Take the starting material, at its appointment."""
    if not lot.patient.recipe.collects:
        return
    if lot.collection is not None:
        yield from reach(unit, lot.collection)
        lot.collected_at = unit.now  # so that it is not moved with its dose any more; the true minute follows
    if lot.patient.recipe.collecting is not None:
        yield from gather(unit, lot)
    else:
        lot.marrow = unit.biology.volume(lot.patient, lot.number)
        lot.collected_at = yield from collect_once(unit, lot, lot.collection, lot.marrow)
        if lot.comes_to_nothing(lot.patient.jobs[COLLECT]):
            raise Lost(OPERATIONS[COLLECT].failure)
        if unit.contaminated is not None:
            lot.contaminated = lot.tainted = unit.contaminated(lot.patient.index, lot.number)
    observe(unit, lot.patient, "collection", lot.number)
    if lot.target:
        resize(unit, lot)


def bring_in(unit: Unit, lot: CellLot) -> Process:
    """Bring what was collected to the facility, unless it is there."""
    if not lot.patient.recipe.collects or lot.received:
        return
    if not (yield from unit.work.ships(lot, SHIP_IN, lot.left)):
        raise Lost("cold chain")


def isolate(unit: Unit, lot: CellLot) -> Process:
    """Reserve the places that the lot will need at its largest, then separate and plate its cells.

    Raises:
        Lost: if the marrow cannot be used while it keeps.
    """
    recipe, facility, keeps = lot.patient.recipe, unit.facility_of(lot.patient), _keeps(lot)
    if recipe.expansion is not None:
        hold = unit.stock.reserves(lot, sizing.flasks_for(recipe, facility, lot.target))
        yield hold if keeps is None else First(unit.floor, keeps + 1, hold)
        if not hold.triggered:
            raise Lost(TOO_OLD)
    mononuclear, founders = lot.marrow, 0.0
    if recipe.collecting is None:
        mononuclear, founders = unit.biology.marrow(lot.patient, lot.number, lot.marrow)
    work = lot.patient.jobs[ISOLATE]
    task = unit.work.does(work, lot, value=mononuclear, due=keeps)
    if keeps is not None and not (yield from unit.work.begins(task, by=keeps)):
        raise Lost(TOO_OLD)
    yield task
    lot.isolated = True
    if recipe.collecting is not None:
        lot.cells = lot.marrow * lot.recovery(ISOLATE)
        unit.log.valued(task, lot.cells)
    survive(work, lot)
    if lot.hold is not None and recipe.cultivation is not None:
        until = recipe.bank.after_passage if recipe.bank is not None else None
        lot.culture = unit.biology.culture(lot.patient, lot.number, lot.hold.units, until)
        lot.culture.plate(mononuclear, founders, unit.now)
        expect_breakdown(unit, lot)


def _keeps(lot: CellLot) -> int | None:
    """Until when marrow that was just collected can be isolated; None if nobody says, or if it was before."""
    within = lot.patient.recipe.within
    return None if within is None or lot.begins == ISOLATE else lot.collected_at + within


def release(unit: Unit, lot: CellLot) -> Process:
    """Wait for the results that hold up the formulation, and go on feeding meanwhile."""
    sample_culture(unit, lot, last=lot.culture is None or lot.store is not None)
    yield from wait_in_culture(unit, lot, lot.results["formulation"])
    unit.writes(lot.subject, RELEASE)
    if lot.patient.arm.floating:
        for dosing in lot.patient.doses:
            if lot in (dosing.lot, dosing.batch):
                float_in(unit, lot.patient, RELEASE, dosing.dose.name)


def thaw(unit: Unit, dosing: Dosing, batch: CellLot) -> Process:
    """Wait for the bank and for the day, take what the dose needs, and let it grow again if the recipe says so."""
    bank, terms = batch.parent, dosing.patient.recipe.bank
    assert bank is not None
    assert terms is not None
    yield bank.ready
    early = 0 if terms.recovers is None else terms.recovers + DAY
    while dosing.booked is not None and unit.now < unit.timetable.formulation(dosing)[0] - early:
        yield unit.timetable.formulation(dosing)[0] - early  # by then the dose may have moved
    if bank.failed or dosing.batch is not batch:
        return  # the dose has found its cells elsewhere
    if not take_out(unit, dosing, bank, batch):
        lose(unit, bank, SPENT)
        return
    fill_up(unit, bank)
    batch.contaminated = bank.contaminated
    if terms.recovers is not None:
        yield from recover(unit, batch)
        yield from make(unit, batch)
    else:
        batch.ready.succeed()


def recover(unit: Unit, batch: CellLot) -> Process:
    """Thaw and plate what was frozen; it is one passage older than its bank."""
    recipe, work = batch.patient.recipe, batch.patient.jobs[THAW]
    bank = recipe.bank
    assert bank is not None
    assert bank.after_passage is not None
    yield unit.stock.reserves(batch, sizing.flasks_for(recipe, unit.facility_of(batch.patient), batch.target))
    task = unit.work.does(work, batch)
    yield task
    cells = sum(batch.contents) * batch.recovery(THAW)
    unit.log.valued(task, cells)
    survive(work, batch)
    assert batch.hold is not None
    batch.contents = []
    batch.culture = unit.biology.culture(batch.patient, batch.number, batch.hold.units)
    batch.culture.passage = bank.after_passage
    batch.culture.replate(cells, unit.now)
    expect_breakdown(unit, batch)


_STEPS = {COLLECT: collect, SHIP_IN: bring_in, ISOLATE: isolate, EXPAND: expand, INDUCE: induce}
