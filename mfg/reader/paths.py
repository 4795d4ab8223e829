"""Every value that the files of a scenario hold or may hold, by its path; and what a typed path means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from attrs import frozen

from mfg.errors import Refused
from mfg.reader.document import EVIDENCE, Tree, names_of
from mfg.spread import KEYS as SPREAD

UNSET = object()  # the value of a key that a file may hold and does not
_NO_PLACES = frozenset((*EVIDENCE, "is"))  # they say more of the value that holds them
_SHOWN = 8  # paths that a message lists


@frozen
class Place:
    """One value: its path, and the table or list that holds it under `step`.

    `step` of a key in a table that is not there yet has a dot: the table's key and its own.
    """

    path: str
    holder: Any
    step: Any
    value: Any

    @property
    def shown(self) -> str:
        """The value in a few words, as it is written."""
        return "not set" if self.value is UNSET else _plainly(self.value)


def places_in(documents: Tree) -> Iterator[Place]:
    """Every value and table of *documents*, with its path."""
    yield from places_below(documents, "")


def places_below(node: Any, path: str) -> Iterator[Place]:
    """Every value and table inside *node*, which stands at *path*."""
    if isinstance(node, dict):
        members: list[tuple[str, Any, Any]] = [
            (key, key, value) for key, value in node.items() if key not in _NO_PLACES
        ]
    elif isinstance(node, list):
        members = [(name, n, value) for n, (name, value) in enumerate(zip(names_of(node), node, strict=True))]
    else:
        return
    for name, step, value in members:
        here = f"{path}.{name}" if path else name
        yield Place(here, node, step, value)
        yield from places_below(value, here)


def is_value(node: Any) -> bool:
    """Whether it is one value, bare, with its evidence or as a distribution; not a table of further things."""
    if isinstance(node, dict):
        return "is" in node or bool(node.keys() & SPREAD)
    return not (isinstance(node, list) and any(isinstance(member, dict) for member in node))


def bare(node: Any) -> Any:
    """A value without the evidence that stands beside it."""
    return node["is"] if isinstance(node, dict) and "is" in node else node


def _plainly(node: Any) -> str:
    node = bare(node)
    if isinstance(node, dict):
        members = (f"{key} {_plainly(value)}" for key, value in node.items() if key not in EVIDENCE)
        return ", ".join(members)
    if isinstance(node, list):
        return ", ".join(_plainly(member) for member in node)
    return {True: "true", False: "false"}[node] if isinstance(node, bool) else str(node)


def find_places(key: str, places: Mapping[str, Place], where: str) -> list[Place]:
    """The places that *key* means: one, or with a ``*`` all values that are so called.

    *key* is a path or any ending of one that no other path has. A ``*`` stands for any names on the way. An exact
    path comes before an ending, and what a file holds before what it leaves out.

    Raises:
        Refused: if it means nothing, or without a ``*`` more than one thing; with the paths that are meant, if any.
    """
    if "*" in key:
        found = [
            place
            for path, place in places.items()
            if (fnmatchcase(path, key) or fnmatchcase(path, f"*.{key}"))
            and place.value is not UNSET
            and is_value(place.value)
        ]
        found = _outermost(found)
    elif key in places:
        found = [places[key]]
    else:
        ends = [place for path, place in places.items() if path.endswith(f".{key}")]
        ends = ends or [place for path, place in places.items() if _shares(path.split("."), key.split("."))]
        found = [place for place in ends if place.value is not UNSET and is_value(place.value)] or ends
        if len(found) > 1:
            advice = f"write one of {_listed(found)}; or *.{_starred(found[0], key)} for all that are set"
            raise Refused(where, None, f"could mean {len(found)} things", advice)
    if not found:
        raise Refused(where, None, "names nothing here", _advice(key, places))
    for place in found:
        if not is_value(place.value) and place.value is not UNSET:
            inner = [one for path, one in places.items() if path.startswith(f"{place.path}.")]
            advice = f"name one of its values: {_listed([one for one in inner if is_value(one.value)])}"
            raise Refused(where, None, "is a table of several values", advice)
    return found


def _shares(way: list[str], key: list[str]) -> bool:
    """Whether a path ends in these names, those of several things of one name written without what tells them apart."""
    end = way[-len(key) :]
    return len(end) == len(key) and all(
        name == typed or name.startswith(f"{typed}, ") for name, typed in zip(end, key, strict=True)
    )


def _starred(place: Place, key: str) -> str:
    """*key* with a ``*`` for what tells things of one name apart."""
    typed = key.split(".")
    names = place.path.split(".")[-len(typed) :]
    return ".".join(word if word == name else f"{word}, *" for word, name in zip(typed, names, strict=True))


def _outermost(found: list[Place]) -> list[Place]:
    paths = {place.path for place in found}
    return [
        place
        for place in found
        if not any(place.path[:n] in paths for n, letter in enumerate(place.path) if letter == ".")
    ]


def _advice(key: str, places: Mapping[str, Place]) -> str:
    """The paths that are like *key*, the most alike first, or how to find them."""
    last = key.rpartition(".")[2]
    depth = key.count(".") + 1
    ends: dict[str, list[Place]] = {}
    for place in places.values():
        for many in {depth, depth + 1, 1}:
            ends.setdefault(".".join(place.path.split(".")[-many:]), []).append(place)
    close = get_close_matches(key, ends, n=3, cutoff=0.75) or get_close_matches(last, ends, n=2, cutoff=0.8)
    if close:
        return f"did you mean {_listed([place for end in close for place in ends[end]])}?"
    return "mfg show lists every path; --like TEXT only those that hold a text"


def _listed(found: list[Place]) -> str:
    """Paths with their values, the short ones first."""
    unique = sorted(
        {place.path: place for place in found}.values(), key=lambda one: (len(one.path), one.path)
    )
    said = [f"{place.path} ({place.shown})" for place in unique[:_SHOWN]]
    more = len(unique) - _SHOWN
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")
