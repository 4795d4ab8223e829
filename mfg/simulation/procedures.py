"""Procedures at a clinic: at an appointment, at the next free one, or in the order of coming; and stays in a bed."""

from __future__ import annotations

from collections.abc import Callable

from simpy import Event, Interrupt

from mfg.calendar import FOREVER
from mfg.simulation.booked import Booked, Status
from mfg.simulation.clock import First, Process
from mfg.simulation.grants import Task
from mfg.simulation.log import NAN
from mfg.simulation.lots import Made
from mfg.simulation.unit import Unit
from mfg.simulation.works import Job

_TREATED = (-FOREVER,)  # before everybody: who was treated gets a bed before anybody who is not yet


def reach(unit: Unit, booked: Booked, unless: Event | None = None) -> Process:
    """Wait for an appointment, wherever it is moved to meanwhile, *unless* that happens first."""
    while unit.floor.now < booked.start and not (unless is not None and unless.triggered):
        yield booked.start if unless is None else First(unit.floor, booked.start, unless)


def procedure(
    unit: Unit,
    name: str,
    made: Made,
    booked: Booked | None,
    value: float = NAN,
    by: float | None = None,
    unless: Event | None = None,
    begun: Callable[[int], None] | None = None,
) -> Process:
    """Something done at the clinic: at its appointment, at the next free one, or in the order of coming.

    Returns when it began, or -1 if it could not begin *by* then, or something else came first, *unless* which
    it would have begun; or if the clinic closed on the day of the appointment that was *booked* before a room was
    free. As it begins, *begun* is told when that is.
    """
    job = made.patient.jobs[name]
    if not unit.books.takes_appointments(made.patient):
        return (yield from _is_done(unit, unit.work.does(job, made, value=value), by, unless, begun))
    if booked is not None:
        return (yield from _at_the_door(unit, job, made, booked, value, by, unless, begun))
    while (booked := (yield from _next_appointment(unit, name, made, by, unless))) is not None:
        start = yield from _at_the_door(unit, job, made, booked, value, by, unless, begun)
        if start >= 0:
            return start
    return -1


def _at_the_door(
    unit: Unit,
    job: Job,
    made: Made,
    booked: Booked,
    value: float,
    by: float | None,
    unless: Event | None,
    begun: Callable[[int], None] | None,
) -> Process:
    """Wait for a room in the order of appointments while the clinic is open; an inpatient needs no room."""
    patient = made.patient
    booked.status = Status.USED  # from now on a cancellation must not give the room to somebody else
    if booked.event.inpatient:
        start = unit.now
        if begun is not None:
            begun(start)
        yield start + job.lasts(patient.index, made.number, made.turn(job.name))
        activity = unit.plan.clinics[patient.clinic].on_ward[job.name]
        unit.log.note(made.subject, activity, booked.start, start, unit.now, value=value)
        return start
    closes = unit.timetable.closing(patient, booked.day)
    by = closes - 1 if by is None else min(by, closes - 1)
    task = unit.work.does(job, made, value=value, rank=(booked.start, patient.index))
    return (yield from _is_done(unit, task, by, unless, begun))


def _is_done(
    unit: Unit, task: Task, by: float | None, unless: Event | None, begun: Callable[[int], None] | None
) -> Process:
    """Wait until *task* is done; returns when it began, or -1 if it did not."""
    awaited = by is not None or unless is not None or begun is not None
    if awaited and not (yield from unit.work.begins(task, by, unless)):
        return -1
    if begun is not None:
        begun(task.started)
    yield task
    return task.started


def stays(unit: Unit, made: Made, minutes: int) -> Process:
    """Keep the patient in a bed for so long, as soon as one is free; whoever leaves gives it back."""
    clinic = unit.plan.clinics[made.patient.clinic]
    if clinic.bed is None:
        start = unit.now
        yield start + minutes
        unit.log.note(made.subject, clinic.stays, start, start, unit.now)
        return
    rank, note = (*_TREATED, made.patient.index), (made.subject, clinic.stays, NAN, 0, None)
    task = Task(unit.needs[clinic.bed], minutes, minutes, rank, note)
    try:
        yield task
    except Interrupt:
        unit.floor.stop(task)  # unlike other work, which goes on to its end
        raise


def _next_appointment(unit: Unit, name: str, made: Made, by: float | None, unless: Event | None) -> Process:
    """Book the first free appointment and wait for it; returns it, or None if it is given back as nobody will come."""
    booked = unit.booking.book_next(made.patient, name, unit.now)
    if by is not None and booked.start > by:
        unit.books.cancel(made.patient, [booked])
        return None
    try:
        yield from reach(unit, booked, unless)
    except Interrupt:
        unit.books.cancel(made.patient, [booked])
        raise
    if unless is not None and unless.triggered:
        unit.books.cancel(made.patient, [booked])
        return None
    return booked
