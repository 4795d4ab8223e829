"""The reference workload as the SimPy documentation would write it: a resource for everything, `with` around its use.

A suite is asked for first and an operator then, and whoever asked first is served first. Times are minutes.
"""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event, Resource

from benchmarks import workload as w

Story = Generator[Event, None, None]


class Site:
    """Everything that patients share."""

    def __init__(self, env: Environment, factor: int) -> None:
        self.rooms = Resource(env, w.ROOMS * factor)
        self.suites = Resource(env, w.SUITES * factor)
        self.operators = Resource(env, w.OPERATORS * factor)
        self.incubator = Resource(env, w.INCUBATOR * factor)
        self.benches = Resource(env, w.BENCHES * factor)


def use(env: Environment, resource: Resource, minutes: int) -> Story:
    """Use one of a resource for so long."""
    with resource.request() as turn:
        yield turn
        yield env.timeout(minutes)


def work_in_a_suite(env: Environment, site: Site) -> Story:
    """Four hours of a suite and an operator."""
    with site.suites.request() as suite:
        yield suite
        yield from use(env, site.operators, 240)


def test(env: Environment, site: Site) -> Story:
    """Two hours on a bench, and a day until the result."""
    yield from use(env, site.benches, 120)
    yield env.timeout(1440)


def make(env: Environment, site: Site) -> Story:
    """One lot, from the arrival of the marrow to the results of its three tests."""
    with site.incubator.request() as place:
        yield place
        yield from work_in_a_suite(env, site)
        for _ in range(7):
            yield env.timeout(5040)
            yield from use(env, site.operators, 30)
        yield env.timeout(2160)
    yield from work_in_a_suite(env, site)
    yield env.all_of([env.process(test(env, site)) for _ in range(3)])


def patient(env: Environment, site: Site, index: int, lots: int, spent: list[float]) -> Story:
    """One patient, from arrival to the dose, with as many lots as it takes."""
    arrived = env.now
    yield from use(env, site.rooms, 60)
    yield env.timeout(360)
    for _ in range(lots):
        yield from make(env, site)
    yield from use(env, site.rooms, 120)
    spent[index] = env.now - arrived


def source(env: Environment, site: Site, cohort: w.Cohort, spent: list[float]) -> Story:
    """Everybody, when it is time."""
    for index, (moment, lots) in enumerate(zip(cohort.arrived, cohort.lots, strict=True)):
        yield env.timeout(moment - env.now)
        env.process(patient(env, site, index, lots, spent))


def simulate(cohort: w.Cohort, factor: int = 1) -> list[float]:
    """The minutes that each patient spent in the system; *factor* multiplies every capacity."""
    env = Environment()
    spent = [0.0] * len(cohort.arrived)
    env.process(source(env, Site(env, factor), cohort, spent))
    env.run()
    return spent
