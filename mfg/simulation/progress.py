"""Work in progress: lots that are in culture when the clock starts."""

from __future__ import annotations

from collections.abc import Sequence

from mfg.calendar import DAY
from mfg.simulation import plan as p
from mfg.simulation import sizing
from mfg.simulation.clock import Process
from mfg.simulation.cohort import Patient
from mfg.simulation.journey import follow, settle
from mfg.simulation.laboratory import sampled_before
from mfg.simulation.making import expect_breakdown
from mfg.simulation.planning import NO_APPOINTMENT, Appointments, prepare
from mfg.simulation.recording import book_again
from mfg.simulation.unit import Unit


def resume(unit: Unit, patients: Sequence[Patient]) -> None:
    """Let the lots in progress go on from where they stand; they are the first of *patients*.

    Each keeps the places that it has. What is free beyond goes to their growth, in their order.
    """
    spare = [facility.incubator for facility in unit.plan.facilities]
    for lot in unit.plan.in_progress:
        spare[lot.facility] -= lot.flasks
    for patient, lot in zip(patients, unit.plan.in_progress, strict=False):
        unit.assign(patient, lot.facility)
        recipe, facility = patient.recipe, unit.facility_of(patient)
        cells = patient.portion(patient.arm.doses[lot.dose]).total
        peak = sizing.flasks_for(recipe, facility, sizing.target(recipe, facility, cells))
        more = max(0, min(peak - lot.flasks, spare[lot.facility]))
        spare[lot.facility] -= more
        unit.begin(patient, settle(unit, patient, _goes_on(unit, patient, lot, lot.flasks + more)))


def _goes_on(unit: Unit, patient: Patient, lot: p.InProgress, flasks: int) -> Process:
    """One patient with a lot in culture, to the dose that it is for; returns the ending."""
    unit.writes(patient.subject, "arrive", value=patient.weight)
    unit.allocates(patient)
    unit.will_leave(patient, lot.dose_day * DAY)
    booked = _booked(unit, patient, lot)
    if booked is None:
        return NO_APPOINTMENT
    prepare(unit, patient, booked, [lot.dose])
    for day in range(lot.dose_day + 1):
        unit.booking.flasks[lot.facility][day] += flasks
    (made,) = patient.lots
    made.begins, made.collected_at = "expand", lot.collected
    collect = unit.plan.clinics[lot.clinic].work["collect"]
    unit.log.note(made.subject, collect.activity, lot.collected, lot.collected, lot.collected)
    yield unit.reserves(made, flasks)
    culture = made.culture = unit.biology.culture(patient, made.number, flasks)
    culture.passage, culture.flasks, culture.seeded, culture.since = (
        lot.passage,
        lot.flasks,
        lot.cells,
        lot.plated,
    )
    sampled_before(unit, made)
    expect_breakdown(unit, made)
    return (yield from follow(unit, patient))


def _booked(unit: Unit, patient: Patient, lot: p.InProgress) -> Appointments | None:
    """The dose and its draw on their day, or on the first later one on which there is room; None if none has."""
    name = patient.arm.doses[lot.dose].name
    events = [
        e for e in unit.booking.course(patient.arm, 0).events if e.dose == name and e.kind != "collection"
    ]
    day0 = next((e.planned for e in events if e.kind == "dose"), 0)
    booked = book_again(unit, patient, [(e, lot.dose_day + e.planned - day0) for e in events])
    return None if booked is None else {(b.event.kind, b.event.dose): b for b in booked}
