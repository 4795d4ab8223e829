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

    def __init__(self, env: Environment, outstanding: int) -> None:
        super().__init__(env)
        self.outstanding = outstanding
        self.failed: list[str] = []
        if not outstanding:
            self.succeed()

    def report(self, test: str, *, passed: bool) -> None:
        """One result is in."""
        self.outstanding -= 1
        if not passed:
            self.failed.append(test)
        if not self.outstanding:
            self.succeed()


@define(eq=False)
class Made:
    """Anything that work is done on: its patient, its number among the patient's, its rows in the log.

    `results` are what waits for the laboratory, by what they hold up. `turns` counts how often each kind of
    work was done on it, so that each time has luck of its own.
    """

    patient: Patient
    number: int
    subject: int
    due: int
    results: dict[str, Results]
    turns: dict[str, int] = field(factory=dict, init=False)

    def turn(self, name: str) -> int:
        """How often *name* was done before."""
        turn = self.turns.get(name, 0)
        self.turns[name] = turn + 1
        return turn


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
    harvest_min: int = 0
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
