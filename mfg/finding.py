"""What an answer says beside itself: notes, warnings and errors."""

from __future__ import annotations

from attrs import frozen


@frozen
class Finding:
    """Something worth knowing about an answer, and what supports it: `level` is note, warning or error."""

    level: str
    rule: str
    message: str
    evidence: str = ""
