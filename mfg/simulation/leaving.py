"""How a patient leaves: by death, withdrawal or a falling score, or because the course has come to its end."""

from __future__ import annotations

from math import ceil, inf

from mfg.calendar import DAY
from mfg.log.endings import BELOW, DIED, TOO_LONG, WITHDREW
from mfg.log.notes import END
from mfg.simulation.cohort import Patient
from mfg.simulation.interrupts import Left
from mfg.simulation.unit import Unit


def will_leave(unit: Unit, patient: Patient, baseline: float) -> None:
    """Let the patient die, withdraw or fall below the score when it is time.

    Day 0 is at *baseline*, and inf if the course has no planned day 0.
    """
    people = unit.plan.people
    withdraws = patient.arrived + patient.withdraws(baseline - patient.arrived, people)
    _will_leave_at(unit, patient, DIED, patient.arrived + patient.dies)
    _will_leave_at(unit, patient, WITHDREW, withdraws)
    falls = patient.arrived + patient.falls_below(unit.plan.policy.score_least)
    if baseline == inf and patient.arm.doses:
        limit = patient.arrived + unit.plan.policy.give_up_after
        _will_leave_at(unit, patient, TOO_LONG, limit, untreated=True)
    if patient.arm.doses or falls < baseline:
        _will_leave_at(unit, patient, BELOW, falls, untreated=True)


def _will_leave_at(
    unit: Unit, patient: Patient, ending: str, moment: float, *, untreated: bool = False
) -> None:
    def leaves() -> None:
        if not (patient.ended or (untreated and (patient.treated or any(d.over for d in patient.doses)))):
            for process in patient.processes:
                unit.floor.interrupt(process, Left(ending))

    if moment < unit.plan.days * DAY:
        unit.floor.at(ceil(moment), leaves)


def ends(unit: Unit, patient: Patient, ending: str) -> None:
    """The patient's way is over, by a named ending; whatever else is under way for this patient stops."""
    patient.ended = True
    unit.writes(patient.subject, END, ending)
    has_had_all(unit, patient)
    for process in patient.processes[1:]:  # the first is the story that has just come to this end
        unit.floor.interrupt(process, Left(ending))


def has_had_all(unit: Unit, patient: Patient) -> None:
    """No further dose of *patient* is to come; the run ends if this was the last patient who is watched."""
    if unit.watched is not None and patient.index in unit.watched:
        unit.watched.remove(patient.index)
        unit.floor.stopped = not unit.watched
