"""Scenario files, and the site and population files that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import attrs
from attrs import evolve

from mfg.errors import Faults, Refused
from mfg.population import Population
from mfg.protocol.protocol import Protocol
from mfg.reader.document import Tree, take_off_evidence
from mfg.reader.library import find, sources
from mfg.reader.patients import Listed, read_in_progress, read_patients
from mfg.reader.protocols import protocol_of, schema_faults
from mfg.reader.settings import set_value
from mfg.reader.structure import structure
from mfg.reader.toml import read_toml
from mfg.scenario import Arrivals, Policy, Scenario
from mfg.scenario.check import faults_of
from mfg.site import Site
from mfg.units import ArrivalRate, Delay, Duration

PARTS = ("protocol", "site", "population")
Part = TypeVar("Part", Site, Population)


@attrs.frozen
class _ScenarioFile:
    """What a scenario file says itself."""

    name: str
    start: Any
    horizon: Duration
    seed: int
    arrivals: Mapping[str, Any]
    title: str = ""
    supply: str | None = None
    warm_up: Delay | None = None
    chance: bool = True
    policy: Policy = attrs.Factory(Policy)
    variants: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict, metadata={"key": "variant"})


def load_scenario(name: str | Path, settings: Mapping[str, str] | None = None) -> Scenario:
    """The scenario of a built-in name or a path, with *settings*: values by path, as text.

    Raises:
        Faults: with every fault of its files at its place.
    """
    path = name if isinstance(name, Path) else find("scenario", name)
    documents = dict(read_toml(path))
    faults = schema_faults(documents, "scenario-1")
    changes = dict(settings or {})
    for part in PARTS:
        chosen = changes.pop(part, documents.get(part))
        if not isinstance(chosen, str):
            faults.append(
                Refused(part, None, "is missing", f"name a built-in {part} or the path of a TOML file")
            )
            continue
        documents[part] = dict(read_toml(find(part, chosen, beside=path.parent)))
    if faults:
        raise Faults(str(path), tuple(faults))
    try:
        for key, text in changes.items():
            set_value(documents, key, text)
    except Refused as fault:
        raise Faults(str(path), (fault,)) from None
    return scenario_of(documents, path)


def load_site(path: Path) -> Site:
    """A site file."""
    return _part(dict(read_toml(path)), Site, "site-1", str(path))


def load_population(path: Path) -> Population:
    """A population file."""
    return _part(dict(read_toml(path)), Population, "population-1", str(path))


def scenario_of(documents: Tree, path: Path) -> Scenario:
    """A scenario from its tree, which holds those of its parts; lists are looked for beside *path*.

    Raises:
        Faults: with every fault of all parts together.
    """
    faults: list[Refused] = []

    def part(name: str, build: Any) -> Any:
        try:
            return build(documents[name])
        except Faults as found:
            faults.extend(fault.under(name) for fault in found.faults)
            return None

    protocol: Protocol | None = part("protocol", lambda tree: protocol_of(tree, "protocol"))
    site: Site | None = part("site", lambda tree: _part(tree, Site, "site-1", "site"))
    population: Population | None = part(
        "population", lambda tree: _part(tree, Population, "population-1", "population")
    )
    own = {key: value for key, value in documents.items() if key not in PARTS}
    tree, numbers, claims = take_off_evidence(own, sources())
    bare = {key: value for key, value in tree.items() if key not in ("schema", "facts")}
    written, wrong = structure(bare, _ScenarioFile)
    faults += claims + wrong
    if written is not None and type(written.start) is not date:
        faults.append(
            Refused(
                "start", str(written.start), "is no date", "write it like 2026-03-02, without quotation marks"
            )
        )
    arrivals, wrong = _arrivals(bare.get("arrivals", {}), path)
    faults += wrong
    if (
        faults
        or written is None
        or protocol is None
        or site is None
        or population is None
        or arrivals is None
    ):
        raise Faults(str(path), tuple(faults))
    inherited = [
        (name, n)
        for name, found in (("protocol", protocol), ("site", site), ("population", population))
        for n in found.numbers
    ]
    everything = (*numbers, *(evolve(n, path=f"{name}.{n.path}") for name, n in inherited))
    fields = {a.name: getattr(written, a.name) for a in attrs.fields(_ScenarioFile) if a.name != "arrivals"}
    scenario = Scenario(
        **fields,
        protocol=protocol,
        site=site,
        population=population,
        arrivals=arrivals,
        numbers=everything,
        documents=documents,
    )
    faults += faults_of(scenario)
    if faults:
        raise Faults(str(path), tuple(faults))
    return scenario


def _part(document: Tree, cls: type[Part], schema: str, source: str) -> Part:
    faults = schema_faults(document, schema)
    tree, numbers, claims = take_off_evidence(document, sources())
    bare = {key: value for key, value in tree.items() if key not in ("schema", "facts")}
    built, wrong = structure(bare, cls)
    faults += claims + wrong
    if faults or built is None:
        raise Faults(source, tuple(faults))
    return evolve(built, numbers=numbers)


@attrs.frozen
class _ArrivalsFile:
    patients: str | None = None
    rate: ArrivalRate | None = None
    every: Duration | None = None
    in_progress: str | None = None


def _arrivals(tree: Tree, path: Path) -> tuple[Arrivals | None, list[Refused]]:
    written, faults = structure(tree, _ArrivalsFile)
    if written is None:
        return None, [fault.under("arrivals") for fault in faults]

    def listed(key: str, read: Callable[[Path], tuple[Listed, ...]]) -> tuple[Listed, ...]:
        name = getattr(written, key)
        try:
            return read(path.parent / name) if name is not None else ()
        except Faults as found:
            faults.extend(fault.under(f"arrivals.{key} {name}") for fault in found.faults)
            return ()

    arrivals = Arrivals(
        patients=listed("patients", read_patients),
        rate=written.rate,
        every=written.every,
        in_progress=listed("in_progress", read_in_progress),
    )
    return (None if faults else arrivals), faults
