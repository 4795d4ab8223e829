"""Files of anybody, read only if they are files and no larger than they may be, and written whole or not at all.

Nothing is replaced but plain files, and what names them stays where it was asked for.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from mfg.errors import Refused
from mfg.sizes import Size
from mfg.system import synchronise

LONGEST_NAME = 40  # characters of a text in the name of a file
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{32}\.part")


def bytes_of(path: Path, size: Size) -> bytes:
    """What the regular file at *path* holds, if that is no more than *size* allows.

    A pipe would be waited for and a device has no end, so neither is opened.

    Raises:
        Refused: for anything else, and for what cannot be read.
    """
    check_readable(path, size)
    try:
        with path.open("rb") as file:
            content = file.read(size.most + 1)  # it may have grown
    except OSError as error:
        raise _unreadable(error) from None
    size.check(len(content), "")
    return content


def check_readable(path: Path, size: Size) -> None:
    """Whether a regular file is at *path*, of no more than *size* allows; nothing is opened for it.

    Raises:
        Refused: for anything else.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(error) from None
    except ValueError:  # a NUL, which no path has
        raise Refused("", None, "cannot be read: no path holds such a character", "check the path") from None
    if stat.S_ISDIR(found.st_mode):
        raise Refused("", None, "is a folder", "name a file")
    if not stat.S_ISREG(found.st_mode):
        raise Refused("", None, "is not a regular file", "name a file that is one, no pipe and no device")
    size.check(found.st_size, "")


def check_path(path: Path, where: str = "") -> None:
    """Whether *path* can be one.

    Raises:
        Refused: if it holds the null character, which no path does.
    """
    if "\0" in str(path):
        problem = "holds the null character, which no path does"
        raise Refused(where, str(path), problem, "check where it comes from")


def _unreadable(error: OSError) -> Refused:
    problem = f"cannot be read: {error.strerror or error}"
    return Refused("", None, problem, "check the path and its permissions")


def write_atomically(path: Path, content: bytes, *, durable: bool) -> None:
    """Write a file that appears under its name only when it is complete; on the disk, if *durable*.

    Raises:
        Refused: as `writing_atomically` does.
        OSError: if it cannot be written, with its path.
    """
    with writing_atomically(path, durable=durable) as file:
        file.write(content)


@contextmanager
def writing_atomically(path: Path, *, durable: bool) -> Iterator[BinaryIO]:
    """A file to write to piece by piece, which appears as *path* only when all of it is written.

    Raises:
        Refused: if what stands there is a link, a device or a folder, or a file that nobody may write to.
        OSError: if it cannot be written, with its path.
    """
    check_replaceable(path)
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
        if durable:
            synchronise(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def check_replaceable(path: Path, where: str = "") -> None:
    """Whether nothing would be replaced at *path* but a plain file that may be written to.

    Raises:
        Refused: if something else is there.
    """
    check_path(path, where)
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise Refused(where, str(path), "is there and is no plain file", "name another file")
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise Refused(where, str(path), "is there and must not be written to", "name another file")


def make_folder(path: Path, *, durable: bool) -> Path:
    """Make a folder, and those above it.

    Raises:
        Refused: if no folder can be called so.
    """
    check_path(path)
    missing = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for one in missing if durable else ():
        synchronise(one.parent)
    return path


def sweep(folder: Path) -> None:
    """Remove what was left half-written by those who died over it, and nothing else."""
    for part in folder.rglob(".*.part"):
        if _UNFINISHED.fullmatch(part.name):
            part.unlink(missing_ok=True)


def plain_name(text: str) -> str:
    """*text* as part of the name of a file or a folder: letters and digits of ASCII and hyphens, at most 40 of them."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", bare).strip("-")[:LONGEST_NAME].strip("-")
