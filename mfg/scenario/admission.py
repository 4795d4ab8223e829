"""Whether the patients of a scenario can come in as its protocol says."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.scenario.scenario import Scenario


def admission_faults(scenario: Scenario) -> Iterator[Refused]:
    """Patients who cannot come in as the protocol says."""
    yield from _in_order(scenario)


def _in_order(scenario: Scenario) -> Iterator[Refused]:
    """Who is known beforehand to be in an arm, or to be treated already, leaves no order to fill the arms in."""
    allocation, come = scenario.protocol.allocation, scenario.arrivals
    if allocation is None or allocation.how != "in order":
        return
    for one in come.patients:
        if one.arm is not None:
            where, problem = f"arrivals.patients.{one.patient}.arm", "is given to a patient of a list"
            yield Refused(
                where, one.arm, problem, "the protocol fills its arms in order: leave the column out"
            )
    if come.in_progress:
        problem, advice = (
            "are of arms that are filled in order",
            "nothing says how many places are taken already",
        )
        yield Refused("arrivals.in_progress", None, problem, advice)
