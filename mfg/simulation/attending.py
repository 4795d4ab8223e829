"""Attending visits: where covariates are observed, arms are allocated, and what waits for the product begins."""

from __future__ import annotations

from simpy import Event, Interrupt

from mfg.calendar import DAY
from mfg.simulation.clock import First, Process
from mfg.simulation.cohort import Patient
from mfg.simulation.deciding import observe
from mfg.simulation.planning import expected, put_off
from mfg.simulation.unit import Unit
from mfg.simulation.visits import Visit, float_in, may_come, wake


def attend(unit: Unit, patient: Patient) -> Process:
    """The visits, one after the other, wherever their dose takes them."""
    try:
        while patient.visits or may_come(patient):
            visit = patient.visits[0] if patient.visits else None
            if patient.arm.comes and (visit is None or unit.now < visit.start):
                patient.called = Event(unit.floor)
                yield patient.called if visit is None else First(unit.floor, visit.start, patient.called)
            elif visit is None:
                return
            elif unit.now < visit.start:
                yield visit.start  # by then it may have moved, or be dropped
            elif not waits_for_product(unit, patient, visit):
                patient.visits.pop(0)
                take_place(unit, patient, visit)
    except Interrupt:
        return


def take_place(unit: Unit, patient: Patient, visit: Visit) -> None:
    """One visit, with what is observed and decided there."""
    unit.writes(patient.subject, "visit", visit.name)
    float_in(unit, patient, visit.name)
    if visit.name in patient.arm.repeating:
        patient.attended.append(visit)
    name, turn = unit.plan.turns.get(visit.name, (visit.name, 0))
    if (name, turn) != ("screening", 0):  # what belongs to it was observed on arrival
        observe(unit, patient, name, turn, visit.again)
    if name != visit.name:
        observe(unit, patient, visit.name, again=visit.again)
    if visit.name == patient.arm.allocated_at:
        unit.allocates(patient)


def waits_for_product(unit: Unit, patient: Patient, visit: Visit) -> bool:
    """Whether the visit is put off with its dose, since results that hold it are not in yet."""
    if visit.name not in unit.plan.held:
        return False
    name = unit.booking.anchors(patient.arm).get(visit.name)
    dosing = next((d for d in patient.doses if d.dose.name == name and not (d.over or d.off)), None)
    if dosing is None or dosing.lot is None or dosing.booked is None:
        return False
    results = dosing.lot.results.get(visit.name)
    if results is None or results.triggered:
        return False
    later = max(DAY, expected(unit, dosing.lot) - unit.now)
    put_off(unit, dosing, dosing.booked.start + later)
    if dosing.hopeless:
        wake(unit, dosing)
    return True
