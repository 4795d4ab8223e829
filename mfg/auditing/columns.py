"""The columns of a table under audit, by what they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import field, frozen

ADDED = ("verdict", "prescribed_cells", "deviation_percent", "likely", "reason")  # by an audit, to a table


@frozen
class NumberColumn:
    """A column of numbers, and the factor that makes kg, cm, mL or cells of them."""

    index: int
    header: str
    factor: Decimal


@frozen
class DoseColumn:
    """A column that says what was given: cells, cells per kg, or a volume; of one dose or route, if it says so."""

    number: NumberColumn
    kind: str
    dose: str | None = None
    route: str | None = None


@frozen
class TableColumns:
    """The columns of a table by what they are; None where there is none."""

    patient: int
    given: tuple[DoseColumn, ...]
    weight: NumberColumn | None
    volume: NumberColumn | None
    height: NumberColumn | None
    previous_weight: NumberColumn | None
    previous_cells: NumberColumn | None
    route: int | None
    arm: int | None
    dose: int | None
    covariates: Mapping[str, NumberColumn]
    words: Mapping[str, int]
    unused: tuple[str, ...]
    warnings: tuple[str, ...]
    _measured: tuple[tuple[str, NumberColumn], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        weight = [("weight", self.weight)] if self.weight is not None else []
        object.__setattr__(self, "_measured", (*weight, *self.covariates.items()))

    def measured(self) -> tuple[tuple[str, NumberColumn], ...]:
        """Each measured covariate of the patient, with its column."""
        return self._measured

    def numbers(self) -> list[int]:
        """The positions of all columns of numbers."""
        single = (self.weight, self.volume, self.height, self.previous_weight, self.previous_cells)
        found = [*(n for n in single if n is not None), *self.covariates.values()]
        return [*(given.number.index for given in self.given), *(number.index for number in found)]
