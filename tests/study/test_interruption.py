"""Runs that are stopped: by whom, when and how often is nowhere in what the same command then leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest
from attrs import evolve

from mfg import compare, simulate
from mfg.study import chunk
from mfg.study.cell import CellResult
from mfg.study.chunk import Chunk, Failure, chunks
from mfg.study.study import Study
from mfg.study.variants import Variant
from mfg.study.work import TRIES, work_off
from tests.study.conftest import Finished
from tests.study.folders import SMALL, carried_out, cells, children, content, ended, running, started, when


def killed(folder: Path, replications: int, *moments: object) -> list[str]:
    """What became of runs that were killed at these moments."""
    command = [sys.executable, "-m", "tests.study.killed", folder, replications, *moments]
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    return done.stdout.split()


def half_written(folder: Path) -> list[Path]:
    """What is there under a name that is not final."""
    return [*folder.rglob("*.part")]


# ---- kill -9 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.long)])
def test_a_run_killed_at_any_moment_is_finished_by_the_same_command(
    finished: Finished, tmp_path: Path, stride: int
) -> None:
    """Before one or another thing that it does to its folder; before each single one, when there is time."""
    attempts = killed(tmp_path, 2, f"each {stride}")
    assert len(attempts) >= 60 // stride
    assert attempts == ["killed"] * (len(attempts) - 1) + ["ended"]
    whole = content(finished(2))
    assert [folder.name for folder in tmp_path.iterdir() if content(folder) != whole] == []


def test_a_run_killed_again_and_again_gets_there(finished: Finished, tmp_path: Path) -> None:
    """Ten times, at moments further and further on."""
    folder = tmp_path / "run"
    moments = [2, 3, 5, 8, 13, 21, 34, 55, 70, 40]
    assert killed(folder, 12, *moments) == ["killed"] * 10
    assert not (folder / "run.json").exists()
    assert carried_out(folder, 12) == 0
    assert content(folder) == content(finished(12))


def killing(victims: Callable[[], list[int]]) -> Callable[[int, int], None]:
    """Kill some workers when the first chunk is done, and count."""
    killed: list[int] = []

    def told(done: int, total: int) -> None:
        assert done <= total
        if not killed:
            killed.extend(victims())
            assert killed
            for victim in killed:
                os.kill(victim, signal.SIGKILL)

    return told


def workers() -> list[int]:
    """The processes of the pool."""
    return [process.pid for process in active_children() if process.pid is not None]


@pytest.mark.parametrize("how_many", [1, 2])
def test_workers_that_are_killed_are_replaced(finished: Finished, tmp_path: Path, how_many: int) -> None:
    """One of two, or both."""
    told = killing(lambda: workers()[:how_many])
    simulate(SMALL, replications=60, workers=2, output=tmp_path / "run", told=told)
    assert content(tmp_path / "run") == content(finished(60))


def test_the_whole_command_may_be_killed(finished: Finished, tmp_path: Path) -> None:
    """Its workers do not outlive it, and the folder is free at once."""
    folder = tmp_path / "run"
    command = started(folder, "run", SMALL, "-n", 60, "--workers", 2)
    assert when(lambda: len(cells(folder)) >= 3)
    own = children(command.pid)
    assert len(own) >= 2
    os.kill(command.pid, signal.SIGKILL)
    assert ended(command)[0] == -signal.SIGKILL
    assert when(lambda: not any(map(running, own)), seconds=10)
    assert not (folder / "run.json").exists()
    assert carried_out(folder, 60) == 0
    assert content(folder) == content(finished(60))


class Deadly:
    """A plan that ends the process which reads it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


@pytest.fixture
def work(tmp_path: Path) -> list[Chunk]:
    """Three chunks of a study."""
    study = Study.of(SMALL, (Variant("as it is", {}),), None)
    return list(chunks(study.plans[0], 0, 30, tmp_path, study.identity, durable=False))


def test_only_the_chunk_that_kills_is_blamed(work: list[Chunk]) -> None:
    """What was in hand beside it is done again alone, and counts; the guilty one is named by its number."""
    first, second, third = work
    done = [*work_off([first, second, evolve(third, plan=Deadly())], 2, None)]
    results = [one for results in done for one in results]
    failures = [one for one in results if isinstance(one, Failure)]
    assert [(one.replication, one.message) for one in failures] == [
        (20, f"took its process with it {TRIES} times, as too little memory would")
    ]
    assert sorted(one.replication for one in results if isinstance(one, CellResult)) == [*range(20)]
    assert not active_children()


# ---- Ctrl-C and kind ends --------------------------------------------------------------------------------


@pytest.mark.parametrize("hands", [1, 2])
def test_an_interrupt_says_how_much_is_kept(finished: Finished, tmp_path: Path, hands: int) -> None:
    """Status 130, one line, the true number, nothing half-written; the same command goes on."""
    folder = tmp_path / "run"
    command = started(folder, "run", SMALL, "-n", 60, "--workers", hands)
    assert when(lambda: len(cells(folder)) >= 3)
    own = children(command.pid)
    os.killpg(command.pid, signal.SIGINT)
    status, said = ended(command)
    assert status == 130
    (kept,) = re.findall(
        r"\Ainterrupted: (\d+) of 60 replications are kept; the same command goes on\n\Z", said
    )
    assert 3 <= int(kept) == len(cells(folder)) < 60
    assert half_written(folder) == []
    assert not (folder / "run.json").exists()
    assert when(lambda: not any(map(running, own)), seconds=10)
    assert carried_out(folder, 60) == 0
    assert content(folder) == content(finished(60))


def test_an_interrupt_while_workers_start_is_one_line(tmp_path: Path) -> None:
    """They never hear it, so none of them complains."""
    folder = tmp_path / "run"
    command = started(folder, "run", SMALL, "-n", 60, "--workers", 2)
    assert when(lambda: len(children(command.pid)) >= 2)
    os.killpg(command.pid, signal.SIGINT)
    status, said = ended(command)
    assert status == 130
    assert re.fullmatch(r"interrupted: \d+ of 60 replications are kept; the same command goes on\n", said)


def test_an_end_by_the_system_is_an_interrupt(finished: Finished, tmp_path: Path) -> None:
    """SIGTERM, as a batch system sends it: status 143, and the same words."""
    folder = tmp_path / "run"
    command = started(folder, "run", SMALL, "-n", 21, "--workers", 1)
    assert when(lambda: len(cells(folder)) >= 2)
    os.kill(command.pid, signal.SIGTERM)
    status, said = ended(command)
    assert status == 143
    assert re.fullmatch(r"interrupted: \d+ of 21 replications are kept; the same command goes on\n", said)
    assert half_written(folder) == []
    assert carried_out(folder, 21) == 0
    assert content(folder) == content(finished(21))


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_an_interrupt_in_python_says_the_same(finished: Finished, tmp_path: Path, moment: int) -> None:
    """In the middle of a replication; the exception stays what it is, with how much is kept."""
    moments = iter(range(100))
    simulated = chunk.simulate_cell

    def interrupted(*arguments: object) -> object:
        if next(moments) == moment:
            raise KeyboardInterrupt
        return simulated(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunk, "simulate_cell", interrupted)
        with pytest.raises(KeyboardInterrupt, match=f"{moment} of 12 replications are kept"):
            simulate(SMALL, replications=12, output=tmp_path / "run")
    assert len(cells(tmp_path / "run")) == moment
    assert carried_out(tmp_path / "run", 12) == 0
    assert content(tmp_path / "run") == content(finished(12))


def test_a_comparison_is_kept_variant_by_variant(tmp_path: Path) -> None:
    """Interrupted in its second variant, it counts the cells of both; finished, it is that of an undisturbed one."""
    asked = {"vary": {"site.facility.gmp.suites": ["4", "1"]}, "replications": 12}
    whole = tmp_path / "whole"
    compare(SMALL, **asked, output=whole)

    def interrupted(done: int, _: int) -> None:
        if done > 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="22 of 24 replications are kept"):
        compare(SMALL, **asked, output=tmp_path / "stopped", told=interrupted)
    assert not (tmp_path / "stopped" / "comparison.json").exists()
    compare(SMALL, **asked, workers=2, output=tmp_path / "stopped")
    assert content(tmp_path / "stopped") == content(whole)


# ---- the long way ----------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_long_comparison_survives_ten_kills(tmp_path: Path) -> None:
    """The whole command, ten times, a little later each time; the bytes are those of an undisturbed one."""
    words = ("compare", "lenzumestrocel-phase3", "--vary", "supply=fresh,bank", "-n", 100, "--workers", 2)
    disturbed, quiet = tmp_path / "disturbed", tmp_path / "quiet"

    def kept() -> int:
        return len(cells(disturbed)) + len(cells(disturbed, 1))

    for n in range(10):
        command = started(disturbed, *words)
        enough = kept() + 3 + 5 * n % 7
        assert when(lambda enough=enough: kept() >= enough, seconds=120)
        os.killpg(command.pid, signal.SIGKILL)
        assert ended(command)[0] == -signal.SIGKILL
    assert kept() < 200
    assert ended(started(disturbed, *words)) == (0, "")
    assert ended(started(quiet, *words)) == (0, "")
    assert content(disturbed) == content(quiet)
