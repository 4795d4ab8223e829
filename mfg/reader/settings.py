"""Naming one value in a scenario's files by its path, and setting it to another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from itertools import islice
from typing import Any

from mfg.calendar import read_date
from mfg.errors import Refused
from mfg.reader.document import CLAIMS, Tree, called

_OPTIONAL = ("policy.", "arrivals.", "chance", "late", "warm_up", "supply", "seed", "horizon", "start")


def set_value(documents: Tree, key: str, text: str) -> None:
    """Set the value that *key* names to *text*, in place.

    *key* is a path such as ``site.facility.gmp.suites``, or any ending of one that no other path has.

    Raises:
        Refused: if nothing, or more than one thing, is so named.
    """
    where = f"--set {key}"
    nodes = {
        path: (holder, step, value)
        for path, holder, step, value in _nodes(documents, "")
        if not path.startswith("variant.")
    }
    found = [path for path in nodes if path == key or path.endswith(f".{key}")]
    if key in nodes:
        found = [key]
    if (not found and key.startswith(_OPTIONAL)) or (key not in nodes and key in _OPTIONAL):
        *way, last = key.split(".")
        holder = documents
        for step in way:
            holder = holder.setdefault(step, {})
        holder[last] = _plainly(text)
        return
    if not found:
        lengths = range(1, key.count(".") + 2)
        ends = {".".join(path.split(".")[-n:]) for path in nodes for n in lengths}
        raise Refused(where, None, "names nothing in this scenario", _advice(key, ends, nodes))
    if len(found) > 1:
        raise Refused(where, None, "is ambiguous", f"use one of {', '.join(sorted(found)[:8])}")
    holder, step, value = nodes[found[0]]
    holder[step] = {"is": _as(value, text, where), "assumed": "set for this run"}


def _plainly(text: str) -> Any:
    """*text* as TOML would read it bare: a truth value, a whole number, or text."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]*)", text) else text


def _advice(key: str, ends: set[str], paths: Iterable[str]) -> str:
    """The paths that are like *key*, the most alike first, or what paths look like."""
    close = get_close_matches(key, sorted(ends), n=3, cutoff=0.75)
    if close:
        return f"did you mean {' or '.join(map(repr, close))}?"
    return f"paths look like {', '.join(islice(paths, 3))}"


def _nodes(node: Any, path: str) -> Iterator[tuple[str, Any, Any, Any]]:
    """Every named value and table below *node*: its path, what holds it, by which key, and the value."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in members:
        if step in CLAIMS or step == "range":
            continue
        name = called(value, step) if isinstance(step, int) else step
        if step == "is":
            continue
        here = f"{path}.{name}" if path else name
        yield here, node, step, value
        yield from _nodes(value, here)


def _as(old: Any, text: str, where: str) -> Any:
    """*text* as the kind of value that it replaces."""
    if isinstance(old, dict) and "is" in old:
        old = old["is"]
    if isinstance(old, bool):
        if text not in ("true", "false"):
            raise Refused(where, text, "is not true or false", "write true or false")
        return text == "true"
    if isinstance(old, (int, Decimal)):
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise Refused(where, text, "is not a plain number", f"write one like {old}") from None
        return int(number) if isinstance(old, int) and number == number.to_integral_value() else number
    return read_date(text, where) if isinstance(old, date) else text
