"""The table of the orders of a list: a line for each route of each order, and one for each refusal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mfg.dispensing.patients import RowOutcome
from mfg.dispensing.portions import portions_of
from mfg.prescription.order import in_words
from mfg.sheet import safe
from mfg.visible import visible

HEADER = (
    "row",
    "patient",
    "second_id",
    "arm",
    "dose",
    "weight_kg",
    "route",
    "counted",
    "cells",
    "cells_least",
    "cells_most",
    "volume_mL",
    "containers",
    "outcome",
    "message",
    "page",
)


def lines_of(outcome: RowOutcome, page: str) -> Iterator[list[str]]:
    """The lines of one row of the list; *page* is where its worksheet is."""
    one, order = outcome.listed, outcome.order
    said = [
        str(outcome.number),
        outcome.patient,
        (one.second_id or "") if one else "",
        order.arm if order else (one.arm or "") if one else "",
        order.dose if order else (one.dose or "") if one else "",
        _digits(one.weight_kg) if one else "",
    ]
    if order is None or outcome.sheet is None:
        yield _safe([*said, *[""] * 7, "refused", outcome.refused, ""])
        return
    warnings = "; ".join(f.message for f in order.findings if f.level == "warning")
    for given in order.administrations:
        boxes = [p for p in portions_of(order) if (p.route, p.component) == (given.route, given.component)]
        shown = "; ".join(
            f"{p.number} x {_digits(p.nominal_mL)} mL {p.kind} with {_digits(p.fill_mL) or '?'} mL"
            for p in boxes
        )
        numbers = (given.cells, given.cells_least, given.cells_most, given.volume_mL)
        yield _safe(
            [*said, given.route, in_words(given), *map(_digits, numbers), shown, "ordered", warnings, page]
        )


def _digits(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _safe(cells: list[str]) -> list[str]:
    return [safe(visible(cell)) for cell in cells]
