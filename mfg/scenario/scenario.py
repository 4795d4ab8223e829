"""A scenario: a protocol with one of its supplies, at a site, with a population, policies, a start and a horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import field, frozen

from mfg.evidence import Number
from mfg.own import OwnPart
from mfg.population import Population
from mfg.protocol.protocol import Protocol, Release
from mfg.protocol.recipe import Observe, Step
from mfg.protocol.rules import When
from mfg.protocol.supply import Supply
from mfg.site import Site
from mfg.units import amount
from mfg.units.times import ArrivalRate, Delay, Duration
from mfg.works import COLLECT


@frozen
class Candidate:
    """One patient of a list; what the list leaves out is drawn from the population."""

    patient: str
    arrived: date
    weight_kg: float
    age: float | None = None
    arm: str | None = None
    site: str | None = None


@frozen
class InProgress:
    """A lot that is there when the scenario starts, and where it `stands`: in transport, received, in culture, released or frozen.

    Of one that is not plated yet the marrow is known in mL, or the cells where they are counted, and the minute of the day
    at which its collection began. In culture, released or not, so many `cells` were plated in its `flasks` on the day
    `plated`; so many were `frozen` in its `containers` otherwise. The dose that it is for is booked on `dose_on`, or on the first later day with room.
    Without a `dose` it is for the arm's first one with cells; a bank is for that one and for all later ones until the
    next bank's.
    """

    patient: str
    weight_kg: float
    collected: date
    dose_on: date
    cells: float | None = None
    stands: str = "in culture"
    collected_at: int | None = None
    marrow_ml: float | None = None
    passage: int | None = None
    plated: date | None = None
    flasks: int | None = None
    containers: int | None = None
    frozen: date | None = None
    arm: str | None = None
    dose: str | None = None
    site: str | None = None
    facility: str | None = None


@frozen
class Given:
    """The first dose of a patient, given before the start: those who come next in order keep their distance from it."""

    patient: str
    dose_on: date
    arm: str | None = None
    dose: str | None = None


@frozen
class Arrivals:
    """Who comes: the patients of a list, or so many in a month at random, or one every so often.

    And what is there already: the lots in progress at the start, and first doses that were given before.
    """

    patients: tuple[Candidate, ...] = ()
    rate: ArrivalRate | None = None
    every: Duration | None = None
    in_progress: tuple[InProgress, ...] = ()
    given: tuple[Given, ...] = ()


@frozen
class Policy:
    """What is decided when things do not go as planned.

    A lot that fails is begun `again` from a new collection (or from its isolated marrow), at most
    `recollect` times for a dose; as often is collected for the doses for which a `short_bank` holds too few containers. Of a range of cells one end, or the middle, is the `aim`. `facility` says which of several makes a patient's lots. With
    `loses_eligibility` a patient who falls below the protocol's score while waiting is not treated, and one whose
    first dose would lie later than `give_up_after` the arrival waits no longer. An order that somebody wrote in Python is
    `own`.
    """

    order: str = "due-date"
    short_dose: str = "withhold"
    aim: str = "most"
    recollect: int = 1
    again: str = COLLECT
    short_bank: str = "at freezing"
    facility: str = "nearest"
    loses_eligibility: bool = False
    give_up_after: Duration | None = None
    own: OwnPart | None = field(default=None, repr=str, metadata={"key": None})


@frozen
class Scenario:
    """Everything that a run needs; a wait for the first dose that is longer than `late` counts as such."""

    name: str
    protocol: Protocol
    site: Site
    population: Population
    start: date
    horizon: Duration
    seed: int
    arrivals: Arrivals
    title: str = ""
    supply: str | None = None
    warm_up: Delay | None = None
    chance: bool = True
    late: Duration | None = None
    policy: Policy = field(factory=Policy)
    variants: Mapping[str, Mapping[str, str]] = field(factory=dict, metadata={"key": "variant"})
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})
    documents: Mapping[str, Any] = field(factory=dict, metadata={"key": None})

    def __repr__(self) -> str:
        return f"Scenario({self.name}: {self.protocol.name}, {self.site.name}, {self.population.name})"

    @property
    def source(self) -> Supply | None:
        """The supply of the protocol that this scenario selects."""
        return self.protocol.supply(self.supply)

    @property
    def recipe(self) -> tuple[Step, ...]:
        """The steps of the protocol that belong to the selected supply."""
        return tuple(step for step in self.protocol.recipe if self._belongs(step.when))

    @property
    def release(self) -> tuple[Release, ...]:
        """The tests of the protocol that belong to the selected supply."""
        return tuple(release for release in self.protocol.release if self._belongs(release.when))

    def _belongs(self, when: When | None) -> bool:
        limits = when.conditions.get("supply") if when else None
        return limits is None or (self.source is not None and self.source.name in limits.one_of)


def in_bed(recipe: Sequence[Step]) -> int:
    """For how many minutes a patient keeps a bed after a dose: the whole stay, of which lying is the beginning."""
    step = next((s for s in recipe if isinstance(s, Observe)), None)
    stated = () if step is None else (step.lying, step.stay)
    return max((int(amount(length, "minute")) for length in stated if length is not None), default=0)
