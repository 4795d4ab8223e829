"""The record of an answer: by which rules, by which software, when, for whom, from which files, and by which command."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from attrs import field, frozen

from mfg.errors import Refused
from mfg.visible import visible


@frozen
class FileRead:
    """A file as it was read: its name, and the SHA-256 of its bytes as ``sha256sum`` prints it."""

    name: str
    sha256: str

    @classmethod
    def of(cls, name: str, content: bytes) -> FileRead:
        """The file *name* that held *content* when it was read."""
        return cls(name, hashlib.sha256(content).hexdigest())

    @classmethod
    def at(cls, path: Path) -> FileRead:
        """The file at *path* as it is now."""
        with path.open("rb") as file:
            return cls(str(path), hashlib.file_digest(file, "sha256").hexdigest())


def _with_zone(_: object, __: object, at: datetime) -> None:
    if at.tzinfo is None:
        raise Refused("at", f"{at}", "has no time zone", "give a time with its zone")


@frozen
class Record:
    """What makes an answer traceable; it is filed with the answer.

    `files` are the protocol's own file and the sources it takes facts from; `inputs` are tables that were
    asked about. `version` is the protocol author's, `software` is mfg's; `by` is who asked, if that was said.
    `command` makes the answer again.
    """

    protocol: str
    title: str
    version: str | None
    files: tuple[FileRead, ...]
    software: str
    at: datetime = field(validator=_with_zone)
    command: str
    by: str | None = None
    inputs: tuple[FileRead, ...] = ()

    @property
    def rules(self) -> str:
        """The protocol with its version and the digest of its own file."""
        version = f"version {self.version}" if self.version is not None else "no version stated"
        digest = f", SHA-256 {self.files[0].sha256}" if self.files else ", not read from a file"
        return f"{self.protocol}, {version}{digest}"

    def lines(self) -> Iterator[str]:
        """The record in lines for the end of a printed answer, safe for a terminal."""
        yield from map(visible, self._lines())

    def _lines(self) -> Iterator[str]:
        who = f"asked by {self.by}" if self.by is not None else "who asked is not stated (--by NAME)"
        yield f"protocol {self.rules}"
        for file in self.inputs:
            yield f"input    {file.name}, SHA-256 {file.sha256}"
        yield f"mfg {self.software}, {self.at:%Y-%m-%d %H:%M:%S %z}, {who}"
        yield f"$ {self.command}"


def command_line(arguments: Sequence[str]) -> str:
    """The command with these *arguments*, quoted so that a shell reads them as they were given."""
    return shlex.join(["mfg", *arguments])
