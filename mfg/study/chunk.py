"""The unit of work of a study: some replications of one variant, done by one process.

What is stored already is verified instead of simulated again. When all cells of a chunk are there, the
tables that follow from them are written beside the logs, a part for each chunk.
"""

from __future__ import annotations

import json
import signal
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import fields, frozen

from mfg.errors import MfgError
from mfg.simulation.plan import Plan
from mfg.study.cell import Outcome, found, simulated, stored, tables_in, whole
from mfg.tables import Tables, stacked

SIZE = 10  # replications of a chunk
DERIVED = tuple(field.name for field in fields(Tables) if field.name != "events")


@frozen
class Chunk:
    """Replications *first* to *last* (not included) of a variant, in the *folder* of the study with that digest."""

    plan: Plan
    variant: int
    first: int
    last: int
    folder: Path
    study: str
    durable: bool

    def of(self, table: str) -> Path:
        """Where the files of *table* are."""
        return self.folder / table / f"variant={self.variant}"


@frozen
class Failure:
    """A replication that ended in an error."""

    variant: int
    replication: int
    message: str
    trace: str


def chunks(
    plan: Plan, variant: int, replications: int, folder: Path, study: str, *, durable: bool
) -> Iterator[Chunk]:
    """The chunks of one variant."""
    for first in range(0, replications, SIZE):
        last = min(first + SIZE, replications)
        yield Chunk(plan, variant, first, last, folder, study, durable)


def carry_out(chunk: Chunk) -> list[Outcome | Failure]:
    """Do what is missing of *chunk*, and count what is in all of it.

    Raises:
        OSError: if a file cannot be written; what was written before is whole.
    """
    logs = chunk.of("events")
    logs.mkdir(parents=True, exist_ok=True)
    results: list[Outcome | Failure] = []
    fresh: dict[int, Tables] = {}
    paths: dict[int, Path] = {}
    for replication in range(chunk.first, chunk.last):
        known = found(logs, chunk.study, chunk.variant, replication)
        if known is not None:
            results.append(known[0])
            paths[replication] = known[1]
            continue
        try:
            outcome, tables = simulated(chunk.plan, chunk.variant, replication)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the other replications go on
            message = str(error) if isinstance(error, MfgError) else f"{type(error).__name__}: {error}"
            results.append(Failure(chunk.variant, replication, message, traceback.format_exc()))
            continue
        stored(logs, chunk.study, outcome, tables.events, durable=chunk.durable)
        results.append(outcome)
        fresh[replication] = tables
    if all(isinstance(result, Outcome) for result in results):
        _derive(chunk, fresh, paths)
    return results


def _derive(chunk: Chunk, fresh: dict[int, Tables], paths: dict[int, Path]) -> None:
    """Write the chunk's part of every table that follows from its logs, unless it is there."""
    cells = json.dumps([chunk.study, chunk.first, chunk.last]).encode()
    parts = {name: chunk.of(name) / f"{chunk.first:06d}.parquet" for name in DERIVED}
    if not fresh and all(_is_of(part, cells) for part in parts.values()):
        return
    whose = {
        n: fresh[n] if n in fresh else tables_in(chunk.plan, paths[n]) for n in range(chunk.first, chunk.last)
    }
    tables = stacked(whose)
    for name, part in parts.items():
        part.parent.mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pandas(getattr(tables, name), preserve_index=False)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"cells": cells})
        whole(part, partial(pq.write_table, table, compression="zstd"), durable=chunk.durable)


def _is_of(part: Path, cells: bytes) -> bool:
    try:
        return bool(pq.read_schema(part).metadata.get(b"cells") == cells)
    except (OSError, pa.ArrowInvalid):
        return False


def ignore_interrupts() -> None:
    """Let the parent alone decide what an interrupt from the keyboard means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
