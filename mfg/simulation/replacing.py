"""What replaces a lot that is lost: another collection, the same marrow, what its bank still holds."""

from __future__ import annotations

from itertools import takewhile

from attrs import evolve

from mfg.calendar import DAY
from mfg.log import limits
from mfg.log.endings import LOT_LOST, MOVED, NO_APPOINTMENT, PUT_OFF
from mfg.log.notes import BOOK, FAIL
from mfg.simulation.booked import Status
from mfg.simulation.freezing import holds, planned
from mfg.simulation.lots import CellLot, Dosing
from mfg.simulation.planning import (
    after,
    ahead_of,
    distinct,
    moved,
    new_batch,
    new_lot,
    put_off,
    serve,
    target_for,
)
from mfg.simulation.recording import moves
from mfg.simulation.unit import Unit
from mfg.works import ISOLATE

# the lots that are to be made, and the doses that are to be thawed
Replacement = tuple[list[CellLot], list[Dosing]]
_NOTHING: Replacement = ([], [])


def replace(unit: Unit, lot: CellLot, cause: str) -> Replacement:
    """A lot is lost: name the cause, and replace it as far as the policy goes."""
    if lot.failed:
        return _NOTHING
    lot.failed = cause
    unit.writes(lot.subject, FAIL, cause)
    begun = _NOTHING
    waiting = [d for d in lot.patient.doses if lot in (d.lot, d.batch) and not (d.over or d.dropped)]
    if lot.store is not None:
        # what is in hand is not waiting
        waiting = [d for d in waiting if d.batch is None or not d.batch.taken]
    if waiting and not lot.patient.ended:
        first = waiting[0]
        first.tries += 1
        booked = first.booked.day if first.booked is not None else None
        if first.tries > unit.plan.policy.recollect:
            first.hopeless = cause
        elif lot.parent is not None and not lot.parent.failed and holds(unit, first, lot.parent):
            begun = _thaw_again(unit, first, lot.parent)
        elif lot.patient.recipe.bank is not None:
            begun = _bank_again(unit, first)
        elif unit.plan.policy.again == ISOLATE and lot.leaves_marrow:
            begun = _isolate_again(unit, first, lot)
        else:
            begun = _collect_again(unit, first, lot)
        if booked is not None and first.booked is not None and not first.hopeless:
            wait = first.booked.day - booked
            unit.writes(first.subject, limits.AWAITED, f"{limits.LOST}{cause}", float(wait))
        if first.told is not None:
            first.held_by = f"{limits.LOST}{cause}"
        first.look_again()
    unit.stock.empties(lot)
    if not lot.ready.triggered:
        lot.ready.succeed()  # it never will be: who waits for it wakes, and sees that it has `failed`
    return begun


def _isolate_again(unit: Unit, dosing: Dosing, lost: CellLot) -> Replacement:
    """Begin a new lot from what is left of the same marrow."""
    lot = new_lot(unit, dosing.patient, dosing.due, lost.target, lost.collection)
    lot.begins, lot.marrow, lot.collected_at = ISOLATE, lost.marrow, lost.collected_at
    lot.contaminated = lot.tainted = lost.tainted
    return _begin_again(unit, dosing, lot, lost)


def _begin_again(unit: Unit, dosing: Dosing, lot: CellLot, lost: CellLot) -> Replacement:
    """Serve the dose from *lot*, and put it off so that the new lot has as long as the *lost* one had."""
    serve(unit, dosing, lot, lot)
    if dosing.booked is not None:
        put_off(unit, dosing, unit.now + lost.due - lost.collected_at, why=LOT_LOST)
    else:
        unit.writes(dosing.subject, BOOK, LOT_LOST)
    return [lot], []


def _collect_again(unit: Unit, dosing: Dosing, lost: CellLot) -> Replacement:
    """Collect again: lots that are already on their way serve the earlier doses, the new one the last of these."""
    patient, today = dosing.patient, unit.now // DAY
    later = [d for d in after(dosing) if d.booked is not None]
    chain = [dosing, *takewhile(lambda d: _could_serve(d, dosing), later)]
    last, lots = chain[-1], [d.lot for d in chain[1:] if d.lot is not None]
    taken = (lots[-1] if lots else lost).collection
    if last.booked is None or taken is None:
        return _begin_again(unit, dosing, new_lot(unit, patient, unit.now, lost.target, None), lost)
    lead = unit.courses.lead(patient.arm, taken.event.name)
    # Copies, to be moved: each appointment itself goes with its lot to the dose before.
    collection = evolve(taken, status=Status.PROPOSED, day=last.booked.day - lead)
    dose = evolve(last.booked, status=Status.PROPOSED)
    draw = evolve(last.draw, status=Status.PROPOSED) if last.draw is not None else None
    before = chain[-2].booked if lots else None
    spacing = last.booked.day - before.day if before is not None else 0
    unit.books.cancel(patient, distinct([dosing.booked, dosing.draw]))
    earliest = {collection.event.name: today + 1, dose.event.name: last.booked.day + spacing}
    rest = later[len(lots) :]
    if moves(unit, patient, distinct([collection, draw, dose, *ahead_of(rest)]), earliest) is None:
        dosing.hopeless = NO_APPOINTMENT
        return _NOTHING
    for one in rest:
        moved(unit, one)
    fresh = new_lot(unit, patient, dose.start, lost.target, collection)
    appointments = [(d.booked, d.draw) for d in chain[1:]] + [(dose, draw)]
    for one, lot, (booked, drawn) in zip(chain, [*lots, fresh], appointments, strict=True):
        serve(unit, one, lot, lot)
        one.booked, one.draw = booked, drawn
        moved(unit, one, LOT_LOST if one is dosing else MOVED)
    return [fresh], []


def _could_serve(other: Dosing, dosing: Dosing) -> bool:
    """Whether the lot of the *other* dose was collected already and is as large as this dose needs."""
    alike = other.portion.cells == dosing.portion.cells
    return alike and other.lot is not None and other.lot.collected


def _bank_again(unit: Unit, first: Dosing) -> Replacement:
    """Collect for another bank in the place of a lost one, for everything that waits for it."""
    spent = first.lot
    begun = None
    if spent is not None and first.booked is not None:
        unit.stock.empties(spent)
        pending = [d for d in (first, *after(first)) if d.booked is not None and d.lot is spent]
        begun = _bank_for(unit, pending, spent, LOT_LOST)
    if begun is None:
        first.hopeless = NO_APPOINTMENT
    return begun or _NOTHING


def complete(unit: Unit, bank: CellLot, short: list[Dosing]) -> Replacement:
    """Collect for the doses of which *bank* is *short*, as far as the policy goes; the others keep it."""
    booked = short[0].booked if short else None
    if booked is None or short[0].tries >= unit.plan.policy.recollect:
        return _NOTHING
    first, before = short[0], booked.day
    begun = _bank_for(unit, short, bank, PUT_OFF)
    if begun is None:
        first.hopeless = NO_APPOINTMENT
        return _NOTHING
    first.tries += 1
    if booked.day > before:
        unit.writes(first.subject, limits.AWAITED, limits.SHORT, float(booked.day - before))
    return begun


def _bank_for(unit: Unit, pending: list[Dosing], bank: CellLot, why: str) -> Replacement | None:
    """Collect again for *pending* doses that *bank* does not serve; None if there is no appointment.

    As soon as it can be; or, while the freezer has no room for another bank, as long before the first of them as the
    course says. If that is late, the first and all later doses are put off together.
    """
    first = pending[0]
    patient, today = first.patient, unit.now // DAY
    if bank.collection is None or first.booked is None:
        return None
    target = target_for(unit, patient, [d.dose for d in pending])
    fresh = new_lot(unit, patient, first.booked.start, target, None)
    for one in pending:
        serve(unit, one, fresh, new_batch(unit, one, fresh))
    lead = unit.courses.lead(patient.arm, bank.collection.event.name)
    on_time = first.booked.day - lead
    has_room = len(planned(unit, fresh)) <= unit.stock.freezers[patient.facility].free
    fresh.collection = evolve(
        bank.collection, status=Status.PROPOSED, day=today if has_room else max(today, on_time - 1)
    )
    found = unit.booking.move(patient, [fresh.collection], {}, today) is not None
    if found and fresh.collection.day <= on_time:
        for one in pending:
            moved(unit, one)
        return [fresh], pending
    unit.books.cancel(patient, [fresh.collection])
    fresh.collection.day = on_time
    later = [d for d in (first, *after(first)) if d.booked is not None]
    earliest = {fresh.collection.event.name: today + 1, first.booked.event.name: today + 1 + lead}
    if moves(unit, patient, distinct(ahead_of(later)), earliest) is None:
        return None
    for one in later:
        moved(unit, one, why if one is first else MOVED)
    return [fresh], pending


def _thaw_again(unit: Unit, dosing: Dosing, bank: CellLot) -> Replacement:
    """Thaw once more for a dose whose cells were lost."""
    terms = dosing.patient.recipe.bank
    recovers = terms.recovers if terms is not None else None
    dosing.batch = new_batch(unit, dosing, bank)
    if dosing.booked is not None:
        put_off(unit, dosing, unit.now + (0 if recovers is None else recovers) + 2 * DAY, why=LOT_LOST)
    return [], [dosing]
