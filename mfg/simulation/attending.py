"""Attending visits: where covariates are observed, arms are allocated, and what waits for the product begins."""

from __future__ import annotations

from simpy import Event, Interrupt

from mfg.calendar import DAY
from mfg.simulation.booked import Booked
from mfg.simulation.clock import First, Process
from mfg.simulation.cohort import Patient
from mfg.simulation.deciding import observe
from mfg.simulation.foreseeing import expected
from mfg.simulation.planning import put_off
from mfg.simulation.unit import Unit
from mfg.simulation.visits import float_in, may_come


def attend(unit: Unit, patient: Patient) -> Process:
    """Attend the visits one after the other, on the days to which they move with their dose."""
    visits, floor, held = patient.visits, unit.floor, unit.plan.held
    try:
        while visits:
            visit = visits[0]
            if floor.now < visit.start:
                yield visit.start  # by then it may have moved, or be dropped
            elif not (held and waits_for_product(unit, patient, visit)):
                del visits[0]
                take_place(unit, patient, visit)
    except Interrupt:
        return


def attend_when_called(unit: Unit, patient: Patient) -> Process:
    """The same for a patient whose calendar may get further visits later."""
    try:
        while patient.visits or may_come(patient):
            patient.called = Event(unit.floor)
            coming = [visit.start for visit in patient.visits[:1]]
            if not coming or unit.now < coming[0]:
                yield First(unit.floor, *coming, patient.called)
                continue
            visit = patient.visits[0]
            if not waits_for_product(unit, patient, visit):
                patient.visits.remove(visit)
                take_place(unit, patient, visit)
    except Interrupt:
        return


def take_place(unit: Unit, patient: Patient, visit: Booked) -> None:
    """One visit, with what is observed and decided there."""
    name, arm = visit.event.name, patient.arm
    comes, patient.came[name] = unit.plan.clinics[patient.clinic].visits, unit.now // DAY
    unit.log.note(patient.subject, comes, unit.now, unit.now, unit.now, name)
    if arm.comes:
        float_in(unit, patient, name)
    if name in unit.courses.anchors(arm):
        patient.attended.append(visit)
    if unit.traits.asked:
        group, turn = unit.plan.turns.get(name, (name, 0))
        if (group, turn) != ("screening", 0):  # what belongs to it was observed on arrival
            observe(unit, patient, group, turn, visit.again)
        if group != name:
            observe(unit, patient, name, again=visit.again)
    if name == arm.allocated_at:
        unit.allocates(patient)


def waits_for_product(unit: Unit, patient: Patient, visit: Booked) -> bool:
    """Whether the visit must wait for test results that are not in yet; it is then put off together with its dose."""
    if visit.event.name not in unit.plan.held:
        return False
    name = unit.courses.anchors(patient.arm).get(visit.event.name)
    dosing = next((d for d in patient.doses if d.dose.name == name and not (d.over or d.off)), None)
    if dosing is None or dosing.lot is None or dosing.booked is None:
        return False
    results = dosing.lot.results.get(visit.event.name)
    if results is None or results.triggered:
        return False
    later = max(DAY, expected(unit, dosing.lot) - unit.now)
    put_off(unit, dosing, dosing.booked.start + later)
    if dosing.hopeless:
        dosing.look_again()
    return True
