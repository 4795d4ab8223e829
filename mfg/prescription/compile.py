"""Makes a `Rule` of a protocol: quantities become decimals in known units, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfg.prescription.fill import Box, Fill
from mfg.prescription.order import plural
from mfg.prescription.rule import Amount, CellRow, RouteRule, Rule
from mfg.protocol.cases import Rounding
from mfg.protocol.given import measured_of
from mfg.protocol.rules import Round, bounds_of, condition_of, fraction_of
from mfg.units import Quantity, alike, amount, kind_of

if TYPE_CHECKING:
    from mfg.protocol.protocol import Protocol, Treatment
    from mfg.protocol.route import CellRule, Route


def rule_of(protocol: Protocol, treatment: Treatment) -> Rule:
    """The rule for a dose of *protocol* that is given as *treatment*."""
    routes = tuple(_route(protocol, r) for r in routes_of(protocol, treatment))
    tables = [row for route in routes for row in (*route.rows, *route.sites, *route.shares)]
    asked = {name for condition, _ in tables for name in condition.parts}
    asked |= {a.per for route in routes for _, row in route.rows for a in row.amounts() if a.per}
    return Rule(
        protocol=protocol.name,
        kind=treatment.kind,
        needs=frozenset(asked - {"site", "arm", "dose", "supply"}),
        measured={n: measured_of(c, c.unit) for n, c in protocol.patient.items() if c.unit},
        routes=routes,
    )


def routes_of(protocol: Protocol, treatment: Treatment) -> tuple[Route, ...]:
    """The routes by which *treatment* is given."""
    return tuple(r for r in protocol.routes if r.treatment in (None, treatment.name))


def _route(protocol: Protocol, route: Route) -> RouteRule:
    stated = [q for rule in route.cells for q in (rule.is_, rule.least, rule.most) if q is not None]
    counted = kind_of(stated[0]) if stated else "cell"

    def amount_of(rule: CellRule, quantity: Quantity | None) -> Amount | None:
        if quantity is None:
            return None
        for unit, per in ((counted, None), (f"{counted}/site", "site")):
            if alike(quantity, unit):
                return Amount(amount(quantity, unit), per)
        covariate = rule.of or "weight"
        scaled = f"{counted}/{protocol.units.get(covariate, 'kg')}"  # in the covariate's own unit
        return Amount(amount(quantity, scaled), covariate)

    def take_off_units(rule: CellRule) -> CellRow:
        target, least, most, cap, floor = (
            amount_of(rule, q) for q in (rule.is_, rule.least, rule.most, rule.cap, rule.floor)
        )
        return CellRow(
            target=target,
            lower=tuple(a for a in (least, floor) if a is not None),
            upper=tuple(a for a in (most, cap) if a is not None),
            cap=cap,
            floor=floor,
            unknown=rule.unknown,
        )

    return RouteRule(
        where=f"route.{route.label}.cells",
        name=route.name,
        component=route.component,
        counted=route.counted or counted,
        sites=tuple((condition_of(row.when, protocol.units), row.is_) for row in route.sites),
        shares=tuple((condition_of(row.when, protocol.units), fraction_of(row.is_)) for row in route.share),
        rows=tuple((condition_of(rule.when, protocol.units), take_off_units(rule)) for rule in route.cells),
        fill=_fill(protocol, route, counted),
    )


def _fill(protocol: Protocol, route: Route, counted: str) -> Fill:
    dense, volume, density = route.concentration, route.volume, f"{counted}/mL"
    return Fill(
        label=route.label,
        counted=counted,
        what=plural(route.counted or counted, counted),
        concentration=amount(dense.is_, density) if dense and dense.is_ is not None else None,
        density=bounds_of(dense, density),
        limited=bool(bounds_of(volume, "mL").ends() or bounds_of(dense, density).ends()),
        volume=amount(volume.is_, "mL") if volume and volume.is_ is not None else None,
        volume_limits=bounds_of(volume, "mL"),
        rounding=_rounding(route.round, counted) if route.round else None,
        box=_box(protocol, route, counted),
    )


def _rounding(rounding: Round, counted: str) -> Rounding:
    unit = next((unit for unit in ("mL", "container") if alike(rounding.to, unit)), counted)
    return rounding.within(unit)


def _box(protocol: Protocol, route: Route, counted: str) -> Box | None:
    box, holds = route.container, f"{protocol.path_of(route)}.container.holds"
    if box is None:
        return None
    return Box(
        kind=box.kind,
        use=box.use,
        sizes=tuple(sorted(amount(size, "mL") for size in box.holds)),
        contains=amount(box.contains, counted) if box.contains is not None else None,
        evidence=protocol.evidence_of(holds) or protocol.evidence_of(f"{holds}.1"),
        least=amount(box.least, "mL") if box.least is not None else None,
    )
