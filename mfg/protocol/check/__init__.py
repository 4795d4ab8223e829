"""What a protocol gets wrong although each of its lines is well formed: one room for each part of a file."""

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
