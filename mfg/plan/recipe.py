"""What is done to make a lot and to bring a dose to the patient, in plain numbers."""

from __future__ import annotations

from attrs import frozen

from mfg.growth import Cultivation
from mfg.shape import Shape


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
class Gathering:
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
class Recipe:
    """What is done, in order: what makes a lot, and what brings a dose to the patient.

    It is the `number`-th of the plan; `tests` are the places of its release tests in the plan's list. Doses that are
    `chased` begin with a draw from the patient, in the same appointment.
    """

    number: int
    tests: tuple[int, ...]
    collects: bool
    collected: Shape | None
    collecting: Gathering | None
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
