"""Every value of a file of any kind: what it is, what supports it, and which file says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from mfg.errors import Refused
from mfg.evidence import Evidence, Number
from mfg.reader.document import IDENTITY, Tree
from mfg.reader.extends import own_paths, parent_of, read_document
from mfg.reader.library import builtin, find, is_path
from mfg.reader.paths import UNSET, Place, is_value
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import PARTS, load_population, load_scenario, load_site, part_file
from mfg.reader.settings import all_places, places_of
from mfg.reader.toml import read_toml

KINDS = ("protocol", "scenario", "site", "population")


@frozen
class Shown:
    """One value: its path, which a setting takes; how it is written; its evidence.

    `taken_over` names the file that it was taken over from, if one that this file extends says it. A value that no
    file says is `unset`: a file may hold it.
    """

    path: str
    value: str
    evidence: Evidence | None
    taken_over: str = ""
    unset: bool = False


def kinds_of(name: str) -> list[str]:
    """The kinds of which there is a file of that name; if there is none, that of protocols, so that it is missed."""
    if is_path(name):
        kind = str(read_toml(Path(name)).get("schema", "protocol-1")).partition("-")[0]
        return [kind if kind in KINDS else "protocol"]
    return [kind for kind in KINDS if name in builtin(kind)] or ["protocol"]


def kind_of(name: str, kind: str | None) -> str:
    """The kind that is meant: *kind* if it is given, else the first of which there is such a file.

    Raises:
        Refused: if there is no file of that kind and name.
    """
    kinds = kinds_of(name)
    if kind is not None and kind not in kinds:
        raise Refused("--kind", kind, f"is not what {name} is", f"give {' or '.join(kinds)}")
    return kind or kinds[0]


def shown(kind: str, name: str) -> list[Shown]:
    """Every value of the file of that kind and name, and every key that it may hold and leaves out.

    Raises:
        Faults: with every fault of the file.
    """
    path = find(kind, name)
    numbers, documents = _read(kind, path)
    places = all_places(documents) if kind == "scenario" else places_of(documents, kind)
    evidence = {number.path.removesuffix(".is"): number.evidence for number in numbers}
    taken_over = _taken_over(kind, path, documents)
    found = []
    for place in places.values():
        if place.value is UNSET:
            found.append(Shown(place.path, place.shown, None, unset=True))
        elif place.path in evidence or _is_word(place):
            claim = evidence.get(place.path)
            found.append(Shown(place.path, place.shown, claim, taken_over.get(place.path, "")))
    return found


def _read(kind: str, path: Path) -> tuple[tuple[Number, ...], Tree]:
    if kind == "scenario":
        scenario = load_scenario(path)
        return scenario.numbers, dict(scenario.documents)
    load = {"protocol": load_protocol, "site": load_site, "population": load_population}
    loaded: Any = load[kind](path)
    return loaded.numbers, read_document(path)


def _is_word(place: Place) -> bool:
    """Whether a value is a word that somebody may choose, such as an order or a supply."""
    key = place.path.rpartition(".")[2]
    chosen = place.path in ("supply", *PARTS) or key not in IDENTITY
    plain = is_value(place.value) and not isinstance(place.value, dict) and not isinstance(place.holder, list)
    return plain and chosen and ".example." not in f".{place.path}."


def _taken_over(kind: str, path: Path, documents: Tree) -> Mapping[str, str]:
    """The file that each value was taken over from, by its path, where one was."""
    files = {"": path}
    if kind == "scenario":
        files |= {f"{part}.": file for part, file in _parts(path)}
    found: dict[str, str] = {}
    for prefix, file in files.items():
        parent = parent_of(file)
        if parent is None:
            continue
        own = own_paths(file)
        tree = documents if not prefix else documents[prefix.rstrip(".")]
        for place in all_places(tree) if not prefix else places_of(tree, prefix.rstrip(".")):
            if place not in own and not (not prefix and place.partition(".")[0] in PARTS):
                found[f"{prefix}{place}"] = parent
    return found


def _parts(path: Path) -> Iterator[tuple[str, Path]]:
    tree = read_document(path)
    for part in PARTS:
        yield part, part_file(part, tree.get(part), path)
