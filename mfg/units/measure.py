"""The one way in for a quantity: a number and one unit of a measure's own list, never an expression."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any, get_args

import pint
from attrs import frozen

from mfg.digits import plain
from mfg.errors import Refused
from mfg.units import REGISTRY, Quantity, alike, amount, parse_unit, quantity_of, spelling_of

_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?"
_QUANTITY = re.compile(rf"({_NUMBER}) ?((?:[A-Za-z_%/].*)?)")
_SLIPS = (  # a unit that is meant, how else it is written, and what to do; the first that is allowed at its place
    ("lb", "lbs", "write lb"),
    ("kg", "kgs", "write kg"),
    ("kg", "lb lbs", "a weight is in kg here: weigh in kg, or read the scale in kg"),
    ("mL", "cc ML ml", "write mL"),
    ("cell", "cells", "write cell"),
    ("cell/kg", "cells/kg", "write cell/kg"),
    ("minute", "min mins minutes", "write minute"),
    ("hour", "h hr hrs hours", "write hour"),
    ("day", "d days", "write day"),
    ("week", "wk weeks", "write week"),
    ("year", "years", "write year"),
    ("year", "month months", "write year"),
    ("day", "month months", "months differ in length: write a number of days"),
)


@frozen
class Measure:
    """A kind of quantity: what it is called, the units it may be written in, the values it may take.

    The first unit is the canonical one. It is written `like` this; nothing is where only its place tells what it measures.
    Nothing is smaller than `least` or larger than `most`, which are written like the quantity itself.
    """

    name: str
    units: tuple[str, ...]
    like: str = ""
    signed: bool = False
    zero: bool = False
    whole: bool = False
    least: str | None = None
    most: str | None = None

    def read(self, text: object, where: str = "") -> Quantity:
        """Turn what a person typed into a quantity.

        Raises:
            Refused: unless it is a plain decimal number and one of this measure's units.
        """
        if not isinstance(text, str):
            given = "true" if text is True else "false" if text is False else str(text)
            raise Refused(where, given, f"is not {self.name} with its unit", self._advice)
        match = _QUANTITY.fullmatch(text) if len(text) <= 64 else None
        unit = re.sub(r" ?/ ?", "/", match[2]) if match else ""
        if match is None or unit not in self.units:
            problem = _diagnosis(text)
            if problem is None and unit:
                raise self._strange(text, unit, where)
            problem = problem or ("has no unit" if match else "is not one number and one unit")
            raise Refused(where, text[:80], problem, self._advice)
        value = Decimal(match[1])
        return self._judge(quantity_of(value, unit), value, text, where)

    def hold(self, quantity: pint.Quantity[Any], where: str = "") -> Quantity:
        """*quantity*, if text could say it: a finite decimal of this package's registry in one of the measure's units.

        Raises:
            Refused: otherwise.
        """
        value, unit = quantity.magnitude, spelling_of(quantity)
        shown = f"{value} {unit}"[:80]
        if not isinstance(quantity, REGISTRY.Quantity):
            raise Refused(where, shown, "is a quantity of another registry", self._advice)
        if not isinstance(value, Decimal) or not value.is_finite():
            problem = "is not a finite number" if isinstance(value, Decimal) else "is not a decimal"
            raise Refused(where, shown, problem, self._advice)
        if not any(parse_unit(one)[1] == quantity.units for one in self.units):
            raise self._strange(shown, unit, where)
        return self._judge(quantity, value, shown, where)

    def _judge(self, quantity: Quantity, value: Decimal, shown: str, where: str) -> Quantity:
        """*quantity*, whose number was written as *value*, inside what this measure may be."""
        if self.whole and value != int(value):
            raise Refused(where, shown, "is not a whole number", self._advice)
        if value.is_signed() and not self.signed:
            raise Refused(where, shown, "is negative", self._advice)
        if value == 0 and not self.zero:
            raise Refused(where, shown, "is zero", self._advice)
        if self.least is not None and amount(quantity, _end(self.least)[1]) < _end(self.least)[0]:
            raise Refused(where, shown, f"is below {self.least}, the least that is told apart", self._advice)
        if self.most is not None and alike(quantity, _end(self.most)[1]):
            end, its_unit = _end(self.most)
            if abs(amount(quantity, its_unit)) > end:
                raise Refused(where, shown, f"is above {self.most}", self._advice)
        return quantity

    def _strange(self, shown: str, unit: str, where: str) -> Refused:
        """The refusal of a unit that this measure cannot have."""
        listed = ", ".join(self.units[:12]) + (" and others" if len(self.units) > 12 else "")
        slip = (advice for meant, words, advice in _SLIPS if unit in words.split() and meant in self.units)
        advice = self._unequal(shown, unit) or next(slip, f"use {listed}")
        return Refused(where, shown, f"has a unit that {self.name} cannot have, {unit!r}", advice)

    def _unequal(self, text: str, unit: str) -> str:
        """What to write for years or months where there are none, because they differ in length."""
        count = text.removesuffix(unit).strip()
        if unit in ("month", "months") and "calendar month" in self.units:
            return f'write "{count} calendar month" for a date, or a number of days'
        if unit not in ("year", "years") or "year" in self.units or "week" not in self.units:
            return ""
        weeks = Decimal(count) * 52
        written = [f"{plain(one)} week" for one in (weeks, weeks + 1)]
        try:
            for one in written:
                self.read(one)
        except Refused:
            return ""
        return f"a year is 52 weeks and a day or two; write {' or '.join(written)}"

    @property
    def _advice(self) -> str:
        return f"write {self.name} like {self.like}" if self.like else f"write {self.name} with its unit"


@cache
def _end(written: str) -> tuple[Decimal, str]:
    """What a measure ends at: how much, of which unit."""
    value, _, unit = written.partition(" ")
    return Decimal(value), unit


def accept(given: object, measure: Measure, where: str) -> Quantity:
    """The quantity that *given* says as text; one that is a quantity already is held to the same rules.

    Raises:
        Refused: for anything that *measure* cannot be.
    """
    return measure.hold(given, where) if isinstance(given, pint.Quantity) else measure.read(given, where)


def measure_of(annotated: object) -> Measure:
    """The measure of a quantity type, such as `mfg.units.amounts.Weight`."""
    found = get_args(annotated)[1]
    assert isinstance(found, Measure)
    return found


def _diagnosis(text: str) -> str | None:
    """Name the slip in text that is not a number and a known unit, if it is a known slip."""
    return next((problem for pattern, problem in _DIAGNOSES if re.search(pattern, text)), None)


_DIAGNOSES = (
    (r"(?s)^.{65,}", "is longer than 64 characters"),
    (r"[\x00-\x1f\x7f]", "holds a line break or another invisible character"),
    (r"^\s*$", "is empty"),
    (r"[‐-―−﹣－]", "holds a dash or minus sign that is not the plain '-'"),
    (r"[\u00a0\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]", "holds a space that is not a plain space"),
    (r"[±]", "is a value with a tolerance where one value is asked"),
    (r"[^\x00-\x7f]", "holds a character that is not plain ASCII"),
    (r"^\s|\s$|  ", "holds a stray space"),
    (r",", "holds a comma, and a comma may mean thousands or decimals"),
    (r"^[~<>=$+#]|[$#;=!?]", "holds a mark or a comment"),
    (r"[0-9]['_ ][0-9]", "holds digits apart, which may be thousands or two numbers"),
    (r"(?i)^-?0x", "is a hexadecimal number"),
    (r"(?i)^[+-]?(nan|inf)", "is not a finite number"),
    (r"[eE][+-]?[0-9]{3,}", "is a number too large or too small to mean anything"),
    (r"^-?0[0-9]", "starts with a zero that may be a slip"),
    (r"^-?[0-9]*\.[0-9]*\.", "has two decimal points"),
    (r"^-?(\.|[0-9]+\.(?![0-9]))", "has a decimal point without a digit on both sides"),
    (r":", "is a time of day or a ratio, not a quantity"),
    (r"[0-9]\s*(x|\*|\^)|\(|^[^/]*/\s*[0-9.]+\s*$", "is an expression, not a number"),
    (r"^[^0-9]*$", "has no number"),
    (r"^-?[0-9.]+\s*-\s*[0-9]", "is a range where one value is asked"),
    (r"[A-Za-z%]\s+[0-9]", "holds two quantities"),
    (r"^'|^\"", "holds quotation marks"),
)
