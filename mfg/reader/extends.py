"""A file that says only what differs from another: `extends` names it, `without` what is not taken over.

Tables are merged key by key. A value, a distribution or a list takes the place of the other file's; a table where the
other file has a list changes the members that it names. Every number keeps the evidence of its own file.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mfg.errors import Faults, Refused, nearest
from mfg.reader.document import (
    EVIDENCE,
    IDENTITY,
    Tree,
    full_name,
    is_number,
    names_of,
)
from mfg.reader.library import find
from mfg.reader.paths import is_value, places_in
from mfg.reader.toml import read_toml

FILE_KINDS = {"site-1": "site", "population-1": "population", "scenario-1": "scenario"}
OWN = ("schema", "name", "title", "extends", "without", "variant")  # never taken over
_FILES = ("protocol", "site", "population", "patients", "in_progress")


def read_document(path: Path) -> Tree:
    """The tree of a file, with what it takes over from the file that it extends.

    Raises:
        Faults: if one of the two cannot be read, or cannot be put together.
    """
    own = dict(read_toml(path))
    if "extends" not in own and "without" not in own:
        return own
    try:
        return _merge(_parent(own, path), own)
    except Refused as fault:
        raise Faults(str(path), (fault,)) from None


def own_paths(path: Path) -> set[str]:
    """The paths of the values that a file says itself."""
    own = dict(read_toml(path))
    return {place.path for place in places_in(own)}


def parent_of(path: Path) -> str | None:
    """The name of the file that the file at *path* extends, as it is written there."""
    name = read_toml(path).get("extends")
    return name if isinstance(name, str) else None


def _parent(own: Tree, path: Path) -> Tree:
    """The other file without the parts under `without`, every number with its evidence."""
    name, schema = own.get("extends"), str(own.get("schema"))
    if schema not in FILE_KINDS:
        raise Refused(
            "extends", str(name), "is for a site, a population or a scenario", "write the whole file"
        )
    kind = FILE_KINDS[schema]
    if not isinstance(name, str):
        raise Refused(
            "extends", None, f"does not name a {kind}", f"name a built-in {kind} or the path of a file"
        )
    if "name" not in own:
        raise Refused("name", None, "is missing", "give the file a name of its own")
    other = find(kind, name, beside=path.parent)
    tree = dict(read_toml(other))
    if tree.get("schema") != schema:
        raise Refused("extends", name, f"is not a {kind} but {tree.get('schema')}", f"name a {kind}")
    if "extends" in tree:
        advice = f"extend {tree['extends']} itself, or write it whole"
        raise Refused("extends", name, "extends a file itself, and one step is all there is", advice)
    tree = _moved(_explicit(tree), other.parent, path.parent)
    for gone in _listed(own.get("without", [])):
        _leave_out(tree, gone)
    return {key: value for key, value in tree.items() if key not in OWN}


def _listed(without: object) -> list[str]:
    if not isinstance(without, list) or not all(isinstance(path, str) for path in without):
        raise Refused(
            "without", str(without)[:60], "is no list of paths", 'write it like ["clinic.hospital"]'
        )
    return without


def _merge(parent: Tree, own: Tree) -> Tree:
    own = {key: value for key, value in _explicit(own).items() if key not in ("extends", "without")}
    return _laid_over(parent, own, "")


def _laid_over(under: Tree, over: Tree, path: str) -> Tree:
    merged = dict(under)
    for key, value in over.items():
        here = f"{path}.{key}" if path else key
        old = under.get(key)
        if isinstance(old, list) and isinstance(value, dict) and not is_value(value):
            merged[key] = _by_name(old, value, here)
        elif isinstance(old, dict) and isinstance(value, dict) and not is_value(value) and not is_value(old):
            merged[key] = _laid_over(old, value, here)
        else:
            merged[key] = value
    return merged


def _by_name(members: list[Any], changes: Tree, path: str) -> list[Any]:
    names = names_of(members)
    for name in changes:
        if name not in names:
            raise Refused(
                f"{path}.{name}", None, "is not in the file that this one extends", nearest(name, names)
            )
    return [
        _laid_over(member, changes[name], f"{path}.{name}") if name in changes else member
        for name, member in zip(names, members, strict=True)
    ]


def _leave_out(tree: Tree, gone: str) -> None:
    places = {place.path: place for place in places_in(tree)}
    if gone not in places:
        raise Refused("without", gone, "is not in the file that this one extends", nearest(gone, places))
    place = places[gone]
    del place.holder[place.step]


def _moved(tree: Tree, there: Path, here: Path) -> Tree:
    """The same with the paths of further files as they are from the folder *here*."""

    def moved(key: str, value: Any) -> Any:
        if isinstance(value, dict) and key == "arrivals":
            return {inner: moved(inner, one) for inner, one in value.items()}
        if key in _FILES and isinstance(value, str) and ("/" in value or value.endswith((".toml", ".csv"))):
            return os.path.relpath(there / value, here)
        return value

    return {key: moved(key, value) for key, value in tree.items()}


def _explicit(tree: Tree) -> Tree:
    """The same tree with its evidence beside each number, so that it can be laid over another."""
    default = str(tree.get("facts", ""))

    def claims_of(node: Tree) -> Tree:
        return {key: _full(key, node[key], default) for key in EVIDENCE if key in node}

    def spelled_out(node: Any, inherited: Tree, identity: bool) -> Any:
        if isinstance(node, dict):
            claims = claims_of(node)
            rest = {key: value for key, value in node.items() if key not in claims}
            if "is" in rest or (claims and is_value(rest)):
                inner = {key: spelled_out(value, {}, False) for key, value in rest.items()}
                return {**inner, **(claims or inherited)}
            return {
                key: spelled_out(value, claims or inherited, key in IDENTITY) for key, value in rest.items()
            }
        if isinstance(node, list):
            return [spelled_out(member, inherited, identity) for member in node]
        if inherited and not identity and is_number(node):
            return {"is": node, **inherited}
        return node

    made: Tree = spelled_out(tree, {}, False)
    return {key: value for key, value in made.items() if key != "facts"}


def _full(key: str, claim: Any, default: str) -> Any:
    """A claim with the source of each fact that it names."""
    if not isinstance(claim, str):
        return claim
    if key in ("fact", "departs_from"):
        return full_name(claim, default)
    return (
        re.sub(r"{([^}]*)}", lambda name: f"{{{full_name(name[1], default)}}}", claim)
        if key == "derived"
        else claim
    )
