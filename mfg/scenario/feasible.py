"""Whether a recipe can be carried out at a site: every step has a place, its hands, its time and its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mfg.calendar import WEEKDAYS, holidays_of
from mfg.errors import Refused, nearest
from mfg.protocol.recipe import Expand, Formulate, Ship, Step
from mfg.scenario.scenario import Scenario
from mfg.site import CLINIC, FACILITY, LABORATORY, Clinic, Facility, Site, Work
from mfg.units import amount, number

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
TOGETHER = (("harvest", "formulate"), ("thaw", "formulate"), ("harvest", "cryopreserve"))
FAILS = {"collect", "isolate", "medium", "passage", "induce", "cryopreserve", "thaw", "harvest", "formulate"}
OPEN = FAILS - {"collect"}  # work in which something can get in
SAMPLED = ("collect", "isolate", "expand", "induce", "cryopreserve")  # steps at whose end a sample is taken
OF_THE_PRODUCT = ("harvest", "thaw", "formulate")
LIMITS = ("beds", "starts", "fills")  # what is without limit where it is left out


def cannot_be_done(scenario: Scenario) -> Iterator[Refused]:
    """Every step of the recipe that the site has no place, no hours or no way for."""
    site, done = scenario.site, [step.do for step in scenario.recipe]
    yield from _places(site)
    yield from _steps(scenario)
    for name, work in site.work.items():
        yield from _work(site, name, work)
    for pair in TOGETHER:
        if {_step_of(name) for name in pair} <= set(done):
            yield from _openings(site, pair)
    yield from _ways(scenario)
    yield from _tests(scenario)
    yield from _bank(scenario)
    yield from _too_late(scenario)
    yield from _expiry(scenario)


def _step_of(name: str) -> str:
    return "expand" if name == "harvest" else name


def _places(site: Site) -> Iterator[Refused]:
    for what, places in (("clinic", site.clinics), ("facility", site.facilities)):
        if not places:
            yield Refused(f"site.{what}", None, "is missing", "a site has at least one")
    shares = [clinic.share for clinic in site.clinics.values()]
    if any(share is None for share in shares) and any(share is not None for share in shares):
        yield Refused("site.clinic", None, "has shares for some clinics only", "give all of them or none")
    yield from _counts(site)
    try:
        holidays_of(site.holidays, (2026,), "site.holidays")
    except Refused as unknown:
        yield unknown
    for name, facility in site.facilities.items():
        for day in facility.medium_on:
            if day not in WEEKDAYS:
                where = f"site.facility.{name}.medium_on"
                yield Refused(where, day, "is no day of the week", nearest(day, WEEKDAYS))
        if facility.laboratory is not None and facility.laboratory not in site.laboratories:
            advice = nearest(facility.laboratory, site.laboratories)
            where = f"site.facility.{name}.laboratory"
            yield Refused(where, facility.laboratory, "is no laboratory of the site", advice)


def _counts(site: Site) -> Iterator[Refused]:
    """Nought of something that is either there, or without a limit where it is left out."""
    for kind, places, keys in (
        ("clinic", site.clinics, ("rooms", "beds")),
        ("facility", site.facilities, ("suites", "operators", "starts", "fills")),
        ("laboratory", site.laboratories, ("benches",)),
    ):
        for name, place in places.items():
            for key in keys:
                count = getattr(place, key)
                if count is not None and count < 1:
                    where = f"site.{kind}.{name}.{key}"
                    advice = "leave it out where it has no limit" if key in LIMITS else "give at least one"
                    yield Refused(where, str(count), "is none", advice)


def _steps(scenario: Scenario) -> Iterator[Refused]:
    site, leg_names = scenario.site, [leg.name for leg in scenario.site.legs]
    for step in scenario.recipe:
        for name in WORK_OF.get(step.do, ()):
            if name not in site.work and _is_done(step, name):
                yield Refused(f"site.work.{name}", None, "is missing", f"the recipe has a step {step.do!r}")
        if isinstance(step, Ship) and step.leg not in leg_names:
            yield Refused("site.leg", step.leg, "is not a leg of the site", nearest(step.leg, leg_names))
        if isinstance(step, Formulate) and step.drawn is not None and "draw" not in site.work:
            yield Refused("site.work.draw", None, "is missing", "the vehicle is drawn from the patient")


def _is_done(step: Step, name: str) -> bool:
    """Whether *step* takes the work *name*: a timed culture has no passages and may need no medium."""
    if not isinstance(step, Expand):
        return True
    if name == "medium":
        return step.medium is not None or step.medium_every is not None
    return step.lasts is None


def _work(site: Site, name: str, work: Work) -> Iterator[Refused]:
    """Needs beyond what there is, work longer than any opening, luck where it would have no effect."""
    places: dict[str, Mapping[str, object]] = {
        **dict.fromkeys(CLINIC, site.clinics),
        **dict.fromkeys(FACILITY, site.facilities),
        **dict.fromkeys(LABORATORY, site.laboratories),
    }
    names = CLINIC | FACILITY | LABORATORY
    where = f"site.work.{name}"
    if not work.needs:
        yield Refused(f"{where}.needs", None, "is empty", "name what it takes, such as { operator = 1 }")
    for resource, units in work.needs.items():
        if resource not in places:
            yield Refused(f"{where}.needs", resource, "is no resource", nearest(resource, places))
            continue
        for place, holder in places[resource].items():
            there = getattr(holder, names[resource])
            if there is not None and there < units:
                problem = f"is more than {place} has ({there})"
                yield Refused(f"{where}.needs.{resource}", str(units), problem, "ask for less or add some")
    yield from _openings(site, (name,))
    for key, works in (("fails", FAILS), ("contaminates", OPEN)):
        if getattr(work, key) is not None and name not in works:
            advice = f"it does so for {', '.join(sorted(works))}"
            yield Refused(f"{where}.{key}", None, "would change nothing", advice)


def _openings(site: Site, names: tuple[str, ...]) -> Iterator[Refused]:
    """Work that is done in one go and is booked for longer than a place is ever open."""
    works = [site.work[name] for name in names if name in site.work]
    kinds = [kind for kind in (CLINIC, FACILITY) if any(set(work.needs) & set(kind) for work in works)]
    for kind in kinds:
        places: Mapping[str, Clinic | Facility] = site.clinics if kind is CLINIC else site.facilities
        for place, holder in places.items():
            longest = max((closes - opens for day in holder.hours.days for opens, closes in day), default=0)
            if isinstance(holder, Facility) and holder.overtime is not None:
                longest += int(amount(holder.overtime, "minute"))
            booked = sum(_booked(work) for work in works)
            booked += _cleared(works[-1])
            if booked > longest and not holder.hours.never_close:
                problem = f"takes {booked:.0f} min and {place} is never open longer than {longest} min"
                advice = "shorten the work or open longer"
                yield Refused(f"site.work.{' and '.join(names)}", None, problem, advice)


def _booked(work: Work) -> float:
    return number(work.booked if work.booked is not None else work.lasts.typical, "minute")


def _cleared(work: Work) -> float:
    return number(work.clearance.typical, "minute") if work.clearance is not None else 0.0


def _ways(scenario: Scenario) -> Iterator[Refused]:
    """A leg that joins some places only, where another pair would need it."""
    site = scenario.site
    for leg in site.legs:
        for key, name in (("of", leg.of), ("to", leg.to)):
            if name is not None and name not in (*site.clinics, *site.facilities):
                advice = nearest(name, (*site.clinics, *site.facilities))
                yield Refused(f"site.leg.{leg.name}.{key}", name, "is no place of the site", advice)
    for step in scenario.recipe:
        legs = [leg for leg in site.legs if isinstance(step, Ship) and leg.name == step.leg]
        for clinic in site.clinics if legs else ():
            for facility in site.facilities:
                if not any({leg.of, leg.to} - {None} <= {clinic, facility} for leg in legs):
                    problem = f"does not join {clinic} and {facility}"
                    yield Refused("site.leg", legs[0].name, problem, "add a leg of that name for them")


def _tests(scenario: Scenario) -> Iterator[Refused]:
    site, tests = scenario.site, {release.test: release for release in scenario.release}
    taken = {step.do for step in scenario.recipe if step.do in SAMPLED} | {"last passage", *OF_THE_PRODUCT}
    for name, release in tests.items():
        if name not in site.tests:
            yield Refused(f"site.test.{name}", None, "is missing", "the protocol asks for this test")
        if release.sample.at not in (None, *taken):
            where = f"protocol.release.{name}.sample.at"
            yield Refused(where, release.sample.at, "is where no sample is taken", nearest("", taken))
    if tests and not site.laboratories:
        yield Refused("site.laboratory", None, "is missing", "tests are done in a laboratory")
    for name, test in site.tests.items():
        where = f"site.test.{name}.reads"
        if test.reads is None:
            continue
        if test.reads not in READS:
            yield Refused(where, test.reads, "is nothing a test reads", nearest(test.reads, READS))
        elif test.reads == "viability" and name in tests and tests[name].sample.at not in OF_THE_PRODUCT:
            advice = "its sample is taken at formulate"
            yield Refused(where, test.reads, "is that of the product", advice)


def _bank(scenario: Scenario) -> Iterator[Refused]:
    source = scenario.source
    if source is None or source.kind != "bank":
        return
    for name, facility in scenario.site.facilities.items():
        if not facility.storage:
            where = f"site.facility.{name}.storage"
            yield Refused(where, None, "is missing", f"the supply {source.name} is a bank of containers")


def _ways_of(scenario: Scenario, legs: Sequence[str]) -> Iterator[tuple[str, float]]:
    """For each clinic that patients come to, the minutes of these *legs* as planned.

    Between it and the facility that is nearest by them; or the one that is furthest, where the policy may choose any.
    """
    site = scenario.site
    chosen = min if scenario.policy.facility == "nearest" else max
    for name, clinic in site.clinics.items():
        joined = [[site.leg(leg, name, facility) for leg in legs] for facility in site.facilities]
        ways = [sum(number(leg.lasts.typical, "minute") for leg in way if leg is not None) for way in joined]
        if ways and (clinic.share is None or clinic.share.magnitude):
            yield name, chosen(ways)


def _too_late(scenario: Scenario) -> Iterator[Refused]:
    """Marrow that is too old before it can be isolated, if everything takes as long as is planned."""
    step = next((s for s in scenario.recipe if isinstance(s, (Ship, Formulate))), None)
    collect = scenario.site.work.get("collect")
    if not isinstance(step, Ship) or step.within is None or collect is None:
        return
    within, before = number(step.within, "minute"), _booked(collect)
    for clinic, way in _ways_of(scenario, [step.leg]):
        if before + way > within:
            problem = (
                f"takes {way:.0f} min from {clinic} by plan, after {before:.0f} min of collection, "
                f"and the marrow keeps {within:.0f} min"
            )
            yield Refused("site.leg", step.leg, problem, "shorten it")


def _expiry(scenario: Scenario) -> Iterator[Refused]:
    """Whether a product can be given before it expires, if everything takes as long as is planned."""
    site = scenario.site
    step = next((s for s in scenario.recipe if isinstance(s, Formulate)), None)
    if step is None or step.use_within is None or "formulate" not in site.work:
        return
    within = number(step.use_within, "minute")
    after = scenario.recipe[scenario.recipe.index(step) + 1 :]
    for place, way in _ways_of(scenario, [s.leg for s in after if isinstance(s, Ship)]):
        if way > within:
            problem = (
                f"the way to the patient in {place} is {way:.0f} min by plan, "
                f"and the product is to be used within {within:.0f} min"
            )
            yield Refused("site.leg", None, problem, "shorten it")
    for name, facility in site.facilities.items():
        if facility.formulate != "day before":
            continue
        closes = max((c for day in facility.hours.days for _, c in day), default=0)
        for clinic_name, clinic in site.clinics.items():
            opens = min((o for day in clinic.hours.days for o, _ in day), default=0)
            wait = 24 * 60 - closes + opens
            if wait > within:
                latest, earliest = (f"{m // 60:02d}:{m % 60:02d}" for m in (closes, opens))
                arithmetic = f"from {latest} at the latest to {earliest} at {clinic_name}"
                problem = (
                    f"the product waits {wait / 60:.1f} h overnight ({arithmetic}), past {within / 60:.0f} h"
                )
                advice = "formulate on the dose day, or open an evening shift"
                yield Refused(f"site.facility.{name}.formulate", facility.formulate, problem, advice)
