"""Protocol files: from TOML to a `Protocol`, or every reason why not."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from mfg.course.check import course_faults
from mfg.errors import Faults, Refused, nearest
from mfg.evidence import Contradiction, Number
from mfg.protocol.check import faults_of
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Arm, Protocol, Treatment
from mfg.reader.document import Tree, take_off_evidence
from mfg.reader.library import find, sources
from mfg.reader.structure import structure
from mfg.reader.toml import read_toml

SCHEMA = "protocol-1"


def load_protocol(name: str | Path) -> Protocol:
    """The protocol of a built-in name (``lenzumestrocel-phase2``) or of a path to a TOML file.

    Raises:
        Faults: with every fault of the file at its place.
    """
    path = name if isinstance(name, Path) else find("protocol", name)
    return protocol_of(read_toml(path), str(path))


def protocol_of(document: Tree, source: str) -> Protocol:
    """The protocol that a document describes; *source* names it in messages."""
    faults = schema_faults(document, SCHEMA)
    tree, numbers, claims = take_off_evidence(document, sources())
    bare = {key: value for key, value in tree.items() if key not in ("schema", "facts")}
    protocol, wrong = structure(bare, Protocol)
    faults += claims + wrong
    if protocol is not None:
        protocol = evolve(
            _resolved(protocol), numbers=numbers, contradictions=_contradictions(document, numbers)
        )
        faults += faults_of(protocol)
        faults += course_faults(protocol) if not faults else []
    if faults or protocol is None:
        raise Faults(source, tuple(faults))
    return protocol


def schema_faults(document: Tree, expected: str) -> list[Refused]:
    """Whether a file says that it is of the kind and version that is read here."""
    given = document.get("schema")
    if given is None:
        return [Refused("schema", None, "is missing", f'write schema = "{expected}" as the first line')]
    if given != expected:
        return [Refused("schema", str(given), "is not read here", nearest(str(given), [expected]))]
    return []


def _resolved(protocol: Protocol) -> Protocol:
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
    known = sources()
    leaned = {str(document.get("facts", ""))}
    leaned |= {name.partition(".")[0] for n in numbers if n.evidence for name in n.evidence.facts}
    return tuple(c for key in sorted(leaned & known.keys()) for c in known[key].contradictions)
