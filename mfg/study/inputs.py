"""The inputs of a scenario that are moved to see what they do, each with its range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from attrs import evolve, field, frozen

from mfg.digits import plain
from mfg.evidence import Number
from mfg.reader.settings import SET
from mfg.scenario import Scenario
from mfg.study.variants import COUNTED, SettingRange

_REACH = Decimal("0.25")  # of a value whose own range nobody has stated, up and down
LOW, HIGH = "low", "high"
_SCALED = ("is", "least", "likely", "most", "median", "mean", "sd")  # what grows with what is distributed
_MIDDLE = ("is", "likely", "median", "mean")
_MOVED = ("site.", "population.", "protocol.step.", "arrivals.")
_CHOSEN = {"hours", "on_call", "slot", "booked", "holidays", "medium", "drawn", "after_passage", "vessel"}
_CHOSEN_WITHIN = {"needs", "passages", "keep", "keeps"}
_VALUE = re.compile(r"(-?[0-9][0-9.e+-]*)(?: ?(\D.*))?")


@frozen
class Input:
    """A number with its range, or all the numbers of a distribution, moved by one factor.

    `ranges` has one for each path. `refused` says why an end ("low", "high") cannot be: there the input stays as it
    is, at `value` in the unit of its range. A range that somebody gave has no `value`: it is obeyed, or refused.
    """

    name: str
    ranges: tuple[SettingRange, ...]
    value: Decimal | None = None
    refused: Mapping[str, str] = field(factory=dict)

    @property
    def still(self) -> bool:
        """Whether it cannot be moved at all."""
        return len(self.refused) == 2

    @property
    def span(self) -> str:
        """The range in words: of the number, or of the middle one of a distribution."""
        one = self.ranges[_middle([one.key for one in self.ranges])]
        low, high = (
            f"{one.prefix}{plain(end if self.value is None or name not in self.refused else self.value)}"
            for name, end in ((LOW, one.low), (HIGH, one.high))
        )
        return f"{low} to {high} {one.unit}".strip()

    def at(self, share: float) -> dict[str, str]:
        """The settings that put it so far between its ends."""
        if (share == 0 and LOW in self.refused) or (share == 1 and HIGH in self.refused):
            return {}
        return {one.key: one.at(share) for one in self.ranges}

    def without(self, end: str, reason: str) -> Input:
        """The same, staying as it is instead of going to an *end* that is refused."""
        return evolve(self, refused={**self.refused, end: reason})


@frozen
class Assumed:
    """The inputs of a scenario that are assumed and moved, and why others are not, by their names."""

    inputs: tuple[Input, ...]
    unmoved: Mapping[str, str]


def assumed_in(scenario: Scenario) -> Assumed:
    """Every input of *scenario* that is assumed or calibrated, and no choice, within its range.

    The range is the one that its evidence states, or a quarter of the value up and down; a count moves by at
    least one, and a percentage above 50 by a quarter of what is missing to 100. What is zero stays zero. Choices are
    not moved: needs, hours, slots, what is booked, the calendar of a culture, vessels, temperatures; nor is the
    value at which a distribution is cut off, nor what was set for this run.
    """
    cut = {
        number.path.rpartition(".")[0]
        for number in scenario.numbers
        if number.path.rpartition(".")[2] in ("median", "mean")
    }
    grouped: dict[str, list[Number]] = {}
    for number in scenario.numbers:
        path, _, key = number.path.rpartition(".")
        evidence = number.evidence
        known = evidence is not None and evidence.kind in ("assumed", "calibrated") and evidence.reason != SET
        if not known or not number.path.startswith(_MOVED) or _is_choice(number.path):
            continue
        if path not in cut or key not in ("least", "most"):
            sample = path.removesuffix(".empirical")  # all the values of a sample are one input
            scaled = key in _SCALED or sample != path
            grouped.setdefault(sample if scaled else number.path, []).append(number)
    inputs, unmoved = [], {}
    for group, numbers in grouped.items():
        found = _input(group, numbers)
        if isinstance(found, Input):
            inputs.append(found)
        elif found:
            unmoved[group] = found
    return Assumed(tuple(inputs), unmoved)


def _is_choice(path: str) -> bool:
    *_, within, key = path.removesuffix(".is").split(".")
    return key in _CHOSEN or within in _CHOSEN_WITHIN


def over(ranges: Iterable[SettingRange]) -> list[Input]:
    """Inputs with ranges of somebody's own."""
    return [Input(one.key, (one,)) for one in ranges]


def _input(group: str, numbers: Sequence[Number]) -> Input | str:
    """The input of some numbers that belong together; why it is none, or nothing for what is no number."""
    values: list[tuple[str, Decimal, str]] = []
    for number in numbers:
        match = _VALUE.fullmatch(number.value)
        if match is None:
            return ""
        values.append((number.path.removesuffix(".is"), Decimal(match[1]), match[2] or ""))
    path, value, unit = values[_middle([path for path, _, _ in values])]
    name = path if len(values) == 1 else group
    evidence = numbers[0].evidence
    if len(values) == 1 and evidence is not None and evidence.between:
        return Input(name, (SettingRange.read(path, "..".join(evidence.between)),), value)
    if not any(value for _, value, _ in values):
        return "is zero, and no range is stated"
    if len(values) == 1 and unit in COUNTED and "." not in numbers[0].value and not _is_spread(path):
        low, high = (value * (1 - _REACH)) // 1, -(-value * (1 + _REACH) // 1)
        return Input(
            name,
            (SettingRange(path, max(Decimal(0), min(value - 1, low)), max(value + 1, high), unit),),
            value,
        )
    missing = unit == "%" and any(v > 50 for p, v, _ in values if not p.endswith(".sd"))
    down, up = 1 - _REACH, 1 + _REACH
    if missing or value < 0:
        down, up = up, down
    ranges = tuple(
        SettingRange(p, _scaled(p, v, down, missing=missing), _scaled(p, v, up, missing=missing), u)
        for p, v, u in values
    )
    return Input(name, ranges, value)


def _scaled(path: str, value: Decimal, factor: Decimal, *, missing: bool) -> Decimal:
    """*value* by a factor: what is above one of a geometric standard deviation, what is *missing* to a hundred."""
    if _is_spread(path):
        return 1 + (value - 1) * factor
    return 100 - (100 - value) * factor if missing and not path.endswith(".sd") else value * factor


def _is_spread(path: str) -> bool:
    return path.endswith(".spread")


def _middle(paths: Sequence[str]) -> int:
    """Which of the numbers of a distribution it is called by; of others the first."""
    return next((n for n, path in enumerate(paths) if path.rpartition(".")[2] in _MIDDLE), 0)
