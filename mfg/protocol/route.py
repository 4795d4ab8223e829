"""How a dose is given: how many cells, in what volume, from which containers, at how many sites."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from mfg.protocol.rules import Round, When
from mfg.units.amounts import Cells, Concentration, DoseCount, Percent, Volume
from mfg.units.times import Duration


@frozen
class CellRule:
    """How many cells: a target, what moves it (`cap`, `floor`), what judges it (`least`, `most`)."""

    is_: Cells | None = None
    least: Cells | None = None
    most: Cells | None = None
    cap: Cells | None = None
    floor: Cells | None = None
    of: str | None = None
    unknown: str | None = None
    when: When | None = None


@frozen
class ConcentrationRule:
    """Cells per volume: one value, or the range that a product must lie in."""

    is_: Concentration | None = None
    least: Concentration | None = None
    most: Concentration | None = None


@frozen
class VolumeRule:
    """A volume: one value, or the range that a product must lie in."""

    is_: Volume | None = None
    least: Volume | None = None
    most: Volume | None = None


@frozen
class Container:
    """What the product is given from.

    `use` says how: ``fill`` (as many as needed, the last partly), ``draw`` (whole ones opened, the rest
    discarded), ``whole`` (only whole ones are given) or ``all`` (whatever the lot gave). Of several sizes
    the largest is filled while a whole one is needed, and the smallest that holds it takes the rest. Less
    than `least` cannot be drawn up.
    """

    kind: str
    use: str = "fill"
    holds: tuple[Volume, ...] = ()
    contains: DoseCount | None = None
    least: Volume | None = None


@frozen
class Sites:
    """How many sites a dose is divided over, possibly in some cases only."""

    is_: int
    when: When | None = None


@frozen
class ShareRule:
    """The part of a total dose that is given, possibly in some cases only."""

    is_: Percent
    when: When | None = None


@frozen
class Route:
    """One way of giving the cells; every dose is given by every route that its treatment has."""

    name: str
    cells: tuple[CellRule, ...]
    component: str | None = None
    treatment: str | None = None
    counted: str | None = None
    sites: tuple[Sites, ...] = (Sites(1),)
    share: tuple[ShareRule, ...] = ()
    concentration: ConcentrationRule | None = None
    volume: VolumeRule | None = None
    container: Container | None = None
    round: Round | None = None
    lasts: Duration | None = None

    def conditions(self) -> Iterator[When]:
        """The condition of every row that has one."""
        tables: tuple[tuple[CellRule | Sites | ShareRule, ...], ...] = (self.cells, self.sites, self.share)
        yield from (row.when for table in tables for row in table if row.when is not None)

    @property
    def label(self) -> str:
        """The route, with the component where the product has several."""
        return f"{self.name} ({self.component})" if self.component else self.name
