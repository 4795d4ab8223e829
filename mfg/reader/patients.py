"""A list of patients from CSV: every line is a patient or a fault, none is lost."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from mfg.calendar import read_date
from mfg.errors import Faults, Refused, nearest
from mfg.scenario import Candidate
from mfg.units import Weight, amount, measure_of

NEEDED = ("patient", "arrived", "weight_kg")
OPTIONAL = ("age", "arm", "site")


def read_patients(path: Path) -> tuple[Candidate, ...]:
    """The patients of a CSV file with the columns patient, arrived, weight_kg and optionally age, arm, site.

    Raises:
        Faults: with every line that is not a patient.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Faults(
            str(path), (Refused("", None, f"cannot be read: {error.strerror}", "check the path"),)
        ) from None
    except UnicodeDecodeError:
        raise Faults(str(path), (Refused("", None, "is not UTF-8", "save it as CSV UTF-8"),)) from None
    try:
        lines = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise Faults(
            str(path), (Refused("", None, f"is not CSV: {error}", "mend the quotation marks"),)
        ) from None
    header = lines[0] if lines else []
    faults = list(_header_faults(header))
    if faults:
        raise Faults(str(path), tuple(faults))
    found: list[Candidate] = []
    for number, cells in enumerate(lines[1:], 2):
        where = f"line {number}"
        try:
            if len(cells) != len(header):
                raise Refused(where, None, f"has {len(cells)} cells", f"the header has {len(header)}")
            found.append(_candidate(dict(zip(header, cells, strict=True)), where))
        except Refused as fault:
            faults.append(fault)
    names = [one.patient for one in found]
    faults += [
        Refused("patient", name, "stands more than once", "give each patient one line")
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if not found and not faults:
        faults.append(Refused("", None, "has no patients", "write one line for each"))
    if faults:
        raise Faults(str(path), tuple(faults))
    return tuple(sorted(found, key=lambda one: (one.arrived, one.patient)))


def _header_faults(header: list[str]) -> Iterator[Refused]:
    for name in NEEDED:
        if name not in header:
            yield Refused("header", None, f"has no column {name!r}", f"write {', '.join(NEEDED)}")
    for name in header:
        if name not in (*NEEDED, *OPTIONAL):
            yield Refused(
                "header", name, "is no column of a patient list", nearest(name, (*NEEDED, *OPTIONAL))
            )
        if header.count(name) > 1:
            yield Refused("header", name, "stands more than once", "keep one of them")


def _candidate(row: dict[str, str], where: str) -> Candidate:
    if not row["patient"].strip():
        raise Refused(f"{where}.patient", "", "is empty", "give each patient a name")
    weight = amount(measure_of(Weight).read(f"{row['weight_kg']} kg", f"{where}.weight_kg"), "kg")
    if weight * 10 != int(weight * 10) or not 1 <= weight < 300:
        advice = "give kilograms from 1 to 300 with at most one decimal"
        raise Refused(
            f"{where}.weight_kg", row["weight_kg"], "is not a weight to a tenth of a kilogram", advice
        )
    age = row.get("age", "")
    if age and not (age.isascii() and age.isdigit() and int(age) < 130):
        raise Refused(f"{where}.age", age, "is not an age", "write whole years")
    arrived: date = read_date(row["arrived"], f"{where}.arrived")
    return Candidate(
        patient=row["patient"],
        arrived=arrived,
        weight_kg=float(weight),
        age=float(age) if age else None,
        arm=row.get("arm") or None,
        site=row.get("site") or None,
    )
