"""Conditions (`when`): what may be asked, with which values, and whether the rows of a table take every case once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from mfg.errors import Refused, nearest
from mfg.protocol.cases import ENDS, LIMITS
from mfg.protocol.check.coverage import uncovered
from mfg.protocol.protocol import Covariate, Protocol
from mfg.protocol.rules import Limits, When, bounds_of, condition_of
from mfg.units import alike
from mfg.units.amounts import KNOWN


def can_be_read(covariate: Covariate) -> bool:
    """Whether the unit of *covariate* is one, and its limits are in it; a word has neither."""
    unit, limits = covariate.unit, [getattr(covariate, key) for key in LIMITS]
    if unit is None:
        return all(limit is None for limit in limits)
    return unit in KNOWN and all(limit is None or alike(limit, unit) for limit in limits)


def condition_faults(protocol: Protocol, path: str, when: When | None, free: set[str]) -> Iterator[Refused]:
    """Names that a condition may not ask for here, and values that what it asks for cannot have.

    It may ask for every covariate, and for the words in *free*.
    """
    words = protocol.words()
    known = set(protocol.patient) | free
    for name, limits in when.conditions.items() if when else ():
        covariate = protocol.patient.get(name)
        unit = covariate.unit if covariate else None
        if name not in known:
            yield Refused(f"{path}.when", name, "is nothing that can be asked here", nearest(name, known))
        elif unit is not None and covariate is not None:
            if can_be_read(covariate) and not _measures(limits, unit):
                advice = f"write limits in {unit}"
                yield Refused(f"{path}.when.{name}", str(limits), "does not fit it", advice)
        elif name in words:
            odd = [word for word in limits.one_of if word not in words[name]]
            if odd:
                advice = nearest(odd[0], words[name])
                yield Refused(f"{path}.when.{name}", odd[0], "is no value of it", advice)
            elif not limits.one_of:
                advice = "write one of its words"
                yield Refused(f"{path}.when.{name}", str(limits), "does not fit it", advice)


def _measures(limits: Limits, unit: str) -> bool:
    stated = [quantity for _, quantity in limits.bounds()]
    return bool(stated) and not limits.one_of and all(alike(quantity, unit) for quantity in stated)


def coverage_faults(
    protocol: Protocol, path: str, rows: Iterable[When | None], free: set[str]
) -> Iterator[Refused]:
    """Whether the rows of a decision table ask for what they may and take every case exactly once."""
    table = list(rows)
    wrong = [fault for when in table for fault in condition_faults(protocol, path, when, free)]
    yield from wrong
    names = {name for when in table if when for name in when.conditions}
    readable = all(can_be_read(protocol.patient[name]) for name in names if name in protocol.patient)
    words, units = protocol.words(), protocol.units
    if wrong or not readable or not names <= words.keys() | units.keys():
        return
    conditions = [condition_of(when, units) for when in table]
    reach = {name: bounds_of(protocol.patient[name], units[name]) for name in names & units.keys()}
    rounded = {
        n: c.round.within(c.unit)
        for n, c in protocol.patient.items()
        if c.round and c.unit and alike(c.round.to, c.unit)
    }
    for problem in uncovered(conditions, words, reach, rounded):
        yield Refused(path, None, f"does not take every case exactly once: {problem}", "mend the conditions")


def exclude(one: When | None, other: When | None) -> bool:
    """Whether two conditions can never hold together: of something that both ask for, they take apart values."""
    first, second = (when.conditions if when else {} for when in (one, other))
    return any(_apart(first[name], second[name]) for name in first.keys() & second.keys())


def _apart(one: Limits, other: Limits) -> bool:
    if one.one_of or other.one_of:
        return bool(one.one_of and other.one_of) and not set(one.one_of) & set(other.one_of)
    return _below(one, other) or _below(other, one)


def _below(one: Limits, other: Limits) -> bool:
    """Whether all of *one* lies below all of *other*."""
    for high, low in product(*reversed(ENDS)):
        top, bottom = getattr(one, high), getattr(other, low)
        if top is None or bottom is None or not alike(top, str(bottom.units)):
            continue
        if top < bottom or (top == bottom and (high, low) != ("most", "least")):
            return True
    return False
