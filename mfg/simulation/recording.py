"""What refused the days before the one that was booked: written down for one patient in four, as it takes its time."""

from __future__ import annotations

from mfg.calendar import DAY
from mfg.course.network import Event
from mfg.simulation import limits
from mfg.simulation.booking import SEARCH, Booked, least_shift
from mfg.simulation.cohort import Patient
from mfg.simulation.refusals import Refusals
from mfg.simulation.unit import Unit


def asked(patient: Patient) -> bool:
    """Whether it is found out what has refused this patient's days."""
    return patient.index % 4 == 0


def write_refusals(
    unit: Unit, patient: Patient, screened: int, turn: int, found: tuple[int, list[Booked]] | None
) -> None:
    """Write down how many days each limit has cost a patient who was booked, or who was not at all."""
    if not asked(patient):
        return
    first = unit.booking.baselines(patient, screened).start
    tried = unit.booking.baselines(patient, screened, turn)
    baseline, booked = found if found is not None else (tried.stop, [])
    costs: dict[frozenset[str], int] = {}
    if baseline > tried.start:
        with unit.booking.without(patient, booked):
            costs = Refusals(unit.booking, patient).of_course(range(tried.start, baseline), screened)
    if tried.start > first:
        costs[frozenset({limits.STAGGER})] = tried.start - first
    unit.writes(patient.subject, limits.REFUSED, limits.IN_ALL, float(baseline - first))
    for names, days in costs.items():
        unit.writes(patient.subject, limits.REFUSED, limits.both(names), float(days))


def moves(unit: Unit, patient: Patient, booked: list[Booked], earliest: dict[str, int]) -> int | None:
    """Move *booked* by the fewest days for which every one is free; None if there are none."""
    today, least = unit.now // DAY, least_shift(booked, earliest)
    events = [(one.event, one.day) for one in booked]
    shift = unit.booking.move(patient, booked, earliest, today)
    taken, until = ([], least + SEARCH) if shift is None else (booked, shift)
    _write_refused_again(unit, patient, taken, events, range(least, until), today)
    return shift


def book_again(unit: Unit, patient: Patient, chosen: list[tuple[Event, int]]) -> list[Booked] | None:
    """Book events on their days, or all of them so many days later as it takes; None if there is no place."""
    booked = unit.booking.book_from(patient, chosen)
    shifts = range(SEARCH if booked is None else booked[0].day - chosen[0][1])
    _write_refused_again(unit, patient, booked or [], chosen, shifts, -1)
    return booked


def _write_refused_again(
    unit: Unit,
    patient: Patient,
    taken: list[Booked],
    events: list[tuple[Event, int]],
    shifts: range,
    today: int,
) -> None:
    """Write down how many days each limit has cost *events* that were to move by one of *shifts* and could not."""
    if not (shifts and asked(patient)):
        return
    with unit.booking.without(patient, taken):
        costs = Refusals(unit.booking, patient).of_move(events, shifts, today)
    for names, days in costs.items():
        unit.writes(patient.subject, limits.REFUSED_AGAIN, limits.both(names), float(days))
