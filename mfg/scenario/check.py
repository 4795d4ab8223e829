"""What keeps a scenario from running although each of its files is sound, found before any clock starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from mfg.errors import Refused, nearest
from mfg.protocol.check.arms import given_treatments
from mfg.protocol.check.conditions import can_be_read
from mfg.protocol.recipe import Expand
from mfg.protocol.rules import bounds_of
from mfg.scenario.admission import admission_faults
from mfg.scenario.begun import begun_faults
from mfg.scenario.covariates import misfits
from mfg.scenario.delivery import cannot_arrive
from mfg.scenario.feasible import cannot_be_done, site_faults
from mfg.scenario.scenario import Policy, Scenario
from mfg.scenario.standing import known_faults, standing_faults
from mfg.scenario.supplies import cannot_be_supplied
from mfg.sizes import PATIENTS
from mfg.units import alike, amount, text
from mfg.works import ADMINISTER, COLLECT, ISOLATE

CHOICES = {
    "order": ("due-date", "first-come", "most-urgent"),
    "short_dose": ("withhold", "give"),
    "aim": ("most", "least", "middle"),
    "again": (COLLECT, ISOLATE),
    "short_bank": ("at freezing", "when spent"),
    "facility": ("nearest", "in turn", "least loaded"),
}


def faults_of(scenario: Scenario) -> Iterator[Refused]:
    """Everything that would keep *scenario* from running to an end, or make it mean something else."""
    yield from policy_faults(scenario.policy)
    yield from site_faults(scenario.site)
    yield from _needed_by_policy(scenario)
    yield from _arrivals(scenario)
    yield from _weights(scenario)
    yield from misfits(scenario)
    yield from admission_faults(scenario)
    supplies = [s.name for s in scenario.protocol.supplies]
    if scenario.supply is not None and scenario.supply not in supplies:
        advice = nearest(scenario.supply, supplies)
        yield Refused("supply", scenario.supply, "is no supply of the protocol", advice)
        return  # nobody knows what is made
    yield from _given(scenario)
    yield from cannot_be_done(scenario)
    yield from cannot_arrive(scenario)
    yield from _biology(scenario)
    yield from cannot_be_supplied(scenario)
    yield from _measures(scenario)
    yield from standing_faults(scenario)
    yield from begun_faults(scenario)


def _given(scenario: Scenario) -> Iterator[Refused]:
    """Doses of cells that the recipe never gives."""
    products = [t for t in given_treatments(scenario.protocol) if t.kind == "product"]
    if products and not any(step.do == ADMINISTER for step in scenario.recipe):
        yield Refused("protocol.step", None, "has no administer", "a recipe ends with giving the cells")


def _weights(scenario: Scenario) -> Iterator[Refused]:
    """Patients for whom the protocol has no dose."""
    covariate, come = scenario.protocol.patient.get("weight"), scenario.arrivals
    if covariate is None or covariate.unit != "kg" or not can_be_read(covariate):
        return
    if not (limits := bounds_of(covariate, "kg")).ends():
        return
    problem = f"is outside {limits.shown('kg')}, the limits of the protocol"
    for key, listed in (("patients", come.patients), ("in_progress", come.in_progress)):
        for one in listed:
            if Decimal(str(one.weight_kg)) not in limits:
                where = f"arrivals.{key}.{one.patient}.weight_kg"
                yield Refused(where, f"{one.weight_kg:g}", problem, "check the value and its unit")
    if come.patients or (come.rate is None and come.every is None):
        return
    spread = scenario.population.weight
    for key, limit in (("least", limits.least), ("most", limits.most)):
        end = spread.end(key)
        if limit is not None and (end is None or amount(end, "kg") not in limits):
            where = f"population.weight.{'is' if spread.is_ is not None else key}"
            advice = "let the weights of the population end within them"
            yield Refused(where, None if end is None else text(end), problem, advice)


def policy_faults(policy: Policy) -> Iterator[Refused]:
    """Words of a policy that are none, whatever else the scenario says."""
    for key, allowed in CHOICES.items():
        given = getattr(policy, key)
        if given not in allowed:
            yield Refused(f"policy.{key}", given, "is no such policy", nearest(given, allowed))


def _biology(scenario: Scenario) -> Iterator[Refused]:
    """A culture that is grown needs to know how cells grow."""
    people = scenario.population
    for name in ("marrow", "growth") if _grows(scenario) else ():
        if getattr(people, name) is None:
            advice = "the recipe grows its lots from the patient's own cells"
            yield Refused(f"population.{name}", None, "is missing", advice)
    if people.product is not None and not people.product.viability.typical.magnitude > 0:
        given = text(people.product.viability.typical)
        yield Refused("population.product.viability", given, "leaves no living cell", "give more than 0 %")
    if people.growth is not None and not people.growth.primary.magnitude:
        yield Refused("population.growth.primary", "0 %", "lets a culture double in no time", "give its part")


def _grows(scenario: Scenario) -> bool:
    return any(isinstance(step, Expand) and step.lasts is None for step in scenario.recipe)


def _measures(scenario: Scenario) -> Iterator[Refused]:
    """What the population measures is held against a limit of the same kind."""
    limits = {release.test: release.limit for release in scenario.release}
    for name, spread in scenario.population.measures.items():
        where = f"population.measures.{name}"
        if name not in limits:
            yield Refused(where, None, "is no test of the protocol", nearest(name, limits))
            continue
        bounds = [limit for _, limit in limits[name].bounds()]
        if not bounds:
            yield Refused(where, None, "has no limit to be held against", f"the limit is {limits[name]}")
        elif not alike(spread.typical, str(bounds[0].units)):
            yield Refused(where, text(spread.typical), "is not in the unit of its limit", f"{limits[name]}")


def _needed_by_policy(scenario: Scenario) -> Iterator[Refused]:
    people, policy = scenario.population, scenario.policy
    if policy.order == "most-urgent" and people.decline is None:
        yield Refused("population.decline", None, "is missing", "the policy puts the fastest decline first")
    if policy.loses_eligibility:
        if "alsfrs_r" not in scenario.protocol.eligibility:
            advice = "the policy lets patients lose their eligibility by it"
            yield Refused("protocol.eligibility.alsfrs_r", None, "is missing", advice)
        elif not {"least", "above"} & dict(scenario.protocol.eligibility["alsfrs_r"].bounds()).keys():
            advice = "the policy lets patients fall below it"
            yield Refused("protocol.eligibility.alsfrs_r.least", None, "is missing", advice)
        for name in ("alsfrs_r", "decline"):
            if getattr(people, name) is None:
                advice = "the policy lets patients lose their eligibility"
                yield Refused(f"population.{name}", None, "is missing", advice)


def expected(scenario: Scenario) -> Decimal | None:
    """How many patients come before the horizon, on average; None where they come from a list."""
    come, days = scenario.arrivals, amount(scenario.horizon, "day")
    if come.rate is not None:
        return amount(come.rate, "/day") * days
    return None if come.every is None else days / amount(come.every, "day")


def _arrivals(scenario: Scenario) -> Iterator[Refused]:
    come, arms = scenario.arrivals, [arm.name for arm in scenario.protocol.arms]
    ways = bool(come.patients) + (come.rate is not None) + (come.every is not None)
    if ways > 1 or not (ways or come.in_progress):
        yield Refused("arrivals", None, "does not say who comes", "give one of patients, rate and every")
    many = expected(scenario)
    if many is not None:
        key = "rate" if come.rate is not None else "every"
        where, given = f"arrivals.{key}", text(getattr(come, key))
        yield from PATIENTS.exceeded(many, where, f"{given} for {text(scenario.horizon)}")
    if scenario.warm_up is not None and scenario.warm_up >= scenario.horizon:
        problem = f"leaves nothing of the horizon, {text(scenario.horizon)}"
        yield Refused("warm_up", text(scenario.warm_up), problem, "give less, or a longer horizon")
    end = scenario.start + timedelta(minutes=int(amount(scenario.horizon, "minute")))
    for one in come.patients:
        where = f"arrivals.patients.{one.patient}"
        if one.arm is not None:
            yield from known_faults(f"{where}.arm", one.arm, "arm of the protocol", arms)
        if one.site is not None:
            yield from known_faults(f"{where}.site", one.site, "clinic of the site", scenario.site.clinics)
        if not scenario.start <= one.arrived <= end:
            advice = f"arrivals are from {scenario.start} to {end}: change start or horizon"
            yield Refused(f"{where}.arrived", str(one.arrived), "is not a day of the scenario", advice)
    named = {one.patient for one in come.patients}
    here = [*(lot.patient for lot in come.in_progress), *(one.patient for one in come.given)]
    for patient in dict.fromkeys(here):
        if patient in named or (patient.startswith("P") and patient[1:].isdigit()):
            advice = "give this patient another name"
            yield Refused("arrivals.in_progress", patient, "is the name of a patient who arrives", advice)
