"""What refused the days before the one that was booked: written down for one patient in four, as it takes its time."""

from __future__ import annotations

from mfg.calendar import DAY
from mfg.course.network import Event
from mfg.log import limits
from mfg.simulation.booked import Booked
from mfg.simulation.booking import FreeDays, least_shift
from mfg.simulation.books import SEARCH
from mfg.simulation.cohort import Patient
from mfg.simulation.refusals import Refusals
from mfg.simulation.unit import Unit

Costs = dict[frozenset[str], int]  # days, by the limits that have cost them


def asked(patient: Patient) -> bool:
    """Whether the refusals of this patient are looked into; that is one patient in four."""
    return patient.index % 4 == 0


def books(unit: Unit, patient: Patient, screened: int, turn: int) -> tuple[int, list[Booked]] | None:
    """Book the course of a patient as `Booking.book` does, and write down what each limit has cost."""
    if not asked(patient):
        return unit.booking.book(patient, screened, turn)
    known: FreeDays = {}
    costs: Costs = {}
    first = unit.booking.baselines(patient, screened).start
    tried = unit.booking.baselines(patient, screened, turn)

    def look(baseline: int) -> None:
        refusals = Refusals(unit.courses, unit.books, patient, known)
        _put(costs, refusals.of_course(range(tried.start, baseline), screened))

    found = unit.booking.book(patient, screened, turn, known, look)
    if found is None:
        look(tried.stop)
    if tried.start > first:
        costs[frozenset({limits.STAGGER})] = tried.start - first
    baseline = tried.stop if found is None else found[0]
    unit.writes(patient.subject, limits.REFUSED, limits.IN_ALL, float(baseline - first))
    _write(unit, patient, limits.REFUSED, costs)
    return found


def moves(unit: Unit, patient: Patient, booked: list[Booked], earliest: dict[str, int]) -> int | None:
    """Move *booked* as `Booking.move` does, and write down what each limit has cost."""
    today = unit.now // DAY
    if not asked(patient):
        return unit.booking.move(patient, booked, earliest, today)
    costs: Costs = {}
    least = least_shift(booked, earliest)
    events = [(one.event, one.day) for one in booked]

    def look(shift: int) -> None:
        _put(costs, Refusals(unit.courses, unit.books, patient).of_move(events, range(least, shift), today))

    shift = unit.booking.move(patient, booked, earliest, today, look)
    if shift is None:
        look(least + SEARCH)
    _write(unit, patient, limits.REFUSED_AGAIN, costs)
    return shift


def book_again(
    unit: Unit, patient: Patient, chosen: list[tuple[Event, int]]
) -> tuple[list[Booked] | None, str]:
    """Book *chosen* events as `Booking.book_from` does, and write down what each limit has cost; and the one that cost most."""
    costs: Costs = {}

    def look(shift: int) -> None:
        _put(
            costs,
            Refusals(unit.courses, unit.books, patient).of_move(chosen, range(shift), -1) if shift else {},
        )

    booked = unit.booking.book_from(patient, chosen, look)
    if booked is None:
        look(SEARCH)
    if asked(patient):
        _write(unit, patient, limits.REFUSED_AGAIN, costs)
    most = max(costs, key=lambda names: costs[names], default=frozenset[str]())
    return booked, limits.both(most)


def _put(costs: Costs, found: Costs) -> None:
    """Keep only what was found last: an earlier day had room for each event alone and not for all together."""
    costs.clear()
    costs.update(found)


def _write(unit: Unit, patient: Patient, activity: str, costs: Costs) -> None:
    for names, days in costs.items():
        unit.writes(patient.subject, activity, limits.both(names), float(days))
