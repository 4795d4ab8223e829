"""Negative controls: what must not change, what can never be, and what adds up."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Generator
from math import nan
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from mfg import simulate
from mfg.calendar import DAY
from mfg.plan.compile import plan_of
from mfg.plan.people import ListedPatient
from mfg.plan.plan import Plan
from mfg.plan.site import PlannedLeg
from mfg.reader.scenarios import load_scenario
from mfg.results.figures import values_of
from mfg.results.tables import tables_of
from mfg.shape import Shape
from mfg.simulation.cohort import cohort_of
from mfg.simulation.journey import begin_life
from mfg.simulation.replicate import replicate
from mfg.simulation.unit import Unit
from tests.conftest import ROOT
from tests.plain import plain
from tests.second_opinion import CLINIC, Row, clinic, rows_of
from tests.test_ample import AMPLE

PHASE2 = "lenzumestrocel-phase2"
SHORT = {"horizon": "40 day"}
LINES = (("collect", "administer"), ("isolate", "medium", "formulate"), ("incubate",))


def rows(plan: Plan, replication: int = 0) -> list[Row]:
    """The event log of a plan."""
    return rows_of(replicate(plan, replication)[0], plan)


# ---- what must not change -------------------------------------------------------------------------------


def listed(plan: Plan) -> list[ListedPatient]:
    """The patients of *plan*'s first replication as a list by name."""
    return [ListedPatient(p.name, p.arrived, p.weight, None, None, p.clinic) for p in cohort_of(plan, 0)[0]]


def by_name(plan: Plan) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every patient."""
    log, names = replicate(plan, 0)
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for *moments, who, what, came, number in rows_of(log, plan):
        found[names[who[0]]].append((*moments, who[1:], what, came, number))
    return found


@pytest.mark.parametrize("place", [0, 40, -1])
def test_another_patient_changes_nobody_elses_records(place: int) -> None:
    """Where nobody waits, who comes first, between or last leaves every row of the others as it was."""
    plan = clinic(**AMPLE, **SHORT)
    people = listed(plan)
    other = evolve(people[place], name="another")
    at = place % len(people)
    fewer = by_name(evolve(plan, candidates=tuple(people)))
    more = by_name(evolve(plan, candidates=(*people[:at], other, *people[at:])))
    assert more.pop("another")
    assert more == fewer


def digest(plan: Plan) -> str:
    """The log of a plan in sixteen letters."""
    return hashlib.sha256(repr(rows(plan)).encode()).hexdigest()[:16]


def test_a_run_does_not_remember_the_one_before() -> None:
    """The clinic alone in a fresh process, and here between two others: the same log."""
    statement = (
        "from tests.second_opinion import clinic; from tests.test_controls import digest; "
        f"print(digest(clinic(**{SHORT})))"
    )
    alone = subprocess.run(
        [sys.executable, "-c", statement], cwd=ROOT, capture_output=True, text=True, check=True
    )
    plan = clinic(**SHORT)
    found = []
    for other in (PHASE2, str(ROOT / "tests" / "hand" / "scenario.toml")):
        replicate(plan_of(load_scenario(other)), 0)
        replicate(plan, 1)
        found.append(digest(plan))
    assert found == [alone.stdout.strip()] * 2


def test_every_way_has_its_own_length() -> None:
    """Two wards, one an hour from the facility and one ten: each patient's marrow takes the patient's way."""
    plan = clinic(**AMPLE, **SHORT)
    inbound, outbound = plan.legs["inbound", 0, 0], plan.legs["outbound", 0, 0]

    def lasting(minutes: float) -> PlannedLeg:
        return evolve(inbound, lasts=Shape("fixed", minutes, *[nan] * 7, typical=minutes))

    legs = {("inbound", 0, 0): lasting(60), ("inbound", 1, 0): lasting(600)}
    legs |= {("outbound", ward, 0): outbound for ward in (0, 1)}
    people = tuple(evolve(one, clinic=n % 2) for n, one in enumerate(listed(plan)))
    two = evolve(plan, clinics=plan.clinics * 2, legs=legs, candidates=people)
    took = {who[0]: ended - begun for ended, begun, _, who, what, _, _ in rows(two) if what == "ship in"}
    assert took == {n: 60 if n % 2 == 0 else 600 for n in range(len(people))}


# ---- what can never be ----------------------------------------------------------------------------------

SCARCE = {"suites": "1", "operators": "2", "incubator": "90 flask", "site.laboratory.qc.benches": "1"}


@pytest.mark.parametrize("settings", [{}, SCARCE], ids=["as planned", "scarce"])
def test_nobody_uses_more_than_there_is(settings: dict[str, str]) -> None:
    """At every minute the work in hand, its clearance, holds and beds take at most the capacity of each resource."""
    plan = plan_of(load_scenario(PHASE2, settings))
    log, _ = replicate(plan, 0)
    seen = 0
    for resource, capacity in enumerate(plan.capacities):
        held = {n for n, a in enumerate(plan.activities) if a.name in ("incubate", "store")}
        uses = np.array([dict(a.uses).get(resource, 0) for a in plan.activities])[log.activity]
        uses = np.where([a in held for a in log.activity], uses * np.nan_to_num(log.value), uses)
        moments = np.concatenate([log.finished, log.started])
        changes = np.concatenate([-uses, uses])
        order = np.lexsort((changes, moments))
        peak = int(np.cumsum(changes[order]).max(initial=0))
        assert peak <= capacity, plan.resources[resource]
        seen += peak == capacity
    assert seen >= 2


def test_an_overloaded_place_is_busy_all_the_time_and_no_more() -> None:
    """Utilisation comes to one where work piles up, and never beyond."""
    run = simulate(str(CLINIC), replications=2, settings={"suites": "1", "operators": "1"})
    used = run.tables.resources.groupby("resource")["utilisation"].mean()
    assert used.between(0, 1).all()
    assert used["gmp.suites"] > 0.95
    assert used["ward.rooms"] < 0.7


def test_nobody_is_given_cells_from_contaminated_marrow() -> None:
    """Where all marrow is contaminated, the sterility test finds every lot, and no dose is given."""
    run = simulate(PHASE2, replications=1, settings={"marrow.contaminated": "100 %"})
    lots = run.lots["outcome"].value_counts()
    assert not run.doses.loc[run.doses["prescribed_cells"] > 0, "given"].any()
    assert lots["contamination"] > 20
    assert "released" not in lots


# ---- what adds up ---------------------------------------------------------------------------------------


def test_patients_come_at_their_rate() -> None:
    """Four a day for 120 days, 25 times: within four standard deviations of a Poisson number."""
    plan = clinic()
    assert plan.rate == pytest.approx(4 / DAY)
    came = [len(cohort_of(plan, replication)[0]) for replication in range(25)]
    assert abs(sum(came) - 25 * 480) < 4 * np.sqrt(25 * 480)
    assert 0.5 < np.var(came, ddof=1) / 480 < 2


def test_the_warm_up_is_not_counted() -> None:
    """Utilisation and first doses are those between warm-up and horizon, counted minute by minute."""
    plan = clinic(**SHORT, warm_up="30 day")
    log, names = replicate(plan, 0)
    tables = tables_of(plan, log, names)
    found, first, last = rows_of(log, plan), 30 * DAY, 40 * DAY
    busy, given, early = np.zeros(last), 0, 0
    for ended, begun, _, _, what, _, _ in found:
        busy[begun:ended] += what in LINES[1]
        given += what == "administer" and first <= begun < last
        early += what == "administer" and begun < first
    used = tables.resources.set_index("resource")["utilisation"]["gmp.suites"]
    assert used == pytest.approx(busy[first:].mean() / 2)
    assert used > 1.1 * busy.mean() / 2
    assert early > 10
    assert values_of(plan, plain(tables))["patients_treated_per_month"] == pytest.approx(given / 10 * 30.4375)


def test_the_line_over_time_is_the_sum_of_the_waits() -> None:
    """Little's law, exactly: the waiting are counted every minute, and the log says how long each waited."""
    plan = clinic(**SHORT)
    patients, luck = cohort_of(plan, 0)
    unit = Unit(plan, luck)
    for patient in patients:
        patient.subject = unit.log.subject(patient.index)
        begin_life(unit, patient)
    waiting = np.zeros(len(unit.needs), dtype=int)

    def count() -> Generator[Any, Any, None]:
        while not all(patient.ended for patient in patients):
            waiting[:] += [len(need.line) for need in unit.needs]
            yield unit.now + 1

    unit.floor.process(count())
    unit.floor.run()
    log = unit.log.columns()
    lines, waited = Counter[Any](), Counter[Any]()  # a bench has a line for each length of work
    for (parts, _), minutes in zip(plan.needs, waiting.tolist(), strict=True):
        lines[parts] += minutes
    for n, activity in enumerate(plan.activities):
        if activity.uses in lines and not activity.name.startswith("result"):
            waited[activity.uses] += int((log.started - log.queued)[log.activity == n].sum())
    assert min(lines.values()) > 1000
    assert lines == waited


@pytest.mark.parametrize("order", ["first-come", "due-date", "most-urgent"])
def test_a_line_moves_in_the_order_of_the_policy(order: str) -> None:
    """Nobody starts while somebody waits in the same line who is due earlier, or declines faster, or came before."""
    plan = clinic(**SHORT, **{"policy.order": order, "incubator": "36 flask", "suites": "1"})
    patients, found = cohort_of(plan, 0)[0], rows(plan)
    compared = 0
    for line in LINES:
        ours = [row for row in found if row[4] in line]
        begun, asked = np.array([row[1] for row in ours]), np.array([row[2] for row in ours])
        if order == "first-come":
            key = asked.astype(float)
        else:
            of = [patients[row[3][0]] for row in ours]
            key = np.array([p.arrived if order == "due-date" else p.decline for p in of], dtype=float)
        overtaken = (asked[:, None] < begun[None, :]) & (begun[None, :] < begun[:, None])
        assert (key[None, :] <= key[:, None])[overtaken].all()
        compared += int(overtaken.sum())
    assert compared > 2000
