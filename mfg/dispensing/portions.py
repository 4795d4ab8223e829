"""The containers of an order in groups of equal ones, each with its fill and its cells."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from attrs import frozen

from mfg.prescription.order import Administration, Filled, FromLot, Order, in_words


@frozen
class ContainerGroup:
    """So many equal containers, numbered from `first`.

    `fill_mL` stands on a mark, `exact_mL` is as computed; marks are `mark_mL` apart. What is nearest to no mark at all
    stays as computed, without a deviation. `cells` are those of one container.
    """

    route: str
    component: str | None
    counted: str
    kind: str
    first: int
    number: int
    nominal_mL: Decimal | None
    fill_mL: Decimal | None
    exact_mL: Decimal | None
    deviation_percent: Decimal | None
    mark_mL: Decimal | None
    cells: Decimal | None

    @property
    def last(self) -> int:
        """The number of the last container."""
        return self.first + self.number - 1


def portions_of(order: Order) -> tuple[ContainerGroup, ...]:
    """The containers of *order*, numbered through; of a measured lot, those that are drawn from it."""
    found: list[ContainerGroup] = []
    for given in order.administrations:
        first = found[-1].last + 1 if found else 1
        found += _of_route(order, given, first)
    return tuple(found)


def _of_route(order: Order, given: Administration, first: int) -> Iterator[ContainerGroup]:
    label = f"{given.route} ({given.component})" if given.component else given.route
    lot = lot_for(order, given)
    boxes = lot.containers if lot is not None else given.containers
    marked = {(m.nominal_mL, m.exact_mL): m for m in order.marked if m.route == label}
    for box, same in groupby(boxes):
        number = len(list(same))
        found = marked.get((box.nominal_mL, box.fill_mL)) if box.fill_mL is not None else None
        scale = found if found is not None and found.marked_mL else None
        yield ContainerGroup(
            route=given.route,
            component=given.component,
            counted=in_words(given),
            kind=box.kind,
            first=first,
            number=number,
            nominal_mL=box.nominal_mL,
            fill_mL=scale.marked_mL if scale else box.fill_mL,
            exact_mL=box.fill_mL,
            deviation_percent=scale.deviation_percent if scale else None,
            mark_mL=found.mark_mL if found else None,
            cells=scale.cells if scale and scale.cells is not None else _cells(given, box, len(boxes)),
        )
        first += number


def lot_for(order: Order, given: Administration) -> FromLot | None:
    """What is taken of a measured lot in the place of what was planned; None without one, or if the volume is stated."""
    label = f"{given.route} ({given.component})" if given.component else given.route
    lot = next((lot for lot in order.from_lot if lot.route == label), None)
    return None if lot is None or (given.volume_mL is not None and lot.planned_mL is None) else lot


def volume_of(order: Order, given: Administration) -> Decimal | None:
    """The volume that is drawn up for one route."""
    lot = lot_for(order, given)
    return lot.volume_mL if lot is not None else given.volume_mL


def _cells(given: Administration, box: Filled, containers: int) -> Decimal | None:
    """The cells of one container; None where the protocol does not say how they are divided."""
    if box.cells is not None:
        return box.cells
    if not given.cells:
        return given.cells
    if box.fill_mL is not None and given.volume_mL:
        return given.cells * box.fill_mL / given.volume_mL
    return given.cells / containers if containers in (1, given.sites) else None
