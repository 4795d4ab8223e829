"""Banks: what is frozen into which containers, and what is taken out for a dose."""

from __future__ import annotations

from math import ceil, isinf

from mfg.plan import sizing
from mfg.simulation.clock import Process
from mfg.simulation.lots import CellLot, Dosing
from mfg.simulation.unit import Unit
from mfg.works import CRYOPRESERVE, HARVEST

_NEARLY = 1 - 1e-9


def freeze(unit: Unit, lot: CellLot) -> Process:
    """Harvest and freeze the lot: as many containers as are planned, or as its cells fill."""
    jobs, culture = lot.patient.jobs, lot.culture
    sizes, contains = planned(unit, lot), unit.biology.contained(lot.patient, lot.number)
    yield unit.stock.stores(lot, len(sizes))
    harvests = lot.patient.recipe.expansion is not None and HARVEST in jobs
    flasks = culture.flasks if culture is not None else 0
    if harvests:
        task = unit.work.does_together(jobs[HARVEST], lot, jobs[CRYOPRESERVE], lot, flasks)
    else:
        task = unit.work.does(jobs[CRYOPRESERVE], lot)
    lot.task = task
    yield from unit.work.begins(task)
    lot.task, lot.taken = None, True
    unit.stock.frees(lot)
    yield task
    there = culture.cells(task.started) if culture is not None else lot.cells
    lot.gave = there * lot.recovery(HARVEST) if harvests else there
    cells = lot.gave * lot.recovery(CRYOPRESERVE)
    lot.contents = _filled(cells, sizes) if contains is not None else _shared_out(cells, sizes, _served(lot))
    lot.frozen = sum(lot.contents)
    if harvests and not isinf(lot.gave):
        unit.log.valued(task, lot.gave)
    unit.log.valued(task, lot.frozen, part=1 if harvests else 0)
    unit.stock.takes_out(lot, len(sizes) - lot.containers)


def planned(unit: Unit, lot: CellLot) -> list[float]:
    """The cells in each of the containers that are to be frozen, as many as the storage of the facility holds at most."""
    facility, contains = unit.facility_of(lot.patient), unit.biology.contained(lot.patient, lot.number)
    if contains is None:
        return _of_doses(unit, lot, _served(lot))[: facility.storage]
    count = sizing.containers_of(facility, lot.target, contains) + ceil(_backup(lot) / contains)
    return [contains] * min(count, facility.storage)


def _served(lot: CellLot) -> list[Dosing]:
    """The doses that are still to be given from it."""
    return [d for d in lot.patient.doses if d.lot is lot and not d.over]


def _of_doses(unit: Unit, lot: CellLot, doses: list[Dosing]) -> list[float]:
    """What the containers hold that are to hold one dose each: the dose's own, then spare ones and the back-up.

    These hold as much as the largest dose, and the last of the back-up what is left of it.
    """
    recipe, facility = lot.patient.recipe, unit.facility_of(lot.patient)
    assert recipe.bank is not None
    needs = [sizing.frozen_for(recipe, facility, dosing.portion.total) for dosing in doses]
    if not needs:
        return []
    largest = max(needs)
    kept, rest = divmod(_backup(lot), largest)
    needs += [largest] * (recipe.bank.spare + int(kept))
    return [*needs, rest] if rest else needs


def _backup(lot: CellLot) -> float:
    """The cells that are kept frozen beyond the doses."""
    terms = lot.patient.recipe.collecting
    return 0.0 if terms is None else terms.backup.of(lot.patient.weight)


def _filled(cells: float, sizes: list[float]) -> list[float]:
    """Containers of one size that are filled, and no part of one."""
    return sizes if isinf(cells) or not sizes else sizes[: int(cells / sizes[0])]


def _shared_out(cells: float, sizes: list[float], doses: list[Dosing]) -> list[float]:
    """Containers that hold a dose each, in the order of the doses: with what is left, if the dose may hold so few.

    What is left after the doses is spare or back-up. Whatever is left beyond goes into those of doses that take all, up to
    the most that these may hold.
    """
    contents: list[float] = []
    for n, size in enumerate(sizes):
        least = _fewest(doses[n], size) if n < len(doses) else 1.0
        if cells < least * _NEARLY:
            break
        contents.append(min(size, cells))
        cells -= contents[-1]
    for n, dosing in enumerate(doses[: len(contents)] if not isinf(cells) else ()):
        more = min(cells, sizes[n] * dosing.portion.most / dosing.portion.cells - contents[n])
        if more > 0 and dosing.portion.most > dosing.portion.cells:
            contents[n] += more
            cells -= more
    return contents


def _fewest(dosing: Dosing, need: float) -> float:
    """The fewest frozen cells of which a dose that needs so many for its aim may be made."""
    return need * dosing.portion.enough / dosing.portion.cells


def take_out(unit: Unit, dosing: Dosing, bank: CellLot, batch: CellLot) -> bool:
    """Take what a dose needs out of its bank, into its *batch*; False if the bank does not have it."""
    batch.contents = _chosen(unit, dosing, bank.contents)
    for cells in batch.contents:
        bank.contents.remove(cells)
    batch.thawed = sum(batch.contents)
    bank.thawed += batch.thawed
    unit.stock.takes_out(bank, batch.containers)
    return bool(batch.contents)


def holds(unit: Unit, dosing: Dosing, bank: CellLot) -> bool:
    """Whether *bank* still has what a dose takes."""
    return bool(_chosen(unit, dosing, bank.contents))


def unserved(unit: Unit, bank: CellLot) -> list[Dosing]:
    """The doses that wait for *bank* and for which it will hold too little, when those before them have had theirs."""
    contents, short = list(bank.contents), []
    for dosing in waiting_for(bank):
        chosen = _chosen(unit, dosing, contents)
        for cells in chosen:
            contents.remove(cells)
        if not chosen:
            short.append(dosing)
    return short


def waiting_for(bank: CellLot) -> list[Dosing]:
    """The doses that are still to be thawed from *bank*."""
    doses = [d for d in bank.patient.doses if d.lot is bank and not (d.over or d.off)]
    return [d for d in doses if d.batch is not None and not d.batch.thawed]


def _chosen(unit: Unit, dosing: Dosing, contents: list[float]) -> list[float]:
    """The containers that a dose takes of those of a bank with these *contents*; none if there are too few."""
    recipe, facility, total = dosing.patient.recipe, unit.facility_of(dosing.patient), dosing.portion.total
    assert recipe.bank is not None
    if not contents:
        return []
    if recipe.bank.contains is not None:
        needed = sizing.containers_for(recipe, facility, total, contents[0])
        return contents[:needed] if needed <= len(contents) else []
    need = sizing.frozen_for(recipe, facility, total)
    fits = [cells for cells in contents if cells >= need * _NEARLY]
    chosen = min(fits) if fits else max(contents)
    return [chosen] if chosen >= _fewest(dosing, need) * _NEARLY else []
