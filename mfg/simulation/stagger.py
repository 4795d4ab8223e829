"""First doses one after the other: how long a subject waits for those who came in before."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from mfg.calendar import DAY
from mfg.plan.prescription import PlannedArm, PlannedStagger
from mfg.simulation.cohort import Patient
from mfg.simulation.lots import Dosing
from mfg.simulation.unit import Unit


@frozen
class Turn:
    """The first day on which a subject may have the first dose.

    It is `sure` when everybody before has had theirs, or will have none; else it is as planned.
    """

    day: int
    sure: bool


def turn_of(unit: Unit, patient: Patient) -> Turn:
    """When it is the turn of *patient*, as far as is known now."""
    today, day, sure = unit.now // DAY, _since_before_the_run(unit, patient), True
    for other, apart in _before(unit, patient):
        first = other.doses[0]
        if first.over:
            day = max(day, first.given_at // DAY + apart)
        elif not other.ended:
            day = max(day, _planned(first, today) + apart)
            sure = False
    return Turn(day, sure)


def too_soon(unit: Unit) -> Iterator[str]:
    """Those who had their first dose before it was their turn; when nothing is left to happen."""
    for patient in unit.subjects:
        first = patient.doses[0]
        if first.over and first.given_at // DAY < turn_of(unit, patient).day:
            yield f"{patient.name}: the first dose was given too soon after those before"


def _before(unit: Unit, patient: Patient) -> Iterator[tuple[Patient, int]]:
    """Everybody who came in before *patient* and is to have a dose, with the least days between the two."""
    if unit.plan.stagger is None:
        return
    for other in unit.subjects:
        if other is patient:
            return
        if apart := _apart(unit.plan.stagger, patient, other.arm):
            yield other, apart


def _since_before_the_run(unit: Unit, patient: Patient) -> int:
    """The first day of the run that is far enough after the first doses that were given before it."""
    plan, days = unit.plan, [0]
    if plan.stagger is not None:
        days += [one.day + _apart(plan.stagger, patient, plan.arms[one.arm]) for one in plan.begun]
    return max(days)


def _apart(stagger: PlannedStagger, patient: Patient, arm: PlannedArm) -> int:
    """The least days between the first dose of *patient* and one that was given before in *arm*."""
    return stagger.subjects if arm is patient.arm else stagger.cohorts


def _planned(first: Dosing, today: int) -> int:
    """The day on which a first dose is now planned; today, if it only waits for its cells."""
    return today if first.booked is None else max(today, first.booked.day)
