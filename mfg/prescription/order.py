"""The answer to "what is this patient's dose?": cells, volumes, containers, and what to know about them."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from mfg.evidence import Finding


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
    ``cell`` or ``viable_cell``.
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
    containers: tuple[Filled, ...] = ()


@frozen
class Order:
    """One dosing day of one patient."""

    protocol: str
    arm: str
    dose: str
    weight_kg: Decimal | None
    total_cells: Decimal | None
    administrations: tuple[Administration, ...]
    findings: tuple[Finding, ...] = ()
