"""First doses keep their distance: as they are booked, and as things really happen."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mfg.plan.compile import plan_of
from mfg.results.tables import Tables, tables_of
from mfg.simulation.replicate import replicate
from tests.small_unit import Changes, done, run, scenario
from tests.test_allocation import IN_ORDER, arms, comers

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
