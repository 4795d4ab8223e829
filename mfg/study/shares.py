"""What share of a figure's variance each input carries, by itself and with the others (Sobol 2001), by SALib.

The inputs are moved all at once within their ranges; the figure is its mean over the same replications each time, so that luck
moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from attrs import frozen

from mfg.errors import Parameter, Refused
from mfg.extras import load
from mfg.results.figures import asked_for
from mfg.sizes import VARIANTS
from mfg.study.inputs import Input
from mfg.study.study import Execution, Study, carry_out_study, keep_in_folder
from mfg.study.variants import Variant, not_twice


@frozen
class VarianceShare:
    """The share of the variance that an input carries with all interactions, and the 95 % half-width of it.

    `interaction` is what is left of it without the input's own share.
    """

    name: str
    range: str
    share: float
    bound: float
    interaction: float


@frozen
class VarianceShares:
    """The shares of the inputs, the largest first, from so many `samples` of the design.

    `left_out` are those with a point at which no replication defines the figure. What is lasting is kept in a `folder`.
    """

    shares: tuple[VarianceShare, ...]
    samples: int
    left_out: int
    folder: Path | None = None


def shares_of(
    scenario: str | Path,
    figure: str,
    *,
    inputs: Sequence[Input],
    samples: int = 4,
    replications: int = 4,
    settings: Mapping[str, str] | None = None,
    seed: int | None = None,
    execution: Execution | None = None,
    lasting: bool = False,
) -> VarianceShares:
    """The share of each of *inputs* in the variance of *figure*.

    *samples* is the base sample, a power of two: each of its points makes two more than inputs, and each of these is
    simulated *replications* times. What is *lasting* is kept, without a folder where studies go.

    Raises:
        Refused: for samples, a figure or inputs that there are not, or if hardly a sample defines the figure.
        Faults: if some value within a range makes a scenario that cannot run.
    """
    if samples < 2 or samples & (samples - 1):
        raise Refused(
            Parameter("samples"), str(samples), "leaves no interval", "give a power of two from 2 on"
        )
    if not inputs:
        raise Refused(Parameter("over"), None, "leaves nothing to move", "give a range such as suites=1..4")
    VARIANTS.check(samples * (len(inputs) + 2), Parameter("samples"), str(samples))
    points = design(len(inputs), samples, 0 if seed is None else seed)
    fixed = dict(settings or {})
    not_twice(fixed, [range_.key for one in inputs for range_ in one.ranges])
    variants = tuple(
        Variant(f"point {n}", fixed | _settings(inputs, point)) for n, point in enumerate(points)
    )
    study = Study.of(scenario, variants, seed)
    asked_for(study.plans[0], figure, "FIGURE")
    execution = execution if execution is not None else Execution()
    if lasting:
        execution = keep_in_folder(study, execution)
    folder, counts = carry_out_study(study, replications, execution)
    values = np.array([one.figures[figure].mean() for one in counts])
    size = len(inputs) + 2  # points of one sample, which belong together
    whole = ~np.isnan(values).reshape(-1, size).any(axis=1)
    if whole.sum() < 2:
        problem = f"is defined in {int(whole.sum())} of {samples} samples only"
        raise Refused("FIGURE", figure, problem, "choose narrower ranges, or ask for more replications")
    shares = analyse(inputs, values[np.repeat(whole, size)])
    return VarianceShares(tuple(shares), int(whole.sum()), int((~whole).sum()), folder if lasting else None)


def design(inputs: int, samples: int, seed: int) -> np.ndarray:
    """Saltelli's points of the unit cube for so many inputs, a row for each."""
    sobol = load("SALib.sample.sobol")
    points: np.ndarray = sobol.sample(_problem(inputs), samples, calc_second_order=False, seed=seed)
    return points


def analyse(inputs: Sequence[Input], values: np.ndarray) -> list[VarianceShare]:
    """The shares from the *values* at the points of the design, the largest first."""
    if np.ptp(values) == 0:
        return [VarianceShare(one.name, one.span, 0.0, 0.0, 0.0) for one in inputs]
    # With the seed 0 SALib would draw the bound by whatever luck it is.
    sobol = load("SALib.analyze.sobol")
    found = sobol.analyze(_problem(len(inputs)), values, calc_second_order=False, seed=1)
    rows = zip(inputs, found["ST"], found["ST_conf"], found["ST"] - found["S1"], strict=True)
    shares = [VarianceShare(one.name, one.span, float(s), float(b), float(i)) for one, s, b, i in rows]
    return sorted(shares, key=lambda one: -one.share)


def _problem(inputs: int) -> dict[str, object]:
    names = [str(n) for n in range(inputs)]
    return {"num_vars": inputs, "names": names, "bounds": [[0.0, 1.0]] * inputs}


def _settings(inputs: Sequence[Input], point: np.ndarray) -> dict[str, str]:
    found: dict[str, str] = {}
    for one, share in zip(inputs, point, strict=True):
        found |= one.at(float(share))
    return found
