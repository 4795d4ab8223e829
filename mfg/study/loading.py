"""A scenario as a study simulates it: with its settings, and on the luck of a seed."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path

from attrs import evolve

from mfg.errors import Parameter, Refused
from mfg.own import OwnPart, is_order
from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario
from mfg.shape import OWN_WORD
from mfg.sizes import COUNT, REPLICATIONS, SEED, Size


def load(
    scenario: str | Path,
    settings: Mapping[str, str],
    seed: int | None,
    parts: Mapping[str, OwnPart] | None = None,
) -> Scenario:
    """The built-in *scenario* of that name, or that of a file, with *settings* and on the luck of *seed*, if one is given.

    *parts* of somebody's own take the places of distributions, and that of the order in which lots are served.

    Raises:
        Faults: if it has any.
        Refused: if the seed is set as well.
    """
    if seed is not None and "seed" in settings:
        problem = f"is set as well, to {settings['seed']}"
        raise Refused(Parameter("seed"), str(seed), problem, "give it once")
    own = dict(parts or {})
    twice = next((key for key in own if key in settings), None)
    if twice is not None:
        raise Refused(Parameter(f"parts {twice}"), str(own[twice]), "is set as well", "give it once")
    orders = [own.pop(key) for key in list(own) if is_order(key)]
    loaded = with_seed(load_scenario(scenario, {**settings, **own}), seed)
    return _served_by(loaded, orders[0]) if orders else loaded


def _served_by(scenario: Scenario, order: OwnPart) -> Scenario:
    """The same scenario, its lots served in an order of somebody's own."""
    policy = {**scenario.documents.get("policy", {}), "order": order}
    return evolve(
        scenario,
        policy=evolve(scenario.policy, order=OWN_WORD, own=order),
        documents={**scenario.documents, "policy": policy},
    )


def with_seed(scenario: Scenario, seed: int | None) -> Scenario:
    """The same scenario on the luck of *seed*, if one is given that is not its own."""
    if seed is None or seed == scenario.seed:
        return scenario
    return evolve(scenario, seed=seed, documents={**scenario.documents, "seed": seed})


def folder_from(output: object) -> Path | None:
    """The folder that *output* names, if it names one.

    Raises:
        Refused: if it is no path.
    """
    if output is None or isinstance(output, (str, Path)):
        return None if output is None else Path(output)
    raise Refused(Parameter("output"), str(output)[:60], "is no path", "name a folder")


def check_workers(workers: int | None) -> int:
    """The number of workers as a plain one, 1 if nobody says; refused if it cannot be.

    Raises:
        Refused: if it is below 1 or beyond all reach.
    """
    return 1 if workers is None else _check("workers", workers, 1, COUNT)


def check_seed(seed: int | None) -> int | None:
    """The seed as a plain number; refused if it cannot be.

    Raises:
        Refused: if it is below 0, or beyond what luck can tell apart.
    """
    return None if seed is None else _check("seed", seed, 0, SEED)


def check_replications(replications: int, name: str = "replications") -> int:
    """The number of replications, or of what the parameter *name* counts, as a plain one; refused if it cannot be.

    Raises:
        Refused: if it is below 1 or beyond all reach.
    """
    return _check(name, replications, 1, REPLICATIONS)


def is_whole(given: object) -> bool:
    """Whether it is a whole number, of Python or of numpy."""
    return isinstance(given, Integral) and not isinstance(given, bool)


def _check(name: str, given: object, least: int, size: Size) -> int:
    advice = f"give a whole number from {least} on"
    if not is_whole(given):
        kind = f"a {type(given).__name__}" if not isinstance(given, Real) else "not a whole number"
        raise Refused(Parameter(name), str(given)[:60], f"is {kind}", advice)
    value = int(str(given))
    if value < least:
        raise Refused(Parameter(name), str(value), "is out of reach", advice)
    size.check(value, Parameter(name), str(value))
    return value
