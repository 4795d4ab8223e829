"""The unit of work of a study: some replications of one variant, done by one process.

What is stored already is verified instead of simulated again. When all cells of a chunk are there, the
tables that follow from them are written beside the logs, a part for each chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import fields, frozen

from mfg.errors import MfgError, Refused
from mfg.simulation.plan import Plan
from mfg.study.cell import QUARANTINE, Outcome, about, found, parquet, simulated, stored, tables_in
from mfg.study.disk import folder_for, intact, number_of, sealed, sealed_in
from mfg.study.identity import Identity, environment
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
    environment: str
    durable: bool

    def of(self, table: str) -> Path:
        """Where the files of *table* are."""
        return self.folder / table / f"variant={self.variant}"

    @property
    def missing(self) -> list[int]:
        """The replications of which nothing is stored."""
        there = {number_of(path) for path in sealed_in(self.of("events"))}
        return [replication for replication in range(self.first, self.last) if replication not in there]

    def carry_out(self, stopped: Callable[[], bool] = lambda: False) -> list[Outcome | Failure]:
        """Do what is missing unless it is *stopped* between two replications; count what is there."""
        return carry_out(self, stopped)


@frozen
class Failure:
    """A replication that ended in an error."""

    variant: int
    replication: int
    message: str


def chunks(
    plan: Plan, variant: int, replications: int, folder: Path, identity: Identity, *, durable: bool
) -> Iterator[Chunk]:
    """The chunks of one variant."""
    for first in range(0, replications, SIZE):
        last = min(first + SIZE, replications)
        yield Chunk(
            plan, variant, first, last, folder, identity.digest, identity.environment, durable=durable
        )


def carry_out(chunk: Chunk, stopped: Callable[[], bool] = lambda: False) -> list[Outcome | Failure]:
    """Do what is missing of *chunk* unless it is *stopped* between two replications; count what is there.

    Raises:
        OSError: if a file cannot be written; what was written before is whole.
        Refused: if this process would compute by other code than the study's.
    """
    if chunk.environment != environment().digest:
        advice = "install the same packages wherever it is carried out, and begin again"
        raise Refused("workers", None, "compute by other code than the study was begun with", advice)
    logs = folder_for(chunk.of("events"), durable=chunk.durable)
    known = _known(chunk, logs)
    results: list[Outcome | Failure] = []
    fresh: dict[int, Tables] = {}
    for replication in range(chunk.first, chunk.last):
        if replication in known:
            results.append(known[replication][0])
            continue
        if stopped():
            return results
        try:
            outcome, tables = simulated(chunk.plan, chunk.variant, replication)
            stored(logs, chunk.study, outcome, tables.events, durable=chunk.durable)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the other replications go on
            message = str(error) if isinstance(error, MfgError) else f"{type(error).__name__}: {error}"
            results.append(Failure(chunk.variant, replication, message))
            continue
        results.append(outcome)
        fresh[replication] = tables
    if all(isinstance(result, Outcome) for result in results):
        _derive(chunk, fresh, {replication: path for replication, (_, path) in known.items()})
    return results


def _known(chunk: Chunk, logs: Path) -> dict[int, tuple[Outcome, Path]]:
    """The cells of *chunk* that are stored and whole, by their replications."""
    there: dict[str, list[Path]] = {}
    for path in logs.glob("[0-9]*"):
        there.setdefault(path.name.split(".")[0], []).append(path)
    known = {}
    for replication in range(chunk.first, chunk.last):
        paths = sorted(there.get(f"{replication:06d}", ()))
        cell = found(paths, chunk.study, chunk.variant, replication, chunk.folder / QUARANTINE)
        if cell is not None:
            known[replication] = cell
    return known


def _derive(chunk: Chunk, fresh: dict[int, Tables], paths: dict[int, Path]) -> None:
    """Write the chunk's part of every table that follows from its logs, unless it is there."""
    lacking = [
        name for name in DERIVED if not any(_covers(chunk, name, part) for part in _parts(chunk, name))
    ]
    if not lacking:
        return
    numbers = range(chunk.first, chunk.last)
    tables = stacked({n: fresh[n] if n in fresh else tables_in(chunk.plan, paths[n]) for n in numbers})
    for name in lacking:
        folder = folder_for(chunk.of(name), durable=chunk.durable)
        content = parquet(getattr(tables, name), part=[*_whose(chunk, name), chunk.last])
        written = sealed(folder, chunk.first, content, durable=chunk.durable)
        for part in _parts(chunk, name):
            if part != written:
                part.unlink()


def _parts(chunk: Chunk, name: str) -> list[Path]:
    return [path for path in sealed_in(chunk.of(name)) if number_of(path) == chunk.first]


def _covers(chunk: Chunk, name: str, part: Path) -> bool:
    """Whether a part is whole and holds at least the cells of *chunk*."""
    content = intact(part)
    said = None if content is None else about(content, "part")
    return said is not None and said[:-1] == _whose(chunk, name) and said[-1] >= chunk.last


def _whose(chunk: Chunk, name: str) -> list[str | int]:
    return [chunk.study, name, chunk.variant, chunk.first]
