"""Which inputs carry a figure: screening (Morris 1991) and shares of variance (Sobol 2001), by SALib.

Every input is moved within its range, all of them at once and by a design; the figure is its mean over the same
replications each time, so that luck moves nothing. What is not told apart from luck has an effect below
its own confidence bound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
from attrs import evolve, frozen

from mfg.errors import Refused, nearest
from mfg.evidence import Number
from mfg.figures import asked_for
from mfg.scenario import Scenario
from mfg.study.study import Means, Study, carried_out, default_folder
from mfg.study.variants import Range, Variant

REACH = Decimal("0.25")  # of a value whose own range nobody has stated, up and down
METHODS = ("morris", "sobol")
_SPREAD = ("least", "likely", "most", "median", "mean", "sd")
_MOVED = ("site.", "population.", "protocol.step.", "arrivals.", "scenario.")
_KEPT = {"needs", "hours", "on_call", "slot", "passages", "retests", "holidays"}
_VALUE = re.compile(r"(-?[0-9][0-9.e+-]*)(?: ?(\D.*))?")


@frozen
class Input:
    """An input with its range: a number, or all the numbers of a distribution moved by one factor.

    `ends` gives the low and the high end of each path, and their unit.
    """

    name: str
    ends: Mapping[str, tuple[Decimal, Decimal, str]]

    def at(self, share: float) -> dict[str, str]:
        """The settings that put it so far between its ends."""
        return {path: Range(path, low, high, unit).at(share) for path, (low, high, unit) in self.ends.items()}


@frozen
class Effect:
    """What an input does to the figure over its range.

    With Morris' method `effect` is the mean absolute change of the figure for a move through the whole
    range and `interaction` the standard deviation of the changes; with Sobol's it is the share of the
    variance with all interactions, and `interaction` what is left without the input's own share. `bound` is the 95 %
    half-width of `effect`.
    """

    name: str
    range: str
    effect: float
    bound: float
    interaction: float


@frozen
class Screening:
    """The effects of the inputs, the strongest first, from so many `samples` of the design.

    `left_out` are those with a point at which no replication defines the figure, and `because` is how most
    patients end at such a point.
    """

    effects: list[Effect]
    samples: int
    left_out: int = 0
    because: str = ""


def assumed_in(scenario: Scenario) -> list[Input]:
    """Every input of *scenario* that is assumed or calibrated and can be moved, within its range.

    The range is the one that its evidence states, or a quarter of the value up and down; a count moves by at
    least one, and a percentage above 50 by a quarter of what is missing to 100. The ends of a distribution are not
    moved where its middle is a fact that stays: it might come to lie outside of them.
    """
    grouped: dict[str, list[Number]] = {}
    for number in scenario.numbers:
        path, _, key = number.path.rpartition(".")
        known = number.evidence is not None and number.evidence.kind in ("assumed", "calibrated")
        if known and number.path.startswith(_MOVED) and not _KEPT & set(number.path.split(".")):
            grouped.setdefault(path if key in (*_SPREAD, "is") else number.path, []).append(number)
    stays = {n.path.rpartition(".")[0] for n in scenario.numbers if n.path.endswith((".mean", ".median"))}
    for numbers in grouped.values():
        stays -= {n.path.rpartition(".")[0] for n in numbers if n.path.endswith((".mean", ".median"))}
    ends = (".least", ".most")
    grouped = {
        name: numbers
        for name, numbers in grouped.items()
        if name not in stays or not any(n.path.endswith(ends) for n in numbers)
    }
    found = [_input(name, numbers) for name, numbers in grouped.items()]
    return [one for one in found if one is not None]


def _input(name: str, numbers: Sequence[Number]) -> Input | None:
    values = {}
    for number in numbers:
        match = _VALUE.fullmatch(number.value)
        if match is not None and Decimal(match[1]):
            values[number.path.removesuffix(".is")] = (Decimal(match[1]), match[2] or "")
    single = len(numbers) == 1 and numbers[0].evidence is not None and numbers[0].evidence.between
    if not values or (len(values) < len(numbers) and not single):
        return None
    if single:
        given = Range.read(name, "..".join(single))
        return Input(name, {numbers[0].path: (given.low, given.high, given.unit)})
    if any(unit == "%" and value > 50 for value, unit in values.values()):
        missing = {path: 100 - value for path, (value, _) in values.items() if not path.endswith(".sd")}
        return Input(
            name, {path: (100 - m * (1 + REACH), 100 - m * (1 - REACH), "%") for path, m in missing.items()}
        )
    return Input(name, {path: _ends(path, value, unit) for path, (value, unit) in values.items()})


def _ends(path: str, value: Decimal, unit: str) -> tuple[Decimal, Decimal, str]:
    if path.endswith(".spread"):  # a geometric standard deviation begins at one
        return 1 + (value - 1) * (1 - REACH), 1 + (value - 1) * (1 + REACH), unit
    low, high = value * (1 - REACH), value * (1 + REACH)
    if unit in ("", "flask") and value == int(value):
        return max(Decimal(1), min(value - 1, low // 1)), max(value + 1, -(-high // 1)), unit
    return min(low, high), max(low, high), unit


def over(ranges: Iterable[Range]) -> list[Input]:
    """Inputs with ranges of somebody's own."""
    return [Input(one.key, {one.key: (one.low, one.high, one.unit)}) for one in ranges]


def sensitivity(
    scenario: str | Path,
    figure: str,
    *,
    inputs: Sequence[Input],
    method: str = "morris",
    samples: int = 4,
    replications: int = 4,
    settings: Mapping[str, str] | None = None,
    seed: int | None = None,
    means: Means | None = None,
    kept: bool = False,
) -> Screening:
    """How much *figure* depends on each of *inputs*.

    *samples* is the number of trajectories (Morris) or the base sample (Sobol, a power of two); each point of
    the design is simulated *replications* times. What is *kept* without a folder goes where studies go.

    Raises:
        Refused: for a method, a figure or inputs that there are not, or if hardly a sample defines the figure.
        Faults: if some value within a range makes a scenario that cannot run.
    """
    if method not in METHODS:
        raise Refused("--method", method, "is no method", nearest(method, METHODS))
    if samples < 2 or (method == "sobol" and samples & (samples - 1)):
        needs = "a power of two from 2 on" if method == "sobol" else "two trajectories or more"
        raise Refused("--samples", str(samples), "leaves no interval", f"give {needs}")
    if not inputs:
        raise Refused("--over", None, "leaves nothing to move", "give a range such as suites=1..4")
    problem = {
        "num_vars": len(inputs),
        "names": [one.name for one in inputs],
        "bounds": [[0.0, 1.0]] * len(inputs),
    }
    points = _design(problem, method, samples, 0 if seed is None else seed)
    fixed = dict(settings or {})
    variants = tuple(
        Variant(f"point {n}", fixed | _settings(inputs, point)) for n, point in enumerate(points)
    )
    study = Study.of(scenario, variants, seed)
    asked_for(study.plans[0], figure, "FIGURE")
    means = means if means is not None else Means()
    if kept and means.folder is None:
        means = evolve(means, folder=default_folder(study))
    _, counts = carried_out(study, replications, means)
    values = np.array([one.figures[figure].mean() for one in counts])
    size = len(inputs) + (1 if method == "morris" else 2)  # points of one sample, which belong together
    whole = ~np.isnan(values).reshape(-1, size).any(axis=1)
    because = _mostly([one.endings for one, value in zip(counts, values, strict=True) if np.isnan(value)])
    if whole.sum() < 2:
        problem_there = f"is not defined at some points, where most patients end with: {because}"
        raise Refused("FIGURE", figure, problem_there, "choose narrower ranges, or allow more replications")
    kept_points = np.repeat(whole, size)
    effects = _effects(problem, method, points[kept_points], values[kept_points], inputs)
    effects.sort(key=lambda one: -one.effect)
    return Screening(effects, int(whole.sum()), int((~whole).sum()), because)


def _mostly(endings: Iterable[Mapping[str, int]]) -> str:
    """How most patients ended who did not complete."""
    found: Counter[str] = Counter()
    for one in endings:
        found.update({ending: count for ending, count in one.items() if ending != "completed"})
    return found.most_common(1)[0][0] if found else ""


def _settings(inputs: Sequence[Input], point: np.ndarray) -> dict[str, str]:
    found: dict[str, str] = {}
    for one, share in zip(inputs, point, strict=True):
        found |= one.at(float(share))
    return found


def _design(problem: Mapping[str, object], method: str, samples: int, seed: int) -> np.ndarray:
    if method == "morris":
        from SALib.sample import morris

        points: np.ndarray = morris.sample(problem, samples, num_levels=4, seed=seed)
    else:
        from SALib.sample import sobol

        points = sobol.sample(problem, samples, calc_second_order=False, seed=seed)
    return points


def _effects(
    problem: Mapping[str, object],
    method: str,
    points: np.ndarray,
    values: np.ndarray,
    inputs: Sequence[Input],
) -> list[Effect]:
    if np.ptp(values) == 0:
        return [Effect(one.name, _range(one), 0.0, 0.0, 0.0) for one in inputs]
    if method == "morris":
        from SALib.analyze import morris

        found = morris.analyze(problem, points, values, num_levels=4, seed=0)
        columns = found["mu_star"], found["mu_star_conf"], found["sigma"]
    else:
        from SALib.analyze import sobol

        found = sobol.analyze(problem, values, calc_second_order=False, seed=0)
        columns = found["ST"], found["ST_conf"], found["ST"] - found["S1"]
    rows = zip(inputs, *columns, strict=True)
    return [Effect(one.name, _range(one), float(e), float(b), float(i)) for one, e, b, i in rows]


def _range(one: Input) -> str:
    """The range in words: of the number, or of the middle one of a distribution."""
    path = next(
        (p for p in one.ends if p.rpartition(".")[2] in ("likely", "median", "mean", "is")),
        next(iter(one.ends)),
    )
    low, high, unit = one.ends[path]
    return f"{low.normalize():f} to {high.normalize():f} {unit}".strip()
