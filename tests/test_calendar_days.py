"""Which days a calendar takes: for observations that are too old, spacings in hours, inpatients, and what moves along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from mfg import Refused, schedule
from mfg.course.schedule import Schedule
from tests.conftest import Said, protocol
from tests.invented import DAY_0, THURSDAY, course, dose, read, visit

# ---- observations that are too old ---------------------------------------------------------------------


def observed(valid: str, at: str, cells: str = "1e6 cell/kg") -> Schedule:
    """Doses on day 0, 28 and 56, each with a collection four weeks ahead, by a weight that holds for so long."""
    text = f"""
schema = "protocol-1"
name = "invented"
donor = "autologous"
[patient.weight]
unit = "kg"
at = "{at}"
valid = "{valid}"
[[arm]]
name = "all"
doses = ["dose 1", "dose 2", "dose 3"]
[[supply]]
name = "bank"
kind = "bank"
before = "28 day"
[[route]]
name = "intravenous"
cells = "{cells}"
[[dose]]
name = "dose"
day = "0 day"
repeat = {{ every = "28 day", times = 3 }}
"""
    return schedule(protocol(text, base=""), baseline=THURSDAY)


def again(found: Schedule) -> dict[str, tuple[int | None, str]]:
    """When observations are made again."""
    return {e.name: (e.day, e.weekday) for e in found.events if e.kind == "observation"}


def test_an_observation_that_is_too_old_is_made_again() -> None:
    """On the last open day before the dose that needs it, and not while the one before still holds."""
    assert again(observed("84 day", "collection")) == {}
    assert again(observed("83 day", "collection")) == {"weight again": (55, "Wednesday")}
    assert again(observed("55 day", "collection")) == {"weight again": (27, "Wednesday")}
    assert again(observed("27 day", "collection")) == {
        "weight again 1": (-1, "Wednesday"), "weight again 2": (27, "Wednesday"), "weight again 3": (55, "Wednesday"),
    }  # fmt: skip
    assert again(observed("29 day", "collection")) == {"weight again": (27, "Wednesday")}
    assert again(observed("28 day", "collection")) == {
        "weight again 1": (27, "Wednesday"),
        "weight again 2": (55, "Wednesday"),
    }
    (taken,) = [e for e in observed("55 day", "collection").events if e.kind == "observation"]
    assert (taken.earliest, taken.latest) == (date(2026, 2, 13), date(2026, 4, 9))


def test_an_observation_that_nobody_needs_is_not_made_again() -> None:
    """A fixed dose needs no weight; a weight that is taken at each dose is never old."""
    assert again(observed("27 day", "collection", "1e6 cell")) == {}
    assert again(observed("0 day", "dose")) == {}


def test_an_observation_is_made_on_an_open_day() -> None:
    """The day before a Monday's dose is closed: Friday, if the weight then still holds, else the day of the dose."""
    days = {}
    for valid in ("2 day", "3 day"):
        text = f'[patient.weight]\nunit = "kg"\nat = "baseline"\nvalid = "{valid}"\n'
        rule = protocol(
            text
            + '[[arm]]\nname = "all"\ndoses = ["dose", "second"]\n[[route]]\nname = "iv"\ncells = "1e6 cell/kg"\n'
            + "\n".join([DAY_0, dose("second", 'day = "4 day"')]),
            base='schema = "protocol-1"\nname = "invented"\ndonor = "autologous"\n',
        )
        days[valid] = again(schedule(rule, baseline=THURSDAY))
    assert days == {"2 day": {"weight again": (4, "Monday")}, "3 day": {"weight again": (1, "Friday")}}


# ---- hours -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "days", "minutes", "message"),
    [
        ('least = "48 hour"', (2, 10**6), (2880, None), "not before 48 hours after dose: at the same hour or later"),
        ('least = "36 hour"', (2, 10**6), (2160, None), "not before 36 hours after dose"),
        ('most = "48 hour"', (0, 2), (None, 2880), "not later than 48 hours after dose: at the same hour or earlier"),
        ('most = "36 hour"', (0, 1), (None, 2160), "not later than 36 hours after dose"),
        ('is = "48 hour"', (2, 2), (2880, 2880), "48 hours after dose: at the same hour"),
        ('least = "2 day"', (2, 10**6), (None, None), None),
    ],
)  # fmt: skip
def test_hours_are_whole_days_and_the_clock_says_the_rest(
    after: str, days: tuple[int, int], minutes: tuple[int | None, int | None], message: str | None
) -> None:
    """At least so many hours takes the days that hold them, at most so many the days in them; minutes are kept."""
    rule = read(DAY_0, visit("check", f'after = {{ of = "dose", {after} }}'))
    (gap,) = course(rule).gaps
    assert (gap.least, gap.most) == days
    assert (gap.least_minutes, gap.most_minutes) == minutes
    found = schedule(rule, baseline="2026-03-10")  # a Tuesday, so that nothing moves
    assert [f.message for f in found.findings] == ([message] if message else [])
    assert found.fits


def test_the_clock_is_not_mentioned_where_any_hour_will_do() -> None:
    """Three days apart, two events are 48 hours apart at any hour."""
    rule = read(DAY_0, visit("check", 'day = "5 day"', 'after = { of = "dose", least = "48 hour" }'))
    assert not any(f.rule == "clock" for f in schedule(rule, baseline=THURSDAY).findings)


# ---- inpatients --------------------------------------------------------------------------------------------


def test_an_inpatient_has_no_weekend() -> None:
    """A stay from Thursday takes its days as they come, where an outpatient's visits cannot."""
    days = ('day = "0 day"', 'repeat = { every = "1 day", times = 4 }')
    outside = schedule(read(DAY_0, visit("day", *days)), baseline=THURSDAY)
    inside = schedule(read(DAY_0, visit("day", *days, "inpatient = true")), baseline=THURSDAY)
    assert [f.event for f in outside.findings] == ["day 3", "day 4"]
    assert inside.fits
    assert [e.inpatient for e in inside.events] == [False, True, True, True, True]
    holiday = schedule(
        read(dose("dose", 'day = "0 day"', "inpatient = true")), baseline="2026-03-02", holidays="KR"
    )
    assert holiday.fits


# ---- what moves with what ------------------------------------------------------------------------------------


def test_what_is_bound_to_an_event_moves_with_it() -> None:
    """Ties of any length, in both directions, but not by way of day 0; with the dose on day 0 everything moves."""
    rule = read(
        '[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = "20 day"',
        DAY_0,
        dose("second", 'day = "60 day"', 'window = "9 day"', 'after = { of = "lead", least = "2 day" }'),
        visit("lead", 'day = "55 day"', 'window = "9 day"', "repeats = true"),
        visit("check", 'after = { of = "second", is = "7 day" }'),
        visit("alone", 'day = "30 day"'),
        visit("early", 'after = { of = "baseline", is = "3 day" }'),
        doses='["dose", "second"]',
    )
    found = course(rule)
    together = {"lead", "second", "check", "collection 2"}
    for name in together:
        assert found.bound_to(name) == together - {name}
    assert found.bound_to("alone") == found.bound_to("early") == frozenset()
    assert found.bound_to("collection 1") == {"dose"}
    assert found.bound_to("dose") == {e.name for e in found.events} - {"dose"}
    assert {e.name for e in found.events if e.repeats} == {"lead"}


# ---- the ends of the calendar ----------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["1950-01-01", "2150-12-31"])
def test_the_ends_of_the_calendar_are_planned(mfg: Callable[..., Said], day: str) -> None:
    """Spacings without a limit do not lead out of it."""
    said = mfg(
        "schedule", "lenzumestrocel-phase3", "--arm", "five-dose", "--baseline", day, "--holidays", "KR"
    )
    assert said.status in (0, 1)
    rule = read('[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = { least = "20 day" }', DAY_0)
    (collection, _) = schedule(rule, baseline=day).events
    assert collection.earliest is None
    assert collection.latest is not None


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_beyond_the_calendar_is_refused(day: date) -> None:
    """However it is given."""
    with pytest.raises(Refused, match=r"baseline: '.*' is a year out of reach"):
        schedule(read(DAY_0), baseline=day)
