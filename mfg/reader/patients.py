"""Lists of patients from CSV: who comes, and whose lots are in progress.

Every line is a record or a fault, none is lost.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from mfg.dates import read_date
from mfg.digits import plain
from mfg.errors import Faults, Refused, nearest
from mfg.files import bytes_of
from mfg.log.endings import GIVEN
from mfg.scenario import Candidate, Given, InProgress
from mfg.scenario.standing import COLLECTED, CULTURE, FREEZER, FROZEN, IN_CULTURE, STANDS, UNPLATED
from mfg.sizes import LISTED, NUMBER_LENGTH, TABLE
from mfg.units import amount
from mfg.units.amounts import CellCount, Volume, Weight
from mfg.units.measure import measure_of

Listed = TypeVar("Listed", Candidate, Given | InProgress)
_PATIENTS = (("patient", "arrived", "weight_kg"), ("age", "arm", "site"))
IN_PROGRESS = (
    ("patient", "weight_kg", "collected", "cells", "dose_on"),
    ("stands", *COLLECTED, *CULTURE, *FREEZER, "arm", "dose", "site", "facility"),
)
ALL_IN_CULTURE = (  # of a list that does not say where each lot stands
    ("patient", "weight_kg", "collected", *CULTURE, "cells", "dose_on"),
    ("arm", "dose", "site", "facility"),
)

MOST_COLUMNS = 100  # there are names for fewer


def read_patients(path: Path) -> tuple[Candidate, ...]:
    """The patients of a CSV file with the columns patient, arrived, weight_kg and optionally age, arm, site.

    Raises:
        Faults: with every line that is not a patient.
    """
    found = _read(path, _PATIENTS, _candidate)
    return tuple(sorted(found, key=lambda one: (one.arrived, one.patient)))


def read_in_progress(path: Path) -> tuple[Given | InProgress, ...]:
    """The lots of a CSV file, one for each line, and first doses that were given; the columns are those of `InProgress`, weights in kg.

    Raises:
        Faults: with every line that is not a lot in progress.
    """
    header = next(iter(_lines(path)), [])
    return tuple(_read(path, IN_PROGRESS if "stands" in header else ALL_IN_CULTURE, _lot))


def _read(
    path: Path,
    columns: tuple[tuple[str, ...], tuple[str, ...]],
    build: Callable[[dict[str, str], str], Listed],
) -> list[Listed]:
    lines = _lines(path)
    header = lines[0] if lines else []
    faults = list(_header_faults(header, *columns))
    if faults:
        raise Faults(str(path), tuple(faults))
    found: list[Listed] = []
    for number, cells in enumerate(lines[1:], 2):
        where = f"line {number}"
        try:
            if len(cells) != len(header):
                raise Refused(where, None, f"has {len(cells)} cells", f"the header has {len(header)}")
            row = dict(zip(header, cells, strict=True))
            if not row["patient"].strip():
                raise Refused(f"{where}.patient", "", "is empty", "give each patient a name")
            found.append(build(row, where))
        except Refused as fault:
            faults.append(fault)
    whose = [(one.patient, one.dose or "" if not isinstance(one, Candidate) else "") for one in found]
    for name, dose in sorted(one for one, times in Counter(whose).items() if times > 1):
        advice = (
            f"the lots of {name} are for different doses: say which"
            if build is _lot
            else "give each patient one line"
        )
        faults.append(
            Refused("patient", f"{name}, {dose}" if dose else name, "stands more than once", advice)
        )
    if not found and not faults:
        faults.append(Refused("", None, "has no patients", "write one line for each"))
    if faults:
        raise Faults(str(path), tuple(faults))
    return found


def _lines(path: Path) -> list[list[str]]:
    try:
        text = bytes_of(path, TABLE).decode("utf-8-sig")
        lines = text.splitlines()
        LISTED.check(len(lines), "")
        return list(csv.reader(lines, strict=True))
    except Refused as fault:
        raise Faults(str(path), (fault,)) from None
    except UnicodeDecodeError:
        raise Faults(str(path), (Refused("", None, "is not UTF-8", "save it as CSV UTF-8"),)) from None
    except csv.Error as error:
        wrong = Refused("", None, f"is not CSV: {error}", "mend the quotation marks")
        raise Faults(str(path), (wrong,)) from None


def _header_faults(
    header: list[str], needed: tuple[str, ...], optional: tuple[str, ...]
) -> Iterator[Refused]:
    if len(header) > MOST_COLUMNS:
        yield Refused("header", None, f"has {len(header)} columns", f"write {', '.join(needed)}")
        return
    for name in needed:
        if name not in header:
            yield Refused("header", None, f"has no column {name!r}", f"write {', '.join(needed)}")
    for name in header:
        if name not in (*needed, *optional):
            yield Refused("header", name, "is no column of this list", nearest(name, (*needed, *optional)))
        if header.count(name) > 1:
            yield Refused("header", name, "stands more than once", "keep one of them")


def _candidate(row: dict[str, str], where: str) -> Candidate:
    age = row.get("age", "")
    return Candidate(
        patient=row["patient"],
        arrived=read_date(row["arrived"], f"{where}.arrived"),
        weight_kg=_weight(row, where),
        age=float(_whole(age, f"{where}.age", most=129)) if age else None,
        arm=row.get("arm") or None,
        site=row.get("site") or None,
    )


def _lot(row: dict[str, str], where: str) -> Given | InProgress:
    stands = row.get("stands", "").strip() or IN_CULTURE
    if stands == GIVEN:
        return _given(row, where)
    if stands not in STANDS:
        raise Refused(f"{where}.stands", stands, "is no state of a lot", nearest(stands, (*STANDS, GIVEN)))
    for name in (*COLLECTED, *CULTURE, *FREEZER):
        given = row.get(name, "").strip()
        if given and name not in STANDS[stands]:
            advice = "leave it empty"
            raise Refused(f"{where}.{name}", given, f"says nothing of a lot that is {stands}", advice)
        if not given and name in STANDS[stands] and name != "marrow_mL":
            raise Refused(f"{where}.{name}", "", "is empty", f"a lot that is {stands} has it")
    unplated, in_culture = stands in UNPLATED, STANDS[stands] == CULTURE
    volume = row.get("marrow_mL", "").strip()
    counted = bool(row["cells"].strip()) or not unplated
    lot = InProgress(
        patient=row["patient"],
        weight_kg=_weight(row, where),
        collected=read_date(row["collected"], f"{where}.collected"),
        stands=stands,
        passage=_whole(row["passage"], f"{where}.passage") if in_culture else None,
        plated=read_date(row["plated"], f"{where}.plated") if in_culture else None,
        flasks=_whole(row["flasks"], f"{where}.flasks", least=1) if in_culture else None,
        containers=_whole(row["containers"], f"{where}.containers", least=1) if stands == FROZEN else None,
        frozen=read_date(row["frozen"], f"{where}.frozen") if stands == FROZEN else None,
        cells=float(_read_as(CellCount, row["cells"], "cell", f"{where}.cells")) if counted else None,
        collected_at=_minute(row["collected_at"], f"{where}.collected_at") if unplated else None,
        marrow_ml=float(_read_as(Volume, volume, "mL", f"{where}.marrow_mL")) if volume else None,
        dose_on=read_date(row["dose_on"], f"{where}.dose_on"),
        arm=row.get("arm") or None,
        dose=row.get("dose") or None,
        site=row.get("site") or None,
        facility=row.get("facility") or None,
    )
    done, then = ("frozen", lot.frozen) if stands == FROZEN else ("plated", lot.plated)
    if then is not None and not lot.collected <= then < lot.dose_on:
        advice = f"a lot is collected, then {done}, then given"
        raise Refused(f"{where}.{done}", str(then), "does not lie between collected and dose_on", advice)
    return lot


def _given(row: dict[str, str], where: str) -> Given:
    for name, given in row.items():
        if name not in ("patient", "stands", "arm", "dose", "dose_on") and given.strip():
            raise Refused(f"{where}.{name}", given, "says nothing of a dose that was given", "leave it empty")
    return Given(
        patient=row["patient"],
        dose_on=read_date(row["dose_on"], f"{where}.dose_on"),
        arm=row.get("arm") or None,
        dose=row.get("dose") or None,
    )


def _read_as(kind: Any, written: str, unit: str, where: str) -> Decimal:
    """A number of a column whose name says the *unit*."""
    measure = measure_of(kind)
    try:
        return amount(measure.read(f"{written} {unit}"), unit)
    except Refused as fault:
        like = plain(amount(measure.read(measure.like), unit))
        problem = "is not a plain number" if "has a unit" in fault.problem else fault.problem
        raise Refused(where, written, problem, f"write a number without its unit, like {like}") from None


def _minute(written: str, where: str) -> int:
    """The minute of the day."""
    found = re.fullmatch("([01]?[0-9]|2[0-3]):([0-5][0-9])", written.strip())
    if found is None:
        raise Refused(where, written, "is no time of the day", "write it like 14:30")
    return int(found[1]) * 60 + int(found[2])


def _weight(row: dict[str, str], where: str) -> float:
    weight = _read_as(Weight, row["weight_kg"], "kg", f"{where}.weight_kg")
    if weight * 10 != int(weight * 10) or not 1 <= weight < 300:
        advice = "give kilograms from 1 to 300 with at most one decimal"
        raise Refused(
            f"{where}.weight_kg", row["weight_kg"], "is not a weight to a tenth of a kilogram", advice
        )
    return float(weight)


def _whole(text: str, where: str, least: int = 0, most: int = 9999) -> int:
    if not (
        text.isascii() and text.isdigit() and len(text) <= NUMBER_LENGTH.most and least <= int(text) <= most
    ):
        raise Refused(where, text, "is out of bounds", f"write a whole number from {least} to {most}")
    return int(text)
