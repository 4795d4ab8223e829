"""The worked examples of a protocol file, computed and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mfg.digits import plain
from mfg.errors import Parameter, Refused, nearest
from mfg.prescription.order import Order, route_of
from mfg.prescription.prescriber import Prescriber
from mfg.units import amount, kind_of
from mfg.units.amounts import DoseCount, Volume
from mfg.units.measure import measure_of

if TYPE_CHECKING:
    from mfg.protocol.protocol import Example, Protocol

_EXPECTED = ("cells", "volume", "containers", "total", "refused")
_COUNTS = evolve(measure_of(DoseCount), zero=True)


@frozen
class _Ends:
    """The lower and the upper end of a quantity in one unit; None for an end that is not stated."""

    least: Decimal | None
    most: Decimal | None
    unit: str

    def __str__(self) -> str:
        stated = [("at least", self.least), ("at most", self.most)]
        if self.least == self.most:
            return "nothing" if self.least is None else plain(self.least)
        return " and ".join(f"{word} {plain(end)}" for word, end in stated if end is not None)

    def hold(self, computed: _Ends) -> bool:
        """Whether the ends that are stated here are those that were computed; nothing has every unit."""
        pairs = ((self.least, computed.least), (self.most, computed.most))
        alike = self.unit == computed.unit or (self.least == self.most == 0)
        return alike and all(mine is None or mine == end for mine, end in pairs)


def example_faults(protocol: Protocol) -> Iterator[Refused]:
    """Every expectation of a worked example that cannot be read, or that the computed dose does not meet."""
    for number, example in enumerate(protocol.examples, 1):
        for fault in _faults(protocol, example):
            yield fault.under(f"example.{number}")


def _faults(protocol: Protocol, example: Example) -> Iterator[Refused]:
    expected: dict[str, _Ends] = {}
    for key, given in example.expect.items():
        try:
            if key == "refused":
                _check_refused(given, example.expect)
            else:
                expected[key] = _read(key, given)
        except Refused as fault:
            yield fault.under(f"expect.{key}" if key in _EXPECTED else "expect")
    try:
        prescriber = Prescriber.of(protocol, arm=example.arm, dose=example.dose, supply=example.supply)
        order = prescriber.order(prescriber.case(example.given))
    except Refused as refusal:
        if example.expect.get("refused") is not True:
            yield _in_words_of_the_file(refusal)
        return
    if example.expect.get("refused") is True:
        yield Refused("", None, "is to be refused, and a dose was computed", "mend the rule or the example")
    yield from _compare(example, expected, order)


def _check_refused(given: object, expect: Mapping[str, Any]) -> None:
    if given not in (True, False) or not isinstance(given, bool):
        raise Refused("", str(given), "is not true or false", "write refused = true")
    if given and len(expect) > 1:
        raise Refused("", "true", "stands beside a dose", "leave one of them out")


def _read(key: str, given: object) -> _Ends:
    """What is expected under *key*: a value, or the limits that come out where the lot decides."""
    if key not in _EXPECTED:
        raise Refused("", key, "is nothing that can be expected", nearest(key, _EXPECTED))
    if key == "containers":
        if isinstance(given, bool) or not isinstance(given, int) or given < 0:
            raise Refused("", str(given), "is not a whole number", "write how many, like 2")
        return _Ends(Decimal(given), Decimal(given), "container")
    if not isinstance(given, dict):
        value, unit = _quantity(key, given, "")
        return _Ends(value, value, unit)
    strange = sorted(set(given) - {"least", "most"})
    if strange or not given:
        advice = "give least, most or both"
        raise Refused("", strange[0] if strange else None, "is no limit that can be expected", advice)
    ends = {end: _quantity(key, value, end) for end, value in given.items()}
    units = {unit for _, unit in ends.values()}
    if len(units) > 1:
        raise Refused("", " and ".join(sorted(units)), "are two units", "write both ends in one")
    least, most = ((ends[end][0] if end in ends else None) for end in ("least", "most"))
    return _Ends(least, most, units.pop())


def _quantity(key: str, given: object, where: str) -> tuple[Decimal, str]:
    if key == "volume":
        return amount(measure_of(Volume).read(given, where), "mL"), "mL"
    count = _COUNTS.read(given, where)
    return Decimal(count.magnitude), kind_of(count)


def _compare(example: Example, expected: Mapping[str, _Ends], order: Order) -> Iterator[Refused]:
    named = [a for a in order.administrations if example.route in (None, a.route, route_of(a))]
    asked = {"cells", "volume", "containers"} & expected.keys()
    if (asked and len(named) != 1) or (example.route is not None and not named):
        names = ", ".join(route_of(a) for a in order.administrations)
        advice = f"use one of {names}" if names else "this dose is given by none"
        yield Refused("route", example.route, "does not name one route", advice)
    kinds = {a.kind for a in order.administrations}
    unit = kinds.pop() if len(kinds) == 1 else "cell"
    computed = {"total": _Ends(order.total_cells_least, order.total_cells_most, unit)}
    if len(named) == 1:
        (one,) = named
        volumes = (one.volume_least_mL, one.volume_most_mL)
        known = one.volume_mL
        computed["cells"] = _Ends(*one.ends(), one.kind)
        computed["volume"] = _Ends(*(volumes if known is None else (known, known)), "mL")
        count = Decimal(len(one.containers))
        computed["containers"] = _Ends(count, count, "container")
    for key, ends in expected.items():
        if key in computed and not ends.hold(computed[key]):
            found = computed[key]
            counted = "" if found.unit == ends.unit else f" {found.unit}"
            problem = f"does not hold: {found}{counted} was computed"
            yield Refused(
                f"expect.{key}", _given(example.expect[key]), problem, "mend the rule or the example"
            )


def _given(expected: object) -> str:
    """An expectation as it stands in the file."""
    if isinstance(expected, dict):
        return ", ".join(f"{end} {value}" for end, value in expected.items())
    return str(expected)


def _in_words_of_the_file(refusal: Refused) -> Refused:
    """A refusal of what was typed, as one of the keys under ``[[example]]``."""
    where = refusal.where
    if not isinstance(refusal.where, Parameter):
        where = re.sub(r"^dose$", "given", where)
    where = re.sub(r"^given |^(?=weight$)", "given.", where)
    remedy = re.sub(r"`(?:given )?([^`]*)`", r"\1", refusal.remedy)
    return evolve(refusal, where=where, remedy=remedy)
