"""One replication: everybody is followed to an ending, and then the run is held against its own rules."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Unsound
from mfg.simulation import plan as p
from mfg.simulation.cohort import Patient, cohort_of
from mfg.simulation.journey import life
from mfg.simulation.log import Columns
from mfg.simulation.unit import Unit


def replicate(plan: p.Plan, replication: int) -> tuple[Columns, list[str]]:
    """Run *plan* once; the event log, and the names of the patients in the order of their index.

    Raises:
        Unsound: if the finished run breaks one of its own invariants.
    """
    patients, luck = cohort_of(plan, replication)
    unit = Unit(plan, luck)
    for patient in patients:
        patient.subject = unit.log.subject(patient.index)
        unit.begin(patient, life(unit, patient))
    unit.floor.run()
    broken = tuple(_broken(unit, patients))
    if broken:
        raise Unsound(replication, broken)
    return unit.log.columns(), [patient.name for patient in patients]


def _broken(unit: Unit, patients: list[Patient]) -> Iterator[str]:
    """What is left over when nothing is left to happen."""
    floor = unit.floor
    if floor.free != list(floor.capacities):
        held = [unit.plan.resources[n] for n, free in enumerate(floor.free) if free != floor.capacities[n]]
        yield f"still held: {', '.join(held)}"
    if any(need.line for need in floor.needs):
        yield "somebody still waits in a line"
    if any(places.free != places.capacity or places.line for places in unit.incubators):
        yield "incubator places are still held or waited for"
    endless = [patient.name for patient in patients if not patient.ended]
    if endless:
        yield f"without an ending: {', '.join(endless[:5])}"
