"""Giving a dose: what is delivered, released and in time, at an appointment, and the stay after it."""

from __future__ import annotations

from mfg.simulation import limits
from mfg.simulation.clock import Process
from mfg.simulation.filling import held, is_short, runs_short_at
from mfg.simulation.lots import Dosing
from mfg.simulation.making import lose
from mfg.simulation.planning import keep, put_off
from mfg.simulation.unit import Unit

TOO_FEW = "too few cells"


def deliver(unit: Unit, dosing: Dosing) -> Process:
    """Have the product reviewed, bring it to the clinic and give it, if it arrives whole, released and in time."""
    recipe = dosing.patient.recipe
    if not (yield from is_reviewed(unit, dosing)):
        return
    kept = yield from unit.ships(dosing, "ship out")
    for made in (dosing, dosing.batch, dosing.batch.parent if dosing.batch is not None else None):
        if made is not None:
            yield made.results["administration"]
    if dosing.booked is not None:
        yield from unit.reach(dosing.booked)
    age = unit.now - dosing.suspended_at
    if not kept:
        spoil(unit, dosing, "cold chain")
    elif dosing.known_failure:
        spoil(unit, dosing, dosing.known_failure)
    elif recipe.prepares and is_short(unit, dosing, age):
        spoil(unit, dosing, TOO_FEW, held(unit, dosing, age))
    elif recipe.use_within is not None and age > recipe.use_within:
        spoil(unit, dosing, "expired")
    else:
        yield from administer(unit, dosing)


def is_reviewed(unit: Unit, dosing: Dosing) -> Process:
    """Whether the product is reviewed, where somebody does that, while it keeps; it does not leave before."""
    job = dosing.patient.jobs.get("review")
    if job is None:
        return True
    by, late = _must_begin(unit, dosing)
    task = unit.does(job, dosing, due=dosing.due)
    if not (yield from unit.begins(task, by)):
        spoil(unit, dosing, late)
        return False
    yield task
    return True


def spoil(unit: Unit, dosing: Dosing, cause: str, value: float = float("nan")) -> None:
    """A product is not given: name the cause, and begin again as far as the policy goes."""
    unit.writes(dosing.subject, "fail", cause, value)
    if dosing.batch is not None:
        lose(unit, dosing.batch, cause)
        return
    dosing.tries += 1
    if dosing.tries > unit.plan.policy.recollect:
        dosing.hopeless = cause
    elif dosing.booked is not None:
        put_off(unit, dosing, unit.now, f"{limits.LOST}{cause}", "lot lost")


def administer(unit: Unit, dosing: Dosing) -> Process:
    """Give the dose and watch over the patient; a product that would expire while it waits is not given.

    If the clinic closes before there is a room, it is given at another appointment.
    """
    patient, recipe, upset = dosing.patient, dosing.patient.recipe, dosing.upset
    if dosing.booked is not None:
        yield from unit.reach(dosing.booked)

    def begun(at: int) -> None:
        dosing.given_at = at
        if dosing.dose.name == patient.arm.allocated_at:
            unit.allocates(patient)

    if not recipe.administers:
        begun(unit.now)
        return
    by, late = _must_begin(unit, dosing)
    while True:
        cells = dosing.cells * _alive(unit, dosing)
        started = yield from unit.procedure("administer", dosing, dosing.booked, cells, by, upset, begun)
        if started >= 0:
            break
        if upset.triggered:
            return
        if dosing.booked is not None and not dosing.dose.product:
            put_off(unit, dosing, unit.now, no_room(unit, dosing))
            return
        waited = dosing.booked is None or not unit.booking.takes_appointments(
            patient
        )  # for as long as it keeps
        if waited or not keep(unit, dosing, by, no_room(unit, dosing)):
            spoil(unit, dosing, late)
            return
        if dosing.hopeless:
            return
        assert dosing.booked is not None
        yield from unit.reach(dosing.booked)
    if recipe.stay:
        yield from unit.stays(dosing, recipe.stay)


def no_room(unit: Unit, dosing: Dosing) -> str:
    """What somebody lacked who was still at the door when the clinic closed."""
    return limits.of(unit.plan.clinics[dosing.patient.clinic].name, limits.ROOMS)


def _must_begin(unit: Unit, dosing: Dosing) -> tuple[int | None, str]:
    """The last minute at which a product may be given, and what becomes of one that has not been; None for any time."""
    recipe, late = dosing.patient.recipe, "expired"
    if not (dosing.dose.product and recipe.prepares):
        return None, late
    by = None if recipe.use_within is None else dosing.suspended_at + recipe.use_within
    if dosing.dose.viable:
        runs_short = runs_short_at(unit, dosing)
        if runs_short is not None and (by is None or runs_short < by):
            by, late = runs_short, TOO_FEW
    return by, late


def _alive(unit: Unit, dosing: Dosing) -> float:
    """The share of the product's cells that are alive."""
    if not (dosing.dose.product and dosing.patient.recipe.prepares):
        return 1.0
    return unit.biology.viability(dosing.patient, dosing.number, unit.now - dosing.suspended_at)
