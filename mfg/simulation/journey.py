"""A patient's way: from arrival to the last visit, dose by dose."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import cast

from simpy import Event, Interrupt

from mfg.calendar import DAY
from mfg.log import limits
from mfg.log.endings import COMPLETED, LEFT
from mfg.log.notes import ARRIVE, FAIL
from mfg.simulation.attending import attend, attend_when_called
from mfg.simulation.booked import Booked
from mfg.simulation.clock import First, Process
from mfg.simulation.cohort import Patient
from mfg.simulation.deciding import assess, observe
from mfg.simulation.filling import suspend
from mfg.simulation.foreseeing import awaited, expected, held_by
from mfg.simulation.giving import administer, deliver, no_room, spoil
from mfg.simulation.interrupts import Left, Taken
from mfg.simulation.laboratory import sample_product
from mfg.simulation.leaving import ends, has_had_all
from mfg.simulation.lots import CellLot, Dosing
from mfg.simulation.making import begin, begin_thaw
from mfg.simulation.planning import enrol, give_up, put_off
from mfg.simulation.procedures import procedure, reach
from mfg.simulation.stagger import turn_of
from mfg.simulation.unit import Unit
from mfg.simulation.visits import call, float_in, floats
from mfg.simulation.waiting import lacking
from mfg.works import DRAW, FORMULATE, OPERATIONS, RELEASE


def arrive(unit: Unit, patients: Iterable[Patient]) -> None:
    """Let everybody come when it is time, before whatever else happens then."""
    for patient in patients:
        unit.floor.at(patient.arrived, partial(begin_life, unit, patient))


def begin_life(unit: Unit, patient: Patient) -> None:
    """One patient, from arrival to an ending."""
    unit.begin(patient, settle(unit, patient, treat(unit, patient)))


def settle(unit: Unit, patient: Patient, story: Process) -> Process:
    """Let *story* come to its ending, whatever it is, and give back what was kept for the patient."""
    try:
        ending = yield from story
    except Interrupt as stopped:
        ending = cast("Left", stopped.cause).ending  # nothing else interrupts the patient's own story
    give_up(unit, patient)
    ends(unit, patient, ending)


def treat(unit: Unit, patient: Patient) -> Process:
    """Allocate an arm, book the course, and follow it; returns the ending."""
    unit.writes(patient.subject, ARRIVE, value=patient.weight)
    if patient.ineligible_for:
        unit.writes(patient.subject, FAIL, patient.ineligible_for)
        return "not eligible"
    observe(unit, patient, "screening")
    for name, admitted in unit.plan.admits.items():
        if name in patient.case and patient.case[name] not in admitted:
            unit.writes(patient.subject, FAIL, name)
            return "not eligible"
    if not patient.has_place:
        return "no place in a cohort"
    if patient.arm.allocated_at is None:
        unit.allocates(patient)
    if unable := enrol(unit, patient):
        return unable
    return (yield from follow(unit, patient))


def follow(unit: Unit, patient: Patient) -> Process:
    """Make the lots, give the doses, attend the visits; returns the ending."""
    for lot in patient.lots:
        begin(unit, lot)
    for dosing in patient.doses:
        if dosing.batch is not dosing.lot:
            begin_thaw(unit, dosing)
    visits = None
    if patient.arm.comes:
        visits = unit.begin(patient, attend_when_called(unit, patient))
    elif patient.visits:
        visits = unit.begin(patient, attend(unit, patient))
    for dosing in patient.doses:
        yield from give(unit, dosing)
        if dosing.over:
            float_in(unit, patient, dosing.dose.name)
        if dosing.hopeless:
            return dosing.hopeless
    has_had_all(unit, patient)
    if visits is not None:
        call(patient)
        yield visits
    return COMPLETED


def give(unit: Unit, dosing: Dosing) -> Process:
    """One dose: put off while its cells are not ready, begun again when they are lost, until given or hopeless.

    Whoever leaves when its day is over, while it is still under way, is written down.
    """
    try:
        while not (dosing.over or dosing.off):
            if dosing.draw is not None and not (yield from draw(unit, dosing, dosing.draw)):
                continue
            if not dosing.dose.product:
                if (yield from is_due(unit, dosing)):
                    yield from administer(unit, dosing)
            elif (yield from cells_are_ready(unit, dosing)) and (yield from formulate(unit, dosing)):
                yield from deliver(unit, dosing)
    except Interrupt:
        booked = dosing.booked
        if booked is not None and booked.day < unit.now // DAY and not (dosing.over or dosing.off):
            unit.writes(dosing.subject, FAIL, LEFT)
        raise


def draw(unit: Unit, dosing: Dosing, booked: Booked) -> Process:
    """Draw the vehicle at its appointment; False if the dose will be later, and another draw with it."""
    yield from reach(unit, booked, unless=dosing.revised)
    batch = dosing.batch
    if dosing.off or dosing.draw is not booked or unit.now < booked.start:
        return False
    if batch is not None and expected(unit, batch) > unit.timetable.formulation(dosing)[1]:
        put_off(unit, dosing, expected(unit, batch), awaited(unit, batch))
        return False
    if not (yield from in_turn(unit, dosing, surely=False)):
        return False
    day, revised = booked.day, dosing.revised
    # on its own day, or it would not be as far ahead of the dose as the protocol says
    by = unit.timetable.last_minute(dosing.patient, day)
    if (yield from procedure(unit, DRAW, dosing, booked, by=by, unless=revised)) >= 0:
        return booked.day == day  # or it was put off meanwhile, and another draw with it
    if not revised.triggered:
        put_off(unit, dosing, unit.now, no_room(unit, dosing))
    return False


def is_due(unit: Unit, dosing: Dosing) -> Process:
    """Wait for the day of a dose without cells; False if it was put off meanwhile."""
    booked = dosing.booked
    if booked is not None:
        yield from reach(unit, booked, unless=dosing.revised)
        if dosing.off or unit.now < booked.start:
            return False
    return (yield from in_turn(unit, dosing)) and assess(unit, dosing)


def in_turn(unit: Unit, dosing: Dosing, *, surely: bool = True) -> Process:
    """Whether those who came in before have had their first doses long enough ago for this patient's first one.

    If not, it is put off, or without an appointment looked at again the next day. Without *surely* it is enough that
    they will have had them, as planned.
    """
    if unit.plan.stagger is None or dosing.number:
        return True
    turn, booked = turn_of(unit, dosing.patient), dosing.booked
    day = unit.now // DAY if booked is None else booked.day
    if turn.day <= day and (turn.sure or not surely):
        return True
    if booked is None:
        yield First(unit.floor, (day + 1) * DAY, dosing.revised)
    else:
        put_off(unit, dosing, turn.day * DAY, limits.STAGGER, "stagger")
    return False


def cells_are_ready(unit: Unit, dosing: Dosing) -> Process:
    """Wait for the day and for the lot; False if the dose was put off or begun again meanwhile."""
    batch = dosing.batch
    if dosing.booked is None:
        if dosing.told is not None and batch is not None:
            yield First(unit.floor, dosing.told * DAY, dosing.revised)
            dosing.held_by = dosing.held_by or held_by(unit, dosing, dosing.told, batch)
        if batch is not None:
            yield batch.ready
        yield from follow_on(unit, dosing)
    else:
        begins, latest = unit.timetable.formulation(dosing)
        yield First(unit.floor, begins, dosing.revised)
        if batch is not None and not batch.ready.triggered:
            yield First(unit.floor, latest, batch.ready)
    if dosing.off or dosing.batch is not batch:
        return False
    if dosing.booked is not None and unit.now < unit.timetable.formulation(dosing)[0]:
        return False
    if batch is not None and not batch.ready.triggered:
        put_off(unit, dosing, expected(unit, batch), awaited(unit, batch))
        return False
    if batch is not None and batch.failed:
        return False
    return (yield from in_turn(unit, dosing)) and assess(unit, dosing)


def follow_on(unit: Unit, dosing: Dosing) -> Process:
    """Wait until a dose without a day may be given: so long after the release of its lot, or after what it follows."""
    patient = dosing.patient
    floating = next((f for f in patient.arm.course.floating if f.name == dosing.dose.name), None)
    if floating is None:
        return
    since = unit.now
    if floating.follows not in (RELEASE, ""):
        while floating.follows not in patient.happened and not dosing.off:
            patient.awaits = Event(unit.floor)
            yield First(unit.floor, patient.awaits, dosing.revised)
        since = patient.happened.get(floating.follows, unit.now)
    may = since + floats(floating)
    if unit.now < may and not dosing.off:
        yield First(unit.floor, may, dosing.revised)


def formulate(unit: Unit, dosing: Dosing) -> Process:
    """Harvest or thaw, wash, suspend and fill, as one; the expiry clock starts when it ends.

    False if there was no time for it on the day (the dose is put off), if its cells were lost, or if it
    came to nothing.
    """
    batch, prepares = dosing.batch, dosing.patient.recipe.prepares
    if not prepares:
        taken_from(unit, batch)
        return True
    works = [dosing.patient.jobs[name] for name in prepares]
    latest, due = (
        (unit.timetable.formulation(dosing)[1], dosing.due) if dosing.booked is not None else (None, None)
    )
    if len(works) > 1:
        flasks = batch.culture.flasks if batch is not None and batch.culture is not None else 0
        task = unit.work.does_together(works[0], batch or dosing, works[1], dosing, flasks, due)
    else:
        task = unit.work.does(works[0], dosing if prepares[0] == FORMULATE else batch or dosing, due=due)
    revised = dosing.revised
    begun = yield from unit.work.begins(task, by=latest, unless=revised)
    if revised.triggered:
        return False
    if not begun:
        put_off(unit, dosing, unit.now, lacking(unit, task))
        return False
    taken_from(unit, batch)
    yield task
    suspend(unit, dosing, task, prepares)
    for name, work in zip(prepares, works, strict=True):
        made = dosing if name == FORMULATE else batch or dosing
        if batch is not None:
            batch.opened(work, made)
        if made.comes_to_nothing(work):
            spoil(unit, dosing, OPERATIONS[name].failure)
            return False
    sample_product(unit, dosing)
    return True


def taken_from(unit: Unit, batch: CellLot | None) -> None:
    """The cells leave the incubator, and nothing more is done for them there."""
    if batch is not None:
        batch.taken = True  # at once: the interrupt is thrown after what is going on now
        if batch.process is not None:
            unit.floor.interrupt(batch.process, Taken())
        unit.stock.frees(batch)
