"""Who comes, and how their bodies and cells behave, in plain numbers."""

from __future__ import annotations

from decimal import Decimal
from math import nan
from typing import Any

from attrs import frozen

from mfg.shape import Shape


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
class Criterion:
    """What somebody must have to be eligible: at least, above, at most and below these."""

    name: str
    least: float
    above: float
    most: float
    below: float


@frozen
class ListedPatient:
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
class PatientInProgress:
    """A patient whose course has begun before the start, with the lots that are there, in the order of their doses."""

    name: str
    weight: float
    arm: int
    clinic: int
    facility: int
    lots: tuple[Standing, ...]


@frozen
class TreatedBefore:
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
