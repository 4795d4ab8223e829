"""Checks of how lots are collected, made and frozen."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.protocol.check.recipe import steps_for
from mfg.protocol.protocol import Protocol
from mfg.protocol.recipe import Collect, Cryopreserve, Expand, Step, Thaw
from mfg.protocol.supply import Supply


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Every fault of a supply, once, though several supplies share the recipe."""
    found: dict[str, Refused] = {}
    for supply in protocol.supplies or (None,):
        steps = steps_for(protocol, supply)
        found |= {str(fault): fault for fault in _of_recipe(steps)}
        if supply is not None:
            found |= {str(fault): fault for fault in _of_collections(supply, steps)}
    yield from found.values()


def _of_recipe(steps: list[Step]) -> Iterator[Refused]:
    grown = next((step for step in steps if isinstance(step, Expand) and step.lasts is None), None)
    for step in steps:
        if isinstance(step, Collect) and step.yields is not None:
            if step.volume is not None:
                advice = "give the volume or the cells of a collection"
                yield Refused("step.collect.yields", None, "stands beside a volume", advice)
            elif grown is not None:
                advice = "give the volume: cells that are grown are those of the population's marrow"
                yield Refused("step.collect.yields", None, "is of a lot that is grown", advice)
        if isinstance(step, Expand) and step.yields is not None and step.lasts is None:
            advice = "leave it out: a culture that is grown yields what grows"
            yield Refused("step.expand.yields", None, "stands without lasts", advice)
        if isinstance(step, Thaw) and step.recovers is not None and grown is None:
            advice = "leave it out: there is no culture that is grown, in which they could"
            yield Refused("step.thaw.recovers", None, "lets cells grow again that never grew", advice)
        if isinstance(step, Cryopreserve):
            yield from _passage(step, grown)


def _of_collections(supply: Supply, steps: list[Step]) -> Iterator[Refused]:
    """Collections that are added up, and what is kept of them."""
    where, summed = f"supply.{supply.name}", supply.collect
    for key in ("collect", "backup"):
        if getattr(supply, key) is not None and supply.kind != "bank":
            yield Refused(
                f"{where}.{key}", None, f"is of a supply that is {supply.kind}", "only a bank has it"
            )
    if supply.backup is not None and summed is None:
        advice = 'say until when it is collected: collect = { until = "2e6 cell/kg", most = 3 }'
        yield Refused(f"{where}.backup", None, "stands without collect", advice)
    if summed is None:
        return
    if not any(isinstance(step, Collect) and step.yields is not None for step in steps):
        advice = "say what one collection gives: yields of the step collect"
        yield Refused(f"{where}.collect", None, "adds up collections whose cells nobody counts", advice)
    if summed.most < 1:
        yield Refused(f"{where}.collect.most", "0", "is no collection", "write how many there are at most")
    if summed.every is not None and not summed.every.magnitude:
        yield Refused(f"{where}.collect.every", "0 day", "lets nobody recover", "give the days between two")


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
