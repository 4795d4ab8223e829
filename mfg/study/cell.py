"""One cell of a study: one replication of one variant, from its plan to a file that nothing can lose.

A cell's file is its event log with what was counted in it, sealed: one that was cut, changed or exchanged is
told from a whole one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from attrs import asdict, frozen

from mfg.failures import Unsound
from mfg.plan.plan import Plan
from mfg.results.arrays import Derived, Table
from mfg.results.derived import derived_of
from mfg.results.figures import values_of
from mfg.results.occupancy import overfull
from mfg.results.stored import columns_of
from mfg.results.sums import wrong_sums
from mfg.simulation.replicate import replicate
from mfg.study.disk import read_intact, seal
from mfg.study.parts import metadata_in, parquet, put_aside, read
from mfg.study.waits import Tally, tally_of


@frozen
class CellResult:
    """What was counted in one cell; `figures` are in the order of their `names`."""

    variant: int
    replication: int
    names: tuple[str, ...]
    figures: tuple[float, ...]
    endings: dict[str, int]
    lots: dict[str, int]
    waits: Tally


def simulate_cell(plan: Plan, variant: int, replication: int) -> tuple[CellResult, Derived]:
    """Run one cell.

    Raises:
        Unsound: if the run breaks one of its own invariants, if its tables do not add up, or if more of anything
            was in use at once than there is.
    """
    log, names = replicate(plan, replication)
    tables = derived_of(plan, log, names)
    wrong = (*wrong_sums(tables), *overfull(plan, log))
    if wrong:
        raise Unsound(replication, wrong)
    return outcome_of(plan, tables, variant, replication), tables


def outcome_of(plan: Plan, tables: Derived, variant: int, replication: int) -> CellResult:
    """What is counted in the tables of one cell."""
    values = values_of(plan, tables)
    return CellResult(
        variant,
        replication,
        tuple(values),
        tuple(values.values()),
        dict(Counter(tables.patients["ending"])),
        dict(Counter(tables.lots["outcome"])),
        tally_of(tables.events),
    )


def store_cell(folder: Path, study: str, outcome: CellResult, log: Table, *, durable: bool) -> None:
    """Write one cell of the study with digest *study* into *folder*."""
    counted = {
        "study": study,
        "variant": outcome.variant,
        "replication": outcome.replication,
        "figures": dict(zip(outcome.names, map(_plain, outcome.figures), strict=True)),
        "endings": outcome.endings,
        "lots": outcome.lots,
        "waits": asdict(outcome.waits),
    }
    rows = len(log["value"])
    events = log | {"replication": np.full(rows, outcome.replication, dtype=np.int32)}
    seal(folder, outcome.replication, parquet(events, cell=counted), durable=durable)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value


def find_cell(
    paths: Sequence[Path], folder: Path, study: str, variant: int, replication: int
) -> tuple[CellResult, Path] | None:
    """The cell among the files *paths* under its number, if one is whole; all others are put aside."""
    cell = None
    for path in paths:
        outcome = _verified(path, study, variant, replication)
        if outcome is not None:
            cell = outcome, path
            break
    put_aside([path for path in paths if cell is None or path != cell[1]], folder)
    return cell


def _verified(path: Path, study: str, variant: int, replication: int) -> CellResult | None:
    content = read_intact(path)
    counted = None if content is None else metadata_in(content, "cell")
    if counted is None or [counted[key] for key in ("study", "variant", "replication")] != [
        study,
        variant,
        replication,
    ]:
        return None
    figures: dict[str, float | None] = counted["figures"]
    values = tuple(np.nan if value is None else value for value in figures.values())
    return CellResult(
        variant,
        replication,
        _shared(tuple(figures)),
        values,
        counted["endings"],
        counted["lots"],
        Tally(**counted["waits"]),
    )


@lru_cache(maxsize=64)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same names once for all cells."""
    return names


def tables_in(plan: Plan, path: Path) -> Derived:
    """The tables of a stored cell, derived from its event log."""
    return derived_of(plan, *columns_of(plan, read(path)))
