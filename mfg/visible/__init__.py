"""Text from files and options made safe to look at: what would steer a terminal, or turn writing round, is spelled out."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    """*text* with every character that has no shape of its own written as ``<U+202E>``.

    These are control characters, line breaks, marks that turn the direction of writing, spaces of no width,
    and code points that mean nothing.
    """
    if text.isprintable():
        return text
    return "".join(f"<U+{ord(c):04X}>" if is_unseen(c) else c for c in text)


def is_unseen(character: str) -> bool:
    """Whether a character has no shape of its own."""
    return unicodedata.category(character) in _UNSEEN
