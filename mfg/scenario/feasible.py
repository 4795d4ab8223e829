"""Whether a recipe can be carried out at a site: every step has a place, its hands, its time and its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from mfg.calendar import WEEKDAYS, Hours, holidays_of
from mfg.errors import Refused, nearest
from mfg.protocol.check.limits import empty_ranges
from mfg.protocol.recipe import Administer, Expand, Formulate, Ship, Step
from mfg.quantiles import median_of
from mfg.remember import Itself
from mfg.scenario.scenario import Scenario
from mfg.site import CLINIC, FACILITY, LABORATORY, Clinic, Facility, Site, Work, booked, cleared
from mfg.sizes import RETESTS
from mfg.spread import shape_of
from mfg.units import alike, amount, number, text
from mfg.works import (
    AT_THE_CLINIC,
    DRAW,
    JOINT,
    MEDIUM,
    OF_THE_PRODUCT,
    OPERATIONS,
    REVIEW,
    WORKS_OF,
    Operation,
)

READS = ("contamination", "viability")
_NEARLY = 1e-6  # minutes by which what is computed may differ from what is written
_LUCK: Mapping[str, Callable[[Operation], object]] = {  # which works may have each key
    "fails": lambda work: work.failure,
    "contaminates": lambda work: work.open,
    "recovers": lambda work: work.yields,
    "per_flask": lambda work: work.flasks,
}
_LIMITS = ("beds", "starts", "fills")  # what is without limit where it is left out


def cannot_be_done(scenario: Scenario) -> Iterator[Refused]:
    """Every step of the recipe that the site has no place, no hours or no way for."""
    site, done = scenario.site, [step.do for step in scenario.recipe]
    yield from _steps(scenario)
    for pair in (works for works in JOINT if len(works) > 1):
        if {OPERATIONS[name].step for name in pair} <= set(done):
            yield from _openings(site, pair)
    yield from _ways(scenario)
    yield from _tests(scenario)
    yield from _bank(scenario)


def site_faults(site: Site) -> tuple[Refused, ...]:
    """Everything that keeps a site from working, whatever is made there."""
    return _site_faults(Itself(site))


@lru_cache(maxsize=16)
def _site_faults(of: Itself[Site]) -> tuple[Refused, ...]:
    """The same, once for a site that is judged alone and then in a scenario."""
    return tuple(_faulty(of.value))


def _faulty(site: Site) -> Iterator[Refused]:
    yield from _places(site)
    for name, work in site.work.items():
        yield from _work(site, name, work)
    for leg in site.legs:
        for key, end in (("of", leg.of), ("to", leg.to)):
            if end is not None and end not in (*site.clinics, *site.facilities):
                advice = nearest(end, (*site.clinics, *site.facilities))
                yield Refused(f"site.leg.{leg.name}.{key}", end, "is no place of the site", advice)
    for name, test in site.tests.items():
        yield from RETESTS.exceeded(test.retests, f"site.test.{name}.retests", str(test.retests))
        if test.reads not in (None, *READS):
            where = f"site.test.{name}.reads"
            yield Refused(where, test.reads, "is nothing a test reads", nearest(test.reads or "", READS))
    yield from (fault.under("site") for fault in empty_ranges(site))


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
        if not facility.medium_on:
            advice = "name weekdays, or leave it out for Monday and Thursday"
            yield Refused(f"site.facility.{name}.medium_on", "[]", "names no day of the week", advice)
        for day in facility.medium_on:
            if day not in WEEKDAYS:
                where = f"site.facility.{name}.medium_on"
                yield Refused(where, day, "is no day of the week", nearest(day, WEEKDAYS))
        if facility.reviewers and REVIEW not in site.work:
            where = f"site.facility.{name}.reviewers"
            yield Refused(where, str(facility.reviewers), "have nothing to do", "give [work.review]")
        if facility.review_hours is not None and not facility.reviewers:
            yield Refused(f"site.facility.{name}.review_hours", None, "are those of nobody", "give reviewers")
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
                    advice = "leave it out where it has no limit" if key in _LIMITS else "give at least one"
                    yield Refused(where, str(count), "is none", advice)


def _steps(scenario: Scenario) -> Iterator[Refused]:
    site, leg_names = scenario.site, [leg.name for leg in scenario.site.legs]
    for step in scenario.recipe:
        for name in WORKS_OF.get(step.do, ()):
            if name not in site.work and _is_done(step, name):
                yield Refused(f"site.work.{name}", None, "is missing", f"the recipe has a step {step.do!r}")
        if isinstance(step, Expand) and step.medium is not None:
            yield from _medium(site, number(step.medium, "per week"))
        if isinstance(step, Ship) and step.leg not in leg_names:
            yield Refused("site.leg", step.leg, "is not a leg of the site", nearest(step.leg, leg_names))
        if isinstance(step, Formulate) and step.drawn is not None and DRAW not in site.work:
            yield Refused("site.work.draw", None, "is missing", "the vehicle is drawn from the patient")
        if isinstance(step, Administer) and step.chase is not None and DRAW not in site.work:
            advice = f"the cells are chased with {step.chase}, drawn from the patient"
            yield Refused("site.work.draw", None, "is missing", advice)


def _medium(site: Site, weekly: float) -> Iterator[Refused]:
    """Facilities that change the medium more often in a week, or more rarely, than the recipe asks for."""
    for name, facility in site.facilities.items():
        days = len(set(facility.medium_on))
        if days != weekly:
            problem = f"is {days} days a week, and the recipe changes the medium {weekly:g} times"
            where = f"site.facility.{name}.medium_on"
            yield Refused(where, " and ".join(facility.medium_on), problem, "name as many weekdays")


def _is_done(step: Step, name: str) -> bool:
    """Whether *step* takes the work *name*: a timed culture has no passages and may need no medium."""
    if not isinstance(step, Expand):
        return True
    if name == MEDIUM:
        return step.lasts is None or step.medium is not None or step.medium_every is not None
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
        if resource not in (CLINIC if name in AT_THE_CLINIC else FACILITY):
            at, has = ("a clinic", CLINIC) if name in AT_THE_CLINIC else ("a facility", FACILITY)
            problem = f"is nothing that {at} has, where it is done"
            yield Refused(f"{where}.needs", resource, problem, nearest(resource, has))
            continue
        if units < 1:
            advice = "leave out what it does not take"
            yield Refused(f"{where}.needs.{resource}", str(units), "is none", advice)
        for place, holder in places[resource].items():
            there = getattr(holder, names[resource])
            if there is not None and there < units:
                problem = f"is more than {place} has ({there})"
                yield Refused(f"{where}.needs.{resource}", str(units), problem, "ask for less or add some")
    yield from _openings(site, (name,))
    if work.booked is not None and _goes_by_bookings(site, name):
        planned, takes = number(work.booked, "minute"), median_of(shape_of(work.lasts, "minute"))
        if takes > planned + _NEARLY:
            problem = (
                f"is overrun more often than not: half of the times it lasts longer than {takes:.0f} min"
            )
            yield Refused(f"{where}.booked", text(work.booked), problem, "book it for longer")
    if work.recovers is not None:
        end = work.recovers.typical if work.recovers.least is None else work.recovers.least
        if not end.magnitude > 0:
            key = "recovers" if work.recovers.least is None else "recovers.least"
            yield Refused(f"{where}.{key}", text(end), "lets nothing come out of it", "give more than 0 %")
    for key, has_it in _LUCK.items():
        works = sorted(one.name for one in OPERATIONS.values() if has_it(one))
        if getattr(work, key) is not None and name not in works:
            advice = f"it does so for {', '.join(works)}"
            yield Refused(f"{where}.{key}", None, "would change nothing", advice)


def _goes_by_bookings(site: Site, name: str) -> bool:
    """Whether for how long work is booked decides anything: where it has appointments, or its place closes."""
    if name in AT_THE_CLINIC:
        return any(one.slot is not None or not one.hours.never_close for one in site.clinics.values())
    return any(not one.hours.never_close for one in site.facilities.values())


def _openings(site: Site, names: tuple[str, ...]) -> Iterator[Refused]:
    """Work that is done in one go and is booked for longer than a place is ever open."""
    works = [site.work[name] for name in names if name in site.work]
    kinds = [kind for kind in (CLINIC, FACILITY) if any(set(work.needs) & set(kind) for work in works)]
    for kind in kinds:
        places: Mapping[str, Clinic | Facility] = site.clinics if kind is CLINIC else site.facilities
        for place, holder in places.items():
            reviewed = names == (REVIEW,) and isinstance(holder, Facility)
            hours = review_hours(holder) if reviewed and isinstance(holder, Facility) else holder.hours
            longest = max((closes - opens for day in hours.days for opens, closes in day), default=0)
            if isinstance(holder, Facility) and holder.overtime is not None and not reviewed:
                longest += int(amount(holder.overtime, "minute"))
            takes = sum(booked(work) for work in works) + cleared(works[-1])
            if takes > longest and not hours.never_close:
                problem = f"takes {takes:.0f} min and {place} is never open longer than {longest} min"
                advice = "shorten the work or open longer"
                yield Refused(f"site.work.{' and '.join(names)}", None, problem, advice)


def review_hours(facility: Facility) -> Hours:
    """When those who release products are there."""
    return facility.review_hours if facility.review_hours is not None else facility.hours


def _ways(scenario: Scenario) -> Iterator[Refused]:
    """A leg that joins some places only, where another pair would need it."""
    site = scenario.site
    for step in scenario.recipe:
        legs = [leg for leg in site.legs if isinstance(step, Ship) and leg.name == step.leg]
        for clinic in site.clinics if legs else ():
            for facility in site.facilities:
                if not any({leg.of, leg.to} - {None} <= {clinic, facility} for leg in legs):
                    problem = f"does not join {clinic} and {facility}"
                    yield Refused("site.leg", legs[0].name, problem, "add a leg of that name for them")


def _tests(scenario: Scenario) -> Iterator[Refused]:
    site, tests = scenario.site, {release.test: release for release in scenario.release}
    for name in tests:
        if name not in site.tests:
            yield Refused(f"site.test.{name}", None, "is missing", "the protocol asks for this test")
    if tests and not site.laboratories:
        yield Refused("site.laboratory", None, "is missing", "tests are done in a laboratory")
    for name in tests.keys() & site.tests.keys():
        where, reads, release = f"site.test.{name}.reads", site.tests[name].reads, tests[name]
        measured = [limit for _, limit in release.limit.bounds()]
        if reads == "viability" and release.sample.at not in OF_THE_PRODUCT:
            advice = "its sample is taken at formulate"
            yield Refused(where, reads, "is that of the product", advice)
        elif reads == "viability" and not (measured and all(alike(limit, "%") for limit in measured)):
            advice = "the protocol holds it against a percentage"
            yield Refused(where, reads, f"is a percentage, and the limit is {release.limit}", advice)
        elif reads == "contamination" and measured:
            problem = f"is there or not, and the limit is {release.limit}"
            yield Refused(where, reads, problem, 'the protocol limits it by a word such as "no growth"')


def _bank(scenario: Scenario) -> Iterator[Refused]:
    source = scenario.source
    if source is None or source.kind != "bank":
        return
    for name, facility in scenario.site.facilities.items():
        if not facility.storage:
            where = f"site.facility.{name}.storage"
            yield Refused(where, None, "is missing", f"the supply {source.name} is a bank of containers")
