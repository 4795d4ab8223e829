"""Doses of other protocols, with which a dose may have been confused: fixed amounts, amounts per kg, and other rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import define, field

from mfg.auditing.asked import Asked
from mfg.auditing.reading import is_proportional
from mfg.errors import Refused
from mfg.prescription.order import Administration
from mfg.prescription.prescriber import Prescriber
from mfg.protocol.cases import Case
from mfg.protocol.protocol import Protocol


@define
class Strangers:
    """The doses of some protocols, all routes together and each alone."""

    _fixed: set[Decimal] = field(factory=set)
    _per_kg: set[Decimal] = field(factory=set)
    _rules: list[Prescriber] = field(factory=list)

    @classmethod
    def of(cls, protocols: Iterable[Protocol]) -> Strangers:
        """The doses of *protocols*."""
        made = cls()
        for protocol in protocols:
            for prescriber in Asked.of(protocol, None, None).prescribers():
                made._add(prescriber)
        return made

    def _add(self, prescriber: Prescriber) -> None:
        if not prescriber.needs:
            self._fixed.update(amounts(prescriber, {}))
        elif is_proportional(prescriber.rule):
            rates = [
                row.target.value for route in prescriber.rule.routes for _, row in route.rows if row.target
            ]
            self._per_kg.update([sum(rates, Decimal(0)), *rates])
        else:
            self._rules.append(prescriber)

    def doses(self, case: Case) -> Iterator[Decimal]:
        """Every number of cells that they prescribe in this *case*."""
        yield from self._fixed
        weight = case.get("weight")
        if isinstance(weight, Decimal):
            yield from (rate * weight for rate in self._per_kg)
        for prescriber in self._rules:
            yield from amounts(prescriber, case)


def amounts(prescriber: Prescriber, case: Case) -> list[Decimal]:
    """The cells of a dose, in all and on each route; nothing, if it has none here."""
    listed = [one.cells for one in _administrations(prescriber, case) if one.cells]
    return [sum(listed, Decimal(0)), *listed] if listed else []


def _administrations(prescriber: Prescriber, case: Case) -> tuple[Administration, ...]:
    try:
        return prescriber.rule.administrations({**case, **prescriber.words()})
    except Refused:
        return ()
