"""One replication: everybody is followed to an ending, and then the run is held against its own rules."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter

from mfg.errors import Refused, Unsound
from mfg.log.columns import Columns
from mfg.plan.plan import Plan
from mfg.simulation.adherence import off_course
from mfg.simulation.clock import MANY, StandsStill
from mfg.simulation.cohort import Patient, cohort_of
from mfg.simulation.floor import Exhausted
from mfg.simulation.hours import outside_hours
from mfg.simulation.journey import arrive
from mfg.simulation.progress import resume
from mfg.simulation.stagger import too_soon
from mfg.simulation.unit import Unit

LAST = 2**31 - 1  # the last minute that the log can hold, four thousand years after the first
OF_EACH = 1000  # things that a patient can have to do in one minute, at the very most
ROUNDING = 1e-9  # of what is added up in another order


def replicate(plan: Plan, replication: int, *, only_in_progress: bool = False) -> tuple[Columns, list[str]]:
    """Run *plan* once; the event log, and the names of the patients in the order of their index.

    To look at *only* those *in progress* it ends when none of them is to have another dose. What the log holds until then
    is the same, and held against the same rules as far as they can be broken by then.

    Raises:
        Unsound: if the run breaks one of its own invariants, or stands still.
        Refused: if the site is so overloaded that the calendar ends before its work does.
    """
    with undisturbed():
        return _replicated(plan, replication, only_in_progress)


def _replicated(plan: Plan, replication: int, only_in_progress: bool) -> tuple[Columns, list[str]]:
    patients, luck = cohort_of(plan, replication)
    unit = Unit(plan, luck)
    unit.floor.most, unit.floor.last = MANY + OF_EACH * len(patients), LAST
    if only_in_progress:
        unit.watched = set(range(len(plan.in_progress)))
    for patient in patients:
        patient.subject = unit.log.subject(patient.index)
        patient.case = unit.traits.known(patient.arm.name, patient.weight)
        patient.typical = unit.traits.typical
    resume(unit, patients)
    arrive(unit, sorted(patients[len(plan.in_progress) :], key=attrgetter("arrived")))
    try:
        unit.floor.run()
        if not unit.floor.stopped:
            unit.floor.is_done()
    except Exhausted as ended:
        names = ", ".join(plan.resources[resource] for resource, _ in ended.need.parts)
        problem = "cannot keep up: work still waits for it three years after the horizon"
        raise Refused("site", names, problem, "add some, or let fewer patients come") from None
    except StandsStill as still:
        raise Unsound(replication, (str(still),)) from None
    broken = tuple(_broken(unit, patients))
    if broken:
        raise Unsound(replication, broken)
    for patient in patients:
        patient.forgets()
    log, whose = unit.log.columns(), [patient.name for patient in patients]
    wrong = (*off_course(plan, log, whose), *outside_hours(plan, log, whose))
    if wrong:
        raise Unsound(replication, wrong)
    return log, whose


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without a search for garbage: all that a replication makes is wanted until it ends, and nothing after."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _broken(unit: Unit, patients: list[Patient]) -> Iterator[str]:
    """What is wrong when nothing is left to happen, or when nobody asks for what is."""
    if not unit.floor.stopped:
        yield from _left_over(unit, patients)
    for kind, books in (("rooms", unit.booking.rooms), ("beds", unit.booking.beds)):
        if any(book is not None and book.is_overbooked for book in books):
            yield f"more {kind} were booked than there are"
    yield from too_soon(unit)
    for patient in patients:
        yield from _mixed_up(patient)


def _left_over(unit: Unit, patients: list[Patient]) -> Iterator[str]:
    """What is still held, waited for, or on its way."""
    floor = unit.floor
    if floor.free != list(floor.capacities):
        held = [unit.plan.resources[n] for n, free in enumerate(floor.free) if free != floor.capacities[n]]
        yield f"still held: {', '.join(held)}"
    if any(need.line for need in floor.needs):
        yield "somebody still waits in a line"
    for kind, places in (("incubator", unit.incubators), ("storage", unit.stores)):
        if any(place.free != place.capacity or place.line for place in places):
            yield f"{kind} places are still held or waited for"
    endless = [patient.name for patient in patients if not patient.ended]
    if endless:
        yield f"without an ending: {', '.join(endless[:5])}"


def _mixed_up(patient: Patient) -> Iterator[str]:
    """The chain of identity of one patient: own lots only, each in time, no cells out of nothing."""
    for dosing in patient.doses:
        if not (dosing.over and dosing.dose.product):
            continue
        lot, batch = dosing.lot, dosing.batch
        if patient.recipe.supply != "stock" and (lot is None or lot.patient is not patient):
            yield f"{patient.name}: a dose was not made from the patient's own lot"
        if batch is not None and (batch.patient is not patient or (batch.parent or batch) is not lot):
            yield f"{patient.name}: a dose was not made from the lot that it names"
        if batch is not None and batch.failed:
            yield f"{patient.name}: a dose was given from a lot that had failed ({batch.failed})"
        within, age = patient.recipe.use_within, dosing.given_at - dosing.suspended_at
        if within is not None and not 0 <= age <= within:
            yield f"{patient.name}: a dose was given {age} min after its suspension"
    fresh = [d.batch for d in patient.doses if d.over and d.batch is not None]
    if len(fresh) != len({id(batch) for batch in fresh}):
        yield f"{patient.name}: one lot served two doses"
    for lot in patient.lots:
        if lot.culture is not None and lot.culture.doubled > lot.culture.limit + 1e-9:
            yield f"{patient.name}: a lot grew beyond its limit"
        if lot.frozen > lot.gave * (1 + ROUNDING):
            yield f"{patient.name}: more was frozen than was collected or yielded"
        if lot.thawed > lot.frozen * (1 + ROUNDING):
            yield f"{patient.name}: more was thawed than was frozen"
