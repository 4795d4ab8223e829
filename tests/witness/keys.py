"""Every key that a file may hold, from the classes that files become; and the keys that a document holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mfg.population import Population
from mfg.prescription.examples import _EXPECTED
from mfg.protocol.protocol import Protocol
from mfg.protocol.recipe import STEPS
from mfg.protocol.rules import LIMITS
from mfg.reader.document import BESIDE, CLAIMS, Tree, take_off_evidence
from mfg.reader.extends import FILE_KINDS
from mfg.reader.keys import attributes, inside, is_named
from mfg.reader.library import sources
from mfg.reader.scenario_file import ArrivalsFile, ScenarioFile
from mfg.reader.scenarios import PARTS
from mfg.site import Site
from mfg.spread import KEYS as SPREAD

FILES = {"protocol": Protocol, "site": Site, "population": Population, "scenario": ScenarioFile}
WORDS = {  # what may stand in many places
    "limits": [*LIMITS, "one_of"],
    "distribution": sorted(SPREAD),
    "evidence": [*CLAIMS, *BESIDE],
}
_OF_STEPS = ("do", "step")
_OF_EXTENDING = ("extends", "without")  # in every file that can extend another


def keys() -> list[str]:
    """Every key as the path that leads to it; of a key that holds others, these."""
    found = [key for file in FILES for key in (f"{file}.schema", *hints(file))]
    found += [f"{file}.facts" for file in FILES]
    found += [f"{file}.{key}" for file in FILE_KINDS.values() for key in _OF_EXTENDING]
    found += [f"scenario.{part}" for part in PARTS]
    found += [f"{group}.{word}" for group, words in WORDS.items() for word in words]
    return list(dict.fromkeys(found))


def hints(file: str) -> dict[str, Any]:
    """The keys of a kind of file, each with the type of what it holds."""
    return dict(_of_class(file, FILES[file]))


def _of_class(path: str, cls: type) -> Iterator[tuple[str, Any]]:
    for key, hint in attributes(cls):
        here = f"{path}.{key}"
        if here == "protocol.step":
            for name, step in STEPS.items():
                yield f"{here}.{name}", step
                yield from _of_class(f"{here}.{name}", step)
        elif here == "protocol.example.expect":
            yield from ((f"{here}.{word}", Any) for word in _EXPECTED)
        elif (inner := _inside(here, hint)) is not None:
            yield from _of_class(here, inner)
        else:
            yield here, hint


def _inside(path: str, hint: Any) -> type | None:
    return ArrivalsFile if path == "scenario.arrivals" else inside(hint)


def differing(before: Tree, after: Tree) -> set[str]:
    """The keys that two sets of documents do not say in the same way."""
    one, other = (dict(_gathered(_said(documents))) for documents in (before, after))
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def _gathered(said: Iterator[tuple[str, Any]]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for key, value in said:
        found.setdefault(key, []).append(value)
    return found


def _said(documents: Tree) -> Iterator[tuple[str, Any]]:
    """Every key that the documents of a scenario, or a document on its own, hold, with its value."""
    for file, cls in FILES.items():
        own = documents if file == "scenario" else documents.get(file)
        if not isinstance(own, dict):
            yield f"scenario.{file}", own
            continue
        tree = {key: value for key, value in own.items() if file != "scenario" or key not in PARTS}
        yield from ((f"{file}.{key}", own.get(key)) for key in ("schema", "facts"))
        if file in FILE_KINDS.values():
            yield from ((f"{file}.{key}", own.get(key)) for key in _OF_EXTENDING)
        yield from _evidence(tree)
        yield from _in_table(file, cls, take_off_evidence(tree, sources())[0])


def _evidence(node: Any) -> Iterator[tuple[str, Any]]:
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        if key in WORDS["evidence"]:
            yield f"evidence.{key}", value
        yield from _evidence(value)


def _in_table(path: str, cls: type, node: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, dict):  # the short form of a table
        short = {key for key, _ in attributes(cls)} & {"is", "before", "after"}
        yield from ((f"{path}.{key}", node) for key in sorted(short))
        return
    for key, hint in attributes(cls):
        if key not in node:
            continue
        here, value = f"{path}.{key}", node[key]
        if here == "protocol.step":
            for step in value:
                yield f"{here}.{step['do']}", True
                yield from _in_table(f"{here}.{step['do']}", STEPS[step["do"]], step)
        elif here == "protocol.example.expect":
            yield from ((f"{here}.{word}", given) for word, given in value.items())
        elif (inner := _inside(here, hint)) is not None:
            for each in [value] if here == "scenario.arrivals" else _members(hint, value):
                yield from _in_table(here, inner, each)
        else:
            yield here, value
            yield from _words_in(hint, value)


def _members(hint: Any, value: Any) -> list[Any]:
    """The tables in a value: a list of them, those of a table by name, or itself."""
    if isinstance(value, list):
        return value
    return list(value.values()) if is_named(hint) and isinstance(value, dict) else [value]


def _words_in(hint: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """The words of limits and distributions in one value."""
    for group in ("limits", "distribution"):
        kind = "Limits" if group == "limits" else "Spread"
        if kind not in str(hint) and not (group == "limits" and "When" in str(hint)):
            continue
        tables = [value, *value.values()] if isinstance(value, dict) else [value]
        for table in tables:
            if isinstance(table, dict):
                yield from ((f"{group}.{word}", table[word]) for word in WORDS[group] if word in table)
            else:
                yield f"{group}.{'one_of' if group == 'limits' else 'is'}", table
