"""Visits to come: which dose each belongs to, and where it goes when that dose moves."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from operator import attrgetter

from simpy import Event as Signal

from mfg.calendar import DAY
from mfg.course.network import Event
from mfg.course.pieces import BASELINE, FREE, Floating, Gap
from mfg.simulation.booking import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.lots import Dosing
from mfg.simulation.unit import Unit


def plan_visit(unit: Unit, patient: Patient, event: Event, base: int, day: int, again: int = 0) -> None:
    """Put a visit on *day* into the patient's calendar, for the *again*-th time from 0 on."""
    visit = Booked(event, day, unit.booking.opening(patient, day), 0, base=base, again=again)
    insort(patient.visits, visit, key=attrgetter("start"))


def float_in(unit: Unit, patient: Patient, happened: str, dose: str | None = None) -> None:
    """Something *happened* that events without a day follow: put the visits among them into the calendar.

    After the release of a lot those of its *dose*.
    """
    if not patient.arm.floating:
        return
    patient.happened[happened] = unit.now
    for event in patient.arm.floating.get(happened, ()):
        if event.kind == "visit" and event.dose in (None, dose):
            first = -(-(unit.now + floats(event)) // DAY)
            planned = Event(
                event.kind,
                event.name,
                0,
                0,
                FREE,
                event.rule,
                None,
                event.by,
                event.condition,
                event.inpatient,
            )
            day = next(d for d in range(first, unit.plan.days) if unit.booking.is_open(patient, planned, d))
            plan_visit(unit, patient, planned, day, day)
    for waiting in (patient.called, patient.awaits):
        if waiting is not None and not waiting.triggered:
            waiting.succeed()


def floats(event: Floating) -> int:
    """How many minutes an event without a day lies behind what it follows, at least."""
    return event.least * DAY if event.least_minutes is None else event.least_minutes


def follow_dose(unit: Unit, dosing: Dosing, shift: int) -> None:
    """*dosing* is booked *shift* days later: the visits that move with it do so too, and some take place again.

    Each goes to the open day within its window that is nearest to its plan and breaks no spacing; if there is none,
    to the first open day after its plan. A visit that took place is repeated if its file says so, and if the dose
    has left its window.
    """
    patient, dose = dosing.patient, dosing.dose.name
    moving = [v for v in patient.visits if unit.booking.anchors(patient.arm).get(v.event.name) == dose]
    for visit in sorted(moving, key=lambda visit: visit.event.planned):
        visit.base += shift
        visit.day = day_for(unit, patient, visit.event, visit.base)
        visit.start = unit.booking.opening(patient, visit.day)
    for visit in [v for v in patient.attended if unit.booking.anchors(patient.arm).get(v.event.name) == dose]:
        visit.base += shift
        if visit.day < visit.base + visit.event.earliest:
            patient.attended.remove(visit)
            day = day_for(unit, patient, visit.event, visit.base)
            plan_visit(unit, patient, visit.event, visit.base, day, again=visit.again + 1)
            call(patient)
    if moving:
        patient.visits.sort(key=attrgetter("start"))


def soonest(unit: Unit, dosing: Dosing, day: int) -> int:
    """The first day from *day* on for *dosing* to move to, if what has to be repeated before it begins tomorrow."""
    assert dosing.booked is not None
    patient, shift, first = dosing.patient, day - dosing.booked.day, day
    for visit in patient.attended:
        mine = unit.booking.anchors(patient.arm).get(visit.event.name) == dosing.dose.name
        if mine and visit.day < visit.base + shift + visit.event.earliest:
            lead = dosing.booked.event.planned - visit.event.planned
            first = max(first, unit.now // DAY + 1 + lead)
    return first


def may_come(patient: Patient) -> bool:
    """Whether visits may still come: repeated ones, or those without a day, while a dose is to be given."""
    return patient.arm.comes and any(not (d.over or d.off) for d in patient.doses)


def call(patient: Patient) -> None:
    """Let the patient look into the calendar again."""
    if patient.called is not None and not patient.called.triggered:
        patient.called.succeed()


def day_for(unit: Unit, patient: Patient, event: Event, base: int, after: int | None = None) -> int:
    """The open day for a visit whose plan counts from *base*: *after* that day, or after today."""
    today, plan = unit.now // DAY if after is None else after, unit.plan
    course = unit.booking.course(patient.arm, max(0, base))
    known = _days(patient)
    gaps = [g for g in course.gaps if event.name in (g.first, g.then) and BASELINE not in (g.first, g.then)]

    def fits(day: int) -> bool:
        return today < day < plan.days and unit.booking.is_open(patient, event, day)

    for offset in event.nearest():
        if fits(base + offset) and _keeps(gaps, {**known, event.name: base + offset}):
            return base + offset
    first = max(today + 1, base + event.planned)
    return next((day for day in range(first, plan.days) if fits(day)), plan.days - 1)


def _days(patient: Patient) -> dict[str, int]:
    """The days of the doses that are booked."""
    return {d.dose.name: d.booked.day for d in patient.doses if d.booked is not None}


def _keeps(gaps: Iterable[Gap], days: Mapping[str, int]) -> bool:
    return all(
        gap.least <= days[gap.then] - days[gap.first] <= gap.most
        for gap in gaps
        if gap.first in days and gap.then in days
    )


def wake(unit: Unit, dosing: Dosing) -> None:
    """Let whoever waits for *dosing* look again."""
    dosing.upset.succeed()
    dosing.upset = Signal(unit.floor)
