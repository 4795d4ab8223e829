"""Checks of the recipe: each step once and in order for every supply, ending with the administration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mfg.digits import plain
from mfg.errors import Refused
from mfg.protocol.check.arms import given_treatments
from mfg.protocol.check.conditions import condition_faults, exclude
from mfg.protocol.protocol import Protocol, Treatment
from mfg.protocol.recipe import Administer, Cryopreserve, Expand, Formulate, Induce, Ship, Step, Thaw
from mfg.protocol.rules import When
from mfg.protocol.supply import Before, Supply
from mfg.sizes import PASSAGES
from mfg.units import Quantity, number, text
from mfg.works import (
    ADMINISTER,
    COLLECT,
    CRYOPRESERVE,
    EXPAND,
    FORMULATE,
    ISOLATE,
    LOT_STEPS,
    RECIPE,
    RELEASE,
    THAW,
    TURN,
)

_ORDER = f"the order is {', '.join(' and '.join(steps) for steps in RECIPE)}"


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Steps that contradict themselves, each other, or the supply that they serve."""
    for step in protocol.recipe:
        path = f"step.{step.do}"
        yield from known_before_a_lot(protocol, path, step.when)
        yield from _alone(path, step)
    found: dict[str, Refused] = {}  # once, although it may be so for several supplies
    for supply in protocol.supplies or (None,) if protocol.recipe else ():
        steps = steps_for(protocol, supply)
        found |= {str(fault): fault for fault in (*_order(steps), *_served(protocol, supply, steps))}
    yield from found.values()


def steps_for(protocol: Protocol, supply: Supply | None) -> list[Step]:
    """The steps that may be done for *supply*."""
    return [step for step in protocol.recipe if serves(step.when, supply)]


def serves(when: When | None, supply: Supply | None) -> bool:
    """Whether a condition leaves room for *supply*."""
    limits = when.conditions.get("supply") if when else None
    return limits is None or (supply is not None and supply.name in limits.one_of)


def known_before_a_lot(protocol: Protocol, path: str, when: When | None) -> Iterator[Refused]:
    """A condition of what is done to a lot: on arms, supplies, and what is known of a patient at screening."""
    yield from condition_faults(protocol, path, when, {"arm", "supply"})
    for name in when.conditions if when else ():
        covariate = protocol.patient.get(name)
        if covariate is not None and covariate.at not in (None, "screening"):
            problem = f"is observed at {covariate.at}, and the lot is made after screening"
            yield Refused(f"{path}.when", name, problem, "ask for what is known at screening")


def _alone(path: str, step: Step) -> Iterator[Refused]:
    if isinstance(step, Expand):
        grown = [step.vessel, step.seeding, step.reseeding, step.harvest_at, step.passages]
        if (step.lasts is None) == any(q is None for q in grown):
            advice = "give lasts, or vessel, seeding, reseeding, harvest_at and passages"
            yield Refused(path, None, "is neither timed nor grown", advice)
        if step.medium is not None and step.medium_every is not None:
            yield Refused(path, None, "changes medium in two ways", "give medium or medium_every")
        elif step.medium_every is not None and step.lasts is None:
            advice = 'give medium, such as "2 per week": it is changed when the culture is looked at'
            yield Refused(f"{path}.medium_every", None, "is of a culture that is grown", advice)
    if isinstance(step, Expand) and step.harvest_at is not None and not step.harvest_at.magnitude > 0:
        advice = "give the part of the confluent density at which it is harvested"
        yield Refused(f"{path}.harvest_at", text(step.harvest_at), "is of an empty flask", advice)
    if isinstance(step, Expand) and step.passages is not None:
        for key in ("least", "most"):
            many = getattr(step.passages, key)
            yield from PASSAGES.exceeded(many, f"{path}.passages.{key}", str(many))
    if isinstance(step, Cryopreserve) and step.after_passage is not None:
        yield from PASSAGES.exceeded(step.after_passage, f"{path}.after_passage", str(step.after_passage))
    if isinstance(step, Formulate) and step.draw is not None and step.drawn is None:
        yield Refused(f"{path}.drawn", None, "is missing", "say how long before the dose it is drawn")


def _order(steps: list[Step]) -> Iterator[Refused]:
    """Steps that stand twice, or behind one that comes after them."""
    for place, step in enumerate(steps):
        path, before = f"step.{step.do}", steps[:place]
        if isinstance(step, Ship):
            continue
        if any(other.do == step.do and not exclude(other.when, step.when) for other in before):
            yield Refused(path, None, "stands twice", "leave one out, or tell them apart by supply")
        late = next((o for o in before if TURN.get(o.do, -1) > TURN[step.do]), None)
        if late is not None:
            yield Refused(path, None, f"stands after {late.do!r}", _ORDER)
    yield from _ways(steps)


def _ways(steps: list[Step]) -> Iterator[Refused]:
    """Ways lead from the collection to the isolation, and from the formulation to the patient."""
    done = [step.do for step in steps]
    ways: dict[str, Ship] = {}
    for place, step in enumerate(steps):
        if not isinstance(step, Ship):
            continue
        behind, ahead = set(done[:place]), set(done[place + 1 :])
        inbound = not behind & TURN.keys() - {COLLECT} and bool(
            ahead & {ISOLATE, EXPAND, CRYOPRESERVE, FORMULATE}
        )
        outbound = bool(behind & {THAW, FORMULATE}) and ADMINISTER not in behind
        direction = "in" if inbound else "out"
        advice = "a way in lies before isolate, a way out between formulate (or thaw) and administer"
        if not inbound and not outbound:
            yield Refused("step.ship", step.leg, "carries nothing there", advice)
        elif direction in ways and not exclude(ways[direction].when, step.when):
            yield Refused(
                "step.ship", step.leg, f"is a second way {direction}", "write one leg for all of it"
            )
        ways[direction] = step


def _served(protocol: Protocol, supply: Supply | None, steps: list[Step]) -> Iterator[Refused]:
    """Whether the steps for one supply are those of its kind, and end with the patient."""
    done, treatments = [step.do for step in steps], given_treatments(protocol)
    kind = supply.kind if supply is not None else "fresh"
    name = f"the supply {supply.name}" if supply is not None else "this protocol"
    if ADMINISTER not in done and any(t.kind == "product" for t in treatments):
        problem = "has no administer" + (f" for {name}" if len(protocol.supplies) > 1 else "")
        yield Refused("step", None, problem, "a recipe ends with giving the cells")
    for do in LOT_STEPS if kind == "stock" else ():
        if do in done:
            advice = f"leave it out, or give it when = {{ supply = ... }}: {name} is a stock"
            yield Refused(f"step.{do}", None, "has no use for a stock", advice)
    if kind == "fresh":
        why = f"{name} is fresh" if supply is not None else "there is no supply"
        for do in (CRYOPRESERVE, THAW):
            if do in done:
                advice = 'write a supply of kind = "bank", or give the step when = { supply = ... }'
                yield Refused(f"step.{do}", None, f"is for what is frozen, and {why}", advice)
    if kind == "bank":
        for do in (CRYOPRESERVE, THAW):
            if do not in done:
                yield Refused("step", None, f"has no {do}", f"{name} is a bank")
    if COLLECT in done and kind != "stock" and treatments and not any(t.collected for t in treatments):
        advice = "let a treatment be collected, or leave the step out"
        yield Refused("step.collect", None, "takes place, and nobody is collected", advice)
    yield from _drawn(steps, treatments)
    if supply is not None:
        yield from _time(protocol, supply, steps)


def _drawn(steps: list[Step], treatments: Sequence[Treatment]) -> Iterator[Refused]:
    """What is drawn from the patient, once for a dose: the vehicle of the cells or what follows them."""
    drawn = next((step for step in steps if isinstance(step, Formulate) and step.drawn is not None), None)
    if drawn is not None and treatments and not any(t.drawn for t in treatments):
        advice = "let a treatment be drawn, or leave it out"
        yield Refused("step.formulate.drawn", None, "is said, and nobody is drawn", advice)
    chased = next((step.chase for step in steps if isinstance(step, Administer) and step.chase), None)
    if chased is not None and drawn is not None:
        advice = "leave it out, or formulate.drawn: a dose has one draw"
        yield Refused("step.administer.chase", chased, "is drawn a second time", advice)
    elif chased is not None and treatments and not any(t.drawn for t in treatments):
        advice = "let a treatment be drawn, or leave it out"
        yield Refused("step.administer.chase", chased, "is said, and nobody is drawn", advice)


def _time(protocol: Protocol, supply: Supply, steps: list[Step]) -> Iterator[Refused]:
    """A culture that lasts longer than there is between a collection and its dose."""
    lasting = [step.lasts for step in steps if isinstance(step, (Expand, Induce)) and step.lasts is not None]
    lasting += [step.recovers for step in steps if isinstance(step, Thaw) and step.recovers is not None]
    if not lasting or all(d.after is not None and d.after.of == RELEASE for d in protocol.doses):
        return
    takes = sum(number(quantity, "day") for quantity in lasting)
    for row in supply.before:
        left = longest(row)
        if left is not None and takes > number(left, "day"):
            days = plain(left.to("day").magnitude)
            problem = f"leaves {days} days, and the culture takes {takes:g}"
            yield Refused(
                f"supply.{supply.name}.before", None, problem, "collect earlier, or culture for less time"
            )


def longest(row: Before) -> Quantity | None:
    """The longest time between a collection and its dose, where the protocol bounds it."""
    return row.is_ if row.is_ is not None else row.most
