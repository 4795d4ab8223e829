"""A lot's way: from the collection to cells that wait for their formulation, or to a bank of frozen ones."""

from __future__ import annotations

from math import ceil, inf

from simpy import Event, Interrupt

from mfg.calendar import DAY
from mfg.growth import Culture
from mfg.log.endings import SPENT, TOO_OLD
from mfg.plan import sizing
from mfg.simulation.clock import First, Process
from mfg.simulation.deciding import observe
from mfg.simulation.freezing import freeze, take_out, unserved, waiting_for
from mfg.simulation.gathering import collect_once, gather
from mfg.simulation.laboratory import sample_at, sample_culture
from mfg.simulation.lots import Dosing, Lost, Lot
from mfg.simulation.planning import resize
from mfg.simulation.replacing import Begun, complete, replace
from mfg.simulation.unit import Unit
from mfg.simulation.visits import float_in
from mfg.simulation.works import Job
from mfg.works import (
    COLLECT,
    CRYOPRESERVE,
    EXPAND,
    INDUCE,
    ISOLATE,
    LAST_PASSAGE,
    MEDIUM,
    OPERATIONS,
    PASSAGE,
    RELEASE,
    SHIP_IN,
    THAW,
)

FROZEN = "frozen"  # where one begins of which nothing is left to be made


def begin(unit: Unit, lot: Lot) -> None:
    """Begin the making of *lot*."""
    lot.process = unit.begin(lot.patient, unless_lost(unit, lot, make(unit, lot)))


def begin_thaw(unit: Unit, dosing: Dosing) -> None:
    """Begin to wait for the day on which the cells of a dose are taken from its bank."""
    batch = dosing.batch
    assert batch is not None
    batch.process = unit.begin(dosing.patient, unless_lost(unit, batch, thaw(unit, dosing, batch)))


def unless_lost(unit: Unit, lot: Lot, story: Process) -> Process:
    """Let *story* go on until the lot is lost or the patient leaves; then its places are free."""
    try:
        yield from story
    except Lost as lost:
        lose(unit, lot, lost.cause)
    except Interrupt as stopped:
        if isinstance(stopped.cause, Lost):
            lose(unit, lot, stopped.cause.cause)
    unit.frees(lot)


def lose(unit: Unit, lot: Lot, cause: str) -> None:
    """A lot is lost; begin what replaces it."""
    begin_all(unit, replace(unit, lot, cause))


def fill_up(unit: Unit, bank: Lot) -> None:
    """The containers of *bank* are counted: begin another for the doses that it will not serve, unless that waits.

    Raises:
        Lost: if it is just frozen and serves no dose at all.
    """
    if unit.plan.policy.short_bank != "at freezing":
        return
    waiting, short = waiting_for(bank), unserved(unit, bank)
    if waiting and len(short) == len(waiting) and not bank.thawed:
        raise Lost(SPENT)
    begin_all(unit, complete(unit, bank, short))


def begin_all(unit: Unit, begun: Begun) -> None:
    """Begin the lots that are to be made, and wait to thaw for the doses that are to be thawed."""
    fresh, thaws = begun
    for one in fresh:
        begin(unit, one)
    for dosing in thaws:
        begin_thaw(unit, dosing)


def make(unit: Unit, lot: Lot) -> Process:
    """The steps of the recipe from where the lot begins, until its cells are taken.

    Raises:
        Lost: at the step at which the lot fails.
    """
    recipe = lot.patient.recipe
    steps = [COLLECT, SHIP_IN, *recipe.making, FROZEN]
    for step in steps[steps.index(lot.begins) : -1]:
        yield from _STEPS[step](unit, lot)
        if step == COLLECT and not lot.target:
            return  # marrow is taken in every arm, and nothing is made for this one
        sample_at(unit, lot, step)
    if recipe.bank is not None and lot.parent is None:
        if lot.begins != FROZEN:
            yield from freeze(unit, lot)
            survive(unit, lot.patient.jobs[CRYOPRESERVE], lot)
            sample_at(unit, lot, CRYOPRESERVE)
        fill_up(unit, lot)
    yield from release(unit, lot)
    lot.ready.succeed()
    while lot.store is None and lot.culture is not None and not lot.taken:
        yield unit.next_medium(lot)
        yield from feed(unit, lot)
    yield Event(unit.floor)  # what is ready waits: it is taken or lost, or the patient's way is over


def collect(unit: Unit, lot: Lot) -> Process:
    """Take the starting material, at its appointment."""
    if not lot.patient.recipe.collects:
        return
    if lot.collection is not None:
        yield from unit.reach(lot.collection)
        lot.collected_at = unit.now
    if lot.patient.recipe.collecting is not None:
        yield from gather(unit, lot)
    else:
        lot.marrow = unit.biology.volume(lot.patient, lot.number)
        lot.collected_at = yield from collect_once(unit, lot, lot.collection, lot.marrow)
        if unit.comes_to_nothing(lot.patient.jobs[COLLECT], lot):
            raise Lost(OPERATIONS[COLLECT].failure)
        if unit.contaminated is not None:
            lot.contaminated = lot.tainted = unit.contaminated(lot.patient.index, lot.number)
    observe(unit, lot.patient, "collection", lot.number)
    if lot.target:
        resize(unit, lot)


def bring_in(unit: Unit, lot: Lot) -> Process:
    """Bring what was collected to the facility, unless it is there."""
    if not lot.patient.recipe.collects or lot.received:
        return
    if not (yield from unit.ships(lot, SHIP_IN, lot.left)):
        raise Lost("cold chain")


def isolate(unit: Unit, lot: Lot) -> Process:
    """Reserve the places that the lot will need at its largest, then separate and plate its cells.

    Raises:
        Lost: if the marrow cannot be used while it keeps.
    """
    recipe, facility, keeps = lot.patient.recipe, unit.facility_of(lot.patient), _keeps(lot)
    if recipe.expansion is not None:
        hold = unit.reserves(lot, sizing.flasks_for(recipe, facility, lot.target))
        yield hold if keeps is None else First(unit.floor, keeps + 1, hold)
        if not hold.triggered:
            raise Lost(TOO_OLD)
    mononuclear, founders = lot.marrow, 0.0
    if recipe.collecting is None:
        mononuclear, founders = unit.biology.marrow(lot.patient, lot.number, lot.marrow)
    work = lot.patient.jobs[ISOLATE]
    task = unit.does(work, lot, value=mononuclear, due=keeps)
    if keeps is not None and not (yield from unit.begins(task, by=keeps)):
        raise Lost(TOO_OLD)
    yield task
    lot.isolated = True
    if recipe.collecting is not None:
        lot.cells = lot.marrow * unit.recovery(ISOLATE, lot)
        unit.log.valued(task, lot.cells)
    survive(unit, work, lot)
    if lot.hold is not None and recipe.cultivation is not None:
        until = recipe.bank.after_passage if recipe.bank is not None else None
        lot.culture = unit.biology.culture(lot.patient, lot.number, lot.hold.units, until)
        lot.culture.plate(mononuclear, founders, unit.now)
        expect_breakdown(unit, lot)


def _keeps(lot: Lot) -> int | None:
    """Until when marrow that was just collected can be isolated; None if nobody says, or if it was before."""
    within = lot.patient.recipe.within
    return None if within is None or lot.begins == ISOLATE else lot.collected_at + within


def expand(unit: Unit, lot: Lot) -> Process:
    """Culture until the lot holds what it must serve: fed on fixed weekdays, passaged when it is dense."""
    if lot.culture is None:
        yield from incubate(unit, lot)
        lot.cells = unit.biology.yielded(lot.patient, lot.number)
    else:
        yield from grow(unit, lot)
    sample_at(unit, lot, LAST_PASSAGE)
    lot.grown = not lot.patient.recipe.induces


def grow(unit: Unit, lot: Lot) -> Process:
    """Feed and passage until the flasks of the last passage are dense."""
    culture = lot.culture
    assert culture is not None
    while True:
        dense = culture.harvestable_at()
        if dense == inf:
            raise Lost("growth failure")
        if unit.next_medium(lot) // DAY < dense // DAY:
            yield unit.next_medium(lot)
            yield from feed(unit, lot)
            continue
        yield ceil(dense)
        if culture.is_last:
            return
        yield from replate(unit, lot, culture)


def replate(unit: Unit, lot: Lot, culture: Culture) -> Process:
    """Detach the cells and plate them in more flasks."""
    work = lot.patient.jobs[PASSAGE]
    passage = unit.does(work, lot, culture.flasks)
    yield passage
    cells = culture.cells(passage.started) * unit.recovery(PASSAGE, lot)
    unit.log.valued(passage, cells)
    culture.replate(cells, unit.now)
    survive(unit, work, lot)
    sample_culture(unit, lot)
    if culture.is_last:
        sample_at(unit, lot, LAST_PASSAGE)


def feed(unit: Unit, lot: Lot) -> Process:
    """Change the medium, unless the cells are to be taken today."""
    if lot.taken or lot.culture is None or (lot.grown and unit.harvest_day(lot) == unit.now // DAY):
        return
    work = lot.patient.jobs[MEDIUM]
    yield unit.does(work, lot, lot.culture.flasks)
    survive(unit, work, lot)
    sample_culture(unit, lot)


def incubate(unit: Unit, lot: Lot) -> Process:
    """A culture of a stated length, with medium changed on weekdays or every so often."""
    expansion = lot.patient.recipe.expansion
    assert expansion is not None
    assert expansion.lasts is not None
    ends, every = unit.now + expansion.lasts, expansion.medium_every
    left = expansion.lasts
    while expansion.weekly and unit.next_medium(lot) < ends:
        yield unit.next_medium(lot)
        medium = lot.patient.jobs[MEDIUM]
        yield unit.does(medium, lot)
        survive(unit, medium, lot)
        left = max(0, ends - unit.now)
    while every is not None and left > every:
        yield unit.floor.now + every
        medium = lot.patient.jobs[MEDIUM]
        yield unit.does(medium, lot)
        survive(unit, medium, lot)
        left -= every
    yield unit.floor.now + left


def induce(unit: Unit, lot: Lot) -> Process:
    """Change to the medium that changes the cells, and wait until it has."""
    work, culture = lot.patient.jobs[INDUCE], lot.culture
    yield unit.does(work, lot, culture.flasks if culture is not None else 0)
    survive(unit, work, lot)
    yield from wait_in_culture(unit, lot, First(unit.floor, unit.now + lot.patient.recipe.induces))
    lot.grown = True


def release(unit: Unit, lot: Lot) -> Process:
    """Wait for the results that hold up the formulation, and go on feeding meanwhile."""
    sample_culture(unit, lot, last=lot.culture is None or lot.store is not None)
    yield from wait_in_culture(unit, lot, lot.results["formulation"])
    unit.writes(lot.subject, RELEASE)
    if lot.patient.arm.floating:
        for dosing in lot.patient.doses:
            if lot in (dosing.lot, dosing.batch):
                float_in(unit, lot.patient, RELEASE, dosing.dose.name)


def wait_in_culture(unit: Unit, lot: Lot, end: Event) -> Process:
    """Feed the lot on the days of medium changes until *end* happens; a frozen one needs no feeding."""
    while not end.processed:
        if lot.culture is None or lot.store is not None:
            yield end
        else:
            yield First(unit.floor, unit.next_medium(lot), end)
            if not end.triggered:
                yield from feed(unit, lot)


def thaw(unit: Unit, dosing: Dosing, batch: Lot) -> Process:
    """Wait for the bank and for the day, take what the dose needs, and let it grow again if the recipe says so."""
    bank, terms = batch.parent, dosing.patient.recipe.bank
    assert bank is not None
    assert terms is not None
    yield bank.ready
    early = 0 if terms.recovers is None else terms.recovers + DAY
    while dosing.booked is not None and unit.now < unit.formulation(dosing)[0] - early:
        yield unit.formulation(dosing)[0] - early
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


def recover(unit: Unit, batch: Lot) -> Process:
    """Thaw and plate what was frozen; it is one passage older than its bank."""
    recipe, work = batch.patient.recipe, batch.patient.jobs[THAW]
    bank = recipe.bank
    assert bank is not None
    assert bank.after_passage is not None
    yield unit.reserves(batch, sizing.flasks_for(recipe, unit.facility_of(batch.patient), batch.target))
    task = unit.does(work, batch)
    yield task
    cells = sum(batch.contents) * unit.recovery(THAW, batch)
    unit.log.valued(task, cells)
    survive(unit, work, batch)
    assert batch.hold is not None
    batch.contents = []
    batch.culture = unit.biology.culture(batch.patient, batch.number, batch.hold.units)
    batch.culture.passage = bank.after_passage
    batch.culture.replate(cells, unit.now)
    expect_breakdown(unit, batch)


def survive(unit: Unit, job: Job, lot: Lot) -> None:
    """Cells were handled: now and then something gets in, or the work comes to nothing.

    Raises:
        Lost: if it came to nothing.
    """
    if job.safe:
        return
    unit.opened(job, lot, lot)
    if unit.comes_to_nothing(job, lot):
        raise Lost(OPERATIONS[job.name].failure)


def expect_breakdown(unit: Unit, lot: Lot) -> None:
    """Let the incubator break down under the lot, if that is its luck."""
    hazard = unit.plan.facilities[lot.patient.facility].breakdown
    if hazard:
        breaks = unit.now + unit.biology.breakdown(lot.patient, lot.number) / hazard
        unit.floor.at(ceil(breaks), lambda: unit.loses(lot, "equipment") if lot.hold is not None else None)


_STEPS = {COLLECT: collect, SHIP_IN: bring_in, ISOLATE: isolate, EXPAND: expand, INDUCE: induce}
