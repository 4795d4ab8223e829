"""What an interval promises, held against a mean that is known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from mfg.plan.compile import plan_of
from mfg.results.figures import summary
from mfg.simulation.replicate import replicate
from validation.files import scenario_of
from validation.measure import mean_wait_of_the_first
from validation.run import Run
from validation.transient import mean_wait_of_the_first as exact
from validation.transient import poisson_arrivals_gamma_service

FIRST, GROUPS, EACH = 25, 100, 20
QUEUE = {
    "scenario.arrivals.rate": '"2.4 / day"',
    "scenario.warm_up": '"0 day"',
    "scenario.horizon": '"21 day"',
    "site.work.administer.lasts": '{ mean = "12 hour", shape = "exponential" }',
}


@pytest.fixture(scope="module")
def waits() -> np.ndarray:
    """The mean wait of the first 25 customers of an overloaded M/M/1 that begins empty; its skewness is about 1.1."""
    plan = plan_of(scenario_of("queue/scenario.toml", QUEUE))
    measure = mean_wait_of_the_first(FIRST, "administer")
    return np.array([measure(Run(plan, replicate(plan, n)[0])) for n in range(GROUPS * EACH)])


def coverage(groups: np.ndarray) -> float:
    """In how many of the groups of replications the 95 % interval holds the exact mean (Spitzer 1956)."""
    truth = exact(FIRST, poisson_arrivals_gamma_service(between=10, service=12, phases=1))
    figures = [summary("lots_started", group) for group in groups]
    held = [one.low <= truth <= one.high for one in figures if one.low is not None and one.high is not None]
    assert len(held) == len(groups)
    return float(np.mean(held))


def test_the_interval_of_twenty_replications_holds_the_truth(waits: np.ndarray) -> None:
    """In at least 93 of 100 cases; measured: 95 of 100."""
    assert coverage(waits.reshape(GROUPS, EACH)) >= 0.93


def test_the_interval_of_few_replications_holds_it_less_often(waits: np.ndarray) -> None:
    """With three, a skewed figure is missed more often than promised, which is why the command warns; measured: 617 of 666."""
    few = waits[: len(waits) // 3 * 3].reshape(-1, 3)
    assert 0.9 <= coverage(few) < coverage(waits.reshape(GROUPS, EACH))


def test_the_spread_of_means_is_that_of_the_intervals(waits: np.ndarray) -> None:
    """The unit of analysis is the replication: the means of groups scatter as their intervals say, within a fifth."""
    groups = waits.reshape(GROUPS, EACH)
    said = np.sqrt((groups.std(axis=1, ddof=1) ** 2).mean() / EACH)
    assert groups.mean(axis=1).std(ddof=1) == pytest.approx(said, rel=0.2)
