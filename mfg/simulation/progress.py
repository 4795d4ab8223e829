"""Work in progress: patients whose lots are there when the clock starts, and what is still to come of their courses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan, nan

from mfg.calendar import DAY
from mfg.log import limits
from mfg.log.endings import NO_APPOINTMENT
from mfg.log.notes import ARRIVE, RESUME
from mfg.plan import sizing
from mfg.plan.people import PatientInProgress, Standing
from mfg.simulation.booked import Booked, Status
from mfg.simulation.clock import Process
from mfg.simulation.cohort import Patient
from mfg.simulation.culturing import expect_breakdown
from mfg.simulation.deciding import observe
from mfg.simulation.journey import follow, settle
from mfg.simulation.laboratory import sampled_before
from mfg.simulation.leaving import will_leave
from mfg.simulation.lots import CellLot
from mfg.simulation.making import BANKED
from mfg.simulation.planning import Appointments, prepare, resize, target_for
from mfg.simulation.recording import book_again
from mfg.simulation.stagger import turn_of
from mfg.simulation.unit import Unit
from mfg.simulation.visits import day_for, plan_visit
from mfg.works import COLLECT, CRYOPRESERVE, EXPAND, ISOLATE, SHIP_IN


def resume(unit: Unit, patients: Sequence[Patient]) -> None:
    """Let those in progress go on from where they stand; they are the first of *patients*.

    Each lot keeps the places that it has. What is free beyond goes to their growth, in their order.
    """
    spare = [facility.incubator for facility in unit.plan.facilities]
    for there in unit.plan.in_progress:
        spare[there.facility] -= sum(lot.flasks for lot in there.lots)
    for patient, there in sorted(zip(patients, unit.plan.in_progress, strict=False), key=_first_day(unit)):
        observe(unit, patient, "screening")
        unit.assign(patient, there.facility)
        patient.treated = there.lots[0].dose > 0
        flasks = []
        for lot, until in zip(there.lots, _until(there), strict=True):
            more = max(0, min(_at_its_largest(unit, patient, lot, until) - lot.flasks, spare[there.facility]))
            spare[there.facility] -= more
            flasks.append(lot.flasks + more)
        unit.begin(patient, settle(unit, patient, _goes_on(unit, patient, there, flasks)))


def _first_day(unit: Unit) -> Callable[[tuple[Patient, PatientInProgress]], int]:
    """Whose turn it is: whose first dose is listed first, where first doses keep a distance; else as they are listed."""
    return lambda one: one[1].lots[0].dose_day if unit.plan.stagger is not None else 0


def _until(there: PatientInProgress) -> list[int | None]:
    """For each lot the dose that the next one is for; None after the last."""
    return [*(lot.dose for lot in there.lots[1:]), None]


def _at_its_largest(unit: Unit, patient: Patient, lot: Standing, until: int | None) -> int:
    """The incubator places that a lot will need, a bank for the doses *until* then; none for one that is frozen."""
    if lot.contents:
        return 0
    own = slice(lot.dose, until) if patient.recipe.bank is not None else slice(lot.dose, lot.dose + 1)
    doses = patient.arm.doses[own]
    return sizing.flasks_for(patient.recipe, unit.facility_of(patient), target_for(unit, patient, doses))


def _goes_on(unit: Unit, patient: Patient, there: PatientInProgress, flasks: Sequence[int]) -> Process:
    """One patient from the lots that are there to the last dose; returns the ending."""
    unit.writes(patient.subject, ARRIVE, value=patient.weight)
    unit.allocates(patient)
    booked: Appointments = {}
    bases: dict[str, int] = {}  # the baseline from which each dose counts
    late: dict[int, tuple[int, str]] = {}  # doses that are not on their day: by how many days, and why
    before: tuple[int, str] | None = None  # the dose of the lot before, with its day
    for lot, until in zip(there.lots, _until(there), strict=True):
        if before is None:
            least = turn_of(unit, patient).day if lot.dose == 0 else 0
        else:
            least = _apart(unit, patient, *before, patient.arm.doses[lot.dose].name)
        found, why = _on_its_day(
            unit, patient, lot, least, limits.STAGGER if before is None else limits.SPACING
        )
        if found is None:
            return NO_APPOINTMENT
        name = patient.arm.doses[lot.dose].name
        day = next((one.day for one in found if one.event.kind == "dose"), lot.dose_day)
        if day > lot.dose_day:
            late[lot.dose] = day - lot.dose_day, why
        before = day, name
        bases[name] = base = _baseline(unit, patient, name, day)
        later = [dose.name for dose in patient.arm.doses[lot.dose + 1 : until]]
        rest = _booked_later(unit, patient, base, name, later)
        if rest is not None:
            base, after = rest
            found += after
        bases |= dict.fromkeys(later, base)
        booked |= {(one.event.kind, one.event.dose): one for one in found}
    first = there.lots[0].dose
    will_leave(unit, patient, max(0, min(bases.values())) * DAY)
    for name, base in bases.items():
        unit.writes(patient.subject, RESUME, name, float(base * DAY) if patient.arm.course.planned else nan)
    banks = [lot.dose for lot in there.lots[1:]] if patient.recipe.bank is not None else []
    prepare(unit, patient, booked, range(first, len(patient.arm.doses)), banks)
    if unit.plan.stagger is not None and first == 0:
        unit.subjects.append(patient)
    dosings = {dosing.number: dosing for dosing in patient.doses}
    for number, (days, why) in late.items():
        unit.writes(dosings[number].subject, limits.AWAITED, why, float(days))
    planned = {e.dose for e in unit.courses.on(patient.arm, 0).events if e.kind == "dose"}
    for dosing in patient.doses:
        if dosing.booked is None and dosing.dose.name in planned:
            dosing.hopeless = NO_APPOINTMENT
    _visits(unit, patient, bases)
    for lot, places in zip(there.lots, flasks, strict=True):
        made = dosings[lot.dose].lot
        assert made is not None
        if dosings[lot.dose].dose.name not in planned:
            dosings[lot.dose].told = lot.dose_day
            made.due = dosings[lot.dose].due = lot.dose_day * DAY
        yield from _stands(unit, made, lot, places, dosings[lot.dose].booked)
    return (yield from follow(unit, patient))


def _apart(unit: Unit, patient: Patient, day: int, one: str, other: str) -> int:
    """The first day for a dose after *one* on *day*: by their windows, and by what is said between the two."""
    course = unit.courses.on(patient.arm, _baseline(unit, patient, one, day))
    events = {event.name: event for event in course.events}
    if one not in events or other not in events:
        return 0
    said = [gap.least for gap in course.gaps if (gap.first, gap.then) == (one, other)]
    return day + max([events[other].earliest - events[one].latest, *said])


def _on_its_day(
    unit: Unit, patient: Patient, lot: Standing, least: int, too_soon: str
) -> tuple[list[Booked] | None, str]:
    """The dose and its draw on their day, or on the first later one with room, and what refused the others.

    It is not before the day *least*: earlier would be *too soon* after another dose.
    """
    name, day = patient.arm.doses[lot.dose].name, max(lot.dose_day, least)
    base = _baseline(unit, patient, name, day)
    events = [
        e
        for e in unit.courses.on(patient.arm, base).events
        if e.dose == name and e.kind in ("csf-draw", "dose")
    ]
    booked, why = book_again(unit, patient, [(event, base + event.planned) for event in events])
    return booked, why if day == lot.dose_day else too_soon


def _baseline(unit: Unit, patient: Patient, dose: str, day: int) -> int:
    """The baseline of the course whose *dose* is planned on *day*; months before it may differ in length."""
    base = day
    for _ in range(3):
        events = unit.courses.on(patient.arm, base).events
        base = day - next((e.planned for e in events if e.kind == "dose" and e.dose == dose), 0)
    return base


def _booked_later(
    unit: Unit, patient: Patient, base: int, dose: str, later: Sequence[str]
) -> tuple[int, list[Booked]] | None:
    """What *later* doses take, booked at their distance from *dose*, or as few days later as it takes, and from which baseline.

    None if there is no place. A bank that is there needs no collection.
    """
    kinds = {"csf-draw", "dose"} | (set() if patient.recipe.bank is not None else {"collection"})
    course = unit.courses.on(patient.arm, base)
    names = {e.name for e in course.events if e.dose in later and e.kind in kinds}
    return unit.booking.book_later(patient, base, dose, names) if names else (base, [])


def _visits(unit: Unit, patient: Patient, bases: dict[str, int]) -> None:
    """Put the visits from today on into the calendar, each at its distance from the dose that it moves with."""
    earliest = min(bases.values())
    for name, dose in unit.courses.anchors(patient.arm).items():
        base = bases.get(dose, earliest)
        event = next(e for e in unit.courses.on(patient.arm, base).events if e.name == name)
        if base + event.planned >= 0:
            day, why = day_for(unit, patient, event, base, after=-1)
            plan_visit(unit, patient, event, base, day, why=why)


def _stands(unit: Unit, made: CellLot, lot: Standing, flasks: int, booked: Booked | None) -> Process:
    """Set up a lot as it is at the start: waiting for isolation, frozen in containers, or in culture as it was plated."""
    patient, clinic = made.patient, unit.plan.clinics[made.patient.clinic]
    made.collected_at = lot.collected
    made.collection = _taken(unit, patient, booked)
    if COLLECT in clinic.work:
        activity, then = clinic.work[COLLECT].activity, lot.collected
        unit.log.note(made.subject, activity, then, then, then, value=lot.marrow if lot.unplated else nan)
    if lot.unplated:
        _is_to_be_isolated(unit, made, lot, flasks, booked)
        return
    if lot.contents:
        made.begins, made.taken, made.contents = BANKED, True, list(lot.contents)
        made.frozen = sum(lot.contents)
        work = unit.facility_of(patient).work.get(CRYOPRESERVE)
        if work is not None:
            then = lot.frozen
            unit.log.note(made.subject, work.activity, then, then, then, value=made.frozen)
        yield unit.stock.stores(made, made.containers)
        sampled_before(unit, made, released=True)
        return
    made.begins = EXPAND
    _keeps_places(unit, made, flasks, lot.dose_day if booked is None else booked.day)
    yield unit.stock.reserves(made, flasks)
    until = patient.recipe.bank.after_passage if patient.recipe.bank is not None else None
    culture = made.culture = unit.biology.culture(patient, made.number, flasks, until)
    culture.passage, culture.flasks = lot.passage, lot.flasks
    culture.seeded, culture.since = lot.cells, lot.plated
    sampled_before(unit, made, released=lot.released)
    expect_breakdown(unit, made)


def _is_to_be_isolated(unit: Unit, made: CellLot, lot: Standing, flasks: int, booked: Booked | None) -> None:
    """Marrow, or cells, that were collected before the run: on the way, or at the facility, whose next open day has the work."""
    patient, clinic = made.patient, unit.plan.clinics[made.patient.clinic]
    made.begins, made.received = SHIP_IN, lot.received
    made.marrow = unit.biology.volume(patient, made.number) if isnan(lot.marrow) else lot.marrow
    made.left = lot.collected + (clinic.work[COLLECT].booked if COLLECT in clinic.work else 0)
    if patient.recipe.collecting is not None:
        made.cells = lot.marrow
    if unit.contaminated is not None:
        made.contaminated = made.tainted = unit.contaminated(patient.index, made.number)
    observe(unit, patient, "collection", made.number)
    resize(unit, made)
    _keeps_places(unit, made, flasks, lot.dose_day if booked is None else booked.day)
    facility = unit.facility_of(patient)
    if ISOLATE in facility.work:
        day = min(unit.timetable.openings[patient.facility])
        unit.books.suites[patient.facility].take(day, facility.work[ISOLATE].booked)
    sampled_before(unit, made, released=False)


def _taken(unit: Unit, patient: Patient, booked: Booked | None) -> Booked | None:
    """The collection of a lot that is there, as it would have been booked for its dose: the model for a repeated one."""
    if booked is None:
        return None
    events = [e for e in unit.courses.on(patient.arm, 0).events if e.kind == "collection"]
    own = [e for e in events if e.dose == booked.event.dose] or events[:1]
    if not own:
        return None
    day = booked.day - unit.courses.lead(patient.arm, own[0].name)
    minutes, culture = unit.demand.minutes_of(patient, own[0]), unit.demand.culture_of(patient, own[0])
    return Booked(own[0], day, day * DAY, minutes, culture, Status.PROPOSED)


def _keeps_places(unit: Unit, made: CellLot, flasks: int, dose_day: int) -> None:
    """Reserve the incubator places of a lot in the books until its dose, or until it will be frozen."""
    last = dose_day
    if made.patient.recipe.bank is not None and made.collection is not None and made.collection.culture:
        last = made.collection.day + made.collection.culture.last
    unit.books.flasks[made.patient.facility].take(0, last, flasks)
