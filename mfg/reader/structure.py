"""From a bare tree to frozen values, with every fault at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import attrs
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)

from mfg.errors import Refused, nearest
from mfg.reader.advice import in_its_place
from mfg.reader.converter import CONVERTER
from mfg.reader.document import TreePath, names_of
from mfg.reader.written import is_of_tables, key_of, keys_of, shown, written_form

_T = TypeVar("_T")
_REMOVED = {"late_lot": "leave it out: a dose whose cells are not ready is always booked again"}
_NOTES = (AttributeValidationNote, IterableValidationNote)


def structure(tree: object, cls: type[_T]) -> tuple[_T | None, list[tuple[Refused, TreePath]]]:
    """The value that *tree* describes, or None with every reason why it is none and the way to it."""
    try:
        return CONVERTER.structure(tree, cls), []
    except Exception as error:  # noqa: BLE001  cattrs wraps what it meets; the rest is raised again below
        return None, list(_faults(error, tree, cls, "", (), tree))


def _faults(
    error: BaseException, tree: Any, cls: Any, path: str, way: TreePath, whole: Any
) -> Iterator[tuple[Refused, TreePath]]:
    if isinstance(error, Refused):
        yield in_its_place(error, cls, way, whole).under(path), way
    elif isinstance(error, (ClassValidationError, IterableValidationError)):
        for inner in error.exceptions:
            note = next((n for n in getattr(inner, "__notes__", ()) if isinstance(n, _NOTES)), None)
            step, name, subtree = _step(note, tree, getattr(error, "cl", cls))
            further = way if step is None else (*way, step)
            wanted = getattr(note, "type", getattr(error, "cl", cls))
            yield from _faults(inner, subtree, wanted, f"{path}.{name}".strip("."), further, whole)
    elif isinstance(error, ForbiddenExtraKeysError):
        for key in sorted(error.extra_fields):
            advice = _REMOVED.get(key) or nearest(key, keys_of(error.cl))
            yield Refused(path, None, f"unknown key {key!r}", advice), (*way, key)
    elif isinstance(error, KeyError):
        named = f"write [{path}.NAME] for each, with what is said of it" if is_of_tables(cls) else "write it"
        yield Refused(path, None, "is missing", named), way
    elif isinstance(error, (TypeError, ValueError, AttributeError)):
        kind, like = written_form(cls)
        yield Refused(path, shown(tree), f"is not {kind}", f"write it like {like}"), way
    else:
        raise error


def _step(note: Any, tree: Any, cls: Any) -> tuple[str | int | None, str, Any]:
    """The key or place that a cattrs note stands for, how a path calls it, and the subtree it leads to."""
    if isinstance(note, IterableValidationNote):
        place = note.index
        if isinstance(tree, list) and isinstance(place, int) and place < len(tree):
            return place, names_of(tree)[place], tree[place]
        return place, str(place), tree.get(place) if isinstance(tree, dict) else None
    if isinstance(note, AttributeValidationNote):
        key = key_of(attrs.fields_dict(cls)[note.name]) or note.name
        if key == "is" and not isinstance(tree, dict):
            return None, "", tree  # a bare value, whose key nobody wrote
        return key, key, tree.get(key) if isinstance(tree, dict) else None
    return None, "", tree
