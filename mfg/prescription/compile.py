"""From a protocol to a `Rule`: the units are taken off, once."""

from __future__ import annotations

from mfg.errors import Refused
from mfg.prescription.fill import Box, Fill
from mfg.prescription.rule import Amount, CellRow, Measured, RouteRule, Rule
from mfg.protocol.cases import Rounding
from mfg.protocol.protocol import CellRule, Covariate, Protocol, Route, Treatment, bounds_of
from mfg.protocol.rules import Round, condition_of
from mfg.units import Quantity, alike, amount, text


def rule_of(protocol: Protocol, treatment: Treatment) -> Rule:
    """The rule for a dose of *protocol* that is given as *treatment*.

    Raises:
        Refused: if a route counts cells of two kinds.
    """
    routes = tuple(_route(protocol, r) for r in protocol.routes if r.treatment in (None, treatment.name))
    rows = [row for route in routes for row in route.rows]
    asked = {name for condition, _ in rows for name in condition.parts}
    asked |= {a.per for _, row in rows for a in row.amounts() if a.per}
    return Rule(
        protocol=protocol.name,
        kind=treatment.kind,
        needs=frozenset(asked - {"site", "arm", "dose", "supply"}),
        measured={n: _measured(c, c.unit) for n, c in protocol.patient.items() if c.unit},
        routes=routes,
    )


def _measured(covariate: Covariate, unit: str) -> Measured:
    rounding = covariate.round.within(unit) if covariate.round else None
    return Measured(unit, bounds_of(covariate, unit), rounding)


def _route(protocol: Protocol, route: Route) -> RouteRule:
    where = f"route.{route.label}.cells"
    stated = [q for rule in route.cells for q in (rule.is_, rule.least, rule.most) if q is not None]
    counted = "viable_cell" if any("viable_cell" in str(q.units) for q in stated) else "cell"

    def amount_of(rule: CellRule, quantity: Quantity | None) -> Amount | None:
        if quantity is None:
            return None
        for unit, per in ((counted, None), (f"{counted}/site", "site")):
            if alike(quantity, unit):
                return Amount(amount(quantity, unit), per)
        covariate = rule.of or "weight"
        scaled = f"{counted}/{protocol.units.get(covariate, 'kg')}"  # in the covariate's own unit
        if not alike(quantity, scaled):
            raise Refused(
                where, text(quantity), f"is not in {scaled}", "use one kind of cell, and say of what"
            )
        return Amount(amount(quantity, scaled), covariate)

    def taken_off(rule: CellRule) -> CellRow:
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
        name=route.name,
        component=route.component,
        counted=route.counted or counted,
        sites=route.sites,
        rows=tuple((condition_of(rule.when, protocol.units), taken_off(rule)) for rule in route.cells),
        fill=_fill(protocol, route, counted),
    )


def _fill(protocol: Protocol, route: Route, counted: str) -> Fill:
    dense, volume, density = route.concentration, route.volume, f"{counted}/mL"
    known = dense.is_ if dense is not None and dense.is_ is not None and alike(dense.is_, density) else None
    return Fill(
        label=route.label,
        counted=counted,
        concentration=amount(known, density) if known is not None else None,
        volume=amount(volume.is_, "mL") if volume and volume.is_ is not None else None,
        volume_limits=bounds_of(volume, "mL"),
        rounding=_rounding(route.round, counted) if route.round else None,
        box=_box(protocol, route, counted),
    )


def _rounding(rounding: Round, counted: str) -> Rounding:
    unit = next((unit for unit in ("mL", "container") if alike(rounding.to, unit)), counted)
    return rounding.within(unit)


def _box(protocol: Protocol, route: Route, counted: str) -> Box | None:
    box = route.container
    if box is None:
        return None
    return Box(
        kind=box.kind,
        use=box.use,
        holds=amount(box.holds, "mL") if box.holds is not None else None,
        contains=amount(box.contains, counted) if box.contains is not None else None,
        evidence=protocol.evidence_of(f"route.{route.name}.container.holds"),
    )
