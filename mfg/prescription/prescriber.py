"""The dose rule of a protocol, made ready to answer for any number of patients.

The order of the arithmetic is fixed: round the covariates, choose the row, find the target, apply cap
and floor, round the product, fill the containers, judge what is delivered. All of it is decimal, and
nothing is rounded that the protocol does not round, except that a cell is never divided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import frozen

from mfg.errors import Refused
from mfg.evidence import Finding
from mfg.prescription.fill import Fill, Note
from mfg.prescription.order import Administration, Filled, Order
from mfg.protocol.protocol import Arm, CellRule, Covariate, Protocol, Route, bounds_of
from mfg.protocol.rules import Bounds, Case, Condition, choose, condition_of
from mfg.units import Anything, Quantity, Weight, alike, amount, measure_of, plain, taken, text


@frozen
class _Amount:
    """A number of cells, and the covariate that it is multiplied with."""

    value: Decimal
    per: str | None

    def of(self, case: Case, sites: int) -> Decimal:
        if self.per is None:
            return self.value
        factor = sites if self.per == "site" else case[self.per]
        assert not isinstance(factor, str)
        return self.value * factor


@frozen
class _Rule:
    """A `CellRule` with its units taken off."""

    target: _Amount | None
    lower: tuple[_Amount, ...]
    upper: tuple[_Amount, ...]
    cap: _Amount | None
    floor: _Amount | None
    unknown: str | None

    def limits(self, case: Case, sites: int, where: str) -> Bounds:
        """The range in which the delivered cells must lie."""
        least = max((a.of(case, sites) for a in self.lower), default=None)
        most = min((a.of(case, sites) for a in self.upper), default=None)
        if least is not None and most is not None and least > most:
            problem = (
                f"leaves no dose for this patient: at least {plain(least)} and at most {plain(most)} cells"
            )
            raise Refused(where, None, problem, "the protocol's own limits exclude each other here")
        return Bounds(least=least, most=most)

    def amounts(self) -> Iterator[_Amount]:
        yield from (a for a in (self.target, *self.lower, *self.upper) if a is not None)


@frozen
class _Plan:
    """A `Route` with its units taken off."""

    route: Route
    where: str
    rows: tuple[tuple[Condition, _Rule], ...]
    fill: Fill

    def administration(self, case: Case, by_weight: bool, note: Note) -> Administration:
        """What this route gives in *case*."""
        route, fill = self.route, self.fill
        rule = choose(self.rows, case, self.where)
        if rule.unknown is not None:
            raise Refused(self.where, None, f"is not known: {rule.unknown}", "the protocol defines no dose")
        limits = rule.limits(case, route.sites, self.where)
        counted = route.counted or fill.counted
        if rule.target is None:
            only = (Filled(route.container.kind, fill.holds),) if route.container else ()
            return Administration(
                route=route.name,
                component=route.component,
                counted=counted,
                sites=route.sites,
                cells_least=limits.least,
                cells_most=limits.most,
                concentration_cells_per_mL=fill.concentration,
                volume_mL=fill.volume,
                containers=only,
            )
        target = self._moved(rule, rule.target.of(case, route.sites), case, note)
        cells, volume = fill.measured(target, note)
        cells, containers = fill.contained(cells, volume, note)
        if cells not in limits:
            problem = f"comes to {plain(cells)} {fill.counted}, outside {limits.shown(fill.counted)}"
            raise Refused(self.where, None, problem, "the protocol allows no such dose")
        weight = case.get("weight")
        return Administration(
            route=route.name,
            component=route.component,
            counted=counted,
            sites=route.sites,
            cells=cells,
            cells_least=limits.least,
            cells_most=limits.most,
            cells_per_kg=cells / weight if by_weight and isinstance(weight, Decimal) else None,
            cells_per_site=cells / route.sites if route.sites > 1 else None,
            concentration_cells_per_mL=fill.concentration or (cells / volume if volume else None),
            volume_mL=volume,
            containers=containers,
        )

    def _moved(self, rule: _Rule, cells: Decimal, case: Case, note: Note) -> Decimal:
        """The target after cap and floor."""
        for name, limit, pick in (("cap", rule.cap, min), ("floor", rule.floor, max)):
            end = limit.of(case, self.route.sites) if limit is not None else cells
            if pick(cells, end) != cells:
                message = f"{self.route.label}: the {name} of {plain(end)} cells replaces {plain(cells)}"
                note(Finding("note", f"{name}-applied", message))
                cells = end
        return cells

    def without_cells(self) -> Administration:
        """What this route gives as placebo or sham."""
        route = self.route
        return Administration(route.name, route.component, self.fill.counted, route.sites, cells=Decimal(0))


@frozen
class Prescriber:
    """The rule for one dose of one arm; `needs` names the covariates that it asks for."""

    protocol: Protocol
    arm: Arm
    dose: str
    kind: str
    needs: frozenset[str]
    limits: Mapping[str, Bounds]
    plans: tuple[_Plan, ...]

    @classmethod
    def of(cls, protocol: Protocol, *, arm: str | None = None, dose: str | None = None) -> Prescriber:
        """The rule for *arm* and *dose*.

        Raises:
            Refused: if the arm receives no dose, or if leaving one of them out is ambiguous.
        """
        chosen = _the_arm(protocol, arm, dose)
        name = _the_dose(protocol, chosen, dose)
        treatment = protocol.treatment(chosen.doses[name])
        routes = [r for r in protocol.routes if r.treatment in (None, treatment.name)]
        plans = tuple(_planned(protocol, route) for route in routes)
        rows = [row for plan in plans for row in plan.rows]
        asked = {n for condition, _ in rows for n in condition.parts}
        asked |= {a.per for _, rule in rows for a in rule.amounts() if a.per}
        return cls(
            protocol=protocol,
            arm=chosen,
            dose=name,
            kind=treatment.kind,
            needs=frozenset(asked - {"site", "arm", "dose", "supply"}),
            limits={n: bounds_of(c, c.unit) for n, c in protocol.patient.items() if c.unit},
            plans=plans,
        )

    def case(self, given: Mapping[str, str | Quantity]) -> dict[str, Decimal | str]:
        """The covariates of one patient, from what a person typed.

        Raises:
            Refused: for a name that the protocol does not know, or a value that does not fit it.
        """
        case = self.words()
        for name, value in given.items():
            where = "--weight" if name == "weight" else f"--given {name}"
            covariate = self.protocol.patient.get(name)
            if covariate is None and name != "weight":
                known = ", ".join(self.protocol.patient) or "nothing"
                raise Refused(
                    where, str(value), "is nothing that this protocol asks for", f"it asks for {known}"
                )
            case[name] = self._value(name, covariate or Covariate(unit="kg"), value, where)
        return case

    def words(self) -> dict[str, Decimal | str]:
        """The part of a case that is known without the patient."""
        supply = self.protocol.supply()
        return {"arm": self.arm.name, "dose": self.dose, **({"supply": supply.name} if supply else {})}

    def _value(self, name: str, covariate: Covariate, value: str | Quantity, where: str) -> Decimal | str:
        if covariate.unit is None:
            if value not in covariate.one_of:
                raise Refused(
                    where, str(value), "is not allowed", f"use one of {', '.join(covariate.one_of)}"
                )
            return str(value)
        measure = measure_of(Weight if name == "weight" else Anything)
        quantity = taken(value, measure, where)
        if not alike(quantity, covariate.unit):
            raise Refused(
                where, text(quantity), f"is not in {covariate.unit}", f"write it in {covariate.unit}"
            )
        return self.checked(name, amount(quantity, covariate.unit), where)

    def checked(self, name: str, value: Decimal, where: str) -> Decimal:
        """A covariate in its own unit, inside the protocol's limits and rounded as the protocol says.

        Raises:
            Refused: outside the limits.
        """
        covariate, limits = self.protocol.patient.get(name), self.limits.get(name)
        if covariate is None or covariate.unit is None or limits is None:
            return value
        if value not in limits:
            problem = f"is outside {limits.shown(covariate.unit)}, the limits of {self.protocol.name}"
            raise Refused(where, f"{plain(value)} {covariate.unit}", problem, "check the value and its unit")
        return covariate.round.apply(value, covariate.unit) if covariate.round else value

    def order(self, case: Case) -> Order:
        """The dose in *case*, with what there is to say about its arithmetic.

        Raises:
            Refused: if something is missing, or if the protocol allows no dose here.
        """
        findings: list[Finding] = []
        weight = case.get("weight")
        if self.kind == "product":
            missing = sorted(self.needs - case.keys())
            if missing:
                flags = " ".join(f"--{n}" if n == "weight" else f"--given {n}=VALUE" for n in missing)
                raise Refused("dose", None, f"depends on the {' and the '.join(missing)}", f"give {flags}")
            given = tuple(p.administration(case, "weight" in self.needs, findings.append) for p in self.plans)
        else:
            given = tuple(plan.without_cells() for plan in self.plans)
        counts = [a.cells for a in given if a.cells is not None]
        return Order(
            protocol=self.protocol.name,
            arm=self.arm.name,
            dose=self.dose,
            weight_kg=weight if isinstance(weight, Decimal) else None,
            total_cells=sum(counts, Decimal(0)) if len(counts) == len(given) else None,
            administrations=given,
            findings=tuple(findings),
        )

    def remarks(self) -> Iterator[Finding]:
        """What there is to know about this rule, whoever the patient is."""
        protocol = self.protocol
        if self.kind != "product":
            about = protocol.treatment(self.arm.doses[self.dose]).about
            message = f"arm {self.arm.name} receives no cells" + (f": {about}" if about else "")
            yield Finding("note", self.kind, message)
            return
        empty = [dose for dose in self.arm.doses if dose not in _products(protocol, self.arm)]
        if empty:
            message = f"{', '.join(empty)} of arm {self.arm.name} hold no cells"
            yield Finding("note", "not-every-dose", message)
        if "weight" not in self.needs:
            yield Finding("note", "weight-not-used", "the dose is fixed: body weight plays no part in it")
        for name in sorted(self.needs & protocol.patient.keys()):
            covariate = protocol.patient[name]
            if covariate.at:
                evidence = protocol.evidence_of(f"patient.{name}.at")
                yield Finding(
                    "note", "observed-at", f"{name} is the one observed at {covariate.at}", evidence
                )
        for name in sorted(self.needs):
            if not self.limits.get(name, Bounds()).ends() and name not in protocol.words():
                message = f"no limits are stated for {name}: whether it is plausible is not checked"
                yield Finding("note", "limit-not-checked", message)


def _the_arm(protocol: Protocol, name: str | None, dose: str | None) -> Arm:
    if name is not None:
        arm = protocol.arm(name)
        if not arm.doses:
            dosed = ", ".join(a.name for a in protocol.arms if a.doses)
            raise Refused("--arm", name, "receives no dose", f"arms with doses: {dosed}")
        return arm
    arms = protocol.dosed_arms()
    if not arms:
        raise Refused("--arm", None, "no arm of this protocol receives cells", "name an arm")
    if dose is not None:
        arms = [arm for arm in arms if dose in arm.doses] or arms
    asks = "arm" in _conditions(protocol)
    given = {
        (
            arm.name if asks else "",
            frozenset(_products(protocol, arm).values()) if dose is None else arm.doses.get(dose),
        )
        for arm in arms
    }
    if len(given) > 1:
        raise Refused(
            "--arm", None, "is needed: the dose differs", f"use one of {', '.join(a.name for a in arms)}"
        )
    return arms[0]


def _the_dose(protocol: Protocol, arm: Arm, name: str | None) -> str:
    if name is not None:
        if name not in arm.doses:
            raise Refused("--dose", name, f"is not given in arm {arm.name}", f"it has {', '.join(arm.doses)}")
        return name
    doses = _products(protocol, arm) or arm.doses
    if len(doses) > 1 and ("dose" in _conditions(protocol) or len(set(doses.values())) > 1):
        raise Refused("--dose", None, "is needed: the doses differ", f"arm {arm.name} has {', '.join(doses)}")
    return next(iter(doses))


def _products(protocol: Protocol, arm: Arm) -> dict[str, str]:
    """The doses of *arm* that hold cells, with their treatment."""
    return {dose: t for dose, t in arm.doses.items() if protocol.treatment(t).kind == "product"}


def _conditions(protocol: Protocol) -> set[str]:
    """Everything that the cell rules of a protocol depend on by condition."""
    return {n for route in protocol.routes for rule in route.cells if rule.when for n in rule.when.conditions}


def _planned(protocol: Protocol, route: Route) -> _Plan:
    where = f"route.{route.label}.cells"
    stated = [q for rule in route.cells for q in (rule.is_, rule.least, rule.most) if q is not None]
    counted = "viable_cell" if any("viable_cell" in str(q.units) for q in stated) else "cell"

    def amount_of(rule: CellRule, quantity: Quantity | None) -> _Amount | None:
        if quantity is None:
            return None
        for unit, per in ((counted, None), (f"{counted}/site", "site")):
            if alike(quantity, unit):
                return _Amount(amount(quantity, unit), per)
        covariate = rule.of or "weight"
        scaled = f"{counted}/{protocol.units.get(covariate, 'kg')}"  # in the covariate's own unit
        if not alike(quantity, scaled):
            raise Refused(
                where, text(quantity), f"is not in {scaled}", "use one kind of cell, and say of what"
            )
        return _Amount(amount(quantity, scaled), covariate)

    def taken_off(rule: CellRule) -> _Rule:
        target, least, most, cap, floor = (
            amount_of(rule, q) for q in (rule.is_, rule.least, rule.most, rule.cap, rule.floor)
        )
        return _Rule(
            target=target,
            lower=tuple(a for a in (least, floor) if a is not None),
            upper=tuple(a for a in (most, cap) if a is not None),
            cap=cap,
            floor=floor,
            unknown=rule.unknown,
        )

    rows = tuple((condition_of(rule.when, protocol.units), taken_off(rule)) for rule in route.cells)
    evidence = protocol.evidence_of(f"route.{route.name}.container.holds")
    return _Plan(route, where, rows, Fill.of(route, counted, evidence))
