"""Visits to come: which dose each belongs to, and where it goes when that dose moves."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from operator import attrgetter

from mfg.calendar import DAY, next_start
from mfg.course.network import Event
from mfg.course.pieces import BASELINE, FREE, Floating, Gap
from mfg.errors import Refused
from mfg.log.notes import OFF_WINDOW
from mfg.simulation.booked import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.lots import Dosing
from mfg.simulation.unit import Unit

WAITED, _CLOSED, SPACED = "waited for an appointment", "the clinic was closed", "spacings from doses"
NO_PLACE_EARLIER = "no place for it earlier"
_LEFT, PAST = "it took place before its dose moved", "its window was over"


def plan_visit(
    unit: Unit, patient: Patient, event: Event, base: int, day: int, again: int = 0, why: str = ""
) -> None:
    """Put a visit on *day* into the patient's calendar, for the *again*-th time from 0 on; *why* if outside its window."""
    start = unit.timetable.opening(patient, day)
    if not event.inpatient:
        start = max(start, next_start(unit.plan.clinics[patient.clinic].windows, unit.now, 1))
    visit = Booked(event, day, start, 0, base=base, again=again)
    insort(patient.visits, visit, key=attrgetter("start"))
    explain(unit, patient, visit, why)


def explain(unit: Unit, patient: Patient, visit: Booked, why: str) -> None:
    """Write down why a visit lies outside its window, if it does, and by how many days."""
    event, day = visit.event, visit.day - visit.base
    if not event.earliest <= day <= event.latest:
        beyond = day - (event.earliest if day < event.earliest else event.latest)
        unit.writes(patient.subject, OFF_WINDOW, f"{event.name}: {why}", float(beyond))


def float_in(unit: Unit, patient: Patient, happened: str, dose: str | None = None) -> None:
    """Something *happened* that events without a day follow: put the visits among them into the calendar.

    After the release of a lot those of its *dose*.

    Raises:
        Refused: if the calendar ends before one of them is due.
    """
    if not patient.arm.floating:
        return
    patient.happened[happened] = unit.now
    for event in patient.arm.floating.get(happened, ()):
        if event.kind == "visit" and event.dose in (None, dose):
            first = -(-(unit.now + floats(event)) // DAY)
            kind, name, by = event.kind, event.name, event.by
            planned = Event(kind, name, 0, 0, FREE, event.rule, None, by, event.condition, event.inpatient)
            days = (d for d in range(first, unit.plan.days) if unit.timetable.is_open(patient, planned, d))
            day = next(days, None)
            if day is None:
                problem = f"has no day left for {event.name!r}, which is due years after the horizon"
                raise Refused("calendar", None, problem, "end the horizon later, or let it follow sooner")
            plan_visit(unit, patient, planned, day, day)
            since = unit.now // DAY
            if day - since > event.most:
                beyond = float(day - since - event.most)
                unit.writes(patient.subject, OFF_WINDOW, f"{event.name}: {_CLOSED}", beyond)
    for waiting in (patient.called, patient.awaits):
        if waiting is not None and not waiting.triggered:
            waiting.succeed()


def explain_late(unit: Unit, dosing: Dosing, at: int) -> None:
    """Write down why a dose without a day is given later than what it follows allows, if it is."""
    patient = dosing.patient
    event = next((event for event in patient.arm.course.floating if event.name == dosing.dose.name), None)
    since = patient.happened.get(event.follows) if event is not None else None
    if event is not None and since is not None and at // DAY - since // DAY > event.most:
        beyond = at // DAY - since // DAY - event.most
        unit.writes(patient.subject, OFF_WINDOW, f"{event.name}: {NO_PLACE_EARLIER}", float(beyond))


def floats(event: Floating) -> int:
    """The least minutes between an event without a planned day and what it follows."""
    return event.least * DAY if event.least_minutes is None else event.least_minutes


def follow_dose(unit: Unit, dosing: Dosing, shift: int) -> None:
    """*dosing* is booked *shift* days later: the visits that move with it do so too, and some take place again.

    Each goes to the open day within its window that is nearest to its plan and breaks no spacing; if there is none,
    to the first open day after its plan. A visit that took place is repeated if its file says so, and if the dose
    has left its window; else it stays, which is written down.
    """
    patient, dose = dosing.patient, dosing.dose.name
    anchors = unit.courses.anchors(patient.arm)
    moving = [v for v in patient.visits if anchors.get(v.event.name) == dose]
    for visit in sorted(moving, key=lambda visit: visit.event.planned):
        visit.base += shift
        visit.day, why = day_for(unit, patient, visit.event, visit.base)
        visit.start = unit.timetable.opening(patient, visit.day)
        explain(unit, patient, visit, why)
    for visit in [v for v in patient.attended if anchors.get(v.event.name) == dose]:
        visit.base += shift
        if visit.day >= visit.base + visit.event.earliest:
            continue
        if visit.event.repeats:
            patient.attended.remove(visit)
            day, why = day_for(unit, patient, visit.event, visit.base)
            plan_visit(unit, patient, visit.event, visit.base, day, again=visit.again + 1, why=why)
            call(patient)
        else:
            explain(unit, patient, visit, _LEFT)
    if moving:
        patient.visits.sort(key=attrgetter("start"))


def soonest(unit: Unit, dosing: Dosing, day: int) -> int:
    """The first day from *day* on for *dosing* to move to, if what has to be repeated before it begins tomorrow."""
    assert dosing.booked is not None
    patient, shift, first = dosing.patient, day - dosing.booked.day, day
    for visit in patient.attended:
        mine = unit.courses.anchors(patient.arm).get(visit.event.name) == dosing.dose.name
        if mine and visit.event.repeats and visit.day < visit.base + shift + visit.event.earliest:
            lead = dosing.booked.event.planned - visit.event.planned
            first = max(first, unit.now // DAY + 1 + lead)
    return first


def may_come(patient: Patient) -> bool:
    """Whether visits may still come: repeated ones, or those without a day, while a dose is to be given."""
    return patient.arm.comes and any(not (d.over or d.off) for d in patient.doses)


def call(patient: Patient) -> None:
    """Wake a patient who waits for the next visit, as the calendar has changed."""
    if patient.called is not None and not patient.called.triggered:
        patient.called.succeed()


def day_for(
    unit: Unit, patient: Patient, event: Event, base: int, after: int | None = None
) -> tuple[int, str]:
    """The day for a visit whose plan counts from *base*, and why it is not in its window if none there will do.

    It is *after* that day, or after today.
    """
    today, plan = unit.now // DAY if after is None else after, unit.plan
    course = unit.courses.on(patient.arm, max(0, base))
    known = _days(patient, event)
    gaps = [g for g in course.gaps if event.name in (g.first, g.then) and BASELINE not in (g.first, g.then)]

    def fits(day: int) -> bool:
        return today < day < plan.days and unit.timetable.is_open(patient, event, day)

    why = PAST if base + event.latest <= today else _CLOSED
    for day in (base + offset for offset in event.nearest()):
        if fits(day):
            if _keeps(gaps, {**known, event.name: day}):
                return day, ""
            why = SPACED
    first = max(today + 1, base + event.planned)
    return next((day for day in range(first, plan.days) if fits(day)), plan.days - 1), why


def _days(patient: Patient, event: Event) -> dict[str, int]:
    """The days of the doses that are booked, of the visits that took place, and of those before *event* that will."""
    coming = {v.event.name: v.day for v in patient.visits if v.event.planned < event.planned}
    doses = {d.dose.name: d.booked.day for d in patient.doses if d.booked is not None}
    return {**coming, **patient.came, **doses}


def _keeps(gaps: Iterable[Gap], days: Mapping[str, int]) -> bool:
    return all(
        gap.least <= days[gap.then] - days[gap.first] <= gap.most
        for gap in gaps
        if gap.first in days and gap.then in days
    )
