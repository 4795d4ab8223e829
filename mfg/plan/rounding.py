"""What is observed of a patient, rounded as the protocol says."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what runs has no need of protocols
    from mfg.protocol.cases import Rounding

_DIGITS = 4  # of a number that the protocol does not round


def rounded(value: float, rounding: Rounding | None) -> Decimal:
    """*value* rounded as the protocol says; to four digits where it says nothing."""
    shown = Decimal(f"{value:.{_DIGITS}g}")
    return shown if rounding is None else rounding.apply(Decimal(repr(value)))
