"""Files of anybody, opened only when they are files and no larger than they may be."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISREG

from mfg.errors import Refused
from mfg.sizes import Size


def bytes_of(path: Path, size: Size) -> bytes:
    """What the regular file at *path* holds, if that is no more than *size* allows.

    A pipe would be waited for and a device has no end, so neither is opened.

    Raises:
        Refused: for anything else, and for what cannot be read.
    """
    try:
        found = path.stat()
        if S_ISDIR(found.st_mode):
            raise Refused("", None, "is a folder", "name a file")
        if not S_ISREG(found.st_mode):
            raise Refused("", None, "is not a regular file", "name a file that is one, no pipe and no device")
        size.check(found.st_size, "")
        with path.open("rb") as file:
            content = file.read(size.most + 1)  # it may have grown
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise Refused("", None, problem, "check the path and its permissions") from None
    except ValueError:  # a NUL, which no path has
        raise Refused("", None, "cannot be read: no path holds such a character", "check the path") from None
    size.check(len(content), "")
    return content
