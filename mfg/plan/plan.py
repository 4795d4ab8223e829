"""The plan: a scenario as the event loop reads it, in plain numbers.

Minutes, cells, fractions and indices; no units, no files, no dates but the first. It is what is sent to
other processes, and what a second engine could read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mfg.calendar import Window
from mfg.plan.people import Criterion, ListedPatient, PatientInProgress, People, Trait, TreatedBefore
from mfg.plan.prescription import PatientCase, PlannedArm, PlannedStagger
from mfg.plan.recipe import Recipe
from mfg.plan.site import Activity, PlannedClinic, PlannedFacility, PlannedLeg, Test

if TYPE_CHECKING:
    from mfg.own import OwnPart


@frozen
class PlannedPolicy:
    """What is decided when things do not go as planned."""

    order: str
    recollect: int
    again: str
    short_bank: str
    facility: str
    score_least: float
    give_up_after: float
    own: OwnPart | None = field(default=None, repr=str)


@frozen
class Plan:
    """Everything that one replication needs.

    `recipe_by` is the place of the recipe for each way in which the `conditions` can come out: the way in which all hold
    first, and the last condition changes fastest. `turns` gives for each visit of a repeated one that one's name and its
    place in it; `held` are the visits that wait for results. `eligibility` limits what is known of everybody, `admits`
    what is observed at screening.
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
    policy: PlannedPolicy
    activities: tuple[Activity, ...]
    resources: tuple[str, ...]
    capacities: tuple[int, ...]
    hours: tuple[tuple[Window, ...], ...]
    needs: tuple[tuple[tuple[tuple[int, int], ...], tuple[Window, ...]], ...]
    clinics: tuple[PlannedClinic, ...]
    facilities: tuple[PlannedFacility, ...]
    laboratories: tuple[str, ...]
    legs: Mapping[tuple[str, int, int], PlannedLeg]
    arms: tuple[PlannedArm, ...]
    block: int | None
    strata: tuple[str, ...]
    stagger: PlannedStagger | None
    turns: Mapping[str, tuple[str, int]]
    held: tuple[str, ...]
    conditions: tuple[Any, ...]
    recipe_by: tuple[int, ...]
    recipes: tuple[Recipe, ...]
    tests: tuple[Test, ...]
    people: People
    traits: tuple[Trait, ...]
    eligibility: tuple[Criterion, ...]
    admits: Mapping[str, Any]
    candidates: tuple[ListedPatient, ...]
    in_progress: tuple[PatientInProgress, ...]
    begun: tuple[TreatedBefore, ...]
    rate: float
    every: int

    def __repr__(self) -> str:
        return f"Plan({self.name}, seed {self.seed})"

    def recipe_for(self, case: PatientCase) -> Recipe:
        """The recipe of a patient of whom *case* is known: what its steps and tests depend on decides."""
        way = 0
        for condition in self.conditions:
            way = 2 * way + (not condition.admits(case))
        return self.recipes[self.recipe_by[way]]

    def tests_of(self, recipe: Recipe) -> list[Test]:
        """The release tests of *recipe*."""
        return [self.tests[n] for n in recipe.tests]

    @property
    def in_order(self) -> bool:
        """Whether the arms are filled one after the other."""
        return self.arms[0].size is not None

    @property
    def listed(self) -> tuple[PatientInProgress | ListedPatient, ...]:
        """The patients who are known by name: those with a lot in progress, then those of a list."""
        return (*self.in_progress, *self.candidates)
