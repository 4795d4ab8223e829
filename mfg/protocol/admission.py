"""What a protocol gets wrong about who comes into which arm, and when."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Allocation, Protocol
from mfg.protocol.rules import Limits
from mfg.units import alike, text

MEASURED = {"weight": "kg", "age": "year", "alsfrs_r": "point"}  # what is known of every patient, in its unit


def admission_faults(protocol: Protocol) -> Iterator[Refused]:
    """Words of ``[eligibility]`` and ``[allocation]`` that would be obeyed by nobody."""
    for name, limits in protocol.eligibility.items():
        yield from _limits(protocol, name, limits)
    allocation = protocol.allocation
    if allocation is None:
        return
    events = ["screening", "baseline", *(o.name for visit in protocol.visits for o in occurrences(visit))]
    if allocation.at is not None and allocation.at not in events:
        yield Refused("allocation.at", allocation.at, "is no event", nearest(allocation.at, events))
    yield from _without_it(protocol, allocation.at)
    if allocation.how == "in order":
        yield from _in_order(protocol, allocation)
    else:
        yield from _drawn(protocol, allocation)


def _limits(protocol: Protocol, name: str, limits: Limits) -> Iterator[Refused]:
    """Limits in the unit of what they limit, that somebody can keep."""
    where, unit = f"eligibility.{name}", (protocol.units | MEASURED).get(name)
    stated = dict(limits.bounds())
    if not stated and not limits.one_of:
        yield Refused(where, None, "says no limit", "give least, above, most or below")
    elif unit is not None and (limits.one_of or not all(alike(q, unit) for q in stated.values())):
        yield Refused(where, str(limits), "does not fit it", f"write limits in {unit}")
    elif stated:
        low = max((q for key, q in stated.items() if key in ("least", "above")), default=None)
        high = min((q for key, q in stated.items() if key in ("most", "below")), default=None)
        open_ended = {"above", "below"} & stated.keys()
        if low is not None and high is not None and (low > high or (low == high and open_ended)):
            yield Refused(where, str(limits), "leaves nobody", "exchange the limits")
    words = protocol.words().get(name, []) if name in protocol.patient else []
    for word in limits.one_of:
        if words and word not in words:
            yield Refused(where, word, "is no value of it", nearest(word, words))


def _without_it(protocol: Protocol, at: str | None) -> Iterator[Refused]:
    """Arms whose patients would never come to the visit at which they are allocated."""
    for visit in protocol.visits:
        if at not in {o.name for o in occurrences(visit)}:
            continue
        if visit.after is not None and visit.after.of == "release":
            yield Refused("allocation.at", at, "has no day of its own", "name an event that is planned")
        asked = None if visit.when is None else visit.when.conditions.get("arm")
        for arm in protocol.arms if asked is not None else ():
            if asked is not None and arm.name not in asked.one_of:
                yield Refused(
                    "allocation.at", at, f"is no visit of the arm {arm.name}", "name one of all arms"
                )


def _drawn(protocol: Protocol, allocation: Allocation) -> Iterator[Refused]:
    """Blocks that hold the ratios, and strata that tell patients apart."""
    if allocation.stagger is not None:
        problem = "has no order of subjects"
        yield Refused("allocation.stagger", None, problem, 'give how = "in order", or leave it out')
    block, ratios = allocation.block, sum(arm.ratio or 0 for arm in protocol.arms)
    if block is not None and (ratios == 0 or block == 0 or block % ratios):
        advice = f"use a multiple of {ratios}" if ratios else "give the arms ratios"
        yield Refused("allocation.block", str(block), "does not divide by the ratios", advice)
    strata = ["site", *(name for name, covariate in protocol.patient.items() if covariate.one_of)]
    for name in allocation.strata:
        if name not in strata:
            problem = "is neither site nor a covariate of words"
            yield Refused("allocation.strata", name, problem, nearest(name, strata))


def _in_order(protocol: Protocol, allocation: Allocation) -> Iterator[Refused]:
    """Arms that are filled one after the other have a size each, and no draw decides about them."""
    for arm in protocol.arms:
        if arm.size is None or arm.ratio is not None:
            given = None if arm.ratio is None else f"ratio {arm.ratio}"
            problem = "is filled in order and does not say with how many patients"
            yield Refused(f"arm.{arm.name}", given, problem, "give size = 3, and no ratio")
    stagger = allocation.stagger
    if stagger is not None:
        said = {key: q for key in ("subjects", "cohorts") if (q := getattr(stagger, key)) is not None}
        if not said:
            yield Refused("allocation.stagger", None, "says no time", "give subjects, cohorts, or both")
        for key, spacing in said.items():
            if not spacing.magnitude:
                yield Refused(f"allocation.stagger.{key}", text(spacing), "is no wait", "leave it out")
    advice = "arms that are filled in order are not drawn: leave it out"
    if allocation.block is not None:
        yield Refused("allocation.block", str(allocation.block), "has nothing to divide", advice)
    if allocation.strata:
        yield Refused("allocation.strata", ", ".join(allocation.strata), "has nothing to divide", advice)
