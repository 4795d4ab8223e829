"""What a patient has in the unit: lots on their way to cells, and doses on their way to the patient."""

from __future__ import annotations

from math import inf

from attrs import define, field
from simpy import Environment, Event

from mfg.calendar import FOREVER
from mfg.growth import Culture
from mfg.plan import plan as p
from mfg.simulation.booking import Booked
from mfg.simulation.clock import Running
from mfg.simulation.cohort import Patient
from mfg.simulation.floor import Task
from mfg.simulation.holds import Hold

UNCOLLECTED = (
    -FOREVER
)  # the moment of a collection that is still to come; those in progress lie before the start


class Lost(Exception):
    """A lot is lost, and why: raised by its making, or the cause with which that is interrupted."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Results(Event):
    """The laboratory's results that something waits for: it happens when all are in, or one is bad.

    With none outstanding it has happened.
    """

    def __init__(self, env: Environment, outstanding: int) -> None:
        super().__init__(env)
        self.outstanding = outstanding
        self.failed = ""
        self.reported: list[str] = []
        if not outstanding:
            self._ok, self._value, self.callbacks = True, None, None  # type: ignore[assignment]

    def report(self, test: str, failure: str) -> None:
        """One result is in, that of *test*; *failure* is empty if it meets the specification."""
        self.reported.append(test)
        self.outstanding -= 1
        self.failed = self.failed or failure
        if not self.triggered and (failure or not self.outstanding):
            self.succeed()


@define(eq=False)
class Made:
    """Anything that work is done on: its patient, its number for the draws, its rows in the log, its due minute.

    `results` are what waits for the laboratory, by what they hold up. `turns` says which time it was that each kind of
    work was last done on it, from 0 on, so that each time has luck of its own.
    """

    patient: Patient
    number: int
    subject: int
    due: int
    results: dict[str, Results]
    turns: dict[str, int] = field(factory=dict, init=False)

    def turn(self, name: str) -> int:
        """Do *name* once more; how often it was done before."""
        turn = self.turns[name] = self.turns.get(name, -1) + 1
        return turn

    @property
    def failure(self) -> str:
        """Why the laboratory has found it bad so far, or the empty string."""
        for results in self.results.values():
            if results.failed:
                return results.failed
        return ""


@define(eq=False)
class Lot(Made):
    """Everything made from one collection of one patient; `target` is what its harvest must hold.

    Where its `cells` are counted and not grown, so many there are. A lot that is a bank has `containers`, each with
    its `contents`, of all that it `gave`; what is thawed from it for one dose is a lot of its own with the
    bank as its `parent`. `begins` is the step with which it begins: a lot may start from isolated marrow, or
    be in culture when the run starts. Its `marrow` is what was collected, in mL, or in cells where they are counted.
    What got into the marrow itself (`tainted`) is in every lot from it. It `left` the clinic at a minute before the run, if it did, and may
    have been `received` by then. `task` is the freezing that it waits for.
    `tested` is the latest work of the laboratory on its sample for each test.
    """

    target: float
    collection: Booked | None
    ready: Event
    parent: Lot | None = None
    begins: str = "collect"
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
        return self.begins == "isolate" or self.isolated


@define(eq=False)
class Dosing(Made):
    """One dose of one patient: its appointments, its lot, and what came of it.

    `batch` is what is formulated: the lot itself, or what was thawed from it. What was filled may be `short`. `tries`
    counts how often a lot for it was lost; `hopeless` says why there will be no other. It is `dropped` if it turns out
    not to be for this patient. `upset` happens when its lot is lost, or when it is off.
    A dose without a day of its own may have been `told` for one, and says what it is `held_by` when that has come.
    """

    dose: p.Dose
    lot: Lot | None
    booked: Booked | None
    draw: Booked | None
    cells: float
    upset: Event
    batch: Lot | None = None
    short: bool = False
    suspended_at: int = -1
    given_at: int = -1
    tries: int = 0
    hopeless: str = ""
    dropped: bool = False
    told: int | None = None
    held_by: str = ""

    @property
    def off(self) -> bool:
        """Whether it will not be given any more."""
        return self.dropped or bool(self.hopeless)

    @property
    def portion(self) -> p.Portion:
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
