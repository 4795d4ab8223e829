"""Checks of files of any kind, as `mfg check` makes them: every fault is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from mfg.errors import Faults, Refused, nearest
from mfg.evidence import Number, count_kinds
from mfg.prescription.examples import example_faults
from mfg.protocol.cases import LIMITS
from mfg.protocol.check.patient import unjudged
from mfg.protocol.protocol import Protocol
from mfg.reader.extends import read_document
from mfg.reader.library import builtin, find, is_path
from mfg.reader.protocols import protocol_in
from mfg.reader.salvage import Read
from mfg.reader.scenarios import PARTS, part_file, population_in, scenario_at, site_in
from mfg.scenario import Scenario
from mfg.scenario.admission import not_judged
from mfg.scenario.delivery import untold_temperatures

_KINDS = ("protocol", "scenario", "site", "population")
_COMPUTED = (
    "patient",
    "arm",
    "treatment",
    "dose",
    "supply",
    "route",
    "example",
)  # what a worked example computes
_READERS: Mapping[str, Callable[[Any], Read[Any]]] = {
    "protocol-1": protocol_in,
    "site-1": site_in,
    "population-1": population_in,
}


Beyond = Callable[[Scenario], Iterable[Refused]]


def _nothing(_: Scenario) -> Iterable[Refused]:
    return ()


@frozen
class Report:
    """The result of checking a file: its faults and those of the files that it names, warnings, and what was not checked."""

    file: str
    ground: str = ""
    faults: tuple[Faults, ...] = ()
    not_checked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        word = "sound, with a warning" if self.warnings else "sound"
        said = [str(faults) for faults in self.faults] or [f"{self.file}: {word}; {self.ground}"]
        said += [f"  warning: {what}" for what in self.warnings]
        return "\n".join([*said, *(f"  not checked: {what}" for what in self.not_checked)])


def reports(name: str, beyond: Beyond = _nothing) -> list[Report]:
    """A report on the file that *name* means, or on every built-in file of that name.

    *beyond* finds what keeps a scenario from being planned although its files are sound.
    """
    if _is_a_path(name):
        return [check_file(Path(name), name, beyond)]
    kinds = [kind for kind in _KINDS if name in builtin(kind)]
    if not kinds:
        known = {known for kind in _KINDS for known in builtin(kind)}
        advice = (
            f"{nearest(name, known).rstrip('?')}. A file of your own is named by its path, ending in .toml"
        )
        return [_unread(name, [Refused("", None, "is no built-in name", advice)])]
    return [check_file(find(kind, name), f"{name} ({kind})", beyond) for kind in kinds]


def _is_a_path(name: str) -> bool:
    return is_path(name) or Path(name).exists()


def check_file(path: Path, called: str | None = None, beyond: Beyond = _nothing) -> Report:
    """A report on the file at *path*, *called* so in messages; *beyond* as in `reports`."""
    name = called or str(path)
    try:
        document = read_document(path)
    except Faults as unreadable:
        return _unread(name, unreadable.faults)
    schema = str(document.get("schema", "protocol-1"))
    if schema == "scenario-1":
        return _scenario(path, name, document, beyond)
    if schema not in _READERS:
        known = [*_READERS, "scenario-1"]
        return _unread(name, [Refused("schema", schema, "is not read here", nearest(schema, known))])
    found = _READERS[schema](document)
    faults = list(found.faults)
    if not isinstance(found.value, Protocol):
        return _report(name, found.value, {name: faults})
    faults += _examples(found.value, faults, found.left_out)
    return _report(
        name, found.value, {name: faults}, _unjudged(found.value), _held(found.value), _unproved(found.value)
    )


def _unread(name: str, faults: Iterable[Refused]) -> Report:
    return Report(name, faults=(Faults(name, tuple(faults)),))


def _report(
    name: str,
    value: Any,
    faults: Mapping[str, list[Refused]],
    not_checked: Iterable[str] = (),
    held: str = "",
    warnings: Iterable[str] = (),
) -> Report:
    ground = f"{held}{_evidence(value.numbers)}" if value is not None else ""
    wrong = tuple(Faults(file, tuple(found)) for file, found in faults.items() if found)
    return Report(name, ground, wrong, tuple(not_checked), tuple(warnings))


def _examples(protocol: Protocol, faults: Iterable[Refused], left_out: Iterable[str]) -> list[Refused]:
    """Worked examples that do not hold; none are computed if their rules or treatments already have faults."""
    touched = {where.partition(".")[0] for where in (*(fault.where for fault in faults), *left_out)}
    return [] if touched & set(_COMPUTED) else list(example_faults(protocol))


def _held(protocol: Protocol) -> str:
    many = len(protocol.examples)
    return f"{many} worked example{'s hold' if many > 1 else ' holds'}; " if many else ""


def _unproved(protocol: Protocol) -> list[str]:
    """A warning if a protocol has no worked example."""
    return [] if protocol.examples else ["no worked example: nothing proves its numbers"]


def _unjudged(protocol: Protocol) -> list[str]:
    """Parts of a protocol that cannot be checked."""
    said = [f"eligibility.{name}: known only where a population gives it" for name in unjudged(protocol)]
    for name, covariate in protocol.patient.items():
        if covariate.unit and all(getattr(covariate, key) is None for key in LIMITS):
            said.append(f"patient.{name}: no limits are stated, so that no value of it is implausible")
    return said


def _scenario(path: Path, name: str, document: Mapping[str, Any], beyond: Beyond) -> Report:
    """A report on a scenario, on each variant that it names, and on its parts, under their own names."""
    found = scenario_at(path)
    faults: list[Refused] = list(found.faults)
    known = {str(fault) for fault in faults}
    scenario = found.value
    if scenario is not None and not faults:
        faults += beyond(scenario)
        known |= {str(fault) for fault in faults}
    for variant, settings in scenario.variants.items() if scenario is not None else ():
        varied = scenario_at(path, settings)
        planned = () if varied.faults or varied.value is None else beyond(varied.value)
        for fault in (*varied.faults, *planned):
            if str(fault) not in known:
                plain = evolve(fault, where=fault.where.removeprefix("settings "))
                faults.append(plain.under(f"variant.{variant}"))
    not_checked: list[str] = []
    warnings: list[str] = []
    if scenario is not None:
        protocol = scenario.protocol
        inside = [fault for fault in faults if fault.where.startswith("protocol.")]
        of_protocol = [evolve(fault, where=fault.where.removeprefix("protocol.")) for fault in inside]
        gone = [path.removeprefix("protocol.") for path in found.left_out if path.startswith("protocol.")]
        faults += [fault.under("protocol") for fault in _examples(protocol, of_protocol, gone)]
        not_checked = [f"protocol: {said}" for said in _unjudged(protocol) if "eligibility." not in said]
        warnings = [f"protocol: {said}" for said in _unproved(protocol)]
        not_checked += [
            f"protocol: eligibility.{n}: the population does not give it" for n in not_judged(scenario)
        ]
        not_checked += [
            f"site: leg.{leg}: keeps no stated temperature, and the protocol asks for one"
            for leg in untold_temperatures(scenario)
        ]
    placed = _by_file(path, name, document, faults)
    return _report(name, scenario, placed, not_checked, warnings=warnings)


def _by_file(
    path: Path, name: str, document: Mapping[str, Any], faults: list[Refused]
) -> dict[str, list[Refused]]:
    """The faults of a scenario under the names of the files in which they stand."""
    files = {part: file for part in PARTS if (file := _called(part, document.get(part), path))}
    placed: dict[str, list[Refused]] = {name: [], **{file: [] for file in files.values()}}
    for fault in faults:
        part, dot, place = fault.where.partition(".")
        inside = bool(dot) and part in files
        placed[files[part] if inside else name].append(evolve(fault, where=place) if inside else fault)
    return placed


def _called(part: str, chosen: object, path: Path) -> str | None:
    """How the file of a part is named; None if there is no such file."""
    try:
        file = part_file(part, chosen, path)
    except Faults:
        return None
    return str(file) if str(chosen).endswith(".toml") else f"{chosen} ({part})"


def _evidence(numbers: tuple[Number, ...]) -> str:
    """How many numbers have which evidence."""
    counts = count_kinds(numbers)
    bare = counts.pop("without evidence")
    ground = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"numbers: {ground or 'none with evidence'}, {bare} without evidence"
