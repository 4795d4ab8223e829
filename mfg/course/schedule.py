"""One patient's calendar: the protocol's course on real dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING

from attrs import frozen

from mfg.calendar import holidays_of
from mfg.course.appointment import Appointment, set_times
from mfg.course.arrange import Allowed, arrange
from mfg.course.doors import Doors, SiteDoors
from mfg.course.findings import ScheduleFinding, broken_spacings, by_the_clock, closed_days, without_date
from mfg.course.making import making_of
from mfg.course.membership import Known, case_of
from mfg.course.network import Event, Template
from mfg.course.observations import Retake, retakes
from mfg.course.pieces import EVENT_KINDS, REACH, Floating, Gap
from mfg.course.template import template_of
from mfg.course.words import waits_for
from mfg.dates import read_date
from mfg.errors import Parameter, Refused
from mfg.kinds import another_kind, check_text
from mfg.protocol.cases import Case
from mfg.protocol.given import check_given, refuse_name
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.supply import Supply
from mfg.site import Site
from mfg.units import Quantity
from mfg.upstairs import upstairs
from mfg.visible import visible

__all__ = ["Appointment", "Schedule", "ScheduleFinding", "schedule"]

if TYPE_CHECKING:
    from pandas import DataFrame

_REACH = 60  # days on either side in which a baseline that fits is looked for
_SHOWN = 2  # how many of them are named on either side


@frozen
class Schedule:
    """A course on dates, in their order, with what does not fit and the nearest baselines that do.

    Events without a date stand behind all others. At a *site* the patient comes to its *clinic*, and lots are made in
    its *facility*; hours are on the clocks of that place.
    """

    protocol: str
    arm: str
    supply: str | None
    baseline: date
    events: tuple[Appointment, ...]
    findings: tuple[ScheduleFinding, ...]
    baselines_that_fit: tuple[date, ...]
    patient: str | None = None
    site: str | None = None
    clinic: str | None = None
    facility: str | None = None

    def __repr__(self) -> str:
        return (
            f"Schedule({self.protocol}, arm {self.arm}, day 0 on {self.baseline}, {len(self.events)} events)"
        )

    @property
    def frame(self) -> DataFrame:
        """A row for every event: a pandas data frame."""
        made: DataFrame = upstairs("frames.rows").rows_of(self.events, Appointment)
        return made

    def _repr_html_(self) -> str:
        return f"<strong>{escape(visible(repr(self)))}</strong>{self.frame.to_html(index=False, max_rows=30)}"

    @property
    def fits(self) -> bool:
        """Whether everything that has a date lies on a day on which it can be."""
        return all(finding.level == "note" for finding in self.findings)

    @property
    def undated(self) -> tuple[str, ...]:
        """The doses that have no date."""
        return tuple(event.name for event in self.events if event.kind == "dose" and event.date is None)


def schedule(
    protocol: Protocol,
    *,
    baseline: str | date,
    arm: str | None = None,
    holidays: str | None = None,
    supply: str | None = None,
    given: Mapping[str, str | Quantity] | None = None,
    patient: str | None = None,
    site: Site | None = None,
    clinic: str | None = None,
) -> Schedule:
    """The calendar of one *patient* of *arm* whose day 0 is *baseline* (YYYY-MM-DD).

    Weekends are closed, and the public holidays of *holidays*, a country or region (such as ``"KR"`` or ``"DE-BY"``).
    An event moves within its window, never beyond it; one without a window is never moved. *given* holds covariates
    of the protocol, and so decides which conditional events take place.

    With a *site* its opening hours, holidays and drives decide instead: an event is on a day on which it has an hour
    in the *clinic* (which is to be named if there are several), with the facility nearest to that. Rooms, staff and
    other patients are not looked at: a simulation does that.

    Raises:
        Refused: for a day that is none, or an arm, a supply, a covariate, a country or a clinic that is not known.
        Faults: if the site lacks what the protocol's recipe needs.
    """
    refuse_name(protocol)
    check_given(given)
    check_text(holidays, "holidays", "KR")
    check_text(clinic, "clinic", "seoul")
    if site is not None and not isinstance(site, Site):
        raise another_kind(site, "site", "give one that is loaded, such as mfg.load_site('seoul')")
    day0, case = read_date(baseline, Parameter("baseline")), case_of(protocol, given or {})
    source = protocol.supply(supply)
    chosen, template = _arm(protocol, arm, source, case)
    course, known = template.on(day0), Known.of(protocol, chosen, source, case)
    reach = [event.planned // 365 for event in course.events]
    years = range(day0.year + min(reach, default=0) - 2, day0.year + max(reach, default=0) + 6)
    doors = _doors(site, clinic, holidays, years, known)
    days, stuck = arrange(course, _open(day0, doors))
    again = retakes(
        protocol, chosen, known, course, days, lambda day: doors.closed(day0 + timedelta(day)) is None
    )
    events = [_appointment(event, days[event.name], day0) for event in course.events]
    events += [_observation(one, day0) for one in again]
    events.sort(key=lambda event: (event.day or 0, EVENT_KINDS.index(event.kind)))
    broken: list[Gap] = []
    if isinstance(doors, SiteDoors):
        events, broken = set_times(events, course, doors)
    return Schedule(
        protocol=protocol.name,
        arm=chosen.name,
        supply=source.name if source is not None else None,
        baseline=day0,
        events=(*events, *(_undated(event) for event in template.floating)),
        findings=(
            *closed_days(protocol, course, stuck, day0, doors),
            *broken_spacings(protocol, broken),
            *by_the_clock(protocol, course, days),
            *without_date(protocol, template.floating),
        ),
        baselines_that_fit=tuple(_fits(template, day0, doors)) if stuck else (),
        patient=_named(patient),
        site=site.name if site is not None else None,
        clinic=doors.making.clinic if isinstance(doors, SiteDoors) else None,
        facility=doors.making.facility if isinstance(doors, SiteDoors) else None,
    )


def _doors(site: Site | None, clinic: str | None, holidays: str | None, years: range, known: Known) -> Doors:
    """Where the patient comes, or that nothing is known of it."""
    if site is None:
        if clinic is not None:
            raise Refused(Parameter("clinic"), clinic, "is that of no site", "give its `site` too")
        return Doors(holidays_of(holidays, years, Parameter("holidays")))
    if holidays is not None:
        problem = f"are those of {site.name}, whose holidays are {site.holidays or 'none'}"
        raise Refused(Parameter("holidays"), holidays, problem, "leave it out")
    closed = holidays_of(site.holidays, years, "site.holidays")
    return SiteDoors(closed, site, making_of(site, clinic, known))


def _named(patient: str | None) -> str | None:
    check_text(patient, "patient", "P01")
    if patient is not None and (not patient or patient != patient.strip() or not patient.isprintable()):
        raise Refused(
            Parameter("patient"), patient, "is no name", "give a name or a number on one line, such as P01"
        )
    return patient


def _arm(protocol: Protocol, name: str | None, supply: Supply | None, case: Case) -> tuple[Arm, Template]:
    """The arm of that name, or one whose course is that of every arm that could be meant."""
    if name is not None:
        arm = protocol.arm(name)
        return arm, template_of(protocol, arm, supply, case)
    arms = protocol.dosed_arms() or list(protocol.arms)
    templates = [template_of(protocol, arm, supply, case) for arm in arms]
    courses = {(tuple(arm.doses.items()), course) for arm, course in zip(arms, templates, strict=True)}
    if len(courses) > 1:
        advice = f"use one of {', '.join(arm.name for arm in arms)}"
        raise Refused(Parameter("arm"), None, "is needed: the course differs", advice)
    return arms[0], templates[0]


def _open(day0: date, doors: Doors) -> Allowed:
    return lambda event, day: doors.allows(event, day0 + timedelta(days=day))


def _appointment(event: Event, day: int, day0: date) -> Appointment:
    return Appointment(
        kind=event.kind,
        name=event.name,
        day=day,
        date=day0 + timedelta(days=day),
        earliest=_limit(event.earliest, day0),
        latest=_limit(event.latest, day0),
        moved_from=day0 + timedelta(days=event.planned) if day != event.planned else None,
        by=event.by,
        condition=event.condition,
        inpatient=event.inpatient,
    )


def _limit(day: int, day0: date) -> date | None:
    return day0 + timedelta(days=day) if abs(day) <= REACH else None


def _observation(again: Retake, day0: date) -> Appointment:
    date_of = {day: day0 + timedelta(days=day) for day in (again.day, again.earliest, again.latest)}
    return Appointment(
        kind="observation",
        name=again.name,
        day=again.day,
        date=date_of[again.day],
        earliest=date_of[again.earliest],
        latest=date_of[again.latest],
        moved_from=None,
        by=None,
        condition=again.condition,
    )


def _undated(event: Floating) -> Appointment:
    return Appointment(
        kind=event.kind,
        name=event.name,
        day=None,
        date=None,
        earliest=None,
        latest=None,
        moved_from=None,
        by=event.by,
        condition=event.condition,
        waits=waits_for(event),
        inpatient=event.inpatient,
    )


def _fits(template: Template, day0: date, doors: Doors) -> Iterator[date]:
    """The nearest baselines, before and after, for which nothing is left to find."""
    found: list[date] = []
    for direction in (-1, 1):
        days = (day0 + timedelta(days=direction * n) for n in range(1, _REACH + 1))
        fitting = (day for day in days if not arrange(template.on(day), _open(day, doors))[1])
        found += [day for day, _ in zip(fitting, range(_SHOWN), strict=False)]
    yield from sorted(found)
