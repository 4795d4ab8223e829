"""The two calibrated numbers, and every other pair of them that meets the target as well."""

from __future__ import annotations

from attrs import frozen

from mfg.calendar import DAY
from mfg.plan import sizing
from mfg.plan.plan import Plan
from validation.calibration.donors import Donors

DOUBLINGS = (22, 24, 26, 28, 30, 32, 40)  # hours, median in the passages
COLONIES = (20, 30, 40, 60, 80, 120)  # in a million mononuclear cells, median
MIDDLE = (40, 30)  # the middle of what is published
TARGET = 0.95
WEIGHT = 60  # kg
SLOT = 28 * DAY


@frozen
class Grid:
    """The share of doses that are ready, by the median doubling time and the median of colonies."""

    chosen: tuple[float, float]
    shares: dict[tuple[float, float], float]

    @classmethod
    def of(cls, donors: Donors) -> Grid:
        """Every pair, for the same donors each time."""
        pairs = [(float(doubling), float(colonies)) for colonies in COLONIES for doubling in DOUBLINGS]
        return cls(donors.pair, {pair: share_ready(donors.at(*pair)) for pair in pairs})

    @property
    def doublings(self) -> tuple[float, float]:
        """The least and the most of the doubling times that do as well at the chosen colonies."""
        good = [
            pair[0] for pair, share in self.shares.items() if share >= TARGET and pair[1] == self.chosen[1]
        ]
        return min(good), max(good)

    @property
    def colonies(self) -> tuple[float, float]:
        """The least and the most of the colonies that do as well at the chosen doubling time."""
        good = [
            pair[1] for pair, share in self.shares.items() if share >= TARGET and pair[0] == self.chosen[0]
        ]
        return min(good), max(good)


def share_ready(donors: Donors) -> float:
    """The share of the donors whose first culture is dense when it is to be taken, and holds the lot's target."""
    plan = donors.plan
    dose = plan.arms[0].doses[0]
    prescribed = dose.portions[10 * WEIGHT - dose.first].cells
    target = sizing.target(plan.recipes[0], plan.facilities[0], prescribed)
    flasks, recovered = (
        sizing.flasks_for(plan.recipes[0], plan.facilities[0], target),
        sizing.recovered(plan.facilities[0], "harvest"),
    )
    taken = time_in_culture(plan)
    ready = [
        culture.is_last and culture.harvestable_at() <= taken and culture.cells(taken) * recovered >= target
        for culture in donors.grown(lambda _: flasks, taken)
    ]
    return sum(ready) / len(ready)


def time_in_culture(plan: Plan) -> int:
    """Minutes from plating to the harvest: the slot less what collection, way and isolation take."""
    recipe, clinic, facility = plan.recipes[0], plan.clinics[0], plan.facilities[0]
    assert recipe.inbound is not None
    way = plan.legs[recipe.inbound, 0, 0].typical
    return SLOT - way - round(clinic.work["collect"].lasts.typical + facility.work["isolate"].lasts.typical)
