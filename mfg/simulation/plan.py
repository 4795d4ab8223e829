"""The plan: a scenario as the event loop reads it, in plain numbers.

Minutes, cells, fractions and indices; no units, no files, no dates but the first. It is what is sent to
other processes, and what a second engine could read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import nan

from attrs import frozen

from mfg.calendar import Window
from mfg.course.network import Template
from mfg.growth import Cultivation
from mfg.shape import Shape

NOTES = {
    name: code
    for code, name in enumerate(
        (
            "arrive",
            "allocate",
            "prescribe",
            "book",
            "visit",
            "ship in",
            "ship out",
            "observe",
            "release",
            "fail",
            "end",
        )
    )
}
ANY = Shape("uniform", nan, 0.0, nan, 1.0, nan, nan, nan, nan, 0.5)


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


@frozen
class Clinic:
    """A clinic; with a `slot` its rooms and beds are booked ahead."""

    name: str
    windows: tuple[Window, ...]
    slot: int | None
    rooms: int
    beds: int | None
    stays: int
    work: Mapping[str, Work]


@frozen
class Facility:
    """A facility with its laboratory; `fills_with` is the need that harvest and formulation hold together."""

    name: str
    windows: tuple[Window, ...]
    opens: int
    medium_days: frozenset[int]
    incubator: int
    incubates: int
    starts: int
    fills: int
    day_before: bool
    laboratory: int
    fills_with: int
    work: Mapping[str, Work]


@frozen
class Test:
    """A release test: what it waits for and what waits for it; one piece of bench work a laboratory."""

    name: str
    activity: int
    sampled: str
    holds: str
    each: str
    turnaround: Shape
    fails: float
    benches: tuple[Work, ...]


@frozen
class Expansion:
    """The culture: grown from the patient's biology, or timed; medium by weekdays or by interval."""

    lasts: int | None
    cultivation: Cultivation | None
    medium_every: int | None
    medium: bool


@frozen
class Dose:
    """What one planned dose is: the cells for each tenth of a kilogram, or the same for everybody.

    `least` is what a dose must hold at least where the protocol says so; nan is a weight without a dose.
    """

    name: str
    product: bool
    drawn: bool
    cells: tuple[float, ...]
    least: tuple[float, ...]

    def cells_for(self, weight: float) -> float:
        """The prescribed cells of a patient of *weight* kg."""
        return self.cells[round(weight * 10)] if len(self.cells) > 1 else self.cells[0]

    def least_for(self, weight: float) -> float:
        """The fewest cells that may be given to a patient of *weight* kg."""
        return self.least[round(weight * 10)] if len(self.least) > 1 else self.least[0]


@frozen
class Arm:
    """An arm with its course; `floating` doses are given when their lot is released."""

    name: str
    ratio: int
    doses: tuple[Dose, ...]
    course: Template


@frozen
class Candidate:
    """A patient of a list, arriving at a minute."""

    name: str
    arrived: int
    weight: float
    arm: int | None


@frozen
class People:
    """The population in plain shapes."""

    weight: Shape
    score: Shape | None
    decline: Shape | None
    withdraw: float
    withdraw_later: float
    die: float
    mononuclear: Shape | None
    colonies: Shape | None
    alike: float
    first_lag: Shape | None
    lag: Shape | None
    doubling: Shape | None
    primary: float
    slowing: float
    limit: Shape | None
    viability: Shape | None
    loss: Shape | None


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
    order: str
    gives_short: bool
    activities: tuple[Activity, ...]
    resources: tuple[str, ...]
    capacities: tuple[int, ...]
    hours: tuple[tuple[Window, ...], ...]
    needs: tuple[tuple[tuple[tuple[int, int], ...], tuple[Window, ...]], ...]
    clinics: tuple[Clinic, ...]
    facilities: tuple[Facility, ...]
    laboratories: tuple[str, ...]
    legs: Mapping[tuple[str, int, int], tuple[int, Shape]]
    arms: tuple[Arm, ...]
    block: int | None
    open_days: tuple[bool, ...]
    making: tuple[str, ...]
    collected: Shape | None
    inbound: str | None
    outbound: str | None
    marrow_within: int | None
    expansion: Expansion | None
    drawn_days: int
    use_within: int | None
    lying: int
    stay: int
    supply: str
    tests: tuple[Test, ...]
    people: People
    arrivals: tuple[Candidate, ...]
    rate: float
