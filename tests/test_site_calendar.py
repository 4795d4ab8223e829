"""A course at a site: on which days, at which hours and where, against hours worked out by hand and a simulation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from attrs import evolve

import mfg as package
from mfg.calendar import DAY, Hours
from mfg.course.clock import settle_times
from mfg.course.pieces import Gap
from mfg.course.schedule import Schedule, schedule
from mfg.errors import Faults, Refused
from mfg.plan.compile import plan_of
from mfg.reader.library import builtin
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_scenario, load_site
from mfg.results.tables import tables_of
from mfg.scenario import Arrivals, Candidate
from mfg.simulation.replicate import replicate
from mfg.site import Site
from mfg.units import text
from tests.conftest import MINIMAL, Said, protocol

SCENARIOS = [name for name in builtin("scenario") if name != "lenzumestrocel-korea-today"]
THURSDAY = "2026-03-12"
ROUTE = """
[[route]]
name  = "intravenous"
cells = "1e6 cell"
"""


def at(site: Site, **how: Any) -> Schedule:
    """The course of the phase 2 trial at *site*."""
    return schedule(
        load_protocol("lenzumestrocel-phase2"), **{"baseline": THURSDAY, "arm": "msc", "site": site, **how}
    )


def seoul(*, clinic: str | list[str] | None = None, facility: str | None = None, **changes: Any) -> Site:
    """The built-in site with other hours of its clinic or its facility, or other *changes* of the facility."""
    site = load_site("seoul")
    (hospital,), (gmp,) = site.clinics.values(), site.facilities.values()
    if clinic is not None:
        hospital = evolve(hospital, hours=Hours.read(clinic))
    if facility is not None:
        gmp = evolve(gmp, hours=Hours.read(facility))
    return evolve(site, clinics={"hospital": hospital}, facilities={"gmp": evolve(gmp, **changes)})


def of(course: Schedule, name: str) -> Any:
    """One event of a course."""
    return next(event for event in course.events if event.name == name)


def test_the_hours_of_one_course_by_hand() -> None:
    """Seoul: 8:00, 3.5 + 2.5 h of preparing and an hour of driving is 15:00; the last hour before 18:00 begins at 17:00.

    A collection of an hour, 90 min of driving, 3 h of isolating and an hour of clearance end by 18:00.
    """
    site = load_site("seoul")
    works = {name: site.work[name].lasts for name in ("harvest", "formulate", "isolate")}
    assert {n: (text(w.least), text(w.likely), text(w.most)) for n, w in works.items()} == {  # type: ignore[arg-type]
        "harvest": ("2.5 hour", "3.5 hour", "5 hour"),
        "formulate": ("1.5 hour", "2.5 hour", "4 hour"),
        "isolate": ("2 hour", "3 hour", "4.5 hour"),
    }
    course = at(site)
    assert of(course, "dose 1").hours == ((time(15, 0), time(17, 0)),)
    assert of(course, "collection 1").hours == ((time(9, 0), time(11, 30)),)
    assert of(course, "CSF draw 1").hours == ((time(9, 0), time(17, 0)),)
    assert of(course, "V5").hours == ((time(9, 0), time(18, 0)),)
    assert (of(course, "dose 1").begins, of(course, "dose 1").minutes) == (time(15, 0), 60)
    assert (of(course, "V5").begins, of(course, "V5").minutes) == (None, None)
    assert {event.place for event in course.events} == {"hospital"}
    assert (course.site, course.clinic, course.facility) == ("seoul", "hospital", "gmp")


@pytest.mark.parametrize("name", SCENARIOS)
def test_hours_are_those_that_a_simulation_books_for_a_lone_patient(name: str) -> None:
    """Each built-in scenario, each of its clinics, no chance: doses and collections begin when the calendar says."""
    scenario = load_scenario(name, {"chance": "false"})
    arm = scenario.protocol.dosed_arms()[0].name
    for clinic in scenario.site.clinics:
        lone = Candidate("A", scenario.start, 70.0, 50.0, arm=arm, site=clinic)
        plan = plan_of(evolve(scenario, arrivals=Arrivals(patients=(lone,))))
        tables = tables_of(plan, *replicate(plan, 0))
        first = float(tables.doses["booked_day"].iloc[0])
        course = schedule(
            scenario.protocol,
            baseline=scenario.start + timedelta(days=int(first)),
            arm=arm,
            supply=scenario.supply,
            site=scenario.site,
            clinic=clinic,
            given=_known(scenario.protocol, tables),
        )
        doses = {e.name: e for e in course.events if e.kind == "dose"}
        for dose in tables.doses.itertuples():
            booked, planned = round(dose.booked_day * DAY), doses[str(dose.name)]
            assert planned.begins is not None
            assert scenario.start + timedelta(days=booked // DAY) == planned.date
            assert booked % DAY == planned.begins.hour * 60 + planned.begins.minute
        collected = tables.events[tables.events["activity"] == "collect"]["started_min"].to_numpy()
        collections = [e for e in course.events if e.kind == "collection"]
        for minute, planned in zip(collected[:1], collections, strict=False):
            assert planned.begins is not None
            assert minute % DAY == planned.begins.hour * 60 + planned.begins.minute


def _known(asking: Any, tables: Any) -> dict[str, str]:
    weighs = asking.patient.get("weight")
    return {} if weighs is None else {"weight": f"{tables.patients['weight_kg'].iloc[0]:g} kg"}


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("offset", range(0, 28, 4))
def test_the_hours_of_the_places_are_kept(name: str, offset: int) -> None:
    """At each built-in site, on any day 0: what has hours is open from its first to the end of its last appointment."""
    scenario = load_scenario(name)
    site = scenario.site
    day0 = date(2026, 4, 20) + timedelta(days=offset)
    for arm in scenario.protocol.arms:
        for clinic in site.clinics:
            course = schedule(scenario.protocol, baseline=day0, arm=arm.name, site=site, clinic=clinic)
            stuck = {finding.event for finding in course.findings if finding.level != "note"}
            assert course.facility is not None
            gmp = site.facilities[course.facility]
            for event in (e for e in course.events if e.date is not None):
                assert event.date is not None
                assert bool(event.hours) or event.name in stuck or event.kind == "observation"
                doors = site.clinics[clinic].hours.days[event.date.weekday()]
                for first, last in event.hours:
                    end = last.hour * 60 + last.minute + (event.minutes or 0)
                    assert any(o <= first.hour * 60 + first.minute and end <= c for o, c in doors)
                if event.hours and event.kind == "dose":
                    made = event.date - timedelta(days=gmp.formulate == "day before")
                    assert gmp.hours.days[made.weekday()]


def test_a_clinic_that_is_open_on_saturdays_has_them_and_one_that_is_closed_on_fridays_not() -> None:
    """The clinic's own weekdays count, and the advice names the days that keep everything off closed ones."""
    both = seoul(clinic="Mon-Sat 09:00-18:00", facility="Mon-Sat 08:00-18:00")
    untested = at(both, baseline="2026-03-14")
    (message,) = [f.message for f in untested.findings if f.event == "dose 1"]
    assert "qc, whose result it waits for" in message
    longer = {"qc": evolve(both.laboratories["qc"], hours=Hours.read("Mon-Sat 08:00-20:00"))}
    saturday = at(evolve(both, laboratories=longer), baseline="2026-03-14")
    assert of(saturday, "dose 1").hours
    short = at(seoul(clinic="Mon-Thu 09:00-18:00"), baseline="2026-03-13")
    (finding,) = [finding for finding in short.findings if finding.event == "dose 1"]
    assert (finding.level, finding.rule) == ("warning", "closed-day")
    assert finding.message == "falls on a Friday; day 0 on a Thursday would avoid it"


def test_holidays_are_those_of_the_site() -> None:
    """Corpus Christi closes a clinic in Bavaria; holidays are not given twice."""
    june = {"baseline": "2026-06-04"}
    germany, bavaria = (evolve(load_site("seoul"), holidays=where) for where in ("DE", "DE-BY"))
    assert of(at(germany, **june), "dose 1").hours
    assert "Corpus Christi" in next(f.message for f in at(bavaria, **june).findings if f.event == "dose 1")
    with pytest.raises(Refused, match="DE-BY"):
        at(bavaria, holidays="DE")


@pytest.mark.parametrize(
    ("site", "event", "words"),
    [
        (
            {"clinic": "Mon-Fri 09:00-15:00"},
            "dose 1",
            "its product can be at hospital from 15:00 to 05:00 on the next day, when it expires",
        ),
        (
            {"clinic": "Mon-Fri 14:00-18:00", "facility": "Mon-Thu 08:00-18:00"},
            "collection 1",
            "its marrow is at gmp at 16:30 at the earliest, isolating it takes 240 min, and gmp is open 08:00-18:00",
        ),
        (
            {"facility": "Fri 08:00-18:00"},
            "dose 1",
            "its product is made on that day, and gmp is closed then",
        ),
        (
            {"clinic": "Mon-Fri 09:00-09:30"},
            "CSF draw 1",
            "it takes 60 min, and hospital is open 09:00-09:30",
        ),
        (
            {"facility": "Mon-Fri 08:00-12:00"},
            "dose 1",
            "preparing its product takes 420 min, and gmp is open for 240 min",
        ),
    ],
)
def test_where_there_is_no_hour_it_is_said_why(site: dict[str, str], event: str, words: str) -> None:
    """An error in plain words: what takes how long, and who is open when."""
    course = at(seoul(**site))
    (found,) = [one for one in course.findings if one.event == event]
    assert (found.level, found.rule) == ("error", "no-hour")
    assert words in found.message
    assert (course.fits, of(course, event).hours, of(course, event).begins) == (False, (), None)


def test_marrow_that_keeps_is_isolated_on_the_next_day() -> None:
    """After a long way: from as late as it keeps, to as late as it is isolated before closing."""
    site = seoul(clinic="Mon-Fri 13:00-20:00")
    course = at(site)
    assert of(course, "collection 1").hours == ((time(13, 0), time(19, 0)),)
    friday = at(site, baseline="2026-03-13")
    assert "collection 1" in {f.event for f in friday.findings if f.rule == "no-hour"}


def test_a_product_of_the_day_before_is_given_until_it_expires() -> None:
    """Made by 18:00 less the clearance and kept for 12 hours, it is given by five the next morning."""
    course = at(seoul(clinic="Mon-Fri 04:00-18:00", formulate="day before"))
    dose = of(course, "dose 1")
    assert dose.hours == ((time(4, 0), time(5, 0)),)
    monday = at(seoul(clinic="Mon-Fri 04:00-18:00", formulate="day before"), baseline="2026-03-16")
    assert "the day before" in next(f.message for f in monday.findings if f.event == "dose 1")


def test_a_site_with_several_clinics_asks_for_one() -> None:
    """The clinic decides the facility: the nearest; another name is refused, and a clinic of no site too."""
    nurown, site = load_protocol("nurown-phase2"), load_site("united-states")
    near = {
        clinic: schedule(nurown, baseline=THURSDAY, arm="active", site=site, clinic=clinic).facility
        for clinic in site.clinics
    }
    assert near == {"boston": "east", "worcester": "east", "rochester": "midwest"}
    for clinic in (None, "bostn"):
        with pytest.raises(Refused, match="boston"):
            schedule(nurown, baseline=THURSDAY, arm="active", site=site, clinic=clinic)
    with pytest.raises(Refused, match="give its `site` too"):
        schedule(nurown, baseline=THURSDAY, arm="active", clinic="boston")


def test_a_site_that_lacks_what_the_recipe_needs_is_refused() -> None:
    """Everything that is missing, at once."""
    with pytest.raises(Faults) as found:
        at(load_site("tohoku"))
    lacking = {fault.where if fault.given is None else fault.given for fault in found.value.faults}
    assert {"work.collect", "work.draw", "work.isolate", "clinic to facility"} <= lacking


@pytest.mark.parametrize(
    ("gaps", "begins", "broken"),
    [
        ([], {"a": 540, "b": 540, "c": 600}, 0),
        ([Gap("a", "b", 1, 1, least_minutes=1440 + 31)], {"a": 540, "b": 600, "c": 600}, 0),
        (
            [Gap("a", "b", 1, 1, most_minutes=1440 - 60), Gap("a", "c", 1, 1, 1440)],
            {"a": 600, "b": 540, "c": 600},
            0,
        ),
        ([Gap("a", "b", 1, 1, 1440 + 30), Gap("b", "c", 0, 0, 45)], {"a": 540, "b": 570, "c": 630}, 0),
        ([Gap("a", "b", 1, 1, 1440 + 200)], {"a": 540, "b": 780, "c": 600}, 0),
        ([Gap("a", "b", 1, 1, 1440 + 600)], {"a": 540, "b": 540, "c": 600}, 1),
    ],
)
def test_spacings_in_hours_choose_the_earliest_hours(
    gaps: list[Gap], begins: dict[str, int], broken: int
) -> None:
    """Both ends of a spacing hold by the clock, over midnights, in slots and lunch breaks; what cannot be is told."""
    hours = {"a": [(540, 900)], "b": [(540, 660), (780, 900)], "c": [(600, 900)]}
    found = settle_times({"a": 0, "b": 1, "c": 1}, hours, gaps, 30)
    assert (found[0], len(found[1])) == (begins, broken)


@pytest.mark.parametrize(
    ("friday", "begins", "told"),
    [
        ("09:00-18:00", (time(9, 0), time(9, 0)), []),
        ("11:00-18:00", (time(11, 0), time(11, 0)), []),
        (
            "15:00-18:00",
            None,
            ["has no hour that is not before 24 hours and not later than 24 hours after dose 1"],
        ),
    ],
)
def test_a_spacing_in_hours_is_kept_at_a_site(
    friday: str, begins: tuple[time, time] | None, told: list[str]
) -> None:
    """Exactly 24 hours after a dose that can begin from 9 to 14: the dose waits as long as it takes, and no longer."""
    text = f"{MINIMAL}{ROUTE}[[visit]]\nname = 'V1'\nafter = {{ of = 'dose 1', is = '24 hour' }}\n"
    site = seoul(clinic=["Thu 09:00-15:00", f"Fri {friday}"])
    course = schedule(protocol("", base=text), baseline=THURSDAY, site=site)
    assert [finding.message for finding in course.findings if finding.rule == "no-hour"] == told
    assert course.fits is not bool(told)
    if begins is not None:
        assert (of(course, "dose 1").begins, of(course, "V1").begins) == begins


def test_the_command_shows_hours_and_places(mfg: Callable[..., Said]) -> None:
    """In the table, and in JSON as times of day; the same as in Python."""
    asked = ("schedule", "lenzumestrocel-phase2", "--arm", "msc", "--baseline", THURSDAY, "--site", "seoul")
    shown = mfg(*asked, "--patient", "P01")
    assert shown.status == 0
    assert "P01" in shown.out.splitlines()[0]
    (line,) = [line for line in shown.out.splitlines() if line.endswith("dose 1")]
    assert line.split()[3:6] == ["15:00-16:00", "15:00-17:00", "hospital"]
    told = mfg(*asked, "--json").json
    (dose,) = [event for event in told["events"] if event["name"] == "dose 1"]
    assert (dose["begins"], dose["minutes"], dose["hours"], dose["place"]) == (
        "15:00",
        60,
        [["15:00", "17:00"]],
        "hospital",
    )
    assert (told["site"], told["clinic"], told["facility"], told["patient"]) == (
        "seoul",
        "hospital",
        "gmp",
        None,
    )
    assert mfg(*asked, "--holidays", "KR").status == 2
    assert package.load_site("seoul") == load_site("seoul")
