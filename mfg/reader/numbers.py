"""The grammar of numbers in files and settings; length and exponent are limited before a number is made of the text."""

from __future__ import annotations

import re
from decimal import Decimal

from mfg.errors import Refused
from mfg.sizes import NUMBER_LENGTH

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE][+-]?([0-9]+))?")
_SO_LARGE = 99  # powers of ten: 1e99 is read, 1e100 is not


def read_number(text: str, where: str = "", like: str = "2 or 1.6") -> int | Decimal:
    """The number that *text* is: plain digits, with a sign, a decimal point or a power of ten.

    Raises:
        Refused: for anything else, such as digits apart, infinity, or a number too large or too small.
    """
    if len(text) > NUMBER_LENGTH.most:
        NUMBER_LENGTH.check(len(text), where, f"{text[:20]}...")
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Refused(where, text, "is not a plain number", f"write one like {like}")
    if match[2] is not None and len(match[2].lstrip("0")) > 2:
        raise _out_of_reach(text, where)
    whole = match[1] is None and match[2] is None
    number = int(text) if whole else Decimal(text)
    check_reach(number, where)
    return number


def check_reach(number: int | Decimal, where: str = "") -> None:
    """Refuse a *number* that is not finite, too large or too small.

    Raises:
        Refused: if it is.
    """
    if isinstance(number, Decimal):
        if not number.is_finite() or abs(number.adjusted()) > _SO_LARGE:
            raise _out_of_reach(f"{number}", where)
    elif number.bit_length() > 64:
        raise _out_of_reach(f"{number}"[:80], where)


def _out_of_reach(text: str, where: str) -> Refused:
    return Refused(where, text, "is a number out of reach", "write an ordinary number")
