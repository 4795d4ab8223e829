"""What columns mean whose headers leave no doubt: the patient, a weight, a dose, and what stands beside it."""

from __future__ import annotations

import re
from decimal import Decimal

from attrs import frozen

from mfg.sheet.heading import Heading, read_heading

POUND = Decimal("0.45359237")
_FACTORS = {
    "weight": {"kg": Decimal(1), "lb": POUND, "g": Decimal("0.001")},
    "previous weight": {"kg": Decimal(1), "lb": POUND, "g": Decimal("0.001")},
    "height": {"cm": Decimal(1), "m": Decimal(100)},
    "volume": {"mL": Decimal(1), "L": Decimal(1000), "uL": Decimal("0.001")},
    "cells": {"cell": Decimal(1)},
    "previous cells": {"cell": Decimal(1)},
}
_WEIGHT = "weight|wt|bw|bodyweight|body weight|body wt|patient weight|pat weight|gewicht|koerpergewicht|körpergewicht|poids|peso"
_BEFORE = "previous|prev|prior|last|earlier|former|letztes|voriges"
_DOSE = "dose|dosis|dosage"
_NAMES = {
    "patient": "patient|patients|patient id|patient no|patient nr|patient number|patient code|pat|pat id|pat no|pat nr|pt|"
    "pt id|pt no|subject|subject id|subject no|subject nr|subject number|subject code|subj|subj id|participant|"
    "participant id|mrn|patienten id|patienten nr|patientennummer|sujet|paciente",
    "weight": _WEIGHT,
    "height": "height|ht|body height|stature|groesse|größe|körpergröße|koerpergroesse|taille",
    "volume": "volume|vol|dose volume|volume of dose|injected volume|injection volume|volumen",
    "route": "route|route of administration|administration route|roa|applikationsweg|voie",
    "arm": "arm|study arm|treatment arm|trial arm",
    "dose": "dose|dose name|dose no|dose nr|dose number",
}
_WEAKER = {  # taken only where no column bears a name of the list above
    "patient": "id|patient name|name",
    "weight": f"(?:{_WEIGHT}) (?:today|now|current|actual)|(?:current|actual|today s|todays) (?:{_WEIGHT})",
    "arm": "group|treatment group|study group|gruppe|allocation|randomisation|randomization",
    "dose": "visit|visit dose|dose visit|dosing visit|dosing day|injection|injection no|administration",
}
_OTHER_WEIGHT = re.compile(rf"\b(?:{_WEIGHT})\b")
_FILLER = re.compile(
    r"dose|dosis|dosage|total|number|of|no|nr|count|given|administered|prescribed|calculated|calc|ordered|planned|amount|"
    r"injected|infused|delivered|the|zellzahl"
)
_STROMAL = {"msc", "mscs", "mesenchymal", "stromal", "stem"}
_TOTAL = re.compile(
    r"(?:(?:grand|sub) ?|sub-)?totals?|sum|mean|average|median|summe|gesamt|gesamtsumme|mittelwert|durchschnitt|somme|"
    r"moyenne|totale"
)


@frozen
class ColumnMeaning:
    """What a column is: its `kind`, how its numbers become kg, cm, mL or cells, and for which dose (`label`).

    `factor` is None where the header lacks a unit that is needed, `per_kg` says that cells are those of one kg.
    A `weak` one is taken only where nothing else has its kind.
    """

    kind: str
    factor: Decimal | None = None
    unit: str | None = None
    per_kg: bool = False
    label: str = ""
    weak: bool = False


def meaning_of(text: str) -> ColumnMeaning | None:
    """What the header *text* means; None if it is none of these columns, or if it is unclear."""
    head = read_heading(text)
    if head.unclear or head.per not in (None, "kg"):
        return None
    return _cells(head) or _quantity(head) or _word(head)


def _is(head: Heading, phrases: str) -> bool:
    return re.fullmatch(phrases, head.phrase) is not None


def _cells(head: Heading) -> ColumnMeaning | None:
    """Cells by their unit or, where only a dose is named, by a power of ten or a rate."""
    named = bool(set(head.words) & set(_DOSE.split("|"))) or head.words == ("zellzahl",)
    counts = head.unit == "cell" or head.words == ("zellzahl",)
    if not counts and not (named and head.unit is None and (head.scale is not None or head.per == "kg")):
        return None
    before = [w for w in head.words if re.fullmatch(_BEFORE, w)]
    label = " ".join(w for w in head.words if w not in before)
    label = "" if all(map(_FILLER.fullmatch, label.split())) else label
    if before:
        return (
            None if label or head.per else ColumnMeaning("previous cells", head.scale or Decimal(1), "cell")
        )
    return ColumnMeaning("cells", head.scale or Decimal(1), "cell", per_kg=head.per == "kg", label=label)


def _quantity(head: Heading) -> ColumnMeaning | None:
    if head.per is not None:
        return None
    scale = head.scale or Decimal(1)
    for kind in ("weight", "height", "volume"):
        meant = kind
        phrases = _NAMES[kind]
        weak = _is(head, _WEAKER[kind]) if kind in _WEAKER else False
        if kind == "weight" and _is(head, f"(?:{_BEFORE}) (?:{phrases})"):
            meant = "previous weight"
        elif not _is(head, phrases) and not weak:
            continue
        factor = _FACTORS[meant].get(head.unit or "")
        if head.unit is not None and factor is None:
            return None
        return ColumnMeaning(meant, factor if factor is None else factor * scale, head.unit, weak=weak)
    if head.unit in _FACTORS["volume"] and re.fullmatch(rf"(?:{_DOSE}|volume|vol)(?: .*)?", head.phrase):
        label = "" if head.phrase in _DOSE.split("|") else re.sub(r" ?\bvol(?:ume)?\b ?", "", head.phrase)
        return ColumnMeaning("volume", _FACTORS["volume"][head.unit or ""] * scale, head.unit, label=label)
    return None


def _word(head: Heading) -> ColumnMeaning | None:
    if head.unit is not None or head.scale is not None or head.per is not None:
        return None
    for names, weak in ((_NAMES, False), (_WEAKER, True)):
        for kind in ("patient", "route", "arm", "dose"):
            if kind in names and _is(head, names[kind]):
                return ColumnMeaning(kind, weak=weak)
    return None


def is_weight(text: str) -> bool:
    """Whether *text* speaks of some body weight: an ideal one, today's, in any unit or none."""
    head = read_heading(text)
    return _OTHER_WEIGHT.search(head.phrase) is not None and not re.match(rf"(?:{_BEFORE})\b", head.phrase)


def is_stromal(label: str) -> bool:
    """Whether a *label* of cells says that they are mesenchymal stromal ones, and nothing else."""
    words = label.split()
    return bool(_STROMAL & set(words)) and all(w in _STROMAL or _FILLER.fullmatch(w) for w in words)


def is_total(text: str) -> bool:
    """Whether *text* stands before a sum or a mean of the rows above it."""
    return _TOTAL.fullmatch(text.strip(" :=").casefold()) is not None
