"""Checks of keys of a route or a covariate that would have no effect beside the others."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.protocol.protocol import Covariate, Protocol
from mfg.protocol.route import Route
from mfg.protocol.rules import bounds_of
from mfg.units import Quantity, alike, amount, kind_of, text


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Every number of a route or a covariate that contradicts another one beside it, or that does nothing."""
    for name, covariate in protocol.patient.items():
        yield from _limits(f"patient.{name}", covariate)
    yield from _vehicle(protocol)
    for route in protocol.routes:
        path = f"route.{route.label}"
        kinds = _kinds(route)
        if len(kinds) > 1:
            advice = "count one kind in one route: no number joins two"
            yield Refused(f"{path}.cells", " and ".join(kinds), "are counted together", advice)
            continue
        counted = kinds[0] if kinds else "cell"
        yield from _cells(path, route)
        yield from _volumes(path, route, counted)
        yield from _container(path, route, counted)
        yield from _rounding(path, route, counted)


def _vehicle(protocol: Protocol) -> Iterator[Refused]:
    """Vehicle that is kept back or left behind, where none is drawn from anybody."""
    step = protocol.formulation
    for key in ("reserve", "dead_volume") if step is not None and step.drawn is None else ():
        stated = getattr(step, key)
        if stated is not None:
            problem = "is of a vehicle that is not drawn from the patient, and is checked against nothing"
            yield Refused(f"step.formulate.{key}", text(stated), problem, "leave it out, or give drawn")


def _kinds(route: Route) -> list[str]:
    """What the numbers of a route count."""
    stated = [q for rule in route.cells for q in (rule.is_, rule.least, rule.most, rule.cap, rule.floor)]
    return list(dict.fromkeys(kind_of(q) for q in stated if q is not None))


def rounding_fault(path: str, covariate: Covariate) -> Iterator[Refused]:
    """A rounding of a covariate in a unit that is not the covariate's own."""
    rounding, unit = covariate.round, covariate.unit
    if rounding is not None and (unit is None or not alike(rounding.to, unit)):
        advice = f'write it like "1 {unit}"' if unit else "leave it out: a word is not rounded"
        yield Refused(f"{path}.round.to", text(rounding.to), "is not in the unit of its covariate", advice)


def _limits(path: str, covariate: Covariate) -> Iterator[Refused]:
    for closed, half_open in (("least", "above"), ("most", "below")):
        if getattr(covariate, closed) is not None and getattr(covariate, half_open) is not None:
            problem = f"stands beside {closed}, which limits the same end"
            yield Refused(
                f"{path}.{half_open}", text(getattr(covariate, half_open)), problem, "keep one of them"
            )


def _cells(path: str, route: Route) -> Iterator[Refused]:
    for sites in route.sites:
        if sites.is_ < 1:
            yield Refused(f"{path}.sites", str(sites.is_), "is no site", "give the number of sites")
    for share in route.share:
        if not share.is_.magnitude:
            yield Refused(f"{path}.share", text(share.is_), "is no share", 'write one like "10 %"')
    for rule in route.cells:
        scaled = [q for q in (rule.is_, rule.least, rule.most, rule.cap, rule.floor) if q is not None]
        if rule.of is not None and not any(_scales(q) for q in scaled):
            problem = "is what no number of this rule is multiplied with"
            yield Refused(
                f"{path}.cells.of", rule.of, problem, "leave it out, or write the cells per unit of it"
            )


def _scales(quantity: Quantity) -> bool:
    """Whether a number of cells is per something of the patient."""
    kind = kind_of(quantity)
    return not alike(quantity, kind) and not alike(quantity, f"{kind}/site")


def _volumes(path: str, route: Route, counted: str) -> Iterator[Refused]:
    for key, rule, unit in (
        ("concentration", route.concentration, None),
        ("volume", route.volume, "mL"),
    ):
        stated = [q for q in (rule.is_, rule.least, rule.most) if q is not None] if rule else []
        if rule is None or not stated:
            if rule is not None:
                yield Refused(f"{path}.{key}", None, "says nothing", "give is, or least and most")
            continue
        kind = unit or f"{kind_of(stated[0])}/mL"
        if not all(alike(q, kind) for q in stated):
            yield Refused(f"{path}.{key}", text(stated[-1]), f"is not in {kind}", "count one kind of cell")
            continue
        reach = bounds_of(rule, kind)
        if rule.is_ is not None and amount(rule.is_, kind) not in reach:
            yield Refused(
                f"{path}.{key}.is", text(rule.is_), f"is outside {reach.shown(kind)}", "mend one of them"
            )
    box, dense = route.container, route.concentration
    if box is None or box.contains is None or not box.holds or dense is None or dense.most is None:
        return
    if alike(box.contains, counted) and alike(dense.most, f"{counted}/mL"):
        thinnest = amount(box.contains, counted) / amount(box.holds[0], "mL")
        if thinnest > amount(dense.most, f"{counted}/mL"):
            problem = "is too much for what it holds, at the concentration that is allowed"
            yield Refused(f"{path}.container.contains", text(box.contains), problem, "mend one of the three")


def _container(path: str, route: Route, counted: str) -> Iterator[Refused]:
    box = route.container
    if box is None:
        return
    if box.contains is not None and not alike(box.contains, counted):
        yield Refused(
            f"{path}.container.contains",
            text(box.contains),
            f"is no number of {counted}s",
            f"write it in {counted}",
        )
    if len({amount(size, "mL") for size in box.holds}) < len(box.holds):
        yield Refused(f"{path}.container.holds", None, "names one size twice", "name each size once")
    if box.contains is not None and len(box.holds) > 1:
        problem = "are several sizes of what contains one number of cells"
        yield Refused(f"{path}.container.holds", ", ".join(map(text, box.holds)), problem, "give one size")
    if box.least is not None and not box.holds:
        problem = "is the least of what holds no stated volume"
        yield Refused(f"{path}.container.least", text(box.least), problem, "give holds too, or leave it out")
    elif box.least is not None and amount(box.least, "mL") > min(amount(size, "mL") for size in box.holds):
        problem = "is more than the smallest size holds"
        yield Refused(f"{path}.container.least", text(box.least), problem, "exchange them")
    if box.use == "all" and any(rule.is_ is not None for rule in route.cells):
        problem = "gives whatever the lot gave, and the cells aim at a number"
        yield Refused(
            f"{path}.container.use", "all", problem, "give least or most in place of is, or use fill"
        )


def _rounding(path: str, route: Route, counted: str) -> Iterator[Refused]:
    if route.round is None:
        return
    to, dense, box = route.round.to, route.concentration, route.container
    known = dense is not None and dense.is_ is not None and alike(dense.is_, f"{counted}/mL")
    whole = box is not None and box.use == "whole"
    if not any(rule.is_ is not None for rule in route.cells):
        problem, advice = "rounds nothing: the lot decides", "leave it out"
    elif alike(to, "mL") and not known:
        problem, advice = "rounds a volume that nothing gives", f"give the concentration in {counted}/mL"
    elif alike(to, "container") and not whole:
        problem, advice = "rounds containers that may be used in part", 'give the container use = "whole"'
    elif not any(alike(to, unit) for unit in ("mL", "container", counted)):
        problem, advice = "is nothing that this route gives", f"write it in mL, {counted} or container"
    else:
        return
    yield Refused(f"{path}.round.to", text(to), problem, advice)
