"""Observations of a patient that are too old on the day of a dose, and when they are made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from mfg.course.membership import Known, open_parts
from mfg.course.network import Course, Event
from mfg.course.spans import days_of
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Arm, Covariate, Protocol
from mfg.units import Quantity


@frozen
class Retake:
    """A covariate that is observed again on `day`, or on any from `earliest` to `latest`, the day of its dose."""

    name: str
    day: int
    earliest: int
    latest: int
    condition: str


def retakes(
    protocol: Protocol,
    arm: Arm,
    known: Known,
    course: Course,
    days: Mapping[str, int],
    is_open: Callable[[int], bool],
) -> list[Retake]:
    """What is observed again, for a course whose events lie on *days*.

    An observation that is older than `valid` on the day of a dose that needs it is made again on the last
    open day before the dose, or on the day of the dose itself.
    """
    doses = sorted((e for e in course.events if e.kind == "dose"), key=lambda dose: days[dose.name])
    needs = {dose.name: set(needed(protocol, arm, known, dose.name)) for dose in doses}
    found: list[Retake] = []
    for name, covariate in protocol.patient.items():
        if covariate.valid is not None:
            using = [dose for dose in doses if name in needs[dose.name]]
            found += _retaken(
                name,
                days_of(covariate.valid),
                _observed(protocol, covariate, course, days),
                using,
                days,
                is_open,
            )
    return found


def _retaken(
    name: str,
    valid: int,
    observed: set[int],
    doses: list[Event],
    days: Mapping[str, int],
    is_open: Callable[[int], bool],
) -> list[Retake]:
    made: list[tuple[int, int, int, str]] = []
    for dose in doses:
        on = days[dose.name]
        last = max((day for day in observed if day <= on), default=None)
        if last is None or on - last <= valid:
            continue
        earliest = on - valid
        day = next((day for day in range(on - 1, earliest - 1, -1) if is_open(day)), on)
        observed.add(day)
        made.append((day, earliest, on, dose.condition))
    many = len(made) > 1
    return [Retake(f"{name} again {n}" if many else f"{name} again", *one) for n, one in enumerate(made, 1)]


def _observed(protocol: Protocol, covariate: Covariate, course: Course, days: Mapping[str, int]) -> set[int]:
    """The days on which *covariate* is observed as the protocol plans it."""
    if covariate.at == "baseline":
        return {0}
    names = {o.name for visit in protocol.visits if visit.name == covariate.at for o in occurrences(visit)}
    return {days[e.name] for e in course.events if e.kind == covariate.at or e.name in names}


def needed(protocol: Protocol, arm: Arm, known: Known, name: str) -> Iterator[str]:
    """The covariates that the dose *name* of *arm* depends on, in its cells and in whether it is given."""
    event = next(dose for dose in protocol.doses if name in {o.name for o in occurrences(dose)})
    yield from (asked for asked in (event.when.conditions if event.when else ()) if asked in protocol.patient)
    treatment = protocol.treatment(arm.doses[name])
    if treatment.kind != "product":
        return
    for route in protocol.routes:
        for rule in route.cells if route.treatment in (None, treatment.name) else ():
            if open_parts(rule.when, protocol, known.of_dose(name).words) is None:
                continue
            yield from (
                asked for asked in (rule.when.conditions if rule.when else ()) if asked in protocol.patient
            )
            if any(_scales(q) for q in (rule.is_, rule.least, rule.most, rule.cap, rule.floor)):
                yield rule.of or "weight"


def _scales(quantity: Quantity | None) -> bool:
    """Whether a number of cells is per something of the patient."""
    unit = "" if quantity is None else str(quantity.units)
    return "/" in unit and not unit.endswith("/ site")
