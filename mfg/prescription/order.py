"""The answer to "what is this patient's dose?": cells, volumes, containers, and what to know about them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attrs import frozen

from mfg.evidence import Finding
from mfg.protocol.cases import KINDS


@frozen
class Filled:
    """One container as it is to be prepared; None where the protocol does not say."""

    kind: str
    nominal_mL: Decimal | None = None
    fill_mL: Decimal | None = None
    nominal_cells: Decimal | None = None
    cells: Decimal | None = None


@frozen
class Administration:
    """What one route gives. Where the lot decides, `cells` is None and the range is what it must meet.

    `counted` is the protocol's word for what is counted; `kind` is the unit that every number here is in:
    ``cell``, ``viable_cell`` or ``IEQ``. Where no volume follows but a range of it does, `volume_mL` is None
    and the range stands beside it. With `all_given` everything that the lot gave is given.
    """

    route: str
    component: str | None
    counted: str
    kind: str
    sites: int
    cells: Decimal | None = None
    cells_least: Decimal | None = None
    cells_most: Decimal | None = None
    cells_per_kg: Decimal | None = None
    cells_per_site: Decimal | None = None
    concentration_cells_per_mL: Decimal | None = None
    volume_mL: Decimal | None = None
    volume_least_mL: Decimal | None = None
    volume_most_mL: Decimal | None = None
    containers: tuple[Filled, ...] = ()
    all_given: bool = False

    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """The least and the most cells that are given: the same number twice where it is known."""
        return (self.cells_least, self.cells_most) if self.cells is None else (self.cells, self.cells)


def in_words(given: Administration) -> str:
    """What is counted, as people say it: Muse cells, viable CAR+ T cells, islet equivalents."""
    if given.counted in KINDS:
        return KINDS[given.counted]
    label = given.counted.removesuffix("s") + "s"
    return f"viable {label}" if given.kind == "viable_cell" and "viable" not in label else label


@frozen
class Order:
    """One dosing day of one patient; there is no total where the routes count different kinds.

    `depends_on` names the covariates that the rule asks for.
    """

    protocol: str
    arm: str
    dose: str
    weight_kg: Decimal | None
    depends_on: tuple[str, ...]
    total_cells: Decimal | None
    total_cells_least: Decimal | None
    total_cells_most: Decimal | None
    administrations: tuple[Administration, ...]
    findings: tuple[Finding, ...] = ()


def total(given: Sequence[Administration], counts: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of one count of each administration; None if one is unknown or if they count different kinds."""
    known = [count for count in counts if count is not None]
    one_kind = len({a.kind for a in given}) <= 1
    return sum(known, Decimal(0)) if one_kind and len(known) == len(given) else None
