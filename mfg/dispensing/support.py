"""What supports a number of an order, by its path in the protocol file."""

from __future__ import annotations

from attrs import frozen

from mfg.evidence import Evidence
from mfg.prescription.order import Order
from mfg.protocol.protocol import Protocol

MISSING = "not given"


@frozen
class Support:
    """A kind of evidence (stated, cited, derived, assumed, calibrated, entered, *not given*), and why."""

    evidence: str = ""
    because: str = ""

    def __bool__(self) -> bool:
        return bool(self.evidence)


def support(protocol: Protocol, order: Order, path: str, key: str = "") -> Support:
    """The evidence of the number at or under *path*; of several rows of a table, that of the row which the order uses.

    Under *path* only numbers of this *key* count, if there is one.
    """
    rests = [b.path for b in order.basis if b.path and _under(b.path, path)]
    found = [
        n
        for n in protocol.numbers
        if _under(n.path, path) and ".when." not in n.path and (not key or n.path.endswith(f".{key}"))
    ]
    chosen = [n for n in found if n.path in rests] or found
    kinds = list(dict.fromkeys(_said(n.evidence) for n in chosen))
    if len(kinds) > 1:
        worst = [one for one in kinds if one.evidence in ("assumed", "calibrated", MISSING)]
        return worst[0] if worst else kinds[0]
    return kinds[0] if kinds else Support()


def written(protocol: Protocol, path: str) -> dict[str, str]:
    """The numbers under *path* as the file writes them, by the last part of their path."""
    return {n.path.rpartition(".")[2]: n.value for n in protocol.numbers if _under(n.path, path)}


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}.")


def _said(evidence: Evidence | None) -> Support:
    if evidence is None:
        return Support(MISSING, "the protocol file does not say where it comes from")
    return Support(evidence.kind, evidence.because)
