"""What is done, in plain numbers: the recipe of every patient."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TypeVar

from mfg.errors import Refused
from mfg.growth import Cultivation
from mfg.plan.compile.plain import cells, minutes, part
from mfg.plan.compile.prescribed import terms_of
from mfg.plan.recipe import Bank, Expansion, Gathering, Recipe, Scaled
from mfg.protocol.cases import Condition
from mfg.protocol.protocol import Release
from mfg.protocol.recipe import (
    Administer,
    Collect,
    Cryopreserve,
    Expand,
    Formulate,
    Induce,
    Ship,
    Step,
    Thaw,
)
from mfg.protocol.rules import When, condition_of
from mfg.protocol.supply import Supply
from mfg.scenario import Scenario, in_bed
from mfg.spread import shape_of
from mfg.units import Quantity, alike, number
from mfg.works import CRYOPRESERVE, EXPAND, FORMULATE, HARVEST, MAKING, THAW

_MOST = 6  # conditions on which steps and tests may depend
_S = TypeVar("_S", bound=Step)
Recipes = tuple[tuple[Condition, ...], tuple[int, ...], tuple[Recipe, ...]]


def recipes_of(scenario: Scenario) -> Recipes:
    """The conditions that steps and tests have beside the supply, and the recipe for each way they can come out.

    Raises:
        Refused: if there are too many of them.
    """
    units = scenario.protocol.units
    stated = [_beside_the_supply(one.when) for one in (*scenario.recipe, *scenario.release)]
    whens = [when for n, when in enumerate(stated) if when is not None and when not in stated[:n]]
    if len(whens) > _MOST:
        raise Refused("protocol.step", None, f"has {len(whens)} different conditions", f"use at most {_MOST}")
    chosen: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    by: list[int] = []
    recipes: list[Recipe] = []
    for held in product((True, False), repeat=len(whens)):
        out = [when for when, holds in zip(whens, held, strict=True) if not holds]

        def belongs(one: Step | Release, out: list[When] = out) -> bool:
            return _beside_the_supply(one.when) not in out

        steps = tuple(n for n, step in enumerate(scenario.recipe) if belongs(step))
        tests = tuple(n for n, release in enumerate(scenario.release) if belongs(release))
        by.append(chosen.setdefault((steps, tests), len(recipes)))
        if by[-1] == len(recipes):
            recipes.append(_recipe_of(scenario, [scenario.recipe[n] for n in steps], len(recipes), tests))
    return tuple(condition_of(when, units) for when in whens), tuple(by), tuple(recipes)


def _beside_the_supply(when: When | None) -> When | None:
    rest = {name: limits for name, limits in when.conditions.items() if name != "supply"} if when else {}
    return When(rest) if rest else None


def _recipe_of(scenario: Scenario, steps: Sequence[Step], number_of: int, tests: tuple[int, ...]) -> Recipe:
    """The *number_of*-th recipe: what is done in these *steps*, in order."""
    source, alive = scenario.source, terms_of(scenario).alive
    collect, formulate = _first(steps, Collect), _first(steps, Formulate)
    freeze, thaw, induce = _first(steps, Cryopreserve), _first(steps, Thaw), _first(steps, Induce)
    expand, gives = _first(steps, Expand), _first(steps, Administer)
    done: list[str] = [step.do for step in steps]
    banked = freeze is not None and source is not None and source.kind == "bank"
    turns = {CRYOPRESERVE, THAW, FORMULATE} if banked else {THAW, FORMULATE}
    turn = next((n for n, name in enumerate(done) if name in turns), len(done))
    ships = [(n, step) for n, step in enumerate(steps) if isinstance(step, Ship)]
    inbound = next((step for n, step in ships if n < turn), None)
    outbound = next((step for n, step in ships if n > turn), None)
    bank = None
    if banked and freeze is not None and source is not None:
        bank = Bank(
            after_passage=freeze.after_passage,
            contains=cells(freeze.contains, alive) if freeze.contains is not None else None,
            spare=source.spare,
            recovers=minutes(thaw.recovers) if thaw is not None else None,
        )
    return Recipe(
        number=number_of,
        tests=tests,
        collects=collect is not None,
        collected=shape_of(collect.volume, "mL") if collect is not None and collect.volume else None,
        collecting=_collecting(collect, source) if collect is not None else None,
        inbound=inbound.leg if inbound is not None else None,
        within=minutes(inbound.within) if inbound is not None else None,
        making=tuple(step for step in done if step in MAKING),
        expansion=_expansion(scenario, expand) if expand is not None else None,
        induces=(minutes(induce.lasts) or 0) if induce is not None else 0,
        bank=bank,
        supply=source.kind if source is not None else "fresh",
        prepares=_prepares(scenario, done, source.kind if source is not None else "fresh", bank),
        use_within=minutes(formulate.use_within) if formulate is not None else None,
        outbound=outbound.leg if outbound is not None else None,
        administers=gives is not None,
        chased=gives is not None and gives.chase is not None,
        stay=in_bed(steps),
    )


def _collecting(step: Collect, source: Supply | None) -> Gathering | None:
    """Collections that are counted in cells, as the supply adds them up."""
    if step.yields is None:
        return None
    summed = source.collect if source is not None else None
    per_kg = alike(step.yields.typical, "cell/kg")
    return Gathering(
        yields=shape_of(step.yields, "cell/kg" if per_kg else "cell"),
        per_kg=per_kg,
        until=_scaled(summed.until if summed is not None else None),
        backup=_scaled(source.backup if source is not None else None),
        most=summed.most if summed is not None else 1,
        every=round(number(summed.every, "day")) if summed is not None and summed.every is not None else 1,
    )


def _scaled(cells: Quantity | None) -> Scaled:
    if cells is None:
        return Scaled(0.0, per_kg=False)
    per_kg = alike(cells, "cell/kg")
    return Scaled(number(cells, "cell/kg" if per_kg else "cell"), per_kg)


def _prepares(scenario: Scenario, done: list[str], supply: str, bank: Bank | None) -> tuple[str, ...]:
    """The works that turn cultured or frozen cells into a product, held together: `protocol.recipe.prepares`, at this site."""
    thawed = supply == "stock" or (bank is not None and bank.recovers is None)
    if FORMULATE not in done:
        return (THAW,) if thawed and THAW in done else ()
    grown = EXPAND in done and HARVEST in scenario.site.work and not thawed
    first = (THAW,) if thawed and THAW in scenario.site.work else (HARVEST,) if grown else ()
    return (*first, FORMULATE)


def _expansion(scenario: Scenario, step: Expand) -> Expansion:
    growth = scenario.population.growth
    cultivation = None
    if step.lasts is None and growth is not None and step.passages is not None:
        vessel, seeding, reseeding, harvest_at = (
            step.vessel,
            step.seeding,
            step.reseeding,
            step.harvest_at,
        )
        assert vessel is not None
        assert seeding is not None
        assert reseeding is not None
        assert harvest_at is not None
        cultivation = Cultivation(
            vessel_cm2=number(vessel, "cm**2"),
            seeding=number(seeding, "cell/cm**2"),
            reseeding=number(reseeding, "cell/cm**2"),
            harvest_at=part(harvest_at),
            confluent=number(growth.confluent, "cell/cm**2"),
            passages=step.passages.most,
            samples=number(step.samples, "cell") if step.samples is not None else 0.0,
            least=step.passages.least,
        )
    yields = cells(step.yields, terms_of(scenario).alive) if step.yields is not None else None
    weekly = step.medium is not None
    return Expansion(minutes(step.lasts), cultivation, weekly, minutes(step.medium_every), yields)


def _first(steps: Sequence[Step], kind: type[_S]) -> _S | None:
    return next((step for step in steps if isinstance(step, kind)), None)
