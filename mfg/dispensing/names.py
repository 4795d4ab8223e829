"""File names for worksheets: in plain characters, one for each patient and dose, and always the same for them."""

from __future__ import annotations

import hashlib

from mfg.files import plain_name


def file_name(patient: str, dose: str) -> str:
    """The name of the page for this *patient* and *dose*.

    It is made of letters, digits and hyphens of ASCII, so it is safe in any folder. A digest of both keeps apart what
    looks alike without the characters that were left out, or on a disk that knows no capitals.
    """
    digest = hashlib.sha256(f"{patient}\0{dose}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
    words = "-".join(filter(None, (plain_name(patient), plain_name(dose), digest)))
    return f"{words}.html"
