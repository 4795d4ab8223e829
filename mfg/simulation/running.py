"""One replication as it runs: everybody is followed to an ending, and then nothing may be left over or mixed up."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from mfg.errors import Refused
from mfg.failures import Unsound
from mfg.log.columns import Columns
from mfg.plan.plan import Plan
from mfg.simulation.clock import MANY, StandsStill
from mfg.simulation.cohort import Patient, cohort_of
from mfg.simulation.journey import arrive
from mfg.simulation.needs import Exhausted
from mfg.simulation.progress import resume
from mfg.simulation.stagger import too_soon
from mfg.simulation.unit import Unit

LAST = 2**31 - 1  # the last minute that the log can hold, four thousand years after the first
OF_EACH = 1000  # things that a patient can have to do in one minute, at the very most
ROUNDING = 1e-9  # of what is added up in another order


def run(plan: Plan, replication: int, only_in_progress: bool) -> tuple[Columns, list[str]]:
    """Let everybody come and go; the event log, and the names of the patients in the order of their index.

    Raises:
        Unsound: if something is left over or mixed up when nothing is left to happen, or if the clock stands still.
        Refused: if the calendar ends before the work does.
    """
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
    return unit.log.columns(), [patient.name for patient in patients]


def _broken(unit: Unit, patients: list[Patient]) -> Iterator[str]:
    """What is wrong at the end of a run, or when it was stopped as nobody needs the rest."""
    if not unit.floor.stopped:
        yield from _left_over(unit, patients)
    for kind, books in (("rooms", unit.books.rooms), ("beds", unit.books.beds)):
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
    for kind, places in (("incubator", unit.stock.incubators), ("storage", unit.stock.freezers)):
        if any(place.free != place.capacity or place.line for place in places):
            yield f"{kind} places are still held or waited for"
    endless = [patient.name for patient in patients if not patient.ended]
    if endless:
        yield f"without an ending: {', '.join(endless[:5])}"


def _mixed_up(patient: Patient) -> Iterator[str]:
    """Faults in one patient's chain of identity: doses from other lots, expired or lost ones, more cells than there were."""
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
