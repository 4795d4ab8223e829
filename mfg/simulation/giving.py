"""Giving a dose: what is delivered, released and in time, at an appointment, and the stay after it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from mfg.log import limits
from mfg.log.endings import EXPIRED, LOT_LOST
from mfg.log.notes import FAIL
from mfg.simulation.clock import Process
from mfg.simulation.filling import held, is_short, runs_short_at
from mfg.simulation.lots import Dosing
from mfg.simulation.making import lose
from mfg.simulation.overnight import begins, wait_for_doors
from mfg.simulation.planning import put_off
from mfg.simulation.procedures import procedure, reach, stays
from mfg.simulation.unit import Unit
from mfg.works import ADMINISTER, DRAW, REVIEW, SHIP_OUT

TOO_FEW = "too few cells"


def deliver(unit: Unit, dosing: Dosing) -> Process:
    """Have the product reviewed, bring it to the clinic and give it, if it arrives whole, released and in time."""
    recipe = dosing.patient.recipe
    if not (yield from is_reviewed(unit, dosing)):
        return
    kept = yield from unit.work.ships(dosing, SHIP_OUT)
    for made in (dosing, dosing.batch, dosing.batch.parent if dosing.batch is not None else None):
        if made is not None:
            yield made.results["administration"]
    if dosing.booked is not None:
        yield from reach(unit, dosing.booked)
    age = unit.now - dosing.suspended_at
    if not kept:
        spoil(unit, dosing, "cold chain")
    elif dosing.known_failure:
        spoil(unit, dosing, dosing.known_failure)
    elif recipe.prepares and is_short(unit, dosing, age):
        spoil(unit, dosing, TOO_FEW, held(unit, dosing, age))
    else:
        yield from administer(unit, dosing)


def is_reviewed(unit: Unit, dosing: Dosing) -> Process:
    """Whether the product is reviewed, where somebody does that, while it keeps; it does not leave before."""
    job = dosing.patient.jobs.get(REVIEW)
    if job is None:
        return True
    by, late = _keeps_until(unit, dosing)
    task = unit.work.does(job, dosing, due=dosing.due)
    if not (yield from unit.work.begins(task, by)):
        spoil(unit, dosing, late)
        return False
    yield task
    return True


def spoil(unit: Unit, dosing: Dosing, cause: str, value: float = float("nan")) -> None:
    """A product is not given: name the cause, and begin again as far as the policy goes."""
    unit.writes(dosing.subject, FAIL, cause, value)
    if dosing.batch is not None:
        lose(unit, dosing.batch, cause)
        return
    dosing.tries += 1
    if dosing.tries > unit.plan.policy.recollect:
        dosing.hopeless = cause
    elif dosing.booked is not None:
        put_off(unit, dosing, unit.now, f"{limits.LOST}{cause}", LOT_LOST)


def administer(unit: Unit, dosing: Dosing) -> Process:
    """Give the dose and watch over the patient; a product that would expire while it waits is not given.

    If the clinic closes before there is a room, it is given at another appointment.
    """
    patient, recipe = dosing.patient, dosing.patient.recipe
    if dosing.booked is not None:
        yield from reach(unit, dosing.booked)

    def begun(at: int) -> None:
        begins(unit, dosing, at)
        if dosing.dose.name == patient.arm.allocated_at:
            unit.allocates(patient)

    if not recipe.administers:
        begun(unit.now)
        return
    if (yield from _is_given(unit, dosing, begun)) and recipe.stay:
        yield from stays(unit, dosing, recipe.stay)


def _is_given(unit: Unit, dosing: Dosing, begun: Callable[[int], None]) -> Process:
    """Give the dose, as often as somebody is turned away at another appointment; False if it is not given."""
    (by, late), revised, turned_away = _keeps_until(unit, dosing), dosing.revised, False
    if by is not None and unit.now > by:
        spoil(unit, dosing, late)
        return False
    while True:
        if not (yield from wait_for_doors(unit, dosing, by, turned_away=turned_away)):
            if not (revised.triggered or dosing.off):
                spoil(unit, dosing, late)
            return False
        if (yield from _is_treated(unit, dosing, by, begun)):
            return True
        if revised.triggered:
            return False
        if dosing.booked is not None and not dosing.dose.product:
            put_off(unit, dosing, unit.now, no_room(unit, dosing))
            return False
        turned_away = dosing.booked is not None and unit.books.takes_appointments(dosing.patient)
        if not turned_away or (by is not None and unit.now >= by):
            spoil(unit, dosing, late)
            return False


def _is_treated(unit: Unit, dosing: Dosing, by: float | None, begun: Callable[[int], None]) -> Process:
    """Draw the fluid that is to follow the cells, if any, and give the cells; whether that began *by* then."""
    yield from draw_for_chase(unit, dosing)
    if by is not None and unit.now > by:
        return False
    patient, booked = dosing.patient, dosing.booked
    if booked is not None and patient.is_chased(dosing.dose.name):
        booked = evolve(booked, start=unit.now)  # after the draw, with which the appointment began
    cells = dosing.cells * _alive(unit, dosing)
    started = yield from procedure(unit, ADMINISTER, dosing, booked, cells, by, dosing.revised, begun)
    return started >= 0


def draw_for_chase(unit: Unit, dosing: Dosing) -> Process:
    """Draw the spinal fluid that is to follow the cells; the appointment of the dose begins with it."""
    if dosing.patient.is_chased(dosing.dose.name):
        yield from procedure(unit, DRAW, dosing, dosing.booked)


def no_room(unit: Unit, dosing: Dosing) -> str:
    """The resource that was missing for a patient who still waited when the clinic closed, in the words of the event log."""
    return limits.of(unit.plan.clinics[dosing.patient.clinic].name, limits.ROOMS)


def _keeps_until(unit: Unit, dosing: Dosing) -> tuple[int | None, str]:
    """The last minute at which a product may be given, if there is one, and what is wrong with it after that."""
    recipe, by = dosing.patient.recipe, None
    if not (dosing.dose.product and recipe.prepares):
        return None, ""
    if recipe.use_within is not None:
        by = dosing.suspended_at + recipe.use_within
    runs_short = runs_short_at(unit, dosing) if dosing.dose.viable else None
    if runs_short is not None and (by is None or runs_short < by):
        return runs_short, TOO_FEW
    return by, EXPIRED


def _alive(unit: Unit, dosing: Dosing) -> float:
    """The share of the product's cells that are alive."""
    if not (dosing.dose.product and dosing.patient.recipe.prepares):
        return 1.0
    return unit.biology.viability(dosing.patient, dosing.number, unit.now - dosing.suspended_at)
