"""Checks of words that a key does not allow, and of names that are used twice."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Protocol
from mfg.units import text

MOST_TOLERANCE = 10  # percent
_WORDS = {
    "donor": ("autologous", "allogeneic"),
    "treatment": ("product", "placebo", "sham"),
    "supply": ("fresh", "bank", "stock"),
    "visit": ("screening", "visit"),
    "by": ("telephone",),
    "use": ("fill", "draw", "whole", "all"),
    "each": ("lot", "dose"),
    "how": ("ratio", "in order"),
}


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Words and names, and a tolerance that tolerates too much."""
    yield from _words(protocol)
    yield from _names(protocol)
    tolerance = protocol.tolerance
    if tolerance is not None and tolerance.magnitude > MOST_TOLERANCE:
        problem = f"lets doses pass that are off by more than {MOST_TOLERANCE} %"
        yield Refused("tolerance", text(tolerance), problem, f"give at most {MOST_TOLERANCE} %")


def _words(protocol: Protocol) -> Iterator[Refused]:
    said: list[tuple[str, str | None, str]] = [("donor", protocol.donor, "donor")]
    said += [(f"treatment.{t.name}.kind", t.kind, "treatment") for t in protocol.treatments]
    said += [(f"supply.{s.name}.kind", s.kind, "supply") for s in protocol.supplies]
    said += [(f"visit.{v.name}.kind", v.kind, "visit") for v in protocol.visits]
    said += [(f"visit.{v.name}.by", v.by, "by") for v in protocol.visits]
    said += [
        (f"route.{r.label}.container.use", r.container.use, "use") for r in protocol.routes if r.container
    ]
    said += [(f"release.{r.test}.each", r.each, "each") for r in protocol.release]
    if protocol.allocation:
        said.append(("allocation.how", protocol.allocation.how, "how"))
    for path, word, kind in said:
        if word is not None and word not in _WORDS[kind]:
            yield Refused(path, word, "is not allowed", nearest(word, _WORDS[kind]))
    held = {"formulation", "administration", "nothing"}
    for visit in protocol.visits:
        held |= {visit.name, *(o.name for o in occurrences(visit))}
    for test in protocol.release:
        if test.holds not in held:
            yield Refused(
                f"release.{test.test}.holds", test.holds, "is not allowed", nearest(test.holds, held)
            )


def _names(protocol: Protocol) -> Iterator[Refused]:
    lists: dict[str, list[str]] = {
        "arm": [a.name for a in protocol.arms],
        "treatment": [t.name for t in protocol.treatments],
        "supply": [s.name for s in protocol.supplies],
        "route": [f"{r.label} as {r.treatment}" if r.treatment else r.label for r in protocol.routes],
        "dose and visit": [o.name for e in protocol.events for o in occurrences(e)],
        "release": [r.test for r in protocol.release],
    }
    for kind, names in lists.items():
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield Refused(kind, name, "stands more than once", "give each its own name")
