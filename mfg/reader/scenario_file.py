"""What a scenario file says itself, before its lists and the files that it names are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NewType

from attrs import Factory, field, frozen

from mfg.scenario import Policy
from mfg.units.times import ArrivalRate, Delay, Duration

Seed = NewType("Seed", int)  # a count, with a limit of its own


@frozen
class ScenarioFile:
    """The keys of a scenario file but for protocol, site and population."""

    name: str
    start: Any
    horizon: Duration
    seed: Seed
    arrivals: Mapping[str, Any]
    title: str = ""
    supply: str | None = None
    warm_up: Delay | None = None
    chance: bool = True
    late: Duration | None = None
    policy: Policy = Factory(Policy)
    variants: Mapping[str, Mapping[str, str]] = field(factory=dict, metadata={"key": "variant"})


@frozen
class ArrivalsFile:
    """The keys of `arrivals`."""

    patients: str | None = None
    rate: ArrivalRate | None = None
    every: Duration | None = None
    in_progress: str | None = None
