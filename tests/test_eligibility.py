"""Who is found not eligible at screening, and why; what nobody judges is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.results.tables import Tables
from mfg.scenario import Candidate
from mfg.scenario.check import faults_of
from mfg.simulation.cohort import cohort_of
from tests.conftest import ROOT, Said
from tests.small_unit import HAND, MONDAY, ONE_DOSE, Changes, done, run, scenario
from tests.test_progress import LOT

DAY = timedelta(days=1)
COMES: Changes = {"arrivals": {"every": "3 week"}}


def judged(limit: str, *, name: str = "age", **people: str) -> Tables:
    """One patient who comes, under one limit of eligibility, from a population of one value for each thing."""
    changes = {f"population.{key}": value for key, value in people.items()}
    low, _, high = limit.partition(" < ")
    stated = {"least": low} if not high else {"above": low, "below": high}
    return run(ONE_DOSE, {"protocol.eligibility": {name: stated}}, COMES, changes)


@pytest.mark.parametrize(
    ("name", "limit", "value", "ending"),
    [
        ("age", "50 year", "50 year", "completed"),
        ("age", "50 year", "49.9 year", "not eligible"),
        ("age", "50 year < 60 year", "55 year", "completed"),
        ("age", "50 year < 60 year", "50 year", "not eligible"),
        ("age", "50 year < 60 year", "60 year", "not eligible"),
        ("alsfrs_r", "31 point", "31 point", "completed"),
        ("alsfrs_r", "31 point", "30 point", "not eligible"),
        ("weight", "60 kg", "60 kg", "completed"),
        ("weight", "60.1 kg", "60 kg", "not eligible"),
    ],
)
def test_eligibility_is_judged_at_screening(name: str, limit: str, value: str, ending: str) -> None:
    """By everything that the population has; at least takes the end in, above and below do not."""
    (patient,) = judged(limit, name=name, **{name: value}).patients.itertuples()
    assert (patient.ending, patient.ineligible_for) == (ending, "" if ending == "completed" else name)


def test_the_first_limit_that_is_not_kept_is_the_reason() -> None:
    """In the order of the protocol; the population's own share has other reasons, and only it where all are kept."""
    limits = {"age": {"most": "75 year"}, "alsfrs_r": {"least": "31 point"}}
    reasons = [("80 year", "20 point", "age"), ("70 year", "20 point", "alsfrs_r")]
    reasons += [("70 year", "40 point", "other reasons")]
    for age, score, reason in reasons:
        people = {
            "population.age": age,
            "population.alsfrs_r": score,
            "population.leaves.ineligible": "100 %",
        }
        tables = run(ONE_DOSE, {"protocol.eligibility": limits}, COMES, people)
        assert list(tables.patients["ineligible_for"]) == [reason]
        (found,) = done(tables, "fail").itertuples()
        assert (found.outcome, found.started_min) == (reason, 21 * 1440)


def test_a_listed_age_is_the_patients_age() -> None:
    """What the list leaves out is drawn from the population."""
    known = [Candidate("A", MONDAY, 60.0, age=74.0), Candidate("B", MONDAY, 60.0)]
    tables = run(ONE_DOSE, {"population.age": "76 year"}, patients=known)
    assert list(tables.patients["ineligible_for"]) == ["", "age"]


LUCK: Changes = {
    "chance": True,
    "population": "als-korea",
    "protocol.allocation.block": 2,
    "protocol.arm.msc.ratio": 1,
    "protocol.arm.control.ratio": 1,
    "arrivals": {"every": "6 hour"},
    "population.leaves.die": "5 %/month",
}


def test_an_age_changes_nobody_elses_luck() -> None:
    """Ages are drawn by their name: weights, scores, deaths and arms are those of a population without ages."""
    plans = [plan_of(scenario(LUCK, {"population.age": age})) for age in (None, "50 year")]
    without, given = (cohort_of(plan, 3)[0] for plan in plans)
    for one, other in zip(without, given, strict=True):
        for key in ("name", "arrived", "weight", "score", "decline", "dies", "patience", "clinic", "arm"):
            assert getattr(one, key) == getattr(other, key), key


def test_a_part_of_a_population_is_outside_of_the_limits() -> None:
    """Within three standard errors of the share of a uniform age that lies outside."""
    many = {"arrivals": {"every": "30 minute"}, "chance": True}
    ages = {"population.age": {"least": "20 year", "most": "80 year"}}  # 25 to 75 are eligible
    patients, _ = cohort_of(plan_of(scenario(ONE_DOSE, many, ages)), 0)
    share = sum(one.ineligible_for == "age" for one in patients) / len(patients)
    assert abs(share - 1 / 6) < 3 * (5 / 36 / len(patients)) ** 0.5


@pytest.mark.parametrize("limit", [{"least": "31 point"}, {"above": "31 point"}])
def test_who_falls_below_the_limit_while_waiting_is_not_treated(limit: dict[str, str]) -> None:
    """Eligible at screening, and not any more a month later; at the score itself only at least is enough."""
    falls = {
        "policy.loses_eligibility": True,
        "protocol.eligibility.alsfrs_r": limit,
        "population.alsfrs_r": "32 point",
        "population.decline": "-2 point/month",
    }
    (patient,) = run(ONE_DOSE, falls).patients.itertuples()
    assert patient.ending == "fell below eligibility"
    assert patient.ended_day == pytest.approx(30.4375 / 2, abs=0.01)


def test_patients_of_a_list_are_eligible() -> None:
    """By their ages and weights, as they stand in the list or with a lot in progress."""
    limits = {"protocol.eligibility": {"age": {"most": "75 year"}, "weight": {"least": "50 kg"}}}
    known = [Candidate("A", MONDAY, 49.9, age=75.0), Candidate("B", MONDAY, 50.0, age=76.0)]
    light, old = faults_of(scenario(limits, patients=known))
    assert str(light).startswith(
        "arrivals.patients.A.weight_kg: '49.9' is not eligible: the protocol takes weight"
    )
    assert str(old).startswith(
        "arrivals.patients.B.age: '76' is not eligible: the protocol takes age at most 75"
    )
    lot = evolve(LOT, weight_kg=45.0)
    (fault,) = faults_of(scenario(limits, lots=[lot]))
    assert str(fault).startswith("arrivals.in_progress.W.weight_kg: '45' is not eligible")


def test_what_is_not_judged_is_said(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """By the check of a scenario, and by a run beside its result; nothing where everything is judged."""
    said = mfg("check", ROOT / "scenarios/lenzumestrocel-phase2.toml")
    for name in ("vital_capacity", "symptoms"):
        assert f"not checked: protocol: eligibility.{name}: the population does not give it" in said.out
    said = mfg("run", HAND, "-n", 1, "--workers", 1, "-o", tmp_path / "run")
    names = "age, alsfrs_r, vital_capacity, symptoms"
    assert said.err == f"not judged at screening, as the population does not give it: {names}\n"
    said = mfg("run", "cl2020-phase2", "-n", 1, "--workers", 1, "-o", tmp_path / "other")
    assert "judged" not in said.err


WRONG: list[tuple[Changes, str]] = [
    ({"protocol.eligibility.age": {}}, "eligibility.age: limits nothing; give least, above, most or below"),
    (
        {"protocol.eligibility.age": {"least": "25 kg"}},
        "eligibility.age: 'at least 25 kg' does not fit it; write limits in year",
    ),
    (
        {"protocol.eligibility.weight": "heavy"},
        "eligibility.weight: 'heavy' does not fit it; write limits in kg",
    ),
    (
        {"protocol.eligibility.age": {"least": "75 year", "most": "25 year"}},
        "eligibility.age: has a least above its most; exchange them",
    ),
    (
        {"protocol.eligibility.age": {"above": "25 year", "most": "25 year"}},
        "eligibility.age: holds nothing: its above and its most are the same",
    ),
    (
        {
            "policy.loses_eligibility": True,
            "protocol.eligibility.alsfrs_r": {"most": "46 point"},
            "population.alsfrs_r": "40 point",
            "population.decline": "-1 point/month",
        },
        "protocol.eligibility.alsfrs_r.least: is missing; the policy lets patients fall below it",
    ),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_limits_that_nobody_could_keep_are_refused(changes: Changes, words: str) -> None:
    """Each at its place, with what would be right."""
    with pytest.raises(Faults) as refusal:
        scenario(changes)
    assert words in str(refusal.value)
