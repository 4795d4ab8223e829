"""The table of the orders of a list: a line for each route of each order, and one for each refusal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import astuple, evolve, fields, frozen

from mfg.dispensing.patients import RowOutcome
from mfg.dispensing.portions import portions_of
from mfg.prescription.order import Order, in_words
from mfg.sheet import safe
from mfg.visible import visible


@frozen
class OrderLine:
    """One route of an order, or a row that is refused; None where nothing is said or nothing follows.

    `row` is its number in a spreadsheet, `on` the dosing day if the list says one. The `outcome` is ordered or refused, the
    `message` why, or what there is to warn of.
    """

    row: int
    patient: str
    second_id: str | None
    arm: str | None
    dose: str | None
    weight_kg: Decimal | None
    on: date | None
    route: str | None = None
    counted: str | None = None
    cells: Decimal | None = None
    cells_least: Decimal | None = None
    cells_most: Decimal | None = None
    volume_mL: Decimal | None = None
    containers: str | None = None
    outcome: str = "refused"
    message: str = ""


HEADER = (*(one.name for one in fields(OrderLine)), "page")


def lines_of(outcome: RowOutcome) -> Iterator[OrderLine]:
    """The lines of one row of the list."""
    one, order = outcome.listed, outcome.order
    said = OrderLine(
        row=outcome.number,
        patient=outcome.patient,
        second_id=one.second_id if one else None,
        arm=order.arm if order else one.arm if one else None,
        dose=order.dose if order else one.dose if one else None,
        weight_kg=one.weight_kg if one else None,
        on=one.on if one else None,
        message=outcome.refused,
    )
    if order is None or outcome.refused:
        yield said
        return
    warnings = "; ".join(f.message for f in order.findings if f.level == "warning")
    for given in order.administrations:
        yield evolve(
            said,
            route=given.route,
            counted=in_words(given),
            cells=given.cells,
            cells_least=given.cells_least,
            cells_most=given.cells_most,
            volume_mL=given.volume_mL,
            containers=_boxes(order, given.route, given.component),
            outcome="ordered",
            message=warnings,
        )


def cells_of(line: OrderLine, page: str) -> list[str]:
    """A line as the cells of a table that no spreadsheet runs; *page* is where its worksheet is."""
    return [
        safe(visible(_text(value))) for value in (*astuple(line), page if line.outcome == "ordered" else "")
    ]


def _boxes(order: Order, route: str, component: str | None) -> str:
    boxes = [p for p in portions_of(order) if (p.route, p.component) == (route, component)]
    return "; ".join(
        f"{p.number} x {_text(p.nominal_mL)} mL {p.kind} with {_text(p.fill_mL) or '?'} mL" for p in boxes
    )


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
