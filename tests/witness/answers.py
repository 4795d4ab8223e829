"""What a command answers to the documents of a witness."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from attrs import fields

from mfg.cli import run
from mfg.cli.working import parts_of
from mfg.plan.compile import plan_of
from mfg.reader.document import Tree
from mfg.reader.protocols import protocol_of
from mfg.reader.scenarios import PARTS, load_scenario, scenario_of
from mfg.reader.toml import parse_toml
from mfg.results.figures import values_of
from mfg.results.tables import tables_of
from mfg.scenario import Scenario
from mfg.simulation.replicate import replicate
from tests.plain import plain
from tests.small_unit import _put
from tests.witness.bases import BASES
from tests.witness.rows import Changes

HERE = Path(__file__).parent


@cache
def _base(name: str) -> Tree:
    documents: Tree = {}
    for part, text in BASES[name].items():
        found = parse_toml(text, name)
        documents |= found if part == "scenario" else {part: found}
    return documents


def changed(base: str, *changes: Changes) -> Tree:
    """The documents of *base* with other values by their paths; None leaves one out."""
    documents = deepcopy(_base(base))
    for each in changes:
        for path, value in each.items():
            _put(documents, path, value)
    return documents


def answer(command: str, documents: Tree, ask: str, folder: Path) -> str:
    """What *command* says of *documents*, written to files in *folder* where it reads some."""
    if command == "simulation":
        return simulated(documents, folder)
    files = written(documents, folder)
    if command == "check":
        return said("check", *files)
    protocol = next(file for file in files if file.name == "protocol.toml")
    protocol_of(parse_toml(protocol.read_text(encoding="utf-8"), "protocol.toml"), "protocol.toml")
    if command == "show":
        return said("show", protocol) + said("show", protocol, "--json")
    if command == "audit":
        table, out = folder / "table.csv", folder / "out.csv"
        table.write_text(ask.replace("|", "\n"), encoding="utf-8")
        answered = said("audit", protocol, table, "--out", out).partition("\nprotocol ")[0]
        return answered + (out.read_text() if out.exists() else "")
    return _unrecorded(said(command, protocol, *ask.split(), "--json"))


def _unrecorded(text: str) -> str:
    """An answer without the parts of its record that differ whenever a file or the clock does."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    for key in ("files", "at", "command"):
        found.get("record", {}).pop(key, None)
    return json.dumps(found)


def simulated(documents: Tree, folder: Path) -> str:
    """Every table of one replication, and what stands above its figures; what extends a file is read from files."""
    if any("extends" in tree for tree in (documents, *documents.values()) if isinstance(tree, dict)):
        scenario = load_scenario(next(file for file in written(documents, folder) if file.stem == "scenario"))
    else:
        scenario = scenario_of(documents, HERE / "scenario.toml")
    plan = plan_of(scenario)
    tables = tables_of(plan, *replicate(plan, 0))
    frames = (getattr(tables, each.name) for each in fields(type(tables)))
    late = values_of(plan, plain(tables))["referral_to_dose_late"]
    return f"{_heading(scenario)}{late}\n" + "".join(frame.to_csv() for frame in frames)


def _heading(scenario: Scenario) -> str:
    return f"{scenario.title or scenario.name}: {parts_of(scenario)}\n"


def written(documents: Tree, folder: Path) -> list[Path]:
    """The files of *documents*: a scenario with its parts, or a protocol on its own."""
    own = {key: value for key, value in documents.items() if key not in PARTS}
    parts = {part: documents[part] for part in PARTS if part in documents}
    if own:
        names = {part: value if isinstance(value, str) else f"{part}.toml" for part, value in parts.items()}
        lists = {
            k: str(HERE / v) if k in ("patients", "in_progress") else v for k, v in own["arrivals"].items()
        }
        parts["scenario"] = own | names | {"arrivals": lists}
    files = []
    for part, document in parts.items():
        if isinstance(document, dict):
            file, other = folder / f"{part}.toml", str(document.get("extends"))
            beside = {"extends": str(HERE / other)} if other.endswith(".toml") else {}
            lines = (f"{_key(k)} = {toml(v)}\n" for k, v in (document | beside).items())
            file.write_text("".join(lines), encoding="utf-8")
            files.append(file)
    return files


def _key(key: str) -> str:
    return json.dumps(str(key))


def toml(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, Decimal, date)) else json.dumps(value)


def said(*arguments: object) -> str:
    """What a command line prints, to both streams; paths by their names."""
    with _both() as out:
        run([str(argument) for argument in arguments])
    folder = str(Path(str(arguments[1])).parent)
    return out.getvalue().replace(f"{folder}/", "")


@contextlib.contextmanager
def _both() -> Iterator[io.StringIO]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        yield out
