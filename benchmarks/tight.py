"""The reference workload as a script on SimPy that is tuned by hand: counters, deques and callbacks, no log.

It knows the workload by heart: one chain of waits for each patient, free places as plain numbers, and lines
that are looked at only when somebody stands in them. Whoever asked first is served first; work that needs
an operator alone passes work that waits for a suite. Times are minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

from simpy import Environment, Event
from simpy.events import Process, Timeout

from benchmarks import workload as w

Waits = Generator[Event, None, None]


class Places:
    """So many equal places and the line for them."""

    __slots__ = ("free", "line")

    def __init__(self, free: int) -> None:
        self.free = free
        self.line: deque[Event] = deque()

    def wait(self, env: Environment) -> Event:
        """Stand in line."""
        turn = Event(env)
        self.line.append(turn)
        return turn

    def give_back(self) -> None:
        """Free a place, or hand it over to the first in line."""
        if self.line:
            self.line.popleft().succeed()
        else:
            self.free += 1


class Cleanroom:
    """Suites and operators: one line for work that needs both, one for work that needs an operator."""

    __slots__ = ("both", "one", "operators", "suites")

    def __init__(self, suites: int, operators: int) -> None:
        self.suites = suites
        self.operators = operators
        self.both: deque[tuple[tuple[float, int], Event]] = deque()
        self.one: deque[tuple[tuple[float, int], Event]] = deque()

    def wait(self, env: Environment, line: deque[tuple[tuple[float, int], Event]], patient: int) -> Event:
        """Stand in *line*."""
        turn = Event(env)
        line.append(((env.now, patient), turn))
        return turn

    def settle(self) -> None:
        """Let everybody begin whose turn it is."""
        both, one = self.both, self.one
        while self.operators:
            if both and self.suites and not (one and one[0][0] < both[0][0]):
                self.operators -= 1
                self.suites -= 1
                both.popleft()[1].succeed()
            elif one:
                self.operators -= 1
                one.popleft()[1].succeed()
            else:
                return


class Laboratory:
    """Benches, and what is tested there without a process of its own."""

    __slots__ = ("env", "free", "line")

    def __init__(self, env: Environment, free: int) -> None:
        self.env = env
        self.free = free
        self.line: deque[Tests] = deque()

    def begin(self, tests: Tests) -> None:
        """Put one test on a bench."""
        Timeout(self.env, 120).callbacks.append(tests.read)


class Tests(Event):
    """Three tests of one product: it happens when the last result is in."""

    __slots__ = ("laboratory", "outstanding")

    def __init__(self, laboratory: Laboratory) -> None:
        super().__init__(laboratory.env)
        self.laboratory = laboratory
        self.outstanding = 3
        for _ in range(3):
            if laboratory.free:
                laboratory.free -= 1
                laboratory.begin(self)
            else:
                laboratory.line.append(self)

    def read(self, _: Event) -> None:
        """The bench is free; the result follows a day later."""
        laboratory = self.laboratory
        Timeout(laboratory.env, 1440).callbacks.append(self.report)
        if laboratory.line:
            laboratory.begin(laboratory.line.popleft())
        else:
            laboratory.free += 1

    def report(self, _: Event) -> None:
        """A result is in."""
        self.outstanding -= 1
        if not self.outstanding:
            self.succeed()


class Site:
    """Everything that patients share."""

    def __init__(self, env: Environment, factor: int) -> None:
        self.clinic = Places(w.ROOMS * factor)
        self.incubator = Places(w.INCUBATOR * factor)
        self.cleanroom = Cleanroom(w.SUITES * factor, w.OPERATORS * factor)
        self.laboratory = Laboratory(env, w.BENCHES * factor)


def patient(  # noqa: PLR0912, PLR0915  one chain of waits that calls nothing
    env: Environment, site: Site, index: int, lots: int, spent: list[float]
) -> Waits:
    """One patient, from arrival to the dose, with as many lots as it takes."""
    clinic, incubator, cleanroom = site.clinic, site.incubator, site.cleanroom
    arrived = env.now
    if clinic.free:
        clinic.free -= 1
    else:
        yield clinic.wait(env)
    yield Timeout(env, 60)
    clinic.give_back()
    yield Timeout(env, 360)
    for _ in range(lots):
        if incubator.free:
            incubator.free -= 1
        else:
            yield incubator.wait(env)
        if cleanroom.operators and cleanroom.suites:
            cleanroom.operators -= 1
            cleanroom.suites -= 1
        else:
            yield cleanroom.wait(env, cleanroom.both, index)
        yield Timeout(env, 240)
        cleanroom.operators += 1
        cleanroom.suites += 1
        if cleanroom.both or cleanroom.one:
            cleanroom.settle()
        for _ in range(7):
            yield Timeout(env, 5040)
            if cleanroom.operators:
                cleanroom.operators -= 1
            else:
                yield cleanroom.wait(env, cleanroom.one, index)
            yield Timeout(env, 30)
            cleanroom.operators += 1
            if cleanroom.both or cleanroom.one:
                cleanroom.settle()
        yield Timeout(env, 2160)
        if cleanroom.operators and cleanroom.suites:
            cleanroom.operators -= 1
            cleanroom.suites -= 1
        else:
            yield cleanroom.wait(env, cleanroom.both, index)
        incubator.give_back()
        yield Timeout(env, 240)
        cleanroom.operators += 1
        cleanroom.suites += 1
        if cleanroom.both or cleanroom.one:
            cleanroom.settle()
        yield Tests(site.laboratory)
    if clinic.free:
        clinic.free -= 1
    else:
        yield clinic.wait(env)
    yield Timeout(env, 120)
    clinic.give_back()
    spent[index] = env.now - arrived


def source(env: Environment, site: Site, cohort: w.Cohort, spent: list[float]) -> Waits:
    """Everybody, when it is time."""
    for index, (moment, lots) in enumerate(zip(cohort.arrived, cohort.lots, strict=True)):
        yield Timeout(env, moment - env.now)
        Process(env, patient(env, site, index, lots, spent))


def simulate(cohort: w.Cohort, factor: int = 1) -> list[float]:
    """The time that each patient spent in the system, minutes; *factor* multiplies every capacity."""
    env = Environment()
    spent = [0.0] * len(cohort.arrived)
    Process(env, source(env, Site(env, factor), cohort, spent))
    env.run()
    return spent
