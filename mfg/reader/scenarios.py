"""Scenario files, and the site and population files that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve

from mfg.errors import Faults, Refused
from mfg.evidence import Number
from mfg.kinds import check_mapping
from mfg.own import OwnPart
from mfg.population import Population, undated_scores
from mfg.reader.document import Tree
from mfg.reader.extends import read_document
from mfg.reader.library import find
from mfg.reader.patients import Listed, read_in_progress, read_patients
from mfg.reader.protocols import STAND_IN, part_in, protocol_in
from mfg.reader.salvage import Read, read_as
from mfg.reader.scenario_file import ArrivalsFile, ScenarioFile
from mfg.reader.settings import set_values
from mfg.reader.typed import settings_as_text
from mfg.remember import Content
from mfg.scenario import Arrivals, Given, InProgress, Scenario
from mfg.scenario.check import faults_of, policy_faults
from mfg.scenario.feasible import site_faults
from mfg.site import Site

PARTS = ("protocol", "site", "population")
_T = TypeVar("_T")


def load_scenario(name: str | Path, settings: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of a built-in name or a path, with *settings*: values by path, as text or as `mfg.simulate` takes them.

    Raises:
        Faults: with every fault of its files at its place.
        Refused: for settings that are no table, or for a value that no file can hold.
    """
    path = name if isinstance(name, Path) else find("scenario", name)
    check_mapping(settings, "settings", '{"suites": 3}')
    own = {key: value for key, value in (settings or {}).items() if isinstance(value, OwnPart)}
    others = {key: value for key, value in (settings or {}).items() if key not in own}
    return _sound(scenario_at(path, {**settings_as_text(others), **own}), str(path))


def scenario_at(path: Path, settings: Mapping[str, str | OwnPart] | None = None) -> Read[Scenario]:
    """What can be read of the scenario in the file *path* and of the files that it names."""
    try:
        documents = dict(read_document(path))
    except Faults as unreadable:
        return Read(None, unreadable.faults)
    return scenario_from(documents, path, settings)


def scenario_from(
    documents: Tree, path: Path, settings: Mapping[str, str | OwnPart] | None = None
) -> Read[Scenario]:
    """What can be read of a scenario from its tree; each part is a tree too, or names a file from the folder of *path*."""
    documents, changes = dict(documents), dict(settings or {})
    faults: list[Refused] = []
    for part in PARTS:
        chosen = changes.pop(part, documents.get(part))
        if isinstance(chosen, dict):
            continue
        try:
            documents[part] = dict(read_document(part_file(part, chosen, path)))
        except Faults as unreadable:
            documents.pop(part, None)
            faults += [fault.under(part) for fault in unreadable.faults]
    faults += set_values(documents, changes)
    found = scenario_in(documents, path)
    return evolve(found, faults=(*faults, *found.faults))


def part_file(part: str, chosen: object, path: Path) -> Path:
    """The file of a *part* that the scenario in the file *path* names by *chosen*.

    Raises:
        Faults: if it names none.
    """
    if not isinstance(chosen, str):
        advice = f"name a built-in {part} or the path of a TOML file"
        raise Faults(str(path), (Refused("", None, "is missing", advice),))
    return find(part, chosen, beside=path.parent)


def load_site(name: str | Path) -> Site:
    """The site of a built-in name or a path.

    Raises:
        Faults: with every fault of the file at its place.
    """
    path = name if isinstance(name, Path) else find("site", name)
    return _sound(site_in(dict(read_document(path))), str(path))


def load_population(path: Path) -> Population:
    """A population file."""
    return _sound(population_in(dict(read_document(path))), str(path))


def site_in(document: Tree) -> Read[Site]:
    """What can be read of a site."""
    found, numbers = part_in(document, Site, "site-1")
    if found.value is None:
        return found
    site = evolve(found.value, numbers=numbers)
    faults = (evolve(fault, where=fault.where.removeprefix("site.")) for fault in site_faults(site))
    return evolve(found, value=site).with_faults(faults)


def population_in(document: Tree) -> Read[Population]:
    """What can be read of a population."""
    found, numbers = part_in(document, Population, "population-1")
    if found.value is None:
        return found
    people = evolve(found.value, numbers=numbers)
    return evolve(found, value=people).with_faults(undated_scores(people))


@lru_cache(maxsize=32)
def _part_in(name: str, document: Content) -> Read[Any]:
    """What can be read of a part, once for all variants of a study that leave it as it is."""
    read: dict[str, Callable[[Tree], Read[Any]]] = {
        "protocol": protocol_in,
        "site": site_in,
        "population": population_in,
    }
    return read[name](document.tree)


def scenario_of(documents: Tree, path: Path) -> Scenario:
    """A scenario from its tree, which holds those of its parts; lists are looked for beside *path*.

    Raises:
        Faults: with every fault of all parts together.
    """
    return _sound(scenario_in(documents, path), str(path))


def _sound(found: Read[_T], source: str) -> _T:
    if found.faults or found.value is None:
        raise Faults(source, found.faults)
    return found.value


def scenario_in(documents: Tree, path: Path) -> Read[Scenario]:
    """What can be read of a scenario, with every fault of its parts and of their meeting."""
    own = {key: value for key, value in documents.items() if key not in PARTS}
    written, numbers = part_in(own, ScenarioFile, "scenario-1")
    faults, left_out = list(written.faults), list(written.left_out)
    found: dict[str, Any] = {}
    for name in PARTS:
        if name not in documents:
            continue
        part = _part_in(name, Content(documents[name]))
        faults += [fault.under(name) for fault in part.faults]
        left_out += [f"{name}.{gone}" for gone in part.left_out]
        found[name] = part.value
    file = written.value
    start: Any = file.start if file is not None else STAND_IN["start"]
    for fault in _no_start(start):
        faults.append(fault)
        start = STAND_IN["start"]
        left_out.append("start")
    arrivals, wrong, lists = _arrivals(file.arrivals if file is not None else {}, path)
    faults += wrong
    left_out += lists
    if file is None or any(found.get(name) is None for name in PARTS):
        own_faults = policy_faults(file.policy) if file is not None else ()
        return Read(None, (*faults, *own_faults))
    scenario = Scenario(
        name=file.name,
        start=start,
        horizon=file.horizon,
        seed=file.seed,
        title=file.title,
        supply=file.supply,
        warm_up=file.warm_up,
        chance=file.chance,
        late=file.late,
        policy=file.policy,
        variants=file.variants,
        arrivals=arrivals,
        numbers=(*numbers, *_inherited(found)),
        documents=documents,
        **found,
    )
    return Read(scenario, tuple(faults), tuple(left_out)).with_faults(faults_of(scenario))


def _no_start(start: Any) -> Iterator[Refused]:
    if type(start) is not date:
        advice = "write it like 2026-03-02, without quotation marks"
        yield Refused("start", str(start)[:60], "is no date", advice)
    elif not 1950 <= start.year <= 2150:
        yield Refused("start", str(start), "is a year out of reach", "use a year from 1950 to 2150")


def _inherited(parts: Mapping[str, Any]) -> Iterator[Number]:
    """The numbers of the parts, each by its path in the scenario."""
    for name in PARTS:
        yield from (evolve(number, path=f"{name}.{number.path}") for number in parts[name].numbers)


def _arrivals(tree: Any, path: Path) -> tuple[Arrivals, list[Refused], list[str]]:
    """Who comes, as far as can be read; the faults; and what was left out."""
    read = read_as(tree, ArrivalsFile, {})
    written = read.value or ArrivalsFile()
    faults = [fault.under("arrivals") for fault in read.faults]
    left_out = ["arrivals"] if faults else []

    def listed(key: str, reader: Callable[[Path], tuple[Listed, ...]]) -> tuple[Listed, ...]:
        name = getattr(written, key)
        try:
            return _remembered(reader, path.parent / name) if name is not None else ()
        except Faults as found:
            faults.extend(fault.under(f"arrivals.{key} {name}") for fault in found.faults)
            left_out.append("arrivals")
            return ()

    begun = listed("in_progress", read_in_progress)
    arrivals = Arrivals(
        patients=listed("patients", read_patients),
        rate=written.rate,
        every=written.every,
        in_progress=tuple(one for one in begun if isinstance(one, InProgress)),
        given=tuple(one for one in begun if isinstance(one, Given)),
    )
    return arrivals, faults, left_out


def _remembered(reader: Callable[[Path], tuple[Listed, ...]], path: Path) -> tuple[Listed, ...]:
    """What *reader* makes of the list at *path*, once for all variants of a study as long as it holds the same."""
    if not path.is_file():
        return reader(path)
    try:
        held = sha256(path.read_bytes()).digest()
    except OSError:
        return reader(path)
    return _listed_in(reader, path, held)


@lru_cache(maxsize=8)
def _listed_in(reader: Callable[[Path], tuple[Listed, ...]], path: Path, _: bytes) -> tuple[Listed, ...]:
    return reader(path)
