"""When the cells of a dose will be ready, as planned, and what puts it off as soon as that is known to be too late.

It is what the unit can know: the growth that its cultures show, how far the laboratory is with a sample, its hours and
the stated turnaround; not the luck of what is still to come.
"""

from __future__ import annotations

from mfg.calendar import DAY, FOREVER, next_start
from mfg.log import limits
from mfg.simulation.lots import CellLot, Dosing, Made
from mfg.simulation.planning import put_off
from mfg.simulation.refusals import shut
from mfg.simulation.timetable import hours_of_laboratory
from mfg.simulation.unit import Unit
from mfg.simulation.waiting import stands_in_line, what_holds
from mfg.simulation.works import Assay
from mfg.works import CRYOPRESERVE

UNSEEN = 7 * DAY  # how long a lot whose culture nobody has seen yet is taken to need


def expected(unit: Unit, lot: CellLot) -> float:
    """When *lot* will be ready to be formulated: grown, and with the results that hold that up."""
    if lot.ready.triggered:
        return unit.now
    return max(_grown(unit, lot), _results_in(unit, lot)[0])


def awaited(unit: Unit, lot: CellLot) -> str:
    """What *lot* waits for last before it is ready, in the words of the event log.

    A result is not what is awaited while its sample cannot be taken, as the lot stands in a line.
    """
    bank = lot.parent
    if bank is not None and not bank.ready.triggered:
        return awaited(unit, bank)
    moment, test = _results_in(unit, lot)
    if test not in lot.tested and (stands := stands_in_line(unit, lot)):
        return stands
    return f"{limits.RESULT}{test}" if moment > _grown(unit, lot) else what_holds(unit, lot)


def held_by(unit: Unit, dosing: Dosing, day: int, lot: CellLot) -> str:
    """What keeps a dose from being given on a *day* that has come, as the event log has it; empty if nothing is known to."""
    patient, times = dosing.patient, unit.timetable
    for openings in (times.open_days[patient.clinic], times.openings[patient.facility]):
        if day not in openings:
            return limits.both(shut(openings, day))
    return "" if lot.ready.triggered else awaited(unit, lot)


def foresee(unit: Unit, lot: CellLot, assay: Assay) -> None:
    """Put the next dose from *lot* off if the result of *assay* can no longer be in time for it."""
    dosing, holds = _next_from(lot), assay.test.holds
    if dosing is None or dosing.booked is None or lot.results[holds].triggered:
        return
    late = _result_of(unit, lot, assay) - needed_by(unit, lot, holds)
    if late > 0:
        by = unit.timetable.formulation(dosing)[1] if holds == "formulation" else dosing.booked.start
        put_off(unit, dosing, by + late, f"{limits.RESULT}{assay.name}")
        dosing.look_again()  # who waits in the line for a draw leaves it


def needed_by(unit: Unit, made: Made, holds: str) -> int:
    """The last minute at which a result still lets the next dose from *made* be as it is booked; FOREVER for none.

    A result that holds up the formulation is needed when that begins at the latest, from a bank as much earlier as
    its cells recover; one that holds up a visit when that begins; and any other when the dose is due.
    """
    if holds == "nothing":
        return FOREVER
    dosing = _next_from(made) if isinstance(made, CellLot) else None
    if dosing is None or dosing.booked is None:
        return made.due
    if holds == "formulation":
        return unit.timetable.formulation(dosing)[1] - (0 if dosing.batch is made else _recovers(made))
    return next((v.start for v in made.patient.visits if v.event.name == holds), dosing.booked.start)


def _next_from(lot: CellLot) -> Dosing | None:
    """The next dose that is made from *lot*."""
    waiting = (d for d in lot.patient.doses if lot in (d.lot, d.batch) and not (d.over or d.off))
    return next(waiting, None)


def _grown(unit: Unit, lot: CellLot) -> float:
    """When a lot will be grown, as its culture shows."""
    recipe, bank = lot.patient.recipe, lot.parent
    if bank is not None and lot.culture is None:
        return expected(unit, bank) + _recovers(bank)
    if lot.grown or recipe.cultivation is None:
        return unit.now
    if lot.culture is not None:
        return max(unit.now, lot.culture.forecast(1.0)) + recipe.induces
    return unit.now + UNSEEN + recipe.induces


def _recovers(made: Made) -> int:
    """How long before its formulation a dose is thawed: for as long as its cells recover, and a day."""
    bank = made.patient.recipe.bank
    return 0 if bank is None or bank.recovers is None else bank.recovers + DAY


def _results_in(unit: Unit, lot: CellLot) -> tuple[float, str]:
    """When the last of the results that hold up the formulation will be in, and of which test; now if all are."""
    results, last = lot.results["formulation"], (float(unit.now), "")
    if results.triggered:
        return last
    for assay in lot.patient.of_lots.assays:
        if assay.test.holds == "formulation" and assay.name not in results.reported:
            last = max(last, (_result_of(unit, lot, assay), assay.name))
    return last


def _result_of(unit: Unit, lot: CellLot, assay: Assay) -> float:
    """When the laboratory will report, as planned: as far as it is with the sample, and the stated turnaround."""
    task = lot.tested.get(assay.name)
    if task is None:
        begins = _grown(unit, lot) if assay.test.sampled == CRYOPRESERVE else unit.now
        facility = unit.facility_of(lot.patient)
        hands = assay.benches[facility.laboratory].booked
        ends = next_start(hours_of_laboratory(unit.plan, facility), int(begins), hands) + hands
    elif task.started < 0:
        ends = task.need.pool.claim(task, unit.now)[0] + task.booked
    elif task.row >= 0:  # it is written down: done
        ends = task.started + task.lasts
    else:
        ends = task.ends
    return max(unit.now, ends + assay.test.turnaround.typical)
