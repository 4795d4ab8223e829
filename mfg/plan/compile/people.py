"""Who comes, in plain numbers: the population, what is observed of it, the patients of a list, the lots in progress."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import inf, nan
from typing import Any

from mfg.calendar import DAY
from mfg.log.endings import RELEASED
from mfg.plan.compile.plain import monthly, part
from mfg.plan.people import (
    Criterion,
    ListedPatient,
    PatientInProgress,
    People,
    Standing,
    Trait,
    TreatedBefore,
)
from mfg.plan.rounding import rounded
from mfg.population import Categorical, score_at_arrival
from mfg.protocol.protocol import Covariate
from mfg.protocol.rules import When
from mfg.scenario import InProgress, Scenario
from mfg.scenario.admission import judged
from mfg.scenario.begun import arm_of_given
from mfg.scenario.standing import FROZEN, RECEIVED, UNPLATED, arm_of, dose_of
from mfg.spread import Spread, shape_of


def people_of(scenario: Scenario) -> People:
    """What the patients, their marrow and their cells are like."""
    people = scenario.population
    marrow, growth, product, leaving = people.marrow, people.growth, people.product, people.leaving
    score = score_at_arrival(people)
    return People(
        weight=shape_of(people.weight, "kg"),
        age=shape_of(people.age, "year") if people.age else None,
        score=shape_of(score, "point") if score else None,
        decline=shape_of(people.decline, "point/month") if people.decline else None,
        ineligible=part(leaving.ineligible),
        withdraw=monthly(leaving.withdraw),
        withdraw_later=monthly(leaving.withdraw_later),
        die=monthly(leaving.die),
        mononuclear=shape_of(marrow.mononuclear, "cell/mL") if marrow else None,
        colonies=shape_of(marrow.colonies, "colony/cell") if marrow else None,
        alike=part(marrow.alike) if marrow else 0.0,
        contaminated=part(marrow.contaminated) if marrow else 0.0,
        first_lag=shape_of(growth.first_lag, "minute") if growth else None,
        lag=shape_of(growth.lag, "minute") if growth else None,
        doubling=shape_of(growth.doubling, "minute") if growth else None,
        primary=part(growth.primary) if growth else 1.0,
        slowing=part(growth.slowing) if growth else 0.0,
        limit=shape_of(growth.limit, "doubling") if growth else None,
        viability=shape_of(product.viability, "%") if product else None,
        loss=shape_of(product.loss, "%/hour") if product else None,
    )


def traits_of(scenario: Scenario) -> tuple[Trait, ...]:
    """What is observed of the patients, as far as doses, steps and visits may ask for it."""
    given, protocol = scenario.population.covariates, scenario.protocol
    if not given:
        return ()  # the doses are known for every weight
    asked = {name: c for name, c in protocol.patient.items() if name in {"weight", *given}}
    for name, limits in protocol.eligibility.items():
        if name in given:
            asked.setdefault(name, Covariate(unit=next((str(q.units) for _, q in limits.bounds()), None)))
    return tuple(_trait(name, covariate, given.get(name)) for name, covariate in asked.items())


def admits_of(scenario: Scenario) -> dict[str, Any]:
    """The limits of what is observed of a patient at screening, by name."""
    protocol, given = scenario.protocol, scenario.population.covariates
    limited = {name: limits for name, limits in protocol.eligibility.items() if name in given}
    units = {
        name: str(q.units) for name, limits in limited.items() for _, q in limits.bounds()
    } | protocol.units
    return dict(When(limited).within(units).parts)


def _trait(name: str, asked: Covariate, given: Spread | Categorical | None) -> Trait:
    rounding = asked.round.within(asked.unit) if asked.round is not None and asked.unit is not None else None
    at = asked.at or "screening"
    if isinstance(given, Categorical):
        words, shares = tuple(given.words), tuple(part(share) for share in given.words.values())
        return Trait(name, at, None, words, shares, rounding, words[shares.index(max(shares))])
    shape = shape_of(given, asked.unit) if given is not None and asked.unit is not None else None
    typical = rounded(shape.typical, rounding) if shape is not None else None
    return Trait(name, at, shape, (), (), rounding, typical)


def eligibility_of(scenario: Scenario) -> Iterator[Criterion]:
    """The limits that are judged at screening, in the order of the protocol."""
    for name, bounds in judged(scenario).items():
        yield Criterion(
            name=name,
            least=-inf if bounds.least is None else float(bounds.least),
            above=-inf if bounds.above is None else float(bounds.above),
            most=inf if bounds.most is None else float(bounds.most),
            below=inf if bounds.below is None else float(bounds.below),
        )


def candidates_of(scenario: Scenario) -> Iterator[ListedPatient]:
    """The patients of a list."""
    arms = {arm.name: n for n, arm in enumerate(scenario.protocol.arms)}
    clinics = {name: n for n, name in enumerate(scenario.site.clinics)}
    for one in scenario.arrivals.patients:
        arrived = (one.arrived - scenario.start).days * DAY
        arm = arms[one.arm] if one.arm else None
        yield ListedPatient(
            name=one.patient,
            arrived=arrived,
            weight=one.weight_kg,
            arm=arm,
            clinic=clinics[one.site] if one.site else None,
            age=one.age,
        )


def begun_of(scenario: Scenario) -> Iterator[TreatedBefore]:
    """Who had the first dose before the start."""
    arms = list(scenario.protocol.arms)
    for one in scenario.arrivals.given:
        arm = arms.index(arm_of_given(scenario, one))
        yield TreatedBefore(name=one.patient, arm=arm, day=(one.dose_on - scenario.start).days)


def in_progress_of(scenario: Scenario) -> Iterator[PatientInProgress]:
    """The patients whose lots are there when the clock starts."""
    site, protocol = scenario.site, scenario.protocol
    arms = [arm.name for arm in protocol.arms]
    whose: dict[str, list[InProgress]] = {}
    for line in scenario.arrivals.in_progress:
        whose.setdefault(line.patient, []).append(line)
    for name, lines in whose.items():
        arm = arm_of(protocol, lines[0])
        doses = list(arm.doses)
        lots = [_standing(scenario.start, line, doses.index(dose_of(protocol, line))) for line in lines]
        yield PatientInProgress(
            name=name,
            weight=lines[0].weight_kg,
            arm=arms.index(arm.name),
            clinic=list(site.clinics).index(lines[0].site) if lines[0].site else 0,
            facility=list(site.facilities).index(lines[0].facility) if lines[0].facility else 0,
            lots=tuple(sorted(lots, key=lambda lot: lot.dose)),
        )


def _standing(start: date, line: InProgress, dose: int) -> Standing:
    cells = line.cells or 0.0
    each = cells / line.containers if line.containers else 0.0
    return Standing(
        dose=dose,
        dose_day=(line.dose_on - start).days,
        collected=(line.collected - start).days * DAY + (line.collected_at or 0),
        unplated=line.stands in UNPLATED,
        marrow=line.marrow_ml or line.cells or nan,
        received=line.stands == RECEIVED,
        passage=line.passage or 0,
        plated=(line.plated - start).days * DAY if line.plated is not None else 0,
        flasks=line.flasks or 0,
        cells=cells,
        frozen=(line.frozen - start).days * DAY if line.frozen is not None else 0,
        contents=(each,) * (line.containers or 0),
        released=line.stands in {RELEASED, FROZEN},
    )
