"""How much is planned for: what a harvest must hold, in how many flasks, from how many containers.

A planner counts on the least that a piece of work is known to recover, so that luck seldom decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isnan

from mfg.plan.recipe import Recipe
from mfg.plan.site import PlannedFacility
from mfg.works import CRYOPRESERVE, FORMULATE, HARVEST, THAW


def recovered(facility: PlannedFacility, name: str) -> float:
    """The lowest share that is planned for from the work *name*, or the typical one where there is none."""
    work = facility.work.get(name)
    if work is None or work.recovers is None:
        return 1.0
    return (work.recovers.typical if isnan(work.recovers.least) else work.recovers.least) / 100


def target(recipe: Recipe, facility: PlannedFacility, cells: float) -> float:
    """What a harvest must hold to give *cells*: they, what the wash loses, and the samples."""
    terms = recipe.cultivation
    washed = cells / recovered(facility, FORMULATE) if FORMULATE in recipe.prepares else cells
    return washed + terms.samples if terms is not None else washed


def flasks_for(recipe: Recipe, facility: PlannedFacility, harvest: float) -> int:
    """The flasks that hold *harvest*, as planned; one place for a culture that is not grown."""
    terms = recipe.cultivation
    if terms is None:
        return 1
    needed = terms.flasks_for(harvest, recovered(facility, HARVEST))
    return min(needed, facility.incubator)


def thawed_for(recipe: Recipe, facility: PlannedFacility, cells: float) -> float:
    """How many cells must be there after thawing to give *cells*, as planned."""
    bank, terms = recipe.bank, recipe.cultivation
    assert bank is not None
    needed = target(recipe, facility, cells)
    if bank.recovers is not None and terms is not None:
        needed = flasks_for(recipe, facility, needed) * terms.reseeding * terms.vessel_cm2
    return needed


def frozen_for(recipe: Recipe, facility: PlannedFacility, cells: float) -> float:
    """How many frozen cells one dose of *cells* takes, as planned."""
    return thawed_for(recipe, facility, cells) / recovered(facility, THAW)


def containers_for(recipe: Recipe, facility: PlannedFacility, cells: float, contains: float) -> int:
    """How many frozen containers of so many cells one dose of *cells* takes, as planned."""
    thawed = contains * recovered(facility, THAW)
    return ceil(thawed_for(recipe, facility, cells) / thawed - 1e-9)


def bank_target(recipe: Recipe, facility: PlannedFacility, doses: Sequence[float]) -> float:
    """The cells that a bank must be frozen from to serve *doses* and keep its spare containers."""
    bank = recipe.bank
    assert bank is not None
    if bank.contains is None:
        needs = [frozen_for(recipe, facility, cells) for cells in doses]
        return (sum(needs) + bank.spare * max(needs)) / recovered(facility, CRYOPRESERVE)
    contains = bank.contains.typical
    containers = sum(containers_for(recipe, facility, cells, contains) for cells in doses) + bank.spare
    return containers * contains / recovered(facility, CRYOPRESERVE)


def containers_of(facility: PlannedFacility, harvest: float, contains: float) -> int:
    """The containers of so many cells that *harvest* fills, as planned."""
    return ceil(harvest * recovered(facility, CRYOPRESERVE) / contains - 1e-6)
