"""What a person says of one patient, held against what the protocol asks for."""

from __future__ import annotations

from decimal import Decimal
from os import PathLike
from typing import TYPE_CHECKING

from attrs import evolve

from mfg.digits import plain
from mfg.errors import Parameter, Refused
from mfg.kinds import another_kind, check_mapping
from mfg.protocol.cases import Measured
from mfg.protocol.rules import bounds_of
from mfg.units import Quantity, alike, amount, text
from mfg.units.amounts import Anything, Weight
from mfg.units.measure import accept, measure_of

if TYPE_CHECKING:
    from mfg.protocol.protocol import Covariate, Protocol


def value_of(protocol: Protocol, name: str, value: str | Quantity, where: str) -> Decimal | str:
    """One covariate: a word of its own, or a decimal in its own unit, inside its limits and rounded.

    A body weight may be given to any protocol.

    Raises:
        Refused: for a name that the protocol does not declare, or a value that does not fit it.
    """
    covariate = protocol.patient.get(name)
    if covariate is None:
        if name != "weight":
            raise refusal_of(protocol, value, where)
        unit = "kg"
    elif covariate.unit is None:
        if value not in covariate.one_of:
            raise Refused(where, str(value), "is not allowed", f"use one of {', '.join(covariate.one_of)}")
        return str(value)
    else:
        unit = covariate.unit
    measure, usual = measure_of(Weight), Decimal(72)
    if name != "weight":
        measure, usual = evolve(measure_of(Anything), name=f"the {name}"), Decimal(3)
    like = plain(next(bounds_of(covariate, unit).inside(usual), usual))
    quantity = accept(value, evolve(measure, like=f"{like} {unit}"), where)
    if not alike(quantity, unit):
        raise Refused(where, text(quantity), f"is not in {unit}", f"write it in {unit}")
    return measured_of(covariate, unit).accept(amount(quantity, unit), where, protocol.name)


def measured_of(covariate: Covariate | None, unit: str) -> Measured:
    """A covariate in its *unit*, with the units taken off; one that the protocol does not declare has no limits."""
    rounding = covariate.round.within(unit) if covariate is not None and covariate.round else None
    return Measured(unit, bounds_of(covariate, unit), rounding)


def refuse_name(protocol: object) -> None:
    """Say how a protocol is loaded, if *protocol* is the name or the path of one, or no protocol at all.

    Raises:
        Refused: for whatever is none.
    """
    if isinstance(protocol, (str, PathLike)):
        advice = f"load it first: mfg.load_protocol({str(protocol)!r})"
        raise Refused(Parameter("protocol"), str(protocol)[:80], "is not a loaded protocol", advice)
    if not hasattr(protocol, "treatments"):
        raise another_kind(protocol, "protocol", "give a protocol as mfg.load_protocol loads it")


def check_given(given: object) -> None:
    """Refuse covariates that are no table by their names."""
    check_mapping(given, "given", '{"height": "170 cm"}')


def refusal_of(protocol: Protocol, value: object, where: str) -> Refused:
    """The refusal of a covariate that a protocol does not declare."""
    known = ", ".join(protocol.patient) or "nothing"
    return Refused(where, str(value), "is nothing that this protocol asks for", f"it asks for {known}")
