"""Which inputs carry a figure: what it does when each goes from its low to its high end.

Pairs of simulations, each a corner and its mirror on the same luck, and each pair on luck of its own: within a pair the luck
cancels, and across pairs the answer holds for more luck than one. Least squares on the differences within pairs give the effect
of every input; what they leave over gives the intervals, by Student's t.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, frozen

from mfg.errors import Parameter, Refused
from mfg.log.endings import COMPLETED
from mfg.own import OwnPart
from mfg.plan.compile import plan_of
from mfg.results.figures import asked_for, describe
from mfg.results.meanings import Estimand
from mfg.special import t_quantile, t_share
from mfg.study.corners import corners, design
from mfg.study.holm import levels
from mfg.study.inputs import Input
from mfg.study.loading import check_replications, load
from mfg.study.study import Counts, Execution, Study, carry_out_study, keep_in_folder
from mfg.study.variants import Variant, not_twice
from mfg.upstairs import upstairs
from mfg.visible import visible

if TYPE_CHECKING:
    from pandas import DataFrame

_LEAST = 2  # pairs beyond the inputs, without which nothing can be said
EXACT = 1e-9  # of the largest difference: what is less is no luck but rounding


@frozen
class Effect:
    """What the figure does when an input goes from its low to its high end, on average over the ends of all others.

    The interval is the one at which Holm's rule judged it among all inputs.
    """

    name: str
    range: str
    effect: float
    low: float
    high: float
    told_apart: bool


@frozen
class Screening:
    """The effects of the inputs on a figure, the strongest first, from so many `pairs` of simulations.

    `mean` is the figure over all of them. `left_out` are pairs with a side on which no replication defines the figure,
    and `because` is how most patients end there. `inputs` are those that were moved and those that could not be, as
    they were moved. What is lasting is kept in a `folder`.
    """

    figure: str
    meaning: Estimand
    mean: float
    effects: tuple[Effect, ...]
    inputs: tuple[Input, ...]
    pairs: int
    left_out: int = 0
    because: str = ""
    folder: Path | None = None

    def __repr__(self) -> str:
        return f"Screening({self.figure}, {len(self.effects)} inputs, {len(self.told_apart)} told apart)"

    @property
    def frame(self) -> DataFrame:
        """A row for every input, the strongest first: a pandas data frame."""
        made: DataFrame = upstairs("frames.rows").rows_of(self.effects, Effect)
        return made

    def _repr_html_(self) -> str:
        return f"<strong>{escape(visible(repr(self)))}</strong>{self.frame.to_html(index=False, max_rows=30)}"

    @property
    def told_apart(self) -> list[Effect]:
        """The inputs that do something."""
        return [one for one in self.effects if one.told_apart]

    @property
    def others(self) -> list[Effect]:
        """The inputs that do nothing that can be told apart."""
        return [one for one in self.effects if not one.told_apart]

    @property
    def bound(self) -> float:
        """By how much none of the others moves the figure, up or down."""
        return max((max(abs(one.low), abs(one.high)) for one in self.others), default=0.0)


@frozen(eq=False)
class Pairs:
    """What was counted at the corners of a design and at their mirrors, in turn; `inputs` as they were moved; kept in a `folder`."""

    inputs: tuple[Input, ...]
    rows: np.ndarray
    counts: tuple[Counts, ...]
    folder: Path | None = None

    def screen(self, figure: str) -> Screening:
        """What each input does to *figure*.

        Raises:
            Refused: if too few pairs define it.
        """
        values = np.array([one.figures[figure].to_numpy(dtype=float) for one in self.counts])
        differences = _mean(values[::2] - values[1::2])
        known = ~np.isnan(differences)
        free = [n for n, one in enumerate(self.inputs) if not one.still]
        chosen = self.rows[known][:, free]
        nowhere = np.isnan(values).all(axis=1)
        because = _mostly([one.endings for one, gone in zip(self.counts, nowhere, strict=True) if gone])
        if len(chosen) < len(free) + _LEAST or np.linalg.matrix_rank(chosen) < len(free):
            problem = f"is defined on both sides of {len(chosen)} of {len(self.rows)} pairs only"
            problem += f"; on the others most patients end with: {because}" if because else ""
            raise Refused(
                Parameter("figure"), figure, problem, "choose narrower ranges, or ask for more replications"
            )
        return Screening(
            figure=figure,
            meaning=describe(figure),
            mean=float(np.nanmean(values)),
            effects=tuple(effects_of([self.inputs[n] for n in free], chosen, differences[known])),
            inputs=self.inputs,
            pairs=len(chosen),
            left_out=int((~known).sum()),
            because=because,
            folder=self.folder,
        )


def screen(
    scenario: str | Path,
    figure: str,
    *,
    inputs: Sequence[Input],
    replications: int = 1,
    settings: Mapping[str, str] | None = None,
    parts: Mapping[str, OwnPart] | None = None,
    seed: int | None = None,
    execution: Execution | None = None,
    lasting: bool = False,
) -> Screening:
    """What each of *inputs* does to *figure*; the others are as for `simulated_in_pairs`.

    Raises:
        Refused: for a figure or inputs that there are not, or if too few pairs define the figure.
        Faults: if a scenario cannot run at an end that somebody gave.
    """
    fixed = dict(settings or {})
    asked_for(plan_of(load(scenario, fixed, seed, parts)), figure, Parameter("figure"))
    pairs = simulate_in_pairs(
        scenario,
        inputs=inputs,
        replications=replications,
        settings=fixed,
        parts=parts,
        seed=seed,
        execution=execution,
        lasting=lasting,
    )
    return pairs.screen(figure)


def simulate_in_pairs(
    scenario: str | Path,
    *,
    inputs: Sequence[Input],
    replications: int = 1,
    settings: Mapping[str, str] | None = None,
    parts: Mapping[str, OwnPart] | None = None,
    seed: int | None = None,
    execution: Execution | None = None,
    lasting: bool = False,
) -> Pairs:
    """Simulate *scenario* with all *inputs* at their ends, the whole design *replications* times on further luck.

    What is *lasting* is kept, without a folder where studies go. The means are told of the corners that are made, then of
    those that are simulated.

    Raises:
        Refused: for inputs that there are not, or that are set as well.
        Faults: if a scenario cannot run at an end that somebody gave.
    """
    if not inputs:
        raise Refused(
            Parameter("over"), None, "leaves nothing to move", "give a range, such as 1..4 for suites"
        )
    check_replications(replications)
    fixed = dict(settings or {})
    moving = [path.key for one in inputs for path in one.ranges]
    not_twice(fixed, moving)
    own = dict(parts or {})
    not_twice(own, moving, "parts")
    first = load(scenario, fixed, seed, own).seed
    fixed.pop("seed", None)  # each pair has a luck of its own, the first of them this one
    rows = design(len(inputs))
    both = np.stack([rows, -rows], axis=1).reshape(-1, len(inputs))
    seeds = [first + n // 2 for n in range(len(both))]
    execution = execution if execution is not None else Execution()
    told = execution.told
    total = len(both) * (1 + replications)
    made, moved = corners(
        lambda values, seed: load(scenario, {**fixed, **values}, seed, own),
        inputs,
        both,
        seeds,
        lambda done: told(done, total) if told is not None else None,
    )
    variants = [
        Variant(f"pair {n // 2 + 1} {'mirror' if n % 2 else 'corner'}", {**fixed, **one.settings}, own)
        for n, one in enumerate(made)
    ]
    study = Study.made_of(str(scenario), variants, [one.scenario for one in made], [one.plan for one in made])
    if lasting:
        execution = keep_in_folder(study, execution)
    if told is not None:
        execution = evolve(execution, told=lambda done, _: told(len(both) + done, total))
    folder, counts = carry_out_study(study, replications, execution)
    return Pairs(tuple(moved), rows, tuple(counts), folder if lasting else None)


def effects_of(inputs: Sequence[Input], rows: np.ndarray, differences: np.ndarray) -> list[Effect]:
    """The effect of each of *inputs*, the strongest first, from the *differences* between corners and their mirrors."""
    inverse = np.linalg.inv(rows.T @ rows)
    found = inverse @ rows.T @ differences
    over = differences - rows @ found
    free = len(differences) - len(inputs)
    least = EXACT * float(np.abs(differences).max())
    spread = np.sqrt(over @ over / free)
    errors = np.sqrt(np.diag(inverse)) * (spread if spread > least else 0.0)
    found = np.where(np.abs(found) > least, found, 0.0)
    chances = {n: _chance(found[n], errors[n], free) for n in range(len(inputs))}
    judged = levels(chances)
    effects = []
    for n in sorted(judged, key=lambda n: -abs(found[n])):
        told_apart, level = judged[n]
        half = t_quantile(free, (1 + level) / 2) * errors[n]
        ends = float(found[n] - half), float(found[n] + half)
        effects.append(Effect(inputs[n].name, inputs[n].span, float(found[n]), *ends, told_apart))
    return effects


def _chance(effect: float, error: float, free: int) -> float:
    """The two-sided p-value of Student's t for no effect."""
    if error == 0:
        return 0.0 if effect else 1.0
    return 2 * t_share(free, float(-abs(effect) / error))


def _mean(differences: np.ndarray) -> np.ndarray:
    """The mean of each row over what is defined in it; nan where nothing is."""
    known = ~np.isnan(differences)
    counts = known.sum(axis=1)
    sums = np.where(known, differences, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _mostly(endings: Iterable[Mapping[str, int]]) -> str:
    """How most patients ended who did not complete."""
    found: Counter[str] = Counter()
    for one in endings:
        found.update({ending: count for ending, count in one.items() if ending != COMPLETED})
    return found.most_common(1)[0][0] if found else ""
