"""The variants of a study: settings by path, from a grid, from ranges, or named in the scenario file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
from attrs import frozen

from mfg.errors import Refused
from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario
from mfg.simulation.draws import Luck

AS_IT_IS = "as it is"  # the name of the variant that changes nothing
_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?)"
_RANGE = re.compile(rf"{_NUMBER} ?(.*?)\.\.{_NUMBER} ?(.*)")


@frozen
class Variant:
    """One plan of a study: its name, and the values by path that make it."""

    name: str
    settings: Mapping[str, str]


@frozen
class Range:
    """The values of a path from *low* to *high*, in *unit*; whole numbers if both ends are."""

    key: str
    low: Decimal
    high: Decimal
    unit: str

    @staticmethod
    def read(key: str, text: str, option: str = "--vary") -> Range:
        """Read ``2..6`` or ``20 hour..30 hour``, given with *option*."""
        match = _RANGE.fullmatch(text)
        if match is None or (match[2] and match[2] != match[4]):
            raise Refused(f"{option} {key}", text, "is no range", "write it like 20hour..30hour")
        low, high = Decimal(match[1]), Decimal(match[3])
        if low >= high:
            raise Refused(f"{option} {key}", text, "does not rise", "write the low end first")
        return Range(key, low, high, match[4])

    def at(self, share: float) -> str:
        """The value that lies so far between the ends, as it would be typed."""
        if not self.unit and self.low == int(self.low) and self.high == int(self.high):
            return str(
                int(self.low) + min(int(share * (int(self.high - self.low) + 1)), int(self.high - self.low))
            )
        value = float(self.low) + share * float(self.high - self.low)
        return f"{Decimal(f'{value:.6g}'):f} {self.unit}".strip()


def is_range(text: str) -> bool:
    """Whether *text* is written like a range."""
    return _RANGE.fullmatch(text) is not None


def grid(vary: Mapping[str, Sequence[str]]) -> list[Variant]:
    """Every combination of the values of *vary*; the first values together are what the others are held against."""
    for key, values in vary.items():
        if isinstance(values, str):
            raise Refused(f"vary {key}", values, "is one text and no list", f"write [{values!r}, ...]")
        if len(set(values)) != len(values):
            raise Refused(f"--vary {key}", ",".join(values), "has a value twice", "give each once")
    chosen = [dict(zip(vary, values, strict=True)) for values in product(*vary.values())]
    return [Variant(named(settings), settings) for settings in chosen]


def named_in(scenario: str | Path | Scenario) -> list[Variant]:
    """The variants that a scenario file names, after the scenario as it is."""
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return [Variant(AS_IT_IS, {}), *(Variant(name, settings) for name, settings in loaded.variants.items())]


def hypercube(ranges: Sequence[Range], count: int, seed: int) -> list[Variant]:
    """*count* variants in a Latin hypercube: each range is cut in as many parts, and each part is met once.

    (McKay, Beckman, Conover 1979.) The first variant is the scenario itself.
    """
    luck = Luck(seed, 0, [f"sample {n}" for n in range(count)])
    shares = []
    for one in ranges:
        order, within = (
            luck.uniforms(f"order of {one.key}", 0, 1)[:, 0],
            luck.uniforms(f"place in {one.key}", 0, 1)[:, 0],
        )
        shares.append((np.argsort(np.argsort(order)) + within) / count)
    samples = [
        {one.key: one.at(float(share[n])) for one, share in zip(ranges, shares, strict=True)}
        for n in range(count)
    ]
    return [
        Variant(AS_IT_IS, {}),
        *(Variant(f"sample {n + 1}: {named(s)}", s) for n, s in enumerate(samples)),
    ]


def named(settings: Mapping[str, str]) -> str:
    """What settings are called."""
    return ", ".join(f"{key}={value}" for key, value in settings.items()) or AS_IT_IS
