"""Decimals as people write them, and as a syringe shows them."""

from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal) -> str:
    """A decimal as people write it: all its digits, no exponent below 1e7, no trailing zeros."""
    return scientific(value) if abs(value) >= 10**7 else f"{value.normalize():f}"


def scientific(value: Decimal) -> str:
    """A decimal as a power of ten, all its digits: 7.2e7."""
    mantissa, exponent = f"{value.normalize():e}".split("e")
    return f"{mantissa}e{int(exponent)}"
