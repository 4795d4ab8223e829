"""Showing a course: as a table, and as a calendar file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import evolve

from mfg.cli import say
from mfg.cli.view import Sentence, TableView, View, note, warning
from mfg.errors import Refused


def write_calendar(course: Any, path: Path) -> None:
    """Write *course* as an .ics file, which updates an earlier one of the same patient."""
    from mfg.course.ics import calendar_of
    from mfg.files import bytes_of, write_atomically
    from mfg.sizes import TABLE

    try:
        earlier = bytes_of(path, TABLE) if path.exists() else None
        content = calendar_of(course, datetime.now(UTC), earlier)
    except Refused as other:
        raise evolve(other, given=str(path)) from None
    write_atomically(path, content, durable=True)
    if course.patient is None:
        say.remark(f"{path}: without --patient, another patient with the same day 0 has the same entries")


def view_of_course(course: Any, source: str, *, several: bool) -> View:
    """The calendar as a table, what there is to say about it, and whether it fits."""
    supply = f" · supply {course.supply}" if several else ""
    patient = f" · {course.patient}" if course.patient else ""
    title = f"{say.whose(course.protocol, source)}{patient} · arm {course.arm}{supply} · day 0 on {course.baseline}"
    place = f"at {course.site}: {course.clinic}, made in {course.facility}; rooms and staff are not looked at"
    here = ["booked", "can begin", "where"] if course.site is not None else []
    rows = [_row(e, here=course.site is not None) for e in course.events]
    events = TableView.of(["day", "date", "weekday", *here, "kind", "event", ""], rows, [0])
    data = {
        **say.fields(course),
        "events": [{**say.fields(event), "weekday": event.weekday} for event in course.events],
    }
    under = (note(place),) if course.site is not None else ()
    return View(title, data, under, ((events,), tuple(_judgement(course))))


def _judgement(course: Any) -> Iterator[Sentence]:
    """What was found, and which baselines fit, or what does."""
    for item in course.findings:
        yield from map(warning, say.lines_of(item))
    if course.baselines_that_fit:
        yield Sentence(f"baselines that fit: {', '.join(str(day) for day in course.baselines_that_fit)}")
    elif course.fits and not course.undated:
        yield Sentence("everything fits")
    elif course.fits:
        yield Sentence(f"what has a date fits; without a date: {', '.join(course.undated)}")


def _row(event: Any, *, here: bool) -> list[object]:
    said = [event.condition, event.waits, f"moved from {event.moved_from}" if event.moved_from else ""]
    return [
        "" if event.day is None else f"{event.day:+d}" if event.day else "0",
        event.date,
        event.weekday,
        *(_hours(event) if here else ()),
        event.kind,
        event.name + (f" (by {event.by})" if event.by else ""),
        ", ".join(filter(None, said)),
    ]


def _hours(event: Any) -> list[str]:
    """For when an event is booked, between which hours it can begin, and where it is."""
    booked = ""
    if event.begins is not None:
        end = event.begins.hour * 60 + event.begins.minute + (event.minutes or 0)
        booked = f"{event.begins:%H:%M}" + (f"-{end // 60:02d}:{end % 60:02d}" if event.minutes else "")
    windows = ", ".join(f"{first:%H:%M}-{last:%H:%M}" for first, last in event.hours)
    return [booked, windows, event.place]
