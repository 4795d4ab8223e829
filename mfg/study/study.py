"""A study: variants of a scenario, each replicated on the same luck, kept in a folder that can be gone on with."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
from attrs import evolve, frozen

from mfg.errors import Faults, Parameter, Refused
from mfg.failures import Failed
from mfg.files import plain_name, write_atomically
from mfg.log.endings import COMPLETED, RELEASED
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.scenario import Scenario
from mfg.sizes import VARIANTS
from mfg.study.cell import CellResult
from mfg.study.chunk import Chunk, Failure, chunks
from mfg.study.folder import document, open_folder, progress_of
from mfg.study.identity import Identity, identity_of
from mfg.study.loading import check_replications, load, with_seed
from mfg.study.readme import README, explain
from mfg.study.setting import SETTING_FILE, setting_of, settings_document
from mfg.study.variants import AS_IT_IS, Variant
from mfg.study.waits import Counted, sum_up
from mfg.study.work import work_off

Told = Callable[[int, int], None]  # how many cells are done, of how many


@frozen
class Execution:
    """By what means a study is carried out; nothing of this is in its results.

    `folder` keeps it, without one it is kept until it is no longer used; what is `durable` outlives the
    machine. An `executor` does the work instead of `workers` processes of this machine. `told` hears of progress.
    """

    folder: Path | None = None
    workers: int = 1
    executor: Executor | None = None
    told: Told | None = None
    durable: bool = True


@frozen
class Study:
    """Variants of a scenario, compiled; `source` is what the scenario was called by."""

    source: str
    variants: tuple[Variant, ...]
    scenarios: tuple[Scenario, ...]
    plans: tuple[Plan, ...]
    identity: Identity

    def __repr__(self) -> str:
        return f"Study({self.source}, {len(self.variants)} variants, {self.identity.digest[:8]})"

    @classmethod
    def of(
        cls,
        scenario: str | Path | Scenario,
        variants: tuple[Variant, ...],
        seed: int | None,
        told: Told | None = None,
    ) -> Study:
        """Load *scenario* in each of its *variants*; *told* hears how many are loaded, of how many.

        Raises:
            Faults: if one of them has any.
            Refused: if two have one name, if a loaded scenario is to be changed, or if the seed is set as well.
        """
        VARIANTS.check(len(variants), "variant")
        names = [one.name for one in variants]
        twice = [name for name, times in Counter(names).items() if times > 1]
        if twice:
            raise Refused("variant", twice[0], "is the name of two variants", "give each its own")
        loaded, plans = list[Scenario](), list[Plan]()
        for one in variants:
            loaded.append(load_variant(scenario, one, seed))
            plans.append(plan_of(loaded[-1]))
            if told is not None:
                told(len(plans), len(variants))
        source = scenario.name if isinstance(scenario, Scenario) else str(scenario)
        return cls.made_of(source, variants, loaded, plans)

    @classmethod
    def made_of(
        cls, source: str, variants: Sequence[Variant], loaded: Sequence[Scenario], plans: Sequence[Plan]
    ) -> Study:
        """A study of scenarios that are loaded and compiled already, one for each of *variants*."""
        names = [one.name for one in variants]
        identity = identity_of(list(zip(names, loaded, plans, strict=True)))
        return cls(source, tuple(variants), tuple(loaded), tuple(plans), identity)


def load_variant(scenario: str | Path | Scenario, variant: Variant, seed: int | None) -> Scenario:
    """*scenario* as a *variant* has it, on the luck of *seed*, if one is given.

    Raises:
        Faults: if it has any.
        Refused: if it is loaded and the variant changes it, or if the seed is set as well.
    """
    settings = variant.settings
    if not isinstance(scenario, Scenario):
        try:
            return load(scenario, settings, seed, variant.parts)
        except Faults as found:
            if settings and variant.name != AS_IT_IS:
                raise Faults(f"{found.source}, variant {variant.name}", found.faults) from None
            raise
    if settings or variant.parts:
        advice = "give its name or path, or load it with them"
        raise Refused(
            Parameter("settings" if settings else "parts"),
            ", ".join([*settings, *variant.parts]),
            "cannot change a scenario that is loaded",
            advice,
        )
    return with_seed(scenario, seed)


@frozen
class Counts:
    """What was counted in the cells of one variant: a row of figures for each replication, endings, lots, and waits."""

    figures: pd.DataFrame
    endings: dict[str, int]
    lots: dict[str, int]
    waits: Counted


def carry_out_study(study: Study, replications: int, execution: Execution) -> tuple[Path, list[Counts]]:
    """Carry out what is missing of *study*; the folder in which it is, and the counts of each variant.

    Raises:
        Refused: for a folder that is not this study's, or a replication number that cannot be.
        Failed: if a replication ended in an error.
        OSError: if a file cannot be written, with how much is kept.
        KeyboardInterrupt: with how much is kept.
    """
    check_replications(replications)
    folder, durable = execution.folder, execution.durable
    if folder is None:
        folder, durable = Path(tempfile.mkdtemp(prefix="mfg-")), False
        weakref.finalize(study, shutil.rmtree, folder, ignore_errors=True)
    results: list[CellResult | Failure] = []
    total = replications * len(study.plans)
    with open_folder(folder, study.identity, replications, durable=durable):
        parts = zip(study.variants, study.scenarios, study.plans, strict=True)
        settings = [setting_of(one.name, one.settings, scenario, plan) for one, scenario, plan in parts]
        write_atomically(folder / SETTING_FILE, document(settings_document(settings)), durable=durable)
        if execution.folder is not None:
            names = [variant.name for variant in study.variants]
            write_atomically(folder / README, explain(study.scenarios, names).encode(), durable=durable)
        work = [
            chunk
            for n, plan in enumerate(study.plans)
            for chunk in chunks(plan, n, replications, folder.absolute(), study.identity, durable=durable)
        ]
        try:
            with closing(_carry_out(work, execution)) as going:
                for done in going:
                    results += done
                    if execution.told is not None:
                        execution.told(len(results), total)
        except KeyboardInterrupt as stopped:
            if durable:
                kept = f"{_kept(folder)} of {total} replications are kept"
                stopped.args = (f"{kept}; the same command goes on",)
            raise
        except OSError as error:
            if durable:
                problem = f"{error.strerror or error}, with {_kept(folder)} of {total} replications kept"
                raise OSError(error.errno, problem, error.filename) from error
            raise
        except Refused:
            _kept(folder)
            raise
        saved = _kept(folder)
    failed = tuple(describe_failure(study, one) for one in results if isinstance(one, Failure))
    if failed:
        raise Failed(failed, saved)
    if saved < total:
        advice = "they must share this folder, and nobody may remove anything from it meanwhile"
        raise Refused("workers", None, f"have left {saved} of {total} replications in {folder}", advice)
    return folder, _counts(results, len(study.plans))


def _carry_out(
    work: Sequence[Chunk], execution: Execution
) -> Generator[list[CellResult | Failure], None, None]:
    """What came of each chunk of *work*: what is there already is looked at here, all else goes to whoever does it."""
    missing: list[Chunk] = []
    for chunk in work:
        known = chunk.read_kept()
        if known is None:
            missing.append(chunk)
        else:
            yield [*known]
    if missing:
        yield from work_off(missing, execution.workers, execution.executor)


def default_folder(study: Study) -> Path:
    """Where a study goes if nobody says where: a folder of its own, named after what decides it."""
    name = plain_name(study.scenarios[0].name) or "scenario"
    return Path("runs") / f"{name}-{study.identity.digest[:8]}"


def keep_in_folder(study: Study, execution: Execution) -> Execution:
    """The same means with a folder that keeps the *study*: the one that they name, or where studies go."""
    return execution if execution.folder is not None else evolve(execution, folder=default_folder(study))


def _kept(folder: Path) -> int:
    """How many replications are kept in the *folder* of a study that is being carried out."""
    try:
        return sum(one.done for one in progress_of(folder))
    except Refused:
        problem = "was removed, renamed or changed while its study was carried out"
        advice = "put it back, or name another folder; the same command goes on with what is kept"
        raise Refused(Parameter("output"), str(folder), problem, advice) from None


def describe_failure(study: Study, failure: Failure) -> str:
    """What happened in a replication, and the command that repeats it alone; with somebody's own parts, the call in Python."""
    variant, scenario = study.variants[failure.variant], study.scenarios[failure.variant]
    said = f"{variant.name}, replication {failure.replication}: {failure.message}"
    if variant.parts:
        changed = {key: value for key, value in variant.settings.items() if key != "seed"}
        given = f", settings={changed!r}" if changed else ""
        own = ", ".join(f"{key!r}: ..." for key in variant.parts)
        call = f"mfg.trace({study.source!r}, replication={failure.replication}, seed={scenario.seed}{given}"
        return f"{said}; in Python, with the same parts: {call}, parts={{{own}}})"
    command = ["mfg", "trace", study.source, "--seed", scenario.seed, "--replication", failure.replication]
    settings = [
        word
        for key, value in variant.settings.items()
        if key != "seed"
        for word in ("--set", f"{key}={value}")
    ]
    alone = shlex.join(map(str, [*command, *settings]))
    return f"{said}; {alone}"


def _counts(results: Sequence[CellResult | Failure], variants: int) -> list[Counts]:
    own: list[list[CellResult]] = [[] for _ in range(variants)]
    for one in results:
        if isinstance(one, CellResult):
            own[one.variant].append(one)
    return [_counted(sorted(one, key=lambda cell: cell.replication)) for one in own]


def _counted(own: Sequence[CellResult]) -> Counts:
    values = np.array([one.figures for one in own])
    index = pd.Index([one.replication for one in own], name="replication")
    frame = pd.DataFrame(values, index=index, columns=list(own[0].names))
    endings, lots = _summed([one.endings for one in own]), _summed([one.lots for one in own])
    return Counts(frame, endings, lots, sum_up((one.waits for one in own), len(own)))


def _summed(counts: list[Mapping[str, int]]) -> dict[str, int]:
    """All counts together, the good outcome first."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    good = (COMPLETED, RELEASED)
    return {word: total[word] for word in sorted(total, key=lambda w: (w not in good, w))}
