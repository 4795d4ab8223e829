"""Where the cells of a dose come from, and when they are collected."""

from __future__ import annotations

from attrs import frozen

from mfg.protocol.rules import When
from mfg.units.culture import Gathered
from mfg.units.times import Spacing


@frozen
class Before:
    """How long before a dose its collection lies, possibly for some doses only."""

    is_: Spacing | None = None
    least: Spacing | None = None
    most: Spacing | None = None
    when: When | None = None


@frozen
class Collecting:
    """Collections that are added up `until` a floor is reached: at `most` so many, `every` so many days."""

    until: Gathered
    most: int
    every: Spacing | None = None


@frozen
class Supply:
    """Where the cells of a dose come from: a fresh lot for each dose, a bank of one lot, or stock.

    A bank holds so many containers more than its doses need (`spare`), or so many cells (`backup`).
    """

    name: str
    kind: str
    before: tuple[Before, ...] = ()
    spare: int = 0
    collect: Collecting | None = None
    backup: Gathered | None = None
    about: str | None = None
