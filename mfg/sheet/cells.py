"""Cells as a person or a spreadsheet writes them: plain numbers, and text that no spreadsheet will run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from attrs import define

from mfg.errors import MfgError, Refused

NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_APART = ".,'\u2019 \u00a0\u2009\u202f"  # what stands between thousands: marks, apostrophes, spaces that may not break
_GROUPED = re.compile(rf"[1-9][0-9]{{0,2}}(?:([{_APART}])[0-9]{{3}}(?:\1[0-9]{{3}})+)")  # two groups or more
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")  # 72,500: thousands, or three decimals
_COMMA = re.compile(r"(?:0|[1-9][0-9]*),[0-9]+(?:[eE][+-]?[0-9]{1,2})?")
_POINT = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]{1,2})?")
_SURE = ((",", ";"), (".", ""))  # a workbook (no separator) holds numbers as such
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 40


@define(slots=False)
class Unreadable(MfgError):
    """Something in a row that cannot be read, and why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def number_of(text: str, column: str, sign: str = ".") -> Decimal:
    """The decimal number that *text* in *column* is, with the table's decimal *sign*.

    Thousands may be set apart by the other sign, a space or an apostrophe where there are two groups or more: 72,000,000.

    Raises:
        Unreadable: if it is anything else.
    """
    if NUMBER.fullmatch(text) and len(text) <= _LONGEST and (sign == "." or "." not in text):
        return Decimal(text)
    if sign == "," and _COMMA.fullmatch(text) and len(text) <= _LONGEST:
        return Decimal(text.replace(",", "."))
    grouped = _GROUPED.fullmatch(text)
    if grouped is not None and grouped[1] != sign and len(text) <= _LONGEST:
        return Decimal(text.replace(grouped[1], ""))
    like = "72.5 or 7.25e7" if sign == "." else "72,5 or 7,25e7"
    raise Unreadable(f"{column}: {text[:_LONGEST]!r} is not a plain number; write one like {like}")


def sign_of(texts: Iterable[str], separator: str) -> str:
    """The decimal sign of a table whose cells are divided by *separator*, from all its numbers.

    Where commas divide cells it is the point, and a workbook (no separator) has numbers of its own. Elsewhere either will do, if all numbers agree and if one of them at least
    cannot have thousands set apart: 72,500 alone may mean two things, unless semicolons divide the cells, as they
    do where the comma is the decimal sign.

    Raises:
        Refused: if numbers disagree, or if they may mean two things.
    """
    if separator == ",":
        return "."
    seen: dict[str, tuple[str, bool]] = {}
    for text in texts:
        if "," not in text and "." not in text:
            continue
        sign = "," if _COMMA.fullmatch(text) else "." if _POINT.fullmatch(text) else ""
        if sign:
            first, sure = seen.get(sign, (text, False))
            seen[sign] = (first, sure or not _ONE_GROUP.fullmatch(text))
    if len(seen) > 1:
        shown = " and ".join(repr(first) for first, _ in seen.values())
        advice = "write all decimals with a point, and no thousands apart"
        raise Refused("", shown, "are written with a decimal comma and with a decimal point", advice)
    for sign, (first, sure) in seen.items():
        if not sure and (sign, separator) not in _SURE:
            advice = "write numbers without marks between thousands"
            raise Refused("", first, "may mean thousands or decimals, and no other number tells", advice)
        return sign
    return "," if separator == ";" else "."


def safe(text: str) -> str:
    """A cell that no spreadsheet will run: text that starts like a formula gets an apostrophe before it."""
    if not text.startswith(_FORMULA) or NUMBER.fullmatch(text.lstrip("-")) or _COMMA.fullmatch(text[1:]):
        return text
    return f"'{text}"
