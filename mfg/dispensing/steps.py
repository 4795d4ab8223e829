"""The calculation of an order in steps that a person can follow with pencil and paper."""

from __future__ import annotations

from decimal import Decimal

from attrs import define, evolve, field, frozen

from mfg.digits import density, exact, near, plain, scientific, volume
from mfg.dispensing.support import Support, support
from mfg.dispensing.words import count_in_words, exactly, symbols
from mfg.prescription.order import Administration, FromLot, Order, in_words
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.rule import Amount, CellRow, RouteRule
from mfg.protocol.cases import CELL_KINDS, Case, choose
from mfg.protocol.protocol import Protocol
from mfg.protocol.route import Route

ENTERED = Support("entered", "by the person who asked")


@frozen
class CalculationStep:
    """One line of the calculation; `value` is empty where it is to be written in by hand."""

    number: int
    what: str
    value: str
    how: str = ""
    evidence: str = ""
    because: str = ""


def steps_of(protocol: Protocol, order: Order) -> tuple[CalculationStep, ...]:
    """How *order* follows from *protocol*, number by number."""
    prescriber = Prescriber.of(protocol, arm=order.arm, dose=order.dose, supply=order.supply)
    calculation = _Calculation(protocol, order, prescriber.case(order.covariates))
    calculation.covariates()
    routes = zip(order.administrations, prescriber.routes, prescriber.rule.routes, strict=True)
    for given, route, rule in routes:
        calculation.route(given, route, rule)
    return tuple(calculation.steps)


@define
class _Calculation:
    """The steps of one order as they are found; `known` has the number of the step of each covariate."""

    protocol: Protocol
    order: Order
    case: Case
    steps: list[CalculationStep] = field(factory=list)
    known: dict[str, int] = field(factory=dict)
    before: str = ""  # the route, where there are several
    cells: int = 0  # the step that last gave a number of cells

    def add(self, what: str, value: str, how: str = "", why: Support | None = None) -> int:
        """A further step; returns its number."""
        number, why, what = len(self.steps) + 1, why or Support(), f"{self.before}{what}"
        self.steps.append(
            CalculationStep(number, what[:1].upper() + what[1:], value, how, why.evidence, why.because)
        )
        return number

    def why(self, path: str, key: str = "") -> Support:
        return support(self.protocol, self.order, path, key)

    def covariates(self) -> None:
        """What is known of the patient, for those who read it again."""
        for name in self.order.depends_on:
            covariate = self.protocol.patient.get(name)
            observed = f", observed at {covariate.at}" if covariate is not None and covariate.at else ""
            what = "body weight" if name == "weight" else name.replace("_", " ")
            again = "read again from the patient's record: ______"
            self.known[name] = self.add(
                f"{what}{observed}", symbols(self.order.covariates.get(name, "")), again, ENTERED
            )

    def route(self, given: Administration, route: Route, rule: RouteRule) -> None:
        """From the dose to the containers of one route."""
        label = route.label
        self.before = f"{label}: " if len(self.order.administrations) > 1 else ""
        place = self.protocol.path_of(route)
        row, sites = choose(rule.rows, self.case, rule.where), choose(rule.sites, self.case, rule.where)
        if row.target is None:
            self.add("cells", _between(given), "the lot decides", self.why(f"{place}.cells"))
            self.add("cells of the lot", "", f"counted {in_words(given)}")
        else:
            self.target(given, row.target, sites, place)
            self.cap_and_floor(given, row, row.target.of(self.case, sites), sites, place)
            self.share_and_rounding(given, rule, place)
        if given.cells_per_site is not None and (row.target is None or row.target.per != "site"):
            at = self.add("sites", f"{given.sites}", "", self.why(f"{place}.sites"))
            how = f"step {self.cells} ÷ step {at}"
            self.add(f"{in_words(given)} for each site", near(given.cells_per_site), how)
        if self.order.from_lot:
            drawn = self.from_lot(label, given)
            self.container(evolve(given, containers=drawn.containers), rule, place)
        else:
            self.volume(given, rule, place)
            self.container(given, rule, place)

    def target(self, given: Administration, target: Amount, sites: int, place: str) -> None:
        """The dose as the protocol states it, and what it is multiplied with."""
        what, why = in_words(given), self.why(f"{place}.cells")
        cells = count_in_words(target.of(self.case, sites), what)
        if target.per is None:
            self.cells = self.add("cells prescribed", cells, "a fixed dose", why)
            return
        unit = "site" if target.per == "site" else symbols(self.protocol.units.get(target.per, "kg"))
        each = self.add(
            f"{what} for each {unit}", f"{near(target.value)} / {unit}", f"= {scientific(target.value)}", why
        )
        if target.per == "site":
            factor, times = Decimal(sites), self.add("sites", f"{sites}", "", self.why(f"{place}.sites"))
        else:
            value = self.case[target.per]
            assert isinstance(value, Decimal)
            factor, times = value, self.known[target.per]
        how = f"{plain(factor)} {unit} × {near(target.value)} / {unit}"
        self.cells = self.add(f"cells prescribed = step {times} × step {each}", cells, how)

    def cap_and_floor(
        self, given: Administration, row: CellRow, cells: Decimal, sites: int, place: str
    ) -> None:
        """What cap and floor make of the dose."""
        for name, limit, pick in (("cap", row.cap, min), ("floor", row.floor, max)):
            if limit is None:
                continue
            end = limit.of(self.case, sites)
            replaces = pick(cells, end) != cells
            how = f"replaces step {self.cells}" if replaces else "does not apply"
            at = self.add(
                f"{name} of the dose",
                count_in_words(end, in_words(given)),
                how,
                self.why(f"{place}.cells", name),
            )
            if replaces:
                cells, self.cells = end, at

    def share_and_rounding(self, given: Administration, rule: RouteRule, place: str) -> None:
        """The part that is given, the rounding, and what is left."""
        if rule.shares:
            share = choose(rule.shares, self.case, rule.where)
            self.add("part of it that is given", f"{plain(share * 100)} %", "", self.why(f"{place}.share"))
        if rule.fill.rounding is not None:
            self.add("rounded", str(rule.fill.rounding), "", self.why(f"{place}.round"))
        if given.cells is not None and len(self.steps) != self.cells:
            self.cells = self.add(
                "cells to be given", count_in_words(given.cells, in_words(given)), "after these steps"
            )

    def volume(self, given: Administration, rule: RouteRule, place: str) -> None:
        """The volume, from the concentration or as it is stated."""
        thick, what = rule.fill.concentration, in_words(given)
        if thick is not None:
            shown = f"{near(thick) if thick == int(thick) else density(thick)} / mL"
            why = self.why(f"{place}.concentration")
            each = self.add("concentration of the suspension", shown, f"= {scientific(thick)} {what}/mL", why)
            if given.volume_mL is not None and given.cells is not None:
                how = f"{near(given.cells)} ÷ {near(thick)}"
                self.add(f"volume = step {self.cells} ÷ step {each}", exactly(given.volume_mL), how)
        elif given.volume_mL is not None:
            why = self.why(f"{place}.volume")
            at = self.add("volume", exactly(given.volume_mL), "stated, not computed", why)
            if given.concentration_cells_per_mL is not None:
                value = f"{density(given.concentration_cells_per_mL)} {what}/mL"
                self.add("concentration that follows", value, f"step {self.cells} ÷ step {at}")
        else:
            self.add("volume", "", "not stated by the protocol; decided by: ______")

    def container(self, given: Administration, rule: RouteRule, place: str) -> None:
        """How the volume is divided over containers."""
        box, why = rule.fill.box, self.why(f"{place}.container")
        if box is not None and box.contains is not None:
            how = f"{len(given.containers)} opened"
            self.add(f"a {box.kind} contains", count_in_words(box.contains, in_words(given)), how, why)
        elif box is not None and box.sizes:
            sizes = " or ".join(plain(size) for size in box.sizes)
            self.add(f"a {box.kind} holds", f"{sizes} mL", _filling(given), why)

    def from_lot(self, label: str, given: Administration) -> FromLot:
        """What is taken of the lot as it was measured."""
        measured = self.order.lot
        lot = next(lot for lot in self.order.from_lot if lot.route == label)
        assert measured is not None
        dense = measured.count_per_mL
        digits = near(dense) if dense == int(dense) else exact(dense)
        count = f"{digits} {CELL_KINDS[measured.kind]} / mL"
        self.add("the lot, counted", count, "count again: ______", ENTERED)
        if measured.viability_percent is not None:
            self.add("viability of the lot", f"{plain(measured.viability_percent)} %", "", ENTERED)
        for line in lot.reckoning:
            how, equals, value = line.rpartition(" = ")
            self.add("reckoned", value, how if equals else "")
        planned = f"; planned {exactly(lot.planned_mL)}" if lot.planned_mL is not None else ""
        self.add(
            "volume to draw up", exactly(lot.volume_mL), f"holds {near(lot.cells)} {in_words(given)}{planned}"
        )
        return lot


def _filling(given: Administration) -> str:
    fills = [box.fill_mL for box in given.containers if box.fill_mL is not None]
    count = len(given.containers)
    if len(fills) == count > 1 and len(set(fills)) == 1:
        return f"{count} of {volume(fills[0])}"
    if len(fills) == count > 1:
        return f"{' + '.join(exact(fill) for fill in fills)} mL: {count} are filled"
    return f"{count} {'is' if count == 1 else 'are'} filled"


def _between(given: Administration) -> str:
    least, most = given.cells_least, given.cells_most
    ends = [
        f"at least {near(least)}" if least is not None else "",
        f"at most {near(most)}" if most is not None else "",
    ]
    return f"{' and '.join(filter(None, ends)) or 'any number of'} {in_words(given)}"
