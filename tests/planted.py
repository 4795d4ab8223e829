"""Tables of doses with planted slips: half of the rows wrong, each in one of twenty-four known ways."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

from attrs import define, evolve, frozen

POUND = Decimal("0.45359237")
TENTH = Decimal("0.1")
PER_KG = Decimal(10**6)
SYRINGE = Decimal(50 * 10**6)
ROUNDINGS = {
    "": (Decimal(1), ROUND_HALF_UP),
    "0.1mL": (Decimal(10**6), ROUND_HALF_UP),
    "0.1mL down": (Decimal(10**6), ROUND_FLOOR),
    "1e6cell": (Decimal(10**6), ROUND_HALF_UP),
    "0.5mL": (Decimal(5 * 10**6), ROUND_HALF_UP),
    "1container": (SYRINGE, ROUND_HALF_UP),
}


@define
class Luck:
    """Numbers between 0 and 1 that are the same every time: a linear congruence (Knuth's MMIX)."""

    state: int

    def uniform(self) -> float:
        """The next one."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53

    def normal(self, mean: float, spread: float) -> float:
        """One of a normal distribution."""
        return NormalDist(mean, spread).inv_cdf(min(max(self.uniform(), 1e-9), 1 - 1e-9))

    def one_of(self, things: Sequence[Decimal]) -> Decimal:
        """One of several."""
        return things[int(self.uniform() * len(things))]


@frozen
class Row:
    """What a row says, and the slip that is in it."""

    patient: str
    weight: Decimal
    cells: Decimal
    previous: Decimal
    height: Decimal
    slip: str = ""
    name: str = ""


@frozen
class Around:
    """A right row with what a slip may take from elsewhere: the weights above and below, and the rounding."""

    luck: Luck
    row: Row
    neighbours: tuple[Decimal, Decimal]
    rounding: str

    def given(self, factor: Decimal) -> Row:
        """So many times the right dose."""
        return evolve(self.row, cells=self.row.cells * factor)

    def dosed(self, weight: Decimal) -> Row:
        """The dose of another weight."""
        return evolve(self.row, cells=rounded(weight * PER_KG, self.rounding))

    def weighed(self, weight: Decimal) -> Row:
        """Another weight, and the dose follows it."""
        return evolve(self.dosed(weight), weight=weight)


def rounded(cells: Decimal, rounding: str) -> Decimal:
    """*cells* as they are measured out: at least one step."""
    step, how = ROUNDINGS[rounding]
    return max((cells / step).to_integral_value(how), Decimal(1)) * step


def transposed(luck: Luck, number: Decimal) -> Decimal:
    """*number* with two neighbouring digits exchanged; itself, if none differ."""
    digits = f"{number.normalize():f}"
    places = [n for n, digit in enumerate(digits) if digit.isdigit()]
    pairs = [(a, b) for a, b in pairwise(places) if digits[a] != digits[b] and digits[b] != "0"]
    if not pairs:
        return number
    a, b = pairs[int(luck.uniform() * len(pairs))]
    listed = list(digits)
    listed[a], listed[b] = listed[b], listed[a]
    return Decimal("".join(listed))


def _pounds(around: Around) -> Decimal:
    return (around.row.weight / POUND).quantize(TENTH)


def _stale(around: Around) -> Decimal:
    change = (0.06 + 0.14 * around.luck.uniform()) * (1 if around.luck.uniform() < 0.5 else -1)
    return (around.row.weight * Decimal(1 + change)).quantize(TENTH)


def _in_syringes(around: Around) -> Row:
    whole = (around.row.weight * PER_KG / SYRINGE).to_integral_value(ROUND_CEILING)
    return evolve(around.row, cells=whole * SYRINGE)


Make = Callable[[Around], Row]
SLIPS: tuple[tuple[str, str, Make], ...] = (
    ("ten times", "ten-fold", lambda a: a.given(Decimal(10))),
    ("a tenth", "ten-fold", lambda a: a.given(TENTH)),
    ("a hundred times", "hundred-fold", lambda a: a.given(Decimal(100))),
    ("a hundredth", "hundred-fold", lambda a: a.given(Decimal("0.01"))),
    ("a thousand times", "thousand-fold", lambda a: a.given(Decimal(1000))),
    ("a thousandth", "thousand-fold", lambda a: a.given(Decimal("0.001"))),
    ("a million times", "million-fold", lambda a: a.given(Decimal(10**6))),
    ("millions", "millions", lambda a: a.given(Decimal("1e-6"))),
    ("double", "double", lambda a: a.given(Decimal(2))),
    ("half", "half", lambda a: a.given(Decimal("0.5"))),
    ("one kg", "per-kg-as-total", lambda a: evolve(a.row, cells=PER_KG)),
    ("dose of pounds", "pounds-as-kilograms", lambda a: a.dosed(a.row.weight / POUND)),
    ("dose of kg as lb", "kilograms-as-pounds", lambda a: a.dosed(a.row.weight * POUND)),
    ("weight in pounds", "pounds-as-kilograms", lambda a: a.weighed(_pounds(a))),
    ("only the weight in pounds", "kilograms-as-pounds", lambda a: evolve(a.row, weight=_pounds(a))),
    ("volume as cells", "volume-as-cells", lambda a: a.given(Decimal("1e-7"))),
    ("swapped", "swapped-columns", lambda a: evolve(a.row, weight=a.row.cells, cells=a.row.weight)),
    ("whole syringes", "rounded-to-containers", _in_syringes),
    ("transposed dose", "transposed-digits", lambda a: evolve(a.row, cells=transposed(a.luck, a.row.cells))),
    ("transposed weight", "transposed-digits", lambda a: a.weighed(transposed(a.luck, a.row.weight))),
    ("neighbour's dose", "neighbours-weight", lambda a: a.dosed(a.luck.one_of(a.neighbours))),
    ("neighbour's weight", "neighbours-weight", lambda a: a.weighed(a.luck.one_of(a.neighbours))),
    ("old dose", "old-weight", lambda a: a.dosed(a.row.previous)),
    ("stale weight", "other", lambda a: a.weighed(_stale(a))),
)
CONSISTENT = {
    "weight in pounds",
    "transposed weight",
    "neighbour's weight",
    "stale weight",
}  # the dose follows


def planted(count: int, seed: int, rounding: str = "") -> list[Row]:
    """*count* rows of a million cells per kg; every second one has a slip, each kind in turn."""
    luck = Luck(seed)
    true = [_true(luck, n) for n in range(count)]
    rows = []
    for n, row in enumerate(true):
        right = evolve(row, cells=rounded(row.weight * PER_KG, rounding))
        around = Around(luck, right, (true[n - 1].weight, true[(n + 1) % count].weight), rounding)
        rows.append(_slipped(around, n // 2) if n % 2 and n < count - 1 else right)
    return rows


def _true(luck: Luck, n: int) -> Row:
    weight = Decimal(f"{min(max(luck.normal(64, 12), 32), 115):.1f}")
    before = (weight * Decimal(luck.normal(1, 0.015))).quantize(TENTH)
    height = Decimal(f"{min(max(luck.normal(168, 9), 145), 198):.0f}")
    return Row(f"P{n:05d}", weight, Decimal(0), before, height)


def _slipped(around: Around, turn: int) -> Row:
    """The row with the slip of its *turn*, or with the next one that makes it wrong."""
    for kind in range(len(SLIPS)):
        slip, name, make = SLIPS[(turn + kind) % len(SLIPS)]
        wrong = make(around)
        if _is_wrong(wrong, around):
            return evolve(wrong, slip=slip, name=name)
    raise AssertionError("no slip makes this row wrong")


def _is_wrong(row: Row, around: Around) -> bool:
    """Whether a dose is off by more than one per cent and not by its rounding, or a weight by five."""
    exact = row.weight * PER_KG
    step, how = ROUNDINGS[around.rounding]
    half = abs(row.cells - exact) * 2 == step and how == ROUND_HALF_UP  # up or down, it is the nearest
    follows = half or abs(row.cells / exact - 1) <= TENTH / 10 or row.cells == rounded(exact, around.rounding)
    return not follows or abs(row.weight / around.row.weight - 1) > TENTH / 2


def write(rows: Sequence[Row], path: Path, *, witnesses: bool) -> Path:
    """*rows* as a CSV file, with the last weight and the stature beside them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        beside = ["previous_weight_kg", "height_cm"] if witnesses else []
        writer.writerow(["patient", "weight_kg", "cells", *beside])
        for row in rows:
            said = [row.patient, f"{row.weight.normalize():f}", f"{row.cells.normalize():f}"]
            writer.writerow([*said, *((row.previous, row.height) if witnesses else ())])
    return path
