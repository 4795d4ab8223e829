"""A product that is ready when its clinic has closed: it waits for the next day on which there is a place, or expires."""

from __future__ import annotations

from attrs import evolve

from mfg.calendar import DAY, next_start
from mfg.log import limits
from mfg.log.endings import DOORS, NO_APPOINTMENT, QUEUED
from mfg.simulation.booked import Booked
from mfg.simulation.clock import Process
from mfg.simulation.lots import Dosing
from mfg.simulation.planning import after, ahead_of, distinct, moved
from mfg.simulation.procedures import reach
from mfg.simulation.recording import moves
from mfg.simulation.unit import Unit
from mfg.simulation.visits import explain_late
from mfg.works import ADMINISTER


def wait_for_doors(unit: Unit, dosing: Dosing, by: float | None, *, turned_away: bool) -> Process:
    """Wait until the clinic is open; False if it is not *by* then, or if the dose is revised meanwhile.

    Where appointments are given it waits for the next free one, and later doses keep their distance. So does who comes
    on a later day than that of the appointment, however open the clinic is: nobody is expected at its door then. Who was
    *turned away*, as the clinic closed before there was a room, waits for another day.
    """
    patient, booked, revised = dosing.patient, dosing.booked, dosing.revised
    windows = unit.plan.clinics[patient.clinic].windows
    since = unit.timetable.closing(patient, booked.day) if turned_away and booked is not None else unit.now
    opens = next_start(windows, max(since, unit.now), 1)
    if (
        booked is None
        or booked.event.inpatient
        or (opens == unit.now and unit.now // DAY <= booked.day)
        or not unit.books.takes_appointments(patient)
    ):
        return True
    if by is not None and opens > by:
        return False
    fresh = unit.booking.book_next(patient, ADMINISTER, opens, booked.event)
    if by is not None and fresh.start > by:
        unit.books.cancel(patient, [fresh])
        return False
    unit.books.cancel(patient, [booked])
    is_given_at(unit, dosing, fresh, QUEUED if turned_away else DOORS)
    if dosing.off:
        return False
    yield from reach(unit, fresh, unless=revised)
    return not revised.triggered


def is_given_at(unit: Unit, dosing: Dosing, fresh: Booked, why: str) -> None:
    """Move a dose whose product is ready to the later appointment *fresh*; later doses keep their distance."""
    patient, booked = dosing.patient, dosing.booked
    assert booked is not None
    shift, dosing.booked = fresh.day - booked.day, fresh
    later = [d for d in after(dosing) if d.booked is not None] if shift else []
    if later:
        first = later[0].booked
        assert first is not None
        if moves(unit, patient, distinct(ahead_of(later)), {first.event.name: first.day + shift}) is None:
            later[0].hopeless, later = NO_APPOINTMENT, []
    if shift:
        clinic = unit.plan.clinics[patient.clinic].name
        waits_for = limits.of(clinic, limits.HOURS if why == DOORS else limits.ROOMS)
        unit.writes(dosing.subject, limits.AWAITED, waits_for, float(shift))
    moved(unit, dosing, why)
    for one in later:
        moved(unit, one)


def begins(unit: Unit, dosing: Dosing, at: int) -> None:
    """A dose begins; on another day than it was booked for, or later than what it follows allows, that is written down."""
    booked = dosing.booked
    if booked is not None and at // DAY > booked.day:
        is_given_at(unit, dosing, evolve(booked, day=at // DAY, start=at), QUEUED)
        dosing.hopeless = ""  # it is not too late: it is given
    if booked is None:
        explain_late(unit, dosing, at)
        late = 0 if dosing.told is None else at // DAY - dosing.told
        if late > 0:
            rooms = limits.of(unit.plan.clinics[dosing.patient.clinic].name, limits.ROOMS)
            unit.writes(dosing.subject, limits.AWAITED, dosing.held_by or rooms, float(late))
    dosing.given_at = at
