"""Checks of a whole course at its end: nothing left out, nothing too close together, no visit left outside its window."""

from __future__ import annotations

from itertools import combinations
from operator import attrgetter

from mfg.calendar import DAY
from mfg.log.endings import COMPLETED
from mfg.simulation.followed import Followed
from mfg.simulation.record import DoseBooking, LogRow
from mfg.works import VISIT


def all_took_place(patient: Followed, row: LogRow) -> None:
    """Every dose and visit took place or was left out, unless the ending in *row* came before its time."""
    completed = row.outcome == COMPLETED
    expected = [dose.name for dose in patient.its_arm.doses] if patient.enrolled else list(patient.booked)
    for dose in expected:
        booking = patient.booked.get(dose)
        if dose in patient.given or dose in patient.dropped:
            continue
        if booking is None or completed or _passed(patient, dose, booking, row):
            patient.faults.append(f"{dose} was neither given nor left out, and nothing says why")
    for event in patient.rules.events.values():
        name = event.name
        if event.kind not in ("screening", VISIT) or name in patient.visited or name in patient.dropped:
            continue
        base, placed = patient.placed(event)
        if not patient.enrolled and (event.kind == "screening" or base + placed.planned < 0):
            continue  # it was before the run
        if completed or (base + placed.latest < row.day and not patient.is_explained(name)):
            patient.faults.append(f"{name} neither took place nor was left out, and nothing says why")


def _passed(patient: Followed, dose: str, booking: DoseBooking, end: LogRow) -> bool:
    """Whether the day of a dose was over before the *end*, and it had neither begun nor failed."""
    if booking.day is None or booking.day >= end.day or patient.failed.get(dose, -1) > booking.at:
        return False
    return all(patient.its_arm.doses[number].name != dose for number in patient.begun)


def kept_apart(patient: Followed) -> None:
    """Doses are as far apart as the protocol says, and visits from what they are bound to unless it is explained."""
    events = patient.rules.events
    doses = [events[name] for name in patient.given if name in events]
    for one, other in combinations(sorted(doses, key=attrgetter("planned")), 2):
        days = patient.given[other.name] // DAY - patient.given[one.name] // DAY
        if days < patient.rules.apart(one, other):
            patient.faults.append(f"{other.name} was given {days} days after {one.name}, which is too soon")
    took_place = {**{name: row.started for name, row in patient.visited.items()}, **patient.given}
    for gap in patient.rules.gaps:
        if gap.first not in took_place or gap.then not in took_place:
            continue
        minutes = took_place[gap.then] - took_place[gap.first]
        if {gap.first, gap.then} <= patient.given.keys():
            if gap.least_minutes is not None and minutes < gap.least_minutes:
                patient.faults.append(f"{gap.then} was given {minutes} min after {gap.first}")
            continue
        days = took_place[gap.then] // DAY - took_place[gap.first] // DAY
        if not (gap.least <= days <= gap.most or {gap.first, gap.then} & patient.explained.keys()):
            patient.faults.append(
                f"{gap.then} took place {days} days after {gap.first}, for no written reason"
            )


def left_behind(patient: Followed) -> None:
    """A visit that took place before its dose moved may now lie outside its window; the log must say so."""
    for name, row in patient.visited.items():
        event = patient.rules.events.get(name)
        if event is None or patient.within(event, row.day) or patient.is_explained(name):
            continue
        if (
            patient.rules.anchors.get(name) in patient.given
            and row.at < patient.booked[patient.rules.anchors[name]].at
        ):
            patient.faults.append(
                f"{name} stayed on day {row.day} when its dose moved, for no written reason"
            )
