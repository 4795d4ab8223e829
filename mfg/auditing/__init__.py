"""Checking doses that somebody else calculated."""

from mfg.auditing.audit import Audit, audit
from mfg.auditing.columns import ADDED
from mfg.auditing.verdict import Verdict

__all__ = ["ADDED", "Audit", "Verdict", "audit"]
