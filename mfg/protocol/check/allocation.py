"""Checks of the allocation of patients to arms: ratios, blocks, strata and the event at which it happens."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Allocation, Protocol
from mfg.sizes import PATIENTS, RATIO
from mfg.units import alike, number, text
from mfg.works import RELEASE

_DAYS_A_MONTH = 30.4375


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Ratios and sizes, blocks, the event and the strata of the allocation."""
    yield from _shares(protocol)
    allocation = protocol.allocation
    if allocation is None:
        return
    ratios = sum(arm.ratio or 0 for arm in protocol.arms)
    yield from RATIO.exceeded(allocation.block or 0, "allocation.block", str(allocation.block))
    if allocation.how == "in order":
        yield from _undrawn(allocation)
    elif allocation.block is not None and (ratios == 0 or allocation.block == 0 or allocation.block % ratios):
        advice = f"use a multiple of {ratios}" if ratios else "give the arms ratios"
        yield Refused("allocation.block", str(allocation.block), "does not divide by the ratios", advice)
    events = ["screening", "baseline", *(o.name for visit in protocol.visits for o in occurrences(visit))]
    if allocation.at is not None and allocation.at not in events:
        yield Refused("allocation.at", allocation.at, "is no event", nearest(allocation.at, events))
    yield from _without_it(protocol, allocation.at)
    if allocation.how != "in order":
        yield from _strata(protocol, allocation.strata, allocation.at)
    yield from _stagger(allocation)


def _without_it(protocol: Protocol, at: str | None) -> Iterator[Refused]:
    """Arms whose patients would never come to the visit at which they are allocated."""
    for visit in protocol.visits:
        if at not in {o.name for o in occurrences(visit)}:
            continue
        if visit.after is not None and visit.after.of == RELEASE:
            yield Refused("allocation.at", at, "has no day of its own", "name an event that is planned")
        asked = visit.when.conditions.get("arm") if visit.when is not None else None
        for arm in protocol.arms if asked is not None else ():
            if asked is not None and arm.name not in asked.one_of:
                problem = f"is no visit of the arm {arm.name}"
                yield Refused("allocation.at", at, problem, "name one of all arms")


def _undrawn(allocation: Allocation) -> Iterator[Refused]:
    """Keys of a random allocation, where arms are filled one after the other."""
    advice = 'leave it out, or allocate by how = "ratio"'
    for key, given in (("block", allocation.block), ("strata", ", ".join(allocation.strata))):
        if given:
            problem = "has no use where arms are filled in order"
            yield Refused(f"allocation.{key}", str(given), problem, advice)


def _stagger(allocation: Allocation) -> Iterator[Refused]:
    """Times between subjects, of whom there is an order."""
    stagger = allocation.stagger
    if stagger is None:
        return
    if allocation.how != "in order":
        problem = "has no order of subjects"
        yield Refused("allocation.stagger", None, problem, 'give how = "in order", or leave it out')
    said = {key: q for key in ("subjects", "cohorts") if (q := getattr(stagger, key)) is not None}
    if not said:
        yield Refused("allocation.stagger", None, "says no time", "give subjects, cohorts, or both")
    for key, spacing in said.items():
        if not spacing.magnitude:
            yield Refused(f"allocation.stagger.{key}", text(spacing), "is no wait", "leave it out")


def _shares(protocol: Protocol) -> Iterator[Refused]:
    ratios = [arm for arm in protocol.arms if arm.ratio is not None]
    sizes = [arm for arm in protocol.arms if arm.size is not None]
    for arm in ratios:
        yield from RATIO.exceeded(arm.ratio or 0, f"arm.{arm.name}.ratio", str(arm.ratio))
    for arm in sizes:
        yield from PATIENTS.exceeded(arm.size or 0, f"arm.{arm.name}.size", str(arm.size))
    if ratios and sizes:
        advice = "give every arm a ratio, or every arm a size"
        yield Refused(f"arm.{sizes[0].name}.size", str(sizes[0].size), "stands beside ratios", advice)
    elif (ratios or sizes) and len(ratios or sizes) < len(protocol.arms):
        key = "ratio" if ratios else "size"
        bare = next(arm for arm in protocol.arms if getattr(arm, key) is None)
        yield Refused(f"arm.{bare.name}.{key}", None, "is missing", f"the other arms have a {key}")
    if protocol.allocation and protocol.allocation.how == "in order" and not sizes:
        advice = "give each arm a size: the patients after whom the next arm begins"
        yield Refused("allocation.how", "in order", "does not say how many patients an arm takes", advice)


def _strata(protocol: Protocol, strata: tuple[str, ...], at: str | None) -> Iterator[Refused]:
    if strata and protocol.allocation is not None and protocol.allocation.block is None:
        advice = "give block: within each stratum the patients are drawn in blocks"
        yield Refused("allocation.strata", ", ".join(strata), "balances nothing without a block", advice)
    named = [name for name, covariate in protocol.patient.items() if covariate.one_of]
    for name in strata:
        if name != "site" and name not in named:
            advice = nearest(name, ["site", *named])
            yield Refused("allocation.strata", name, "is neither the site nor a covariate with words", advice)
        elif name != "site" and _is_later(protocol, protocol.patient[name].at, at):
            problem = f"is observed at {protocol.patient[name].at}, after the allocation"
            yield Refused("allocation.strata", name, problem, "observe it earlier, or leave it out")


def _is_later(protocol: Protocol, one: str | None, other: str | None) -> bool:
    """Whether the event *one* is known to come after the event *other*."""
    if one is None or other is None or one == other:
        return False
    days = {"screening": float("-inf"), "baseline": 0.0, "collection": float("inf"), "dose": float("inf")}
    for visit in protocol.visits:
        if visit.kind == "screening":
            days[visit.name] = float("-inf")
        elif visit.day:
            offset = visit.day[0].is_
            months = alike(offset, "calendar month")
            days[visit.name] = (
                number(offset, "calendar month") * _DAYS_A_MONTH if months else number(offset, "day")
            )
    return one in days and other in days and days[one] > days[other]
