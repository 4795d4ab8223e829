"""The commands that show what is in a file, and write one to start from: protocols, show, new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from mfg.cli import say
from mfg.cli.options import Flag, Json
from mfg.cli.view import Block, Sentence, TableView, View, answer, warning

Kind = Literal["protocol", "scenario", "site", "population"]


def add_to(app: App) -> None:
    """Add these commands to *app*."""
    for command in (protocols, show, new):
        app.command(command)


def protocols(*, json: Json = False) -> int:
    """List the built-in protocols.

    Example: mfg protocols
    """
    from mfg.reader.library import builtin
    from mfg.reader.protocols import load_protocol

    found = [load_protocol(name) for name in builtin("protocol")]
    rows = [(one.name, one.title, one.trial) for one in found]
    data = [dict(zip(("name", "title", "trial"), row, strict=True)) for row in rows]
    answer(View(None, data, (TableView.of(["protocol", "title", "trial"], rows),)), json=json)
    return 0


def show(
    name: str,
    /,
    *,
    kind: Kind | None = None,
    assumed: Flag = False,
    like: str | None = None,
    json: Json = False,
) -> int:
    """Show a protocol, scenario, site or population: every value with its path, and what supports it.

    The paths of a scenario are those that --set and --vary take. A name that several files have means the protocol.

    Example: mfg show lenzumestrocel-korea --kind scenario --like contaminates

    Parameters
    ----------
    name
        A built-in name, or the path of a TOML file.
    kind
        The kind of file, where a protocol and a scenario have one name.
    assumed
        Only what is assumed or calibrated, and so can be doubted.
    like
        Only what holds this text in its path, its value or its evidence; with keys that are not set.
    """
    from mfg.reader.shown import kind_of, kinds_of, list_values

    of = kind_of(name, kind)
    found = [
        one
        for one in list_values(of, name)
        if _is_like(one, like)
        and (not one.unset or (like is not None and not assumed))
        and (not assumed or (one.evidence is not None and one.evidence.kind in ("assumed", "calibrated")))
    ]
    narrowed = assumed or like is not None
    head = {} if narrowed or of != "protocol" else _protocol(name)
    data = {**head, "kind": of, "numbers": [_fields(one) for one in found]}
    sections = [*_head(head), *_values(found), (Sentence(_counts(found, narrowed)),), *_contradictions(head)]
    answer(View(_title(head), data, sections=tuple(sections)), json=json)
    if json:
        return 0
    for other in kinds_of(name) if kind is None else ():
        if other != of:
            say.remark(f"there is a {other} of this name too: mfg show {name} --kind {other}")
    return 0


def _is_like(one: Any, text: str | None) -> bool:
    if text is None:
        return True
    held = f"{one.path} {one.value} {one.evidence.reason if one.evidence else ''}"
    return text.casefold() in held.casefold()


def _fields(one: Any) -> dict[str, Any]:
    evidence = one.evidence
    return {
        "path": one.path,
        "value": None if one.unset else one.value,
        "kind": evidence.kind if evidence else None,
        "source": evidence.source if evidence else None,
        "where": list(evidence.where) if evidence else [],
        "reason": evidence.reason if evidence else None,
        "range": list(evidence.between) if evidence and evidence.between else None,
        "file": one.file or None,
    }


def _protocol(name: str) -> dict[str, Any]:
    """What there is to say of a protocol beside its values."""
    from mfg.reader.protocols import load_protocol

    found = load_protocol(name)
    return {
        "name": found.name,
        "title": found.title,
        "trial": found.trial,
        "version": found.version,
        "donor": found.donor,
        "arms": [say.fields(arm) for arm in found.arms],
        "supplies": [{"name": s.name, "kind": s.kind, "about": s.about} for s in found.supplies],
        "contradictions": list(found.contradictions),
    }


def _title(head: dict[str, Any]) -> str | None:
    from mfg.visible import visible

    if not head:
        return None
    version = f"version {visible(head['version'])}" if head["version"] else None
    about = ", ".join(filter(None, (head["name"], head["trial"], version, head["donor"])))
    return f"{head['title'] or head['name']}  ({about})"


def _head(head: dict[str, Any]) -> Iterator[tuple[Block, ...]]:
    """The arms of a protocol, and its supplies."""
    if not head:
        return
    arms = [[arm["name"], arm["ratio"] or arm["size"], _doses(arm["doses"])] for arm in head["arms"]]
    yield (TableView.of(["arm", "share", "doses"], arms),)
    if head["supplies"]:
        supplies = [[s["name"], s["kind"], s["about"] or ""] for s in head["supplies"]]
        yield (TableView.of(["supply", "kind", "about"], supplies),)


def _contradictions(head: dict[str, Any]) -> Iterator[tuple[Block, ...]]:
    for one in head.get("contradictions", ()):
        yield (
            warning(f"contradiction {one.name.partition('.')[2]}, {one.source}: {one.about}"),
            *(Sentence(f"  - {side}") for side in one.between),
        )


def _doses(doses: Any) -> str:
    return ", ".join(f"{name} ({treatment})" for name, treatment in doses.items()) or "none"


def _values(found: list[Any]) -> Iterator[tuple[Block, ...]]:
    """Every value that was found, and what supports it."""
    if not found:
        return
    several = any(one.file for one in found)
    rows = []
    for one in found:
        kind = one.evidence.kind if one.evidence else "-"
        origin = ["-" if one.unset else one.file or "this file"] if several else []
        rows.append([one.path, one.value, _span(one), kind, *origin, _ground(one.evidence)])
    header = ["path", "value", "range", "evidence", *(["file"] if several else []), "from"]
    yield (TableView.of(header, rows),)


def _span(one: Any) -> str:
    return " to ".join(one.evidence.between) if one.evidence and one.evidence.between else ""


def _ground(evidence: Any) -> str:
    return evidence.full if evidence is not None else ""


def _counts(found: list[Any], narrowed: bool) -> str:
    from mfg.evidence import EVIDENCE_KINDS

    counts = {
        kind: sum(one.evidence is not None and one.evidence.kind == kind for one in found)
        for kind in EVIDENCE_KINDS
    }
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"{len(found)} shown" + (f": {said}" if said else "") if narrowed else said


def new(
    kind: Literal["scenario", "site", "population"],
    /,
    *,
    like: str,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
) -> int:
    """Write a file to start from: it extends another one, and lists what may be changed in it.

    Example: mfg new site --like seoul -o my-site.toml

    Parameters
    ----------
    kind
        What to write: scenario, site or population.
    like
        The file that it extends: a built-in name, or the path of a TOML file.
    output
        Where to write it; on the screen if left out. A file that is there is left as it is.
    """
    from mfg.reader.starting import starting_file, write_new

    text = starting_file(kind, like, output)
    if output is None:
        say.result(text.rstrip("\n"))
    else:
        write_new(output, text)
        say.result(f"{output}: extends {like}; mfg check {output} tells whether it is sound")
    return 0
