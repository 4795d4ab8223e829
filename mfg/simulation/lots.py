"""What a patient has in the unit: lots on their way to cells, and doses on their way to the patient."""

from __future__ import annotations

from attrs import define, field
from simpy import Environment, Event

from mfg.growth import Culture
from mfg.simulation import plan as p
from mfg.simulation.booking import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.floor import Hold


class Results(Event):
    """The laboratory's results that something waits for; it happens when none is outstanding."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.outstanding = 0
        self.failed: list[str] = []

    def report(self, test: str, *, passed: bool) -> None:
        """One result is in."""
        self.outstanding -= 1
        if not passed:
            self.failed.append(test)
        self.settle()

    def settle(self) -> None:
        """Happen, if there is nothing more to wait for."""
        if self.outstanding == 0 and not self.triggered:
            self.succeed()


@define(eq=False)
class Made:
    """Anything that work is done on: its patient, its number among the patient's, its rows in the log.

    `turns` counts how often each kind of work was done on it, so that each time has luck of its own.
    """

    patient: Patient
    number: int
    subject: int
    due: int
    turns: dict[str, int] = field(factory=dict, init=False)
    results: dict[str, Results] = field(factory=dict, init=False)

    def turn(self, name: str) -> int:
        """How often *name* was done before."""
        turn = self.turns.get(name, 0)
        self.turns[name] = turn + 1
        return turn

    def awaited(self, holds: str, env: Environment) -> Results:
        """The results that *holds* waits for."""
        if holds not in self.results:
            self.results[holds] = Results(env)
        return self.results[holds]


@define(eq=False)
class Lot(Made):
    """Everything made from one collection of one patient; `target` is what its harvest must hold."""

    target: float
    collection: Booked | None
    ready: Event
    collected_at: int = -1
    marrow: float = 0.0
    hold: Hold | None = None
    culture: Culture | None = None
    grown: bool = False
    taken: bool = False
    failed: str = ""
    sampled: set[str] = field(factory=set)


@define(eq=False)
class Dosing(Made):
    """One dose of one patient: its appointments, the lot that it is made from, and what came of it."""

    dose: p.Dose
    lot: Lot | None
    booked: Booked | None
    draw: Booked | None
    cells: float
    suspended_at: int = -1
