"""Whether material and product arrive in time, cold enough, and while somebody is there to receive them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mfg.errors import Refused
from mfg.protocol.check.arms import given_treatments
from mfg.protocol.protocol import Release
from mfg.protocol.recipe import Administer, Formulate, Ship, prepares
from mfg.scenario.feasible import review_hours
from mfg.scenario.scenario import Scenario
from mfg.site import Clinic, Facility, Leg, booked
from mfg.spread import Spread
from mfg.units import number, text
from mfg.works import ADMINISTER, COLLECT, DRAW, FORMULATE, OF_THE_PRODUCT, RELEASE, REVIEW


def cannot_arrive(scenario: Scenario) -> Iterator[Refused]:
    """Everything that keeps a lot from being begun, or a product from being given, by plan."""
    yield from _too_late(scenario)
    yield from _expiry(scenario)
    yield from _results(scenario)
    yield from _closed(scenario)
    yield from _warm(scenario)
    yield from _routes(scenario)


def untold_temperatures(scenario: Scenario) -> list[str]:
    """The legs on which the protocol asks for a temperature and of which the site tells none."""
    asked = {step.leg for step in scenario.recipe if isinstance(step, Ship) and step.keep is not None}
    untold = [leg.name for leg in scenario.site.legs if leg.name in asked and leg.keeps is None]
    return list(dict.fromkeys(untold))


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
    collect = scenario.site.work.get(COLLECT)
    if not isinstance(step, Ship) or step.within is None or collect is None:
        return
    within, before = number(step.within, "minute"), booked(collect)
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
    if step is None or step.use_within is None or FORMULATE not in site.work:
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


def _results(scenario: Scenario) -> Iterator[Refused]:
    """Results that a product waits for, and does not keep until they are there."""
    step = next((s for s in scenario.recipe if isinstance(s, Formulate)), None)
    if step is None or step.use_within is None:
        return
    within = number(step.use_within, "minute")
    for release in scenario.release:
        takes = _takes(scenario, release)
        if takes > within:
            problem = (
                f"waits for a result that takes at least {takes / 60:g} h, "
                f"and the product keeps {within / 60:g} h"
            )
            advice = "test sooner, or faster, or let nothing wait for it"
            yield Refused(f"protocol.release.{release.test}.holds", release.holds, problem, advice)


def _takes(scenario: Scenario, release: Release) -> float:
    """How many minutes a product waits at least for the result of a test, as far as the site says."""
    test = scenario.site.tests.get(release.test)
    if test is None or release.holds != "administration" or release.sample.at not in OF_THE_PRODUCT:
        return 0.0
    return _shortest(test.hands) + _shortest(test.turnaround)


def _shortest(spread: Spread) -> float:
    end = spread.end("least")
    return number(spread.typical if end is None else end, "minute")


def _closed(scenario: Scenario) -> Iterator[Refused]:
    """A clinic that has closed before any product of the same day can be there."""
    site, steps = scenario.site, scenario.recipe
    formulate = next((step for step in steps if isinstance(step, Formulate)), None)
    works = [site.work[name] for name in prepares(steps) if name in site.work]
    if formulate is None or ADMINISTER not in site.work or not site.facilities:
        return
    if all(dose.after is not None and dose.after.of == RELEASE for dose in scenario.protocol.doses):
        return  # what has no day is given when the clinic opens next
    if any(facility.formulate == "day before" for facility in site.facilities.values()):
        return
    within = number(formulate.use_within, "minute") if formulate.use_within is not None else float("inf")
    waits = [takes for release in scenario.release if (takes := _takes(scenario, release)) <= within]
    ready = sum(booked(work) for work in works)
    legs = [step.leg for step in steps[steps.index(formulate) + 1 :] if isinstance(step, Ship)]
    ways, giving = dict(_ways_of(scenario, legs)), booked(site.work[ADMINISTER])
    if any(isinstance(s, Administer) and s.chase is not None for s in scenario.recipe) and DRAW in site.work:
        giving += booked(site.work[DRAW])
    for name, clinic in site.clinics.items():
        if name not in ways or clinic.hours.never_close or clinic.slot is None:
            continue
        spare, reviewed, away = max(
            (_spare(facility, clinic, day) - ready - away - giving, reviewed, away)
            for facility in site.facilities.values()
            for day in range(7)
            for reviewed in (_review(scenario, facility, day, ready),)
            for away in (max(reviewed + ways[name], *waits, 0),)  # it is tested while it is on its way
        )
        if spare < 0:
            seen = f"reviewed after {reviewed:.0f} min, " if reviewed else ""
            problem = (
                f"have passed before a product can be given: it is ready {ready:.0f} min after its facility "
                f"opens, {seen}tested and there {away:.0f} min later, and giving it takes {giving:.0f} min"
            )
            if reviewed == float("inf"):
                problem = "have passed before a product can be given: nobody is there to review it on its day"
            yield Refused(f"site.clinic.{name}.hours", None, problem, "open longer, or begin earlier")


def _spare(facility: Facility, clinic: Clinic, day: int) -> float:
    """The minutes between a facility's opening and a clinic's closing on one weekday."""
    opens, closes = facility.hours.days[day], clinic.hours.days[day]
    return closes[-1][1] - opens[0][0] if opens and closes else float("-inf")


def _review(scenario: Scenario, facility: Facility, day: int, ready: float) -> float:
    """The minutes until a product that is ready so long after its facility opens has been reviewed; inf for never."""
    work, opens = scenario.site.work.get(REVIEW), facility.hours.days[day]
    if work is None or not opens:
        return 0.0
    made = opens[0][0] + ready
    begins = [
        max(made, start)
        for start, end in review_hours(facility).days[day]
        if max(made, start) + booked(work) <= end
    ]
    return min(begins) + booked(work) - made if begins else float("inf")


def _warm(scenario: Scenario) -> Iterator[Refused]:
    """Legs that do not keep the temperature that the protocol asks for."""
    for step in scenario.recipe:
        if not isinstance(step, Ship) or step.keep is None:
            continue
        for leg in scenario.site.legs:
            if leg.name == step.leg and leg.keeps is not None:
                kept, asked = leg.keeps, step.keep
                if kept.least < asked.least or kept.most > asked.most:
                    shown = f"{text(kept.least)} to {text(kept.most)}"
                    problem = f"is not within the protocol's {text(asked.least)} to {text(asked.most)}"
                    yield Refused(f"site.leg.{_called(leg)}.keeps", shown, problem, "carry it otherwise")


def _called(leg: Leg) -> str:
    ends = [end for end in (leg.of, leg.to) if end is not None]
    return f"{leg.name} ({' - '.join(ends)})" if ends else leg.name


def _routes(scenario: Scenario) -> Iterator[Refused]:
    """An appointment that is shorter than giving the dose by every route takes."""
    work = scenario.site.work.get(ADMINISTER)
    for treatment in given_treatments(scenario.protocol) if work is not None else ():
        routes = [r for r in scenario.protocol.routes if r.treatment in (None, treatment.name)]
        lasting = [number(route.lasts, "minute") for route in routes if route.lasts is not None]
        if work is not None and sum(lasting) > booked(work):
            shown = " + ".join(f"{minutes:g}" for minutes in lasting)
            total = f" = {sum(lasting):g}" if len(lasting) > 1 else ""
            problem = f"is booked for {booked(work):g} min, and the routes last {shown}{total} min"
            yield Refused("site.work.administer", None, problem, "book it for longer")
            return
