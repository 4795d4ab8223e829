"""A file to start from: it extends another one, whose values stand in it as comments."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from mfg.errors import Parameter, Refused
from mfg.files import check_path
from mfg.reader.document import Tree, names_of, take_off_evidence
from mfg.reader.extends import OWN, read_document
from mfg.reader.library import find, is_path, sources
from mfg.reader.paths import is_value

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def starting_file(kind: str, like: str, output: Path | None) -> str:
    """The text of a file of that kind that extends the file *like* and changes nothing; it is for *output*.

    Raises:
        Faults: if there is no such file.
    """
    other = find(kind, like)
    tree, _, _ = take_off_evidence(read_document(other), sources())
    name = output.stem if output is not None else f"my-{other.stem}"
    here = output.parent if output is not None else Path()
    extends = os.path.relpath(other, here) if is_path(like) else like
    head = [
        f"# A {kind} that differs from {like} in what is written here and in nothing else.",
        "# Take the # away from what is to be different, and from the line in [brackets] above it. mfg check judges the",
        "# whole; a table of its own that the other file lacks, such as a second clinic, is written the same way.",
        f"schema  = {_written(f'{kind}-1')}",
        f"name    = {_written(name)}",
        f"extends = {_written(extends)}",
        '# without = ["..."]   # paths of what is not to be taken over, as mfg show lists them',
        "",
    ]
    own = {key: value for key, value in tree.items() if key not in (*OWN, "facts")}
    return "\n".join([*head, *(f"# {line}" if line else "" for line in _lines(own, ""))]).rstrip() + "\n"


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        Refused: if there is one, or if no file can be called so.
    """
    check_path(path, Parameter("output"))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(Parameter("output"), str(path), "is there already", "choose another name") from None


def _lines(tree: Tree, path: str) -> Iterator[str]:
    """The values of a table, then the tables in it under their headings."""
    for key, value in tree.items():
        if _is_plain(value):
            yield f"{_key(key)} = {_written(value)}"
    for key, value in tree.items():
        if _is_plain(value):
            continue
        named = value.items() if isinstance(value, dict) else zip(names_of(value), value, strict=True)
        here = f"{path}.{_key(key)}" if path else _key(key)
        inner = dict(named)
        if any(_is_plain(one) for one in inner.values()):
            yield from ("", f"[{here}]")
            yield from _lines(inner, here)
        else:
            for name, one in inner.items():
                yield from ("", f"[{here}.{_key(name)}]")
                yield from _lines(one, f"{here}.{_key(name)}")


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return is_value(value) or all(isinstance(one, int) for one in value.values())
    return is_value(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _written(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_written(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(_written(one) for one in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal, date)):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
