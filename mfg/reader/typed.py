"""Values of Python as a file would say them: a number is a number, and nothing is rounded on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any

from mfg.errors import Parameter, Refused
from mfg.kinds import check_mapping
from mfg.reader.document import Tree

_IN_A_LINE = 100  # members of a list from which each has a line of its own, since a line has an end
_ADVICE = "give a text, a number, true or false, a date, or a table or list of these"


def settings_as_text(settings: Any) -> dict[str, str]:
    """A table of *settings* by their paths, each value as the text that a file or ``--set`` would have.

    Raises:
        Refused: for what is no table, or for a value that no file can hold.
    """
    check_mapping(settings, "settings", '{"suites": 3}')
    return {key: as_text(value, Parameter(f"settings {key}")) for key, value in (settings or {}).items()}


def as_text(value: object, where: str) -> str:
    """*value* as it is typed; a float in the fewest digits that mean it.

    Raises:
        Refused: for what no file can hold, and for a number below zero, which as a text would mean so much less.
    """
    plain = _plain(value, where)
    if isinstance(plain, (int, Decimal)) and not isinstance(plain, bool) and plain < 0:
        advice = f"give the value itself, or the text '{plain}' for so much less than it is"
        raise Refused(where, str(plain), "is below zero", advice)
    return plain if isinstance(plain, str) else _toml(plain)


def as_tree(given: Mapping[str, Any]) -> Tree:
    """A table of Python as the tree of a TOML file: floats become decimals of the same digits.

    Raises:
        Refused: for what no file can hold, at its place.
    """
    tree: Tree = _plain(given, "")
    return tree


def _plain(value: Any, where: str) -> Any:
    """*value* of the kinds that a TOML file is read into."""
    if type(value).__module__ == "numpy":
        value = value.tolist()  # numbers, dates and lists of Python
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, (Decimal, Real)):
        number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
        if not number.is_finite():
            raise Refused(where, str(value), "is not a finite number", "give an ordinary number")
        return number
    if isinstance(value, datetime):
        if value.time() != time():
            raise Refused(where, str(value), "is a moment where a day is meant", "give a date")
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, f"{where}.{key}".lstrip(".")) for key, inner in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(inner, f"{where}.{n}".lstrip(".")) for n, inner in enumerate(value, 1)]
    raise Refused(where, repr(value)[:60], f"is a {type(value).__name__}, which no file holds", _ADVICE)


def _toml(value: Any) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_toml(key)} = {_toml(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list):
        between = ", " if len(value) < _IN_A_LINE else ",\n"
        return f"[{between.join(map(_toml, value))}]"
    return str(value).lower()
