"""Figures that a source states, each with its place, and contradictions within and between sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from mfg.record import FileRead


def spelled_out(text: str, cited: Mapping[str, str]) -> str:
    """*text* with each source that it names by its key, or a fact of one (``oh2018.interval``), as it is *cited*.

    What stands in braces is a name in a formula, and stays.
    """
    keys = "|".join(re.escape(key) for key in cited)
    names = re.compile(rf"(?<![\w{{.-])({keys})(?:\.([a-z0-9-]*[a-z0-9]))?(?![\w-])")
    return (
        names.sub(lambda found: cited[found[1]] + (f", {found[2]}" if found[2] else ""), text)
        if keys
        else text
    )


@frozen
class Fact:
    """A figure that a source states, in our words, with its places in the source."""

    name: str
    value: Any
    about: str
    where: tuple[str, ...]


@frozen
class Contradiction:
    """What a source says in two ways, or two sources say differently; `source` cites the one whose facts name it."""

    name: str
    between: tuple[str, ...]
    about: str
    source: str


@frozen
class Source:
    """One document and what it states; `read` is our file of it.

    `short` is what outputs print (author, journal or kind of document, year, place in it), `cite` the whole reference, `file` the
    name under which the document is kept.
    """

    key: str
    file: str
    short: str
    cite: str
    facts: Mapping[str, Fact]
    contradictions: tuple[Contradiction, ...]
    read: FileRead | None = None
