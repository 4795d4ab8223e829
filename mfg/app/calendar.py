"""The calendar tab: one patient's course on real dates, and the same as a calendar file."""

from __future__ import annotations

from datetime import UTC, datetime

from mfg.app.controls import chosen
from mfg.app.dose import given_of, protocols
from mfg.app.page import Form
from mfg.course.ics import calendar_of
from mfg.course.schedule import Appointment, Schedule, schedule
from mfg.errors import Refused
from mfg.reader.library import builtin
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_site


def sites() -> list[str]:
    """The names of the sites that may be chosen."""
    return builtin("site")


def planned(form: Form) -> Schedule:
    """The course that *form* asks for.

    Raises:
        Refused: for anything in it that cannot be.
        Faults: if the site lacks what the protocol needs.
    """
    protocol = load_protocol(chosen(form.get("protocol"), protocols(), "protocol"))
    baseline = form.get("baseline")
    if baseline is None:
        raise Refused("day 0", None, "is not given", "write it like 2026-03-12")
    site = form.get("site")
    return schedule(
        protocol,
        baseline=baseline,
        arm=form.get("arm"),
        supply=form.get("supply"),
        holidays=form.get("holidays"),
        given=given_of(protocol, form),
        patient=form.get("patient"),
        site=load_site(chosen(site, sites(), "site")) if site is not None else None,
        clinic=form.get("clinic"),
    )


def calendar_file(form: Form) -> bytes:
    """The same as an .ics file."""
    return calendar_of(planned(form), datetime.now(UTC))


def hours_of(one: Appointment) -> str:
    """For when an event is booked, or between which hours it can begin."""
    if one.begins is not None:
        return f"{one.begins:%H:%M}"
    return ", ".join(f"{first:%H:%M} to {last:%H:%M}" for first, last in one.hours)


def said_of(one: Appointment) -> str:
    """What there is to know of an event beside its day."""
    moved = f"moved from {one.moved_from}" if one.moved_from is not None else ""
    return ", ".join(filter(None, (one.condition, one.waits, moved)))
