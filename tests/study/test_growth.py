"""A study grows and is asked for less; who works, where and when is nowhere in it."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from mfg import simulate
from mfg.study.folder import progress_of
from tests.study.conftest import Finished
from tests.study.folders import SMALL, carried_out, cells, content, ended, started

WORLD = {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "3", "PYTHONUTF8": "0"}


def test_the_world_is_not_in_the_results(finished: Finished, tmp_path: Path) -> None:
    """Workers, hash seed, time zone and locale: every file is the same, byte for byte."""
    folder = tmp_path / "run"
    status, said = ended(started(folder, "run", SMALL, "-n", 21, "--workers", 3, **WORLD))
    assert status == 0
    assert [line.partition(",")[0] for line in said.splitlines()] == ["not judged at screening"]
    assert content(folder) == content(finished(21))


def test_the_place_is_not_in_the_results(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another working directory, a relative path, a name in another script."""
    monkeypatch.chdir(tmp_path)
    assert carried_out(Path("실행 Ω") / "1", 12) == 0
    assert content(tmp_path / "실행 Ω" / "1") == content(finished(12))


@pytest.mark.parametrize("before", [1, 10, 13])
def test_more_replications_go_on_with_those_there_are(
    finished: Finished, tmp_path: Path, before: int
) -> None:
    """And the folder is that of a run of so many from the first."""
    folder = tmp_path / "run"
    assert carried_out(folder, before) == 0
    kept = {path: path.stat().st_mtime_ns for path in cells(folder)}
    assert carried_out(folder, 21) == 0
    assert content(folder) == content(finished(21))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_fewer_replications_use_the_first(finished: Finished, tmp_path: Path) -> None:
    """Figures and tables are those of a run of so many; the others are kept for later."""
    folder = tmp_path / "run"
    shutil.copytree(finished(21), folder)
    fewer = simulate(SMALL, replications=12, output=folder)
    alone = simulate(SMALL, replications=12, output=finished(12))
    pd.testing.assert_frame_equal(fewer.by_replication, alone.by_replication)
    for table in ("doses", "patients", "events"):
        pd.testing.assert_frame_equal(getattr(fewer, table), getattr(alone, table))
    assert (folder / "run.json").read_bytes() == (finished(12) / "run.json").read_bytes()
    assert [(one.done, one.replications) for one in progress_of(folder)] == [(12, 12)]
    assert len(cells(folder)) == 21
    assert carried_out(folder, 21) == 0
    assert content(folder) == content(finished(21))


def test_tables_are_those_of_the_folder_as_it_is(tmp_path: Path) -> None:
    """Not those of another study that was once there, in the same program."""
    one = simulate(SMALL, replications=1, output=tmp_path / "run")
    before = one.patients
    shutil.rmtree(tmp_path / "run")
    other = simulate(SMALL, replications=1, settings={"every": "1 week"}, output=tmp_path / "run")
    assert len(other.patients) > len(before)


def test_any_executor_will_do(finished: Finished, tmp_path: Path) -> None:
    """Threads of this process, here."""
    with ThreadPoolExecutor(2) as threads:
        simulate(SMALL, replications=21, executor=threads, output=tmp_path / "run")
    assert content(tmp_path / "run") == content(finished(21))


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Without the collector of what only knows itself, which may come at any time."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("scenario", [SMALL, "cl2020-phase2"], ids=["small", "patients who leave"])
def test_without_a_folder_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: object
) -> None:
    """What nobody asked to keep goes with the last who uses it; until then its tables can be read."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run = simulate(scenario, replications=2)
    assert len(os.listdir(tmp_path)) == 1  # noqa: PTH208
    assert len(run.events) > 0
    del run
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_a_study_goes_on_from_replications_in_which_nobody_came(tmp_path: Path) -> None:
    """An empty log is read back as one: in a day hardly anybody is referred."""
    one_day = {"horizon": "1 day", "warm_up": "0 day"}
    first, whole = (
        simulate("lenzumestrocel-korea", replications=n, seed=5, settings=one_day, output=tmp_path / "run")
        for n in (4, 12)
    )
    alone = simulate("lenzumestrocel-korea", replications=12, seed=5, settings=one_day)
    assert (first.events.groupby("replication").size().reindex(range(4)).isna()).any()
    pd.testing.assert_frame_equal(whole.lots, alone.lots)
    pd.testing.assert_frame_equal(whole.patients, alone.patients)
