"""Decimals as people write them, and as a syringe shows them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def plain(value: Decimal) -> str:
    """A decimal as people write it: all its digits, no exponent below 1e7, no trailing zeros."""
    return scientific(value) if abs(value) >= 10**7 else f"{value.normalize():f}"


def scientific(value: Decimal) -> str:
    """A decimal as a power of ten, all its digits: 7.2e7."""
    mantissa, exponent = f"{value.normalize():e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def near(value: Decimal) -> str:
    """A number of things that are not divided, digits grouped; *about* it, if it is not a whole one."""
    whole = value.to_integral_value(ROUND_HALF_UP)
    if value == whole:
        return f"{whole:,f}"
    return f"about {whole:,f}" if whole else f"about {value:.2g}"


def mark(given: Decimal) -> Decimal:
    """How far apart the marks are by which a volume is read: 0.01 mL below 1 mL, 0.1 mL below 100 mL, 1 mL above."""
    return Decimal("0.01") if given < 1 else Decimal("0.1") if given < 100 else Decimal(1)


def exact(value: Decimal) -> str:
    """A number with all its digits, if they are six at most; else *about* it, to six of them."""
    if len(value.normalize().as_tuple().digits) <= 6:
        return plain(value)
    return f"about {plain(Decimal(f'{value:.6g}'))}"


def volume(given: Decimal) -> str:
    """So many mL to what a syringe or a bag shows; *about* it, if it lies between two marks."""
    step = mark(given)
    shown = (given / step).to_integral_value(ROUND_HALF_UP) * step
    if shown == given:
        return f"{given.normalize():,f} mL"
    return f"about {shown:,f} mL" if shown else f"about {given:.2g} mL"


def density(given: Decimal) -> str:
    """So many in a mL, as a power of ten from 1e5; *about* it, if it has more than four digits."""
    if len(given.normalize().as_tuple().digits) > 4:
        return f"about {density(Decimal(f'{given:.3g}'))}"
    return scientific(given) if abs(given) >= 10**5 else plain(given)
