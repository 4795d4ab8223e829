"""A stored event log is read as it was written, by a worker that loads no data frames."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attrs import evolve, fields

from mfg.log.columns import Columns
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.results.arrays import Derived
from mfg.results.derived import derived_of
from mfg.results.stored import columns_of
from mfg.results.tables import Tables
from mfg.simulation.replicate import replicate
from mfg.study.parts import parquet, read
from tests.small_unit import scenario

READS = """
import sys
from pathlib import Path
from mfg.study.chunk import carry_out
from mfg.study.parts import read
read(Path(sys.argv[1]))
sys.exit('pandas' in sys.modules)
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A small unit."""
    return plan_of(scenario())


def read_back(plan: Plan, derived: Derived, folder: Path) -> Derived:
    """What follows from the log of *derived* once it was stored and read."""
    path = folder / "events.parquet"
    path.write_bytes(parquet(derived.events))
    return derived_of(plan, *columns_of(plan, read(path)))


def test_the_tables_of_a_stored_log_are_those_of_the_run(plan: Plan, tmp_path: Path) -> None:
    """Every column of every table, to the last digit."""
    derived = derived_of(plan, *replicate(plan, 0))
    assert len(derived.events["value"]) > 0
    again = read_back(plan, derived, tmp_path)
    for one, other in zip(*(vars_of(Tables.of(each)) for each in (derived, again)), strict=True):
        assert one.astype(object).equals(other.astype(object))


def vars_of(tables: Tables) -> list[pd.DataFrame]:
    """The data frames."""
    return [getattr(tables, field.name) for field in fields(Tables)]


def test_a_run_in_which_nothing_happened_is_stored_too(plan: Plan, tmp_path: Path) -> None:
    """Its log has no rows, and nobody came."""
    log, _ = replicate(plan, 0)
    columns = {field.name for field in fields(Columns)} - {"outcomes"}
    empty = evolve(log, **{name: getattr(log, name)[:0] for name in columns})
    again = read_back(plan, derived_of(plan, empty, []), tmp_path)
    assert len(again.patients["patient"]) == len(again.events["value"]) == 0
    assert np.all(again.resources["used_hour"] == 0)


def test_a_worker_reads_a_log_without_data_frames(plan: Plan, tmp_path: Path) -> None:
    """They take a process half as long to load as everything else that it needs."""
    path = tmp_path / "events.parquet"
    path.write_bytes(parquet(derived_of(plan, *replicate(plan, 0)).events))
    assert subprocess.run([sys.executable, "-c", READS, str(path)], check=False).returncode == 0
