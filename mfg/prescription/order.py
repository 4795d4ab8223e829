"""The answer to "what is this patient's dose?": cells, volumes, containers, and what to know about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from attrs import field, frozen

from mfg.finding import Finding
from mfg.protocol.cases import CELL_KINDS


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


def route_of(given: Administration) -> str:
    """The route, with the component where the product has several."""
    return f"{given.route} ({given.component})" if given.component else given.route


def in_words(given: Administration) -> str:
    """What is counted, as people say it: Muse cells, viable CAR+ T cells, islet equivalents."""
    return plural(given.counted, given.kind)


def plural(counted: str, kind: str) -> str:
    """Many of what is *counted*, whose numbers are in the unit *kind*."""
    if counted in CELL_KINDS:
        return CELL_KINDS[counted]
    label = counted.removesuffix("s") + "s"
    return f"viable {label}" if kind == "viable_cell" and "viable" not in label else label


@frozen
class Basis:
    """One thing that an order rests on.

    `evidence` is stated, cited, derived, assumed, calibrated, or *not given*; `because` is the source, the formula or the
    reason. `path` is where it stands in the protocol file, empty for what is this program's own.
    """

    what: str
    value: str
    evidence: str
    because: str = ""
    path: str = ""


@frozen
class Marked:
    """A fill as a scale can measure it: on the mark nearest to the exact volume.

    `number` containers are filled alike; `cells` is what each of them then holds, None where no number of cells is
    known. `mark_mL` is the distance between two marks.
    """

    route: str
    container: str
    nominal_mL: Decimal | None
    number: int
    exact_mL: Decimal
    mark_mL: Decimal
    marked_mL: Decimal
    deviation_percent: Decimal
    cells: Decimal | None


@frozen
class FromLot:
    """What is taken of a lot as it was measured, for the cells that one route prescribes.

    `per_mL` is what the lot holds of the `kind` that the dose counts, `reckoning` how that and the volume follow.
    `planned_mL` is the volume at the protocol's own concentration, None where it states none.
    """

    route: str
    cells: Decimal
    kind: str
    per_mL: Decimal
    volume_mL: Decimal
    planned_mL: Decimal | None
    containers: tuple[Filled, ...]
    reckoning: tuple[str, ...]


@frozen
class MeasuredLot:
    """A product as it was measured: what was counted in a mL, and the part of all cells that is alive."""

    count_per_mL: Decimal
    kind: str
    viability_percent: Decimal | None


@frozen
class Order:
    """One dosing day of one patient; there is no total where the routes count different kinds.

    `depends_on` names the covariates that the rule asks for, `covariates` says what they are, with their units. With a
    `lot` the volumes to draw are those of `from_lot`, and `marked` are its fills; the `administrations` are as prescribed.
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
    supply: str | None = None
    covariates: Mapping[str, str] = field(factory=dict)
    basis: tuple[Basis, ...] = ()
    marked: tuple[Marked, ...] = ()
    lot: MeasuredLot | None = None
    from_lot: tuple[FromLot, ...] = ()

    def __repr__(self) -> str:
        cells = "by the lot" if self.total_cells is None else f"{self.total_cells:,f} cells"
        return f"Order({self.protocol}, arm {self.arm}, {self.dose}: {cells})"

    def _repr_html_(self) -> str:
        from mfg.notebook import html_of_order

        return html_of_order(self)


def total(given: Sequence[Administration], counts: Sequence[Decimal | None]) -> Decimal | None:
    """The sum of one count of each administration; None if one is unknown or if they count different kinds."""
    known = [count for count in counts if count is not None]
    one_kind = len({a.kind for a in given}) <= 1
    return sum(known, Decimal(0)) if one_kind and len(known) == len(given) else None
