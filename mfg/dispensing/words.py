"""Numbers and units as a worksheet writes them."""

from __future__ import annotations

from decimal import Decimal

from mfg.digits import near, plain

_SYMBOLS = ((" degC", " °C"), (" hour", " h"), (" minute", " min"), ("**2", "²"), ("**3", "³"))


def count_in_words(count: Decimal, what: str) -> str:
    """A number of cells in digits and in words: a slip in one shows against the other."""
    for size, word in ((10**9, "billion"), (10**6, "million")):
        if count >= size and count == int(count):
            return f"{near(count)} {what} ({plain(count / size)} {word})"
    return f"{near(count)} {what}"


def exactly(given: Decimal) -> str:
    """A volume with all its digits up to the thousandth of a mL; *about* it beyond."""
    shown = round(given, 3)
    return f"{plain(shown)} mL" if shown == given else f"about {plain(shown)} mL"


def symbols(quantity: str) -> str:
    """A quantity with the symbols of its units."""
    for unit, symbol in _SYMBOLS:
        quantity = quantity.replace(unit, symbol)
    return quantity
