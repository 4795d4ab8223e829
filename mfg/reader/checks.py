"""Checking one file of any kind, as `mfg check` does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import evolve

from mfg.errors import Faults, Refused, nearest
from mfg.evidence import Number, counted
from mfg.prescription.examples import example_faults
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_population, load_scenario, load_site
from mfg.reader.toml import read_toml
from mfg.scenario.admission import not_judged

_LOADERS: dict[str, Callable[[Path], Any]] = {
    "protocol-1": load_protocol,
    "site-1": load_site,
    "population-1": load_population,
    "scenario-1": load_scenario,
}


def checked(path: Path) -> str:
    """What there is to say of a sound file.

    Raises:
        Faults: with everything that is wrong with it, and every worked example that does not hold.
    """
    schema = str(read_toml(path).get("schema", "protocol-1"))
    if schema not in _LOADERS:
        raise Faults(str(path), (Refused("schema", schema, "is not read here", nearest(schema, _LOADERS)),))
    if schema == "scenario-1":
        return _scenario(path)
    if schema != "protocol-1":
        return f"sound; {_ground(_LOADERS[schema](path).numbers)}"
    protocol = load_protocol(path)
    wrong = tuple(example_faults(protocol))
    if wrong:
        raise Faults(str(path), wrong)
    many = len(protocol.examples)
    examples = (
        f"{many} worked example{'s' if many > 1 else ''} hold{'s' if many == 1 else ''}; " if many else ""
    )
    return f"sound; {examples}{_ground(protocol.numbers)}"


def _scenario(path: Path) -> str:
    """What there is to say of a scenario and of each variant that it names."""
    scenario, faults = load_scenario(path), []
    for name, settings in scenario.variants.items():
        try:
            load_scenario(path, settings)
        except Faults as found:
            plain = (evolve(fault, where=fault.where.removeprefix("--set ")) for fault in found.faults)
            faults += [fault.under(f"variant.{name}") for fault in plain]
    if faults:
        raise Faults(str(path), tuple(faults))
    left_out = not_judged(scenario)
    remark = f"not judged at screening: {', '.join(left_out)}; " if left_out else ""
    return f"sound; {remark}{_ground(scenario.numbers)}"


def _ground(numbers: tuple[Number, ...]) -> str:
    """How many numbers have which evidence."""
    counts = counted(numbers)
    bare = counts.pop("without evidence")
    ground = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"numbers: {ground or 'none with evidence'}, {bare} without evidence"
