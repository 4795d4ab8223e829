"""What a person says of one patient, held against what the protocol asks for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mfg.errors import Refused
from mfg.protocol.protocol import Covariate, Protocol, bounds_of
from mfg.units import Anything, Quantity, Weight, alike, amount, measure_of, plain, taken, text


def case_of(protocol: Protocol, given: Mapping[str, str | Quantity]) -> dict[str, Decimal | str]:
    """The covariates of one patient: words, and decimals in each covariate's own unit.

    Raises:
        Refused: for a name that the protocol does not declare, or a value that does not fit it.
    """
    case: dict[str, Decimal | str] = {}
    for name, value in given.items():
        where, covariate = f"--given {name}", protocol.patient.get(name)
        if covariate is None:
            known = ", ".join(protocol.patient) or "nothing"
            problem = "is nothing that this protocol asks for"
            raise Refused(where, str(value), problem, f"it asks for {known}")
        if covariate.unit is None:
            if value not in covariate.one_of:
                advice = f"use one of {', '.join(covariate.one_of)}"
                raise Refused(where, str(value), "is not allowed", advice)
            case[name] = str(value)
        else:
            quantity = taken(value, measure_of(Weight if name == "weight" else Anything), where)
            case[name] = _number(protocol, covariate, covariate.unit, quantity, where)
    return case


def _number(protocol: Protocol, covariate: Covariate, unit: str, quantity: Quantity, where: str) -> Decimal:
    if not alike(quantity, unit):
        raise Refused(where, text(quantity), f"is not in {unit}", f"write it in {unit}")
    number, limits = amount(quantity, unit), bounds_of(covariate, unit)
    if number not in limits:
        problem = f"is outside {limits.shown(unit)}, the limits of {protocol.name}"
        raise Refused(where, f"{plain(number)} {unit}", problem, "check the value and its unit")
    return covariate.round.apply(number, unit) if covariate.round else number
