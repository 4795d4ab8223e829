"""The lots and doses of a patient while the simulation runs."""

from __future__ import annotations

from math import inf

from attrs import define, field
from simpy import Environment, Event

from mfg.calendar import FOREVER
from mfg.growth import Culture
from mfg.plan.prescription import PlannedDose, PlannedPortion
from mfg.simulation.booked import Booked
from mfg.simulation.clock import Running
from mfg.simulation.cohort import Patient
from mfg.simulation.grants import Task
from mfg.simulation.holds import Hold
from mfg.simulation.works import Job
from mfg.works import COLLECT, ISOLATE

# The minute of a collection that is still to come. It is before every other one: lots that are in progress when the run
# starts were collected at negative minutes.
UNCOLLECTED = -FOREVER


class Results(Event):
    """The test results that something waits for: an event that happens when all are in, or when one is bad.

    With none outstanding it has happened from the beginning.
    """

    def __init__(self, env: Environment, outstanding: int) -> None:
        super().__init__(env)
        self.outstanding = outstanding
        self.failed = ""
        self.reported: list[str] = []
        if not outstanding:
            # What SimPy leaves on an event that has happened: nobody can wait for it any more.
            self._ok, self._value, self.callbacks = True, None, None  # type: ignore[assignment]

    def report(self, test: str, failure: str) -> None:
        """Record the result of *test*; *failure* is empty if it meets the specification."""
        self.reported.append(test)
        self.outstanding -= 1
        self.failed = self.failed or failure
        if not self.triggered and (failure or not self.outstanding):
            self.succeed()


@define(eq=False)
class Made:
    """What work is done on, a lot or a dose: its patient, its number, its subject in the log, and the minute it is due.

    `results` are the test results that hold up its formulation, its administration, or nothing. `turns` counts how often each
    kind of work was done on it (0 is once), so that each repetition has its own random draw.
    """

    patient: Patient
    number: int
    subject: int
    due: int
    results: dict[str, Results]
    turns: dict[str, int] = field(factory=dict, init=False)

    def turn(self, name: str) -> int:
        """Count another repetition of the work *name*; returns how often it was done before."""
        turn = self.turns[name] = self.turns.get(name, -1) + 1
        return turn

    def recovery(self, name: str) -> float:
        """The share of the cells that came out of the work *name* the last time."""
        job = self.patient.jobs.get(name)
        if job is None or job.recovers is None:
            return 1.0
        return float(job.recovers(self.patient.index, self.number, self.turns[name])) / 100

    def comes_to_nothing(self, job: Job) -> bool:
        """Whether the work that was just done on it has failed."""
        return job.fails is not None and job.fails(self.patient.index, self.number, self.turns[job.name])

    @property
    def failure(self) -> str:
        """Why the laboratory has found it bad so far, or the empty string."""
        for results in self.results.values():
            if results.failed:
                return results.failed
        return ""


@define(eq=False)
class CellLot(Made):
    """Everything made from one collection of one patient; `target` is the number of cells that its harvest must hold.

    `cells` is how many there are where cells are counted and not grown. A bank has `containers` with their `contents` in cells;
    `gave` is what it held in all. What is thawed from a bank for one dose is a lot of its own, with the bank as its
    `parent`. `begins` is the step with which its making begins: a lot may start from marrow that is isolated already, or be in
    culture when the run starts. `marrow` is what was collected, in mL, or in cells where they are counted. Marrow that was
    contaminated when it was taken (`tainted`) contaminates every lot made from it. `left` is the minute, before the run, at
    which it left the clinic, and `received` whether it had arrived by then. `task` is the freezing that it waits for. `tested`
    is the latest laboratory work on its sample, by test.
    """

    target: float
    collection: Booked | None
    ready: Event
    parent: CellLot | None = None
    begins: str = COLLECT
    collected_at: int = UNCOLLECTED
    marrow: float = 0.0
    tainted: bool = False
    left: int | None = None
    received: bool = False
    isolated: bool = False
    contaminated: bool = False
    hold: Hold | None = None
    store: Hold | None = None
    culture: Culture | None = None
    cells: float = inf
    gave: float = inf
    frozen: float = 0.0
    thawed: float = 0.0
    contents: list[float] = field(factory=list)
    grown: bool = False
    taken: bool = False
    failed: str = ""
    sampled: set[str] = field(factory=set)
    tested: dict[str, Task] = field(factory=dict)
    process: Running | None = None
    task: Task | None = None

    def opened(self, job: Job, made: Made) -> None:
        """Its cells were handled in the open, for itself or for the dose *made* of it: now and then something gets in."""
        if job.contaminates is not None:
            self.contaminated |= job.contaminates(made.patient.index, made.number, made.turns[job.name])

    @property
    def collected(self) -> bool:
        """Whether its marrow, or its cells, were taken already."""
        return self.collected_at > UNCOLLECTED

    @property
    def containers(self) -> int:
        """How many containers are left of it."""
        return len(self.contents)

    @property
    def leaves_marrow(self) -> bool:
        """Whether its marrow was isolated while it kept, so that another lot can begin from it."""
        return self.begins == ISOLATE or self.isolated


@define(eq=False)
class Dosing(Made):
    """One dose of one patient: its appointments, its lot, and what came of it.

    `batch` is what is formulated: the lot itself, or what was thawed from it. `short` is whether fewer cells were filled than
    prescribed. `tries` counts the lots that were lost for it; `hopeless` says why there will be no other. `dropped` is a dose
    that turned out not to be for this patient. `told` is the day that a list gave for a dose without a day of its own, and
    `held_by` what it waits for when that day has come.

    Whoever waits for something on the way of a dose also waits for `revised`, which happens when the plan of the dose is another:
    its lot is lost, or it will not be given. `look_again` lets it happen.
    """

    dose: PlannedDose
    lot: CellLot | None
    booked: Booked | None
    draw: Booked | None
    cells: float
    revised: Event
    batch: CellLot | None = None
    short: bool = False
    suspended_at: int = -1
    given_at: int = -1
    tries: int = 0
    hopeless: str = ""
    dropped: bool = False
    told: int | None = None
    held_by: str = ""

    def look_again(self) -> None:
        """Wake whoever waits for this dose, to look at its plan again.

        An event happens once, so that a fresh one takes its place for the next time. Who has waited for the old one must ask that
        whether it was `triggered`, and keep it from before the wait: the fresh one never is.
        """
        self.revised.succeed()
        self.revised = Event(self.revised.env)

    @property
    def off(self) -> bool:
        """Whether it will not be given any more."""
        return self.dropped or bool(self.hopeless)

    @property
    def portion(self) -> PlannedPortion:
        """What is prescribed."""
        return self.patient.portion(self.dose)

    @property
    def over(self) -> bool:
        """Whether it was given."""
        return self.given_at >= 0

    @property
    def known_failure(self) -> str:
        """Why the laboratory speaks against giving it: its own samples, its lot's, or its bank's."""
        batch = self.batch
        if batch is None:
            return self.failure
        return self.failure or batch.failure or (batch.parent.failure if batch.parent is not None else "")
