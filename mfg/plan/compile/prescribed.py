"""What is prescribed, in plain numbers: the arms with their courses, and their doses."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from math import exp

from attrs import field, frozen

from mfg.course.network import Template
from mfg.course.pieces import BASELINE, Floating
from mfg.course.template import template_of
from mfg.errors import Refused
from mfg.plan.compile.plain import minutes, part
from mfg.plan.portions import NO_DOSE, Ruled, Terms, counted_of
from mfg.plan.prescription import DAY_0, PatientCase, PlannedArm, PlannedDose, PlannedPortion
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.rule import Rule
from mfg.protocol.cases import Condition
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.recipe import Formulate
from mfg.protocol.rules import condition_of
from mfg.remember import Itself
from mfg.scenario import Scenario
from mfg.units import number

HEAVIEST = 3000  # tenths of a kilogram


def arms_of(scenario: Scenario) -> tuple[PlannedArm, ...]:
    """The arms, each with its doses, its course, and the conditions of its visits."""
    supply = scenario.source.name if scenario.source is not None else None
    return _arms(Itself(scenario.protocol), supply, _weights(scenario), terms_of(scenario))


@lru_cache(maxsize=16)
def _arms(of: Itself[Protocol], supply: str | None, weights: range, terms: Terms) -> tuple[PlannedArm, ...]:
    """The same, once for all variants of a study that leave the protocol as it is."""
    protocol = of.value
    conditions = {
        each.name: condition_of(event.when, protocol.units)
        for event in protocol.events
        if event.when is not None
        for each in occurrences(event)
    }
    allocation = protocol.allocation
    in_order = allocation is not None and allocation.how == "in order"
    tables = _Tables(terms, {n for r in protocol.routes for w in r.conditions() for n in w.conditions})
    courses: list[Template] = []
    for arm in protocol.arms:
        course = template_of(protocol, arm, protocol.supply(supply) if supply is not None else None)
        courses.append(next((other for other in courses if other == course), course))
    found = []
    for arm, course in zip(protocol.arms, courses, strict=True):
        doses = tuple(
            _dose(protocol, arm, name, supply, weights, conditions.get(name), tables)
            for name in arm.doses
            if name in course.doses
        )
        found.append(
            PlannedArm(
                name=arm.name,
                ratio=arm.ratio or arm.size or 1,
                size=arm.size if in_order else None,
                doses=doses,
                course=course,
                allocated_at=_allocated_at(allocation.at if allocation else None, arm, course),
                floating=_floating(course),
                comes=bool(course.floating) or any(event.repeats for event in course.planned),
                filled=tuple(dose.name for dose in doses if dose.product),
                when={visit: condition for visit, condition in conditions.items() if visit not in arm.doses},
            )
        )
    return tuple(found)


def _floating(course: Template) -> dict[str, tuple[Floating, ...]]:
    """What has no day, by the event that it follows."""
    found: dict[str, tuple[Floating, ...]] = {}
    for event in course.floating:
        found[event.follows] = (*found.get(event.follows, ()), event)
    return found


def _allocated_at(at: str | None, arm: Arm, course: Template) -> str | None:
    """With which event of its *course* an arm is allocated; None where that is when the patient comes."""
    visits = {event.name: event.kind for event in course.planned if event.kind in ("screening", "visit")}
    if at is None or at in visits:
        return at
    if at == "screening":
        return next((name for name, kind in visits.items() if kind == "screening"), None)
    for event in course.planned:
        if event.kind == "dose" and (event.reference, event.months, event.days) == (BASELINE, 0, 0):
            return event.name
    return DAY_0 if course.planned else next(iter(arm.doses), None)


def _weights(scenario: Scenario) -> range:
    """The weights that a patient may have, in tenths of a kilogram."""
    spread, come = scenario.population.weight, scenario.arrivals
    ends = [end for end in map(spread.end, ("least", "most")) if end is not None]
    if len(ends) < 2:
        return range(HEAVIEST)
    known = [number(end, "kg") for end in ends]
    known += [one.weight_kg for one in come.patients] + [one.weight_kg for one in come.in_progress]
    return range(int(min(known) * 10), int(max(known) * 10) + 2)


def terms_of(scenario: Scenario) -> Terms:
    """How the doses of *scenario* are filled."""
    policy, product = scenario.policy, scenario.population.product
    gives_short = policy.short_dose == "give"
    if product is None:
        return Terms(policy.aim, gives_short, alive=1.0, keeps=1.0)
    step = next((step for step in scenario.recipe if isinstance(step, Formulate)), None)
    hours = (minutes(step.use_within) or 0) / 60 if step is not None else 0.0
    lost = number(product.loss.typical, "%/hour") / 100 * hours
    return Terms(policy.aim, gives_short, alive=part(product.viability.typical), keeps=exp(-lost))


@frozen
class _Tables:
    """The portions of each rule by weight, reckoned once for all doses of one rule; `asked` is what rules depend on."""

    terms: Terms
    asked: set[str]
    known: list[tuple[Rule, PatientCase, tuple[PlannedPortion, ...]]] = field(factory=list)

    def of(self, rule: Rule, words: PatientCase, weights: range) -> tuple[PlannedPortion, ...]:
        """The portion at each of *weights*, in tenths of a kilogram."""
        case = {name: word for name, word in words.items() if name in self.asked}
        for other, its_case, portions in self.known:
            if (other, its_case) == (rule, case):
                return portions
        ruled = Ruled(rule, words, self.terms)
        found = tuple(_portion(ruled, n) for n in weights)
        self.known.append((rule, case, found))
        return found


def _dose(
    protocol: Protocol,
    arm: Arm,
    name: str,
    supply: str | None,
    weights: range,
    when: Condition | None,
    tables: _Tables,
) -> PlannedDose:
    """A dose as the prescriber gives it: for each of *weights* in tenths of a kilogram, or by its rule."""
    treatment = protocol.treatment(arm.doses[name])
    drawn = treatment.drawn
    if treatment.kind != "product":
        nothing = PlannedPortion(0.0, 0.0, 0.0, 0.0, 0.0)
        return PlannedDose(name, product=False, drawn=drawn, portions=(nothing,), when=when)
    prescriber = Prescriber.of(protocol, arm=arm.name, dose=name, supply=supply)
    words = prescriber.words()
    ruled = Ruled(prescriber.rule, words, tables.terms)
    counted = counted_of(prescriber.rule)
    if prescriber.needs - {"weight"}:
        return PlannedDose(
            name, product=True, drawn=drawn, portions=(), rule=ruled, when=when, counted=counted
        )
    weighed = "weight" in prescriber.needs
    portions = tables.of(prescriber.rule, words, weights) if weighed else (ruled({}),)
    first = weights.start if weighed else 0
    return PlannedDose(
        name, product=True, drawn=drawn, portions=portions, first=first, when=when, counted=counted
    )


def _portion(ruled: Ruled, tenths: int) -> PlannedPortion:
    """What is prescribed at a weight of so many tenths of a kilogram."""
    try:
        weight = ruled.rule.accept("weight", Decimal(tenths) / 10, "weight")
    except Refused:
        return NO_DOSE
    return ruled({"weight": weight})
