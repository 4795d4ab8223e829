"""One cell of a study: one replication of one variant, from its plan to a file that nothing can lose.

A cell's file is its event log with what was counted in it. Its name carries its own digest, so a file that
was cut, changed or exchanged is told from a whole one, and it appears under that name only when it is
complete and on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from mfg.figures import values_of
from mfg.simulation.plan import Plan
from mfg.simulation.replicate import replicate
from mfg.tables import Tables, columns_of, tables_of

QUARANTINE = "quarantine"


@frozen
class Outcome:
    """What was counted in one cell; `figures` are in the order of their `names`."""

    variant: int
    replication: int
    names: tuple[str, ...]
    figures: tuple[float, ...]
    endings: dict[str, int]
    lots: dict[str, int]


def simulated(plan: Plan, variant: int, replication: int) -> tuple[Outcome, Tables]:
    """Run one cell."""
    log, names = replicate(plan, replication)
    tables = tables_of(plan, log, names)
    return outcome_of(plan, tables, variant, replication), tables


def outcome_of(plan: Plan, tables: Tables, variant: int, replication: int) -> Outcome:
    """What is counted in the tables of one cell."""
    values = values_of(plan, tables)
    return Outcome(
        variant,
        replication,
        tuple(values),
        tuple(values.values()),
        dict(Counter(tables.patients["ending"])),
        dict(Counter(tables.lots["outcome"])),
    )


def stored(folder: Path, study: str, outcome: Outcome, log: pd.DataFrame, *, durable: bool) -> None:
    """Write one cell of the study with digest *study* into *folder*."""
    events = log.assign(replication=np.int32(outcome.replication))
    table = pa.Table.from_pandas(events, preserve_index=False)
    counted = json.dumps(
        {
            "study": study,
            "variant": outcome.variant,
            "replication": outcome.replication,
            "figures": dict(zip(outcome.names, map(_plain, outcome.figures), strict=True)),
            "endings": outcome.endings,
            "lots": outcome.lots,
        },
        allow_nan=False,
    )
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"cell": counted.encode()})
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    name = f"{outcome.replication:06d}.{_digest(content)}.parquet"
    whole(folder / name, lambda part: part.write_bytes(content), durable=durable)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value


def found(folder: Path, study: str, variant: int, replication: int) -> tuple[Outcome, Path] | None:
    """A stored cell, if there is one and it is whole; what is not goes into quarantine."""
    for path in sorted(folder.glob(f"{replication:06d}.*.parquet")):
        outcome = _verified(path, study, variant, replication)
        if outcome is not None:
            return outcome, path
        aside = folder.parent.parent / QUARANTINE
        aside.mkdir(exist_ok=True)
        path.replace(aside / f"{variant}-{path.name}")
    return None


def _verified(path: Path, study: str, variant: int, replication: int) -> Outcome | None:
    content = path.read_bytes()
    if path.name.split(".")[1] != _digest(content):
        return None
    counted = json.loads(pq.read_schema(pa.BufferReader(content)).metadata[b"cell"])
    if (counted["study"], counted["variant"], counted["replication"]) != (study, variant, replication):
        return None
    figures: dict[str, Any] = counted["figures"]
    values = tuple(np.nan if value is None else float(value) for value in figures.values())
    return Outcome(variant, replication, tuple(figures), values, counted["endings"], counted["lots"])


def tables_in(plan: Plan, path: Path) -> Tables:
    """The tables of a stored cell, derived from its event log."""
    return tables_of(plan, *columns_of(plan, pq.read_table(path).to_pandas()))


def whole(path: Path, write: Callable[[Path], object], *, durable: bool) -> None:
    """Let *write* fill a file that appears under its name only when it is complete; on the disk, if *durable*."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(part)
        if durable:
            _synced(part)
        part.replace(path)
        if durable:
            _synced(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
