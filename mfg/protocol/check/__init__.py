"""Contradictions between the lines of a protocol, each of which is well formed; a module for each part of a file."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.protocol.check import (
    allocation,
    arms,
    banks,
    events,
    limits,
    measuring,
    patient,
    recipe,
    release,
    routes,
    supplies,
    words,
)
from mfg.protocol.protocol import Protocol

_ROOMS = (
    words,
    arms,
    allocation,
    events,
    supplies,
    routes,
    measuring,
    patient,
    limits,
    recipe,
    banks,
    release,
)


def faults_of(protocol: Protocol) -> Iterator[Refused]:
    """Every contradiction inside one protocol."""
    for room in _ROOMS:
        yield from room.faults(protocol)
