"""What a file states is what happens: limits of a day, viability that is lost, donors that are alike, two hazards."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.simulation.cohort import cohort_of
from tests.small_unit import FIXED, ONE_DOSE, done, people, run


@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize(("key", "activity"), [("starts", "collect"), ("fills", "administer")])
def test_no_day_has_more_than_the_policy_allows(key: str, activity: str, limit: int) -> None:
    """Of four who come together as many are collected from, or treated, on one day as may be, and not one more."""
    tables = run(ONE_DOSE, {f"site.facility.gmp.{key}": limit}, patients=people(4))
    days = done(tables, activity)["started_min"] // DAY
    assert len(days) == 4
    assert days.value_counts().max() == limit


@pytest.mark.parametrize("loss", [0.0, 1.2, 5.0])
def test_a_product_loses_viable_cells_from_its_suspension_on(loss: float) -> None:
    """Of 60 million cells 95 % live when they are suspended, and exp(-loss x hours) of these when they are given."""
    tables = run(ONE_DOSE, {"population.product.loss": f"{loss} %/hour"})
    (dose,) = tables.doses.itertuples()
    assert dose.age_hour > 1
    assert dose.given_cells == pytest.approx(60e6 * 0.95 * np.exp(-loss / 100 * dose.age_hour))


@pytest.mark.parametrize("alike", [0, 100])
def test_the_collections_of_a_patient_are_as_alike_as_stated(alike: int) -> None:
    """Two collections of a patient have the same cells per millilitre if all of the variance is the patient's."""
    marrow = {"median": "2e6 cell/mL", "spread": Decimal("2.0"), "shape": "lognormal"}
    changes = {
        "chance": True,
        "population.marrow.mononuclear": marrow,
        "population.marrow.alike": f"{alike} %",
    }
    lots = run(FIXED, changes, patients=people(4)).lots
    rich = (lots["mononuclear_cells"] / lots["marrow_mL"]).groupby(lots["patient"])
    assert rich.size().min() >= 2
    assert rich.first().nunique() == 4
    same = np.isclose(rich.max(), rich.min())
    assert same.all() if alike else not same.any()


@pytest.mark.parametrize(("before", "later"), [(1e-6, 4e-6), (4e-6, 1e-6), (0.0, 3e-6), (3e-6, 0.0)])
def test_a_patient_withdraws_at_one_hazard_before_day_0_and_at_another_after(
    before: float, later: float
) -> None:
    """The hazards add up to the patience that was drawn: the first until day 0, the second from then on."""
    plan = plan_of(load_scenario("lenzumestrocel-korea"))
    people, baseline = evolve(plan.people, withdraw=before, withdraw_later=later), 90 * DAY
    patients, _ = cohort_of(plan, 0)
    leaving = np.array([patient.withdraws(baseline, people) for patient in patients])
    patience = np.array([patient.patience for patient in patients])
    ends = np.isfinite(leaving)
    assert ends.any()
    added = before * np.minimum(leaving[ends], baseline) + later * np.maximum(leaving[ends] - baseline, 0)
    assert added == pytest.approx(patience[ends])
    assert ends.all() == (later > 0)
