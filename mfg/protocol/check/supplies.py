"""Checks of supplies: the time between collection and dose, and keys that only a bank may have."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused
from mfg.protocol.check.conditions import coverage_faults
from mfg.protocol.protocol import Protocol
from mfg.sizes import COLLECTIONS, CONTAINERS


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Collections without a time, or with one where nothing is collected; spare containers of what is no bank."""
    for supply in protocol.supplies:
        path = f"supply.{supply.name}.before"
        if supply.kind == "stock" and supply.before:
            advice = "leave it out: nothing is collected for a product from stock"
            yield Refused(path, None, "has no use for a stock", advice)
        elif supply.kind in ("fresh", "bank") and not supply.before:
            yield Refused(path, None, "is missing", "say how long before a dose the material is collected")
        elif supply.before:
            yield from coverage_faults(protocol, path, [row.when for row in supply.before], {"arm", "dose"})
        for row in supply.before:
            if (row.is_ is None) == (row.least is None and row.most is None):
                problem = "says no time" if row.is_ is None else "says its time in two ways"
                yield Refused(path, None, problem, "give is, or least and most")
        yield from CONTAINERS.exceeded(supply.spare, f"supply.{supply.name}.spare", str(supply.spare))
        if supply.collect is not None:
            where = f"supply.{supply.name}.collect.most"
            yield from COLLECTIONS.exceeded(supply.collect.most, where, str(supply.collect.most))
        if supply.spare and supply.kind != "bank":
            advice = "leave it out, or let the supply be a bank"
            yield Refused(f"supply.{supply.name}.spare", str(supply.spare), "is of no bank", advice)
