"""TOML from anybody, read safely: bounded before it is parsed, decimals exact, nothing but data."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from mfg.errors import Faults, Refused
from mfg.record import FileRead

MOST_BYTES = 256 * 1024
MOST_LINE = 10_000
MOST_DEPTH = 32
MOST_DOTS = 16
MOST_NODES = 20_000

_TEXT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)


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
    content: dict[str, Any] = _copied(_parsed(text, source))
    return content


@lru_cache(maxsize=64)
def _parsed(text: str, source: str) -> dict[str, Any]:
    """The same, not to be changed: the many variants of a study read the same files."""
    faults = _forbidden(text)
    if faults:
        raise Faults(source, tuple(faults))
    try:
        content = tomllib.loads(text, parse_float=Decimal)
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


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copied(value) for key, value in node.items()}
    return [_copied(value) for value in node] if isinstance(node, list) else node


def _text_of(path: Path) -> tuple[str, bytes]:
    if path.is_dir():
        raise Refused("", None, "is a folder", "name a TOML file")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Refused("", None, f"has {size} bytes", f"a file may have {MOST_BYTES}")
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(
            "", None, f"cannot be read: {error.strerror}", "check the path and its permissions"
        ) from None
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
        if len(line) > MOST_LINE:
            found.append(
                Refused(f"line {number}", None, f"has {len(line)} characters", f"at most {MOST_LINE}")
            )
    if found:
        return found
    bare = _TEXT.sub(lambda match: '""' + "\n" * match[0].count("\n"), text)
    depth = 0
    for number, line in enumerate(bare.split("\n"), 1):
        for mark in re.findall(r"[][{}]", line):
            depth += 1 if mark in "[{" else -1
            if depth > MOST_DEPTH:
                return [Refused(f"line {number}", None, "nests too deeply", f"at most {MOST_DEPTH} levels")]
        if line.count(".") > MOST_DOTS * 4 or any(
            key.count(".") > MOST_DOTS for key in re.findall(r"[\w.\"-]+", line)
        ):
            return [
                Refused(f"line {number}", None, "has a key of too many parts", f"at most {MOST_DOTS} dots")
            ]
        if odd := re.search(r"[=\[,]\s*([+-]?(?:0[xob][0-9A-Fa-f_]+|[0-9]+_[0-9_.]*))", line):
            advice = "write a decimal number without marks"
            found.append(Refused(f"line {number}", odd[1], "is a number in disguise", advice))
        if odd := re.search(r"[=\[,]\s*([+-]?(?:nan|inf))\b", line):
            found.append(Refused(f"line {number}", odd[1], "is not a finite number", "write a number"))
        if odd := re.search(r"^\s*([^\s=\"']*[^\x00-\x7f][^\s=]*)\s*=", line):
            advice = "keys are plain ASCII; a look-alike letter may have slipped in"
            found.append(Refused(f"line {number}", odd[1], "is a key with a foreign letter", advice))
    return found


def _check_nodes(content: object) -> None:
    count, waiting = 0, [content]
    while waiting:
        node = waiting.pop()
        count += 1
        if count > MOST_NODES:
            raise Refused("", None, f"holds more than {MOST_NODES} values", "split it")
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
        elif isinstance(node, Decimal) and (not node.is_finite() or abs(node.adjusted()) > 99):
            raise Refused("", str(node), "is a number out of reach", "write an ordinary number")
