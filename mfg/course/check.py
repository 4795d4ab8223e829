"""Checks of a protocol's course: it is planned for every arm, supply and kind of patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise, product

from mfg.calendar import DAY
from mfg.course.network import Course, Template
from mfg.course.spans import in_hours, minutes, span_of
from mfg.course.template import try_template
from mfg.errors import Refused
from mfg.protocol.cases import Bounds, Case
from mfg.protocol.occurrences import months_and_days
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.rules import When, bounds_of, condition_of
from mfg.protocol.supply import Supply
from mfg.units import text

BASELINES = (
    date(2027, 1, 31),
    date(2028, 1, 31),
    date(2027, 8, 31),
    date(2027, 3, 1),
)  # short and long months
_BESIDE = Decimal("1e-9")
_CASES = 200  # combinations of covariates that are tried


def course_faults(protocol: Protocol) -> Iterator[Refused]:
    """Every fault that keeps some patient's course from being planned, once, at its place."""
    stated = list(_stated(protocol))
    yield from stated
    if stated:
        return
    known: set[str] = set()
    for arm in protocol.arms:
        for supply in protocol.supplies or (None,):
            for fault in _of_arm(protocol, arm, supply):
                if str(fault) not in known:
                    known.add(str(fault))
                    yield fault


def _stated(protocol: Protocol) -> Iterator[Refused]:
    """What can be seen without planning anything."""
    for event in protocol.events:
        path = f"{'dose' if event in protocol.doses else 'visit'}.{event.name}"
        for row in event.day:
            yield from _asks(f"{path}.day", row.when, {"arm"})
        exact = event.after.is_ if event.after is not None else None
        if exact is not None and in_hours(exact) and minutes(exact) % DAY:
            advice = "write least and most, or a multiple of 24 hours"
            problem = "is not a whole number of days, and a course is planned in days"
            yield Refused(f"{path}.after.is", text(exact), problem, advice)
        on_day_0 = [months_and_days(row.is_) == (0, 0) for row in event.day]
        if event in protocol.doses and event.window and not event.repeat and on_day_0 and all(on_day_0):
            problem = "stands on the dose of day 0, which is what day 0 means"
            yield Refused(f"{path}.window", None, problem, "leave it out")
    for supply in protocol.supplies:
        path = f"supply.{supply.name}.before"
        for ahead in supply.before:
            yield from _asks(path, ahead.when, {"arm", "dose"})
            if supply.kind != "stock" and span_of(ahead).least < 1:
                given = next((text(q) for q in (ahead.is_, ahead.least) if q is not None), None)
                problem = "lets the collection fall on the day of its dose"
                yield Refused(path, given, problem, "give is or least, at least a day")
    for name, covariate in protocol.patient.items():
        if covariate.valid is not None and covariate.at is None:
            problem = "says how long an observation holds, and nothing says when it is made"
            yield Refused(f"patient.{name}.valid", text(covariate.valid), problem, "give at, or leave it out")


def _asks(path: str, when: When | None, known: set[str]) -> Iterator[Refused]:
    """Whether a row asks for something that is not known when a course is planned."""
    for name in when.conditions if when else ():
        if name not in known:
            advice = f"ask for {' or '.join(sorted(known))} only"
            yield Refused(f"{path}.when", name, "is not known when the course is planned", advice)


def _of_arm(protocol: Protocol, arm: Arm, supply: Supply | None) -> Iterator[Refused]:
    template, faults = try_template(protocol, arm, supply, {})
    yield from faults
    if not faults:
        yield from _planned(template, arm, BASELINES, undecided=True)
    for case in _cases(protocol):
        template, faults = try_template(protocol, arm, supply, case)
        yield from faults
        if not faults:
            yield from _planned(template, arm, BASELINES[:1], undecided=False)


def _planned(
    template: Template, arm: Arm, baselines: tuple[date, ...], *, undecided: bool
) -> Iterator[Refused]:
    """What is wrong with the courses on *baselines*; without calendar months one tells all.

    Where nothing is *undecided*, doses that a kind of patient is not to have are left out, and their visits may stay.
    """
    for baseline in baselines if any(event.months for event in template.planned) else baselines[:1]:
        try:
            course = template.on(baseline)
        except Refused as fault:
            yield fault
            return
        wrong = [*_day_0(course, arm), *_order(course, arm), *(_repeating(course) if undecided else ())]
        yield from wrong
        if wrong:
            return


def _day_0(course: Course, arm: Arm) -> Iterator[Refused]:
    doses = [event for event in course.events if event.kind == "dose"]
    if doses and not any(event.planned == 0 for event in course.events):
        advice = 'give the first dose day = "0 day", or count from what lies on day 0'
        yield Refused(doses[0].rule, None, f"leaves day 0 empty in arm {arm.name}", advice)


def _order(course: Course, arm: Arm) -> Iterator[Refused]:
    """Doses are given in the order in which their arm lists them."""
    events = {event.name: event for event in course.events if event.kind == "dose"}
    for one, other in pairwise(events[name] for name in arm.doses if name in events):
        if other.planned < one.planned:
            problem = (
                f"puts {other.name} on day {other.planned}, before {one.name} on day {one.planned}, "
                f"which arm {arm.name} has before it"
            )
            yield Refused(other.rule, None, problem, "list the doses of the arm in their order")


def _repeating(course: Course) -> Iterator[Refused]:
    """A visit that repeats is bound to a dose."""
    moving = [course.bound_to(event.name) for event in course.events if event.kind == "dose"]
    for event in course.events:
        if event.repeats and not any(event.name in bound for bound in moving):
            where = f"{event.rule.rpartition('.')[0]}.repeats"
            problem = "is bound to no dose that could be put off"
            yield Refused(where, None, problem, "let the dose follow the visit, or the visit the dose")


def _cases(protocol: Protocol) -> Iterator[Case]:
    """Patients who differ in what the conditions of events ask for, at every band end and beside it."""
    conditions = [condition_of(event.when, protocol.units) for event in protocol.events]
    axes: dict[str, list[Decimal | str]] = {}
    for name, covariate in protocol.patient.items():
        parts = [condition.parts[name] for condition in conditions if name in condition.parts]
        if parts and covariate.one_of:
            axes[name] = list(covariate.one_of)
        elif parts and covariate.unit:
            reach = bounds_of(covariate, covariate.unit)
            ends = {end for part in parts if isinstance(part, Bounds) for end in part.ends()}
            beside = (value for end in ends for value in (end - _BESIDE, end, end + _BESIDE))
            axes[name] = sorted(value for value in beside if value in reach)
    if axes:
        yield from (
            dict(zip(axes, values, strict=True)) for values in islice(product(*axes.values()), _CASES)
        )
