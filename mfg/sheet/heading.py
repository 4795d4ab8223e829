"""What a header says: its words, and the unit, power of ten and *per* that stand among them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from attrs import frozen

_UNITS = {
    "kg": "kg kgs kilogram kilograms kilogramm",
    "g": "g gram grams gramm",
    "lb": "lb lbs pound pounds",
    "cm": "cm centimeter centimeters centimetre centimetres zentimeter",
    "m": "m meter meters metre metres",
    "mL": "ml mls milliliter milliliters millilitre millilitres cc",
    "L": "l liter liters litre litres",
    "uL": "ul microliter microliters microlitre microlitres",
    "cell": "cell cells zelle zellen cellules celulas células",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_SCALES = {
    "million": "1e6",
    "millions": "1e6",
    "millionen": "1e6",
    "mio": "1e6",
    "mln": "1e6",
    "mill": "1e6",
    "thousand": "1e3",
    "thousands": "1e3",
    "tausend": "1e3",
}
_POWER = re.compile(r"(?:\bx\s*)?(?<![0-9.])(?:10\s*(?:\^|\*\*)\s*([0-9]{1,2})|1e\+?([0-9]{1,2}))(?![0-9])")
_UNSURE = re.compile(r"10e[0-9]|\bx\s*10\s?[0-9]")  # 10e6 for 10^6; 106, a power that lost its height
_RAISED = {ord(high): low for high, low in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)}


@frozen
class Heading:
    """A header taken apart; `unclear` says what in it could mean two things, or is empty."""

    text: str
    words: tuple[str, ...]
    scale: Decimal | None = None
    unit: str | None = None
    per: str | None = None
    unclear: str = ""

    @property
    def phrase(self) -> str:
        """The words with a space between them."""
        return " ".join(self.words)


def read_heading(text: str) -> Heading:
    """*text* without regard to case, spaces, brackets and underscores: ``Weight (kg)`` is ``weight_kg``."""
    plain = _spread(text)
    unclear = "a power of ten that may be read in two ways" if _UNSURE.search(plain) else ""
    unclear = "a percentage" if "%" in plain else unclear
    scales = [Decimal(f"1e{power or short}") for power, short in _POWER.findall(plain)]
    plain = re.sub(r"\bkg\s*\^?\s*-1\b", " per kg ", _POWER.sub(" ", plain))
    plain = re.sub(r"[^\w]+|_", " ", plain.replace("/", " per "))
    words: list[str] = []
    units: list[str] = []
    per: list[str] = []
    said = plain.split()
    for before, word in zip(["", *said], said, strict=False):
        if before == "per":
            per.append(UNITS.get(word, word))
        elif word in _SCALES:
            scales.append(Decimal(_SCALES[word]))
        elif word in UNITS:
            units.append(UNITS[word])
        elif word not in ("in", "x", "per"):
            words.append(word)
    for found, what in ((units, "units"), (scales, "powers of ten"), (per, "rates")):
        if len(set(found)) > 1:
            unclear = unclear or f"several {what}"
    return Heading(
        text=text,
        words=tuple(words),
        scale=scales[0] if scales else None,
        unit=units[0] if units else None,
        per=per[0] if per else None,
        unclear=unclear,
    )


def _spread(text: str) -> str:
    """*text* in small letters, its words apart, powers written with ``^``."""
    raised = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda high: "^" + high[0].translate(_RAISED).replace("⁻", "-"), text)
    plain = unicodedata.normalize("NFKC", raised).replace("×", "x").replace("·", " ").replace("*10", "x10")
    plain = re.sub(r"([mµμu])L(?![a-z])", r"\1l", plain)
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return plain.casefold().replace("µ", "u").replace("μ", "u")
