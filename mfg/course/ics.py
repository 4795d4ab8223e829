"""A course as an iCalendar file, for any calendar program."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

if TYPE_CHECKING:
    from mfg.course.schedule import Schedule


def calendar_of(schedule: Schedule) -> bytes:
    """The events of *schedule* that have a date as all-day entries; the same schedule gives the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//mfg//course//EN")
    calendar.add("version", "2.0")
    for appointment in schedule.events:
        if appointment.date is None:
            continue
        entry = Event()
        entry.add(
            "uid",
            f"{schedule.protocol}-{schedule.arm}-{schedule.baseline}-{appointment.name}@mfg".replace(
                " ", "-"
            ),
        )
        entry.add(
            "dtstamp",
            datetime(schedule.baseline.year, schedule.baseline.month, schedule.baseline.day, tzinfo=UTC),
        )
        entry.add("dtstart", appointment.date)
        entry.add("dtend", appointment.date + timedelta(days=1))
        condition = f", {appointment.condition}" if appointment.condition else ""
        summary = f"{appointment.name} (day {appointment.day:+d}, {schedule.protocol}{condition})"
        entry.add("summary", summary)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
