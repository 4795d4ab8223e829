"""Figures that a source states, each with its place, and contradictions within and between sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from mfg.record import FileRead


@frozen
class Fact:
    """A figure that a source states, in our words, with its places in the source."""

    name: str
    value: Any
    about: str
    where: tuple[str, ...]


@frozen
class Contradiction:
    """What a source says in two ways, or two sources say differently."""

    name: str
    between: tuple[str, ...]
    about: str


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
