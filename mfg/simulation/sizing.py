"""How much is planned for: what a harvest must hold, in how many flasks, from how many containers.

A planner counts on the least that a piece of work is known to recover, so that luck seldom decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, isnan

from mfg.simulation import plan as p


def recovered(plan: p.Plan, facility: int, name: str) -> float:
    """The lowest share that is planned for from the work *name*, or the typical one where there is none."""
    work = plan.facilities[facility].work.get(name)
    if work is None or work.recovers is None:
        return 1.0
    return (work.recovers.typical if isnan(work.recovers.least) else work.recovers.least) / 100


def target(plan: p.Plan, facility: int, cells: float) -> float:
    """What a harvest must hold to give *cells*: they, what the wash loses, and the samples."""
    terms = plan.recipe.cultivation
    if terms is None:
        return cells
    return cells / recovered(plan, facility, "formulate") + terms.samples


def flasks_for(plan: p.Plan, facility: int, harvest: float) -> int:
    """The flasks that hold *harvest*, as planned; one place for a culture that is not grown."""
    terms = plan.recipe.cultivation
    if terms is None:
        return 1
    needed = terms.flasks_for(harvest, recovered(plan, facility, "harvest"))
    return min(needed, plan.facilities[facility].incubator)


def containers_for(plan: p.Plan, facility: int, cells: float) -> int:
    """How many frozen containers one dose of *cells* takes, as planned."""
    bank, terms = plan.recipe.bank, plan.recipe.cultivation
    assert bank is not None
    thawed = bank.contains * recovered(plan, facility, "thaw")
    needed = target(plan, facility, cells)
    if bank.recovers is not None and terms is not None:
        needed = flasks_for(plan, facility, needed) * terms.reseeding * terms.vessel_cm2
    return ceil(needed / thawed - 1e-9)


def bank_target(plan: p.Plan, facility: int, doses: Iterable[float]) -> float:
    """The cells that a bank must be frozen from to serve *doses* and keep its spare containers."""
    bank = plan.recipe.bank
    assert bank is not None
    containers = sum(containers_for(plan, facility, cells) for cells in doses) + bank.spare
    return containers * bank.contains / recovered(plan, facility, "cryopreserve")


def containers_of(plan: p.Plan, facility: int, harvest: float) -> int:
    """The containers that *harvest* fills, as planned; at most what there is room for."""
    bank = plan.recipe.bank
    assert bank is not None
    filled = round(harvest * recovered(plan, facility, "cryopreserve") / bank.contains)
    return min(filled, plan.facilities[facility].storage)
