"""A replication that fails, a disk that is full: said once, with what is kept; then the same command goes on."""

from __future__ import annotations

import errno
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfg import compare
from mfg.failures import Failed, Unsound
from mfg.simulation import running
from tests.conftest import Said
from tests.study.conftest import Finished
from tests.study.folders import SMALL, carried_out, cells, content, ended, started


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Replication 3 is unsound, and replication 7 an error that nobody thought of."""
    cohort_of = running.cohort_of

    def broken(plan: object, replication: int) -> object:
        if replication == 3:
            raise Unsound(3, ("a lot grew beyond its limit",))
        if replication == 7:
            raise ZeroDivisionError("by nought")
        return cohort_of(plan, replication)

    with monkeypatch.context() as patch:
        patch.setattr(running, "cohort_of", broken)
        yield patch


def test_a_replication_that_fails_is_told_and_the_others_are_kept(
    mfg: Callable[..., Said], finished: Finished, tmp_path: Path, failing: pytest.MonkeyPatch
) -> None:
    """Status 1, no summary over the survivors; mended, the same command makes what was missing."""
    said = mfg("run", SMALL, "-n", 12, "-o", tmp_path / "run", "--workers", 1)
    assert said.status == 1
    assert said.out == ""
    assert "2 replications failed, 10 are kept, and there is no summary" in said.err
    assert "replication 3 fails its own audit: a lot grew beyond its limit" in said.err
    assert "replication 7: ZeroDivisionError: by nought" in said.err
    assert "Traceback" not in said.err
    assert len(cells(tmp_path / "run")) == 10
    assert not (tmp_path / "run" / "run.json").exists()
    failing.undo()
    assert carried_out(tmp_path / "run", 12) == 0
    assert content(tmp_path / "run") == content(finished(12))


@pytest.mark.usefixtures("failing")
def test_one_command_repeats_a_failed_replication_alone(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """As it was told: its scenario by the path that was given, its seed, its number, its settings."""
    said = mfg(
        "run", SMALL, "-n", 5, "--seed", 9, "--set", "suites=2", "-o", tmp_path / "run", "--workers", 1
    )
    (command,) = re.findall(r"mfg (trace .*)", said.err)
    assert command == f"trace {SMALL} --seed 9 --replication 3 --set suites=2"
    seeded = mfg("run", SMALL, "-n", 5, "--set", "seed=9", "-o", tmp_path / "set", "--workers", 1)
    assert f"mfg trace {SMALL} --seed 9 --replication 3\n" in seeded.err
    again = mfg(*shlex.split(command))
    assert again.status == 2
    assert "a lot grew beyond its limit" in again.err
    assert mfg(*shlex.split(command.replace("--replication 3", "--replication 2"))).status == 0


@pytest.mark.usefixtures("failing")
def test_an_earlier_summary_does_not_stay(copy: Path, tmp_path: Path) -> None:
    """A summary of another number of replications would look like that of what has just failed."""
    cells(copy)[3].unlink()
    assert (copy / "run.json").exists()
    assert carried_out(copy, 14) == 1
    assert not (copy / "run.json").exists()
    asked = {"vary": {"suites": ["1", "2"]}, "output": tmp_path / "compared"}
    compare(SMALL, replications=2, **asked)
    assert (tmp_path / "compared" / "comparison.json").exists()
    with pytest.raises(Failed, match="suites=2, replication 3"):
        compare(SMALL, replications=4, **asked)
    assert not (tmp_path / "compared" / "comparison.json").exists()


def test_many_failures_are_counted_not_listed(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first twenty are enough to see what is wrong."""

    def broken(*_: object) -> object:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(running, "cohort_of", broken)
    said = mfg("run", SMALL, "-n", 33, "-o", tmp_path / "run", "--workers", 1)
    assert said.err.count("by nought") == 20
    assert "33 replications failed, 0 are kept" in said.err
    assert "and 13 more" in said.err


@pytest.mark.parametrize("room", [0, 1, 7, 30, 60])
def test_a_disk_that_is_full_is_said(
    mfg: Callable[..., Said],
    finished: Finished,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    room: int,
) -> None:
    """Status 2, where, and how much is kept; nothing is half there, and with more room the same command goes on."""
    synced, calls = os.fsync, iter(range(1000))

    def full(handle: int) -> None:
        if next(calls) >= room:
            raise OSError(errno.ENOSPC, "No space left on device")
        synced(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        said = mfg("run", SMALL, "-n", 12, "-o", tmp_path / "run", "--workers", 1)
    assert said.status == 2
    assert said.out == ""
    assert str(tmp_path) in said.err
    assert "No space left on device" in said.err
    assert "Traceback" not in said.err
    whole = content(finished(12))
    there = content(tmp_path / "run") if (tmp_path / "run").exists() else {}
    assert {name: whole.get(name) for name in there} == there
    assert carried_out(tmp_path / "run", 12) == 0
    assert content(tmp_path / "run") == whole


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    mount = shutil.which("mount")
    place = tmp_path / "disk"
    place.mkdir()
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=400k", "none", str(place)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("disks cannot be mounted here")
    try:
        yield place
    finally:
        umount = shutil.which("umount")
        assert umount is not None
        subprocess.run([umount, str(place)], check=True)


def test_a_real_disk_that_is_full_stops_all_workers(finished: Finished, disk: Path) -> None:
    """With one message; and larger, it takes what is still missing."""
    folder = disk / "run"
    status, said = ended(started(folder, "run", SMALL, "-n", 60, "--workers", 2))
    assert status == 2
    assert said.startswith(f"mfg: {folder}")
    assert len(said.splitlines()) == 1
    (kept,) = re.findall(r"No space left on device, with (\d+) of 60 replications kept", said)
    assert int(kept) == len(cells(folder)) > 0
    assert not list(folder.rglob("*.part"))
    remount = ["mount", "-o", "remount,size=64m", str(disk)]
    subprocess.run(remount, check=True)
    assert carried_out(folder, 60) == 0
    assert content(folder) == content(finished(60))
