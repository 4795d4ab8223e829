"""Files whose names vouch for what they hold: a number, and the digest of the content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from mfg.files import write_atomically

NUMBER_DIGITS = 6  # of the number with which the name of a sealed file begins
_SEALED = re.compile(r"[0-9]{6}\.[0-9a-f]{24}\.parquet")


def seal(folder: Path, number: int, content: bytes, *, durable: bool) -> Path:
    """Write *content* under its *number* and its own digest."""
    path = folder / f"{number:0{NUMBER_DIGITS}d}.{_digest(content)}.parquet"
    write_atomically(path, content, durable=durable)
    return path


def read_intact(path: Path) -> bytes | None:
    """What a sealed file holds; None if that is not what was written under this name."""
    content = content_of(path)
    whole = content is not None and path.name.split(".")[1:] == [_digest(content), "parquet"]
    return content if whole else None


def content_of(path: Path) -> bytes | None:
    """What a plain file holds; None of anything else: a pipe would be waited for, and a device has no end."""
    return path.read_bytes() if path.is_file() else None


def sealed_in(folder: Path) -> list[Path]:
    """The files of *folder* that are named like sealed ones, by their numbers."""
    return sorted(path for path in folder.glob("*.parquet") if _SEALED.fullmatch(path.name))


def number_of(path: Path) -> int:
    """The number of a sealed file."""
    return int(path.name[:NUMBER_DIGITS])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]
