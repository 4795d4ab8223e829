"""Every dose and visit takes place in its window and in opening hours, or it is written down why: a run proves it itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from attrs import evolve, fields

from mfg.calendar import DAY
from mfg.failures import Unsound
from mfg.log.columns import Columns
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.reader.scenarios import load_scenario
from mfg.simulation import attending, giving, planning, replacing, visits
from mfg.simulation.adherence import off_course
from mfg.simulation.hours import outside_hours
from mfg.simulation.replicate import replicate
from tests.small_unit import FIXED, ONE_DOSE, Changes, done, people, run, scenario
from tests.test_bank import found_after

SCREENING = {"name": "V1", "kind": "screening", "day": "-56 day", "window": "28 day"}
AFTER = {"name": "week 2", "day": "2 week", "window": "3 day"}
LATE: Changes = {"site.test.sterility.turnaround": "40 day"}  # known 12 days after the dose was to be given
VISITS: Changes = {**ONE_DOSE, "protocol.visit": [SCREENING, AFTER]}
# Two products of one day, and one bench: the second result comes when the clinic has closed.
AFTER_HOURS: Changes = {
    "site.laboratory.qc.benches": 1,
    "site.test.count and viability.hands": "2 hour",
    "site.test.count and viability.turnaround": "30 minute",
    "site.facility.gmp.suites": 4,
    "site.facility.gmp.operators": 8,
}


def columns_without(log: Columns, rows: np.ndarray[Any, Any]) -> Columns:
    """The log without *rows*."""
    kept = {f.name: getattr(log, f.name) for f in fields(Columns)}
    return evolve(
        log,
        **{
            name: np.delete(column, rows)
            for name, column in kept.items()
            if name not in ("subjects", "outcomes")
        },
    )


def rows_of(plan: Plan, log: Columns, activity: str) -> np.ndarray[Any, Any]:
    """The rows of the log with *activity*."""
    return np.flatnonzero(np.array([a.name == activity for a in plan.activities])[log.activity])


def faults(plan: Plan, log: Columns, names: list[str]) -> list[str]:
    """What the two audits of a log say."""
    return [*off_course(plan, log, names), *outside_hours(plan, log, names)]


def still(*_: object) -> None:
    """Nothing moves."""


def at_once(unit: Any, dosing: Any, begun: Callable[[int], None]) -> Iterator[object]:
    """A dose is given as soon as there is a room, and nobody looks at the doors."""
    task = unit.work.does(dosing.patient.jobs["administer"], dosing)
    yield from unit.work.begins(task)
    begun(task.started)
    yield task
    return True


def with_its_own_lot(dosing: Any) -> list[Any]:
    """The later doses that are made from the same bank: none of those without cells."""
    return [one for one in planning.after(dosing) if one.lot is dosing.lot]


OLD: dict[str, tuple[Any, str, Callable[..., object], Changes, str, str]] = {
    "visits do not move with their dose": (planning, "follow_dose", still, VISITS | LATE, "msc", "week 2"),
    "later doses do not move with an earlier one": (
        planning,
        "after",
        lambda _: [],
        FIXED | LATE | {"protocol.visit": [SCREENING]},
        "msc",
        "too soon",
    ),
    "a lost bank moves only the doses with cells": (
        replacing,
        "after",
        with_its_own_lot,
        found_after("30 day"),
        "two-dose",
        "too soon",
    ),
    "doses are given at night": (
        giving,
        "_is_given",
        at_once,
        ONE_DOSE | AFTER_HOURS,
        "msc",
        "while it is closed",
    ),
    "what is left behind is not written down": (
        visits,
        "explain",
        still,
        VISITS | AFTER_HOURS | {"protocol.visit": [SCREENING, {"name": "conditioning", "day": "-5 day"}]},
        "msc",
        "for no written reason",
    ),
    "visits take no part in the course": (
        attending,
        "take_place",
        still,
        VISITS,
        "msc",
        "neither took place",
    ),
}


@pytest.mark.parametrize(("where", "name", "old", "changes", "arm", "said"), OLD.values(), ids=OLD)
def test_an_old_fault_that_is_put_back_fails_the_run(
    where: Any,
    name: str,
    old: Callable[..., object],
    changes: Changes,
    arm: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run that is sound passes its audit; the same run with an old fault of the engine names what is wrong."""
    run(changes, patients=people(2, arm=arm))
    monkeypatch.setattr(where, name, old)
    with pytest.raises(Unsound, match=said):
        run(changes, patients=people(2, arm=arm))


def test_a_dose_that_is_lost_from_the_log_is_missed() -> None:
    """Neither given, nor left out, nor ended before it; and so is a visit."""
    plan = plan_of(scenario(VISITS, patients=people(1)))
    log, names = replicate(plan, 0)
    assert faults(plan, log, names) == []
    for activity, lost in (("administer", "dose 1"), ("visit", "V1")):
        (first, *_) = rows_of(plan, log, activity)
        wrong = faults(plan, columns_without(log, np.array([first])), names)
        assert any(w.startswith(f"A: {lost} ") and "nothing says why" in w for w in wrong)


@pytest.mark.parametrize("activity", ["administer", "visit", "collect", "draw", "isolate", "test VEGF"])
def test_what_takes_place_on_a_sunday_is_found(activity: str) -> None:
    """At the clinic, the facility and the laboratory, each by its own hours."""
    plan = plan_of(scenario(VISITS, patients=people(1)))
    log, names = replicate(plan, 0)
    (row, *_) = rows_of(plan, log, activity)
    sunday = (log.started[row] // 10080 + 1) * 10080 - 1440 + 600  # day 0 is a Monday
    later = evolve(log, started=log.started.copy(), finished=log.finished.copy(), queued=log.queued.copy())
    for column in (later.started, later.finished, later.queued):
        column[row] = sunday
    assert any(f"{activity} at" in wrong and "closed" in wrong for wrong in outside_hours(plan, later, names))


def test_what_is_bound_to_the_screening_keeps_its_distance_from_it() -> None:
    """A course is not booked with a visit nearer to the screening than a spacing says, however long the windows."""
    bound = {"name": "V2", "day": "-35 day", "window": "7 day", "after": {"of": "V1", "least": "20 day"}}
    tables = run(ONE_DOSE, {"protocol.visit": [SCREENING, bound]}, patients=people(4))
    rows = done(tables, "visit")
    days = rows.assign(day=rows["started_min"] // 1440).pivot_table(
        "day", "patient", "outcome", observed=True
    )
    assert (days["V2"] - days["V1"] >= 20).all()


def test_nobody_is_seen_while_the_clinic_has_a_break() -> None:
    """A clinic that closes at noon for a while gives no appointment then."""
    hours = ["Mon-Fri 09:00-12:00", "Mon-Fri 15:00-18:00"]
    tables = run({"site.clinic.hospital.hours": hours, "site.clinic.hospital.rooms": 1}, patients=people(6))
    seen = done(tables, "collect", "draw", "administer")["started_min"] % 1440
    assert len(seen)
    assert not seen.between(12 * 60, 15 * 60 - 1).any()


@pytest.mark.parametrize(("keeps", "why"), [("12 hour", "lot lost"), ("30 hour", "clinic closed")])
def test_a_product_that_comes_when_the_clinic_has_closed_waits_or_expires(keeps: str, why: str) -> None:
    """It is given the next morning if it keeps until then, and later doses keep their distance from it."""
    tables = run(FIXED, AFTER_HOURS, {"protocol.step.formulate.use_within": keeps}, patients=people(2))
    moved = done(tables, "book").query("patient == 'B' and dose == 1")["outcome"]
    assert list(moved) == ["done", why]
    if why == "clinic closed":
        first, second = tables.doses.query("patient == 'B'")["given_day"]
        assert first % 1 * 24 == 9
        assert second // 1 - first // 1 >= 26


@pytest.mark.long
@pytest.mark.parametrize("supply", ["bank", "fresh"])
def test_a_hundred_phase_3_trials_keep_to_their_protocol(supply: str) -> None:
    """No dose and no visit outside its window without a written reason, none while its place is closed."""
    plan = plan_of(load_scenario("lenzumestrocel-phase3", {"supply": supply}))
    for replication in range(100):
        log, names = replicate(plan, replication)
        assert faults(plan, log, names) == []


def test_a_lot_may_change_its_dose_in_the_minute_of_its_collection() -> None:
    """Collected 30 days ahead of dose 2, and from the same minute on for dose 1, whose lot has just failed.

    The first lot is isolated until minute 3730 and its sample worked on for 180; the second is collected at 40 860.
    """
    ahead = [{"when": {"dose": f"dose {n}"}, "is": days} for n, days in ((1, "28 day"), (2, "30 day"))]
    identity = {"test": "identity", "limit": {"least": "95 %"}, "holds": "formulation"}
    tables = run(
        FIXED,
        {
            "protocol.dose": [{"name": "dose 1", "day": "0 day"}, {"name": "dose 2", "day": "28 day"}],
            "protocol.visit": [SCREENING],
            "protocol.supply": [{"name": "fresh", "kind": "fresh", "before": ahead}],
            "protocol.release": [{**identity, "sample": {"at": "isolate"}}],
            "site.test.identity.fails": "100 %",
            "site.test.identity.turnaround": f"{40_860 - 3_730 - 180} minute",
            "policy.recollect": 1,
        },
    )
    (first, *_), (_, second) = done(tables, "fail").itertuples(), done(tables, "collect").itertuples()
    assert first.started_min == second.started_min == 40_860
    moved = done(tables, "book").query("started_min == 40860")
    assert list(zip(moved["lot"], moved["dose"], strict=True)) == [(second.lot, 1), (second.lot + 1, 2)]


@pytest.mark.parametrize("slow", ["harvest", "ship out", "administer"])
def test_who_leaves_while_a_dose_goes_on_beyond_its_day_has_missed_none(slow: str) -> None:
    """What is made, brought or given for three weeks, and the patient dies in them: written down, or given.

    Without that row, or without that of the dose, nothing says why.
    """
    dies: Changes = {
        "population.leaves": {"withdraw": "0 %/month", "die": "50 %/month"},
        "protocol.step.formulate.use_within": None,
    }
    plan = lasting(plan_of(scenario(ONE_DOSE, dies, patients=people(1))), slow, 21 * DAY)
    log, names = replicate(plan, 0)
    (ended,) = rows_of(plan, log, "end")
    assert log.outcomes[log.outcome[ended]] == "died"
    given, failed = rows_of(plan, log, "administer"), rows_of(plan, log, "fail")
    assert [len(given), len(failed)] == ([1, 0] if slow == "administer" else [0, 1])
    assert [log.outcomes[log.outcome[row]] for row in failed] == ["patient left"] * len(failed)
    missed = ["A: dose 1 was neither given nor left out, and nothing says why"]
    assert faults(plan, columns_without(log, np.array([*given, *failed])), names) == missed


def lasting(plan: Plan, name: str, minutes: int) -> Plan:
    """*plan* with a piece of work, or a way, that lasts so long, whatever is booked for it."""

    def slower(work: Mapping[str, Any]) -> dict[str, Any]:
        longer = {
            one: evolve(work[one], lasts=evolve(work[one].lasts, is_=float(minutes)))
            for one in {name} & {*work}
        }
        return {**work, **longer}

    (clinic,), (facility,) = plan.clinics, plan.facilities
    legs = {
        way: evolve(leg, lasts=evolve(leg.lasts, is_=float(minutes)))
        if way[0] == plan.recipes[0].outbound
        else leg
        for way, leg in plan.legs.items()
    }
    return evolve(
        plan,
        clinics=(evolve(clinic, work=slower(clinic.work)),),
        facilities=(evolve(facility, work=slower(facility.work)),),
        legs=legs if name == "ship out" else plan.legs,
    )
