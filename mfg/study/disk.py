"""Files that are there whole or not at all, and files whose names vouch for what they hold."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

DIGITS = 6  # of the number with which the name of a sealed file begins
_SEALED = re.compile(r"[0-9]{6}\.[0-9a-f]{24}\.parquet")
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{32}\.part")


def whole(path: Path, content: bytes, *, durable: bool) -> None:
    """Write a file that appears under its name only when it is complete; on the disk, if *durable*."""
    with written(path, durable=durable) as file:
        file.write(content)


@contextmanager
def written(path: Path, *, durable: bool) -> Iterator[BinaryIO]:
    """A file to write to piece by piece, which appears as *path* only when all of it is written."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
        if durable:
            _synced(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def sealed(folder: Path, number: int, content: bytes, *, durable: bool) -> Path:
    """Write *content* under its *number* and its own digest."""
    path = folder / f"{number:0{DIGITS}d}.{_digest(content)}.parquet"
    whole(path, content, durable=durable)
    return path


def intact(path: Path) -> bytes | None:
    """What a sealed file holds; None if that is not what was written under this name."""
    content = path.read_bytes()
    return content if path.name.split(".")[1:] == [_digest(content), "parquet"] else None


def sealed_in(folder: Path) -> list[Path]:
    """The files of *folder* that are named like sealed ones, by their numbers."""
    return sorted(path for path in folder.glob("*.parquet") if _SEALED.fullmatch(path.name))


def number_of(path: Path) -> int:
    """The number of a sealed file."""
    return int(path.name[:DIGITS])


def folder_for(path: Path, *, durable: bool) -> Path:
    """Make a folder, and those above it."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for one in missing if durable else ():
        _synced(one.parent)
    return path


def swept(folder: Path) -> None:
    """Remove what was left half-written by those who died over it, and nothing else."""
    for part in folder.rglob(".*.part"):
        if _UNFINISHED.fullmatch(part.name):
            part.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(handle)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
