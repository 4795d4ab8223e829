"""What one row says, and what the protocol prescribes for it."""

from __future__ import annotations

from decimal import Decimal

from attrs import define, field, frozen

from mfg.auditing.asked import Asked
from mfg.auditing.columns import DoseColumn, NumberColumn, TableColumns
from mfg.auditing.words import Vocabulary
from mfg.errors import Refused
from mfg.prescription.order import Administration
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.rule import Rule
from mfg.protocol.cases import Case
from mfg.sheet import Unreadable, number_of

_FREE = (Decimal(1), Decimal("1e15"))  # where the lot decides and the protocol sets no limit

_BEYOND = Decimal("1e18")


@frozen
class Prescribed:
    """What one row should hold: the range of cells, and the concentration if there is just one."""

    prescriber: Prescriber
    case: Case
    given: tuple[Administration, ...]
    least: Decimal
    most: Decimal
    concentration: Decimal | None
    weight: float | None = field(init=False)  # in kg, if the dose depends on it

    def __attrs_post_init__(self) -> None:
        weight = self.case.get("weight") if "weight" in self.prescriber.needs else None
        object.__setattr__(self, "weight", float(weight) if isinstance(weight, Decimal) else None)

    def at(self, weight: Decimal) -> float | None:
        """The cells of the same dose for another weight in kg; None if there is none."""
        if self.weight is not None and is_proportional(self.prescriber.rule):
            return float(self.most) * float(weight) / self.weight
        route = self.given[0].route if len(self.given) == 1 else None
        try:
            return float(prescribe(self.prescriber, {**self.case, "weight": weight}, route).most)
        except (Refused, Unreadable):
            return None


def is_proportional(rule: Rule) -> bool:
    """Whether every dose of a *rule* is so many cells per kg and nothing else."""
    for route in rule.routes:
        if len(route.rows) > 1 or len(route.shares) > 1 or route.fill.rounding is not None:
            return False
        row = route.rows[0][1]
        if row.target is None or row.target.per != "weight" or row.cap is not None or row.floor is not None:
            return False
    return True


def prescribe(prescriber: Prescriber, case: Case, route: str | None) -> Prescribed:
    """What a rule prescribes in a *case*, on one *route* if one is named.

    Raises:
        Unreadable: if nothing of this dose takes that route.
        Refused: if the protocol allows no dose here.
    """
    given = prescriber.rule.administrations(case)
    if route is not None:
        given = tuple(a for a in given if a.route == route)
        if not given:
            raise Unreadable(f"route: {route} is not one of {prescriber.dose} in arm {prescriber.arm.name}")
    if len(given) == 1 and given[0].cells is not None:
        cells = given[0].cells
        return Prescribed(prescriber, case, given, cells, cells, given[0].concentration_cells_per_mL)
    least = sum((a.cells if a.cells is not None else a.cells_least or _FREE[0] for a in given), Decimal(0))
    most = sum((a.cells if a.cells is not None else a.cells_most or _FREE[1] for a in given), Decimal(0))
    dense = {a.concentration_cells_per_mL for a in given}
    return Prescribed(prescriber, case, given, least, most, dense.pop() if len(dense) == 1 else None)


@define
class Reading:
    """How the rows of one table are read: whose doses they are, which column is what, the decimal sign."""

    asked: Asked
    columns: TableColumns
    sign: str
    _routes: Vocabulary = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._routes = Vocabulary(tuple(dict.fromkeys(r.name for r in self.asked.protocol.routes)))

    def number(self, cells: list[str], column: NumberColumn | None, *, zero: bool = False) -> Decimal | None:
        """The number in a column, in its own unit: None if there is none.

        Raises:
            Unreadable: if it is no number, or nought where that says nothing.
        """
        if column is None:
            return None
        text = cells[column.index].strip()
        if not text:
            return None
        value = number_of(text, column.header, self.sign)
        if not value and not zero:
            raise Unreadable(f"{column.header}: is zero")
        if value > _BEYOND:
            raise Unreadable(f"{column.header}: {text} is beyond anything that is counted or measured here")
        return value if column.factor == 1 else value * column.factor

    def number_or_none(self, cells: list[str], column: NumberColumn | None) -> Decimal | None:
        """The number in a column, None if there is none or if it cannot be read."""
        try:
            return self.number(cells, column)
        except Unreadable:
            return None

    def is_left_out(self, cells: list[str]) -> bool:
        """Whether a row is of an arm that receives no dose, and says none."""
        columns = self.columns
        if columns.arm is None or not self.asked.gives_nothing(cells[columns.arm].strip()):
            return False
        numbers = [one.number for one in columns.given] + [columns.volume]
        return not any(self.number(cells, number, zero=True) for number in numbers)

    def prescribe(self, cells: list[str], column: DoseColumn) -> Prescribed:
        """What the protocol prescribes for a row.

        Raises:
            Unreadable: if a cell is empty or unknown on which the dose depends.
            Refused: if a value is out of reach, or if the protocol allows no dose here.
        """
        columns = self.columns
        arm = cells[columns.arm].strip() if columns.arm is not None else ""
        dose = column.dose or (cells[columns.dose].strip() if columns.dose is not None else "")
        prescriber = self.asked.of_row(arm, dose)
        case = prescriber.words()
        for name, number in columns.measured():
            value = self.number(cells, number)
            if value is not None:
                case[name] = prescriber.rule.accept(name, value, number.header)
        for name, index in columns.words.items():
            if cells[index].strip():
                case[name] = cells[index].strip()
        if prescriber.kind == "product" and not prescriber.needs <= case.keys():
            name = min(prescriber.needs - case.keys())
            header = next((number.header for n, number in columns.measured() if n == name), name)
            raise Unreadable(f"{header}: is empty, and the dose depends on it")
        return prescribe(prescriber, case, self._route(cells, column))

    def _route(self, cells: list[str], column: DoseColumn) -> str | None:
        if column.route is not None or self.columns.route is None:
            return column.route
        text = cells[self.columns.route].strip()
        found = self._routes.find(text) if text else None
        if text and found is None:
            known = ", ".join(self._routes.known)
            raise Unreadable(f"route: {text[:40]!r} is not a route of this protocol; it has {known}")
        return found

    def amount(self, cells: list[str], column: DoseColumn, wanted: Prescribed) -> Decimal:
        """The cells that a row says were given.

        Raises:
            Unreadable: if it does not say so.
        """
        product = wanted.prescriber.kind == "product"
        value = self.number(cells, column.number, zero=not product)
        if value is None:
            raise Unreadable(f"{column.number.header}: is empty")
        if column.kind == "cells" or not value:
            return value
        if column.kind == "volume":
            if not product:
                return Decimal(0)  # a placebo's volume holds no cells
            if wanted.concentration is None:
                raise Unreadable(f"{column.number.header}: no concentration is stated, so it says no cells")
            return value * wanted.concentration
        weight = wanted.case.get("weight")
        if not isinstance(weight, Decimal):
            raise Unreadable(f"{column.number.header}: is one for each kg, and the weight is empty")
        return value * weight
