"""Checking a table of doses that somebody else calculated: every row gets a verdict, in its place."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from attrs import define, field, frozen

from mfg.auditing.patterns import patterns, witnesses
from mfg.auditing.table import Row, Table, Unreadable, open_table
from mfg.digits import plain
from mfg.errors import Faults, Refused
from mfg.prescription.examples import example_faults
from mfg.prescription.order import Order
from mfg.prescription.prescriber import Prescriber
from mfg.protocol.protocol import Protocol, loaded
from mfg.units import amount

ADDED = ("verdict", "prescribed_cells", "deviation_percent", "likely", "reason")
WEIGHTS = {"weight_kg": Decimal(1), "weight_lb": Decimal("0.45359237"), "weight_g": Decimal("0.001")}
COLUMNS = (
    "patient",
    "cells",
    "route",
    "volume_mL",
    "arm",
    "dose",
    "height_cm",
    "previous_weight_kg",
    "previous_cells",
)
_HUNDRED = Decimal(100)


@frozen
class Verdict:
    """What is to be said of one row; `row` counts from 1 below the header."""

    row: int
    patient: str
    verdict: str
    likely: tuple[str, ...] = ()
    reason: str = ""
    prescribed_cells: Decimal | None = None
    deviation_percent: Decimal | None = None


@define
class Audit:
    """A table under audit: go through `verdicts`, then read `counts`."""

    protocol: Protocol
    table: Table
    tolerance_percent: Decimal
    unused: tuple[str, ...]
    _covariates: dict[str, str]  # the column of each, but for the weight
    counts: dict[str, int] = field(factory=lambda: {"ok": 0, "warning": 0, "error": 0})
    _prescribers: dict[tuple[str | None, str | None], Prescriber] = field(factory=dict)

    def verdicts(self) -> Iterator[tuple[Row, Verdict]]:
        """Every row with its verdict, in order; `counts` grows on the way."""
        for row in self.table.rows():
            verdict = self._verdict(row)
            self.counts[verdict.verdict] += 1
            yield row, verdict

    def _verdict(self, row: Row) -> Verdict:
        if row.cells is None:
            reason = f"the line is not {len(row.header)} cells divided by commas, as the header is"
            return Verdict(row.number, row.line.partition(",")[0], "error", ("unreadable",), reason)
        patient = row.cells["patient"]
        try:
            if not patient.strip():
                raise Unreadable("patient: is empty")
            return self._compared(row, patient)
        except Unreadable as fault:
            return Verdict(row.number, patient, "error", ("unreadable",), str(fault))
        except Refused as fault:
            return Verdict(row.number, patient, "error", ("other",), str(fault).removeprefix("--"))

    def _compared(self, row: Row, patient: str) -> Verdict:
        prescriber = self._prescriber(row)
        given = row.number_in("cells", zero=prescriber.kind != "product")
        if given is None:
            raise Unreadable("cells: is empty")
        order = prescriber.order(self._case(prescriber, row))
        least, most, concentration = _expected(order, row.text("route"))
        if prescriber.kind != "product":
            return _without_cells(row.number, patient, prescriber, given)
        asked = min(max(given, least), most)
        deviation = (given - asked) / asked * _HUNDRED
        weight = order.weight_kg if "weight" in prescriber.needs else None
        likely: list[str] = []
        reasons: list[str] = []
        if abs(deviation) > self.tolerance_percent:
            likely += patterns(given / asked, weight, self.tolerance_percent / _HUNDRED) or ["other"]
            shown = plain(asked) if least == most else f"{plain(least)} to {plain(most)}"
            reasons.append(f"{plain(given)} cells against {shown} prescribed ({deviation:+.1f} %)")
        volume = row.number_in("volume_mL")
        if volume is not None and concentration is not None:
            implied = volume * concentration
            if abs(implied - given) * _HUNDRED > given * self.tolerance_percent:
                likely.append("volume-disagrees")
                product = f"{plain(volume)} mL at {plain(concentration)} cells/mL"
                reasons.append(f"{product} hold {plain(implied)} cells, not {plain(given)}")
        verdict = "error" if likely else "ok"
        for pattern, reason in witnesses(row, order.weight_kg, asked):
            verdict = "warning" if verdict == "ok" else verdict
            likely += [] if pattern in likely else [pattern]
            reasons.append(reason)
        return Verdict(
            row=row.number,
            patient=patient,
            verdict=verdict,
            likely=tuple(likely),
            reason="; ".join(reasons),
            prescribed_cells=asked if least == most else None,
            deviation_percent=deviation.quantize(Decimal("0.01")),
        )

    def _prescriber(self, row: Row) -> Prescriber:
        key = (row.text("arm"), row.text("dose"))
        if key not in self._prescribers:
            self._prescribers[key] = Prescriber.of(self.protocol, arm=key[0], dose=key[1])
        return self._prescribers[key]

    def _case(self, prescriber: Prescriber, row: Row) -> dict[str, Decimal | str]:
        """The covariates of one row: the weight in whichever column it is, the others under their own names."""
        case = prescriber.words()
        for column, factor in WEIGHTS.items():
            if column in row.header:
                value = row.number_in(column)
                if value is None and "weight" in prescriber.needs:
                    raise Unreadable(f"{column}: is empty, and the dose depends on it")
                if value is not None:
                    case["weight"] = prescriber.checked("weight", value * factor, column)
        for name, column in self._covariates.items():
            word = row.text(column)
            if word is not None:
                value = row.number_in(column) if self.protocol.patient[name].unit is not None else None
                case[name] = prescriber.checked(name, value, column) if value is not None else word
        return case


def _without_cells(row: int, patient: str, prescriber: Prescriber, given: Decimal) -> Verdict:
    """The verdict on a placebo or a sham: right if it holds no cells."""
    if not given:
        return Verdict(row, patient, "ok", prescribed_cells=Decimal(0))
    reason = f"{plain(given)} cells, and {prescriber.dose} of arm {prescriber.arm.name} holds none"
    return Verdict(row, patient, "error", ("other",), reason, Decimal(0))


def audit(protocol: Protocol, path: str | Path) -> Audit:
    """Prepare the audit of a CSV table of doses.

    Columns: ``patient``; ``cells``, of one dosing day or, with ``route``, of one route; ``weight_kg`` (or
    ``weight_lb``, ``weight_g``) where the dose depends on it. Optional: ``arm``, ``dose``, ``volume_mL``, and as
    second witnesses of the weight ``height_cm``, ``previous_weight_kg``, ``previous_cells``. Any other column
    is carried along.

    Raises:
        Faults: if the file cannot be read, if its header does not fit, or if the protocol contradicts its own
            worked examples.
    """
    protocol, where = loaded(protocol), Path(path)
    covariates = _covariate_columns(protocol)
    known = {*COLUMNS, *WEIGHTS, *covariates.values()}
    table = open_table(where, known)
    faults = [
        Refused("header", None, f"has no column {n!r}", "add it")
        for n in ("patient", "cells")
        if n not in table.header
    ]
    weights = [name for name in WEIGHTS if name in table.header]
    if len(weights) > 1:
        faults.append(Refused("header", " and ".join(weights), "give the weight twice", "keep one of them"))
    if set(ADDED) & set(table.header):
        faults.append(
            Refused("header", None, "already has the columns of an audit", "audit the original table")
        )
    if faults:
        raise Faults(str(path), tuple(faults))
    contradicted = tuple(example_faults(protocol))
    if contradicted:
        raise Faults(f"{protocol.name}, by which nothing is audited", contradicted)
    tolerance = amount(protocol.tolerance, "%") if protocol.tolerance is not None else Decimal(1)
    unused = tuple(name for name in table.header if name not in known)
    return Audit(protocol, table, tolerance, unused, covariates)


def _covariate_columns(protocol: Protocol) -> dict[str, str]:
    """The column of each covariate but the weight: its name, with its unit where it has one."""
    listed = protocol.patient.items()
    return {n: n if c.unit is None else f"{n}_{c.unit}" for n, c in listed if n != "weight"}


def _expected(order: Order, route: str | None) -> tuple[Decimal, Decimal, Decimal | None]:
    """The range of cells that a row must lie in, and the concentration if there is just one."""
    given = order.administrations
    if route is not None:
        given = tuple(a for a in given if a.route == route)
        if not given:
            routes = ", ".join(dict.fromkeys(a.route for a in order.administrations))
            raise Unreadable(f"route: {route!r} is not a route of this protocol; it has {routes}")
    least = sum((a.cells if a.cells is not None else a.cells_least or Decimal(1) for a in given), Decimal(0))
    most = sum(
        (a.cells if a.cells is not None else a.cells_most or Decimal("1e15") for a in given), Decimal(0)
    )
    return least, most, given[0].concentration_cells_per_mL if len(given) == 1 else None
