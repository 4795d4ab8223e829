"""A course as an iCalendar file (RFC 5545), for any calendar program.

An entry is the same one as long as patient, protocol and event are: its UID is made of nothing else. So a course that
is moved, and written again into the same file, updates what a calendar program has of it. The times are floating,
those of the clocks at the clinic. The file has no METHOD: it invites nobody.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from mfg.course.appointment import Appointment
from mfg.course.schedule import Schedule
from mfg.errors import Parameter, Refused

WHOSE = "X-MFG-COURSE"  # whose calendar a file is: a digest of the patient and the protocol
STAMPS = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")


def calendar_of(schedule: Schedule, stamp: datetime, earlier: bytes | None = None) -> bytes:
    """The dated events of *schedule* as entries, as of *stamp* (in UTC).

    At a site an entry is as long as it is booked, or where no length is known as the place is open, and blocks no
    time then; without a site it is a whole day. Where the *earlier* file of the same patient is given, entries that are
    unchanged stay as they were, others have the next SEQUENCE, and those that are no longer in the course are cancelled.

    Raises:
        Refused: if *earlier* is no calendar, a damaged one, or that of another patient or protocol.
    """
    whose = _key(schedule, ())
    calendar = Calendar()
    calendar.add("prodid", "-//mfg//course//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", " · ".join(filter(None, (schedule.patient, schedule.protocol))))
    calendar.add(WHOSE, whose)
    known = {} if earlier is None else _entries(earlier, whose)
    for entry in _all(schedule):
        calendar.add_component(_stamp(entry, known.pop(str(entry["uid"]), None), stamp))
    for entry in known.values():
        calendar.add_component(_cancel(entry, stamp))
    return bytes(calendar.to_ical())


def _key(schedule: Schedule, event: tuple[str, ...]) -> str:
    """A name that nothing else has: of a patient's course, or of one event of it.

    Without a patient it is that of the course with this arm, supply and day 0.
    """
    patient = schedule.patient and unicodedata.normalize("NFC", schedule.patient)
    unnamed = [] if patient else [schedule.arm, schedule.supply, str(schedule.baseline)]
    return str(uuid5(NAMESPACE_URL, json.dumps(["mfg", schedule.protocol, patient, unnamed, event])))


def _entries(earlier: bytes, whose: str) -> dict[str, Event]:
    """The entries of a file that was written before, by their UID."""
    advice = "name another file, or remove that one; with `patient` a moved course can be written again"
    try:
        calendar = Calendar.from_ical(earlier)
    except (ValueError, TypeError):  # the library lets some errors of its values through
        raise Refused(
            Parameter("ics"), None, "is a file that is there already, and no calendar", advice
        ) from None
    if not isinstance(calendar, Calendar) or str(calendar.get(WHOSE)) != whose:
        raise Refused(Parameter("ics"), None, "is a calendar of another patient, protocol or program", advice)
    entries: list[Event] = calendar.walk("VEVENT")  # type: ignore[assignment]
    once = all(not isinstance(value, list) for entry in entries for value in entry.values())
    if not once or not all("UID" in one and str(one.get("SEQUENCE")).isdecimal() for one in entries):
        raise Refused(Parameter("ics"), None, "is a damaged calendar", advice)
    return {str(entry["uid"]): entry for entry in entries}


def _all(schedule: Schedule) -> Iterator[Event]:
    """An entry for each event with a date; observations that are made several times are numbered."""
    numbers: dict[tuple[str, str], Iterator[int]] = {}
    for one in schedule.events:
        if one.date is not None:
            number = next(numbers.setdefault((one.kind, one.name), count()))
            yield _entry(
                schedule, one, _key(schedule, (one.kind, one.name, *([str(number)] if number else [])))
            )


def _entry(schedule: Schedule, one: Appointment, uid: str) -> Event:
    assert one.date is not None
    entry = Event()
    entry.add("uid", f"{uid}@mfg")
    if one.begins is not None:
        begins = datetime.combine(one.date, one.begins)
        entry.add("dtstart", begins)
        if one.minutes is not None:
            entry.add("dtend", begins + timedelta(minutes=one.minutes))
    elif one.hours:
        entry.add("dtstart", datetime.combine(one.date, one.hours[0][0]))
        entry.add("dtend", datetime.combine(one.date, one.hours[-1][1]))
        entry.add("transp", "TRANSPARENT")
    else:
        entry.add("dtstart", one.date)
        entry.add("dtend", one.date + timedelta(days=1))
    condition = f", {one.condition}" if one.condition else ""
    summary = f"{one.name} (day {one.day:+d}, {schedule.protocol}{condition})"
    entry.add("summary", f"{schedule.patient}: {summary}" if schedule.patient else summary)
    said = "\n".join(_said(schedule, one))
    if said:
        entry.add("description", said)
    if one.place:
        entry.add("location", one.place if one.by else f"{one.place}, {schedule.site}")
    return entry


def _said(schedule: Schedule, one: Appointment) -> Iterator[str]:
    """What there is to know of an entry beside its time."""
    if one.hours:
        windows = " or ".join(f"{first:%H:%M} to {last:%H:%M}" for first, last in one.hours)
        yield f"can begin {windows}" if one.begins is not None else f"at any hour, {windows}"
    if one.kind in ("collection", "dose") and schedule.facility is not None:
        yield f"made in {schedule.facility}"
    if one.moved_from is not None:
        yield f"moved from {one.moved_from}"
    yield from (f"{f.level}: {f.message}" for f in schedule.findings if f.event == one.name)


def _stamp(entry: Event, earlier: Event | None, stamp: datetime) -> Event:
    """*entry* as it was if nothing is changed in it, else as of *stamp* and one SEQUENCE on."""
    if earlier is not None and _content(entry) == _content(earlier):
        return earlier
    for name in ("dtstamp", "last-modified"):
        entry.add(name, stamp.astimezone(UTC).replace(microsecond=0))
    entry.add("sequence", 0 if earlier is None else int(str(earlier["sequence"])) + 1)
    return entry


def _cancel(earlier: Event, stamp: datetime) -> Event:
    """An entry that is no longer in the course."""
    if str(earlier.get("status")) == "CANCELLED":
        return earlier
    entry = Event({name: value for name, value in earlier.items() if name not in STAMPS})
    entry.add("status", "CANCELLED")
    return _stamp(entry, earlier, stamp)


def _content(entry: Event) -> Mapping[str, bytes]:
    """What an entry says, without when it was written."""
    return {name: value.to_ical() for name, value in entry.items() if name not in STAMPS}
