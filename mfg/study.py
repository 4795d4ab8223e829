"""Replications of a scenario: run side by side, put together in their order, written down once.

The answer does not depend on how many processes computed it.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import metadata
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import asdict, fields, frozen

from mfg.errors import Refused
from mfg.evidence import counted
from mfg.figures import Figure, figures_of, values_of
from mfg.reader.scenarios import load_scenario
from mfg.scenario import Scenario
from mfg.simulation.compile import plan_of
from mfg.simulation.log import Columns
from mfg.simulation.plan import Plan
from mfg.simulation.replicate import replicate
from mfg.stability import Overload, overloads
from mfg.tables import Tables, stacked, tables_of

REPLICATIONS = 20
SHORT = 4  # replications that are not worth another process
_VERSIONS = ("mfg", "numpy", "pandas", "pyarrow", "scipy", "simpy")


@frozen
class Run:
    """A finished run: its tables, one value of every figure for each replication, and the summary."""

    scenario: Scenario
    plan: Plan
    replications: int
    tables: Tables
    by_replication: pd.DataFrame
    figures: list[Figure]
    endings: dict[str, int]
    lots_by_outcome: dict[str, int]
    unstable: list[Overload]
    digest: str

    @property
    def patients(self) -> pd.DataFrame:
        """One row for each patient and replication."""
        return self.tables.patients

    @property
    def lots(self) -> pd.DataFrame:
        """One row for each lot and replication."""
        return self.tables.lots

    @property
    def doses(self) -> pd.DataFrame:
        """One row for each planned dose and replication."""
        return self.tables.doses


def simulate(
    scenario: str | Scenario,
    *,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    settings: Mapping[str, str] | None = None,
    workers: int = 1,
) -> Run:
    """Simulate a scenario (a built-in name, a path, or a loaded one) so many times.

    *settings* gives values by their path, as text: ``{"suites": "3"}``. *workers* is how many processes
    share the work; the result is the same for any number. A script that uses more than one must call this
    under ``if __name__ == "__main__":``, as for any process pool.

    Raises:
        Faults: if the scenario has any.
        Refused: for a number of replications, a seed or workers that cannot be.
    """
    for name, value, least in (("-n", replications, 1), ("--workers", workers, 1), ("--seed", seed, 0)):
        if value is not None and not least <= value < 2**32:
            raise Refused(name, str(value), "is out of reach", f"give a whole number from {least} on")
    chosen = dict(settings or {})
    if seed is not None:
        chosen["seed"] = str(seed)
    loaded = load_scenario(scenario, chosen) if isinstance(scenario, str) else scenario
    plan = plan_of(loaded)
    each = {n: tables_of(plan, log, names) for n, log, names in _runs(plan, replications, workers)}
    values = pd.DataFrame({n: values_of(plan, tables) for n, tables in each.items()}).T
    values.index.name = "replication"
    tables = stacked(each)
    return Run(
        scenario=loaded,
        plan=plan,
        replications=replications,
        tables=tables,
        by_replication=values,
        figures=figures_of(values),
        endings=_counted(tables.patients["ending"], first="completed"),
        lots_by_outcome=_counted(tables.lots["outcome"], first="released"),
        unstable=overloads(tables, plan.warm_up, plan.horizon),
        digest=digest_of(loaded, replications),
    )


def _counted(words: pd.Series, first: str) -> dict[str, int]:
    """How often each of *words* stands there, the best one first; together, all of them."""
    counts = words.value_counts()
    return {str(word): int(counts[word]) for word in sorted(counts.index, key=lambda w: (w != first, w))}


def _runs(plan: Plan, replications: int, workers: int) -> Iterator[tuple[int, Columns, list[str]]]:
    """Every replication in order, from this process or from several."""
    if workers == 1 or replications < SHORT:
        for n in range(replications):
            yield (n, *replicate(plan, n))
        return
    guard = 'call it under if __name__ == "__main__":, or use one worker'
    if parent_process() is not None:
        raise Refused("workers", str(workers), "were asked for while a worker was starting", guard)
    try:
        with ProcessPoolExecutor(min(workers, replications), get_context("spawn"), _prepare, (plan,)) as pool:
            for n, result in enumerate(pool.map(_replicate, range(replications))):
                yield (n, *result)
    except BrokenProcessPool:
        raise Refused("workers", str(workers), "were lost", guard) from None


_plan: Plan


def _prepare(plan: Plan) -> None:
    global _plan  # noqa: PLW0603  what a worker process works on
    _plan = plan


def _replicate(replication: int) -> tuple[Columns, list[str]]:
    return replicate(_plan, replication)


def digest_of(scenario: Scenario, replications: int) -> str:
    """What decides the result: the whole input, the number of replications and the versions."""
    return hashlib.sha256(_canonical(_record(scenario, replications)).encode()).hexdigest()


def _record(scenario: Scenario, replications: int) -> dict[str, Any]:
    versions = {name: metadata.version(name) for name in _VERSIONS}
    versions["python"] = platform.python_version()
    return {
        "scenario": scenario.name,
        "replications": replications,
        "seed": scenario.seed,
        "versions": versions,
        "input": scenario.documents,
        "patients": [asdict(one) for one in scenario.arrivals.patients],
    }


def _canonical(content: object) -> str:
    return json.dumps(content, sort_keys=True, default=str, ensure_ascii=False, allow_nan=False)


def default_folder(run: Run) -> Path:
    """Where a run goes if nobody says where: a folder of its own, named after what decides it."""
    return Path("runs") / f"{run.scenario.name}-{run.digest[:8]}"


def store(run: Run, folder: Path) -> None:
    """Write the tables as Parquet and ``run.json``; the last file is there when everything is.

    Raises:
        Refused: if the folder holds something else, or another run.
    """
    record = folder / "run.json"
    if record.exists() and json.loads(record.read_text(encoding="utf-8")).get("digest") != run.digest:
        raise Refused("-o", str(folder), "holds another run", "name another folder, or remove that one")
    if folder.exists() and not record.exists() and any(folder.iterdir()):
        raise Refused("-o", str(folder), "holds files that are not a run's", "name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for field in fields(Tables):
        path = folder / f"{field.name}.parquet"
        table = pa.Table.from_pandas(getattr(run.tables, field.name), preserve_index=False)
        _whole(path, lambda part, table=table: pq.write_table(table, part))
        written[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    content = {
        **_record(run.scenario, run.replications),
        "digest": run.digest,
        "files": written,
        "inputs_by_evidence": counted(run.scenario.numbers),
        "endings": run.endings,
        "lots": run.lots_by_outcome,
    }
    text = json.dumps(content, default=str, ensure_ascii=False, allow_nan=False, indent=1)
    _whole(record, lambda part: part.write_text(text + "\n", encoding="utf-8"))


def _whole(path: Path, write: Any) -> None:
    """Let *write* fill a file that appears under its name only when it is complete."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
