"""Booking a course, and what is decided when it does not go as planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from math import ceil, inf, nan
from operator import attrgetter

from simpy import Event

from mfg.calendar import DAY, next_start
from mfg.log import limits
from mfg.log.endings import MOVED, NO_APPOINTMENT, PUT_OFF, TOO_LONG
from mfg.log.notes import BOOK, ENROL, PRESCRIBE
from mfg.plan import sizing
from mfg.plan.prescription import DAY_0, PlannedDose
from mfg.simulation.booked import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.leaving import will_leave
from mfg.simulation.lots import CellLot, Dosing
from mfg.simulation.recording import books, moves
from mfg.simulation.stagger import turn_of
from mfg.simulation.unit import Unit
from mfg.simulation.visits import WAITED, follow_dose, plan_visit, soonest
from mfg.works import EXPAND

Appointments = dict[tuple[str, str | None], Booked]  # by the kind of an event and its dose


def enrol(unit: Unit, patient: Patient) -> str:
    """Book the patient's course and prepare its lots and doses; empty, or how it ends if nothing fits, or too late."""
    plan, arm = unit.plan, patient.arm
    unit.assign(patient, _facility(unit, patient))
    booked: list[Booked] = []
    if arm.course.planned:
        screened = next_start(plan.clinics[patient.clinic].windows, unit.now, 1) // DAY
        turn = turn_of(unit, patient).day
        found = books(unit, patient, screened, turn)
        if found is None:
            return NO_APPOINTMENT
        baseline, booked = found
        if any(is_too_late(unit, patient, b.start) for b in booked if _is_first(patient, b)):
            unit.books.cancel(patient, booked)
            return TOO_LONG
        unit.writes(patient.subject, ENROL, arm.name, float(baseline * DAY))
        will_leave(unit, patient, baseline * DAY)
        if arm.allocated_at == DAY_0:
            opens = max(unit.now, baseline * DAY, unit.timetable.opening(patient, baseline))
            unit.floor.at(opens, partial(unit.allocates, patient))
        for event in unit.courses.on(arm, baseline).events:
            if event.kind == "screening":
                plan_visit(unit, patient, event, baseline, screened, why=WAITED)
        visits = [one for one in booked if one.event.kind == "visit"]
        for one in visits:
            one.base = baseline
        patient.visits += visits
        patient.visits.sort(key=attrgetter("start"))
    else:
        unit.writes(patient.subject, ENROL, arm.name)
        will_leave(unit, patient, inf)
    if plan.stagger is not None and arm.doses:
        unit.subjects.append(patient)
    prepare(unit, patient, {(b.event.kind, b.event.dose): b for b in booked}, range(len(arm.doses)))
    return ""


def _is_first(patient: Patient, booked: Booked) -> bool:
    """Whether this is the appointment of the patient's first dose."""
    return booked.event.kind == "dose" and booked.event.dose == patient.arm.doses[0].name


def is_too_late(unit: Unit, patient: Patient, start: int) -> bool:
    """Whether a first dose at *start* lies later after the arrival than the policy lets a patient wait."""
    return start - patient.arrived > unit.plan.policy.give_up_after


def _facility(unit: Unit, patient: Patient) -> int:
    """Which facility makes the patient's lots, by the policy."""
    plan = unit.plan
    every = range(len(plan.facilities))
    if plan.policy.facility == "in turn":
        return patient.index % len(plan.facilities)
    if plan.policy.facility == "least loaded":
        return min(every, key=lambda f: (unit.stock.in_work[f] / plan.facilities[f].incubator, f))
    leg = plan.recipes[0].inbound or plan.recipes[0].outbound
    return min(every, key=lambda f: (plan.legs[leg, patient.clinic, f].typical if leg is not None else 0, f))


def prepare(
    unit: Unit, patient: Patient, booked: Appointments, numbers: Sequence[int], banks: Sequence[int] = ()
) -> None:
    """Set up the doses of a patient, each with its lot or the bank that they share; another begins at each of the *banks*."""
    recipe = patient.recipe
    doses = [patient.arm.doses[number] for number in numbers]
    bank: CellLot | None = None
    for number, dose in zip(numbers, doses, strict=True):
        if number in banks:
            bank = None
        appointment, collection = booked.get(("dose", dose.name)), booked.get(("collection", dose.name))
        due = appointment.start if appointment is not None else unit.now
        portion = patient.portion(dose)
        lot = None
        if recipe.bank is not None and (dose.product or collection is not None):
            until = min([n for n in banks if n > number], default=len(patient.arm.doses))
            target = target_for(unit, patient, patient.arm.doses[number:until])
            lot = bank = bank or new_lot(unit, patient, due, target, collection)
        elif recipe.supply == "fresh" and (dose.product or collection is not None):
            lot = new_lot(unit, patient, due, target_for(unit, patient, [dose]), collection)
        made_from = lot if dose.product else None
        dosing = Dosing(
            patient=patient,
            number=number,
            subject=unit.log.subject(
                patient.index, made_from.number if made_from is not None else -1, number
            ),
            due=due,
            results=unit.no_results,
            dose=dose,
            lot=made_from,
            booked=appointment,
            draw=booked.get(("csf-draw", dose.name)),
            cells=portion.cells,
            revised=Event(unit.floor),
            batch=made_from,
        )
        patient.doses.append(dosing)
        if recipe.bank is not None and made_from is not None:
            dosing.batch = new_batch(unit, dosing, made_from)
        unit.writes(dosing.subject, PRESCRIBE, dose.name, portion.cells)
        unit.writes(dosing.subject, BOOK, value=nan if appointment is None else float(due))


def target_for(unit: Unit, patient: Patient, doses: Iterable[PlannedDose]) -> float:
    """What a lot must hold for *doses*, by what is known of the patient; nothing for doses without cells."""
    recipe, facility = patient.recipe, unit.facility_of(patient)
    served = [patient.portion(dose).total for dose in doses if dose.product]
    if not served:
        return 0.0
    if recipe.bank is not None:
        return sizing.bank_target(recipe, facility, served)
    return sizing.target(recipe, facility, served[0])


def resize(unit: Unit, lot: CellLot) -> None:
    """Work out a lot's target again, now that more is known of the patient than when it was planned."""
    waiting = [d.dose for d in lot.patient.doses if d.lot is lot and not (d.over or d.off)]
    if any(dose.rule is not None for dose in waiting):
        lot.target = target_for(unit, lot.patient, waiting)


def new_lot(unit: Unit, patient: Patient, due: int, target: float, collection: Booked | None) -> CellLot:
    """Another lot of the patient, not yet begun."""
    number = len(patient.lots)
    subject = unit.log.subject(patient.index, number)
    results = unit.results_of(patient.of_lots)
    lot = CellLot(patient, number, subject, due, results, target, collection, Event(unit.floor))
    patient.lots.append(lot)
    return lot


def new_batch(unit: Unit, dosing: Dosing, bank: CellLot) -> CellLot:
    """What is to be thawed from *bank* for one dose; the bank's own results release it."""
    patient = dosing.patient
    batch = CellLot(
        patient=patient,
        number=16 * (1 + dosing.number) + dosing.tries,
        subject=unit.log.subject(patient.index, bank.number, dosing.number, dosing.tries),
        due=dosing.due,
        results=unit.no_results,
        target=sizing.target(patient.recipe, unit.facility_of(patient), dosing.portion.total),
        collection=None,
        ready=Event(unit.floor),
        parent=bank,
        begins=EXPAND,
    )
    batch.sampled = {test.name for test in unit.plan.tests}  # none is taken: the bank was sampled
    return batch


def serve(unit: Unit, dosing: Dosing, lot: CellLot, batch: CellLot) -> None:
    """Let a dose be made from *batch* of *lot*."""
    dosing.lot, dosing.batch = lot, batch
    dosing.subject = unit.log.subject(dosing.patient.index, lot.number, dosing.number, dosing.tries)


# ---- moving what is booked -------------------------------------------------------------------------------


def put_off(unit: Unit, dosing: Dosing, ready: float, waits_for: str = "", why: str = PUT_OFF) -> None:
    """Book this dose again for when its cells will be ready; later doses keep their distance from it.

    What it *waits for* is written down, if it is not known to whoever calls this.
    """
    assert dosing.booked is not None
    patient = dosing.patient
    later = [d for d in (dosing, *after(dosing)) if d.booked is not None]
    earliest = {dosing.booked.event.name: soonest(unit, dosing, ceil(ready / DAY))}
    before = dosing.booked.day
    if moves(unit, patient, distinct(ahead_of(later)), earliest) is None:
        dosing.hopeless = NO_APPOINTMENT
        return
    if waits_for:
        unit.writes(dosing.subject, limits.AWAITED, waits_for, float(dosing.booked.day - before))
    for one in later:
        moved(unit, one, why if one is dosing else MOVED)


def moved(unit: Unit, dosing: Dosing, why: str = MOVED) -> None:
    """A dose has another date: it and what it is made from are due then."""
    assert dosing.booked is not None
    shift = dosing.booked.day - dosing.due // DAY
    dosing.due = dosing.booked.start
    if dosing.batch is not None:
        dosing.batch.due = dosing.due
    lot = dosing.lot
    if lot is not None and dosing is next(d for d in dosing.patient.doses if d.lot is lot and not d.over):
        lot.due = dosing.due
    unit.writes(dosing.subject, BOOK, why, float(dosing.due))
    follow_dose(unit, dosing, shift)
    if dosing.number == 0 and is_too_late(unit, dosing.patient, dosing.due):
        dosing.hopeless = TOO_LONG


def ahead_of(doses: Sequence[Dosing]) -> list[Booked | None]:
    """What is booked for *doses*: their draws, themselves, and the collections that are still to come."""
    lots = [d.lot for d in doses if d.lot is not None and not (d.lot.failed or d.lot.collected)]
    return [*(b for d in doses for b in (d.draw, d.booked)), *(lot.collection for lot in lots)]


def after(dosing: Dosing) -> list[Dosing]:
    """The patient's later doses that are still to be given."""
    return [d for d in dosing.patient.doses if d.number > dosing.number and not (d.over or d.dropped)]


def distinct(booked: Iterable[Booked | None]) -> list[Booked]:
    """Each appointment once: the doses of a bank share their collection."""
    return list({id(b): b for b in booked if b is not None}.values())


def give_up(unit: Unit, patient: Patient) -> None:
    """Return what was booked for a patient whose way is over, and empty the freezer."""
    booked = [b for d in patient.doses for b in (d.booked, d.draw)] + [lot.collection for lot in patient.lots]
    unit.books.cancel(patient, distinct(booked))
    for lot in patient.lots:
        unit.stock.empties(lot)
