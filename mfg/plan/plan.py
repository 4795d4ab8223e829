"""The plan: a scenario as the event loop reads it, in plain numbers.

Minutes, cells, fractions and indices; no units, no files, no dates but the first. It is what is sent to
other processes, and what a second engine could read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from math import nan
from typing import Any

from attrs import frozen

from mfg.calendar import Window
from mfg.course.network import Template
from mfg.course.pieces import Floating
from mfg.growth import Cultivation
from mfg.shape import Shape

Case = Mapping[str, Decimal | str]  # what is known of a patient: the arm, the supply, what was observed
DAY_0 = ""  # the day of the baseline itself, in the place of the name of an event
VIABLE = "viable_cell"
HOLDS = ("formulation", "administration", "nothing")  # what the result of a test can hold up


@frozen
class Activity:
    """A kind of row in the event log: what is done, where, and what it keeps busy."""

    name: str
    place: str
    uses: tuple[tuple[int, int], ...] = ()


@frozen
class Work:
    """One piece of work at one place; an appointment for it takes so many `rooms` and `beds`."""

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
    rooms: int = 0
    beds: int = 0


@frozen
class Clinic:
    """A clinic; with a `slot` its rooms and beds are booked ahead.

    Its bed is what a stay needs, as one of the plan's needs; None where nobody counts beds. `on_ward` are the
    activities of what is done for inpatients, in no room.
    """

    name: str
    windows: tuple[Window, ...]
    slot: int | None
    rooms: int
    beds: int | None
    share: float
    stays: int
    visits: int
    bed: int | None
    on_ward: Mapping[str, int]
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
    """The culture: grown from the patient's biology, or timed; medium by weekdays or by interval.

    A timed one `yields` so many cells, or as many as are asked for, and has its medium changed on weekdays (`weekly`),
    so often, or not at all.
    """

    lasts: int | None
    cultivation: Cultivation | None
    weekly: bool
    medium_every: int | None
    yields: Shape | None


@frozen
class Scaled:
    """So many cells, or so many for each kilogram."""

    cells: float
    per_kg: bool

    def of(self, weight: float) -> float:
        """The cells at a *weight* in kg."""
        return self.cells * weight if self.per_kg else self.cells


@frozen
class Collecting:
    """Collections whose cells are counted: each gives what `yields` says, for each kilogram or in all.

    They go on `until` so many are there, and a `backup`: at `most` so many times, `every` so many days.
    """

    yields: Shape
    per_kg: bool
    until: Scaled
    backup: Scaled
    most: int
    every: int


@frozen
class Bank:
    """A lot that is frozen; one that is grown at a passage. `recovers` are minutes of culture after thawing.

    Each container `contains` so many cells; None where it holds what one dose needs.
    """

    after_passage: int | None
    contains: Shape | None
    spare: int
    recovers: int | None


@frozen
class Portion:
    """What is prescribed to one patient, in what the dose counts.

    `cells` are aimed for. A product that was filled with fewer than `enough` of them is not given, nor one that holds
    fewer than `least` when it is to be; more than `most` are never filled. `total` are the cells that a planner
    makes for it, dead ones among them. nan is a patient for whom the protocol has no dose.
    """

    cells: float
    enough: float
    least: float
    most: float
    total: float


@frozen
class Dose:
    """What one planned dose is: a portion for each tenth of a kilogram from `first` on, or the same for everybody.

    A dose that depends on more than a weight has a `rule` instead. One with a `when` is given only to a patient whom
    that condition admits. Its cells are `counted` in this unit.
    """

    name: str
    product: bool
    drawn: bool
    portions: tuple[Portion, ...]
    first: int = 0
    rule: Callable[[Case], Portion] | None = None
    when: Any = None
    counted: str = "cell"

    @property
    def viable(self) -> bool:
        """Whether only its viable cells count."""
        return self.counted == VIABLE


@frozen
class Arm:
    """An arm with its course; `when` holds the conditions of its visits by their names.

    Its patients are allocated at the visit or with the dose named `allocated_at`, on `DAY_0`, or when they come (None).
    An arm that is filled in order takes patients until it has its `size`; None where arms are drawn by their `ratio`.
    `repeating` are the visits that take place again if their dose moves out of their window afterwards, `floating` what
    has no day, by the event that it follows, and `filled` the doses for which syringes are filled with cells.
    """

    name: str
    ratio: int
    size: int | None
    doses: tuple[Dose, ...]
    course: Template
    allocated_at: str | None
    repeating: frozenset[str]
    floating: Mapping[str, tuple[Floating, ...]]
    filled: frozenset[str]
    when: Mapping[str, Any]

    @property
    def comes(self) -> bool:
        """Whether visits may come into the calendar later: repeated ones, or those without a day."""
        return bool(self.repeating or self.floating)


@frozen
class Trait:
    """Something that is observed of a patient, at the event `at`: a number from a `shape`, or one of some `words`.

    A number is rounded as `rounding` says. `typical` is what a planner counts on until it is observed.
    The weight has neither shape nor words: it is known from the beginning.
    """

    name: str
    at: str
    shape: Shape | None
    words: tuple[str, ...]
    shares: tuple[float, ...]
    rounding: Any
    typical: Decimal | str | None


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
class Standing:
    """A lot that is there at the start, for a dose on a day, and where it stands; its moments lie before the start.

    One that is `unplated` has its `marrow`, in mL or in cells (nan if nobody asks), and is on its way or `received`. One in culture was
    `plated` in its `flasks`; one that is `frozen` has `contents`, the cells of each container. Of one that is `released`
    every result is in.
    """

    dose: int
    dose_day: int
    collected: int
    unplated: bool = False
    marrow: float = nan
    received: bool = False
    passage: int = 0
    plated: int = 0
    flasks: int = 0
    cells: float = 0.0
    frozen: int = 0
    contents: tuple[float, ...] = ()
    released: bool = False


@frozen
class InProgress:
    """A patient whose course has begun before the start, with the lots that are there, in the order of their doses."""

    name: str
    weight: float
    arm: int
    clinic: int
    facility: int
    lots: tuple[Standing, ...]


@frozen
class Begun:
    """Who had the first dose before the start: the place of the arm, and the day."""

    name: str
    arm: int
    day: int


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
    """What is done, in order: what makes a lot, and what brings a dose to the patient.

    It is the `number`-th of the plan; `tests` are the places of its release tests in the plan's list. Doses that are
    `chased` begin with a draw from the patient, in the same appointment.
    """

    number: int
    tests: tuple[int, ...]
    collects: bool
    collected: Shape | None
    collecting: Collecting | None
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
    chased: bool
    stay: int

    @property
    def cultivation(self) -> Cultivation | None:
        """What is asked of a culture that is grown; None for one of a stated length, or none at all."""
        return self.expansion.cultivation if self.expansion is not None else None


@frozen
class Policy:
    """What is decided when things do not go as planned."""

    order: str
    recollect: int
    again: str
    short_bank: str
    facility: str
    score_least: float
    give_up_after: float


@frozen
class Plan:
    """Everything that one replication needs.

    `turns` gives for each visit of a repeated one that one's name and its place in it; `held` are the visits that wait
    for results. `eligibility` limits what is known of everybody, `admits` what is observed at screening.
    """

    name: str
    seed: int
    supply: str
    start: date
    horizon: int
    warm_up: int
    days: int
    chance: bool
    late: int | None
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
    turns: Mapping[str, tuple[str, int]]
    held: frozenset[str]
    conditions: tuple[Any, ...]
    recipe_by: Mapping[tuple[bool, ...], int]
    recipes: tuple[Recipe, ...]
    tests: tuple[Test, ...]
    people: People
    traits: tuple[Trait, ...]
    eligibility: tuple[Limit, ...]
    admits: Mapping[str, Any]
    candidates: tuple[Candidate, ...]
    in_progress: tuple[InProgress, ...]
    begun: tuple[Begun, ...]
    rate: float
    every: int

    def recipe_for(self, case: Case) -> Recipe:
        """The recipe of a patient of whom *case* is known: what its steps and tests depend on decides."""
        return self.recipes[self.recipe_by[tuple(condition.admits(case) for condition in self.conditions)]]

    def tests_of(self, recipe: Recipe) -> list[Test]:
        """The release tests of *recipe*."""
        return [self.tests[n] for n in recipe.tests]

    @property
    def in_order(self) -> bool:
        """Whether the arms are filled one after the other."""
        return self.arms[0].size is not None

    @property
    def listed(self) -> tuple[InProgress | Candidate, ...]:
        """The patients who are known by name: those with a lot in progress, then those of a list."""
        return (*self.in_progress, *self.candidates)
