"""What a dose waits for when its cells are not ready: growth, a result, a place, hands."""

from __future__ import annotations

from mfg.log import limits
from mfg.simulation.grants import Task
from mfg.simulation.holds import Hold
from mfg.simulation.lots import CellLot
from mfg.simulation.unit import Unit


def what_holds(unit: Unit, lot: CellLot) -> str:
    """What *lot* waits for now, as the event log has it."""
    bank = lot.parent
    if bank is not None and not bank.ready.triggered:
        return what_holds(unit, bank)
    if stands := stands_in_line(unit, lot):
        return stands
    results = lot.results["formulation"]
    out = [
        assay.test
        for assay in lot.patient.of_lots.assays
        if assay.test.holds == "formulation" and assay.test.name not in results.reported
    ]
    grown = lot.grown or lot.store is not None or lot.patient.recipe.expansion is None
    if not grown or not out:
        return limits.GROWTH
    last = max(out, key=lambda test: test.turnaround.typical + test.benches[0].booked)
    return f"{limits.RESULT}{last.name}"


def stands_in_line(unit: Unit, lot: CellLot) -> str:
    """The place, or the hands, that *lot* stands in a line for; empty if in none."""
    target: object = lot.task or (lot.process.target if lot.process is not None else None)
    if isinstance(target, Task) and target.started < 0:
        return lacking(unit, target)
    held = next((h for h in (lot.hold, lot.store) if isinstance(h, Hold) and h.started < 0), None)
    if held is None:
        return ""
    place = unit.facility_of(lot.patient).name
    return limits.of(place, limits.INCUBATOR if held is lot.hold else "storage")


def lacking(unit: Unit, task: Task) -> str:
    """The resource of which too little is free for *task*, or the opening hours if there is enough of each."""
    free, names = unit.floor.free, unit.plan.resources
    short = [names[n] for n, units in task.need.parts if free[n] < units]
    place = names[task.need.parts[0][0]].rpartition(".")[0]
    return short[0] if short else limits.of(place, limits.HOURS)
