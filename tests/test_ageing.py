"""Marrow that ages is isolated before anything that can wait, whatever the policy's order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from mfg.plan.compile import plan_of
from mfg.results.tables import tables_of
from mfg.scenario.check import CHOICES
from mfg.simulation.replicate import replicate
from tests.small_unit import MONDAY, ONE_DOSE, Changes, done, people, scenario
from tests.test_progress import LOT

BUSY: Changes = {
    **ONE_DOSE,
    "site.facility.gmp.suites": 1,
    "site.facility.gmp.medium_on": ["Tue", "Fri"],
    "population.decline": {"mean": "-1.2 point/month", "sd": "0.8 point/month", "shape": "normal"},
}
THURSDAY = MONDAY + timedelta(days=3)
LOTS = [
    evolve(LOT, patient=f"W{n}", flasks=40 - n, dose_on=LOT.dose_on + timedelta(days=n)) for n in range(4)
]


@pytest.mark.parametrize("order", CHOICES["order"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_isolation_is_not_behind_a_change_of_medium(order: str, seed: int) -> None:
    """With one suite, four lots to be fed since the morning and marrow at noon: it is next, as soon as the suite is clear."""
    changes: Changes = {"policy.order": order, "seed": seed, "chance": True}
    plan = plan_of(scenario(BUSY, changes, patients=people(1, arrived=THURSDAY), lots=LOTS))
    tables = tables_of(plan, *replicate(plan, 0))
    (isolated,) = done(tables, "isolate").itertuples()
    cleared = done(tables, "line clearance after medium")["finished_min"]
    assert isolated.started_min == cleared[cleared >= isolated.queued_min].min()
    waited = done(tables, "medium")
    overtaken = (waited["queued_min"] < isolated.queued_min) & (waited["started_min"] > isolated.started_min)
    assert overtaken.sum() >= 2
