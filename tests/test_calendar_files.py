"""Calendar files: whose entries they are, what becomes of them when a course moves, and what their text holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from mfg.course.ics import calendar_of
from mfg.course.schedule import Schedule, schedule
from mfg.errors import Refused
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_site
from tests.conftest import MINIMAL, Said, protocol

PHASE2 = ("schedule", "lenzumestrocel-phase2", "--arm", "msc", "--holidays", "KR", "--json")
ROUTE = """
[[route]]
name  = "intravenous"
cells = "1e6 cell"
"""
NOON, LATER = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 6, 9, tzinfo=UTC)


def course(patient: str | None = "P01", baseline: str = "2026-03-12", **how: Any) -> Schedule:
    """A course of the phase 2 trial."""
    return schedule(
        load_protocol("lenzumestrocel-phase2"), baseline=baseline, arm="msc", patient=patient, **how
    )


def entries(content: bytes) -> dict[str, Any]:
    """The entries of a calendar file by their UID."""
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    by_uid = {str(entry["uid"]): entry for entry in found}
    assert len(by_uid) == len(found)
    return by_uid


def test_every_event_is_an_entry_on_its_date(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Without a site an entry is a whole day; written again, an unchanged course leaves the file as it was."""
    file = tmp_path / "one.ics"
    asked = (*PHASE2, "--baseline", "2026-03-12", "--patient", "P01", "--ics", file)
    said = mfg(*asked)
    first = file.read_bytes()
    assert [str(e["dtstart"].dt) for e in entries(first).values()] == [e["date"] for e in said.json["events"]]
    assert (mfg(*asked).out, file.read_bytes()) == (said.out, first)
    assert [path.name for path in tmp_path.iterdir()] == ["one.ics"]


@pytest.mark.parametrize("other", ["P02", "p01", "P0 1", "P0-1", "Ö. Müller, jun."])
def test_two_patients_have_no_entry_in_common(other: str) -> None:
    """Same protocol, arm and day 0: no UID is in both files."""
    one, two = (entries(calendar_of(course(name), NOON)) for name in ("P01", other))
    assert not one.keys() & two.keys()
    assert all(str(entry["summary"]).startswith(f"{other}: ") for entry in two.values())


def test_an_entry_is_the_same_in_another_supply_site_or_spelling_of_its_patient() -> None:
    """Patient, protocol and event decide the UID and nothing else; letters that look the same are the same."""
    known = entries(calendar_of(course("Jos\u00e9"), NOON)).keys()
    assert known == entries(calendar_of(course("Jose\u0301", site=load_site("seoul")), LATER)).keys()
    phase3 = load_protocol("lenzumestrocel-phase3")
    bank, fresh = (
        entries(
            calendar_of(schedule(phase3, baseline="2026-03-12", arm="five-dose", supply=s, patient="A"), NOON)
        )
        for s in ("bank", "fresh")
    )
    assert bank.keys() < fresh.keys()
    assert not known & fresh.keys()


def test_a_moved_course_updates_its_entries() -> None:
    """In the same file: the same UIDs, the next SEQUENCE and the new stamp, and what has not moved stays as it was."""
    before = calendar_of(course(), NOON)
    after = calendar_of(course(baseline="2026-03-19"), LATER, before)
    old, new = entries(before), entries(after)
    assert old.keys() == new.keys()
    for uid, entry in new.items():
        moved = entry["dtstart"].dt != old[uid]["dtstart"].dt
        assert (int(entry["sequence"]), entry["dtstamp"].dt) == ((1, LATER) if moved else (0, NOON))
        assert entry["last-modified"].dt == entry["dtstamp"].dt
    assert any(entry["dtstart"].dt != old[uid]["dtstart"].dt for uid, entry in new.items())
    assert calendar_of(course(baseline="2026-03-19"), LATER + timedelta(days=1), after) == after


def test_a_moved_course_in_a_file_of_its_own_is_newer() -> None:
    """Where the earlier file is not there, the later DTSTAMP tells which is to be believed."""
    old, new = (
        entries(calendar_of(course(), NOON)),
        entries(calendar_of(course(baseline="2026-03-19"), LATER)),
    )
    assert old.keys() == new.keys()
    assert all(new[uid]["dtstamp"].dt > old[uid]["dtstamp"].dt for uid in old)


def test_what_is_no_longer_in_the_course_is_cancelled() -> None:
    """Four of five collections are not needed from a bank: they are cancelled once, and live again with fresh cells."""
    phase3 = load_protocol("lenzumestrocel-phase3")
    fresh, bank = (
        schedule(phase3, baseline="2026-03-12", arm="five-dose", supply=s, patient="A")
        for s in ("fresh", "bank")
    )
    first = calendar_of(fresh, NOON)
    second = calendar_of(bank, LATER, first)
    gone = {uid for uid, entry in entries(second).items() if str(entry.get("status")) == "CANCELLED"}
    assert gone == entries(first).keys() - entries(calendar_of(bank, NOON)).keys()
    assert len(gone) == 4
    assert {int(entries(second)[uid]["sequence"]) for uid in gone} == {1}
    assert calendar_of(bank, LATER + timedelta(days=1), second) == second
    third = entries(calendar_of(fresh, LATER, second))
    assert {int(third[uid]["sequence"]) for uid in gone} == {2}
    assert not any("status" in entry for entry in third.values())


@pytest.mark.parametrize(
    "content", [b"", b"my notes\n", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"]
)
def test_a_file_of_something_else_is_not_written_over(
    mfg: Callable[..., Said], tmp_path: Path, content: bytes
) -> None:
    """Only the earlier calendar of the same patient and protocol is written over."""
    file = tmp_path / "notes.ics"
    file.write_bytes(content)
    said = mfg(*PHASE2, "--baseline", "2026-03-12", "--patient", "P01", "--ics", file)
    assert (said.status, said.out, file.read_bytes()) == (2, "", content)
    assert str(file) in said.err


@pytest.mark.parametrize(
    ("there", "damaged"),
    [
        (b"SEQUENCE:0\r\n", b"SEQUENCE:x\r\n"),
        (b"SEQUENCE:0\r\n", b""),
        (b"SEQUENCE:0\r\n", b"SEQUENCE:0\r\nSUMMARY:b\r\n"),
    ],
)
def test_a_damaged_calendar_is_not_written_over(there: bytes, damaged: bytes) -> None:
    """What it had told a calendar program is no longer known."""
    with pytest.raises(Refused, match="damaged"):
        calendar_of(course(), LATER, calendar_of(course(), NOON).replace(there, damaged, 1))


def test_another_patients_file_is_not_written_over() -> None:
    """A file holds one patient's course."""
    with pytest.raises(Refused, match="another patient"):
        calendar_of(course("P02"), LATER, calendar_of(course("P01"), NOON))


def test_without_a_patient_it_is_said_that_entries_can_collide(
    mfg: Callable[..., Said], tmp_path: Path
) -> None:
    """Then arm and day 0 stand in the UID: another day 0 is another course, and the same is told to collide."""
    said = mfg(*PHASE2, "--baseline", "2026-03-12", "--ics", tmp_path / "one.ics")
    assert "--patient" in said.err
    one, two = (entries(calendar_of(course(None, day), NOON)) for day in ("2026-03-12", "2026-03-19"))
    assert not one.keys() & two.keys()
    assert (
        mfg(*PHASE2, "--baseline", "2026-03-12", "--ics", tmp_path / "two.ics", "--patient", "P01").err == ""
    )


@pytest.mark.parametrize("name", ["", " P01", "P01\n", "P\u20281"])
def test_a_name_is_on_one_line(name: str) -> None:
    """What would break a line, or could not be told from another name on a screen, is no name."""
    with pytest.raises(Refused, match="is no name"):
        course(name)


def test_text_comes_back_as_it_was_written() -> None:
    """Commas, semicolons, backslashes, quotation marks and letters of any script survive, and break no line."""
    name = 'Kim, "J"; A\\B 김민수'
    text = MINIMAL.replace("dose 1", "first, or only; dose") + ROUTE
    invented = protocol("", base=text)
    content = calendar_of(schedule(invented, baseline="2026-03-12", patient=name), NOON)
    (entry,) = entries(content).values()
    assert str(entry["summary"]) == f"{name}: first, or only; dose (day +0, invented)"
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_at_a_site_entries_have_hours_and_places() -> None:
    """What is booked is as long as it is booked; a visit is open as long as the clinic, and blocks nobody's time."""
    planned = course(site=load_site("seoul"))
    found = {str(e["summary"]).split(" (")[0]: e for e in entries(calendar_of(planned, NOON)).values()}
    dose, visit = found["P01: dose 1"], found["P01: V5"]
    assert (dose["dtstart"].to_ical(), dose["dtend"].to_ical()) == (b"20260312T150000", b"20260312T160000")
    assert str(dose["location"]) == "hospital, seoul"
    assert str(dose["description"]) == "can begin 15:00 to 17:00\nmade in gmp"
    assert (visit["dtstart"].to_ical(), visit["dtend"].to_ical()) == (b"20260312T090000", b"20260312T180000")
    assert (str(visit["transp"]), "transp" in dose) == ("TRANSPARENT", False)


def test_what_has_no_hour_stays_a_whole_day_and_says_so() -> None:
    """A finding about an event is told in its entry."""
    planned = course(baseline="2026-03-02", site=load_site("seoul"))
    (dose,) = (
        e for e in entries(calendar_of(planned, NOON)).values() if str(e["summary"]).startswith("P01: dose 1")
    )
    assert dose["dtstart"].dt == date(2026, 3, 2)
    assert "public holiday" in str(dose["description"])
