"""What a dose prescribes, from the exact arithmetic of the prescription to the plain numbers of a run."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan
from typing import TYPE_CHECKING

from attrs import frozen

from mfg.errors import Refused
from mfg.simulation.plan import Case, Portion

if TYPE_CHECKING:  # what runs has no need of units and protocols
    from mfg.prescription.order import Administration
    from mfg.prescription.rule import Rule


def portion_of(given: Iterable[Administration]) -> Portion:
    """The cells to aim for and the fewest that may be given, over all routes of a dose."""
    routes = list(given)
    target = sum(
        float(a.cells if a.cells is not None else a.cells_most or a.cells_least or 0) for a in routes
    )
    return Portion(target, sum(float(a.cells_least or a.cells or 0) for a in routes))


@frozen
class Ruled:
    """A dose that depends on more than a weight: its rule, tried on what is known of a patient."""

    rule: Rule
    words: Case

    def __call__(self, case: Case) -> Portion:
        """The portion in *case*; nan where the protocol has no dose."""
        try:
            return portion_of(self.rule.administrations({**case, **self.words}))
        except Refused:
            return Portion(nan, nan)
