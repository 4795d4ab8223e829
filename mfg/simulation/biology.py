"""What a patient's marrow and cells are like: drawn once, the same in every scenario."""

from __future__ import annotations

from math import exp, inf, log, nan

import numpy as np

from mfg.elementary import Floats, each
from mfg.growth import Culture
from mfg.plan.plan import Plan
from mfg.plan.recipe import Expansion
from mfg.quantiles import Inverse, inverse_of
from mfg.shape import Shape
from mfg.simulation.cohort import Patient
from mfg.simulation.draws import Draws, Luck
from mfg.special import normal_quantile, normal_share

_PASSAGES = 8
_STANDARD = Shape("exponential", nan, nan, nan, nan, nan, 1.0, nan, nan, 1.0)


class Biology:
    """The draws of one replication that belong to donors, their marrow and their lots."""

    def __init__(self, plan: Plan, luck: Luck) -> None:
        people = plan.people
        self._plan = plan
        self._breakdown = _draws(luck, "breakdown", _STANDARD)
        self._volumes = [_draws(luck, "marrow volume", recipe.collected) for recipe in plan.recipes]
        self._gathers = [
            _counts(luck, "cells collected", recipe.collecting.yields if recipe.collecting else None)
            for recipe in plan.recipes
        ]
        self._yields = [
            _counts(luck, "cells yielded", recipe.expansion.yields if recipe.expansion is not None else None)
            for recipe in plan.recipes
        ]
        self._contains = [
            _counts(luck, "cells of a container", recipe.bank.contains if recipe.bank is not None else None)
            for recipe in plan.recipes
        ]
        self._mononuclear = _shared(luck, "mononuclear cells", people.mononuclear, people.alike)
        self._colonies = _shared(luck, "colonies", people.colonies, people.alike)
        self._first_lag = _draws(luck, "first lag", people.first_lag)
        self._lag = _draws(luck, "lag", people.lag)
        self._doubling = _draws(luck, "doubling", people.doubling)
        self._limit = _draws(luck, "doubling limit", people.limit)
        self._viability = _draws(luck, "viability", people.viability)
        self._loss = _draws(luck, "viability loss", people.loss)

    def volume(self, patient: Patient, lot: int) -> float:
        """Marrow collected for one lot, mL."""
        return self._volumes[patient.recipe.number](patient.index, lot)

    def gathered(self, patient: Patient, lot: int, turn: int) -> float:
        """Cells of one collection for a lot, the *turn*-th, where they are counted."""
        terms, draws = patient.recipe.collecting, self._gathers[patient.recipe.number]
        assert terms is not None
        assert draws is not None
        return draws(patient.index, lot, turn) * (patient.weight if terms.per_kg else 1.0)

    def yielded(self, patient: Patient, lot: int) -> float:
        """Cells that a timed culture gives at its end; inf where it gives as many as are asked for."""
        draws = self._yields[patient.recipe.number]
        return inf if draws is None else draws(patient.index, lot)

    def contained(self, patient: Patient, lot: int) -> float | None:
        """Cells of each frozen container of one lot; None where it holds what one dose needs."""
        draws = self._contains[patient.recipe.number]
        return None if draws is None else draws(patient.index, lot)

    def breakdown(self, patient: Patient, lot: int) -> float:
        """A standard exponential time until the lot's incubator breaks down."""
        return self._breakdown(patient.index, lot)

    def marrow(self, patient: Patient, lot: int, volume: float) -> tuple[float, float]:
        """Mononuclear cells in *volume* mL after separation, and the colony-forming cells among them."""
        mononuclear = volume * self._mononuclear(patient.index, lot)
        return mononuclear, mononuclear * self._colonies(patient.index, lot)

    def culture(self, patient: Patient, lot: int, most_flasks: int, until: int | None = None) -> Culture:
        """The culture of one lot: lags vary with every passage, doubling times are the patient's own."""
        expansion: Expansion | None = patient.recipe.expansion
        assert expansion is not None
        assert expansion.cultivation is not None
        slower = 1 + self._plan.people.slowing
        doubling = self._doubling(patient.index)
        times = [doubling * self._plan.people.primary]
        times += [doubling * slower ** max(0, passage - 2) for passage in range(1, _PASSAGES)]
        lags = [self._first_lag(patient.index, lot)]
        lags += [self._lag(patient.index, lot, passage) for passage in range(1, _PASSAGES)]
        return Culture(
            terms=expansion.cultivation,
            most_flasks=most_flasks,
            doubling=tuple(times),
            lags=tuple(lags),
            limit=self._limit(patient.index) if self._plan.people.limit else inf,
            until=until,
        )

    def viability(self, patient: Patient, dose: int, minutes: float) -> float:
        """The viable share of a product so many minutes after its suspension: v0 exp(-k t)."""
        if self._plan.people.viability is None or self._plan.people.loss is None:
            return 1.0
        fresh = self._viability(patient.index, dose) / 100
        return fresh * exp(-self._loss(patient.index, dose) / 100 * minutes / 60)

    def viable_for(self, patient: Patient, dose: int, share: float) -> float:
        """The minutes after its suspension until which at least this *share* of a product is viable; inf if always."""
        loss = 0.0 if self._plan.people.loss is None else self._loss(patient.index, dose)
        if not loss:
            return inf
        return 60 * log(self.viability(patient, dose, 0) / share) / (loss / 100)


def _draws(luck: Luck, decision: str, shape: Shape | None) -> Draws[float]:
    if shape is None:
        return Draws(luck, decision, lambda u: u, fixed=0.0)
    return Draws.of(luck, decision, shape)


def _counts(luck: Luck, decision: str, shape: Shape | None) -> Draws[float] | None:
    return None if shape is None else Draws.of(luck, decision, shape)


def _shared(luck: Luck, decision: str, shape: Shape | None, alike: float) -> Draws[float]:
    """Draws for several lots of a patient whose normal scores share the part *alike* of their variance."""
    if shape is None or shape.kind == "fixed":
        return _draws(luck, decision, shape)
    own = each(normal_quantile, luck.uniforms(f"{decision} of the patient", 0, 1)[:, 0])
    inverse: Inverse = inverse_of(shape)

    def together(u: Floats) -> Floats:
        scores = np.sqrt(alike) * own + np.sqrt(1 - alike) * each(normal_quantile, u)
        return inverse(each(normal_share, scores))

    return Draws(luck, decision, together)
