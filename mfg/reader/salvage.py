"""What can be read of a tree although parts of it cannot: so that one fault does not hide another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Generic, TypeVar

from attrs import frozen

from mfg.errors import Refused
from mfg.reader.document import TreePath, names_of
from mfg.reader.structure import structure

_T = TypeVar("_T")
_PARTS = re.compile(r"^(protocol|site|population)\.")

# Where faults may be mere consequences of something that was left out of the first.
_FOLLOWS: dict[str, tuple[str, ...]] = {
    "arm": ("arm", "dose", "allocation", "step", "route", "arrivals", "example"),
    "treatment": ("arm", "route", "step", "example"),
    "supply": ("supply", "step", "release", "route", "dose", "visit", "arrivals", "example"),
    "dose": ("arm", "dose", "visit", "supply", "route", "arrivals", "example"),
    "visit": ("visit", "dose", "patient", "allocation", "release"),
    "route": ("route", "example", "work"),
    "step": ("step", "release", "supply", "work", "arrivals"),
    "release": ("measures", "test"),
    "patient": ("patient", "route", "step", "release", "allocation", "dose", "visit", "example"),
    "work": ("work", "clinic"),
    "growth": ("growth", "arrivals"),
    "start": ("arrivals",),
    "horizon": ("arrivals",),
}
_NAMING = {"doses", "unit", "one_of", "kind", "name", "collected", "drawn", "treatment"}


@frozen
class Read(Generic[_T]):
    """A value, as far as it could be read; every fault met on the way; and the paths that were left out."""

    value: _T | None
    faults: tuple[Refused, ...]
    left_out: tuple[str, ...] = ()

    def with_faults(self, faults: Iterable[Refused]) -> Read[_T]:
        """The same with those of *faults* that do not merely follow from what was left out."""
        known = {str(fault) for fault in self.faults}
        own = [f for f in faults if str(f) not in known and not any(follows(f, p) for p in self.left_out)]
        return Read(self.value, (*self.faults, *own), self.left_out)


def read_as(tree: Any, cls: type[_T], missing: Mapping[str, Any]) -> Read[_T]:
    """What can be read of *tree* as a *cls*; *missing* holds what stands in for a key that must be there."""
    value, found = structure(tree, cls)
    faults = tuple(fault for fault, _ in found)
    rest, left_out = deepcopy(tree), list[str]()
    seen: set[str] = set()
    while value is None and isinstance(rest, dict):
        unknown = {way for fault, way in found if fault.problem.startswith("unknown key")}
        wrong = {_deepest(rest, way, missing) for _, way in found if way not in unknown}
        taken = ({_deepest(rest, way, {}) for way in unknown} | wrong) - {()}
        said = repr([str(fault) for fault, _ in found])
        if not taken or said in seen:
            break  # nothing can be taken out, or it is of no use
        seen.add(said)
        for way in sorted(taken, key=_place_of, reverse=True):
            left_out.append(_path(rest, way))
            _take_out(rest, way, {} if way in unknown else missing)
        value, found = structure(rest, cls)
    return Read(value, faults, tuple(left_out))


def follows(fault: Refused, left_out: str) -> bool:
    """Whether *fault* may be a mere consequence of something not being there."""
    where, gone = (_PARTS.sub("", path) for path in (fault.where, left_out))
    if f"{where}.".startswith(f"{gone}.") or f"{gone}.".startswith(f"{where}."):
        return True
    head, *rest = gone.split(".")
    if rest and fault.given == rest[0]:
        return True
    whole = len(rest) <= 1 or rest[-1] in _NAMING
    return whole and re.split(r"[. ]", where)[0] in _FOLLOWS.get(head, ())


def _place_of(way: TreePath) -> tuple[str, ...]:
    return tuple(f"{step:06d}" if isinstance(step, int) else str(step) for step in way)


def _deepest(tree: Any, way: TreePath, missing: Mapping[str, Any]) -> TreePath:
    """The part of *way* that is to go: what is wrong, or what lacks a key for which nothing stands in."""
    node = tree
    for depth, step in enumerate(way):
        there = (
            step in node if isinstance(node, dict) else isinstance(node, list) and step in range(len(node))
        )
        if not there:
            can_stand_in = isinstance(node, dict) and step in missing and depth == len(way) - 1
            return way if can_stand_in else way[:depth]
        node = node[step]
    return way[:-1] if way and way[-1] in missing and node == missing[str(way[-1])] else way


def _take_out(tree: Any, way: TreePath, missing: Mapping[str, Any]) -> None:
    *before, last = way
    node = tree
    for step in before:
        if step not in (node if isinstance(node, dict) else range(len(node))):
            return  # went with something around it
        node = node[step]
    if isinstance(node, dict) and last in missing:
        node[last] = deepcopy(missing[str(last)])
    elif isinstance(node, dict):
        node.pop(last, None)
    else:
        del node[last]


def _path(tree: Any, way: TreePath) -> str:
    names: list[str] = []
    node = tree
    for step in way:
        inside = node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None
        names.append(
            step if isinstance(step, str) else names_of(node)[step] if inside is not None else str(step + 1)
        )
        node = inside if isinstance(step, int) else (node.get(step) if isinstance(node, dict) else None)
    return ".".join(names)
