"""A scenario: a protocol with one of its supplies, at a site, with a population, policies, a start and a horizon.

It finds its own faults before any clock starts: a step that has no place, work that no opening is long
enough for, a product that would be past its expiry before it could be given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from attrs import field, frozen

from mfg.errors import Refused, nearest
from mfg.evidence import Number
from mfg.population import Population
from mfg.protocol.protocol import Protocol, Supply
from mfg.protocol.recipe import Expand, Formulate, Observe, Ship, Step
from mfg.site import CLINIC, FACILITY, LABORATORY, Site, Work
from mfg.units import ArrivalRate, Delay, Duration, amount, number

CHOICES = {
    "order": ("due-date", "first-come", "most-urgent"),
    "late_lot": ("rebook",),
    "short_dose": ("withhold", "give"),
    "again": ("collect", "isolate"),
    "facility": ("nearest", "in turn", "least loaded"),
}
READS = ("contamination", "viability")
WORK_OF = {  # the pieces of work that a step takes
    "collect": ("collect",),
    "isolate": ("isolate",),
    "expand": ("medium", "passage", "harvest"),
    "induce": ("induce",),
    "cryopreserve": ("cryopreserve",),
    "thaw": ("thaw",),
    "formulate": ("formulate",),
    "administer": ("administer",),
}


@frozen
class Candidate:
    """One patient of a list; what the list leaves out is drawn from the population."""

    patient: str
    arrived: date
    weight_kg: float
    age: float | None = None
    arm: str | None = None
    site: str | None = None


@frozen
class InProgress:
    """A lot that is in culture when the scenario starts.

    So many `cells` were plated in its `flasks` on the day `plated`; the dose that it is for is booked on
    `dose_on`, or on the first later day with room. Without a `dose` it is for the arm's first one.
    """

    patient: str
    weight_kg: float
    collected: date
    passage: int
    plated: date
    flasks: int
    cells: float
    dose_on: date
    arm: str | None = None
    dose: str | None = None
    site: str | None = None
    facility: str | None = None


@frozen
class Arrivals:
    """Who comes: the patients of a list, or so many in a month at random, or one every so often.

    And what is there already: the lots in progress at the start.
    """

    patients: tuple[Candidate, ...] = ()
    rate: ArrivalRate | None = None
    every: Duration | None = None
    in_progress: tuple[InProgress, ...] = ()


@frozen
class Policy:
    """What is decided when things do not go as planned.

    A lot that fails is begun `again` from a new collection (or from its isolated marrow), at most
    `recollect` times for a dose. `facility` says which of several makes a patient's lots. With
    `loses_eligibility` a patient who falls below the protocol's score while waiting is not treated.
    """

    order: str = "due-date"
    late_lot: str = "rebook"
    short_dose: str = "withhold"
    recollect: int = 1
    again: str = "collect"
    facility: str = "nearest"
    loses_eligibility: bool = False


@frozen
class Scenario:
    """Everything that a run needs."""

    name: str
    protocol: Protocol
    site: Site
    population: Population
    start: date
    horizon: Duration
    seed: int
    arrivals: Arrivals
    title: str = ""
    supply: str | None = None
    warm_up: Delay | None = None
    chance: bool = True
    policy: Policy = field(factory=Policy)
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})
    documents: Mapping[str, Any] = field(factory=dict, metadata={"key": None})

    @property
    def source(self) -> Supply | None:
        """The supply of the protocol that this scenario selects."""
        return self.protocol.supply(self.supply)

    @property
    def recipe(self) -> tuple[Step, ...]:
        """The steps of the protocol that belong to the selected supply."""
        source = self.source
        kept = []
        for step in self.protocol.recipe:
            limits = step.when.conditions.get("supply") if step.when else None
            if limits is None or (source is not None and source.name in limits.one_of):
                kept.append(step)
        return tuple(kept)

    def faults(self) -> Iterator[Refused]:
        """Everything that would keep this scenario from running to an end."""
        yield from _policy_faults(self.policy)
        if self.supply is not None and self.supply not in [s.name for s in self.protocol.supplies]:
            advice = nearest(self.supply, [s.name for s in self.protocol.supplies])
            yield Refused("supply", self.supply, "is no supply of the protocol", advice)
            return
        yield from _place_faults(self)
        yield from _growth_faults(self)
        yield from _expiry_faults(self)
        arms = [arm.name for arm in self.protocol.arms]
        for candidate in self.arrivals.patients:
            if candidate.arm is not None and candidate.arm not in arms:
                where = f"arrivals.patients.{candidate.patient}.arm"
                yield Refused(where, candidate.arm, "is no arm of the protocol", nearest(candidate.arm, arms))
        come = self.arrivals
        if bool(come.patients) + (come.rate is not None) + (come.every is not None) != 1:
            yield Refused("arrivals", None, "does not say who comes", "give one of patients, rate and every")


def _policy_faults(policy: Policy) -> Iterator[Refused]:
    for key, allowed in CHOICES.items():
        given = getattr(policy, key)
        if given not in allowed:
            yield Refused(f"policy.{key}", given, "is no such policy", nearest(given, allowed))


def _place_faults(scenario: Scenario) -> Iterator[Refused]:
    """Steps without work, legs or tests; needs beyond what there is; work longer than any opening."""
    site = scenario.site
    for step in scenario.recipe:
        for name in WORK_OF.get(step.do, ()):
            if name not in site.work and _is_done(step, name):
                yield Refused(f"site.work.{name}", None, "is missing", f"the recipe has a step {step.do!r}")
        if isinstance(step, Ship) and step.leg not in [leg.name for leg in site.legs]:
            advice = nearest(step.leg, [leg.name for leg in site.legs])
            yield Refused("site.leg", step.leg, "is not a leg of the site", advice)
        if isinstance(step, Formulate) and step.drawn is not None and "draw" not in site.work:
            yield Refused("site.work.draw", None, "is missing", "the vehicle is drawn from the patient")
    for release in scenario.protocol.release:
        if release.test not in site.tests:
            yield Refused(f"site.test.{release.test}", None, "is missing", "the protocol asks for this test")
    if site.tests and not site.laboratories:
        yield Refused("site.laboratory", None, "is missing", "tests are done in a laboratory")
    for name, work in site.work.items():
        yield from _need_faults(site, name, work)
    for name, test in site.tests.items():
        if test.reads not in (None, *READS):
            yield Refused(
                f"site.test.{name}.reads", test.reads, "is nothing a test reads", nearest(test.reads, READS)
            )
    for name, facility in site.facilities.items():
        if facility.laboratory is not None and facility.laboratory not in site.laboratories:
            advice = nearest(facility.laboratory, site.laboratories)
            yield Refused(
                f"site.facility.{name}.laboratory",
                facility.laboratory,
                "is no laboratory of the site",
                advice,
            )


def _is_done(step: Step, name: str) -> bool:
    """Whether *step* takes the work *name*: a timed culture has no passages and may need no medium."""
    if not isinstance(step, Expand):
        return True
    if name == "medium":
        return step.medium is not None or step.medium_every is not None
    return step.lasts is None


def _growth_faults(scenario: Scenario) -> Iterator[Refused]:
    """A culture that is grown needs to know how cells grow; a dose that asks for more than a weight is not simulated."""
    people = scenario.population
    grown = any(isinstance(step, Expand) and step.lasts is None for step in scenario.recipe)
    for name in ("marrow", "growth") if grown else ():
        if getattr(people, name) is None:
            advice = "the recipe grows its lots from the patient's own cells"
            yield Refused(f"population.{name}", None, "is missing", advice)
    supply, recipe = scenario.source, [step.do for step in scenario.recipe]
    if supply is not None and supply.kind == "bank" and "cryopreserve" not in recipe:
        yield Refused("protocol.step", None, "has no cryopreserve", f"the supply {supply.name} is a bank")
    asked = set(scenario.protocol.patient) - {"weight"}
    if asked:
        advice = "a population gives a weight and nothing else that a dose depends on"
        yield Refused("protocol.patient", ", ".join(sorted(asked)), "cannot be simulated", advice)


def _need_faults(site: Site, name: str, work: Work) -> Iterator[Refused]:
    places = {**dict.fromkeys(CLINIC, site.clinics), **dict.fromkeys(FACILITY, site.facilities)}
    places |= dict.fromkeys(LABORATORY, site.laboratories)
    names = CLINIC | FACILITY | LABORATORY
    for resource, units in work.needs.items():
        if resource not in places:
            yield Refused(f"site.work.{name}.needs", resource, "is no resource", nearest(resource, places))
            continue
        for place, holder in places[resource].items():
            there = getattr(holder, names[resource])
            if there is not None and there < units:
                where = f"site.work.{name}.needs.{resource}"
                yield Refused(
                    where, str(units), f"is more than {place} has ({there})", "ask for less or add some"
                )
    kinds = [kind for kind in (CLINIC, FACILITY) if set(work.needs) & set(kind)]
    for kind in kinds:
        for place, holder in (site.clinics if kind is CLINIC else site.facilities).items():
            longest = max((closes - opens for day in holder.hours.days for opens, closes in day), default=0)
            booked = number(work.booked if work.booked is not None else work.lasts.typical, "minute")
            booked += number(work.clearance.typical, "minute") if work.clearance else 0
            if booked > longest and not holder.hours.never_close:
                problem = f"takes {booked:.0f} min and {place} is never open longer than {longest} min"
                yield Refused(f"site.work.{name}", None, problem, "shorten the work or open longer")


def _expiry_faults(scenario: Scenario) -> Iterator[Refused]:
    """Whether a product can be given before it expires, if everything takes as long as is planned."""
    site = scenario.site
    step = next((s for s in scenario.recipe if isinstance(s, Formulate)), None)
    if step is None or step.use_within is None or "formulate" not in site.work:
        return
    legs = {leg.name: number(leg.lasts.typical, "minute") for leg in site.legs}
    after = scenario.recipe[scenario.recipe.index(step) + 1 :]
    way = sum(legs.get(s.leg, 0) for s in after if isinstance(s, Ship))
    within = number(step.use_within, "minute")
    if way > within:
        problem = f"is {way:.0f} min by plan, and the product is to be used within {within:.0f} min"
        yield Refused("site.leg", None, f"the way to the patient {problem}", "shorten it")
    for name, facility in site.facilities.items():
        if facility.formulate != "day before":
            continue
        closes = max((c for day in facility.hours.days for _, c in day), default=0)
        for clinic_name, clinic in site.clinics.items():
            opens = min((o for day in clinic.hours.days for o, _ in day), default=0)
            wait = 24 * 60 - closes + opens
            if wait > within:
                arithmetic = f"from {closes // 60:02d}:{closes % 60:02d} at the latest to {opens // 60:02d}:{opens % 60:02d}"
                problem = f"the product waits {wait / 60:.1f} h overnight ({arithmetic} at {clinic_name}), past {within / 60:.0f} h"
                advice = "formulate on the dose day, or open an evening shift"
                yield Refused(f"site.facility.{name}.formulate", facility.formulate, problem, advice)


def stays(recipe: tuple[Step, ...]) -> tuple[int, int]:
    """How many minutes a patient lies and stays after a dose."""
    step = next((s for s in recipe if isinstance(s, Observe)), None)
    lying = int(amount(step.lying, "minute")) if step and step.lying is not None else 0
    stay = int(amount(step.stay, "minute")) if step and step.stay is not None else 0
    return lying, stay
