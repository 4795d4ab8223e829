"""Checks of covariates and eligibility: units, events and limits."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.cases import LIMITS
from mfg.protocol.check.measuring import rounding_fault
from mfg.protocol.protocol import Covariate, Protocol
from mfg.protocol.rules import Limits
from mfg.units import alike, text
from mfg.units.amounts import KNOWN

JUDGED = {
    "weight": "kg",
    "age": "year",
    "alsfrs_r": "point",
}  # what everybody knows of a patient, and its unit


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Covariates that are none, and limits of eligibility that do not fit what they limit."""
    events = {"screening", "baseline", "collection", "dose"} | {v.name for v in protocol.visits}
    for name, covariate in protocol.patient.items():
        path = f"patient.{name}"
        yield from _units(path, covariate)
        if name == "weight" and covariate.unit not in (None, "kg") and covariate.unit in KNOWN:
            yield Refused(f"{path}.unit", covariate.unit, "is not the unit of a weight", "write it in kg")
        if (covariate.unit is None) == (not covariate.one_of):
            yield Refused(path, None, "is neither a quantity nor a word", "give unit or one_of")
        if covariate.at is not None and covariate.at not in events:
            yield Refused(f"{path}.at", covariate.at, "is no event", nearest(covariate.at, events))
    for name, limits in protocol.eligibility.items():
        yield from _eligible(f"eligibility.{name}", limits, protocol.patient.get(name), JUDGED.get(name))


def unjudged(protocol: Protocol) -> list[str]:
    """What `[eligibility]` limits and nobody can judge: neither a covariate nor what everybody knows."""
    return [name for name in protocol.eligibility if name not in protocol.patient and name not in JUDGED]


def _units(path: str, covariate: Covariate) -> Iterator[Refused]:
    """A unit that is none, or limits that are not in it."""
    unit = covariate.unit
    if unit is not None and unit not in KNOWN:
        yield Refused(f"{path}.unit", unit, "is no unit of this field", nearest(unit, KNOWN))
        return
    yield from rounding_fault(path, covariate)
    for key in LIMITS:
        limit = getattr(covariate, key)
        if limit is not None and (unit is None or not alike(limit, unit)):
            advice = f"write it in {unit}" if unit else "leave it out: a word has no limits"
            yield Refused(f"{path}.{key}", text(limit), "is not in the unit of its covariate", advice)


def _eligible(path: str, limits: Limits, covariate: Covariate | None, known: str | None) -> Iterator[Refused]:
    words = covariate.one_of if covariate is not None else ()
    unit = covariate.unit if covariate is not None else known
    odd = [word for word in limits.one_of if words and word not in words]
    if not limits.one_of and not list(limits.bounds()):
        yield Refused(path, None, "limits nothing", "give least, above, most or below")
    elif odd:
        yield Refused(path, odd[0], "is no value of it", nearest(odd[0], words))
    elif unit is not None and limits.one_of:
        yield Refused(path, str(limits), "does not fit it", f"write limits in {unit}")
    elif words and not limits.one_of:
        yield Refused(path, str(limits), "does not fit it", f"write one of {', '.join(words)}")
    elif unit in KNOWN and any(not alike(quantity, unit) for _, quantity in limits.bounds()):
        yield Refused(path, str(limits), "does not fit it", f"write limits in {unit}")
