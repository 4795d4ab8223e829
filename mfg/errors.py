"""Everything that can be refused, and how it says so.

    MfgError
    ├── Refused      one thing a person gave cannot be used: where it stands, what it is, why not, what would do
    ├── Faults       every such thing in one file, table or command, together
    └── Failed, Unsound      a run went wrong: see `mfg.failures`

The facts are positional fields and the sentence is made from them, so an error survives SimPy and
pickling, both of which rebuild it from its ``args``; and they stand in its ``__dict__``, from which a cluster's
libraries rebuild it on the other side. A sentence never rounds a number.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from attrs import define, evolve

_NEAR, _AS_NEAR = 0.62, 0.05  # likeness from 0 to 1 of what is near; how far behind the nearest it may lie
_MANY = 6  # more near words than this say nothing


@define(slots=False)
class MfgError(Exception):
    """The root: everything this package refuses to do."""


class Parameter(str):
    """The name of a function's parameter, as the place of a refusal; a command line shows its own option instead.

    A second word says which of several: ``given cohort``, ``settings suites``.
    """

    __slots__ = ()


@define(slots=False)
class Refused(MfgError):
    """One thing that cannot be used as it was given; *given* is None where something is missing.

    The remedy may name parameters, each between backquotes.
    """

    where: str
    given: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        given = "" if self.given is None else f"{self.given!r} "
        where = f"{self.where}: " if self.where else ""
        return f"{where}{given}{self.problem}; {self.remedy}"

    def under(self, place: str) -> Refused:
        """The same refusal, seen from one level further out."""
        joint = "" if not place or not self.where or self.where.startswith("[") else "."
        return evolve(self, where=f"{place}{joint}{self.where}")


@define(slots=False)
class Faults(MfgError):
    """Every fault of one *source* (a file, a table), in the order in which they stand."""

    source: str
    faults: tuple[Refused, ...]

    def __str__(self) -> str:
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        return "\n".join([f"{self.source}: {count}", *(f"  {fault}" for fault in self.faults)])


def nearest(word: str, known: Iterable[str]) -> str:
    """What to write instead of *word*: every *known* word that is as near as the nearest one, else all of them.

    A word that holds the whole of *word* is near; others are by `difflib`.
    """
    word, words = str(word), sorted(set(known))
    near = [each for each in words if len(word) >= 3 and word.casefold() in each.casefold()]
    if not near:
        alike = {each: difflib.SequenceMatcher(None, each, word).ratio() for each in words}
        best = max(alike.values(), default=0.0)
        near = [each for each in words if alike[each] >= max(_NEAR, best - _AS_NEAR)]
    if near and len(near) <= _MANY:
        *others, last = map(repr, near)
        return f"did you mean {' or '.join(filter(None, (', '.join(others), last)))}?"
    return f"use one of {', '.join(words)}" if words else "nothing is allowed here"
