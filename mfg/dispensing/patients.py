"""Orders for a list of patients: every row gets its order or its refusal, in its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from attrs import evolve, frozen

from mfg.dates import read_date
from mfg.digits import plain
from mfg.dispensing.worksheet import Worksheet, worksheet
from mfg.errors import Faults, Parameter, Refused, nearest
from mfg.kinds import check_text
from mfg.prescription.compile import rule_of
from mfg.prescription.dosing import dose
from mfg.prescription.order import Order
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.which import the_arm
from mfg.protocol.protocol import Protocol
from mfg.record import Record
from mfg.sheet import Row, Sheet, Unreadable, meaning_of, number_of, open_sheet, read_heading

SECOND = {"second id", "second identifier", "second identification", "date of birth", "birth date", "dob"}
NUMBERS = ("weight", "csf")
DAYS = {"weighed": "weighed", "weighed on": "weighed", "on": "on", "dosed on": "on"}


@frozen
class PatientRow:
    """One patient of a list, as its row says; `number` is the row that a spreadsheet shows."""

    number: int
    patient: str
    second_id: str | None = None
    arm: str | None = None
    dose: str | None = None
    supply: str | None = None
    weight_kg: Decimal | None = None
    csf_mL: Decimal | None = None
    weighed: date | None = None
    on: date | None = None
    given: tuple[tuple[str, str], ...] = ()

    @property
    def csf(self) -> str | None:
        """The spinal fluid that was drawn, with its unit."""
        return f"{plain(self.csf_mL)} mL" if self.csf_mL is not None else None


@frozen
class RowOutcome:
    """What became of a row: an order, with its worksheet where one is made, or the reason why there is none."""

    number: int
    patient: str
    listed: PatientRow | None = None
    order: Order | None = None
    sheet: Worksheet | None = None
    refused: str = ""


@frozen
class PatientList:
    """A list of patients whose columns are known, by what each holds; `whole` is what was said of all of them."""

    protocol: Protocol
    table: Sheet
    columns: dict[str, int]
    unused: tuple[str, ...]
    sign: str
    whole: Mapping[str, str]

    def outcomes(self, record: Record) -> Iterator[RowOutcome]:
        """The outcome of every row with its worksheet, in order; each carries the *record* of the whole list."""
        for one in self.orders():
            yield self._with_sheet(one, one.listed, one.order, record)

    def orders(self) -> Iterator[RowOutcome]:
        """The outcome of every row, in order, without worksheets."""
        rows = list(self.table.rows())
        known = [self._known(row) for row in rows]
        seen = Counter((one.patient, one.dose) for one in known if isinstance(one, PatientRow))
        for row, one in zip(rows, known, strict=True):
            if isinstance(one, str):
                yield RowOutcome(row.number, self._cell(row, "patient"), refused=one)
            elif seen[one.patient, one.dose] > 1:
                twins = [
                    str(other.number)
                    for other in known
                    if isinstance(other, PatientRow)
                    and (other.patient, other.dose) == (one.patient, one.dose)
                ]
                why = f"the same patient and dose stand in rows {', '.join(twins)}; leave one of them"
                yield RowOutcome(row.number, one.patient, one, refused=why)
            else:
                yield self._ordered(one)

    def _ordered(self, one: PatientRow) -> RowOutcome:
        try:
            order = dose(
                self.protocol,
                weight=f"{one.weight_kg:f} kg" if one.weight_kg is not None else None,
                arm=one.arm,
                dose=one.dose,
                supply=one.supply,
                given=dict(one.given),
                csf=one.csf,
                weighed=one.weighed,
                on=one.on if one.weighed is not None else None,
            )
        except Refused as fault:
            return RowOutcome(one.number, one.patient, one, refused=str(fault))
        wrong = "; ".join(finding.message for finding in order.findings if finding.level == "error")
        return RowOutcome(one.number, one.patient, one, order, refused=wrong)

    def _with_sheet(
        self, one: RowOutcome, listed: PatientRow | None, order: Order | None, record: Record
    ) -> RowOutcome:
        if one.refused or listed is None or order is None:
            return one
        sheet = worksheet(
            self.protocol,
            order,
            record,
            patient=listed.patient,
            second_id=listed.second_id,
            csf=listed.csf,
        )
        return evolve(one, sheet=sheet)

    def _known(self, row: Row) -> PatientRow | str:
        """What *row* says of a patient, or why it cannot be read."""
        if row.cells is None:
            return f"the line has not {len(self.table.header)} cells, as the header has"
        try:
            return self._read(row)
        except Unreadable as fault:
            return str(fault)

    def _read(self, row: Row) -> PatientRow:
        text = partial(self._cell, row)
        if not text("patient"):
            raise Unreadable("patient: is empty")
        if len(text("patient")) > 80:
            raise Unreadable("patient: has more than 80 characters")
        return PatientRow(
            number=row.number,
            patient=text("patient"),
            second_id=text("second_id") or None,
            arm=text("arm") or self.whole.get("arm"),
            dose=text("dose") or self.whole.get("dose"),
            supply=text("supply") or self.whole.get("supply"),
            weight_kg=self._number(row, "weight"),
            csf_mL=self._number(row, "csf"),
            weighed=self._day(row, "weighed"),
            on=self._day(row, "on"),
            given=tuple(self._covariates(row)),
        )

    def _covariates(self, row: Row) -> Iterator[tuple[str, str]]:
        for name, covariate in self.protocol.patient.items():
            key = f"patient.{name}"
            if name == "weight" or not self._cell(row, key):
                continue
            value = self._number(row, key) if covariate.unit is not None else None
            yield name, self._cell(row, key) if value is None else f"{value:f} {covariate.unit}"

    def _number(self, row: Row, key: str) -> Decimal | None:
        text = self._cell(row, key)
        return number_of(text, self.table.header[self.columns[key]], self.sign) if text else None

    def _day(self, row: Row, key: str) -> date | None:
        text = self._cell(row, key)
        try:
            return read_date(text, self.table.header[self.columns[key]]) if text else None
        except Refused as fault:
            raise Unreadable(str(fault)) from None

    def _cell(self, row: Row, key: str) -> str:
        if row.cells is None:  # its first cell is most likely the patient
            return re.split(r"[,;\t]", row.line)[0].strip()[:80] if key == "patient" else ""
        if key not in self.columns:
            return ""
        return row.cells[self.columns[key]].strip()


def patient_list(
    protocol: Protocol,
    table: Path | Sheet,
    *,
    arm: str | None = None,
    dose: str | None = None,
    supply: str | None = None,
) -> PatientList:
    """The list of patients in a text file, an Excel workbook, or a sheet that is open.

    Columns: ``patient``; ``weight_kg`` where a dose depends on it; ``arm``, ``dose`` and ``supply`` where they make
    a difference; each covariate of the protocol under its name, with its unit (``bsa_m**2``). Optional: ``second_id``
    and ``csf_mL``, and the days ``weighed`` and ``on`` by which a weight is too old or is not. Headers are read as an audit reads
    them. Any other column is left alone. *arm*, *dose* and *supply* are those of all patients where no column says them.

    Raises:
        Faults: if the file cannot be read, or if its header lacks or repeats a column.
        Refused: if *arm*, *dose* or *supply* is none of the protocol.
    """
    table = table if isinstance(table, Sheet) else open_sheet(table)
    said = {"arm": arm, "dose": dose, "supply": supply}
    whole = {name: word for name, word in said.items() if word is not None}
    _check_whole(protocol, whole)
    kinds = [_kind_of(protocol, head) for head in table.header]
    columns = {kind: n for n, kind in reversed(list(enumerate(kinds))) if kind}
    faults = tuple(_header_faults(protocol, table.header, kinds, whole))
    if faults:
        raise Faults(str(table.path), faults)
    measured = [name for name, covariate in protocol.patient.items() if covariate.unit is not None]
    numbers = [columns[key] for key in (*NUMBERS, *(f"patient.{n}" for n in measured)) if key in columns]
    unused = tuple(head for head, kind in zip(table.header, kinds, strict=True) if not kind and head.strip())
    return PatientList(protocol, table, columns, unused, table.sign(numbers), whole)


def _check_whole(protocol: Protocol, whole: Mapping[str, str]) -> None:
    """Refuse what is said of all patients and is none of the protocol."""
    chosen = [the_arm(protocol, whole["arm"], None)] if "arm" in whole else protocol.arms
    known = [name for arm in chosen for name in arm.doses]
    check_text(whole.get("dose"), "dose", next(iter(known), ""))
    if "dose" in whole and whole["dose"] not in known:
        said, of = whole["dose"][:60], f"arm {whole['arm']}" if "arm" in whole else "any arm"
        raise Refused(Parameter("dose"), said, f"is no dose of {of}", nearest(said, known))
    protocol.supply(whole.get("supply"))


def _kind_of(protocol: Protocol, text: str) -> str:
    """What a column holds, or the empty string."""
    head = read_heading(text)
    if head.phrase in SECOND:
        return "second_id"
    if head.phrase in ("csf", "csf drawn", "csf volume") and head.unit in ("mL", None):
        return "csf" if head.unit == "mL" else ""
    if head.phrase == "supply":
        return "supply"
    if head.phrase in DAYS:
        return DAYS[head.phrase]
    for name, covariate in protocol.patient.items():
        if name != "weight" and _fold(text) in (_fold(name), _fold(f"{name}_{covariate.unit}")):
            return f"patient.{name}"
    meant = meaning_of(text)
    if meant is None or meant.kind not in ("patient", "arm", "dose", "weight") or meant.per_kg or meant.label:
        return ""
    return (
        "weight"
        if meant.kind == "weight" and meant.unit == "kg"
        else ""
        if meant.kind == "weight"
        else meant.kind
    )


def _fold(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _header_faults(
    protocol: Protocol, header: Sequence[str], kinds: Sequence[str], whole: Mapping[str, str]
) -> Iterator[Refused]:
    if "patient" not in kinds:
        yield Refused("header", None, "has no column 'patient'", "add it")
    for kind, count in Counter(kind for kind in kinds if kind).items():
        if count > 1:
            twins = " and ".join(repr(h) for h, k in zip(header, kinds, strict=True) if k == kind)
            yield Refused("header", twins, "mean the same", "keep one of them")
    products = [t for t in protocol.treatments if t.kind == "product"]
    for name in sorted({name for t in products for name in rule_of(protocol, t).needs}):
        key, unit = (
            ("weight", "_kg") if name == "weight" else (f"patient.{name}", f"_{protocol.units.get(name, '')}")
        )
        if key not in kinds:
            column = f"{name}{unit.rstrip('_')}"
            weights = [h for h in header if name == "weight" and (m := meaning_of(h)) and m.kind == "weight"]
            advice = f"{weights[0]!r} is not in kg: weigh in kg" if weights else "add it"
            yield Refused("header", None, f"has no column {column!r}, and doses depend on the {name}", advice)
    for name in sorted(whole.keys() & set(kinds)):
        problem = f"has a column for the {name}, and `{name}` {whole[name]} is given"
        yield Refused("header", None, problem, f"leave out `{name}`")
    if not {"arm", "dose"} & set(kinds):
        try:
            Prescriber.of(protocol, arm=whole.get("arm"), dose=whole.get("dose"), supply=whole.get("supply"))
        except Refused as fault:
            if fault.where not in kinds:
                yield evolve(fault, where=f"header: a column {str(fault.where)!r}")
