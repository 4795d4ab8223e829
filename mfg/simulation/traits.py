"""What is observed of a patient beyond the weight: drawn once at each observation, known from then on."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate

import numpy as np

from mfg.plan.people import Trait
from mfg.plan.plan import Plan
from mfg.plan.prescription import PatientCase
from mfg.plan.rounding import rounded
from mfg.simulation.draws import Draws, Luck


class Traits:
    """The covariates of one replication; every observation of each has luck of its own."""

    def __init__(self, plan: Plan, luck: Luck) -> None:
        self.typical: PatientCase = {
            trait.name: trait.typical for trait in plan.traits if trait.typical is not None
        }
        self._at: dict[str, list[tuple[Trait, Draws[float]]]] = {}
        for trait in plan.traits:
            if trait.typical is not None:
                draws = _draws(trait, luck)
                self._at.setdefault(trait.at, []).append((trait, draws))
        self._weighed = next((trait for trait in plan.traits if trait.typical is None), None)
        self.asked = bool(plan.traits or plan.conditions)
        self._supply = plan.supply

    def known(self, arm: str, weight: float) -> dict[str, Decimal | str]:
        """What is known of a patient from the beginning: the arm, the supply and the weight, kg."""
        if not self.asked:
            return {}
        weighed = {} if self._weighed is None else {"weight": rounded(weight, self._weighed.rounding)}
        return {"arm": arm, "supply": self._supply, **weighed}

    def observed(self, patient: int, event: str, turn: int = 0, again: int = 0) -> dict[str, Decimal | str]:
        """What is observed of *patient* at *event*, the *turn*-th of its name, repeated for the *again*-th time."""
        found: dict[str, Decimal | str] = {}
        for trait, draws in self._at.get(event, ()):
            drawn = draws(patient, again, turn)
            found[trait.name] = trait.words[int(drawn)] if trait.words else rounded(drawn, trait.rounding)
        return found


def words_of(plan: Plan, luck: Luck, name: str, count: int) -> list[str]:
    """The word that each of *count* patients has at the first observation of the covariate *name*."""
    trait = next(trait for trait in plan.traits if trait.name == name)
    draws = _draws(trait, luck)
    return [trait.words[int(draws(patient))] for patient in range(count)]


def _draws(trait: Trait, luck: Luck) -> Draws[float]:
    decision = f"covariate {trait.name}"
    if trait.shape is not None:
        return Draws.of(luck, decision, trait.shape)
    ends = np.array(list(accumulate(trait.shares)))
    last = len(trait.words) - 1
    return Draws(
        luck, decision, lambda u: np.minimum(np.searchsorted(ends, u, side="right"), last).astype(float)
    )
