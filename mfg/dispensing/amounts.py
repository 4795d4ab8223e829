"""How much is given by each route, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attrs import frozen

from mfg.digits import near, volume
from mfg.dispensing.portions import ContainerGroup, portions_of, volume_of
from mfg.dispensing.words import count_in_words, exactly
from mfg.prescription.order import Administration, Order, in_words


@frozen
class RouteSummary:
    """What one route gives, in words: how many of what, in how much, in which containers.

    `held` is how many the product has, be it a placebo or not; empty where the lot decides.
    """

    route: str
    cells: str
    volume: str
    containers: str
    held: str


def given_by(order: Order, given: Administration, product: Administration) -> RouteSummary:
    """What one route gives, in words; of a placebo beside what the *product* holds."""
    what, held = in_words(given), product.cells
    label = f"{given.route} ({given.component})" if given.component else given.route
    boxes = [p for p in portions_of(order) if (p.route, p.component) == (given.route, given.component)]
    return RouteSummary(
        label,
        _cells(given, what),
        _volume(order, given),
        _filled(boxes),
        count_in_words(held, in_words(product)) if held else "",
    )


def _cells(given: Administration, what: str) -> str:
    if given.cells is not None:
        sites = (
            f", {near(given.cells_per_site)} at each of {given.sites} sites" if given.cells_per_site else ""
        )
        return count_in_words(given.cells, what) + sites
    ends = [
        f"{word} {near(end)}"
        for word, end in (("at least", given.cells_least), ("at most", given.cells_most))
        if end is not None
    ]
    return f"{' and '.join(ends) or 'as many as there are'} {what}, as the lot decides"


def _volume(order: Order, given: Administration) -> str:
    known = volume_of(order, given)
    if known is not None:
        return exactly(known)
    ends = [
        f"{word} {volume(end)}"
        for word, end in (("at least", given.volume_least_mL), ("at most", given.volume_most_mL))
        if end is not None
    ]
    return " and ".join(ends)


def _filled(boxes: Sequence[ContainerGroup]) -> str:
    """The containers, with the volume that is in them if marks take it from the one that is meant."""
    if not any(box.deviation_percent for box in boxes):
        return "; ".join(map(_boxes, boxes))
    shown = sum(((box.fill_mL or Decimal(0)) * box.number for box in boxes), Decimal(0))
    return f"{'; '.join(map(_boxes, boxes))}: {exactly(shown)} on the marks"


def _boxes(portion: ContainerGroup) -> str:
    size = f"{_size(portion.nominal_mL)} " if portion.nominal_mL is not None else ""
    fill = f" filled to {exactly(portion.fill_mL)}" if portion.fill_mL is not None else ""
    return f"{portion.number} × {size}{portion.kind}{fill}"


def _size(size: Decimal) -> str:
    return f"{size.normalize():f} mL"


def total_of(order: Order) -> str:
    """What several routes give together; nothing for one route, or where the lot decides."""
    words = list(dict.fromkeys(in_words(given) for given in order.administrations))
    if len(order.administrations) < 2 or not order.total_cells:
        return ""
    return f"together {count_in_words(order.total_cells, words[0] if len(words) == 1 else 'cells')}"
