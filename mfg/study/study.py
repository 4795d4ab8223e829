"""A study: variants of a scenario, each replicated on the same luck, kept in a folder that can be gone on with."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.errors import Failed, Refused
from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario
from mfg.simulation.compile import plan_of
from mfg.simulation.plan import Plan
from mfg.study.cell import Outcome
from mfg.study.chunk import Failure, chunks
from mfg.study.folder import Identity, identity_of, opened
from mfg.study.variants import Variant
from mfg.study.work import worked_off

Told = Callable[[int, int], None]  # how many cells are done, of how many


@frozen
class Means:
    """By what means a study is carried out; nothing of this is in its results.

    `folder` keeps it; without one it is kept until it is no longer used. An `executor` does the work instead
    of `workers` processes of this machine. `told` hears of progress.
    """

    folder: Path | None = None
    workers: int = 1
    executor: Executor | None = None
    told: Told | None = None


@frozen
class Study:
    """Variants of a scenario, compiled."""

    variants: tuple[Variant, ...]
    scenarios: tuple[Scenario, ...]
    plans: tuple[Plan, ...]
    identity: Identity

    @classmethod
    def of(cls, scenario: str | Path | Scenario, variants: tuple[Variant, ...], seed: int | None) -> Study:
        """Load *scenario* in each of its *variants*.

        Raises:
            Faults: if one of them has any.
        """
        base = {} if seed is None else {"seed": str(seed)}
        if isinstance(scenario, Scenario):
            loaded: tuple[Scenario, ...] = (scenario,)
        else:
            loaded = tuple(load_scenario(scenario, {**one.settings, **base}) for one in variants)
        names = [one.name for one in variants]
        identity = identity_of(dict(zip(names, loaded, strict=True)))
        return cls(variants, loaded, tuple(plan_of(one) for one in loaded), identity)


@frozen
class Counts:
    """What was counted in the cells of one variant: a row of figures for each replication, endings and lots."""

    figures: pd.DataFrame
    endings: dict[str, int]
    lots: dict[str, int]


def carried_out(study: Study, replications: int, means: Means) -> tuple[Path, list[Counts]]:
    """Carry out what is missing of *study*; the folder in which it is, and the counts of each variant.

    Raises:
        Refused: for a folder that is not this study's, or a replication number that cannot be.
        Failed: if a replication ended in an error.
    """
    if not 1 <= replications < 10**6:
        raise Refused("-n", str(replications), "is out of reach", "give a whole number from 1 on")
    folder, durable = means.folder, means.folder is not None
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="mfg-"))
        weakref.finalize(study, shutil.rmtree, folder, ignore_errors=True)
    with opened(folder, study.identity, replications, durable=durable):
        work = [
            chunk
            for n, plan in enumerate(study.plans)
            for chunk in chunks(plan, n, replications, folder, study.identity.digest, durable=durable)
        ]
        results: list[Outcome | Failure] = []
        total = replications * len(study.plans)
        for done in worked_off(work, means.workers, means.executor):
            results += done
            if means.told is not None:
                means.told(len(results), total)
    failed = tuple(_repeated(study, one) for one in results if isinstance(one, Failure))
    if failed:
        raise Failed(failed, total - len(failed))
    return folder, [_counted(n, results) for n in range(len(study.plans))]


def _repeated(study: Study, failure: Failure) -> str:
    """What happened in a replication, and the command that repeats it alone."""
    variant, scenario = study.variants[failure.variant], study.scenarios[failure.variant]
    command = f"mfg trace {scenario.name} --seed {scenario.seed} --replication {failure.replication}"
    settings = "".join(f" --set '{key}={value}'" for key, value in variant.settings.items())
    return f"{variant.name}, replication {failure.replication}: {failure.message}; {command}{settings}"


def _counted(variant: int, results: list[Outcome | Failure]) -> Counts:
    own = [one for one in results if isinstance(one, Outcome) and one.variant == variant]
    own.sort(key=lambda one: one.replication)
    values = np.array([one.figures for one in own])
    index = pd.Index([one.replication for one in own], name="replication")
    frame = pd.DataFrame(values, index=index, columns=list(own[0].names))
    return Counts(frame, _summed([one.endings for one in own]), _summed([one.lots for one in own]))


def _summed(counts: list[Mapping[str, int]]) -> dict[str, int]:
    """All counts together, the good outcome first."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    good = ("completed", "released")
    return {word: total[word] for word in sorted(total, key=lambda w: (w not in good, w))}
