"""From a scenario to the plan that the event loop reads: units come off, names become indices."""

from __future__ import annotations

from datetime import timedelta
from math import inf

from mfg.calendar import DAY, holidays_of
from mfg.errors import Faults, Refused
from mfg.plan.compile.enough import too_little
from mfg.plan.compile.people import (
    admits_of,
    begun_of,
    candidates_of,
    eligibility_of,
    in_progress_of,
    people_of,
    traits_of,
)
from mfg.plan.compile.places import Places
from mfg.plan.compile.plain import minutes
from mfg.plan.compile.prescribed import arms_of
from mfg.plan.compile.recipes import recipes_of
from mfg.plan.plan import Plan, PlannedPolicy
from mfg.plan.prescription import PlannedStagger
from mfg.plan.site import HOLDS
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Stagger
from mfg.scenario import Scenario
from mfg.units import number

__all__ = ["beyond_planning", "plan_of"]

TAIL = 3 * 365  # days after the horizon in which everybody who arrived is followed to an ending


def plan_of(scenario: Scenario) -> Plan:
    """The plan of *scenario*, which has no faults of its own.

    Raises:
        Faults: if a single patient needs more than it allows.
    """
    plan = _planned(scenario)
    if faults := tuple(too_little(plan)):
        raise Faults(scenario.name, faults)
    return plan


def beyond_planning(scenario: Scenario) -> tuple[Refused, ...]:
    """What keeps *scenario*, which has no faults of its own, from being planned."""
    try:
        plan_of(scenario)
    except Faults as found:
        return found.faults
    except Refused as refused:
        return (refused,)
    return ()


def _planned(scenario: Scenario) -> Plan:
    start, come, allocation = scenario.start, scenario.arrivals, scenario.protocol.allocation
    horizon = int(number(scenario.horizon, "minute"))
    days = -(-horizon // DAY) + TAIL
    years = range(start.year - 1, (start + timedelta(days=days)).year + 2)
    closed = holidays_of(scenario.site.holidays, years)
    places = Places(scenario, days, closed)
    conditions, recipe_by, recipes = recipes_of(scenario)
    return Plan(
        name=scenario.name,
        seed=scenario.seed,
        supply=scenario.source.name if scenario.source is not None else "",
        start=start,
        horizon=horizon,
        warm_up=minutes(scenario.warm_up) or 0,
        days=days,
        chance=scenario.chance,
        late=minutes(scenario.late),
        policy=_policy(scenario),
        activities=tuple(places.activities),
        resources=tuple(places.resources),
        capacities=tuple(places.capacities),
        hours=tuple(places.hours),
        needs=tuple(places.needs),
        clinics=places.clinics,
        facilities=places.facilities,
        laboratories=tuple(places.laboratories),
        legs=places.legs,
        arms=arms_of(scenario),
        block=allocation.block if allocation else None,
        strata=allocation.strata if allocation else (),
        stagger=_stagger(allocation.stagger) if allocation and allocation.stagger else None,
        turns=_turns(scenario),
        held=tuple(dict.fromkeys(test.holds for test in places.tests if test.holds not in HOLDS)),
        conditions=conditions,
        recipe_by=recipe_by,
        recipes=recipes,
        tests=places.tests,
        people=people_of(scenario),
        traits=traits_of(scenario),
        eligibility=tuple(eligibility_of(scenario)),
        admits=admits_of(scenario),
        candidates=tuple(candidates_of(scenario)),
        in_progress=tuple(in_progress_of(scenario)),
        begun=tuple(begun_of(scenario)),
        rate=number(come.rate, "/day") / DAY if come.rate is not None else 0.0,
        every=minutes(come.every) or 0,
    )


def _turns(scenario: Scenario) -> dict[str, tuple[str, int]]:
    """For each visit of a repeated one, that one's name and its place in it."""
    repeated = [visit for visit in scenario.protocol.visits if visit.repeat is not None]
    return {each.name: (visit.name, n) for visit in repeated for n, each in enumerate(occurrences(visit))}


def _stagger(stagger: Stagger) -> PlannedStagger:
    """Two subjects of two cohorts are two subjects all the same."""
    subjects, cohorts = (
        0 if spacing is None else int(number(spacing, "day"))
        for spacing in (stagger.subjects, stagger.cohorts)
    )
    return PlannedStagger(subjects, max(subjects, cohorts))


def _policy(scenario: Scenario) -> PlannedPolicy:
    policy, score = scenario.policy, scenario.protocol.eligibility.get("alsfrs_r")
    ends = [] if score is None else [end for end in (score.least, score.above) if end is not None]
    least = max((number(end, "point") for end in ends), default=-inf)
    return PlannedPolicy(
        order=policy.order,
        own=policy.own,
        recollect=policy.recollect,
        again=policy.again,
        short_bank=policy.short_bank,
        facility=policy.facility,
        score_least=least if policy.loses_eligibility else -inf,
        give_up_after=inf if policy.give_up_after is None else number(policy.give_up_after, "minute"),
    )
