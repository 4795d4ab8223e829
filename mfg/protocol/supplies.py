"""What a protocol gets wrong about how its lots are collected, made and frozen."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.protocol.protocol import Protocol, Supply
from mfg.protocol.recipe import Cryopreserve, Expand, Step, Thaw


def supply_faults(protocol: Protocol) -> Iterator[Refused]:
    """Every fault of a supply, once, though several supplies share the recipe."""
    found: dict[str, Refused] = {}
    for supply in protocol.supplies or (None,):
        steps = [step for step in protocol.recipe if _belongs(step, supply)]
        found |= {str(fault): fault for fault in _of_recipe(steps)}
    yield from found.values()


def _belongs(step: Step, supply: Supply | None) -> bool:
    limits = step.when.conditions.get("supply") if step.when else None
    return limits is None or (supply is not None and supply.name in limits.one_of)


def _of_recipe(steps: list[Step]) -> Iterator[Refused]:
    grown = next((step for step in steps if isinstance(step, Expand) and step.lasts is None), None)
    for step in steps:
        if isinstance(step, Expand) and step.yields is not None and step.lasts is None:
            advice = "leave it out: a culture that is grown yields what grows"
            yield Refused("step.expand.yields", None, "stands without lasts", advice)
        if isinstance(step, Thaw) and step.recovers is not None and grown is None:
            advice = "leave it out: there is no culture that is grown, in which they could"
            yield Refused("step.thaw.recovers", None, "lets cells grow again that never grew", advice)
        if isinstance(step, Cryopreserve):
            yield from _passage(step, grown)


def _passage(step: Cryopreserve, grown: Expand | None) -> Iterator[Refused]:
    """The passage at which a bank is frozen: one of those that its culture has."""
    where, passage = "step.cryopreserve.after_passage", step.after_passage
    if grown is None and passage is not None:
        yield Refused(where, str(passage), "is of a lot that is not grown", "leave it out")
    if grown is None or grown.passages is None:
        return
    if passage is None:
        yield Refused(where, None, "is missing", "say at the harvest of which passage the culture is frozen")
    elif not grown.passages.least <= passage <= grown.passages.most:
        reach = f"it has {grown.passages.least} to {grown.passages.most}"
        yield Refused(where, str(passage), "is no passage at which the culture is harvested", reach)
