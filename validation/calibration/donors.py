"""Donors without a unit around them: their marrow and their cultures, passaged the moment they are dense."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import ceil, inf

from attrs import evolve, frozen

from mfg.growth import Culture
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.reader.scenarios import load_scenario
from mfg.simulation.biology import Biology
from mfg.simulation.cohort import Patient, cohort_of
from mfg.simulation.draws import Draws, Luck

SCENARIO = "lenzumestrocel-korea"
COUNT = 1200
WITHOUT_LIMIT = 10**9  # flasks, or passages

Flasks = Callable[[Patient], int]


@frozen
class Donors:
    """So many donors of the population of a scenario, always the same ones, whatever is changed about them."""

    plan: Plan
    patients: list[Patient]
    luck: Luck

    @classmethod
    def of(cls, settings: Mapping[str, str] | None = None) -> Donors:
        """The donors of the scenario, with *settings* of its values."""
        plan = plan_of(load_scenario(SCENARIO, settings))
        patients, luck = cohort_of(evolve(plan, rate=0.0, every=1, horizon=COUNT + 1), 0)
        for patient in patients:
            patient.recipe = plan.recipes[0]
        return cls(plan, patients, luck)

    def at(self, doubling: float, colonies: float) -> Donors:
        """The same donors with another median doubling time, hours, and median of colonies in a million cells."""
        people = self.plan.people
        assert people.doubling is not None
        assert people.colonies is not None
        people = evolve(
            people,
            doubling=evolve(people.doubling, median=doubling * 60),
            colonies=evolve(people.colonies, median=colonies / 1e6),
        )
        return evolve(self, plan=evolve(self.plan, people=people))

    @property
    def pair(self) -> tuple[float, float]:
        """The median doubling time, hours, and the median of colonies in a million cells."""
        people = self.plan.people
        assert people.doubling is not None
        assert people.colonies is not None
        return round(people.doubling.median / 60, 6), round(people.colonies.median * 1e6, 6)

    def grown(
        self, flasks: Flasks, until: float = inf, marrow: tuple[float, float] | None = None
    ) -> Iterator[Culture]:
        """The first culture of each donor, plated at minute 0 and passaged until its last passage or *until*.

        *flasks* are the most that it may fill; *marrow* is the mononuclear cells and the colony-forming ones
        among them, the donor's own if left out.
        """
        biology = Biology(self.plan, self.luck)
        shape = self.plan.facilities[0].work["passage"].recovers
        assert shape is not None
        recovered = Draws.of(self.luck, "recovery of passage", shape)
        for patient in self.patients:
            culture = biology.culture(patient, 0, flasks(patient))
            own = biology.marrow(patient, 0, biology.volume(patient, 0))
            culture.plate(*(own if marrow is None else marrow), now=0)
            passage(culture, partial(_part, recovered, patient.index), until)
            yield culture


def _part(recovered: Draws[float], patient: int, turn: int) -> float:
    """The part of the cells that a passage of a patient's first culture recovers."""
    return recovered(patient, 0, turn) / 100


def passage(culture: Culture, recovery: Callable[[int], float], until: float = inf) -> None:
    """Passage *culture* at every minute at which it is dense, until its last passage or *until*."""
    while not culture.is_last and (dense := culture.harvestable_at()) < until:
        now = ceil(dense)
        culture.replate(culture.cells(now) * recovery(culture.passage), now)
