"""Who comes into which arm, and when: arms that are filled in order, and at which event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mfg.errors import Faults
from mfg.scenario import Candidate
from mfg.scenario.check import faults_of
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


AT_RATIO: Changes = {**ONE_DOSE, "protocol.arm": [{"name": "msc", "doses": ["dose 1"], "ratio": 1}]}
NO_VISIT: Changes = {"protocol.visit": []}
FLOATING: Changes = {
    "protocol.dose": [{"name": "dose 1", "after": {"of": "release", "is": "0 day"}}],
    "protocol.visit": [],
    "protocol.step.formulate.drawn": None,
    "protocol.step.formulate.draw": None,
}
NO_DOSE: Changes = {
    "protocol.dose": [],
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
        "allocation.how: 'in order' does not say how many patients an arm takes",
    ),
    (
        {"protocol.arm": [{"name": "all", "doses": ["dose 1"], "size": 2, "ratio": 1}]},
        "arm.all.size: '2' stands beside ratios",
    ),
    (
        {"protocol.allocation.block": 4},
        "allocation.block: '4' has no use where arms are filled in order",
    ),
    (
        {"protocol.allocation.strata": ["site"]},
        "allocation.strata: 'site' has no use where arms are filled in order",
    ),
    (
        {"protocol.allocation": {"how": "ratio", "strata": ["moon"]}},
        "allocation.strata: 'moon' is neither the site nor a covariate with words; use one of site",
    ),
    (
        {"protocol.allocation": {"how": "ratio", "strata": ["weight"]}},
        "allocation.strata: 'weight' is neither the site nor a covariate with words",
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
    """It is the order that says who is in which."""
    (fault,) = faults_of(scenario(IN_ORDER, patients=comers(1, arm="cohort 2")))
    assert str(fault).startswith("arrivals.patients.A.arm: 'cohort 2' is given to a patient of a list; the")


def test_each_word_of_a_covariate_has_blocks_of_its_own() -> None:
    """With two places in a block, every two patients of one cohort come into both arms, in the order in which they come."""
    two = [
        {"name": "low", "doses": ["dose 1"], "ratio": 1},
        {"name": "high", "doses": ["dose 1"], "ratio": 1},
    ]
    asked = {
        **ONE_DOSE,
        "chance": True,
        "protocol.arm": two,
        "protocol.allocation": {"how": "ratio", "block": 2, "strata": ["cohort"]},
        "protocol.patient.cohort": {"one_of": ["1", "2"], "at": "screening"},
        "population.covariate.cohort": {"1": "50 %", "2": "50 %"},
        "arrivals": {"every": "1 day"},
    }
    events = done(run(asked), "observe", "allocate").groupby("patient", observed=True)["outcome"].agg(list)
    for cohort in ("cohort 1", "cohort 2"):
        taken = [
            arm for observed in events if cohort in observed for arm in observed if arm in ("low", "high")
        ]
        assert len(taken) > 4
        assert all(
            {one, other} == {"low", "high"} for one, other in zip(taken[::2], taken[1::2], strict=False)
        )
