"""The keys that a file may hold, from the classes that files become; and those that a document leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

import attrs

from mfg.calendar import Hours
from mfg.population import Categorical
from mfg.protocol.recipe import STEPS, Step
from mfg.protocol.rules import Limits, When
from mfg.reader.document import Tree, names_of
from mfg.reader.paths import bare
from mfg.spread import Spread

WHOLE = (When, Hours, Limits, Spread, Categorical)  # one value, though it is written as a table


@lru_cache
def attributes(cls: type) -> tuple[tuple[str, Any], ...]:
    """The keys of a class as a file writes them, with the types of what they hold."""
    hints = get_type_hints(cls)
    named = [(a.metadata.get("key", a.name.rstrip("_")), hints[a.name]) for a in attrs.fields(cls)]
    return tuple((key, hint) for key, hint in named if key is not None)


@lru_cache
def inside(hint: Any) -> type | None:
    """The class whose keys a value has, on its own, in a list or by name; None if it is one value."""
    if isinstance(hint, type) and attrs.has(hint):
        return None if hint in WHOLE else hint
    return next((inner for each in get_args(hint) if (inner := inside(each)) is not None), None)


def is_named(hint: Any) -> bool:
    """Whether a value of this type is a table of tables, each by its name."""
    return any("Mapping" in str(get_origin(each)) for each in (hint, *get_args(hint)) if get_origin(each))


def left_out(tree: Tree, cls: type, path: str = "") -> Iterator[tuple[str, Tree, str]]:
    """Every key that a table of *tree*, which becomes a *cls*, does not hold: its path, the table and the key.

    A table that is not there at all is made when it is needed, so that its keys are listed too.
    """
    for key, hint in attributes(cls):
        here, value = f"{path}{key}", tree.get(key)
        inner = inside(hint)
        if key not in tree:
            if inner is not None and attrs.has(_bare(hint)):
                yield from ((f"{here}.{name}", tree, f"{key}.{name}") for name, _ in attributes(inner))
            else:
                yield here, tree, key
        elif hint == tuple[Step, ...] and isinstance(value, list):
            for name, step in zip(names_of(value), value, strict=True):
                does = bare(step.get("do")) if isinstance(step, dict) else None
                if isinstance(does, str) and does in STEPS:
                    yield from left_out(step, STEPS[does], f"{here}.{name}.")
        elif inner is not None:
            for name, each in _members(hint, value):
                if isinstance(each, dict) and "is" not in each:
                    yield from left_out(each, inner, f"{here}.{name}")


def _bare(hint: Any) -> Any:
    """The type without None."""
    return next((each for each in get_args(hint) if isinstance(each, type) and attrs.has(each)), hint)


def _members(hint: Any, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"{name}.", each) for name, each in zip(names_of(value), value, strict=True)]
    if is_named(hint) and isinstance(value, dict):
        return [(f"{name}.", each) for name, each in value.items()]
    return [("", value)]
