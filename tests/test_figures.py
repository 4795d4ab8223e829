"""Every figure and every column is explained in one place, and what is counted adds up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from attrs import evolve, fields

from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.reader.scenarios import load_scenario
from mfg.results.columns import COLUMNS
from mfg.results.figures import describe, names_of, values_of
from mfg.results.indicators import INDICATORS, OF_AN_ARM, SIGNS
from mfg.results.meanings import MEANINGS
from mfg.results.occupancy import resources_of
from mfg.results.sums import wrong_sums
from mfg.results.tables import Tables, tables_of
from mfg.results.waiting import TREATED
from mfg.scenario import Arrivals, Candidate
from mfg.simulation.replicate import replicate
from mfg.study.answers import HEADLINES
from mfg.study.trace import trace
from tests.conftest import Said
from tests.plain import plain
from validation.files import scenario_of


@pytest.fixture(scope="module")
def phase_3() -> tuple[Plan, Tables]:
    """One replication from banks."""
    plan = plan_of(load_scenario("lenzumestrocel-phase3"))
    return plan, tables_of(plan, *replicate(plan, 0))


@pytest.fixture(scope="module")
def unforeseen() -> tuple[Plan, Tables]:
    """The same where a bank that is short is noticed only when it is spent."""
    plan = plan_of(load_scenario("lenzumestrocel-phase3", {"policy.short_bank": "when spent"}))
    return plan, tables_of(plan, *replicate(plan, 0))


def test_every_figure_of_every_command_is_explained(
    phase_3: tuple[Plan, Tables], mfg: Callable[..., Said]
) -> None:
    """With its unit, its meaning and the good direction, by arm and resource too; nothing is explained that is not there."""
    listed = {one["name"]: one for one in mfg("figures", "--json").json["figures"]}
    plan, _ = phase_3
    for name in names_of(plan):
        general = name.partition("[")[0]
        for resource in plan.resources:
            general = general.replace(f"_{resource}", "_RESOURCE")
        assert listed[general]["unit"] == describe(name).unit
        called = listed[general]["called"]
        assert describe(name).called.startswith(called.replace("RESOURCE", name.partition("_")[2]))
        assert listed[general]["good"] in ("high", "low", None)
        assert ("[" in name) <= listed[general]["by_arm"]
    assert {*HEADLINES, *OF_AN_ARM} <= set(listed)
    assert len(listed) == len({one["about"] for one in listed.values()})
    assert len(listed) == len({one["called"] for one in listed.values()})


def test_a_figure_has_a_plain_name(phase_3: tuple[Plan, Tables]) -> None:
    """It says what the number is, with the arm or the resource that it is of, and no name of a file's column."""
    assert describe("doses_given").called == "doses given of those planned"
    assert describe("doses_given[five-dose]").called == "doses given of those planned (arm five-dose)"
    assert describe("wait_gmp.suites").called == "mean wait for gmp.suites"
    assert not any("_" in describe(name).called for name in names_of(phase_3[0]))
    assert {*INDICATORS, *SIGNS} == set(MEANINGS)


def test_every_column_of_every_table_is_explained(phase_3: tuple[Plan, Tables]) -> None:
    """No column without words, no words without a column."""
    for table in fields(Tables):
        assert set(COLUMNS[table.name]) == set(getattr(phase_3[1], table.name))


def test_the_page_of_figures_names_all(mfg: Callable[..., Said]) -> None:
    """As text, what JSON lists."""
    said = mfg("figures")
    assert said.status == 0
    assert all(one["name"] in said.out for one in mfg("figures", "--json").json["figures"])


def test_a_bank_that_served_its_doses_is_spent_and_not_lost(unforeseen: tuple[Plan, Tables]) -> None:
    """It was released, doses were given from it, and it counts as released; begun is released, lost and stopped."""
    plan, tables = unforeseen
    found, lots = values_of(plan, plain(tables)), tables.lots
    spent = lots[lots["outcome"] == "spent"]
    assert len(spent)
    assert spent["released_day"].notna().all()
    assert not lots["outcome"].eq("bank spent").any()
    assert found["lots_started"] == found["lots_released"] + found["lots_lost"] + found["lots_stopped"]


def test_tables_that_do_not_add_up_are_found(phase_3: tuple[Plan, Tables]) -> None:
    """A patient, a lot or a dose that is missing from one table, or counted twice, is named."""
    tables = phase_3[1]
    assert list(wrong_sums(plain(tables))) == []
    given = tables.doses[tables.doses["given"] & (tables.doses["lot"] > 0)].index[0]
    source = tables.doses.loc[given, ["patient", "lot"]]
    its_own = (tables.lots["patient"] == source["patient"]) & (tables.lots["lot"] == source["lot"])
    assert list(wrong_sums(plain(evolve(tables, patients=tables.patients.iloc[1:]))))
    assert list(wrong_sums(plain(evolve(tables, doses=tables.doses.drop(index=given)))))
    assert list(wrong_sums(plain(evolve(tables, lots=tables.lots[~its_own]))))
    assert list(wrong_sums(plain(evolve(tables, lots=tables.lots.assign(outcome="stopped")))))


def test_a_dose_of_a_completed_course_is_missed_in_no_table(phase_3: tuple[Plan, Tables]) -> None:
    """Missed is counted on its own: a dose that is lost from all tables alike is not taken for the remainder."""
    tables = phase_3[1]
    completed = tables.patients.loc[tables.patients["ending"] == "completed", "patient"].iloc[0]
    doses, patients = tables.doses.copy(), tables.patients.copy()
    lost = doses[doses["patient"] == completed].index[-1]
    doses.loc[lost, ["given", "outcome"]] = [False, "not given"]
    patients.loc[patients["patient"] == completed, "doses_given"] -= 1
    (wrong,) = wrong_sums(plain(evolve(tables, doses=doses, patients=patients)))
    assert wrong.startswith("doses planned")


def test_a_bank_that_served_is_spent_and_nothing_else_is(unforeseen: tuple[Plan, Tables]) -> None:
    """Neither does a bank that served count as lost, nor one that served nothing as spent; and every lot has a row."""
    tables = unforeseen[1]
    spent = tables.lots["outcome"] == "spent"
    lost = tables.lots.assign(outcome=tables.lots["outcome"].mask(spent, "bank spent"))
    assert any("counts as lost" in wrong for wrong in wrong_sums(plain(evolve(tables, lots=lost))))
    making = tables.events["activity"].isin(["thaw", "formulate", "administer"])
    idle = evolve(tables, events=tables.events[~making])
    assert any("served no dose" in wrong for wrong in wrong_sums(plain(idle)))
    stopped = tables.lots["outcome"] == "stopped"
    assert any("lots begun" in w for w in wrong_sums(plain(evolve(tables, lots=tables.lots[~stopped]))))


def test_one_server_prints_the_wait_of_its_formula() -> None:
    """M/M/1, one customer in 20 hours, 12 hours of service: the mean wait is 18 hours (Erlang); within a tenth.

    As many suspensions that are due before everybody in the line wait for nothing and take no time at the same suite.
    """
    works = 'needs = { suite = 1, operator = 1 }\nlasts = "0 minute"\nbooked = "1 minute"'
    queue = {
        "scenario.horizon": '"18000 day"',
        "scenario.policy.order": '"due-date"',
        "site.work.isolate.lasts": '{ mean = "12 hour", shape = "exponential" }',
        "site.work.isolate.fails": f'"0 %"\n\n[work.formulate]\n{works}',
        "protocol.step.do": '"isolate"\n\n[[step]]\ndo = "formulate"\nvehicle = "saline"',
    }
    plan = plan_of(scenario_of("suite/scenario.toml", queue))
    tables = tables_of(plan, *replicate(plan, 0))
    suspended = tables.events[tables.events["activity"] == "formulate"]
    assert len(suspended) > 20_000
    assert (suspended["finished_min"] == suspended["queued_min"]).all()
    assert values_of(plan, plain(tables))["wait_facility.suites"] == pytest.approx(18, rel=0.1)


def test_a_mean_wait_counts_minutes() -> None:
    """Three who come at once to one room for 100 minutes each wait 0, 100 and 200 minutes: 100 minutes on average."""
    one = scenario_of("queue/scenario.toml", {"site.work.administer.lasts": '"100 minute"'})
    at_once = tuple(Candidate(name, date(2026, 3, 2), 60.0, arm="all") for name in "ABC")
    plan = plan_of(evolve(one, arrivals=Arrivals(patients=at_once)))
    found = values_of(plan, plain(tables_of(plan, *replicate(plan, 0))))
    assert found["wait_clinic.rooms"] == pytest.approx(100 / 60)


def test_a_tenth_lies_above_a_p90(phase_3: tuple[Plan, Tables]) -> None:
    """Of waits of 1 to 10 days it is 9, which nine in ten do not exceed; of 0 to 10 days from vein to vein it is 9 too."""
    plan, tables = phase_3
    days = np.arange(11.0)
    waiting = {"waiting": TREATED, "arrived_day": 0.0, "collected_day": 0.0, "waited_day": days[1:]}
    given = {"given": True, "vein_to_vein_day": days}
    patients = tables.patients.iloc[:10].assign(**waiting)
    found = values_of(
        plan, plain(evolve(tables, patients=patients, doses=tables.doses.iloc[:11].assign(**given)))
    )
    for name in ("referral_to_dose_p90", "collection_to_first_dose_p90", "vein_to_vein_p90"):
        assert found[name] == 9


def test_work_that_takes_no_time_is_left_out_of_the_mean_wait() -> None:
    """As many rows again that neither wait nor last change no mean wait."""
    plan = plan_of(scenario_of("queue/scenario.toml", {}))
    log, _ = replicate(plan, 0)
    rows = ("subject", "activity", "outcome", "value")
    twice = {name: np.tile(getattr(log, name), 2) for name in rows}
    for name in ("queued", "started", "finished"):
        twice[name] = np.concatenate([getattr(log, name), log.queued])
    waits, again = (resources_of(plan, one)["wait_hour"] for one in (log, evolve(log, **twice)))
    assert (waits > 0).any()
    np.testing.assert_array_equal(waits, again)


def test_a_trace_shows_places_from_their_use() -> None:
    """Incubator places are kept from the morning on; the story shows them from the end of isolation."""
    lines = trace("lenzumestrocel-phase2", patient="S01").lines
    ended = {line.what: line.ended for line in lines if line.what.startswith("isolate")}
    incubated = [line for line in lines if line.what.startswith("incubate")]
    assert incubated
    for line in incubated:
        assert line.begun >= ended[line.what.replace("incubate", "isolate")]
        assert line.ended == line.begun + timedelta(minutes=line.lasted_min)
