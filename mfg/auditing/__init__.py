"""Checking doses that somebody else calculated."""

from mfg.auditing.audit import ADDED, Audit, Verdict, audit
from mfg.auditing.table import safe

__all__ = ["ADDED", "Audit", "Verdict", "audit", "safe"]
