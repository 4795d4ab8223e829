"""The unit of work of a study: some replications of one variant, done by one process.

What is stored already is verified instead of simulated again. When all cells of a chunk are there, the
tables that follow from them are written beside the logs, a part for each chunk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import fields, frozen

from mfg.errors import MfgError, Refused
from mfg.files import make_folder
from mfg.plan.plan import Plan
from mfg.results.arrays import Derived, stacked
from mfg.study.cell import CellResult, find_cell, simulate_cell, store_cell, tables_in
from mfg.study.disk import NUMBER_DIGITS, number_of, read_intact, seal, sealed_in
from mfg.study.identity import Identity, environment
from mfg.study.parts import EVENTS, parquet, place_of, put_aside, rows_in, whose

_SIZE = 10  # replications of a chunk
DERIVED = tuple(field.name for field in fields(Derived) if field.name != EVENTS)


@frozen
class Chunk:
    """Replications *first* to *last* (not included) of a variant, in the *folder* of the study with that digest.

    `stored` are the names of the files that were there when the study began, by their table.
    """

    plan: Plan
    variant: int
    first: int
    last: int
    folder: Path
    study: str
    environment: str
    durable: bool
    stored: Mapping[str, tuple[str, ...]]

    def of(self, table: str) -> Path:
        """Where the files of *table* are."""
        return place_of(self.folder, table, self.variant)

    def files(self, table: str) -> list[Path]:
        """The files of *table* under this chunk's numbers that were there when the study began, and still are."""
        paths = (self.of(table) / name for name in self.stored.get(table, ()))
        return [path for path in paths if os.path.lexists(path)]

    @property
    def missing(self) -> list[int]:
        """The replications of which nothing is stored."""
        there = {number_of(path) for path in sealed_in(self.of(EVENTS))}
        return [replication for replication in range(self.first, self.last) if replication not in there]

    def read_kept(self) -> list[CellResult] | None:
        """What was counted in its cells, if all of them are there and whole; what follows from them is then there too."""
        if len(self.files(EVENTS)) < self.last - self.first:
            return None
        known = [one for one in carry_out(self, lambda: True) if isinstance(one, CellResult)]
        return known if len(known) == self.last - self.first else None

    def carry_out(self, stopped: Callable[[], bool] = lambda: False) -> list[CellResult | Failure]:
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
    """The chunks of one variant; its folders are listed once for all of them."""
    there = {table: _listed(place_of(folder, table, variant)) for table in (EVENTS, *DERIVED)}
    for first in range(0, replications, _SIZE):
        last = min(first + _SIZE, replications)
        yield Chunk(
            plan,
            variant,
            first,
            last,
            folder,
            identity.digest,
            identity.environment,
            durable=durable,
            stored={table: tuple(names[first]) for table, names in there.items() if first in names},
        )


def _listed(place: Path) -> dict[int, list[str]]:
    """The files of *place* whose names begin with a number, by the first number of its chunk."""
    found: dict[int, list[str]] = {}
    for name in sorted(path.name for path in place.iterdir()) if place.is_dir() else ():
        number = name.partition(".")[0]
        if len(number) == NUMBER_DIGITS and number.isdigit() and number.isascii():
            found.setdefault(int(number) // _SIZE * _SIZE, []).append(name)
    return found


def carry_out(chunk: Chunk, stopped: Callable[[], bool] = lambda: False) -> list[CellResult | Failure]:
    """Do what is missing of *chunk* unless it is *stopped* between two replications; count what is there.

    Raises:
        OSError: if a file cannot be written; what was written before is whole.
        Refused: if this process would compute by other code than the study's, or does not see its folder.
    """
    if chunk.environment != environment().digest:
        advice = "install the same packages wherever it is carried out, and begin again"
        raise Refused("workers", None, "compute by other code than the study was begun with", advice)
    if not chunk.folder.is_dir():
        advice = "they must share it with whoever asks them"
        raise Refused("workers", None, f"do not find the folder {chunk.folder}", advice)
    logs = make_folder(chunk.of(EVENTS), durable=chunk.durable)
    known = _known(chunk)
    results: list[CellResult | Failure] = []
    fresh: dict[int, Derived] = {}
    for replication in range(chunk.first, chunk.last):
        if replication in known:
            results.append(known[replication][0])
            continue
        if stopped():
            return results
        try:
            outcome, tables = simulate_cell(chunk.plan, chunk.variant, replication)
            store_cell(logs, chunk.study, outcome, tables.events, durable=chunk.durable)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the other replications go on
            message = str(error) if isinstance(error, MfgError) else f"{type(error).__name__}: {error}"
            results.append(Failure(chunk.variant, replication, message))
            continue
        results.append(outcome)
        fresh[replication] = tables
    if all(isinstance(result, CellResult) for result in results):
        _derive(chunk, fresh, {replication: path for replication, (_, path) in known.items()})
    return results


def _known(chunk: Chunk) -> dict[int, tuple[CellResult, Path]]:
    """The cells of *chunk* that are stored and whole, by their replications."""
    there: dict[int, list[Path]] = {}
    for path in chunk.files(EVENTS):
        there.setdefault(number_of(path), []).append(path)
    known = {}
    for replication in range(chunk.first, chunk.last):
        cell = find_cell(there.get(replication, ()), chunk.folder, chunk.study, chunk.variant, replication)
        if cell is not None:
            known[replication] = cell
    return known


def _derive(chunk: Chunk, fresh: dict[int, Derived], paths: dict[int, Path]) -> None:
    """Write the chunk's part of every table that follows from its logs, unless it is there; no other stays beside it.

    What held fewer replications of this study is removed, what is not of it or damaged is put aside.
    """
    numbers = range(chunk.first, chunk.last)
    rows = {name: {path: _rows(chunk, name, path) for path in chunk.files(name)} for name in DERIVED}
    own = {
        name: {path: n for path, n in known.items() if n and n[0] == chunk.first}
        for name, known in rows.items()
    }
    put_aside([path for name in DERIVED for path in rows[name] if path not in own[name]], chunk.folder)
    kept = {name: _widest(chunk, known) for name, known in own.items()}
    if any(path is None for path in kept.values()):
        tables = {n: fresh[n] if n in fresh else tables_in(chunk.plan, paths[n]) for n in numbers}
        for name in [name for name, path in kept.items() if path is None]:
            folder = make_folder(chunk.of(name), durable=chunk.durable)
            table = stacked({n: getattr(one, name) for n, one in tables.items()})
            content = parquet(table, part=whose(chunk.study, name, chunk.variant, numbers))
            kept[name] = seal(folder, chunk.first, content, durable=chunk.durable)
    for path in [path for name in DERIVED for path in own[name] if path != kept[name]]:
        path.unlink()


def _rows(chunk: Chunk, name: str, path: Path) -> range:
    """The replications that a file of the table *name* holds; none if it is not what its name says."""
    rows = rows_in(read_intact(path), chunk.study, name, chunk.variant)
    return rows if rows.start == number_of(path) else range(0)


def _widest(chunk: Chunk, known: Mapping[Path, range]) -> Path | None:
    """The file that holds the most, if that is at least the replications of *chunk*."""
    path = max(known, key=lambda one: known[one].stop, default=None)
    return path if path is not None and known[path].stop >= chunk.last else None
