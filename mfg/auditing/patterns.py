"""The slips that explain a wrong dose, and the witnesses that contradict a weight.

The patterns are those of published medication errors: a misplaced decimal point (Lesar 2002, two
hundred tenfold errors), pounds taken for kilograms, a rate taken for a total.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mfg.auditing.table import Row
from mfg.digits import plain

POUNDS = 1 / Decimal("0.45359237")
FACTORS = {
    "ten-fold": (Decimal(10), Decimal("0.1")),
    "hundred-fold": (Decimal(100), Decimal("0.01")),
    "thousand-fold": (Decimal(1000), Decimal("0.001")),
    "pounds-as-kilograms": (POUNDS,),
    "kilograms-as-pounds": (1 / POUNDS,),
}
_OF_WEIGHT = {"pounds-as-kilograms", "kilograms-as-pounds"}
_SIMILAR = (Decimal("0.8"), Decimal("1.25"))  # a weight against the last one
_BODY_MASS_INDEX = (Decimal(12), Decimal(60))  # kg/m2
_NEAR = Decimal("0.05")  # how near to a factor a change of weight must be for its slip to be named


def patterns(ratio: Decimal, weight_kg: Decimal | None, tolerance: Decimal) -> list[str]:
    """Every slip that turns the prescribed dose into *ratio* times it; *weight_kg* if the dose depends on it."""
    near = max(tolerance, Decimal("0.01"))
    factors = {n: f for n, f in FACTORS.items() if weight_kg is not None or n not in _OF_WEIGHT}
    if weight_kg is not None:
        factors["per-kg-as-total"] = (1 / weight_kg,)
    return [name for name, slips in factors.items() if any(abs(ratio / f - 1) <= near for f in slips)]


def witnesses(row: Row, weight_kg: Decimal | None, prescribed: Decimal) -> Iterator[tuple[str, str]]:
    """What contradicts the weight of a row, with the slip that it suggests: stature, last weight, last dose."""
    height, before, last = (row.number_in(c) for c in ("height_cm", "previous_weight_kg", "previous_cells"))
    if weight_kg is not None and height is not None:
        index = weight_kg / (height / 100) ** 2
        if not _BODY_MASS_INDEX[0] <= index <= _BODY_MASS_INDEX[1]:
            yield "other", f"{plain(weight_kg)} kg at {plain(height)} cm is a body-mass index of {index:.1f}"
    if weight_kg is not None and before is not None and not _is_similar(ratio := weight_kg / before):
        said = f"{plain(weight_kg)} kg against {plain(before)} kg last time"
        yield _changed(ratio), f"{said}, {ratio:.3f} times"
    if last is not None and not _is_similar(ratio := prescribed / last):
        said = f"{plain(prescribed)} cells prescribed against {plain(last)} last time"
        yield _changed(ratio), f"{said}, {ratio:.3f} times"


def _is_similar(ratio: Decimal) -> bool:
    return _SIMILAR[0] <= ratio <= _SIMILAR[1]


def _changed(ratio: Decimal) -> str:
    """The slip that such a change suggests."""
    named = [n for n, slips in FACTORS.items() if any(abs(ratio / f - 1) <= _NEAR for f in slips)]
    return (named or ["other"])[0]
