"""What a dose prescribes, from the exact arithmetic of the prescription to the plain numbers of a run."""

from __future__ import annotations

from math import inf, isinf, nan
from typing import TYPE_CHECKING

from attrs import frozen

from mfg.errors import Refused
from mfg.plan.prescription import VIABLE, PatientCase, PlannedPortion

if TYPE_CHECKING:  # what runs has no need of units and protocols
    from mfg.prescription.order import Administration
    from mfg.prescription.rule import RouteRule, Rule

NO_DOSE = PlannedPortion(nan, nan, nan, nan, nan)


@frozen
class Terms:
    """How doses are filled: which end of a range is the `aim`, and whether a short dose is given.

    A product is typically `alive` to this share when it is suspended, and to the part `keeps` of that when it expires.
    """

    aim: str
    gives_short: bool
    alive: float
    keeps: float


@frozen
class Ruled:
    """The rule of a dose, tried on what is known of a patient."""

    rule: Rule
    words: PatientCase
    terms: Terms

    def __call__(self, case: PatientCase) -> PlannedPortion:
        """The portion in *case*; nan where the protocol has no dose."""
        try:
            given = self.rule.administrations({**case, **self.words})
        except Refused:
            return NO_DOSE
        viable = counted_of(self.rule) == VIABLE
        parts = [
            _part(one, self.terms, takes_all=_takes_all(route), viable=viable)
            for one, route in zip(given, self.rule.routes, strict=True)
        ]
        cells, enough, least, most, total = (sum(ends) for ends in zip(*parts, strict=True))
        return PlannedPortion(cells, enough, least, most, total)


def counted_of(rule: Rule) -> str:
    """What the cells of a dose are counted in; a scenario counts those of one dose in one way."""
    return rule.routes[0].fill.counted


def _takes_all(route: RouteRule) -> bool:
    return route.fill.box is not None and route.fill.box.use == "all"


def _part(
    given: Administration, terms: Terms, *, takes_all: bool, viable: bool
) -> tuple[float, float, float, float, float]:
    """The numbers of a portion that one route asks for."""
    least = float(given.cells_least or 0)
    limit = inf if given.cells_most is None else float(given.cells_most)
    if given.cells is not None:
        cells = planned = float(given.cells)
        enough = (least or cells) if terms.gives_short else cells
    else:
        cells = _aim(least, limit, terms.aim)
        planned = min(limit, cells / terms.keeps) if viable else cells
        enough = least or 1.0  # with a cap only: any cells at all
    total = planned / terms.alive if viable else planned
    return cells, enough, least, limit if takes_all else planned, total


def _aim(least: float, most: float, aim: str) -> float:
    """What is aimed for between two limits, of which one may be missing."""
    if isinf(most) or (aim == "least" and least):
        return least
    return (least + most) / 2 if aim == "middle" and least else most
