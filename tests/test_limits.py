"""What limits a site is named: one thing is short, it is what is named first, and one more of it helps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from benchmarks.steps import counted
from mfg.calendar import Hours
from mfg.cli.limits import verdict
from mfg.cli.run_view import what_limits
from mfg.log import limits
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import Tables, tables_of
from mfg.scenario import Scenario
from mfg.simulation import foreseeing, recording
from mfg.simulation.cohort import cohort_of
from mfg.simulation.recording import moves
from mfg.simulation.replicate import replicate
from mfg.simulation.unit import Unit
from mfg.study.cures import cures_of, less_of
from mfg.study.holm import MeanDifference
from mfg.study.limits import ON_TIME, WAIT, Bottlenecks, TriedChange, limits_of
from mfg.study.study import Execution, Study
from mfg.study.variants import AS_IT_IS, Variant
from mfg.study.waits import Counted, days_waited, tally_of
from mfg.study.waits import sum_up as summed
from tests.conftest import Said
from tests.plain import plain
from tests.small_unit import BANK, MONDAY, ONE_DOSE, Changes, done, people, run, scenario
from tests.test_progress import LOT


def refusals_in(tables: Tables) -> Counted:
    """What refused days in one replication, and what was waited for."""
    return summed([tally_of(plain(tables).events)], 1)


COMING: Changes = {
    **ONE_DOSE,
    "chance": True,
    "horizon": "26 week",
    "arrivals": {"rate": "6 / week"},
    "site.facility.gmp.incubator": "2000 flask",
    "site.facility.gmp.suites": 6,
    "site.facility.gmp.operators": 12,
    "site.laboratory.qc.benches": 6,
    "site.clinic.hospital.rooms": 4,
    "site.clinic.hospital.beds": 12,
}
SHORT: dict[str, tuple[str, str, Changes]] = {
    "beds": (WAIT, "hospital.beds", {"site.clinic.hospital.beds": 1}),
    "rooms": (
        WAIT,
        "hospital.rooms",
        {
            "site.clinic.hospital.rooms": 1,
            "site.work.administer.booked": "3 hour",
            "site.work.collect.booked": "3 hour",
        },
    ),
    "clinic hours": (
        WAIT,
        "hospital.hours",
        {"site.clinic.hospital.hours": ["Mon 09:00-18:00", "Tue-Fri 09:00-15:00"]},
    ),
    "starts": (WAIT, "gmp.starts", {"site.facility.gmp.starts": 1}),
    "fills": (WAIT, "gmp.fills", {"site.facility.gmp.fills": 1}),
    "suites": (WAIT, "gmp.crews", {"site.facility.gmp.suites": 1}),
    "operators": (WAIT, "gmp.crews", {"site.facility.gmp.operators": 3}),
    "incubator": (WAIT, "gmp.incubator", {"site.facility.gmp.incubator": "230 flask"}),
    "benches": (ON_TIME, "qc.benches", {"site.laboratory.qc.benches": 1, "arrivals": {"rate": "2.5 / week"}}),
    "freezers": (
        ON_TIME,
        "gmp.freezers",
        {
            **{key: value for key, value in BANK.items() if key != "protocol"},
            "protocol": "lenzumestrocel-phase3",
            "site.facility.gmp.incubator": "4000 flask",
            "site.facility.gmp.storage": 4000,
            "site.work.cryopreserve.lasts": "6 hour",
            "arrivals": {"rate": "6 / week"},
        },
    ),
}


def found_in(one: Scenario, replications: int = 4) -> Bottlenecks:
    """What limits a loaded scenario."""
    study = Study.of(one, (Variant(AS_IT_IS, {}),), None)
    return limits_of(study, replications=replications, execution=Execution())


def short_of(name: str) -> Bottlenecks:
    """What limits the ample unit that is short of one thing."""
    _, _, changes = SHORT[name]
    return found_in(scenario(COMING, changes), replications=6 if name in SIX else 4)


SIX = (
    "benches",
    "freezers",
)  # replications, in which punctuality differs from one to the next by as much as a half
QUICK = ("starts", "fills", "benches")


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in SHORT]
)
def test_what_is_short_is_named_first_and_one_more_of_it_helps(name: str) -> None:
    """One more of the limit, or of its bundle, shortens the wait or mends punctuality; the interval leaves out nought."""
    figure, limit, _ = SHORT[name]
    found = short_of(name)
    assert found.first(figure) == limit
    best = next(one for one in found.effects if one.limit == limit)
    gap = best.gaps[figure]
    assert gap.high < 0 if figure == WAIT else gap.low > 0


def test_a_lot_that_waits_for_the_freezer_says_so() -> None:
    """It cannot be sampled before: that its result is not back is not what its dose is put off for."""
    short, ample = (
        done(
            run(COMING, SHORT["freezers"][2], {"horizon": "13 week", "site.facility.gmp.freezers": n}),
            "await",
        )
        for n in (1, 2)
    )
    causes = short["outcome"].value_counts()
    assert causes["gmp.freezers"] > 10
    assert "gmp.freezers" not in set(ample["outcome"])


def test_a_unit_that_keeps_up_has_no_limit() -> None:
    """Nothing is named where nobody waits longer than the course allows by more than the weekend."""
    found = found_in(scenario(COMING, {"arrivals": {"every": "2 week"}, "site.facility.gmp.fills": 2}))
    assert found.counted.first is None
    assert found.first(WAIT) is None
    assert "gmp.fills=1" in {one.words for one in found.effects}


def test_one_less_of_each_limit_of_the_policy_is_tried() -> None:
    """Where there is more than one; less than one cannot be."""
    one = scenario(ONE_DOSE, {"site.facility.gmp.starts": 3, "site.facility.gmp.fills": 1})
    (less,) = less_of(one)
    assert (less.limit, less.words) == ("gmp.starts", "gmp.starts=2")
    assert less.scenario.site.facilities["gmp"].starts == 2


def test_what_makes_patients_wait_mends_no_punctuality() -> None:
    """Fewer who are booked are more on time; such a change is not named, nor is one that was not tried to the end."""
    longer, shorter = (
        MeanDifference(5.0, 4.0, 6.0, told_apart=True, n=10),
        MeanDifference(0.1, 0.05, 0.15, told_apart=True, n=10),
    )
    none = MeanDifference(0.0, -1.0, 1.0, told_apart=False, n=10)
    effects = [
        TriedChange("gmp.fills", "gmp.fills=1", {WAIT: longer, ON_TIME: shorter}, proven=True),
        TriedChange("gmp.starts", "gmp.starts=1", {WAIT: none, ON_TIME: shorter}, proven=False),
    ]
    counted = Counted(0.0, {}, {}, {})
    assert Bottlenecks("one", 10, 1, counted, {}, tuple(effects)).first(ON_TIME) is None
    mends = TriedChange("qc.benches", "qc.benches=3", {WAIT: none, ON_TIME: shorter}, proven=True)
    assert Bottlenecks("one", 10, 1, counted, {}, (*effects, mends)).first(ON_TIME) == "qc.benches"


@pytest.mark.parametrize(
    ("shut", "suites", "said"),
    [
        (-3.0, -1.0, "first, other days of the week apart: gmp.crews; gmp.suites=2: -1.0 (-1.1 to -0.9) days of waiting"),
        (-0.5, -1.0, "first: gmp.crews; gmp.suites=2: -1.0 (-1.1 to -0.9) days of waiting"),
        (-3.0, 1.0, "no place limits it; only other days of the week are shown to help; open on Sat: -3.0 (-3.1 to -2.9) days of waiting"),
        (3.0, 1.0, "nothing that was tried is shown to help"),
    ],
)  # fmt: skip
def test_a_verdict_does_not_hide_that_other_days_help(shut: float, suites: float, said: str) -> None:
    """A closed day is no limit of one place; where it is all that helps, or helps more, that is said."""
    effects = tuple(
        TriedChange(
            limit,
            words,
            {WAIT: MeanDifference(mean, mean - 0.1, mean + 0.1, told_apart=True, n=9)},
            proven=True,
        )
        for limit, words, mean in (
            (limits.CLOSED, "open on Sat", shut),
            ("gmp.crews", "gmp.suites=2", suites),
        )
    )
    assert verdict(Bottlenecks("one", 10, 1, Counted(9.0, {}, {}, {}), {}, effects), WAIT) == said


@pytest.mark.parametrize(
    ("later", "days", "said"),
    [
        (8.0, {"gmp.crews": 3.0, limits.CLOSED: 5.0}, "gmp.crews, which alone cost 3.0 of the 8.0 days that a patient is booked later than the course allows"),
        (8.0, {limits.HOLIDAYS: 1.0, limits.CLOSED: 5.0}, "no place; days of the week, on which places are closed, alone cost 5.0 of the 8.0 days that a patient is booked later than the course allows"),
        (9.0, {"gmp.crews": 2.0, limits.CLOSED: 2.0}, "no one thing; a patient is booked 9.0 days later than the course allows"),
        (0.4, {limits.CLOSED: 0.4}, "no one thing; a patient is booked 0.4 days later than the course allows"),
        (0.04, {}, "nothing; patients are booked as early as the course allows"),
    ],
)  # fmt: skip
def test_a_run_says_what_cost_most_days(later: float, days: dict[str, float], said: str) -> None:
    """A place that cost a quarter of them, else the calendar that did, else that it was no one thing."""
    assert what_limits(Counted(later, days, {}, {})) == said


@pytest.mark.long
def test_what_limits_shows_only_when_it_is_asked_for_again_after_the_first_is_cured() -> None:
    """One bed hides that only one dose is filled a day; with beds enough that is named."""
    short: Changes = {"site.facility.gmp.fills": 1}
    hidden = found_in(scenario(COMING, short, {"site.clinic.hospital.beds": 1}))
    assert hidden.first(WAIT) == "hospital.beds"
    assert found_in(scenario(COMING, short)).first(WAIT) == "gmp.fills"


def test_open_on_saturdays_changes_the_wait() -> None:
    """Where clinic, facility and laboratory are all open on Saturdays, patients are booked then."""
    longer = {
        "hospital.hours": "Mon-Sat 09:00-18:00",
        "gmp.hours": "Mon-Sat 08:00-18:00",
        "qc.hours": "Mon-Sat 08:00-20:00",
    }
    waits = []
    for settings in ({}, longer):
        plan = plan_of(load_scenario("lenzumestrocel-korea", settings))
        waits.append(days_waited(tables_of(plan, *replicate(plan, 0)).patients).mean())
    assert waits[1] < waits[0] - 1


def test_a_laboratory_that_is_shut_is_foreseen() -> None:
    """No dose is booked for a day on which its product would expire before the laboratory can test it."""
    longer = {"hospital.hours": "Mon-Sat 09:00-18:00", "gmp.hours": "Mon-Sat 08:00-18:00"}
    plan = plan_of(load_scenario("lenzumestrocel-korea", {**longer, "horizon": "52 week"}))
    tables = tables_of(plan, *replicate(plan, 0))
    assert (tables.doses["outcome"] != "expired").all()
    assert "qc.expiry" in refusals_in(tables).days


def test_a_laboratory_that_is_shut_has_a_cure() -> None:
    """It is opened on the days on which something is made and nothing can be tested."""
    hours = {"gmp.hours": "Mon-Sat 08:00-18:00", "qc.hours": "Mon-Fri 08:00-20:00"}
    one = load_scenario("lenzumestrocel-korea", hours)
    cures = {
        cure.words: cure.scenario.site.laboratories["qc"].hours for cure in cures_of(one, "qc.expiry", 1, 1)
    }
    assert list(cures) == ["qc.hours +1 hour", "qc open on Sat"]
    assert cures["qc open on Sat"] == Hours.read("Mon-Sat 08:00-20:00")


def test_a_clinic_open_on_saturdays_is_compared(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """The hours of one place are varied, with those of the others set: patients wait less."""
    also = ("gmp.hours=Mon-Sat 08:00-18:00", "qc.hours=Mon-Sat 08:00-20:00", "horizon=40 week")
    settings = [word for one in also for word in ("--set", one)]
    vary = ("--vary", "hospital.hours=Mon-Fri 09:00-18:00,Mon-Sat 09:00-18:00")
    figure = ("--figure", "referral_to_dose_median", "--json", "-o", tmp_path / "out")
    said = mfg("compare", "lenzumestrocel-korea", *vary, *settings, *figure, "-n", 2, "--workers", 1)
    gap = next(one for one in said.json["differences"] if one["figure"] == "referral_to_dose_median")
    assert gap["mean"] < -1


def test_a_way_that_is_too_long_is_named() -> None:
    """Where an hour more of the clinic would not do, and the product would be in time if its way took none."""
    hours = {"site.clinic.hospital.hours": ["Mon 09:00-22:00", "Tue-Fri 09:00-16:00"]}
    refused = {
        hour: refusals_in(run(ONE_DOSE, hours, {"site.leg.facility to clinic.lasts": f"{hour} hour"}))
        for hour in (2, 5)
    }
    assert "hospital.hours" in refused[2].days
    assert "hospital.way" in refused[5].days


def test_a_lot_in_progress_says_what_refused_its_dose() -> None:
    """Its dose was planned for a Saturday, and is booked on the Tuesday: the facility works for it on the day before."""
    tables = run(ONE_DOSE, lots=[evolve(LOT, dose_on=MONDAY + timedelta(days=12))])
    assert tables.doses["booked_day"].astype(int).tolist() == [15]
    assert refusals_in(tables).again == {"days of the week": 3}


def test_what_cannot_be_moved_says_what_refused_it() -> None:
    """All beds are taken for years: there is no other day, and it is beds that are wanting."""
    plan = plan_of(scenario(ONE_DOSE, patients=people(1)))
    (patient,), luck = cohort_of(plan, 0)
    unit = Unit(plan, luck)
    patient.subject = unit.log.subject(0)
    unit.assign(patient, 0)
    found = unit.booking.book(patient, 0)
    assert found is not None
    beds = unit.books.beds[0]
    assert beds is not None
    unit.books.cancel(patient, found[1])
    beds.taken[:] = bytes([beds.capacity]) * len(beds.taken)
    dose = [one for one in found[1] if one.event.kind == "dose"]
    assert moves(unit, patient, dose, {}) is None
    refused = refusals_in(tables_of(plan, unit.log.columns(), [patient.name]))
    assert "hospital.beds" in refused.again


def test_writing_down_what_refused_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most a tenth more steps of the interpreter than without, in half a year of the built-in site in Korea."""
    half = {"horizon": "26 week", "warm_up": "0 week"}
    plan = plan_of(load_scenario("lenzumestrocel-korea", half))
    replicate(plan, 0)
    written = counted(lambda: replicate(plan, 0)).total()
    monkeypatch.setattr(recording, "asked", lambda _: False)
    monkeypatch.setattr(foreseeing, "what_holds", lambda *_: limits.GROWTH)
    without = counted(lambda: replicate(plan, 0)).total()
    assert without < written < 1.1 * without
