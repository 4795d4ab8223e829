"""The corners of a screening: which inputs are high in which simulation, and the scenarios that come of it.

Every input is at its low or its high end, all at once, by the designs of Plackett and Burman (1946), which are the matrices
of Paley (1933): in so many runs as many columns of plus and minus stand at right angles. Each run is made with its mirror,
in which high is low (Box and Wilson 1951 call it fold-over), so that what two inputs do only together cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count

import numpy as np
from attrs import frozen

from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.scenario import Scenario
from mfg.study.inputs import HIGH, LOW, Input

SPARE = 12  # runs beyond the inputs, from which the luck is judged
Load = Callable[[Mapping[str, str], int], Scenario]  # with these settings, on the luck of that seed


@frozen
class Corner:
    """A scenario with every input at one of its ends, and the settings that put them there."""

    settings: Mapping[str, str]
    scenario: Scenario
    plan: Plan


def design(inputs: int) -> np.ndarray:
    """The runs for so many inputs: a row for each, 1 where the input of a column is high and -1 where it is low.

    There are `SPARE` rows more than inputs, or a few more than that; the columns stand at right angles.
    """
    prime = next(n for n in count(inputs + SPARE - 1) if n % 4 == 3 and all(n % d for d in range(2, n)))
    squares = {n * n % prime for n in range(1, prime)}
    sign = np.array([0, *(1 if n in squares else -1 for n in range(1, prime))])
    places = np.arange(prime)
    rows = np.eye(prime + 1, dtype=int)
    rows[0, 1:] = 1
    rows[1:, 0] = -1
    rows[1:, 1:] += sign[(places[:, None] - places) % prime]
    return rows[:, :inputs]


def corners(
    load: Load, inputs: Sequence[Input], rows: np.ndarray, seeds: Sequence[int], told: Callable[[int], None]
) -> tuple[list[Corner], list[Input]]:
    """The corner of each of *rows* with the luck of its seed, and the inputs as they could be moved.

    An assumed input stays as it is where its end is refused, alone or together with other ends. *told* hears how many
    corners there are.

    Raises:
        Faults: if a scenario cannot run at ends that somebody gave.
    """
    moved = list(inputs)
    found: dict[int, Corner] = {}
    while stale := [
        n for n, row in enumerate(rows) if n not in found or found[n].settings != _settings(moved, row)
    ]:
        for n in stale:
            found[n] = _corner(load, moved, rows[n], seeds[n])
            told(len(found))
    return [found[n] for n in range(len(rows))], moved


def _corner(load: Load, moved: list[Input], row: np.ndarray, seed: int) -> Corner:
    """One corner, after whatever keeps it from being has been made to stay as it is, in place."""
    while True:
        settings = _settings(moved, row)
        try:
            scenario = load(settings, seed)
        except Faults as faults:
            _stay(load, moved, row, seed, faults)
        else:
            return Corner(settings, scenario, plan_of(scenario))


def _settings(inputs: Sequence[Input], row: np.ndarray) -> dict[str, str]:
    return {
        path: text
        for one, sign in zip(inputs, row, strict=True)
        for path, text in one.at((sign + 1) // 2).items()
    }


def _stay(load: Load, moved: list[Input], row: np.ndarray, seed: int, faults: Faults) -> None:
    """Let one of the inputs that make this corner refused stay as it is there, in place."""

    def refused(chosen: Sequence[int]) -> Faults | None:
        try:
            load(_settings([moved[n] for n in chosen], row[list(chosen)]), seed)
        except Faults as found:
            return found
        return None

    together = _least(lambda chosen: refused(chosen) is not None, range(len(moved)))
    free = [n for n in together if moved[n].value is not None]
    if not free:
        raise faults
    one = free[0]
    others = [f"{moved[n].name} {_end(row[n])}" for n in together if n != one]
    why = (refused(together) or faults).faults[0]
    reason = f"{why}" + (f" (with {', '.join(others)})" if others else "")
    moved[one] = moved[one].without(_end(row[one]), reason)


def _end(sign: int) -> str:
    return HIGH if sign > 0 else LOW


def _least(refused: Callable[[Sequence[int]], bool], suspects: Sequence[int]) -> list[int]:
    """A least part of *suspects*, all of which together are refused, that is refused too.

    The last of the shortest refused beginning belongs to it; then the same is asked of what is before it.
    """
    found: list[int] = []
    rest = list(suspects)
    while rest and not refused(found):
        few, many = 1, len(rest)
        while few < many:
            half = (few + many) // 2
            if refused([*rest[:half], *found]):
                many = half
            else:
                few = half + 1
        found.append(rest[few - 1])
        rest = rest[: few - 1]
    return found
