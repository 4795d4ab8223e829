"""Observing a patient, and dropping the doses and visits whose conditions turn out not to be met."""

from __future__ import annotations

from decimal import Decimal
from math import isnan
from typing import Any

from mfg.log.notes import DROP, PRESCRIBE
from mfg.plan.prescription import PatientCase
from mfg.simulation.cohort import Patient
from mfg.simulation.interrupts import NotIndicated
from mfg.simulation.log import NAN
from mfg.simulation.lots import Dosing
from mfg.simulation.unit import Unit
from mfg.works import OBSERVE

_NO_DOSE = "no dose defined"


def observe(unit: Unit, patient: Patient, event: str, turn: int = 0, again: int = 0) -> None:
    """Observe what belongs to *event*, the *turn*-th of its name, and drop what the patient is not to have.

    Of an event that has to be repeated *again* counts how often it was.
    """
    if not unit.traits.asked:
        return
    found = unit.traits.observed(patient.index, event, turn, again)
    patient.case.update(found)
    for name, value in found.items():
        if isinstance(value, Decimal):
            unit.writes(patient.subject, OBSERVE, name, float(value))
        else:
            unit.writes(patient.subject, OBSERVE, f"{name} {value}")
    if found:
        _decide(unit, patient)


def _decide(unit: Unit, patient: Patient) -> None:
    """Drop the doses and visits whose condition is not met, as far as it is known."""
    for dosing in patient.doses:
        if not (dosing.over or dosing.off) and _admitted(dosing.dose.when, patient.case) is False:
            drop(unit, dosing)
    for visit in list(patient.visits):
        if _admitted(patient.arm.when.get(visit.event.name), patient.case) is False:
            patient.visits.remove(visit)
            unit.writes(patient.subject, DROP, visit.event.name)


def assess(unit: Unit, dosing: Dosing) -> bool:
    """The day of a dose has come: observe what belongs to it; False if the dose turns out not to be for this patient."""
    patient = dosing.patient
    if not unit.traits.asked and dosing.dose.when is None:
        return True
    if dosing.number == 0:
        observe(unit, patient, "baseline")
    observe(unit, patient, "dose", dosing.number)
    if not dosing.off and not _admitted(dosing.dose.when, patient.case):
        drop(unit, dosing)
    elif not dosing.off and dosing.dose.rule is not None:
        portion = dosing.portion
        unit.writes(dosing.subject, PRESCRIBE, dosing.dose.name, portion.cells)
        if isnan(portion.cells):
            dosing.hopeless = _NO_DOSE
    return not dosing.off


def drop(unit: Unit, dosing: Dosing) -> None:
    """Take a dose out of the course: return what was booked for it, and stop what is made for it alone."""
    patient, lot = dosing.patient, dosing.lot
    dosing.dropped = True
    unit.writes(dosing.subject, DROP, dosing.dose.name, NAN)
    booked = [dosing.booked, dosing.draw]
    alone = lot is not None and all(
        d is dosing or d.lot is not lot or d.over or d.dropped for d in patient.doses
    )
    if lot is not None and alone and not lot.collected:
        booked.append(lot.collection)
    unit.books.cancel(patient, [one for one in booked if one is not None])
    for made in (lot if alone else None, dosing.batch):
        if made is not None and made.process is not None:
            unit.floor.interrupt(made.process, NotIndicated())
    dosing.look_again()


def _admitted(condition: Any, case: PatientCase) -> bool | None:
    """Whether *case* meets a condition; None while it is not known."""
    if condition is None:
        return True
    known = [(part, case.get(name)) for name, part in condition.parts.items()]
    if any(value is not None and value not in part for part, value in known):
        return False
    return None if any(value is None for _, value in known) else True
