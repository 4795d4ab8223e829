"""A scenario as a study simulates it: with its settings, and on the luck of a seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from mfg.errors import Parameter, Refused
from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario
from mfg.sizes import COUNT, REPLICATIONS, SEED, Size


def load(scenario: str | Path, settings: Mapping[str, str], seed: int | None) -> Scenario:
    """The built-in *scenario* of that name, or that of a file, with *settings* and on the luck of *seed*, if one is given.

    Raises:
        Faults: if it has any.
        Refused: if the seed is set as well.
    """
    if seed is not None and "seed" in settings:
        problem = f"is set as well, to {settings['seed']}"
        raise Refused(Parameter("seed"), str(seed), problem, "give it once")
    return with_seed(load_scenario(scenario, settings), seed)


def with_seed(scenario: Scenario, seed: int | None) -> Scenario:
    """The same scenario on the luck of *seed*, if one is given that is not its own."""
    if seed is None or seed == scenario.seed:
        return scenario
    return evolve(scenario, seed=seed, documents={**scenario.documents, "seed": seed})


def check_workers(workers: int | None) -> None:
    """Refuse a number of workers that cannot be.

    Raises:
        Refused: if it is below 1 or beyond all reach.
    """
    _check("workers", workers, 1, COUNT)


def check_seed(seed: int | None) -> None:
    """Refuse a seed that cannot be.

    Raises:
        Refused: if it is below 0, or beyond what luck can tell apart.
    """
    _check("seed", seed, 0, SEED)


def check_replications(replications: int) -> None:
    """Refuse a number of replications that cannot be.

    Raises:
        Refused: if it is below 1 or beyond all reach.
    """
    _check("replications", replications, 1, REPLICATIONS)


def _check(name: str, value: int | None, least: int, size: Size) -> None:
    if value is None:
        return
    if value < least:
        raise Refused(Parameter(name), str(value), "is out of reach", f"give a whole number from {least} on")
    size.check(value, Parameter(name), str(value))
