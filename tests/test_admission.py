"""Who comes into which arm, and when: arms that are filled in order, the time between subjects, eligibility."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mfg.errors import Faults
from mfg.scenario import Candidate, InProgress
from mfg.scenario.check import faults_of
from tests.small_unit import MONDAY, ONE_DOSE, Changes, run, scenario

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
