"""A witness: a key of a file, the commands that obey it, and a change of it that each of them shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

COMMANDS = ("check", "show", "dose", "audit", "schedule", "simulation")
Changes = Mapping[str, Any]


@frozen
class Witness:
    """In the documents of `base` with the values of `where`, `changes` of `key` change what `commands` answer.

    `ask` is what follows the name of the file on the command line, or the table that is audited. The keys `beside`
    refer to this one, or stand for it, and so change with it.
    """

    key: str
    commands: str
    base: str
    changes: Changes
    where: Changes = field(factory=dict)
    ask: Mapping[str, str] = field(factory=dict)
    beside: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.key} [{self.commands}]"


def group(prefix: str, *rows: Witness) -> tuple[Witness, ...]:
    """The same witnesses, of keys below *prefix*."""
    return tuple(evolve(row, key=f"{prefix}.{row.key}") for row in rows)
