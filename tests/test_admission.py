"""Who comes into which arm, and when: arms that are filled in order, the time between subjects, eligibility."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from mfg.errors import Faults
from mfg.scenario import Candidate, InProgress
from mfg.scenario.check import faults_of
from mfg.simulation.compile import plan_of
from mfg.simulation.replicate import replicate
from mfg.tables import Tables, tables_of
from tests.small_unit import MONDAY, ONE_DOSE, Changes, done, run, scenario

DAY = timedelta(days=1)


def arms(*sizes: int) -> list[dict[str, Any]]:
    """So many cohorts of one dose of cells."""
    return [{"name": f"cohort {n}", "doses": ["dose 1"], "size": size} for n, size in enumerate(sizes, 1)]


IN_ORDER: Changes = {
    **ONE_DOSE,
    "protocol.allocation": {"how": "in order"},
    "protocol.arm": arms(2, 3),
}


def comers(count: int, days: int = 1, **more: Any) -> list[Candidate]:
    """So many patients, one every so many days: A, B, C and so on."""
    return [Candidate(chr(ord("A") + n), MONDAY + DAY * days * n, 60.0, **more) for n in range(count)]


def test_arms_are_filled_one_after_the_other() -> None:
    """Each with exactly its size, in order of arrival; who comes when all are full has an ending of its own."""
    tables = run(IN_ORDER, patients=comers(7))
    assert list(tables.patients["arm"]) == ["cohort 1"] * 2 + ["cohort 2"] * 3 + [""] * 2
    assert list(tables.patients["ending"]) == ["completed"] * 5 + ["no place in a cohort"] * 2
    assert tables.doses.groupby("patient")["given"].sum().sum() == 5


def test_the_order_is_that_of_arrival_and_not_of_the_list() -> None:
    """The one who came first has the first place, wherever the list names that patient."""
    tables = run(IN_ORDER, {"protocol.arm": arms(1, 3)}, patients=comers(3)[::-1])
    assert dict(zip(tables.patients["patient"], tables.patients["arm"], strict=True))["A"] == "cohort 1"


def test_who_is_not_eligible_takes_no_place() -> None:
    """Of many who come, some of them not eligible, exactly as many are in each arm as it has places."""
    changes = {"arrivals": {"every": "1 day"}, "population.leaves.ineligible": "50 %", "chance": True}
    tables = run(IN_ORDER, changes)
    patients = tables.patients
    came = patients[patients["ending"] != "not eligible"]
    assert list(came["arm"]) == ["cohort 1"] * 2 + ["cohort 2"] * 3 + [""] * (len(came) - 5)
    assert 5 < len(came) < len(patients)


def test_who_leaves_keeps_the_place() -> None:
    """Everybody withdraws, and the arms are full nevertheless."""
    tables = run(IN_ORDER, {"population.leaves.withdraw": "100 %/month"}, patients=comers(6))
    assert list(tables.patients["ending"]) == ["withdrew"] * 5 + ["no place in a cohort"]


STAGGER: Changes = {"protocol.allocation.stagger": {"subjects": "7 day", "cohorts": "28 day"}}


def first_days(tables: Tables) -> list[float]:
    """The day of the first dose of each patient who had one, in order of arrival."""
    first = tables.patients["first_dose_day"].dropna()
    return [int(day) for day in first]


@pytest.mark.parametrize(
    ("stagger", "days"),
    [
        # arrival on day 0, 1, 2 ...; a collection on the next day at the earliest; the dose 28 days after it
        ({"subjects": "7 day", "cohorts": "28 day"}, [29, 36, 36 + 28, 36 + 35, 36 + 42]),
        ({"subjects": "1 week"}, [29, 36, 43, 50, 57]),
        ({"cohorts": "4 week"}, [29, 30, 30 + 28]),
    ],
)
def test_a_course_is_booked_so_that_the_stagger_is_kept(stagger: dict[str, str], days: list[int]) -> None:
    """Worked by hand: all on a Tuesday or a Wednesday, and nothing has to be put off."""
    tables = run(IN_ORDER, {"protocol.allocation.stagger": stagger}, patients=comers(len(days)))
    assert first_days(tables) == days
    assert set(done(tables, "book")["outcome"]) == {"done"}


UNLIKE: Changes = {  # the first subject's cells are too few, however often they are collected; the second one's are not
    **STAGGER,
    "protocol.arm": arms(1, 1),
    "protocol.allocation.stagger": {"subjects": "7 day"},
    "protocol.route.intrathecal.container": {"kind": "bag", "holds": "500 mL"},
    "protocol.route.intrathecal.cells": [
        {"when": {"arm": "cohort 1"}, "is": "2e9 cell"},
        {"when": {"arm": "cohort 2"}, "is": "60e6 cell"},
    ],
    "site.facility.gmp.incubator": "4000 flask",
}


def test_a_subject_waits_while_the_one_before_begins_again() -> None:
    """The first one is collected again on day 30, so that the second, whose cells are ready, is put off to a week later."""
    tables = run(IN_ORDER, UNLIKE, patients=comers(2))
    booked = done(tables, "book")
    again = booked[booked["outcome"] == "lot lost"]
    waits = booked[booked["outcome"] == "stagger"]
    assert list(again["patient"]) == ["A"]
    assert list(waits["patient"]) == ["B"]
    assert (
        dict(tables.patients[["patient", "vehicle_draws"]].to_numpy())["B"] == 1
    )  # put off before it is drawn
    (given,) = first_days(tables)
    assert given == int(waits["value"].iloc[0] / 1440) >= int(again["value"].iloc[0] / 1440) + 7 > 36


def test_who_will_have_no_dose_holds_nobody_up() -> None:
    """The first one's way ends on the day of the dose: the second one is given as was booked, a week later."""
    tables = run(IN_ORDER, UNLIKE, {"policy.recollect": 0}, patients=comers(2))
    assert list(tables.patients["ending"]) == ["too few cells", "completed"]
    assert first_days(tables) == [36]
    control = [{"name": "control", "doses": [], "size": 2}, *arms(1)]
    assert first_days(run(IN_ORDER, STAGGER, {"protocol.arm": control}, patients=comers(3))) == [31]


def test_a_sham_counts_like_a_dose_and_waits_like_one() -> None:
    """A cohort of shams between two of cells: a week lies between all of them."""
    sham = {
        "protocol.treatment": [
            {"name": "cells", "kind": "product", "collected": True, "drawn": True},
            {"name": "sham", "kind": "sham", "collected": False},
        ],
        "protocol.arm": [{**arm, "treatment": name} for arm, name in zip(arms(1, 1, 1), SHAM, strict=True)],
        "protocol.allocation.stagger": {"subjects": "7 day"},
    }
    assert first_days(run(IN_ORDER, sham, patients=comers(3))) == [29, 36, 43]
    late = {**UNLIKE, **sham, "protocol.route.intrathecal.treatment": "cells"}
    late["protocol.route.intrathecal.cells"] = [
        {"when": {"arm": "cohort 1"}, "is": "2e9 cell"},
        {"when": {"arm": ["cohort 2", "cohort 3"]}, "is": "60e6 cell"},
    ]
    tables = run(IN_ORDER, late, patients=comers(3))
    assert set(done(tables, "book").query("outcome == 'stagger'")["patient"]) == {"B", "C"}


SHAM = ("cells", "sham", "cells")
CHANCES: Changes = {
    "chance": True,
    "population": "als-korea",
    "site": "seoul",
    "protocol.arm": arms(3, 4, 5),
    "horizon": "26 week",
    "population.leaves": {"withdraw": "10 %/month", "die": "2 %/month"},
}


DAY_BEFORE: Changes = {
    "site.facility.gmp.formulate": "day before",
    "site.leg.facility to clinic.excursion": "30 %",
    "protocol.step.formulate.use_within": "48 hour",
}


@pytest.mark.parametrize(
    ("subjects", "cohorts", "every", "made"), [(7, 28, 3, {}), (1, 2, 1, {}), (1, 2, 1, DAY_BEFORE)]
)
def test_what_is_given_never_breaks_the_stagger(
    subjects: int, cohorts: int, every: int, made: Changes
) -> None:
    """Whoever is late, lost or gone: so many days lie between consecutive first doses, and between two cohorts."""
    stagger = {"subjects": f"{subjects} day", "cohorts": f"{cohorts} day"}
    spread = {"protocol.allocation.stagger": stagger, "arrivals": {"every": f"{every} day"}}
    plan = plan_of(scenario(IN_ORDER, CHANCES, spread, made))
    put_off = 0
    for replication in range(20):
        tables = tables_of(plan, *replicate(plan, replication))
        given = tables.patients.dropna(subset="first_dose_day")
        days, arm = first_days(tables), list(given["arm"])
        for n in range(1, len(days)):
            assert days[n] - days[n - 1] >= (subjects if arm[n] == arm[n - 1] else cohorts)
        assert set(given["ending"]) <= {"completed", "died", "withdrew"}
        put_off += int((done(tables, "book")["outcome"] == "stagger").sum())
    assert put_off > 20


def test_doses_without_an_appointment_keep_the_stagger_too() -> None:
    """At a walk-in clinic whose lots are released whenever they are: the next one waits with its cells."""
    clinic = {part: f"../second_opinion/{part}.toml" for part in ("protocol", "site", "population")}
    subjects = {
        "protocol.arm": [{"name": "all", "doses": ["dose"], "size": 12}],
        "protocol.allocation": {"how": "in order", "stagger": {"subjects": "3 day"}},
        "protocol.release": [],
        "chance": True,
        "arrivals": {"every": "1 day"},
    }
    days = first_days(run(clinic, subjects))
    assert len(days) > 6
    assert all(later - earlier >= 3 for earlier, later in pairwise(days))
    assert min(later - earlier for earlier, later in pairwise(days)) == 3


AT_RATIO: Changes = {**ONE_DOSE, "protocol.arm": [{"name": "msc", "doses": ["dose 1"], "ratio": 1}]}
NO_VISIT: Changes = {"protocol.visit": []}
FLOATING: Changes = {
    "protocol.dose": [{"name": "dose 1", "after": {"of": "release", "is": "0 day"}}],
    "protocol.visit": [],
    "protocol.step.formulate.drawn": None,
    "protocol.step.formulate.draw": None,
}
NO_DOSE: Changes = {
    "protocol.arm": [{"name": "msc", "doses": [], "ratio": 1}],
    "protocol.visit": [*ONE_DOSE["protocol.visit"], {"name": "V5", "day": "7 day"}],
}


@pytest.mark.parametrize(
    ("at", "changes", "event"),
    [
        (None, {}, "arrive"),
        ("screening", {}, "visit"),
        ("screening", NO_VISIT, "arrive"),
        ("screening", FLOATING, "arrive"),
        ("V1", {}, "visit"),
        ("baseline", {}, "administer"),
        ("baseline", NO_VISIT, "administer"),
        ("baseline", FLOATING, "administer"),
    ],
)
def test_an_arm_is_allocated_at_its_event(at: str | None, changes: Changes, event: str) -> None:
    """At the screening, where there is one, with the dose on day 0, or at a visit; the log has it at that minute."""
    tables = run(AT_RATIO, {"protocol.allocation": {"how": "ratio", "at": at}}, changes)
    (allocated,) = done(tables, "allocate").itertuples()
    assert allocated.outcome == "msc"
    (then,) = done(tables, event).itertuples()
    assert allocated.started_min == then.started_min
    assert list(tables.patients["arm"]) == ["msc"]


def test_without_a_dose_the_baseline_is_day_0() -> None:
    """Four weeks after the screening, in the morning; and a course of nothing has no other time than now."""
    baseline = {"protocol.allocation": {"how": "ratio", "at": "baseline"}}
    (allocated,) = done(run(AT_RATIO, NO_DOSE, baseline), "allocate").itertuples()
    assert allocated.started_min == 28 * 1440 + 9 * 60
    (alone,) = done(run(AT_RATIO, NO_DOSE, NO_VISIT, baseline), "allocate").itertuples()
    assert alone.started_min == 0


def test_who_left_before_the_event_was_never_allocated() -> None:
    """A dose that is not given, a day 0 that is not reached: the patient has no arm."""
    baseline = {
        "protocol.allocation": {"how": "ratio", "at": "baseline"},
        "population.leaves.die": "100 %/month",
    }
    for changes in ({}, NO_DOSE):
        tables = run(AT_RATIO, baseline, changes)
        assert list(tables.patients["ending"]) == ["died"]
        assert list(tables.patients["arm"]) == [""]


WRONG: list[tuple[Changes, str]] = [
    (
        {"protocol.arm": [{"name": "all", "doses": ["dose 1"]}]},
        "arm.all: is filled in order and does not say with how many patients; give size = 3, and no ratio",
    ),
    (
        {"protocol.arm": [{"name": "all", "doses": ["dose 1"], "size": 2, "ratio": 1}]},
        "arm.all: 'ratio 1' is filled in order and does not say with how many patients",
    ),
    (
        {"protocol.allocation.block": 4},
        "allocation.block: '4' has nothing to divide; arms that are filled in order are not drawn: leave it out",
    ),
    ({"protocol.allocation.strata": ["site"]}, "allocation.strata: 'site' has nothing to divide"),
    (
        {"protocol.allocation": {"how": "ratio", "strata": ["moon"]}},
        "allocation.strata: 'moon' is neither site nor a covariate of words; use one of site",
    ),
    (
        {"protocol.allocation": {"how": "ratio", "strata": ["weight"]}},
        "allocation.strata: 'weight' is neither site nor a covariate of words",
    ),
    (
        {"protocol.allocation": {"how": "ratio", "stagger": {"subjects": "7 day"}}},
        'allocation.stagger: has no order of subjects; give how = "in order", or leave it out',
    ),
    (
        {"protocol.allocation.stagger": {}},
        "allocation.stagger: says no time; give subjects, cohorts, or both",
    ),
    (
        {"protocol.allocation.stagger": {"subjects": "0 day"}},
        "allocation.stagger.subjects: '0 day' is no wait; leave it out",
    ),
    (
        {
            "protocol.arm": arms(1, 1),
            "protocol.allocation.at": "V2",
            "protocol.visit": [
                {"name": "V2", "day": [{"is": "1 day"}], "when": {"arm": "cohort 2"}},
            ],
        },
        "allocation.at: 'V2' is no visit of the arm cohort 1; name one of all arms",
    ),
    (
        {
            "protocol.allocation.at": "V2",
            "protocol.visit": [{"name": "V2", "after": {"of": "release", "is": "1 day"}}],
        },
        "allocation.at: 'V2' has no day of its own; name an event that is planned",
    ),
    ({"protocol.allocation.at": "V7"}, "allocation.at: 'V7' is no event; use one of V1, baseline, screening"),
    (
        {"protocol.allocation": {"how": "ratio", "block": 0}},
        "allocation.block: '0' does not divide by the ratios",
    ),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_words_that_nobody_would_obey_are_refused(changes: Changes, words: str) -> None:
    """Each at its place, with what would be right."""
    with pytest.raises(Faults) as refusal:
        scenario(IN_ORDER, changes)
    assert words in str(refusal.value)


def test_a_list_gives_no_arms_where_arms_are_filled_in_order() -> None:
    """Nor are there lots in progress: nothing says how many places are taken already."""
    (fault,) = faults_of(scenario(IN_ORDER, patients=comers(1, arm="cohort 2")))
    assert str(fault).startswith("arrivals.patients.A.arm: 'cohort 2' is given to a patient of a list; the")
    lot = InProgress("W", 60.0, MONDAY - DAY * 12, 2, MONDAY - DAY, 23, 4.4e7, MONDAY + DAY * 15)
    (fault,) = faults_of(scenario(IN_ORDER, lots=[lot]))
    assert str(fault).startswith("arrivals.in_progress: are of arms that are filled in order; nothing says")
