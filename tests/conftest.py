"""What several tests need: the command in this process, and protocol files written on the spot."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from mfg.cli import run
from mfg.protocol.protocol import Protocol
from mfg.reader.protocols import protocol_of
from mfg.reader.toml import parse_toml

ROOT = Path(__file__).parent.parent
DATA = ("protocols", "seeds", "scenarios", "sites", "populations", "patients")  # what is built in


@frozen
class Said:
    """What a command line answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def mfg(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run one command line."""

    def command(*arguments: object) -> Said:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(status, out, err)

    return command


MINIMAL = """
schema = "protocol-1"
name   = "invented"
donor  = "autologous"
[[arm]]
name  = "all"
doses = ["dose 1"]
[[dose]]
name = "dose 1"
day  = "0 day"
"""


def protocol(text: str, *, base: str = MINIMAL) -> Protocol:
    """A protocol from TOML, added to a minimal one."""
    return protocol_of(parse_toml(base + text, "invented.toml"), "invented.toml")
