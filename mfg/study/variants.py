"""The variants of a study: settings by path, from a grid, from ranges, or named in the scenario file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from attrs import field, frozen

from mfg.errors import Parameter, Refused
from mfg.kinds import check_mapping, check_text
from mfg.own import OwnPart
from mfg.reader.numbers import read_number
from mfg.reader.scenarios import load_scenario
from mfg.reader.typed import as_text, settings_as_text
from mfg.scenario import Scenario
from mfg.simulation.draws import Luck
from mfg.sizes import VARIANTS

AS_IT_IS = "as it is"  # the name of the variant that changes nothing
COUNTED = ("", "flask", "container", "passage", "patient")  # units of what is not divided
_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?)"
_RANGE = re.compile(rf"{_NUMBER} ?(.*?)\.\.{_NUMBER} ?(.*)")
_FACTORS = re.compile(r"x([0-9]+(?:\.[0-9]+)?)\.\.x([0-9]+(?:\.[0-9]+)?)")


def _own_parts(parts: Mapping[str, Any] | None) -> dict[str, OwnPart]:
    """The *parts* that somebody wrote in Python, each by its path.

    Raises:
        Refused: for what is no table of them, or for one that is neither a distribution nor an order.
    """
    check_mapping(parts, "parts", '{"isolate.lasts": ...} with an object of your own')
    return {key: OwnPart.of(key, part) for key, part in (parts or {}).items()}


@frozen
class Variant:
    """One plan of a study: its name, and the values by path that make it; numbers and dates become what a file would say.

    `parts` are distributions and an order of one's own, by path: see `mfg.simulate`.
    """

    name: str = field(validator=lambda one, _, name: one.check_name(name))
    settings: Mapping[str, str] = field(converter=settings_as_text)
    parts: Mapping[str, OwnPart] = field(factory=dict, converter=_own_parts)

    @staticmethod
    def check_name(name: object) -> None:
        """Refuse what no table or chart could call it.

        Raises:
            Refused: unless it is a text that is not empty.
        """
        check_text(name, "name", "two suites")
        if not name:
            raise Refused(Parameter("name"), None if name is None else str(name), "is no name", "give a text")

    @property
    def unnamed(self) -> list[OwnPart]:
        """The parts by which nobody could know its results again."""
        return [part for part in self.parts.values() if not part.is_named]


@frozen
class SettingRange:
    """The values of a path from *low* to *high*, in *unit*; with the *prefix* ``x`` so many times what it is.

    Between two whole numbers of what is not divided there are only whole ones.
    """

    key: str
    low: Decimal
    high: Decimal
    unit: str = ""
    prefix: str = ""

    @staticmethod
    def read(key: str, text: str, option: str = "vary") -> SettingRange:
        """Read ``2..6``, ``20 hour..30 hour`` or ``x0.5..x2``, given with *option*."""
        factors, match, where = _FACTORS.fullmatch(text), _RANGE.fullmatch(text), Parameter(f"{option} {key}")
        if factors is not None:
            found = SettingRange(key, _end(factors[1], where), _end(factors[2], where), prefix="x")
        elif match is not None and match[2] in ("", match[4]):
            found = SettingRange(key, _end(match[1], where), _end(match[3], where), match[4])
        else:
            advice = "write it like 20hour..30hour, or x0.5..x2"
            raise Refused(where, text, "is no range", advice)
        if found.low >= found.high:
            raise Refused(where, text, "does not rise", "write the low end first")
        return found

    def at(self, share: float) -> str:
        """The value that lies so far between the ends, as it would be typed; the ends are exact."""
        counted = self.unit in COUNTED and not self.prefix
        if share in (0, 1):
            value = self.high if share else self.low
        elif counted and self.low == int(self.low) and self.high == int(self.high):
            steps = int(self.high - self.low)
            value = self.low + min(int(share * (steps + 1)), steps)
        else:
            value = Decimal(f"{float(self.low) + share * float(self.high - self.low):.6g}")
        return f"{self.prefix}{value.normalize():f} {self.unit}".strip()


def _end(text: str, where: str) -> Decimal:
    """One end of a range, by the grammar of all numbers."""
    return Decimal(read_number(text, where))


def is_range(text: str) -> bool:
    """Whether *text* is written like a range."""
    return any(pattern.fullmatch(text) for pattern in (_RANGE, _FACTORS))


def grid(vary: Mapping[str, Iterable[Any]]) -> list[Variant]:
    """Every combination of the values of *vary*; the first values together are what the others are held against."""
    listed = {key: _listed(key, values) for key, values in vary.items()}
    VARIANTS.check(prod(len(values) for values in listed.values()), Parameter("vary"))
    chosen = [dict(zip(listed, values, strict=True)) for values in product(*listed.values())]
    return [Variant(name_of(settings), settings) for settings in chosen]


def _listed(key: str, values: object) -> list[str]:
    """The values of one path as text, each once."""
    where = Parameter(f"vary {key}")
    if isinstance(values, str) or not isinstance(values, Iterable):
        kind = "text" if isinstance(values, str) else "value"
        raise Refused(where, str(values), f"is one {kind} and no list", f"write [{values!r}, ...]")
    texts = [as_text(value, where) for value in values]
    if len(set(texts)) != len(texts):
        raise Refused(where, ",".join(texts), "has a value twice", "give each once")
    return texts


def variants_in(scenario: str | Path | Scenario) -> list[Variant]:
    """The variants that a scenario file names, after the scenario as it is."""
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return [Variant(AS_IT_IS, {}), *(Variant(name, settings) for name, settings in loaded.variants.items())]


def hypercube(ranges: Sequence[SettingRange], count: int, seed: int) -> list[Variant]:
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
        *(Variant(f"sample {n + 1}: {name_of(s)}", s) for n, s in enumerate(samples)),
    ]


def not_twice(fixed: Mapping[str, object], varied: Iterable[str], name: str = "settings") -> None:
    """Refuse what holds everywhere, called *name*, and is *varied* as well: one path may be the ending of the other."""
    listed = list(varied)
    for key, value in fixed.items():
        if any(f".{key}".endswith(f".{one}") or f".{one}".endswith(f".{key}") for one in listed):
            advice = "leave one of the two out"
            raise Refused(Parameter(f"{name} {key}"), str(value), "is varied as well", advice)


def name_of(settings: Mapping[str, str]) -> str:
    """What settings are called."""
    return ", ".join(f"{key}={value}" for key, value in settings.items()) or AS_IT_IS
