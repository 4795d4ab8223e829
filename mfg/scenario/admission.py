"""Whether the patients of a scenario can come in as its protocol says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mfg.errors import Refused
from mfg.protocol.cases import Bounds
from mfg.protocol.check.patient import JUDGED
from mfg.protocol.rules import Limits
from mfg.scenario.scenario import Scenario
from mfg.units import alike


def admission_faults(scenario: Scenario) -> Iterator[Refused]:
    """Patients who cannot come in as the protocol says."""
    yield from _in_order(scenario)
    yield from _outside(scenario)


def judged(scenario: Scenario) -> dict[str, Bounds]:
    """The limits of eligibility that are judged at screening, in the units of `JUDGED`."""
    given = {name for name in JUDGED if getattr(scenario.population, name) is not None}
    limits = {
        n: limit for n, limit in scenario.protocol.eligibility.items() if n in given and _fits(n, limit)
    }
    return {name: limit.within(JUDGED[name]) for name, limit in limits.items()}


def not_judged(scenario: Scenario) -> list[str]:
    """What the protocol limits and the population does not give."""
    given = judged(scenario).keys() | scenario.population.covariates.keys()
    return [name for name in scenario.protocol.eligibility if name not in given]


def _outside(scenario: Scenario) -> Iterator[Refused]:
    """Patients known by name who are in the trial, or are to come, and are not eligible."""
    come = scenario.arrivals
    known = [(f"patients.{one.patient}.weight_kg", "weight", one.weight_kg) for one in come.patients]
    known += [(f"patients.{o.patient}.age", "age", o.age) for o in come.patients if o.age is not None]
    known += [(f"in_progress.{one.patient}.weight_kg", "weight", one.weight_kg) for one in come.in_progress]
    for place, name, value in known:
        limits = scenario.protocol.eligibility.get(name)
        if (
            limits is not None
            and _fits(name, limits)
            and Decimal(str(value)) not in limits.within(JUDGED[name])
        ):
            problem = f"is not eligible: the protocol takes {name} {limits}"
            yield Refused(
                f"arrivals.{place}", f"{value:g}", problem, "check the value, or leave the patient out"
            )


def _fits(name: str, limits: Limits) -> bool:
    """Whether *limits* are in a unit in which *name* is judged; that they must be is said of the protocol itself."""
    return all(alike(end, JUDGED[name]) for _, end in limits.bounds())


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
