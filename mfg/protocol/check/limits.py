"""Checks of ranges that are empty, wherever a protocol or a site states one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

import attrs

from mfg.errors import Refused
from mfg.protocol.cases import ENDS
from mfg.protocol.protocol import Protocol
from mfg.protocol.route import CellRule
from mfg.protocol.rules import Limits, When
from mfg.spread import Spread
from mfg.units import alike, text


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Every range of *protocol* whose lower end lies above its upper one, and every cap below its floor."""
    yield from empty_ranges(protocol)


def empty_ranges(thing: Any) -> Iterator[Refused]:
    """Every range inside *thing* that holds nothing."""
    for path, part in _parts(thing, ""):
        if isinstance(part, Limits):
            yield from _mixed(path, part)
        pairs = list(product(*ENDS))
        if isinstance(part, CellRule):
            pairs.append(("floor", "cap"))
        for low, high in pairs:
            yield from _empty_range(path, low, getattr(part, low, None), high, getattr(part, high, None))


def _empty_range(path: str, low: str, lower: Any, high: str, upper: Any) -> Iterator[Refused]:
    if lower is None or upper is None or not (isinstance(lower, int) or alike(lower, str(upper.units))):
        return
    if lower > upper:
        article = "an" if low == "above" else "a"
        yield Refused(path, None, f"has {article} {low} above its {high}", "exchange them")
    elif lower == upper and {low, high} & {"above", "below"}:
        yield Refused(path, None, f"holds nothing: its {low} and its {high} are the same", "move one of them")


def _mixed(path: str, limits: Limits) -> Iterator[Refused]:
    stated = [quantity for _, quantity in limits.bounds()]
    if any(not alike(quantity, str(stated[0].units)) for quantity in stated):
        shown = " and ".join(text(quantity) for quantity in stated)
        yield Refused(path, shown, "are not limits of one kind", "write them in one unit")


def _parts(thing: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every frozen value inside *thing* with its path in the file; a distribution has its own rules."""
    if isinstance(thing, When):
        yield from _parts(thing.conditions, path)
    elif attrs.has(type(thing)) and not isinstance(thing, Spread):
        yield path, thing
        for name, key in _keys(thing.__class__):
            yield from _parts(getattr(thing, name), f"{path}.{key}".strip("."))
    elif isinstance(thing, Mapping):
        for name, value in thing.items():
            yield from _parts(value, f"{path}.{name}")
    elif isinstance(thing, tuple):
        for place, item in enumerate(thing, 1):
            yield from _parts(
                item, f"{path}.{called}" if (called := _called(item, place, len(thing))) else path
            )


@cache
def _keys(cls: type) -> tuple[tuple[str, str], ...]:
    """The attributes of a class that a file writes, each with its key there."""
    keys = ((one.name, one.metadata.get("key", one.name.rstrip("_"))) for one in attrs.fields(cls))
    return tuple((name, key) for name, key in keys if key is not None)


def _called(item: Any, place: int, many: int) -> str:
    """What a member of a list is called in a path; the only row of a table has no name of its own."""
    for key in ("name", "test", "do"):
        if isinstance(name := getattr(item, key, None), str):
            return name
    return str(place) if many > 1 else ""
