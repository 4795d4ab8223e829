"""The worked examples of a protocol file, computed and compared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mfg.digits import plain
from mfg.errors import Refused, nearest
from mfg.prescription.order import Order
from mfg.prescription.prescriber import Prescriber
from mfg.protocol.protocol import Example, Protocol
from mfg.units import CellCount, Volume, amount, measure_of

_EXPECTED = ("cells", "volume", "containers", "total", "refused")


def example_faults(protocol: Protocol) -> Iterator[Refused]:
    """Every expectation of a worked example that the computed dose does not meet."""
    for number, example in enumerate(protocol.examples, 1):
        where = f"example.{number}"
        for key in example.expect:
            if key not in _EXPECTED:
                yield Refused(
                    f"{where}.expect", key, "is nothing that can be expected", nearest(key, _EXPECTED)
                )
                return
        try:
            prescriber = Prescriber.of(protocol, arm=example.arm, dose=example.dose)
            order = prescriber.order(prescriber.case(example.given))
        except Refused as refusal:
            if not example.expect.get("refused"):
                yield refusal.under(where)
            continue
        if example.expect.get("refused"):
            yield Refused(
                where, None, "is to be refused, and a dose was computed", "mend the rule or the example"
            )
        yield from _compared(example, order, where)


def _compared(example: Example, order: Order, where: str) -> Iterator[Refused]:
    routes = [a for a in order.administrations if example.route in (None, a.route)]
    if len(routes) != 1 and {"cells", "volume", "containers"} & example.expect.keys():
        names = ", ".join(a.route for a in order.administrations)
        yield Refused(f"{where}.route", example.route, "does not name one route", f"use one of {names}")
        return
    computed: dict[str, Decimal | None] = {"total": order.total_cells}
    if len(routes) == 1:
        computed["cells"], computed["volume"] = routes[0].cells, routes[0].volume_mL
        computed["containers"] = Decimal(len(routes[0].containers))
    for key, given in example.expect.items():
        if key == "refused":
            continue
        place = f"{where}.expect.{key}"
        if key == "containers":
            wanted = Decimal(given)
        elif key == "volume":
            wanted = amount(measure_of(Volume).read(given, place), "mL")
        else:
            wanted = measure_of(CellCount).read(given, place).magnitude
        if computed[key] != wanted:
            found = "nothing" if computed[key] is None else plain(computed[key] or Decimal(0))
            yield Refused(
                place, str(given), f"does not hold: {found} was computed", "mend the rule or the example"
            )
