"""Any file, by its name or its path, or a table of Python in its place: what it says of itself decides what it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from mfg.errors import Faults, Parameter, Refused, nearest
from mfg.kinds import another_kind, check_text
from mfg.population import Population
from mfg.protocol.protocol import Protocol
from mfg.reader.document import Tree
from mfg.reader.library import builtin, find, is_path
from mfg.reader.patients import read_patients
from mfg.reader.protocols import load_protocol, protocol_in
from mfg.reader.salvage import Read
from mfg.reader.scenarios import (
    load_population,
    load_scenario,
    load_site,
    population_in,
    scenario_from,
    site_in,
)
from mfg.reader.toml import read_toml
from mfg.reader.typed import as_tree
from mfg.scenario import Candidate, Scenario
from mfg.site import Site

FILES_BY_NAME = ("protocol", "scenario", "site", "population")
Loaded = Protocol | Scenario | Site | Population | tuple[Candidate, ...]


def load(what: str | Path | Mapping[str, Any], kind: str | None = None) -> Loaded:
    """What a built-in name, the path of a file, or a table of Python describes.

    A TOML file or a table says itself what it is, by its ``schema``; a path that ends in ``.csv`` is a list of
    patients. Where several built-in files have one name, *kind* says which is meant: protocol, scenario, site or
    population.

    Raises:
        Faults: with every fault at its place.
        Refused: if there is nothing of that name, or several things, or if it is of another *kind*.
    """
    check_text(kind, "kind", "protocol")
    if kind is not None and kind not in FILES_BY_NAME:
        raise Refused(Parameter("kind"), str(kind), "is no kind of file", nearest(str(kind), FILES_BY_NAME))
    if isinstance(what, Mapping):
        return _from_table(what, kind)
    if not isinstance(what, (str, Path)):
        raise another_kind(what, "what", "give a name, a path, or a table")
    if isinstance(what, str) and not is_path(what) and not what.endswith(".csv"):
        return _from_file(find(_kind_of_name(what, kind), what), None)
    path = Path(what)
    if path.suffix == ".csv" and kind is None:
        return tuple(read_patients(path))
    return _from_file(path, kind)


def protocols() -> list[str]:
    """The names of the built-in protocols."""
    return builtin("protocol")


def scenarios() -> list[str]:
    """The names of the built-in scenarios."""
    return builtin("scenario")


def sites() -> list[str]:
    """The names of the built-in sites."""
    return builtin("site")


def populations() -> list[str]:
    """The names of the built-in populations."""
    return builtin("population")


def _kind_of_name(name: str, kind: str | None) -> str:
    """The one shelf on which *name* stands."""
    if kind is not None:
        return kind
    found = [one for one in FILES_BY_NAME if name in builtin(one)]
    if len(found) > 1:
        shown = " and a ".join(found)
        raise Refused(Parameter("what"), name, f"is a {shown}", f"say which, such as kind={found[0]!r}")
    if not found:
        known = nearest(name, {each for one in FILES_BY_NAME for each in builtin(one)})
        advice = f"{known.rstrip('?')}. A file of your own is named by its path"
        raise Refused(Parameter("what"), name, "is no built-in file", advice)
    return found[0]


def _kind_in(tree: Mapping[str, Any], source: str, kind: str | None) -> str:
    """What *tree* says that it is."""
    schema = tree.get("schema")
    said = str(schema).removesuffix("-1")
    if said not in FILES_BY_NAME or schema == said:
        known = [f"{one}-1" for one in FILES_BY_NAME]
        given = None if schema is None else str(schema)
        problem = "is missing" if schema is None else "is not read here"
        raise Faults(source, (Refused("schema", given, problem, nearest(str(schema), known)),))
    if kind is not None and said != kind:
        raise Refused(Parameter("kind"), kind, f"is asked for, and {source} is a {said}", "ask for that")
    return said


def _from_file(path: Path, kind: str | None) -> Loaded:
    said = _kind_in(read_toml(path), str(path), kind)
    readers: dict[str, Callable[[Path], Loaded]] = {
        "protocol": load_protocol,
        "scenario": load_scenario,
        "site": load_site,
        "population": load_population,
    }
    return readers[said](path)


def _from_table(given: Mapping[str, Any], kind: str | None) -> Loaded:
    source = str(given.get("name", "a table without a name"))
    try:
        tree = as_tree(given)
    except Refused as fault:
        raise Faults(source, (fault,)) from None
    said = _kind_in(tree, source, kind)
    if "extends" in tree:
        advice = "write the file, or give the whole of it"
        raise Faults(source, (Refused("extends", str(tree["extends"]), "is for files", advice),))
    found = _read(said, tree)
    if found.faults or found.value is None:
        raise Faults(source, tuple(map(_in_python, found.faults)))
    loaded: Loaded = found.value
    return loaded


def _in_python(fault: Refused) -> Refused:
    """The same fault, where a file would write a date without the quotation marks of a text."""
    if fault.problem != "is no date":
        return fault
    return evolve(fault, remedy="give a date, such as datetime.date(2026, 3, 2)")


def _read(kind: str, tree: Tree) -> Read[Any]:
    if kind == "scenario":
        return scenario_from(tree, Path("table"))
    readers: dict[str, Callable[[Tree], Read[Any]]] = {
        "protocol": protocol_in,
        "site": site_in,
        "population": population_in,
    }
    return readers[kind](tree)
