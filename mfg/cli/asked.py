"""Who asked what and when: what only the command line knows of the record of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfg.protocol.protocol import Protocol
    from mfg.record import Record

typed: ContextVar[Sequence[str]] = ContextVar("typed", default=())  # the arguments of this command line


def now() -> datetime:
    """The time on the clock of this machine, to the second, with its zone."""
    return datetime.now().astimezone().replace(microsecond=0)


def record_of(protocol: Protocol, by: str | None, *inputs: Path) -> Record:
    """The record of an answer that rests on *protocol* and on the *inputs*, asked for *by* somebody.

    Raises:
        Refused: if *by* names nobody.
    """
    from mfg.errors import Refused
    from mfg.record import FileRead, Record, command_line

    if by is not None and not by.strip():
        raise Refused("--by", by, "names nobody", "give a name, or leave it out")
    return Record(
        protocol=protocol.name,
        title=protocol.title,
        version=protocol.version,
        files=protocol.files,
        software=metadata.version("mfg"),
        at=now(),
        command=command_line(typed.get()),
        by=by,
        inputs=tuple(FileRead.at(path) for path in inputs),
    )
