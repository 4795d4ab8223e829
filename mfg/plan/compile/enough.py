"""Limits below what a single patient needs: no luck would help, so they are told before any clock starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isnan

from mfg.calendar import DAY
from mfg.errors import Refused
from mfg.plan import sizing
from mfg.plan.plan import Plan
from mfg.plan.prescription import PlannedArm, PlannedDose, PlannedPortion
from mfg.plan.recipe import Recipe
from mfg.plan.rounding import rounded
from mfg.plan.site import PlannedFacility
from mfg.works import HARVEST


def too_little(plan: Plan) -> Iterator[Refused]:
    """Every limit of a site or a policy that a typical patient of an arm needs more of, as planned.

    Of a bank that is what one dose needs: a bank that serves some doses is followed by another.
    """
    undosed = list(_undosed(plan))
    if undosed:
        yield from undosed
        return
    for arm in plan.arms:
        yield from _waits(plan, arm)
    for facility in plan.facilities:
        flasks, containers = dict[str, int](), dict[str, int]()
        for arm in plan.arms:
            recipe, products = _made(plan, arm)
            for dose, portion in products:
                flasks[dose.name] = max(flasks.get(dose.name, 0), _flasks(recipe, facility, portion.total))
                containers[dose.name] = max(
                    containers.get(dose.name, 0), _containers(recipe, facility, portion.total)
                )
        for key, there, needs, what in (
            ("incubator", facility.incubator, flasks, "flask"),
            ("storage", facility.storage, containers, "container"),
        ):
            dose_name = max(needs, key=needs.__getitem__, default="")
            if dose_name and needs[dose_name] > there:
                shown = f"{there} {what}" if key == "incubator" else str(there)
                problem = f"is less than {dose_name} of a typical patient needs as planned: {needs[dose_name]} {what}s"
                yield Refused(f"site.facility.{facility.name}.{key}", shown, problem, "give at least as many")


def _undosed(plan: Plan) -> Iterator[Refused]:
    """Doses that come to nothing at the weight of somebody who is listed, or may be drawn; each is named once."""
    doses = {dose.name: dose for arm in plan.arms for dose in arm.doses if dose.product and dose.rule is None}
    for name, dose in doses.items():
        without = [n for n in _met(plan, dose) if isnan(dose.portions[n].total)]
        if without:
            at = f" at {(dose.first + without[0]) / 10:g} kg" if len(dose.portions) > 1 else ""
            problem = f"comes to no dose{at}, and there are such patients"
            advice = "mfg dose says why: change the rule, or who comes"
            yield Refused(f"protocol.dose.{name}", None, problem, advice)


def _met(plan: Plan, dose: PlannedDose) -> Iterable[int]:
    """The places in the table of *dose* at which somebody's weight may lie; where weights have no ends, the typical one's."""
    if len(dose.portions) == 1:
        return (0,)
    if plan.candidates:
        return sorted({round(one.weight * 10) - dose.first for one in plan.listed})
    if not dose.first:
        return (round(plan.people.weight.typical * 10),)
    return range(len(dose.portions) - 1)  # the last one is beyond the largest weight


def _flasks(recipe: Recipe, facility: PlannedFacility, cells: float) -> int:
    """The incubator places that a lot for one dose of *cells* needs at its largest."""
    terms = recipe.cultivation
    if terms is None:
        return int(recipe.expansion is not None)
    harvests = [sizing.target(recipe, facility, cells)]
    if recipe.bank is not None:
        thawed = [] if recipe.bank.recovers is None else harvests
        harvests = [sizing.bank_target(recipe, facility, [cells]), *thawed]
    recovered = sizing.recovered(facility, HARVEST)
    return max(terms.flasks_for(harvest, recovered) for harvest in harvests)


def _containers(recipe: Recipe, facility: PlannedFacility, cells: float) -> int:
    """The frozen containers that one dose of *cells* is thawed from."""
    bank = recipe.bank
    if bank is None:
        return 0
    return (
        1 if bank.contains is None else sizing.containers_for(recipe, facility, cells, bank.contains.typical)
    )


def _made(plan: Plan, arm: PlannedArm) -> tuple[Recipe, list[tuple[PlannedDose, PlannedPortion]]]:
    """The recipe of *arm*, and what is prescribed to its typical patient in each dose of cells that every patient has."""
    weight = plan.people.weight.typical
    typical = {trait.name: trait.typical for trait in plan.traits if trait.typical is not None}
    case: dict[str, Decimal | str] = {**typical, "arm": arm.name, "supply": plan.supply}
    for trait in plan.traits:
        if trait.typical is None:
            case["weight"] = rounded(weight, trait.rounding)
    found = []
    for dose in arm.doses:
        if not dose.product or dose.when is not None:
            continue
        portions, at = dose.portions, round(weight * 10) - dose.first
        if dose.rule is not None:
            portion = dose.rule(case)
        elif len(portions) == 1:
            portion = portions[0]
        elif 0 <= at < len(portions):
            portion = portions[at]
        else:
            continue
        if not isnan(portion.total):
            found.append((dose, portion))
    return plan.recipe_for(case), found


def _waits(plan: Plan, arm: PlannedArm) -> Iterator[Refused]:
    """A limit on the wait that no first dose of *arm* can keep."""
    course = arm.course.on(plan.start)
    dose = next((e for e in course.events if arm.doses and e.name == arm.doses[0].name), None)
    if dose is None:
        return
    leads = [e.latest for e in course.events if e.kind in ("screening", "collection")]
    days = dose.earliest - min([0, *leads])
    if plan.policy.give_up_after <= (days - 1) * DAY:
        shown = f"{plan.policy.give_up_after / DAY:g} day"
        problem = f"is over before any first dose: in arm {arm.name} it is {days} days after the screening at the earliest"
        yield Refused("policy.give_up_after", shown, problem, "wait longer")
