"""What a person says of one patient, held against what the protocol asks for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import evolve

from mfg.errors import Parameter, Refused
from mfg.protocol.cases import Measured
from mfg.protocol.protocol import Covariate, Protocol, bounds_of
from mfg.units import Quantity, alike, amount, text
from mfg.units.amounts import Anything, Weight
from mfg.units.measure import accept, measure_of


def case_of(protocol: Protocol, given: Mapping[str, str | Quantity]) -> dict[str, Decimal | str]:
    """The covariates of one patient: words, and decimals in each covariate's own unit.

    Raises:
        Refused: for a name that the protocol does not declare, or a value that does not fit it.
    """
    case: dict[str, Decimal | str] = {}
    for name, value in given.items():
        if name not in protocol.patient:
            raise _unasked(protocol, value, Parameter(f"given {name}"))
        case[name] = value_of(protocol, name, value, Parameter(f"given {name}"))
    return case


def value_of(protocol: Protocol, name: str, value: str | Quantity, where: str) -> Decimal | str:
    """One covariate: a word of its own, or a decimal in its own unit, inside its limits and rounded.

    A body weight may be given to any protocol.

    Raises:
        Refused: for a name that the protocol does not declare, or a value that does not fit it.
    """
    covariate = protocol.patient.get(name)
    if covariate is None and name != "weight":
        raise _unasked(protocol, value, where)
    covariate = covariate or Covariate(unit="kg")
    if covariate.unit is None:
        if value not in covariate.one_of:
            raise Refused(where, str(value), "is not allowed", f"use one of {', '.join(covariate.one_of)}")
        return str(value)
    measure = measure_of(Weight)
    if name != "weight":
        measure = evolve(measure_of(Anything), name=f"the {name}", like=f"3 {covariate.unit}")
    quantity = accept(value, measure, where)
    if not alike(quantity, covariate.unit):
        raise Refused(where, text(quantity), f"is not in {covariate.unit}", f"write it in {covariate.unit}")
    number = amount(quantity, covariate.unit)
    return measured(covariate, covariate.unit).checked(number, where, protocol.name)


def measured(covariate: Covariate, unit: str) -> Measured:
    """A covariate in its *unit*, with the units accept off."""
    rounding = covariate.round.within(unit) if covariate.round else None
    return Measured(unit, bounds_of(covariate, unit), rounding)


def _unasked(protocol: Protocol, value: object, where: str) -> Refused:
    known = ", ".join(protocol.patient) or "nothing"
    return Refused(where, str(value), "is nothing that this protocol asks for", f"it asks for {known}")
