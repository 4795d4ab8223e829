"""The reference workload in salabim: components that request, hold and release. Times are minutes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import salabim as sim

from benchmarks import workload as w

sim.yieldless(False)


class Test(sim.Component):
    """One test of one product."""

    def process(self) -> Generator[Any, None, None]:
        """Two hours on a bench, and a day until the result."""
        env = self.env
        yield self.request(env.benches)
        yield self.hold(120)
        self.release()
        yield self.hold(1440)
        self.product.outstanding -= 1
        if not self.product.outstanding:
            self.product.activate()

    def setup(self, product: Patient) -> None:
        """Report to *product*."""
        self.product = product


class Patient(sim.Component):
    """One patient, with as many lots as it takes."""

    def setup(self, index: int, lots: int) -> None:
        """The patient with this *index* needs so many *lots*."""
        self.index = index
        self.lots = lots
        self.outstanding = 0

    def process(self) -> Generator[Any, None, None]:
        """From arrival to the dose."""
        env, arrived = self.env, self.env.now()
        yield self.request(env.rooms)
        yield self.hold(60)
        self.release()
        yield self.hold(360)
        for _ in range(self.lots):
            yield self.request(env.incubator)
            yield self.request(env.suites, env.operators)
            yield self.hold(240)
            self.release(env.suites, env.operators)
            for _ in range(7):
                yield self.hold(5040)
                yield self.request(env.operators)
                yield self.hold(30)
                self.release(env.operators)
            yield self.hold(2160)
            yield self.request(env.suites, env.operators)
            self.release(env.incubator)
            yield self.hold(240)
            self.release(env.suites, env.operators)
            self.outstanding = 3
            for _ in range(3):
                Test(product=self, env=env)
            yield self.passivate()
        yield self.request(env.rooms)
        yield self.hold(120)
        self.release()
        env.spent[self.index] = env.now() - arrived


class Source(sim.Component):
    """Everybody, when it is time."""

    def setup(self, cohort: w.Cohort) -> None:
        """Let the patients of *cohort* come."""
        self.cohort = cohort

    def process(self) -> Generator[Any, None, None]:
        """One after the other."""
        for index, (moment, lots) in enumerate(zip(self.cohort.arrived, self.cohort.lots, strict=True)):
            yield self.hold(till=moment)
            Patient(index=index, lots=lots, env=self.env)


def simulate(cohort: w.Cohort, factor: int = 1) -> list[float]:
    """The minutes that each patient spent in the system; *factor* multiplies every capacity."""
    env = sim.Environment(trace=False)
    env.rooms = sim.Resource("rooms", w.ROOMS * factor, monitor=False, env=env)
    env.suites = sim.Resource("suites", w.SUITES * factor, monitor=False, env=env)
    env.operators = sim.Resource("operators", w.OPERATORS * factor, monitor=False, env=env)
    env.incubator = sim.Resource("incubator", w.INCUBATOR * factor, monitor=False, env=env)
    env.benches = sim.Resource("benches", w.BENCHES * factor, monitor=False, env=env)
    env.spent = [0.0] * len(cohort.arrived)
    Source(cohort=cohort, env=env)
    env.run()
    spent: list[float] = env.spent
    return spent
