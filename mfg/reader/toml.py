"""TOML from anybody, read safely: bounded before it is parsed, decimals exact, nothing but data."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from mfg.errors import Faults, Refused
from mfg.files import bytes_of
from mfg.reader.numbers import check_reach, read_number
from mfg.record import FileRead
from mfg.sizes import DEPTH, DOTS, FILE, LINE_LENGTH, NUMBER_LENGTH, VALUES

# Texts and comments, which may hold any mark. What is not closed goes on to the end of its line, or of the file: looking
# further for its end from every later quotation mark would take the square of the time, and it is no TOML anyway.
_TEXT = re.compile(
    r'"{3}(?:\\.|(?!"{3})[^\\])*+(?:"{3,5}|\\?\Z)'
    r"|'{3}(?:(?!'{3}).)*+(?:'{3,5}|\Z)"
    r'|"(?:\\[^\n]|[^"\\\n])*+(?:"|\\?(?=\n)|\\?\Z)'
    r"|'[^'\n]*+(?:'|(?=\n)|\Z)"
    r"|#[^\n]*+",
    re.DOTALL,
)
_KEY = re.compile(r"\s*+([^\s=]++)\s*+=")
_DOTTED = re.compile(r"[\w\"-]++(?:\s*+\.\s*+[\w\"-]++)*")
_DISGUISED = re.compile(
    r"(?:[=\[,]\s*+|^\s*+(?=[^\s=]*+\s*+(?:[],#]|$)))([+-]?(?:0[xob][0-9A-Fa-f_]+|[0-9.eE]*[0-9]_[0-9_.eE]*)|\+[0-9.]+)"
)
_LONG = re.compile(rf"[0-9]{{{NUMBER_LENGTH.most + 1}}}[0-9]*+")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file, with decimals for floats.

    Raises:
        Faults: if the file cannot be read, is not TOML, or is made to be slow or misread.
    """
    return read_file(path)[0]


def read_file(path: Path) -> tuple[dict[str, Any], FileRead]:
    """The content of a TOML file, and the file as it was read: both from the same bytes.

    Raises:
        Faults: as `read_toml` does.
    """
    try:
        text, raw = _text_of(path)
    except Refused as fault:
        raise Faults(str(path), (fault,)) from None
    return parse_toml(text, str(path)), FileRead.of(path.name, raw)


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """The content of TOML text, with decimals for floats; *source* names it in messages.

    Raises:
        Faults: with everything that keeps it from being read.
    """
    content: dict[str, Any] = _copy(_parse(text, source))
    return content


@lru_cache(maxsize=64)
def _parse(text: str, source: str) -> dict[str, Any]:
    """The same, not to be changed: the many variants of a study read the same files."""
    faults = _forbidden(text)
    if faults:
        raise Faults(source, tuple(faults))
    try:
        content = tomllib.loads(text, parse_float=read_number)
        _check_nodes(content)
        if not content:
            raise Refused("", None, "is empty", "see docs/protocol-files.md for what belongs in it")
    except Refused as fault:
        raise Faults(source, (fault,)) from None
    except tomllib.TOMLDecodeError as error:
        wrong = Refused("", None, f"is not TOML: {error}", "mend the line that it names")
        raise Faults(source, (wrong,)) from None
    except (RecursionError, ValueError) as error:
        wrong = Refused("", None, f"is not usable TOML: {error}", "write numbers and tables plainly")
        raise Faults(source, (wrong,)) from None
    return content


def _copy(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copy(value) for key, value in node.items()}
    return [_copy(value) for value in node] if isinstance(node, list) else node


def _text_of(path: Path) -> tuple[str, bytes]:
    raw = bytes_of(path, FILE)
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Refused("", None, "starts with a byte-order mark", "save it as UTF-8 without one")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("", None, f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    return text.replace("\r\n", "\n"), raw


def _forbidden(text: str) -> list[Refused]:
    """What tomllib would take, or would take too long over, and nobody should write."""
    found: list[Refused] = []
    if "\0" in text:
        found.append(Refused("", None, "holds a NUL character", "save it as plain text"))
    for number, line in enumerate(text.split("\n"), 1):
        found += LINE_LENGTH.exceeded(len(line), f"line {number}")
    if found:
        return found
    bare = _TEXT.sub(_blank, text)
    depth = 0
    for number, line in enumerate(bare.split("\n"), 1):
        for mark in re.findall(r"[][{}]", line):
            depth += 1 if mark in "[{" else -1
            if depth > DEPTH.most:
                return list(DEPTH.exceeded(depth, f"line {number}"))
        dots = max((key.count(".") for key in _DOTTED.findall(line)), default=0)
        if too_many := list(DOTS.exceeded(dots, f"line {number}")):
            return too_many
        if long := _LONG.search(line):
            found += NUMBER_LENGTH.exceeded(len(long[0]), f"line {number}")
        if odd := _DISGUISED.search(line):
            advice = "write a decimal number without marks"
            found.append(Refused(f"line {number}", odd[1], "is a number in disguise", advice))
        if odd := re.search(r"[=\[,]\s*([+-]?(?:nan|inf))\b", line):
            found.append(Refused(f"line {number}", odd[1], "is not a finite number", "write a number"))
        if (key := _KEY.match(line)) and not re.split("[\"']", key[1])[0].isascii():
            advice = "keys are plain ASCII; a look-alike letter may have slipped in"
            found.append(Refused(f"line {number}", key[1], "is a key with a foreign letter", advice))
    return found


def _blank(text: re.Match[str]) -> str:
    """What stands in for a text or a comment: nothing of it but its lines."""
    return "" if text[0].startswith("#") else '""' + "\n" * text[0].count("\n")


def _check_nodes(content: object) -> None:
    count, waiting = 0, [content]
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, (int, Decimal)):
            check_reach(node)
    VALUES.check(count, "")
