"""Every value of a file of any kind: what it is, what supports it, and which file says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from mfg.errors import Parameter, Refused
from mfg.evidence import Evidence, Number
from mfg.reader.document import IDENTITY, Tree
from mfg.reader.extends import own_paths, parent_of, read_document
from mfg.reader.library import builtin, find, is_path
from mfg.reader.paths import UNSET, Place, is_value, places_in
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import PARTS, load_population, load_scenario, load_site, part_file
from mfg.reader.settings import all_places, places_of
from mfg.reader.toml import read_toml

_KINDS = ("protocol", "scenario", "site", "population")


@frozen
class Shown:
    """One value: its path, which a setting takes; how it is written; its evidence.

    `file` names the file that says it, if that is not the one that is shown: a part of a scenario, or what a file
    extends. A value that no file says is `unset`: a file may hold it.
    """

    path: str
    value: str
    evidence: Evidence | None
    file: str = ""
    unset: bool = False


def kinds_of(name: str) -> list[str]:
    """The kinds of which there is a file of that name; if there is none, that of protocols, so that it is missed."""
    if is_path(name):
        kind = str(read_toml(Path(name)).get("schema", "protocol-1")).partition("-")[0]
        return [kind if kind in _KINDS else "protocol"]
    return [kind for kind in _KINDS if name in builtin(kind)] or ["protocol"]


def kind_of(name: str, kind: str | None) -> str:
    """The kind that is meant: *kind* if it is given, else the first of which there is such a file.

    Raises:
        Refused: if there is no file of that kind and name.
    """
    kinds = kinds_of(name)
    if kind is not None and kind not in kinds:
        raise Refused(Parameter("kind"), kind, f"is not what {name} is", f"give {' or '.join(kinds)}")
    return kind or kinds[0]


def list_values(kind: str, name: str) -> list[Shown]:
    """Every value of the file of that kind and name, and every key that it may hold and leaves out.

    Raises:
        Faults: with every fault of the file.
    """
    path = find(kind, name)
    numbers, documents = _read(kind, path)
    places = all_places(documents) if kind == "scenario" else places_of(documents, kind)
    evidence = {number.path.removesuffix(".is"): number.evidence for number in numbers}
    files = _files(kind, path, documents)
    found = []
    for place in places.values():
        if place.value is UNSET:
            found.append(Shown(place.path, place.shown, None, unset=True))
        elif place.path in evidence or _is_word(place):
            claim = evidence.get(place.path)
            found.append(Shown(place.path, place.shown, claim, files.get(place.path, "")))
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


def _files(kind: str, path: Path, documents: Tree) -> Mapping[str, str]:
    """The file that says each value, by its path, where it is not the file at *path* itself."""
    found: dict[str, str] = {}
    for part, file in (("", path), *(_parts(path) if kind == "scenario" else ())):
        parent, own = parent_of(file), own_paths(file)
        prefix = f"{part}." if part else ""
        for place in places_in(documents[part] if part else documents):
            taken_over = parent is not None and place.path not in own
            name = parent if taken_over else file.stem if part else None
            if name is not None and (part or place.path.partition(".")[0] not in PARTS):
                found[f"{prefix}{place.path}"] = name
    return found


def _parts(path: Path) -> Iterator[tuple[str, Path]]:
    tree = read_document(path)
    for part in PARTS:
        yield part, part_file(part, tree.get(part), path)
