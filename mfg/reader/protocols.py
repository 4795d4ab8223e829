"""Protocol files: from TOML to a `Protocol`, or every reason why not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TypeVar

from attrs import evolve

from mfg.course.check import course_faults
from mfg.errors import Faults, Refused, nearest
from mfg.evidence import Number
from mfg.protocol.check import faults_of
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Arm, Protocol, Treatment
from mfg.reader.document import Tree, take_off_evidence
from mfg.reader.library import find, sources
from mfg.reader.salvage import Read, read_as
from mfg.reader.toml import read_file
from mfg.record import FileRead
from mfg.sources import Contradiction, Source

SCHEMA = "protocol-1"
SCHEMAS = (SCHEMA, "site-1", "population-1", "scenario-1")
STAND_IN = {  # for what a file must say and does not, while the rest of it is judged
    "name": "",
    "donor": "autologous",
    "clinic": {},
    "facility": {},
    "weight": "70 kg",
    "start": date(2026, 1, 5),
    "horizon": "52 week",
    "seed": 1,
    "arrivals": {},
    "hours": "always",
    "rooms": 1,
    "suites": 1,
    "operators": 1,
    "benches": 1,
    "incubator": "1 flask",
    "lasts": "1 hour",
    "hands": "1 hour",
    "turnaround": "1 hour",
    "kind": "product",
    "collected": True,
    "doses": {},
    "cells": {"unknown": "it cannot be read"},
    "limit": "passed",
    "holds": "nothing",
}
_T = TypeVar("_T")


def load_protocol(name: str | Path) -> Protocol:
    """The protocol of a built-in name (``lenzumestrocel-phase2``) or of a path to a TOML file.

    Raises:
        Faults: with every fault of the file at its place.
    """
    path = name if isinstance(name, Path) else find("protocol", name)
    document, file = read_file(path)
    protocol = protocol_of(document, str(path))
    return evolve(protocol, files=(file, *_files(document, protocol.numbers)))


def protocol_of(document: Tree, source: str) -> Protocol:
    """The protocol that a document describes; *source* names it in messages.

    Raises:
        Faults: with every fault at its place.
    """
    found = protocol_in(document)
    if found.faults or found.value is None:
        raise Faults(source, found.faults)
    return found.value


def protocol_in(document: Tree) -> Read[Protocol]:
    """What can be read of a protocol, with every fault of its shape and of its meaning."""
    found, numbers = part_in(document, Protocol, SCHEMA)
    if found.value is None:
        return found
    protocol = evolve(
        _resolve(found.value), numbers=numbers, contradictions=_contradictions(document, numbers)
    )
    checked = evolve(found, value=protocol).with_faults(faults_of(protocol))
    return checked if checked.faults else checked.with_faults(course_faults(protocol))


def part_in(document: Tree, cls: type[_T], schema: str) -> tuple[Read[_T], tuple[Number, ...]]:
    """What can be read of a document of one kind, its evidence taken off, and its numbers."""
    faults = schema_faults(document, schema)
    if faults and document.get("schema") in SCHEMAS:
        return Read(None, tuple(faults)), ()  # another kind of file: nothing else is to be said of it
    tree, numbers, claims = take_off_evidence(document, sources())
    bare = {key: value for key, value in tree.items() if key not in ("schema", "facts")}
    found = read_as(bare, cls, STAND_IN)
    return evolve(found, faults=(*faults, *claims, *found.faults)), numbers


def schema_faults(document: Tree, expected: str) -> list[Refused]:
    """Whether a file says that it is of the kind and version that is read here."""
    given = document.get("schema")
    if given is None:
        return [Refused("schema", None, "is missing", f'write schema = "{expected}" as the first line')]
    if given != expected:
        return [Refused("schema", str(given), "is not read here", nearest(str(given), [expected]))]
    return []


def _resolve(protocol: Protocol) -> Protocol:
    """The same protocol with its defaults and short forms written out."""
    treatments = protocol.treatments or (Treatment("product", "product", collected=True, drawn=True),)
    default = next((t.name for t in treatments if t.kind == "product"), treatments[0].name)
    groups = {dose.name: [o.name for o in occurrences(dose)] for dose in protocol.doses}

    def spelled_out(arm: Arm) -> Arm:
        doses = {
            each: treatment or arm.treatment or default
            for name, treatment in arm.doses.items()
            for each in groups.get(name, [name])
        }
        return evolve(arm, doses=doses)

    return evolve(protocol, treatments=treatments, arms=tuple(spelled_out(arm) for arm in protocol.arms))


def _contradictions(document: Tree, numbers: tuple[Number, ...]) -> tuple[Contradiction, ...]:
    """The contradictions of every source that the file leans on."""
    return tuple(c for source in _leaned_on(document, numbers) for c in source.contradictions)


def _files(document: Tree, numbers: tuple[Number, ...]) -> tuple[FileRead, ...]:
    """The files of every source that the file leans on, as they were read."""
    return tuple(source.read for source in _leaned_on(document, numbers) if source.read is not None)


def _leaned_on(document: Tree, numbers: tuple[Number, ...]) -> list[Source]:
    known = sources()
    leaned = {str(document.get("facts", ""))}
    leaned |= {name.partition(".")[0] for n in numbers if n.evidence for name in n.evidence.facts}
    return [known[key] for key in sorted(leaned & known.keys())]
