"""The evidence of a number: where it comes from.

Every number in a built-in file is *stated* by a source in ``seeds/``, *cited* from a publication
that is not one of them, *derived* from such numbers by a formula, *assumed* with a reason, or
*calibrated*: an assumption that names what it was tuned to.
"""

from __future__ import annotations

from attrs import frozen

EVIDENCE_KINDS = ("stated", "cited", "derived", "assumed", "calibrated")


@frozen
class Evidence:
    """Why a number is what it is.

    `source` cites what states it, or what states the facts that a formula starts from; `where` has the places in it.
    """

    kind: str
    reason: str
    source: str | None = None
    where: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    between: tuple[str, str] | None = None

    @property
    def because(self) -> str:
        """What can be followed: the source with the places in it, or the reason; a formula with its source."""
        return self.cited if self.kind == "stated" and self.source else self.full

    @property
    def full(self) -> str:
        """The reason and, in brackets, the source with the places in it."""
        return f"{self.reason} [{self.cited}]" if self.source else self.reason

    @property
    def cited(self) -> str:
        """The source with the places in it."""
        places = f" ({'; '.join(self.where)})" if self.where else ""
        return f"{self.source or ''}{places}"

    def __str__(self) -> str:
        return f"{self.kind}: {self.because}"


@frozen
class Number:
    """One number of a file, or a word that carries evidence: its path, its value as written, its evidence if any."""

    path: str
    value: str
    evidence: Evidence | None


def count_kinds(numbers: tuple[Number, ...]) -> dict[str, int]:
    """How many numbers are of each kind, and how many have no evidence."""
    counts = dict.fromkeys((*EVIDENCE_KINDS, "without evidence"), 0)
    for number in numbers:
        counts[number.evidence.kind if number.evidence else "without evidence"] += 1
    return counts
