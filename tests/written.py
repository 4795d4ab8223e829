"""A tree as TOML again, so that what was changed in it can be read by every command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any


def written(tree: dict[str, Any]) -> str:
    """*tree* as TOML: a line for each value, a heading for each table, a line for each member of a list."""
    return "".join(_written(tree, ""))


def _written(tree: dict[str, Any], heading: str) -> Iterator[str]:
    tables = {key: value for key, value in tree.items() if isinstance(value, dict) and value}
    for key, value in tree.items():
        if key not in tables:
            yield f"{json.dumps(key)} = {inline(value, apart=True)}\n"
    for key, table in tables.items():
        here = f"{heading}.{json.dumps(key)}".strip(".")
        yield f"[{here}]\n"
        yield from _written(table, here)


def inline(value: Any, *, apart: bool = False) -> str:
    """A value as TOML, in one line unless it is a list whose members stand *apart*."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        joint = ",\n  " if apart else ", "
        return "[" + joint.join(inline(one) for one in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Decimal):
        shown = (
            f"{value:f}" if -20 < value.adjusted() < 15 else f"{value:E}".replace("E+", "e").replace("E", "e")
        )
        return shown if "." in shown or "e" in shown else f"{shown}.0"
    return str(value) if not isinstance(value, date) else value.isoformat()
