"""What keeps a scenario from running although each of its files is sound, found before any clock starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from math import inf

from mfg.errors import Refused, nearest
from mfg.protocol.check.arms import given_treatments
from mfg.protocol.check.conditions import can_be_read
from mfg.protocol.protocol import bounds_of
from mfg.protocol.recipe import Expand
from mfg.scenario.admission import admission_faults
from mfg.scenario.covariates import misfits
from mfg.scenario.delivery import cannot_arrive
from mfg.scenario.feasible import cannot_be_done, site_faults
from mfg.scenario.scenario import InProgress, Policy, Scenario
from mfg.scenario.supplies import cannot_be_supplied
from mfg.units import alike, amount, number, text

CENTURY = 36525  # days
CHOICES = {
    "order": ("due-date", "first-come", "most-urgent"),
    "short_dose": ("withhold", "give"),
    "aim": ("most", "least", "middle"),
    "again": ("collect", "isolate"),
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
    yield from _in_progress(scenario)


def _given(scenario: Scenario) -> Iterator[Refused]:
    """Doses of cells that the recipe never gives."""
    products = [t for t in given_treatments(scenario.protocol) if t.kind == "product"]
    if products and not any(step.do == "administer" for step in scenario.recipe):
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
        end = spread.is_ if spread.is_ is not None else getattr(spread, key)
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


def _arrivals(scenario: Scenario) -> Iterator[Refused]:
    come, arms = scenario.arrivals, [arm.name for arm in scenario.protocol.arms]
    ways = bool(come.patients) + (come.rate is not None) + (come.every is not None)
    if ways > 1 or not (ways or come.in_progress):
        yield Refused("arrivals", None, "does not say who comes", "give one of patients, rate and every")
    if number(scenario.horizon, "day") > CENTURY:
        yield Refused("horizon", text(scenario.horizon), "is longer than a century", "give less")
        return
    end = scenario.start + timedelta(minutes=int(amount(scenario.horizon, "minute")))
    for one in come.patients:
        where = f"arrivals.patients.{one.patient}"
        if one.arm is not None:
            yield from _known(f"{where}.arm", one.arm, "arm of the protocol", arms)
        if one.site is not None:
            yield from _known(f"{where}.site", one.site, "clinic of the site", scenario.site.clinics)
        if not scenario.start <= one.arrived <= end:
            advice = f"arrivals are from {scenario.start} to {end}: change start or horizon"
            yield Refused(f"{where}.arrived", str(one.arrived), "is not a day of the scenario", advice)
    named = {one.patient for one in come.patients}
    for lot in come.in_progress:
        if lot.patient in named or (lot.patient.startswith("P") and lot.patient[1:].isdigit()):
            advice = "give this patient another name"
            yield Refused("arrivals.in_progress", lot.patient, "is the name of a patient who arrives", advice)


def _in_progress(scenario: Scenario) -> Iterator[Refused]:
    """Lots in culture: of a fresh supply, of a protocol that grows them, in flasks that are there."""
    lots, site = scenario.arrivals.in_progress, scenario.site
    if not lots or not site.facilities:
        return
    source = scenario.source
    if not (_grows(scenario) and scenario.protocol.dosed_arms()) or (
        source is not None and source.kind != "fresh"
    ):
        advice = "lots in progress are those of a fresh supply that is grown"
        yield Refused("arrivals.in_progress", None, "has lots that this supply does not make", advice)
        return
    step = next(step for step in scenario.recipe if isinstance(step, Expand))
    most = step.passages.most if step.passages is not None else 0
    taken = dict.fromkeys(site.facilities, 0)
    for lot in lots:
        where = f"arrivals.in_progress.{lot.patient}"
        faults = list(_names_in(scenario, lot, where))
        if lot.passage > most:
            advice = f"the recipe has at most {most}"
            faults.append(Refused(f"{where}.passage", str(lot.passage), "is a passage too many", advice))
        if not lot.plated <= scenario.start < lot.dose_on:
            advice = f"the scenario starts on {scenario.start}: plated before, dosed after it"
            faults.append(Refused(f"{where}.plated", str(lot.plated), "is not in culture then", advice))
        held = lot.flasks * _flask_holds(scenario, step)
        if lot.cells > held:
            advice = (
                f"{lot.flasks} flasks hold {held:.3g}; of a primary culture give the colony-forming cells"
            )
            faults.append(
                Refused(f"{where}.cells", f"{lot.cells:g}", "are more than its flasks hold", advice)
            )
        yield from faults
        if not faults:
            taken[lot.facility or next(iter(site.facilities))] += lot.flasks
    for name, flasks in taken.items():
        there = int(amount(site.facilities[name].incubator, "flask"))
        if flasks > there:
            yield Refused(
                "arrivals.in_progress", f"{flasks} flasks", f"are more than {name} has", f"it has {there}"
            )


def _flask_holds(scenario: Scenario, step: Expand) -> float:
    """The cells of one confluent flask, as far as anybody says."""
    growth = scenario.population.growth
    if growth is None or step.vessel is None:
        return inf
    return number(step.vessel, "cm**2") * number(growth.confluent, "cell/cm**2")


def _names_in(scenario: Scenario, lot: InProgress, where: str) -> Iterator[Refused]:
    protocol, site = scenario.protocol, scenario.site
    arms = protocol.dosed_arms()
    if lot.arm is not None:
        yield from _known(f"{where}.arm", lot.arm, "arm with cells", [arm.name for arm in arms])
    arm = next((arm for arm in arms if lot.arm in (None, arm.name)), None)
    if arm is not None and lot.dose is not None:
        made = [d for d, t in arm.doses.items() if protocol.treatment(t).kind == "product"]
        yield from _known(f"{where}.dose", lot.dose, f"dose of cells in arm {arm.name}", made)
    if lot.site is not None:
        yield from _known(f"{where}.site", lot.site, "clinic of the site", site.clinics)
    if lot.facility is not None:
        yield from _known(f"{where}.facility", lot.facility, "facility of the site", site.facilities)


def _known(where: str, given: str, what: str, names: Iterable[str]) -> Iterator[Refused]:
    known = list(names)
    if given not in known:
        yield Refused(where, given, f"is no {what}", nearest(given, known))
