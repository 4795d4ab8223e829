"""What one operating system has and another has not: locks of files, masks of signals, folders that are synchronised.

POSIX has all of it. On Windows files are locked by `msvcrt`, processes have no mask, and folders are not opened.
"""

from __future__ import annotations

import errno
import importlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from typing import IO, Any


def lock(file: IO[Any]) -> None:
    """Hold an open *file* for this process alone; the system lets go of it when the process ends, however it does.

    Raises:
        BlockingIOError: if another process holds it.
        OSError: if it cannot be locked, as on some network disks.
    """
    posix = _module("fcntl")
    if posix is not None:
        posix.flock(file, posix.LOCK_EX | posix.LOCK_NB)
        return
    windows = importlib.import_module("msvcrt")
    try:
        _first_byte(file, windows, windows.LK_NBLCK)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EDEADLK):  # how Windows says that somebody holds it
            raise BlockingIOError(error.errno, error.strerror) from None
        raise


def unlock(file: IO[Any]) -> None:
    """Let go of a *file* that this process holds."""
    posix = _module("fcntl")
    if posix is not None:
        posix.flock(file, posix.LOCK_UN)
        return
    windows = importlib.import_module("msvcrt")
    _first_byte(file, windows, windows.LK_UNLCK)


def _first_byte(file: IO[Any], windows: Any, mode: int) -> None:
    """Lock or unlock the first byte, which stands for all of it: Windows locks from where a file is read."""
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    windows.locking(file.fileno(), mode, 1)


def synchronise(folder: Path) -> None:
    """Have the names of the files in *folder* on the disk; where no folder can be opened, the system sees to that itself.

    Raises:
        OSError: if it cannot be done, with the path of the folder.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        os.close(handle)


@contextmanager
def deaf_children() -> Iterator[None]:
    """Processes that are started here never hear Ctrl-C; this one hears it as soon as they are started.

    The mask is for them. It does not hold an interrupt off here, as a thread of a library may take it: what is heard
    meanwhile is kept for later. Where processes have no mask they have to `ignore_interrupts` themselves.
    """
    in_main = current_thread() is main_thread()
    heard: list[int] = []
    mask = getattr(signal, "pthread_sigmask", None)
    before = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask is not None else None
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if in_main else None
    try:
        yield
    finally:
        if in_main:
            signal.signal(signal.SIGINT, handler)
        if mask is not None:
            mask(signal.SIG_SETMASK, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def ignore_interrupts() -> None:
    """Never hear Ctrl-C in this process, which is somebody's worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
