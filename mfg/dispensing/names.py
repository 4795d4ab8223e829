"""File names for worksheets: of plain characters, one for each patient and dose, the same whenever they come again."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LONGEST = 40


def file_name(patient: str, dose: str) -> str:
    """The name of the page for this *patient* and *dose*.

    It is made of letters, digits and hyphens of ASCII, so it is safe in any folder. A digest of both keeps apart what
    looks alike without the characters that were left out, or on a disk that knows no capitals.
    """
    digest = hashlib.sha256(f"{patient}\0{dose}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
    words = "-".join(filter(None, (_plain(patient), _plain(dose), digest)))
    return f"{words}.html"


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", bare).strip("-")[:_LONGEST].strip("-")
