"""What a run rests on: its numbers by their kind of evidence, and every assumption with its reason."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from attrs import frozen

from mfg.evidence import EVIDENCE_KINDS
from mfg.frames.looked import Looked
from mfg.study.setting import Ground

ASSUMPTION = "assumed"


@frozen(eq=False)
class EvidenceFrame:
    """`kinds` has `kind` and `count`, strongest first; `numbers` has `path`, `value`, `kind` and `said` for every number that went in."""

    kinds: pd.DataFrame
    numbers: pd.DataFrame

    @property
    def total(self) -> int:
        """How many numbers went in."""
        return len(self.numbers)

    def of_kind(self, kind: str) -> pd.DataFrame:
        """The numbers of one kind."""
        return self.numbers[self.numbers["kind"] == kind]


def evidence(variant: Looked) -> EvidenceFrame:
    """The evidence of a variant; that of the study's first one."""
    return evidence_of(variant.setting.numbers)


def evidence_of(grounds: Iterable[Ground]) -> EvidenceFrame:
    """The same of any numbers with their grounds."""
    rows = [(one.path, one.value, one.kind, one.said) for one in grounds]
    numbers = pd.DataFrame(rows, columns=["path", "value", "kind", "said"])
    counts = numbers["kind"].value_counts()
    kinds = pd.DataFrame(
        {"kind": list(EVIDENCE_KINDS), "count": [int(counts.get(kind, 0)) for kind in EVIDENCE_KINDS]}
    )
    return EvidenceFrame(kinds[kinds["count"] > 0].reset_index(drop=True), numbers)
