"""Networks without a closed form, simulated twice: as a scenario, and by Ciw, which knows nothing of mfg.

Both have the same laws and numbers of servers, and randomness of their own, so they agree if their means do.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
from attrs import frozen

from validation import measure
from validation.case import BOUND, Case
from validation.run import Measure

HOUR = 60
TIMES = 2  # as many replications of Ciw, which is quick
Records = list[Any]


@frozen
class Comparison:
    """What is measured of a run and of the records of Ciw, and the difference in percent to notice."""

    quantity: str
    ours: Measure
    theirs: Callable[[Records], float]
    notices: float


@frozen
class Likeness:
    """Both means with their standard errors."""

    comparison: Comparison
    ours: float
    our_error: float
    theirs: float
    their_error: float

    @property
    def noticed(self) -> float:
        """The smallest difference that could have been noticed, in percent."""
        return 100 * BOUND * float(np.hypot(self.our_error, self.their_error)) / self.theirs

    @property
    def verdict(self) -> str:
        """Whether the two agree within the errors of both."""
        if abs(self.ours - self.theirs) > self.noticed / 100 * self.theirs:
            return "differs"
        return "agrees" if 0 < self.noticed <= self.comparison.notices else "too coarse"


@frozen
class Twin:
    """A case without checks and the network that Ciw makes of it."""

    case: Case
    network: Callable[[Any], Any]
    comparisons: tuple[Comparison, ...]

    def likenesses(self) -> list[Likeness]:
        """What came out of both."""
        runs = self.case.runs()
        since, until = (minute / HOUR for minute in runs[0].window)
        records = [self._records(n, since, until) for n in range(TIMES * self.case.replications)]
        return [
            Likeness(one, *_mean([one.ours(run) for run in runs]), *_mean([one.theirs(r) for r in records]))
            for one in self.comparisons
        ]

    def _records(self, replication: int, since: float, until: float) -> Records:
        """One replication of Ciw: the records of work that was asked for in the window."""
        import ciw

        ciw.seed(replication)
        simulation = ciw.Simulation(self.network(ciw))
        simulation.simulate_until_max_time(until + since)
        return [r for r in simulation.get_all_records() if since <= r.arrival_date < until]


def _mean(values: list[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1)) / len(values) ** 0.5


def _mean_wait(node: int) -> Callable[[Records], float]:
    return lambda records: float(np.mean([r.waiting_time for r in records if r.node == node]))


def _share_reneging(records: Records) -> float:
    return float(np.mean([r.record_type == "renege" for r in records]))


def _series(ciw: Any) -> Any:
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.1), None],
        service_distributions=[ciw.dists.Lognormal(log(9), log(2)), ciw.dists.Uniform(4, 20)],
        number_of_servers=[2, 2],
        routing=[[0.0, 1.0], [0.0, 0.0]],
    )


def _again(ciw: Any) -> Any:
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.1)],
        service_distributions=[ciw.dists.Gamma(4, 2.5)],
        number_of_servers=[2],
        routing=[[0.2]],
    )


def _leaving(ciw: Any) -> Any:
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.2)],
        service_distributions=[ciw.dists.Uniform(2, 18)],
        reneging_time_distributions=[ciw.dists.Exponential(0.1)],
        number_of_servers=[2],
        routing=[[0.0]],
    )


TWINS = (
    Twin(
        Case(
            "two stations of two servers, log-normal and uniform",
            "tandem/scenario.toml",
            {
                "scenario.arrivals.rate": '"2.4 / day"',
                "scenario.horizon": '"350 day"',
                "site.clinic.clinic.rooms": "2",
                "site.facility.facility.suites": "2",
                "site.facility.facility.operators": "2",
                "site.work.collect.lasts": '{ median = "9 hour", spread = 2, shape = "lognormal" }',
                "site.work.isolate.lasts": '{ least = "4 hour", most = "20 hour" }',
            },
            (),
        ),
        _series,
        (
            Comparison("mean wait at the first, h", measure.mean_wait("collect"), _mean_wait(1), 30),
            Comparison("mean wait at the second, h", measure.mean_wait("isolate"), _mean_wait(2), 30),
        ),
    ),
    Twin(
        Case(
            "two servers, gamma, one of five done again",
            "suite/scenario.toml",
            {
                "scenario.arrivals.rate": '"2.4 / day"',
                "scenario.horizon": '"350 day"',
                "scenario.policy.recollect": "1000",
                "site.facility.facility.suites": "2",
                "site.facility.facility.operators": "2",
                "site.work.isolate.lasts": '{ mean = "10 hour", sd = "5 hour", shape = "gamma" }',
                "site.work.isolate.fails": '"20 %"',
            },
            (),
        ),
        _again,
        (Comparison("mean wait each time, h", measure.mean_wait("isolate"), _mean_wait(1), 30),),
    ),
    Twin(
        Case(
            "two servers, uniform, with patience",
            "queue/scenario.toml",
            {
                "scenario.arrivals.rate": '"4.8 / day"',
                "scenario.horizon": '"200 day"',
                "site.clinic.clinic.rooms": "2",
                "site.work.administer.lasts": '{ least = "2 hour", most = "18 hour" }',
                "population.leaves.withdraw": '"7305 %/month"',
            },
            (),
        ),
        _leaving,
        (
            Comparison(
                "share that leaves unserved",
                measure.share_never("administer"),
                _share_reneging,
                15,
            ),
        ),
    ),
)
