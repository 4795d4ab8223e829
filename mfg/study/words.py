"""What puts a dose off, as one says it."""

from __future__ import annotations

from mfg.log import limits


def in_words(cause: str) -> str:
    """What puts a dose off, as one says it."""
    if cause.startswith(limits.RESULT):
        return f"{cause.removeprefix(limits.RESULT)} not back"
    if cause.startswith(limits.LOST):
        return f"lot lost ({cause.removeprefix(limits.LOST)})"
    return {
        limits.SHORT: "bank too small",
        limits.SPACING: "too soon after the dose before",
        limits.CLOSED: "closed that day",
        limits.HOLIDAYS: "public holiday",
    }.get(cause, cause)
