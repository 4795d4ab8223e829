"""Booking a course, and what is decided when it does not go as planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import takewhile
from math import ceil, inf

from attrs import evolve
from simpy import Event

from mfg.calendar import DAY
from mfg.simulation import sizing
from mfg.simulation.booking import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.laboratory import awaited
from mfg.simulation.lots import Dosing, Lot
from mfg.simulation.plan import DAY_0
from mfg.simulation.stagger import turn_of
from mfg.simulation.unit import Unit
from mfg.simulation.visits import follow_dose, plan_visit, soonest

NO_APPOINTMENT = "no appointment"
UNSEEN = 7 * DAY  # how long a lot whose culture nobody has seen yet is taken to need
Appointments = dict[tuple[str, str | None], Booked]  # by the kind of an event and its dose


def enrol(unit: Unit, patient: Patient) -> bool:
    """Book the patient's course and prepare its lots and doses; False if nothing fits."""
    plan, arm = unit.plan, patient.arm
    unit.assign(patient, _facility(unit, patient))
    booked: list[Booked] = []
    if arm.course.planned:
        screened = next(day for day in range(unit.now // DAY, plan.days) if plan.open_days[day])
        found = unit.booking.book(patient, screened, turn_of(unit, patient).day)
        if found is None:
            return False
        baseline, booked = found
        unit.will_leave(patient, baseline * DAY)
        if arm.allocated_at == DAY_0:
            opens = max(unit.now, baseline * DAY, unit.booking.opening(patient, baseline))
            unit.floor.at(opens, partial(unit.allocates, patient))
        for event in unit.booking.course(arm, baseline).events:
            if event.kind == "screening":
                plan_visit(unit, patient, event, baseline, screened)
        for one in booked:
            if one.event.kind == "visit":
                plan_visit(unit, patient, one.event, baseline, one.day, one.start)
    else:
        unit.will_leave(patient, inf)
    if plan.stagger is not None and arm.doses:
        unit.subjects.append(patient)
    prepare(unit, patient, {(b.event.kind, b.event.dose): b for b in booked}, range(len(arm.doses)))
    return True


def _facility(unit: Unit, patient: Patient) -> int:
    """Which facility makes the patient's lots, by the policy."""
    plan = unit.plan
    every = range(len(plan.facilities))
    if plan.policy.facility == "in turn":
        return patient.index % len(plan.facilities)
    if plan.policy.facility == "least loaded":
        return min(every, key=lambda f: (unit.in_work[f] / plan.facilities[f].incubator, f))
    leg = plan.recipes[0].inbound or plan.recipes[0].outbound
    return min(every, key=lambda f: (plan.legs[leg, patient.clinic, f].typical if leg is not None else 0, f))


def prepare(unit: Unit, patient: Patient, booked: Appointments, numbers: Sequence[int]) -> None:
    """Set up the doses of a patient, each with its lot or the bank that they share."""
    recipe, facility = patient.recipe, unit.facility_of(patient)
    doses = [patient.arm.doses[number] for number in numbers]
    bank: Lot | None = None
    for number, dose in zip(numbers, doses, strict=True):
        appointment, collection = booked.get(("dose", dose.name)), booked.get(("collection", dose.name))
        due = appointment.start if appointment is not None else unit.now
        portion = patient.portion(dose)
        lot = None
        if recipe.bank is not None and (dose.product or collection is not None):
            served = [patient.portion(each).total for each in doses if each.product]
            harvest = sizing.bank_target(recipe, facility, served) if served else 0.0
            lot = bank = bank or new_lot(unit, patient, due, harvest, collection)
        elif recipe.supply == "fresh" and (dose.product or collection is not None):
            harvest = sizing.target(recipe, facility, portion.total) if dose.product else 0.0
            lot = new_lot(unit, patient, due, harvest, collection)
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
            upset=Event(unit.floor),
            batch=made_from,
        )
        patient.doses.append(dosing)
        if recipe.bank is not None and made_from is not None:
            dosing.batch = new_batch(unit, dosing, made_from)
        unit.writes(dosing.subject, "prescribe", dose.name, portion.cells)
        unit.writes(dosing.subject, "book", value=float(due))


def new_lot(unit: Unit, patient: Patient, due: int, target: float, collection: Booked | None) -> Lot:
    """Another lot of the patient, not yet begun."""
    number = len(patient.lots)
    subject = unit.log.subject(patient.index, number)
    results = awaited(unit, patient.of_lots)
    lot = Lot(patient, number, subject, due, results, target, collection, Event(unit.floor))
    patient.lots.append(lot)
    return lot


def new_batch(unit: Unit, dosing: Dosing, bank: Lot) -> Lot:
    """What is to be thawed from *bank* for one dose; the bank's own results release it."""
    patient = dosing.patient
    batch = Lot(
        patient=patient,
        number=16 * (1 + dosing.number) + dosing.tries,
        subject=unit.log.subject(patient.index, bank.number, dosing.number, dosing.tries),
        due=dosing.due,
        results=unit.no_results,
        target=sizing.target(patient.recipe, unit.facility_of(patient), dosing.portion.total),
        collection=None,
        ready=Event(unit.floor),
        parent=bank,
        begins="expand",
    )
    batch.sampled = {test.name for test in unit.plan.tests}
    return batch


def serve(unit: Unit, dosing: Dosing, lot: Lot, batch: Lot) -> None:
    """Let a dose be made from *batch* of *lot*."""
    dosing.lot, dosing.batch = lot, batch
    dosing.subject = unit.log.subject(dosing.patient.index, lot.number, dosing.number, dosing.tries)


# ---- when it does not go as planned ----------------------------------------------------------------------

Begun = tuple[list[Lot], list[Dosing]]  # the lots that are to be made, and the doses that are to be thawed
NOTHING: Begun = ([], [])


def replace(unit: Unit, lot: Lot, cause: str) -> Begun:
    """A lot is lost: name the cause, and replace it as far as the policy goes."""
    if lot.failed:
        return NOTHING
    lot.failed = cause
    unit.writes(lot.subject, "fail", cause)
    begun = NOTHING
    waiting = [d for d in lot.patient.doses if lot in (d.lot, d.batch) and not (d.over or d.dropped)]
    if lot.store is not None:
        waiting = [
            d for d in waiting if d.batch is None or not d.batch.taken
        ]  # what is in hand is not waiting
    if waiting and not lot.patient.ended:
        first = waiting[0]
        first.tries += 1
        if first.tries > unit.plan.policy.recollect:
            first.hopeless = cause
        elif lot.parent is not None and lot.parent.containers and not lot.parent.failed:
            begun = _thaw_again(unit, first, lot.parent)
        elif lot.patient.recipe.bank is not None:
            begun = _bank_again(unit, first)
        elif unit.plan.policy.again == "isolate" and lot.leaves_marrow:
            begun = _isolate_again(unit, first, lot)
        else:
            begun = _collect_again(unit, first, lot)
        first.upset.succeed()
        first.upset = Event(unit.floor)
    unit.empties(lot)
    if not lot.ready.triggered:
        lot.ready.succeed()
    return begun


def _isolate_again(unit: Unit, dosing: Dosing, lost: Lot) -> Begun:
    """Begin a new lot from what is left of the same marrow."""
    lot = new_lot(unit, dosing.patient, dosing.due, lost.target, lost.collection)
    lot.begins, lot.marrow, lot.collected_at = "isolate", lost.marrow, lost.collected_at
    lot.contaminated = lot.tainted = lost.tainted
    return _begin_again(unit, dosing, lot, lost)


def _begin_again(unit: Unit, dosing: Dosing, lot: Lot, lost: Lot) -> Begun:
    """Let *lot* have as long as the *lost* one had."""
    serve(unit, dosing, lot, lot)
    if dosing.booked is not None:
        put_off(unit, dosing, unit.now + lost.due - lost.collected_at, "lot lost")
    else:
        unit.writes(dosing.subject, "book", "lot lost")
    return [lot], []


def _collect_again(unit: Unit, dosing: Dosing, lost: Lot) -> Begun:
    """Collect again: lots that are already on their way serve the earlier doses, the new one the last of these."""
    patient, today = dosing.patient, unit.now // DAY
    later = [d for d in _after(dosing) if d.booked is not None]
    chain = [dosing, *takewhile(lambda d: _could_serve(d, dosing), later)]
    last, lots = chain[-1], [d.lot for d in chain[1:] if d.lot is not None]
    taken = (lots[-1] if lots else lost).collection
    if last.booked is None or taken is None:
        return _begin_again(unit, dosing, new_lot(unit, patient, unit.now, lost.target, None), lost)
    collection, dose = evolve(taken, done=True), evolve(last.booked, done=True)
    draw = evolve(last.draw, done=True) if last.draw is not None else None
    before = chain[-2].booked if lots else None
    spacing = last.booked.day - before.day if before is not None else 0
    unit.booking.cancel(patient, _distinct([dosing.booked, dosing.draw]))
    earliest = {collection.event.name: today + 1, dose.event.name: last.booked.day + spacing}
    rest = later[len(lots) :]
    if (
        unit.booking.move(patient, _distinct([collection, draw, dose, *_ahead(rest)]), earliest, today)
        is None
    ):
        dosing.hopeless = NO_APPOINTMENT
        return NOTHING
    for one in rest:
        moved(unit, one)
    fresh = new_lot(unit, patient, dose.start, lost.target, collection)
    appointments = [(d.booked, d.draw) for d in chain[1:]] + [(dose, draw)]
    for one, lot, (booked, drawn) in zip(chain, [*lots, fresh], appointments, strict=True):
        serve(unit, one, lot, lot)
        one.booked, one.draw = booked, drawn
        moved(unit, one, "lot lost" if one is dosing else "moved")
    return [fresh], []


def _could_serve(other: Dosing, dosing: Dosing) -> bool:
    """Whether the lot of the *other* dose was collected already and is as large as this dose needs."""
    alike = other.portion.cells == dosing.portion.cells
    return alike and other.lot is not None and other.lot.collected_at >= 0


def _bank_again(unit: Unit, first: Dosing) -> Begun:
    """Collect for another bank, and put off everything that waits for one."""
    patient, today, spent = first.patient, unit.now // DAY, first.lot
    pending = [d for d in (first, *_after(first)) if d.booked is not None and d.lot is spent]
    if spent is None or spent.collection is None or first.booked is None:
        first.hopeless = NO_APPOINTMENT
        return NOTHING
    unit.empties(spent)
    lead = unit.booking.lead(patient, spent.collection.event.name)
    collection = evolve(spent.collection, done=True, day=first.booked.day - lead)
    moving = [b for d in pending for b in (d.draw, d.booked)]
    earliest = {collection.event.name: today + 1, first.booked.event.name: today + 1 + lead}
    if unit.booking.move(patient, _distinct([collection, *moving]), earliest, today) is None:
        first.hopeless = NO_APPOINTMENT
        return NOTHING
    served = [d.portion.total for d in pending]
    target = sizing.bank_target(patient.recipe, unit.facility_of(patient), served)
    bank = new_lot(unit, patient, first.booked.start, target, collection)
    for one in pending:
        serve(unit, one, bank, new_batch(unit, one, bank))
        moved(unit, one, "lot lost" if one is first else "moved")
    return [bank], pending


def _thaw_again(unit: Unit, dosing: Dosing, bank: Lot) -> Begun:
    """Thaw once more for a dose whose cells were lost."""
    terms = dosing.patient.recipe.bank
    recovers = terms.recovers if terms is not None else None
    dosing.batch = new_batch(unit, dosing, bank)
    if dosing.booked is not None:
        put_off(unit, dosing, unit.now + (0 if recovers is None else recovers) + 2 * DAY, "lot lost")
    return [], [dosing]


def put_off(unit: Unit, dosing: Dosing, ready: float, why: str = "put off") -> None:
    """Book this dose again for when its cells will be ready; later doses keep their distance from it."""
    assert dosing.booked is not None
    patient = dosing.patient
    later = [d for d in (dosing, *_after(dosing)) if d.booked is not None]
    earliest = {dosing.booked.event.name: soonest(unit, dosing, ceil(ready / DAY))}
    if unit.booking.move(patient, _distinct(_ahead(later)), earliest, unit.now // DAY) is None:
        dosing.hopeless = NO_APPOINTMENT
        return
    for one in later:
        moved(unit, one, why if one is dosing else "moved")
    if dosing.lot is not None:
        dosing.lot.due = dosing.due


def moved(unit: Unit, dosing: Dosing, why: str = "moved") -> None:
    """A dose has another date: it and what it is made from are due then."""
    assert dosing.booked is not None
    shift = dosing.booked.day - dosing.due // DAY
    dosing.due = dosing.booked.start
    if dosing.batch is not None:
        dosing.batch.due = dosing.due
    unit.writes(dosing.subject, "book", why, float(dosing.due))
    follow_dose(unit, dosing, shift)


def _ahead(doses: Sequence[Dosing]) -> list[Booked | None]:
    """What is booked for *doses*: their draws, themselves, and the collections that are still to come."""
    lots = [d.lot for d in doses if d.lot is not None and not d.lot.failed and d.lot.collected_at < 0]
    return [*(b for d in doses for b in (d.draw, d.booked)), *(lot.collection for lot in lots)]


def _after(dosing: Dosing) -> list[Dosing]:
    """The patient's later doses that are still to be given."""
    return [d for d in dosing.patient.doses if d.number > dosing.number and not (d.over or d.dropped)]


def _distinct(booked: Iterable[Booked | None]) -> list[Booked]:
    """Each appointment once: the doses of a bank share their collection."""
    return list({id(b): b for b in booked if b is not None}.values())


def expected(unit: Unit, lot: Lot) -> float:
    """When a lot will be grown, as its culture shows; results that are still out are not foreseen."""
    recipe = lot.patient.recipe
    if lot.ready.triggered or lot.grown or recipe.cultivation is None:
        return unit.now
    if lot.culture is not None:
        return max(unit.now, lot.culture.forecast(1.0)) + recipe.induces
    if lot.parent is not None and recipe.bank is not None:
        thawed = max(unit.now, expected(unit, lot.parent) + DAY)
        return thawed + (0 if recipe.bank.recovers is None else recipe.bank.recovers)
    return unit.now + UNSEEN + recipe.induces


def give_up(unit: Unit, patient: Patient) -> None:
    """Return what was booked for a patient whose way is over, and empty the freezer."""
    booked = [b for d in patient.doses for b in (d.booked, d.draw)] + [lot.collection for lot in patient.lots]
    unit.booking.cancel(patient, _distinct(booked))
    for lot in patient.lots:
        unit.empties(lot)
