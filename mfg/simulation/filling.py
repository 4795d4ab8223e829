"""What is in the syringes: so many of the cells that are there, in what the dose counts."""

from __future__ import annotations

from math import floor, inf, isinf

from mfg.simulation.grants import Task
from mfg.simulation.lots import Dosing
from mfg.simulation.unit import Unit
from mfg.works import FORMULATE


def suspend(unit: Unit, dosing: Dosing, task: Task, prepares: tuple[str, ...]) -> None:
    """Count what was harvested and what is in the syringes; the expiry clock starts."""
    taken = taken_up(dosing, task.started, prepares[0])
    dosing.suspended_at = unit.now
    washed = dosing.recovery(FORMULATE) if prepares[-1] == FORMULATE else 1.0
    fill(unit, dosing, taken * washed)
    if len(prepares) > 1 and not isinf(taken):
        unit.log.valued(task, taken)
    unit.log.valued(task, dosing.cells, part=len(prepares) - 1)


def taken_up(dosing: Dosing, at: int, first: str) -> float:
    """The cells that are there to be formulated; inf where nothing is counted."""
    batch, bank = dosing.batch, dosing.patient.recipe.bank
    if batch is not None and batch.culture is not None:
        return batch.culture.cells(at) * batch.recovery(first) - batch.culture.terms.samples
    if batch is None or (bank is None and isinf(batch.cells)):
        return inf
    cells = batch.cells if bank is None else sum(batch.contents)
    return cells * batch.recovery(first) if first != FORMULATE else cells


def fill(unit: Unit, dosing: Dosing, there: float) -> None:
    """Fill as many of the cells that are *there* as the dose may hold; as many as are asked for where none are counted."""
    portion = dosing.portion
    alive = unit.biology.viability(dosing.patient, dosing.number, 0) if dosing.dose.viable else 1.0
    filled = min(portion.most, there * alive)
    if isinf(filled):
        filled = portion.cells
    dosing.cells = filled / alive
    dosing.short = filled < portion.enough


def held(unit: Unit, dosing: Dosing, age: float) -> float:
    """What the product holds so many minutes after its suspension, in what the dose counts."""
    if not dosing.dose.viable:
        return dosing.cells
    return dosing.cells * unit.biology.viability(dosing.patient, dosing.number, age)


def is_short(unit: Unit, dosing: Dosing, age: float) -> bool:
    """Whether a product has too few cells to be given at that age: as it was filled, or as many as still live."""
    return dosing.short or (dosing.dose.viable and held(unit, dosing, age) < dosing.portion.least)


def runs_short_at(unit: Unit, dosing: Dosing) -> int | None:
    """The last minute at which the product still holds the fewest viable cells that may be given; None if it always does."""
    least = dosing.portion.least
    if not least:
        return None
    lasts = unit.biology.viable_for(dosing.patient, dosing.number, least / dosing.cells)
    return None if isinf(lasts) else dosing.suspended_at + floor(lasts)
