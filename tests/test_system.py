"""What one operating system has and another has not, each with its twin: what is missing here is hidden."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mfg.files import make_folder, write_atomically
from mfg.system import deaf_children, lock, synchronise, unlock
from tests.conftest import Said
from tests.study.folders import SMALL


class Msvcrt(ModuleType):
    """The locks of Windows as they are documented: of bytes from where a file is read, and refused with EACCES."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.held: dict[tuple[int, int], int] = {}

    def locking(self, handle: int, mode: int, count: int) -> None:
        """Lock or unlock so many bytes of an open file."""
        assert count == 1
        place = (os.fstat(handle).st_ino, os.lseek(handle, 0, os.SEEK_CUR))
        if mode == self.LK_UNLCK:
            assert self.held.pop(place) == handle
        elif place in self.held:
            raise PermissionError(errno.EACCES, "Permission denied")
        else:
            self.held[place] = handle


@pytest.fixture(params=["posix", "windows"])
def locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The locks of this system, and those of one without `fcntl`."""
    if request.param == "posix":
        return None
    windows = Msvcrt()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    return windows


@pytest.mark.usefixtures("locks")
def test_one_file_is_held_once(tmp_path: Path) -> None:
    """Whatever has been written to it meanwhile; when it is let go of, the next one may have it."""
    path = tmp_path / "lock"
    with path.open("a") as first, path.open("a") as second:
        lock(first)
        first.write("held")
        first.flush()
        with pytest.raises(BlockingIOError):
            lock(second)
        unlock(first)
        lock(second)
        unlock(second)


def test_a_disk_without_locks_is_no_other_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows says with another number that it cannot lock at all."""

    def locking(*_: object) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    windows = Msvcrt()
    monkeypatch.setattr(windows, "locking", locking)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    with (tmp_path / "lock").open("a") as file, pytest.raises(OSError, match="Invalid argument") as caught:
        lock(file)
    assert not isinstance(caught.value, BlockingIOError)


def test_a_study_is_carried_out_on_a_system_without_all_of_it(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By two workers, into a folder that is locked meanwhile and let go of; the same figures as with all of it."""
    here = mfg("run", SMALL, "-n", 12, "-o", tmp_path / "here", "--workers", 2)
    windows = Msvcrt()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    monkeypatch.delattr(signal, "pthread_sigmask")
    monkeypatch.delattr(os, "O_DIRECTORY")
    there = mfg("run", SMALL, "-n", 12, "-o", tmp_path / "there", "--workers", 2)
    assert there.status == 0
    assert there.out == here.out.replace(str(tmp_path / "here"), str(tmp_path / "there"))
    assert windows.held == {}
    with (tmp_path / "there" / ".lock").open("a") as held:
        lock(held)
        assert "is in use by another run" in mfg("run", SMALL, "-n", 12, "-o", tmp_path / "there").err


def test_a_folder_is_synchronised_where_it_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot, the file is synchronised all the same."""
    handles: list[bool] = []

    def noted(handle: int) -> None:
        handles.append(os.path.isdir(handle))  # noqa: PTH112  a handle is no path

    monkeypatch.setattr(os, "fsync", noted)
    write_atomically(tmp_path / "one", b"1", durable=True)
    assert handles == [False, True]
    monkeypatch.delattr(os, "O_DIRECTORY")
    write_atomically(tmp_path / "two", b"2", durable=True)
    make_folder(tmp_path / "below", durable=True)
    synchronise(tmp_path)
    assert handles == [False, True, False]


@pytest.mark.parametrize("masked", [True, False])
def test_ctrl_c_is_heard_when_the_children_are_there(monkeypatch: pytest.MonkeyPatch, masked: bool) -> None:
    """Not before, and not never; with a mask or without one."""
    if not masked:
        monkeypatch.delattr(signal, "pthread_sigmask")
    reached = []

    def started() -> None:
        with deaf_children():
            signal.raise_signal(signal.SIGINT)
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        started()
    assert reached == ["the end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_worker_ignores_ctrl_c() -> None:
    """As it has to where it inherits no mask."""
    code = "import signal\nfrom mfg.system import ignore_interrupts\nignore_interrupts()\nsignal.raise_signal(signal.SIGINT)\nprint('alive')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "alive\n"
