"""One row of a table against what the protocol prescribes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import define, field

from mfg.auditing.allowed import Allowance
from mfg.auditing.columns import DoseColumn
from mfg.auditing.naming import Beside, Naming
from mfg.auditing.reading import Prescribed, Reading
from mfg.auditing.verdict import Verdict, against, join_verdicts
from mfg.auditing.witnesses import History, on_dose, on_weight
from mfg.digits import density, near, plain
from mfg.errors import Refused
from mfg.prescription.order import in_words
from mfg.sheet import Row, Unreadable

_HUNDRED = Decimal(100)
_CENT = Decimal("0.01")


@define
class Judge:
    """What judges the rows of one table, one after the other: it remembers what each patient had in earlier ones.

    `tolerance` is in per cent, `limit` the share by which a weight may change without a remark.
    """

    reading: Reading
    naming: Naming
    allowance: Allowance
    tolerance: Decimal
    limit: float
    seen: History = field(factory=History)
    unchecked: dict[str, None] = field(factory=dict)

    def begin(self) -> None:
        """Forget all rows, to judge the first one next."""
        self.seen = History()
        self.unchecked.clear()

    def verdict(self, row: Row, beside: Beside) -> Verdict:
        """The verdict on *row*, which stands between two others."""
        cells = row.cells
        if cells is None:
            reason = "the line is not divided into as many cells as the header is"
            return Verdict(row.number, row.line[:40].partition(",")[0], "error", ("unreadable",), reason)
        patient, kind = cells[self.reading.columns.patient], "other"
        try:
            if not patient.strip():
                raise Unreadable("patient: is empty")
            return self._judged(row.number, patient, cells, beside)
        except Unreadable as fault:
            kind, reason = "unreadable", str(fault)
        except Refused as fault:
            reason = str(fault)
        likely = self.naming.of_broken(cells) or kind
        return Verdict(row.number, patient, "error", (likely,), reason)

    def _judged(self, number: int, patient: str, cells: list[str], beside: Beside) -> Verdict:
        listed = self.reading.columns.given
        if self.reading.is_left_out(cells):
            return Verdict(number, patient, "ok", prescribed_cells=Decimal(0))
        if len(listed) == 1:
            return self._one(number, patient, cells, listed[0], beside)
        parts = [
            (given.number.header, self._one(number, patient, cells, given, beside))
            for given in listed
            if cells[given.number.index].strip()
        ]
        if not parts:
            raise Unreadable(f"{listed[0].number.header}: is empty, and so are the other doses")
        return join_verdicts(number, patient, parts)

    def _one(
        self, number: int, patient: str, cells: list[str], column: DoseColumn, beside: Beside
    ) -> Verdict:
        wanted = self.reading.prescribe(cells, column)
        amount = self.reading.amount(cells, column, wanted)
        if wanted.prescriber.kind != "product":
            return self._without_cells(number, patient, wanted, amount)
        asked = min(max(amount, wanted.least), wanted.most)
        deviation = (amount - asked) / asked * _HUNDRED
        likely: list[str] = []
        reasons: list[str] = []
        if abs(deviation) > self.tolerance and not self.allowance.admits(amount, wanted.given):
            likely += self.naming.of(cells, column, amount, wanted, beside)
            counted = in_words(wanted.given[0])
            reasons.append(against(amount, wanted.least, wanted.most, deviation, counted))
        for name, reason in self._volume(cells, amount, wanted):
            likely.append(name)
            reasons.append(reason)
        if {"volume-as-cells", "cells-as-volume"} <= set(likely):
            likely = ["swapped-columns" if self.naming.fits_exchanged(cells) else "volume-as-cells"]
        verdict = "error" if likely else "ok"
        for name, reason in self._doubts(number, patient, cells, column, wanted, asked, beside, verdict):
            verdict = "warning" if verdict == "ok" else verdict
            likely += [] if name in likely else [name]
            reasons.append(reason)
        return Verdict(
            row=number,
            patient=patient,
            verdict=verdict,
            likely=tuple(likely),
            reason="; ".join(reasons),
            prescribed_cells=asked if wanted.least == wanted.most else None,
            deviation_percent=deviation.quantize(_CENT) if deviation else deviation,
        )

    def _volume(self, cells: list[str], amount: Decimal, wanted: Prescribed) -> Iterator[tuple[str, str]]:
        """Whether the volume of a row contradicts its cells, and how."""
        column = self.reading.columns.volume
        volume = self.reading.number(cells, column)
        if column is None or volume is None:
            return
        if wanted.concentration is None:
            several = len({one.concentration_cells_per_mL for one in wanted.given}) > 1
            why = "routes of different concentrations share it" if several else "no concentration stated"
            self.unchecked[f"{column.header} is not checked: {why}"] = None
            return
        implied = volume * wanted.concentration
        off = abs(implied - amount)
        if off * _HUNDRED <= amount * self.tolerance or off <= self.allowance.off(wanted.given):
            return
        held = f"{plain(volume)} mL at {density(wanted.concentration)} cells/mL hold {near(implied)} cells"
        asked = min(max(amount, wanted.least), wanted.most)
        slip = any(abs(volume - one) * _HUNDRED <= one * self.tolerance for one in (amount, asked))
        yield "cells-as-volume" if slip else "volume-disagrees", f"{held}, not {near(amount)}"

    def _without_cells(self, number: int, patient: str, wanted: Prescribed, amount: Decimal) -> Verdict:
        """The verdict on a placebo or a sham: right if it holds no cells."""
        if not amount:
            return Verdict(number, patient, "ok", prescribed_cells=Decimal(0))
        whose = wanted.prescriber
        reason = f"{near(amount)} cells, and {whose.dose} of arm {whose.arm.name} holds none"
        likely = "another-arm" if self.naming.is_of_another(amount, wanted) else "other"
        return Verdict(number, patient, "error", (likely,), reason, Decimal(0))

    def _doubts(
        self,
        number: int,
        patient: str,
        cells: list[str],
        column: DoseColumn,
        wanted: Prescribed,
        asked: Decimal,
        beside: Beside,
        verdict: str,
    ) -> Iterator[tuple[str, str]]:
        """What other columns and other rows say against the weight, and against the row as such; *verdict* is that without them."""
        columns, weight = self.reading.columns, wanted.weight
        before = self.reading.number(cells, columns.previous_weight)
        found = list(self._on_weight(cells, weight, before, beside))
        confirmed = before is not None and not found
        last = self.reading.number(cells, columns.previous_cells)
        if last is not None:
            found += on_dose(float(asked), float(last))
        yield from found
        named = column.dose is not None or columns.dose is not None or self.reading.asked.dose is not None
        most = 1 if named else len(wanted.prescriber.arm.doses)
        told = f"{wanted.prescriber.dose} " if named else ""
        route = wanted.given[0].route if columns.route is not None or column.route is not None else ""
        dose, sound = f"{told}{route}".strip(), verdict == "ok" and not found
        yield from self.seen.contradictions(
            number, patient, dose, most, weight, sound=sound, confirmed=confirmed
        )

    def _on_weight(
        self, cells: list[str], weight: float | None, before: Decimal | None, beside: Beside
    ) -> Iterable[tuple[str, str]]:
        height = self.reading.number(cells, self.reading.columns.height)
        if weight is None or (height is None and before is None):
            return ()
        stature = None if height is None else float(height)
        last = None if before is None else float(before)
        return on_weight(weight, stature, last, self.limit, self._weights_of(beside))

    def _weights_of(self, rows: Beside) -> Iterator[tuple[float | None, float | None]]:
        for row in rows:
            if row is not None and row.cells is not None:
                now = self.reading.number_or_none(row.cells, self.reading.columns.weight)
                last = self.reading.number_or_none(row.cells, self.reading.columns.previous_weight)
                yield None if now is None else float(now), None if last is None else float(last)
