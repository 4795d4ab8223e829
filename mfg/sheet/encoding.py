"""How the characters of a text file are written: UTF-8, UTF-16, or Windows-1252 where no other reading is possible.

A byte above 127 is read as Windows-1252 only if the Western and Central European code pages of Windows and ISO all
give it the same letter, and only if it stands alone between plain characters: scripts of other alphabets come in runs.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from attrs import frozen

from mfg.errors import Refused

_ALIKE = ("cp1252", "iso8859-1", "iso8859-15", "cp1250", "iso8859-2", "cp1254")
_PIECE = 1 << 20


@frozen
class Encoding:
    """The codec of a file, how people call it, and whether a byte-order mark stands before the text."""

    codec: str
    called: str
    mark: bool


def encoding_of(path: Path) -> Encoding:
    """The encoding of the text file at *path*.

    Raises:
        Refused: if it is not text, or text in an encoding that only a guess could read.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for mark, codec, called in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if head.startswith(mark):
            return _try(path, Encoding(codec, called, mark=True))
    return _try(path, Encoding("utf-8", "UTF-8", mark=False))


def _try(path: Path, meant: Encoding) -> Encoding:
    decoder = codecs.getincrementaldecoder(meant.codec)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                if meant.called == "UTF-8" and b"\0" in piece:
                    raise Refused("", None, "is no text: it holds null characters", _ADVICE)
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if meant.mark or not _leaves_no_doubt(path.read_bytes()):
            problem = f"is not {meant.called}, and which letters its bytes mean is not sure"
            raise Refused("", None, problem, _ADVICE) from None
        return Encoding("cp1252", "Windows-1252", mark=False)
    return meant


_ADVICE = "save it as CSV UTF-8, or as an Excel workbook (.xlsx)"


def _same_letters() -> bytes:
    """The bytes above 127 that every code page of `_ALIKE` reads as one and the same character."""
    found = []
    for number in range(0xA1, 0x100):
        read = {bytes([number]).decode(codec, "replace") for codec in _ALIKE}
        if len(read) == 1:
            found.append(number)
    return bytes(found)


def _leaves_no_doubt(content: bytes) -> bool:
    above = set(re.findall(rb"[\x80-\xff]", content))
    return b"".join(above).translate(None, _same_letters()) == b"" and not re.search(
        rb"[\x80-\xff]{2}", content
    )
