"""Checks of routes: number and kind of cells, what they scale with, and containers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mfg.errors import Refused, nearest
from mfg.protocol.cases import CELL_KINDS
from mfg.protocol.check.conditions import can_be_read, coverage_faults
from mfg.protocol.protocol import Protocol
from mfg.protocol.route import CellRule, Route
from mfg.units import Quantity, alike, kind_of, quantity_of, text


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Rules without a number or with two, routes without a rule, cells of two kinds in one route."""
    if not protocol.routes and any(arm.doses for arm in protocol.arms):
        yield Refused("route", None, "is missing", "write a [[route]] that says how the cells are given")
    for route in protocol.routes:
        path = f"route.{route.label}"
        if route.treatment and route.treatment not in [t.name for t in protocol.treatments]:
            advice = nearest(route.treatment, [t.name for t in protocol.treatments])
            yield Refused(f"{path}.treatment", route.treatment, "is no treatment of this protocol", advice)
        for key, rows in (("cells", route.cells), ("sites", route.sites), ("share", route.share)):
            if rows:
                yield from coverage_faults(
                    protocol, f"{path}.{key}", [row.when for row in rows], {"arm", "dose", "supply"}
                )
        if not route.cells:
            yield Refused(f"{path}.cells", None, "says no number of cells", "write a rule")
        for rule in route.cells:
            yield from _rule(protocol, f"{path}.cells", rule)
        yield from _filled(path, route)
        yield from _kinds(path, route)


def _rule(protocol: Protocol, path: str, rule: CellRule) -> Iterator[Refused]:
    stated = [rule.is_, rule.least, rule.most]
    if rule.unknown is None and all(q is None for q in stated):
        yield Refused(path, None, "says no number of cells", "give is, least, most or unknown")
    if rule.unknown is not None and any(q is not None for q in stated):
        yield Refused(f"{path}.unknown", None, "stands beside a number", "leave one of them out")
    if rule.of is not None and rule.of not in protocol.units:
        yield Refused(f"{path}.of", rule.of, "is no covariate", nearest(rule.of, protocol.units))
        return
    for quantity in (*stated, rule.cap, rule.floor):
        if quantity is not None:
            yield from _scale(protocol, path, rule.of, quantity)


def _scale(protocol: Protocol, path: str, of: str | None, quantity: Quantity) -> Iterator[Refused]:
    """Whether what a rule scales with is described, in a unit that fits."""
    kind = kind_of(quantity)
    if any(alike(quantity, f"{kind}{suffix}") for suffix in ("", "/site")):
        return
    scales = (("m**2", "area"), ("cm", "length"), ("count", "count"))
    of_what = next((word for scale, word in scales if alike(quantity, f"{kind}/{scale}")), None)
    if of_what and of is None:
        problem, advice = f"does not say of which {of_what}", 'add of = "..." and describe it under [patient]'
        yield Refused(path, text(quantity), problem, advice)
        return
    name = of or "weight"
    covariate = protocol.patient.get(name)
    unit = covariate.unit if covariate is not None else None
    if covariate is None or unit is None:
        advice = f"describe it: [patient.{name}] with its unit"
        yield Refused(path, text(quantity), f"scales with the {name}", advice)
    elif can_be_read(covariate) and not alike(quantity * quantity_of(Decimal(1), unit), kind):
        yield Refused(path, text(quantity), f"does not fit the {name} in {unit}", f"write it per {unit}")


def _filled(path: str, route: Route) -> Iterator[Refused]:
    dense, volume, box = route.concentration, route.volume, route.container
    if dense is not None and dense.is_ is not None and volume is not None and volume.is_ is not None:
        advice = "one of the two follows from the cells; leave it out"
        yield Refused(path, None, "states both a concentration and a volume", advice)
    if box is not None and box.use in ("draw", "whole") and box.contains is None:
        problem = f"is used {box.use} and says not what it contains"
        yield Refused(f"{path}.container", None, problem, 'give contains = "25e6 cell"')


def _kinds(path: str, route: Route) -> Iterator[Refused]:
    """A concentration counts what the dose counts: only a lot's viability turns cells into viable ones."""
    numbers = [q for r in route.cells for q in (r.is_, r.least, r.most, r.cap, r.floor) if q is not None]
    kinds = {kind_of(quantity) for quantity in numbers}
    dense = route.concentration
    for quantity in (dense.is_, dense.least, dense.most) if dense and len(kinds) == 1 else ():
        if quantity is not None and kind_of(quantity) not in kinds:
            problem = (
                f"is in {CELL_KINDS[kind_of(quantity)]}, and the dose is in {CELL_KINDS[next(iter(kinds))]}"
            )
            yield Refused(f"{path}.concentration", text(quantity), problem, "count one of them throughout")
