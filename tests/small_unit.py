"""The small unit of tests/hand, changed in a few values, and run once: no variance unless it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from attrs import evolve

from mfg.plan.compile import plan_of
from mfg.reader.document import Tree, names_of
from mfg.reader.library import find
from mfg.reader.scenarios import scenario_of
from mfg.reader.toml import read_toml
from mfg.results.tables import Tables, tables_of
from mfg.scenario import Arrivals, Candidate, Given, InProgress, Scenario
from mfg.simulation.replicate import replicate

HAND = Path(__file__).parent / "hand" / "scenario.toml"
MONDAY = date(2026, 3, 2)
Changes = Mapping[str, Any]

FIXED: Changes = {"protocol.route.intrathecal.cells": "60e6 cell", "protocol.example": []}  # quick to compile
ONE_DOSE: Changes = {
    **FIXED,
    "protocol.arm": [{"name": "msc", "doses": ["dose 1"]}],
    "protocol.dose": [{"name": "dose 1", "day": "0 day"}],
    "protocol.visit": [{"name": "V1", "kind": "screening", "day": "-56 day", "window": "28 day"}],
}
BANK: Changes = {
    **FIXED,
    "protocol": "lenzumestrocel-phase3",
    "supply": "bank",
    "site.facility.gmp.freezers": 1,
    "site.facility.gmp.storage": 400,
    "site.work.cryopreserve": {"needs": {"suite": 1, "operator": 2, "freezer": 1}, "lasts": "2 hour"},
    "site.work.thaw": {"needs": {"suite": 1, "operator": 2}, "lasts": "60 minute", "recovers": "75 %"},
}


def people(count: int, *, arm: str = "msc", kg: float = 60.0, arrived: date = MONDAY) -> list[Candidate]:
    """So many patients who arrive together: A, B, C and so on."""
    return [Candidate(chr(ord("A") + n), arrived, kg, arm=arm) for n in range(count)]


def scenario(
    *changes: Changes,
    patients: Sequence[Candidate] | None = None,
    lots: Sequence[InProgress] = (),
    given: Sequence[Given] = (),
) -> Scenario:
    """The scenario with *changes*: a value for each path, None to leave one out; a part by its name.

    With *patients* who come, *lots* that are in progress or doses that were *given*, in the place of its own patient.
    """
    asked = {path: value for each in changes for path, value in each.items()}
    documents = dict(read_toml(HAND))
    for part in ("protocol", "site", "population"):
        documents[part] = dict(read_toml(find(part, asked.pop(part, documents[part]), beside=HAND.parent)))
    for path, value in asked.items():
        _put(documents, path, value)
    if patients is None and not (lots or given):
        return scenario_of(documents, HAND)
    documents["arrivals"] = {"every": "52 week"}
    found = scenario_of(documents, HAND)
    return evolve(found, arrivals=Arrivals(tuple(patients or ()), None, None, tuple(lots), tuple(given)))


def _put(node: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        node = _named(node, step) if isinstance(node, list) else node.setdefault(step, {})
    if value is None:
        node.pop(last, None)
    else:
        node[last] = deepcopy(value)


def _named(members: list[Tree], name: str) -> Tree:
    return members[names_of(members).index(name)]


def run(
    *changes: Changes,
    patients: Sequence[Candidate] | None = None,
    lots: Sequence[InProgress] = (),
    given: Sequence[Given] = (),
) -> Tables:
    """What happened in the scenario with *changes*, whose own audit it has passed."""
    plan = plan_of(scenario(*changes, patients=patients, lots=lots, given=given))
    return tables_of(plan, *replicate(plan, 0))


def done(tables: Tables, *activities: str) -> pd.DataFrame:
    """The rows of the event log with one of *activities*, in the order in which they began."""
    return tables.events[tables.events["activity"].isin(activities)].sort_values("started_min", kind="stable")
