"""Waiting as patients know it: product-limit estimates by hand, who counts, a limit on lateness, punctuality."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import pytest

from mfg import Faults
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.results.figures import values_of
from mfg.results.tables import Tables, tables_of
from mfg.results.waiting import wait_longer, waited_by
from mfg.simulation.replicate import replicate
from tests.conftest import Said
from tests.plain import plain
from tests.small_unit import ONE_DOSE, people, scenario

NEVER = float("inf")


def test_who_leaves_counts_until_then() -> None:
    """Five wait 2, 3+, 5, 7+, 9 days (+ left): 4/5 wait after day 2, 4/5 * 2/3 = 8/15 after day 5, nobody after day 9."""
    days, treated = [2, 3, 5, 7, 9], [True, False, True, False, True]
    assert wait_longer(days, treated, 1) == 1
    assert wait_longer(days, treated, 2) == pytest.approx(4 / 5)
    assert wait_longer(days, treated, 4.9) == pytest.approx(4 / 5)
    assert wait_longer(days, treated, 5) == pytest.approx(8 / 15)
    assert wait_longer(days, treated, 9) == 0
    assert (waited_by(days, treated, 0.2), waited_by(days, treated, 0.45)) == (2, 5)
    assert (waited_by(days, treated, 0.5), waited_by(days, treated, 0.9)) == (9, 9)


def test_who_leaves_on_the_day_of_a_dose_still_waited_then() -> None:
    """Two wait until day 4, one is treated and one leaves: half were treated, not all."""
    assert wait_longer([4, 4], [True, False], 4) == 0.5


def test_who_is_never_treated_waits_for_ever() -> None:
    """One in four is never treated: a quarter waits longer than anything, and nine in ten are never reached."""
    days, treated = [10, 20, 30, NEVER], [True, True, True, False]
    assert wait_longer(days, treated, 1000) == 0.25
    assert waited_by(days, treated, 0.75) == 30
    assert isnan(waited_by(days, treated, 0.9))


def test_nobody_has_no_wait() -> None:
    """Without patients there is neither a share nor a median."""
    assert isnan(wait_longer([], [], 3))
    assert isnan(waited_by([], [], 0.5))


def figures(*changes: dict[str, object], count: int = 2) -> tuple[dict[str, float], Tables]:
    """The figures and tables of one replication of the small unit."""
    plan = plan_of(scenario(ONE_DOSE, *changes, patients=people(count)))
    tables = tables_of(plan, *replicate(plan, 0))
    return values_of(plan, plain(tables)), tables


def test_the_wait_is_from_arrival_to_the_first_dose() -> None:
    """And the share that waits longer is counted against what the scenario calls late."""
    found, tables = figures()
    wait = tables.patients["first_dose_day"] - tables.patients["arrived_day"]
    assert found["referral_to_dose_median"] == wait.min()
    assert found["referral_to_dose_p90"] == wait.max()
    assert isnan(found["referral_to_dose_late"])
    for late, share in ((wait.max() + 1, 0.0), (wait.min() - 1, 1.0)):
        assert figures({"late": f"{int(late)} day"})[0]["referral_to_dose_late"] == share


def test_whom_the_site_turns_away_is_not_left_out_of_the_wait() -> None:
    """A patient who waits too long for the policy is never treated, and counts as waiting longer than anything."""
    found, tables = figures({"policy.give_up_after": "29 day", "late": "300 day"})
    assert set(tables.patients["ending"]) == {"waited too long"}
    assert found["referral_to_dose_late"] == 1
    assert not len(tables.lots)


def test_a_limit_that_everybody_keeps_changes_nothing() -> None:
    """Only whose first dose would lie later is given up."""
    _, tables = figures({"policy.give_up_after": "300 day"})
    assert set(tables.patients["ending"]) == {"completed"}


def test_a_first_dose_that_is_put_off_beyond_the_limit_is_given_up() -> None:
    """Nobody of phase 3 has a first dose later than the limit; who would have had, ends so, and the tables add up."""
    limit = 80
    plans = [
        plan_of(load_scenario("lenzumestrocel-phase3", more))
        for more in ({}, {"policy.give_up_after": f"{limit} day"})
    ]
    free, held = (tables_of(plan, *replicate(plan, 0)).patients for plan in plans)
    waits = [(one["first_dose_day"] - one["arrived_day"]).max() for one in (free, held)]
    assert waits[0] > limit + 1
    assert waits[1] <= limit + 1
    assert (held["ending"] == "waited too long").any()
    assert held.loc[held["ending"] == "waited too long", "doses_given"].eq(0).all()


def test_a_dose_is_on_time_on_the_day_that_was_booked() -> None:
    """A dose that moved is not on time as first booked, whatever it moved with; on its last day it is."""
    plan = plan_of(load_scenario("lenzumestrocel-phase3"))
    tables = tables_of(plan, *replicate(plan, 0))
    found, doses = values_of(plan, plain(tables)), tables.doses
    given = doses[doses["given"] & (doses["prescribed_cells"] > 0)]
    kept = given["given_day"].astype(int) == given["booked_day"].astype(int)
    assert found["on_time_as_first_booked"] == kept.mean()
    moved_along = given[(given["put_off"] == 0) & ~kept]
    assert len(moved_along)
    assert not moved_along["on_first_day"].any()
    assert found["on_time_as_first_booked"] < found["on_time_as_last_booked"] <= 1


def test_late_is_a_duration() -> None:
    """Anything else is refused, as in any place."""
    with pytest.raises(Faults, match="late"):
        load_scenario("lenzumestrocel-phase2", {"late": "sixty"})


def test_late_may_be_given_once(mfg: Callable[..., Said]) -> None:
    """As an option or as a setting."""
    said = mfg("run", "lenzumestrocel-phase2", "--late", "60day", "--set", "late=50 day")
    assert said.status == 2
    assert "is set as well" in said.err
