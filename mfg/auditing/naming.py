"""Which slips explain a wrong row: factors, other weights, other columns, other arms and protocols, in that order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from attrs import define

from mfg.auditing.allowed import Allowance, content_of
from mfg.auditing.columns import DoseColumn
from mfg.auditing.reading import Prescribed, Reading
from mfg.auditing.slips import (
    FACTORS,
    OF_WEIGHT,
    factors,
    in_containers,
    names,
    transpositions,
    without_a_digit,
)
from mfg.auditing.strangers import Strangers, amounts
from mfg.errors import Refused
from mfg.protocol.protocol import Protocol
from mfg.sheet import Row, Unreadable

Beside = tuple["Row | None", "Row | None"]


@define
class Naming:
    """What names the slips of one table; *others* are the protocols whose doses may have been taken for these."""

    reading: Reading
    allowance: Allowance
    tolerance: Decimal  # as a share
    others: Callable[[], Iterable[Protocol]]
    _strangers: Strangers | None = None

    def of(
        self, cells: list[str], column: DoseColumn, amount: Decimal, wanted: Prescribed, beside: Beside
    ) -> tuple[str, ...]:
        """The slips that explain *amount*, in a row that stands *beside* two others; ``other`` if none does."""
        given, exact = float(amount), float(min(max(amount, wanted.least), wanted.most))
        dense = float(wanted.concentration) if wanted.concentration else None
        multiplied = factors(wanted.weight, dense, column.kind)
        step = self.allowance.step(wanted.given)

        def rounded(cells: float) -> tuple[float, ...]:
            return self.allowance.round_again(cells, step) if step else ()

        def others() -> Iterator[tuple[str, float]]:
            bases = (exact, *rounded(exact))
            for swapped in filter(
                None, transpositions(given)
            ):  # so many times the dose with its digits in order
                for base in bases:
                    yield "transposed-digits", given * base / swapped
            for base in bases:
                if given < base / 2:  # as every number is that lost a digit
                    for dropped in without_a_digit(base):
                        yield "dropped-digit", dropped
            yield from self._in_containers(exact, wanted)
            yield from self._of_other_weights(cells, wanted, beside)
            own = step or self.is_of_another(amount, wanted)
            if not own and amount in self._of_strangers(wanted):
                yield "another-protocol", given

        found = names(given, exact, multiplied, others, rounded, step)
        return found or (self._elsewhere(cells, amount, wanted),)

    def _in_containers(self, exact: float, wanted: Prescribed) -> Iterator[tuple[str, float]]:
        if len(wanted.given) > 1:
            return
        rules = wanted.prescriber.rule.routes
        content = next((content_of(rule) for rule in rules if rule.name == wanted.given[0].route), None)
        for cells in in_containers(exact, float(content)) if content else ():
            yield "rounded-to-containers", cells

    def _of_other_weights(
        self, cells: list[str], wanted: Prescribed, beside: Beside
    ) -> Iterator[tuple[str, float]]:
        """The doses for the weights of the neighbours, and for this patient's last weight."""
        if wanted.weight is None:
            return
        now, last = self.reading.columns.weight, self.reading.columns.previous_weight
        near = [row.cells for row in beside if row is not None and row.cells is not None]
        weights = [("neighbours-weight", other, now) for other in near]
        if last is not None:
            weights.append(("old-weight", cells, last))
        for name, other, column in weights:
            kg = self.reading.number_or_none(other, column)
            predicted = None if kg is None else wanted.at(kg)
            if predicted is not None:
                yield name, predicted

    def _elsewhere(self, cells: list[str], amount: Decimal, wanted: Prescribed) -> str:
        """The slip if the dose stands in another column, or belongs to another arm, dose or protocol."""
        if self.fits_exchanged(cells):
            return "swapped-columns"
        if self.is_of_another(amount, wanted):
            return "another-arm" if len(self.reading.asked.protocol.arms) > 1 else "another-dose"
        return "another-protocol" if self._among(amount, self._of_strangers(wanted)) else "other"

    def is_of_another(self, amount: Decimal, wanted: Prescribed) -> bool:
        """Whether another arm, or another dose, is given *amount*."""
        others = self.reading.asked.others(wanted.prescriber)
        return self._among(amount, (one for other in others for one in amounts(other, wanted.case)[:1]))

    def _of_strangers(self, wanted: Prescribed) -> Iterator[Decimal]:
        """What other protocols prescribe in this case."""
        if self._strangers is None:
            own = self.reading.asked.protocol.name
            self._strangers = Strangers.of(protocol for protocol in self.others() if protocol.name != own)
        return self._strangers.doses(wanted.case)

    def _among(self, amount: Decimal, doses: Iterable[Decimal]) -> bool:
        return any(abs(amount - one) <= one * self.tolerance for one in doses)

    def of_broken(self, cells: list[str]) -> str | None:
        """The slip that explains a row without a dose: two cells exchanged, or a weight that is out of reach."""
        if self.fits_exchanged(cells):
            return "swapped-columns"
        columns = self.reading.columns
        kg = self.reading.number_or_none(cells, columns.weight)
        if columns.weight is None or kg is None or len(columns.given) > 1:
            return None
        for name, factor in (*FACTORS[:6], *OF_WEIGHT):
            meant = list(cells)
            weight = kg / columns.weight.factor / Decimal(factor)
            meant[columns.weight.index] = f"{weight:.6f}".replace(".", self.reading.sign)
            if self._is_right(meant, columns.given[0]):
                return name
        return None

    def fits_exchanged(self, cells: list[str]) -> bool:
        """Whether a row is right once the cells of two of its columns are exchanged."""
        columns = self.reading.columns
        if len(columns.given) > 1:
            return False
        given = columns.given[0]
        places = [given.number.index, columns.patient]
        places += [one.index for one in (columns.weight, columns.volume) if one is not None]
        pairs = [(first, second) for n, first in enumerate(places) for second in places[n + 1 :]]
        return any(self._is_right(_exchange(cells, *pair), given) for pair in pairs)

    def _is_right(self, cells: list[str], column: DoseColumn) -> bool:
        columns = self.reading.columns
        if self.reading.number_or_none(cells, column.number) is None:
            return False
        try:
            wanted = self.reading.prescribe(cells, column)
            amount = self.reading.amount(cells, column, wanted)
            volume = self.reading.number(cells, columns.volume)
        except (Unreadable, Refused):
            return False
        if not amount or not cells[columns.patient].strip():
            return False
        if volume is not None and wanted.concentration is not None:
            off = abs(volume * wanted.concentration - amount)
            if off > max(amount * self.tolerance, self.allowance.off(wanted.given)):
                return False
        low, high = wanted.least * (1 - self.tolerance), wanted.most * (1 + self.tolerance)
        return low <= amount <= high or self.allowance.admits(amount, wanted.given)


def _exchange(cells: list[str], first: int, second: int) -> list[str]:
    changed = list(cells)
    changed[first], changed[second] = cells[second], cells[first]
    return changed
