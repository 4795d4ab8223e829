"""A protocol: what a patient receives and how it is made.

Frozen values only. How a file becomes one is `mfg.reader`; what it means for one patient is
`mfg.prescription` and `mfg.course`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import field, frozen

from mfg.errors import Parameter, Refused, nearest
from mfg.evidence import Number
from mfg.kinds import check_text
from mfg.protocol.events import Dose, Visit
from mfg.protocol.recipe import Formulate, Ship, Step, path_of_step
from mfg.protocol.route import Route
from mfg.protocol.rules import Limits, Round, When
from mfg.protocol.supply import Supply
from mfg.record import FileRead
from mfg.sources import Contradiction
from mfg.units.amounts import Anything, Tolerance
from mfg.units.times import Spacing


@frozen
class Covariate:
    """Something about the patient that a rule may ask for, observed at a named event."""

    unit: str | None = None
    one_of: tuple[str, ...] = ()
    at: str | None = None
    valid: Spacing | None = None
    least: Anything | None = None
    above: Anything | None = None
    most: Anything | None = None
    below: Anything | None = None
    round: Round | None = None


@frozen
class Treatment:
    """What an arm's doses are: product, placebo or sham; whether its patients are collected and drawn."""

    name: str
    kind: str
    collected: bool
    drawn: bool = False
    about: str | None = None


@frozen
class Arm:
    """A group of patients: its share of the allocation, the doses it receives and as which treatment."""

    name: str
    doses: Mapping[str, str]
    title: str | None = None
    treatment: str | None = None
    ratio: int | None = None
    size: int | None = None


@frozen
class Stagger:
    """The least time between the first doses of two consecutive subjects, and of a cohort and the next."""

    subjects: Spacing | None = None
    cohorts: Spacing | None = None


@frozen
class Allocation:
    """How arms are allocated: at which event, in what blocks, within which strata, how far apart."""

    how: str
    at: str | None = None
    block: int | None = None
    strata: tuple[str, ...] = ()
    stagger: Stagger | None = None


@frozen
class Sample:
    """Where a sample is taken: at a step, or early enough before one for its result to be known there."""

    at: str | None = None
    before: str | None = None


@frozen
class Release:
    """A test of a lot or a dose: its limit, its sample, and what waits for its result."""

    test: str
    limit: Limits
    sample: Sample
    holds: str
    each: str | None = None
    when: When | None = None


@frozen
class Example:
    """A worked case from the source (or anywhere else): what is given and what must come out."""

    given: Mapping[str, str]
    expect: Mapping[str, Any]
    arm: str | None = None
    dose: str | None = None
    supply: str | None = None
    route: str | None = None


_Named = TypeVar("_Named", Arm, Treatment, Supply)


@frozen
class Protocol:
    """One therapy: a file in ``protocols/``, or anybody's own.

    `files` are the file that it was read from, and those of the sources that it takes facts from.
    """

    name: str
    donor: str
    title: str = ""
    trial: str | None = None
    version: str | None = None
    patient: Mapping[str, Covariate] = field(factory=dict)
    eligibility: Mapping[str, Limits] = field(factory=dict)
    treatments: tuple[Treatment, ...] = field(factory=tuple, metadata={"key": "treatment"})
    arms: tuple[Arm, ...] = field(factory=tuple, metadata={"key": "arm"})
    allocation: Allocation | None = None
    supplies: tuple[Supply, ...] = field(factory=tuple, metadata={"key": "supply"})
    doses: tuple[Dose, ...] = field(factory=tuple, metadata={"key": "dose"})
    visits: tuple[Visit, ...] = field(factory=tuple, metadata={"key": "visit"})
    routes: tuple[Route, ...] = field(factory=tuple, metadata={"key": "route"})
    recipe: tuple[Step, ...] = field(factory=tuple, metadata={"key": "step"})
    release: tuple[Release, ...] = ()
    examples: tuple[Example, ...] = field(factory=tuple, metadata={"key": "example"})
    tolerance: Tolerance | None = None
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})
    contradictions: tuple[Contradiction, ...] = field(factory=tuple, metadata={"key": None})
    files: tuple[FileRead, ...] = field(factory=tuple, metadata={"key": None})

    def __repr__(self) -> str:
        return f"Protocol({self.name}, {len(self.arms)} arms)"

    def arm(self, name: str) -> Arm:
        """The arm of that name."""
        return _named(self.arms, name, "arm")

    def treatment(self, name: str) -> Treatment:
        """The treatment of that name."""
        return _named(self.treatments, name, "treatment")

    def supply(self, name: str | None = None) -> Supply | None:
        """The supply of that name, or the first listed; None for a protocol without supplies."""
        if name is None:
            return self.supplies[0] if self.supplies else None
        return _named(self.supplies, name, "supply")

    def dosed_arms(self) -> list[Arm]:
        """The arms in which at least one dose is a product with cells."""
        return [arm for arm in self.arms if "product" in {self.treatment(t).kind for t in arm.doses.values()}]

    @property
    def events(self) -> tuple[Dose | Visit, ...]:
        """Every planned dose and visit."""
        return (*self.doses, *self.visits)

    def words(self) -> dict[str, list[str]]:
        """Everything that a condition may name and that is a word, with its values."""
        doses = list(dict.fromkeys(dose for arm in self.arms for dose in arm.doses))
        named = {"arm": [a.name for a in self.arms], "dose": doses, "supply": [s.name for s in self.supplies]}
        return named | {n: list(c.one_of) for n, c in self.patient.items() if c.one_of}

    @property
    def units(self) -> dict[str, str]:
        """The unit of each covariate that is a quantity."""
        return {name: covariate.unit for name, covariate in self.patient.items() if covariate.unit}

    @property
    def suspensions(self) -> list[Formulate]:
        """The steps in which cells are suspended: one for each way in which conditions can come out."""
        return [step for step in self.recipe if isinstance(step, Formulate)]

    @property
    def shipments(self) -> list[Ship]:
        """The steps in which something is carried, in order."""
        return [step for step in self.recipe if isinstance(step, Ship)]

    @property
    def formulation(self) -> Formulate | None:
        """The step that suspends the cells in their vehicle, if the recipe has one."""
        return next(iter(self.suspensions), None)

    def path_of(self, route: Route) -> str:
        """Where *route* stands in the file: by its name, and where several share it, by its place too."""
        names = [one.name for one in self.routes]
        place = next(n for n, one in enumerate(self.routes, 1) if one is route)
        return f"route.{route.name}, {place}" if names.count(route.name) > 1 else f"route.{route.name}"

    def path_of_step(self, step: Step) -> str:
        """Where *step* stands in the file: by what it does, and where several do that, by its leg or its place."""
        return path_of_step(self.recipe, step)

    def evidence_of(self, path: str) -> str:
        """What supports the number or the word at *path*, or the empty string."""
        return next((str(n.evidence) for n in self.numbers if n.path == path and n.evidence), "")


def _named(things: tuple[_Named, ...], name: str, kind: str) -> _Named:
    check_text(name, kind, things[0].name if things else "")
    for thing in things:
        if thing.name == name:
            return thing
    said, known = name[:60], [t.name for t in things]
    if not known:
        raise Refused(Parameter(kind), said, f"is no {kind}: this protocol has none", "leave it out")
    raise Refused(Parameter(kind), said, f"is no {kind} of this protocol", nearest(said, known))
