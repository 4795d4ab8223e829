"""One label for each container: what stands on it is the same for a product and for its placebo."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from mfg.dispensing.portions import ContainerGroup
from mfg.dispensing.words import count_in_words, exactly
from mfg.dispensing.worksheet import Worksheet


@frozen
class Label:
    """What stands on one container, `number` of `of`."""

    number: int
    of: int
    kind: str
    route: str
    fill: str
    holds: str


def labels_of(sheet: Worksheet) -> Iterator[Label]:
    """A label for each container of *sheet*, in the order in which they are drawn; one for each route without any."""
    loose = [given for given in sheet.given if not given.containers]
    of = sum(portion.number for portion in sheet.product) + len(loose)
    for portion in sheet.product:
        for number in range(portion.first, portion.last + 1):
            yield Label(number, of, portion.kind, portion.route, _fill(portion), holds(sheet, portion))
    for number, given in enumerate(loose, of - len(loose) + 1):
        yield Label(number, of, "dose", given.route, given.volume, _either(sheet, given.held))


def holds(sheet: Worksheet, portion: ContainerGroup) -> str:
    """What a container holds; in a placebo-controlled trial the same words for either."""
    return _either(sheet, count_in_words(portion.cells, portion.counted) if portion.cells is not None else "")


def _either(sheet: Worksheet, held: str) -> str:
    return f"{held} or placebo" if held and sheet.placebo_controlled else held


def _fill(portion: ContainerGroup) -> str:
    return exactly(portion.fill_mL) if portion.fill_mL is not None else ""
