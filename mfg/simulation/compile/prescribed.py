"""What is prescribed, in plain numbers: the recipe, the doses by weight, the arms with their courses."""

from __future__ import annotations

from decimal import Decimal
from math import nan
from typing import TypeVar

from mfg.course.network import BASELINE, Template
from mfg.course.template import template_of
from mfg.errors import Refused
from mfg.growth import Cultivation
from mfg.prescription import Prescriber
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.recipe import Collect, Cryopreserve, Expand, Formulate, Induce, Ship, Step, Thaw
from mfg.scenario import Scenario, stays
from mfg.simulation import plan as p
from mfg.simulation.compile.plain import minutes, part
from mfg.spread import shape_of
from mfg.units import number

HEAVIEST = 3000  # tenths of a kilogram
MAKING = ("isolate", "expand", "induce")
_S = TypeVar("_S", bound=Step)


def arms_of(scenario: Scenario) -> tuple[p.Arm, ...]:
    """The arms, each with its doses and its course."""
    protocol, weights, allocation = scenario.protocol, _weights(scenario), scenario.protocol.allocation
    in_order = allocation is not None and allocation.how == "in order"
    courses = {arm.name: template_of(protocol, arm, scenario.source) for arm in protocol.arms}
    return tuple(
        p.Arm(
            name=arm.name,
            ratio=arm.ratio or arm.size or 1,
            size=arm.size if in_order else None,
            doses=tuple(_dose(protocol, arm, name, weights) for name in arm.doses),
            course=courses[arm.name],
            allocated_at=_allocated_at(allocation.at if allocation else None, arm, courses[arm.name]),
        )
        for arm in protocol.arms
    )


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
    return p.DAY_0 if course.planned else next(iter(arm.doses), None)


def _weights(scenario: Scenario) -> range:
    """The weights that a patient may have, in tenths of a kilogram."""
    spread, come = scenario.population.weight, scenario.arrivals
    ends = [end for end in (spread.is_, spread.least, spread.most) if end is not None]
    if len(ends) < 2 and spread.is_ is None:
        return range(HEAVIEST)
    known = [number(end, "kg") for end in ends]
    known += [one.weight_kg for one in come.patients] + [one.weight_kg for one in come.in_progress]
    return range(int(min(known) * 10), int(max(known) * 10) + 2)


def recipe_of(scenario: Scenario) -> p.Recipe:
    """What is done, in order."""
    steps, source = scenario.recipe, scenario.source
    collect, formulate = _first(steps, Collect), _first(steps, Formulate)
    freeze, thaw, induce = _first(steps, Cryopreserve), _first(steps, Thaw), _first(steps, Induce)
    expand = _first(steps, Expand)
    done = [step.do for step in steps]
    turn = done.index("formulate") if "formulate" in done else len(done)
    ships = [(n, step) for n, step in enumerate(steps) if isinstance(step, Ship)]
    inbound = next((step for n, step in ships if n < turn), None)
    outbound = next((step for n, step in ships if n > turn), None)
    bank = None
    if freeze is not None and source is not None and source.kind == "bank":
        bank = p.Bank(
            after_passage=freeze.after_passage,
            contains=number(freeze.contains, "cell"),
            spare=source.spare,
            recovers=minutes(thaw.recovers) if thaw is not None else None,
        )
    return p.Recipe(
        collects=collect is not None,
        collected=shape_of(collect.volume, "mL") if collect is not None and collect.volume else None,
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
        administers="administer" in done,
        stay=stays(steps)[1],
    )


def _prepares(scenario: Scenario, done: list[str], supply: str, bank: p.Bank | None) -> tuple[str, ...]:
    """The works that turn cultured or frozen cells into a product, held together."""
    if "formulate" not in done:
        return ()
    thawed = supply == "stock" or (bank is not None and bank.recovers is None)
    grown = "expand" in done and "harvest" in scenario.site.work and not thawed
    first = ("thaw",) if thawed and "thaw" in scenario.site.work else ("harvest",) if grown else ()
    return (*first, "formulate")


def _expansion(scenario: Scenario, step: Expand) -> p.Expansion:
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
        )
    return p.Expansion(minutes(step.lasts), cultivation, minutes(step.medium_every))


def _dose(protocol: Protocol, arm: Arm, name: str, weights: range) -> p.Dose:
    """A dose as the prescriber gives it, for each of *weights* in tenths of a kilogram."""
    treatment = protocol.treatment(arm.doses[name])
    drawn = treatment.drawn
    if treatment.kind != "product":
        return p.Dose(name, product=False, drawn=drawn, cells=(0.0,), least=(0.0,))
    prescriber = Prescriber.of(protocol, arm=arm.name, dose=name)
    weighed = "weight" in prescriber.needs
    ends = [_prescribed(prescriber, tenths) for tenths in (weights if weighed else range(1))]
    cells, least = (tuple(column) for column in zip(*ends, strict=True))
    first = weights.start if weighed else 0
    return p.Dose(name, product=True, drawn=drawn, cells=cells, least=least, first=first)


def _prescribed(prescriber: Prescriber, tenths: int) -> tuple[float, float]:
    """Cells to aim for and cells that must be reached, at a weight of so many tenths of a kilogram."""
    case = prescriber.words()
    try:
        if "weight" in prescriber.needs:
            case["weight"] = prescriber.checked("weight", Decimal(tenths) / 10, "weight")
        given = prescriber.order(case).administrations
    except Refused:
        return nan, nan
    target = sum(float(a.cells if a.cells is not None else a.cells_most or a.cells_least or 0) for a in given)
    return target, sum(float(a.cells_least or a.cells or 0) for a in given)


def _first(steps: tuple[Step, ...], kind: type[_S]) -> _S | None:
    return next((step for step in steps if isinstance(step, kind)), None)
