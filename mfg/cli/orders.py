"""An order as people read it: cells whole and grouped, volumes as a syringe shows them, what is counted beside each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mfg.cli import say
from mfg.digits import density, exact, near, plain, scientific, volume
from mfg.prescription.order import Administration, Filled, Marked, Order, in_words, route_of
from mfg.protocol.cases import CELL_KINDS


def print_order(order: Order, source: str) -> None:
    """Print *order*, computed from the protocol that *source* names."""
    used = "".join(
        f" · {value if name == 'weight' else f'{name} {value}'}"
        for name, value in ((key.replace("_", " "), value) for key, value in order.covariates.items())
    )
    say.result(f"{say.whose(order.protocol, source)} · arm {order.arm} · {order.dose}{used}\n")
    for given in order.administrations:
        _print(given, order)
    say.result(f"\ntotal: {_total(order)}\n")
    if order.lot is not None:
        _print_lot(order)
    for item in order.findings:
        say.finding(item)
    _print_basis(order)


def _print_basis(order: Order) -> None:
    """What the order rests on, a line each."""
    if not order.basis:
        return
    say.result("\nrests on")
    what = max(len(row.what) for row in order.basis)
    value = max(len(row.value) for row in order.basis)
    for row in order.basis:
        because = f": {row.because}" if row.because else ""
        say.result(f"    {row.what:<{what}}  {row.value:<{value}}  {row.evidence}{because}")


def cells(count: Decimal, what: str) -> str:
    """A number of cells in three forms: a slip in one shows against the others."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if count >= size and count == int(count):
            return f"{near(count)} {what} ({plain(count / size)} {word}; {scientific(count)})"
    return f"{near(count)} {what}"


def _print_lot(order: Order) -> None:
    """What is taken of the lot as it was measured."""
    lot = order.lot
    assert lot is not None
    part = f", {plain(lot.viability_percent)} % viable" if lot.viability_percent is not None else ""
    say.result(
        f"from the lot, of which {density(lot.count_per_mL)} {CELL_KINDS[lot.kind]}/mL were counted{part}"
    )
    for one, given in zip(order.from_lot, order.administrations, strict=True):
        planned = f" instead of {exact(one.planned_mL)} mL" if one.planned_mL is not None else ""
        say.result(f"{one.route}: draw {exact(one.volume_mL)} mL{planned}")
        for step in one.reckoning:
            say.result(f"    {step}")
        _print_boxes(order, one.route, one.containers, in_words(given))
    say.result()


def _print_boxes(order: Order, route: str, boxes: Sequence[Filled], what: str) -> None:
    marked = [one for one in order.marked if one.route == route]
    for one in marked:
        say.result(f"    {one.number} x {_marked(one, what)}")
    if not any(one.container for one in marked):
        for box in dict.fromkeys(boxes):
            say.result(f"    {boxes.count(box)} x {_box(box, what)}")


def _marked(one: Marked, what: str) -> str:
    size = f"{plain(one.nominal_mL)} mL " if one.nominal_mL is not None else ""
    meant = exact(one.exact_mL)
    meant = meant if meant.startswith("about") else f"exactly {meant}"
    off = f" ({meant} mL, {one.deviation_percent:+.3f} %)" if one.deviation_percent else ""
    held = f": {near(one.cells)} {what}" if one.cells is not None else ""
    return f"{size}{one.container or 'site'}: fill {plain(one.marked_mL)} mL{off}{held}"


def _print(given: Administration, order: Order) -> None:
    what, name = in_words(given), route_of(given)
    if given.cells is not None:
        say.result(f"{name}: {cells(given.cells, what)}")
    else:
        decides = "everything that the lot gave" if given.all_given else "the lot decides"
        say.result(f"{name}: {_between(given.cells_least, given.cells_most, what)}; {decides}")
    if given.sites > 1 and given.cells_per_site is not None:
        say.result(f"    {given.sites} sites of {cells(given.cells_per_site, what)}")
    if given.cells_per_kg is not None:
        say.result(f"    {cells(given.cells_per_kg, what)} per kg")
    at = given.concentration_cells_per_mL
    say.result(f"    volume: {_volume(given)}{f' at {density(at)} {what}/mL' if at else ''}")
    if order.lot is None:
        _print_boxes(order, name, given.containers, what)


def _box(box: Filled, what: str) -> str:
    size = f"{plain(box.nominal_mL)} mL " if box.nominal_mL is not None else ""
    fill = f"fill {volume(box.fill_mL)}" if box.fill_mL is not None else "fill not stated"
    return f"{size}{box.kind}: {cells(box.cells, what) if box.cells is not None else fill}"


def _volume(given: Administration) -> str:
    least, most = given.volume_least_mL, given.volume_most_mL
    if given.volume_mL is not None:
        return volume(given.volume_mL)
    if least is None and most is None:
        return "not stated"
    if least is None or most is None:
        return f"at least {volume(least)}" if least is not None else f"at most {volume(most or Decimal(0))}"
    return f"between {volume(least)} and {volume(most)}"


def _between(least: Decimal | None, most: Decimal | None, what: str) -> str:
    if least is not None and most is not None:
        return f"between {near(least)} and {near(most)} {what} ({scientific(least)} to {scientific(most)})"
    if least is None and most is None:
        return f"any number of {what}"
    return (
        f"at least {cells(least, what)}"
        if least is not None
        else f"at most {cells(most or Decimal(0), what)}"
    )


def _total(order: Order) -> str:
    given = order.administrations
    words = list(dict.fromkeys(in_words(a) for a in given))
    if len({a.kind for a in given}) > 1:
        return f"none: {' and '.join(words)} are not added up"
    what = words[0] if len(words) == 1 else "cells"
    if order.total_cells is not None:
        return cells(order.total_cells, what)
    return _between(order.total_cells_least, order.total_cells_most, what)
