"""How much is planned for: what a harvest must hold, in how many flasks, from how many containers.

A planner counts on the least that a piece of work is known to recover, so that luck seldom decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, isnan

from mfg.simulation import plan as p


def recovered(facility: p.Facility, name: str) -> float:
    """The lowest share that is planned for from the work *name*, or the typical one where there is none."""
    work = facility.work.get(name)
    if work is None or work.recovers is None:
        return 1.0
    return (work.recovers.typical if isnan(work.recovers.least) else work.recovers.least) / 100


def target(recipe: p.Recipe, facility: p.Facility, cells: float) -> float:
    """What a harvest must hold to give *cells*: they, what the wash loses, and the samples."""
    terms = recipe.cultivation
    if terms is None:
        return cells
    return cells / recovered(facility, "formulate") + terms.samples


def flasks_for(recipe: p.Recipe, facility: p.Facility, harvest: float) -> int:
    """The flasks that hold *harvest*, as planned; one place for a culture that is not grown."""
    terms = recipe.cultivation
    if terms is None:
        return 1
    needed = terms.flasks_for(harvest, recovered(facility, "harvest"))
    return min(needed, facility.incubator)


def containers_for(recipe: p.Recipe, facility: p.Facility, cells: float) -> int:
    """How many frozen containers one dose of *cells* takes, as planned."""
    bank, terms = recipe.bank, recipe.cultivation
    assert bank is not None
    thawed = bank.contains * recovered(facility, "thaw")
    needed = target(recipe, facility, cells)
    if bank.recovers is not None and terms is not None:
        needed = flasks_for(recipe, facility, needed) * terms.reseeding * terms.vessel_cm2
    return ceil(needed / thawed - 1e-9)


def bank_target(recipe: p.Recipe, facility: p.Facility, doses: Iterable[float]) -> float:
    """The cells that a bank must be frozen from to serve *doses* and keep its spare containers."""
    bank = recipe.bank
    assert bank is not None
    containers = sum(containers_for(recipe, facility, cells) for cells in doses) + bank.spare
    return containers * bank.contains / recovered(facility, "cryopreserve")


def containers_of(recipe: p.Recipe, facility: p.Facility, harvest: float) -> int:
    """The containers that *harvest* fills, as planned; at most what there is room for."""
    bank = recipe.bank
    assert bank is not None
    filled = round(harvest * recovered(facility, "cryopreserve") / bank.contains)
    return min(filled, facility.storage)
