"""Collections that are added up: one after the other at the clinic, until enough cells are there."""

from __future__ import annotations

from simpy import Interrupt

from mfg.calendar import DAY
from mfg.log.notes import OFF_WINDOW
from mfg.simulation.booked import Booked
from mfg.simulation.clock import Process
from mfg.simulation.interrupts import Lost
from mfg.simulation.lots import CellLot
from mfg.simulation.procedures import procedure, reach
from mfg.simulation.unit import Unit
from mfg.simulation.visits import NO_PLACE_EARLIER
from mfg.works import COLLECT

TOO_LITTLE = "too little collected"


def gather(unit: Unit, lot: CellLot) -> Process:
    """Collect, and again after the days between, until the floor and the back-up are reached or no other is planned.

    A collection that comes to nothing is one of them. What is collected is kept at the clinic until the last.

    Raises:
        Lost: if all of them together are below the floor.
    """
    patient, booked, fails = lot.patient, lot.collection, lot.patient.jobs[COLLECT].fails
    terms = patient.recipe.collecting
    assert terms is not None
    floor = terms.until.of(patient.weight) if lot.target else 0.0
    wanted = floor + terms.backup.of(patient.weight)
    for turn in range(terms.most):
        nothing = fails is not None and fails(patient.index, lot.number, turn)
        cells = 0.0 if nothing else unit.biology.gathered(patient, lot.number, turn)
        started = yield from collect_once(unit, lot, booked, cells)
        lot.marrow += cells
        if not turn:
            lot.collected_at = started
        if unit.contaminated is not None and unit.contaminated(patient.index, lot.number, turn):
            lot.contaminated = lot.tainted = True
        if lot.marrow >= wanted or not lot.target or turn + 1 == terms.most:
            break
        booked = yield from _again(unit, lot, (started // DAY + terms.every) * DAY)
    lot.cells = lot.marrow
    if lot.marrow < floor or not lot.marrow:
        raise Lost(TOO_LITTLE)


def collect_once(unit: Unit, lot: CellLot, booked: Booked | None, value: float) -> Process:
    """One collection, at its appointment; at the next free one if the clinic closes before there is a room for it.

    Returns when it began. On another day than it was booked for, that is written down.
    """

    def begun(at: int) -> None:
        if booked is not None and at // DAY != booked.day:
            late = float(at // DAY - booked.day)
            unit.writes(lot.patient.subject, OFF_WINDOW, f"{booked.event.name}: {NO_PLACE_EARLIER}", late)

    started = yield from procedure(unit, COLLECT, lot, booked, value, begun=begun)
    return started if started >= 0 else (yield from procedure(unit, COLLECT, lot, None, value, begun=begun))


def _again(unit: Unit, lot: CellLot, earliest: int) -> Process:
    """Book the first free appointment from *earliest* on and wait for it; where none are booked, come then."""
    if not unit.books.takes_appointments(lot.patient):
        yield earliest
        return None
    booked = unit.booking.book_next(lot.patient, COLLECT, earliest)
    try:
        yield from reach(unit, booked)
    except Interrupt:
        unit.books.cancel(lot.patient, [booked])
        raise
    return booked
