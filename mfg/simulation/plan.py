"""The plan: a scenario as the event loop reads it, in plain numbers.

Minutes, cells, fractions and indices; no units, no files, no dates but the first. It is what is sent to
other processes, and what a second engine could read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from attrs import frozen

from mfg.calendar import Window
from mfg.course.network import Template
from mfg.growth import Cultivation
from mfg.shape import Shape

_NOTES = "arrive allocate prescribe book visit ship-in ship-out release fail end"
DAY_0 = ""  # the day of the baseline itself, in the place of the name of an event
NOTES = {name.replace("-", " "): code for code, name in enumerate(_NOTES.split())}


@frozen
class Activity:
    """A kind of row in the event log: what is done, where, and what it keeps busy."""

    name: str
    place: str
    uses: tuple[tuple[int, int], ...] = ()


@frozen
class Work:
    """One piece of work at one place; `need` is None where the place takes appointments."""

    name: str
    activity: int
    need: int | None
    lasts: Shape
    booked: int
    clears: int = 0
    per_flask: float = 0.0
    clearance: Shape | None = None
    cleared: int = 0
    recovers: Shape | None = None
    fails: float = 0.0
    contaminates: float = 0.0


@frozen
class Clinic:
    """A clinic; with a `slot` its rooms and beds are booked ahead."""

    name: str
    windows: tuple[Window, ...]
    slot: int | None
    rooms: int
    beds: int | None
    share: float
    stays: int
    work: Mapping[str, Work]


@frozen
class Facility:
    """A facility with its laboratory.

    `together` names the works that hold their places as one, and the need that they hold: cells in
    suspension do not wait for a suite. `medium` are the minutes at which it opens on the days of medium changes. So many lots can be isolated `side_by_side`. `breakdown` is a hazard per
    minute.
    """

    name: str
    windows: tuple[Window, ...]
    medium: tuple[int, ...]
    incubator: int
    incubates: int
    storage: int
    stores: int
    starts: int
    fills: int
    day_before: bool
    side_by_side: int
    breakdown: float
    laboratory: int
    together: Mapping[tuple[str, ...], int]
    work: Mapping[str, Work]


@frozen
class Leg:
    """A way between a clinic and a facility."""

    typical: int
    lasts: Shape
    excursion: float


@frozen
class Test:
    """A release test: what decides its result, and what waits for it.

    It is sampled in the ``culture``, early enough; in the ``product``; or at the end of a step of the making.
    What it measures is in `unit`, as its limits are.
    """

    name: str
    unit: str
    activity: int
    sampled: str
    holds: str
    turnaround: Shape
    positive: Shape | None
    reads: str | None
    measured: Shape | None
    least: float
    most: float
    fails: float
    retests: int
    benches: tuple[Work, ...]


@frozen
class Expansion:
    """The culture: grown from the patient's biology, or timed; medium by weekdays or by interval."""

    lasts: int | None
    cultivation: Cultivation | None
    medium_every: int | None


@frozen
class Bank:
    """A lot frozen at a passage, in containers of so many cells; `recovers` minutes of culture after thawing."""

    after_passage: int
    contains: float
    spare: int
    recovers: int | None


@frozen
class Dose:
    """What one planned dose is: the cells for each tenth of a kilogram from `first` on, or the same for everybody.

    `least` is what a dose must hold at least where the protocol says so; nan is a weight without a dose.
    """

    name: str
    product: bool
    drawn: bool
    cells: tuple[float, ...]
    least: tuple[float, ...]
    first: int = 0

    def cells_for(self, weight: float) -> float:
        """The prescribed cells of a patient of *weight* kg."""
        return self.cells[round(weight * 10) - self.first] if len(self.cells) > 1 else self.cells[0]

    def least_for(self, weight: float) -> float:
        """The fewest cells that may be given to a patient of *weight* kg."""
        return self.least[round(weight * 10) - self.first] if len(self.least) > 1 else self.least[0]


@frozen
class Arm:
    """An arm with its course; `floating` doses are given when their lot is released.

    Its patients are allocated at the visit or with the dose named `allocated_at`, on `DAY_0`, or when they come (None).
    An arm that is filled in order takes patients until it has its `size`; None where arms are drawn by their `ratio`.
    """

    name: str
    ratio: int
    size: int | None
    doses: tuple[Dose, ...]
    course: Template
    allocated_at: str | None

    @cached_property
    def filled(self) -> frozenset[str]:
        """The doses for which syringes are filled with cells."""
        return frozenset(dose.name for dose in self.doses if dose.product)


@frozen
class Stagger:
    """The least days between the first doses of two subjects of one cohort, and of two cohorts; 0 is no wait."""

    subjects: int
    cohorts: int


@frozen
class Limit:
    """What somebody must have to be eligible: at least, above, at most and below these."""

    name: str
    least: float
    above: float
    most: float
    below: float


@frozen
class Candidate:
    """A patient of a list, arriving at a minute; what is not known is drawn."""

    name: str
    arrived: int
    weight: float
    arm: int | None
    clinic: int | None
    age: float | None = None


@frozen
class InProgress:
    """A lot in culture at the start: plated so many minutes before it, for a dose on a day."""

    name: str
    weight: float
    arm: int
    dose: int
    clinic: int
    facility: int
    collected: int
    passage: int
    plated: int
    flasks: int
    cells: float
    dose_day: int


@frozen
class People:
    """The population in plain shapes; hazards per minute, decline in points per month of 30.4375 days."""

    weight: Shape
    age: Shape | None
    score: Shape | None
    decline: Shape | None
    ineligible: float
    withdraw: float
    withdraw_later: float
    die: float
    mononuclear: Shape | None
    colonies: Shape | None
    alike: float
    contaminated: float
    first_lag: Shape | None
    lag: Shape | None
    doubling: Shape | None
    primary: float
    slowing: float
    limit: Shape | None
    viability: Shape | None
    loss: Shape | None


@frozen
class Recipe:
    """What is done, in order: what makes a lot, and what brings a dose to the patient."""

    collects: bool
    collected: Shape | None
    inbound: str | None
    within: int | None
    making: tuple[str, ...]
    expansion: Expansion | None
    induces: int
    bank: Bank | None
    supply: str
    prepares: tuple[str, ...]
    use_within: int | None
    outbound: str | None
    administers: bool
    stay: int

    @property
    def cultivation(self) -> Cultivation | None:
        """What is asked of a culture that is grown; None for one of a stated length, or none at all."""
        return self.expansion.cultivation if self.expansion is not None else None


@frozen
class Policy:
    """What is decided when things do not go as planned."""

    order: str
    gives_short: bool
    recollect: int
    again: str
    facility: str
    score_least: float


@frozen
class Plan:
    """Everything that one replication needs."""

    name: str
    seed: int
    start: date
    horizon: int
    warm_up: int
    days: int
    chance: bool
    policy: Policy
    activities: tuple[Activity, ...]
    resources: tuple[str, ...]
    capacities: tuple[int, ...]
    hours: tuple[tuple[Window, ...], ...]
    needs: tuple[tuple[tuple[tuple[int, int], ...], tuple[Window, ...]], ...]
    clinics: tuple[Clinic, ...]
    facilities: tuple[Facility, ...]
    laboratories: tuple[str, ...]
    legs: Mapping[tuple[str, int, int], Leg]
    arms: tuple[Arm, ...]
    block: int | None
    strata: tuple[str, ...]
    stagger: Stagger | None
    open_days: tuple[bool, ...]
    recipe: Recipe
    tests: tuple[Test, ...]
    people: People
    eligibility: tuple[Limit, ...]
    candidates: tuple[Candidate, ...]
    in_progress: tuple[InProgress, ...]
    rate: float
    every: int

    @property
    def in_order(self) -> bool:
        """Whether the arms are filled one after the other."""
        return self.arms[0].size is not None

    @property
    def listed(self) -> tuple[InProgress | Candidate, ...]:
        """The patients who are known by name: those with a lot in progress, then those of a list."""
        return (*self.in_progress, *self.candidates)
