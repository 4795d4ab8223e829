"""Checking a table of doses that somebody else calculated: every row gets a verdict, in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field

from mfg.auditing.allowed import Allowance, Stated, read_rounding
from mfg.auditing.asked import Asked
from mfg.auditing.columns import TableColumns
from mfg.auditing.header import columns_of
from mfg.auditing.judging import Judge
from mfg.auditing.naming import Naming
from mfg.auditing.reading import Reading
from mfg.auditing.verdict import Verdict
from mfg.auditing.witnesses import POUNDS_FROM, change_limit
from mfg.errors import Faults
from mfg.prescription.examples import example_faults
from mfg.protocol.given import refuse_name
from mfg.protocol.protocol import Protocol
from mfg.sheet import Row, Sheet, Unreadable, is_total, number_of, open_sheet
from mfg.units import amount
from mfg.upstairs import upstairs

if TYPE_CHECKING:
    from pandas import DataFrame

_SAMPLE = 5000  # rows from which a table's usual change of weight is told


@define
class Audit:
    """A table under audit: go through `verdicts`, then read `counts`, `totals`, `doubt`, `warnings` and `unchecked`.

    `assumed` is what is taken for granted of every row, `unused` the columns that are carried along.
    """

    protocol: Protocol
    table: Sheet
    tolerance_percent: Decimal
    rounding: Stated | None
    columns: TableColumns
    assumed: tuple[str, ...]
    _judge: Judge
    counts: dict[str, int] = field(factory=lambda: {"ok": 0, "warning": 0, "error": 0})
    totals: list[int] = field(factory=list)
    given: Any = field(default=None, init=False, repr=False, eq=False)  # the data frame, if the table is one
    _frame: Any = field(default=None, init=False, repr=False, eq=False)

    def __repr__(self) -> str:
        return f"Audit({self.protocol.name}, {str(self.table.path)!r})"

    def _repr_html_(self) -> str:
        shown: str = upstairs("frames.audited").html_of_audit(self)
        return shown

    @property
    def frame(self) -> DataFrame:
        """Every row that is judged, with its verdict: a pandas data frame. One that was audited keeps its values and its index."""
        if self._frame is None:
            self._frame = upstairs("frames.audited").frame_of(self)
        made: DataFrame = self._frame.copy()
        return made

    @property
    def sign(self) -> str:
        """The decimal sign of the table."""
        return self._judge.reading.sign

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that are carried along."""
        return self.columns.unused

    @property
    def warnings(self) -> tuple[str, ...]:
        """What there is to say against its columns."""
        return self.columns.warnings

    @property
    def doubt(self) -> str:
        """That all weights look like pounds, or nothing; complete when all rows were judged."""
        median = self._judge.seen.median_weight()
        if median is None or median <= POUNDS_FROM:
            return ""
        return f"half of all weights lie above {median:.0f} kg: are these pounds? Nothing of this table is vouched for"

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What stands in the table and could not be checked."""
        return tuple(self._judge.unchecked)

    def verdicts(self) -> Iterator[tuple[Row, Verdict]]:
        """Every row with its verdict, in order; sums and means are left out. `counts` grows on the way."""
        return ((row, verdict) for row, verdict in self.rows() if verdict is not None)

    def rows(self) -> Iterator[tuple[Row, Verdict | None]]:
        """Every row with its verdict, in order; a sum or a mean has none. It may be gone through again."""
        before: Row | None = None
        self.counts.update(dict.fromkeys(self.counts, 0))
        self.totals.clear()
        self._judge.begin()
        for row, after in _with_next(self.table.rows()):
            if row.cells is not None and self._is_total(row.cells):
                self.totals.append(row.number)
                yield row, None
                continue
            verdict = self._judge.verdict(row, (before, after))
            self.counts[verdict.verdict] += 1
            before = row
            yield row, verdict

    def _is_total(self, cells: list[str]) -> bool:
        patient = cells[self.columns.patient].strip()
        return is_total(patient) if patient else any(map(is_total, cells))


def _with_next(rows: Iterable[Row]) -> Iterator[tuple[Row, Row | None]]:
    """Every row with the one after it."""
    waiting: Row | None = None
    for row in rows:
        if waiting is not None:
            yield waiting, row
        waiting = row
    if waiting is not None:
        yield waiting, None


def audit(
    protocol: Protocol,
    path: str | Path | Sheet,
    *,
    arm: str | None = None,
    dose: str | None = None,
    round: str | None = None,  # noqa: A002 (the word of the command)
    others: Callable[[], Iterable[Protocol]] = tuple,
) -> Audit:
    """Prepare the audit of a table of doses: a CSV file, an Excel workbook (.xlsx), or a sheet that is open.

    Columns: ``patient``; ``cells`` (also ``cells (10^6)``, ``cells/kg`` or ``volume_mL``), of one dosing day or, with
    ``route``, of one route, or one for each dose (``dose_1_cells``); ``weight_kg`` (or ``weight_lb``, ``weight_g``) where the dose
    depends on it; ``arm`` and ``dose`` where what a patient gets differs, unless *arm* and *dose* are those of the whole
    table. Optional: ``volume_mL``, and as second witnesses of the weight ``height_cm``, ``previous_weight_kg``,
    ``previous_cells``. Any other column is carried along.

    *round* is the rounding that the table was made with, such as ``0.1mL``, ``1e6cell``, ``1container`` or ``0.1mL down``. A dose
    that is none of this protocol is named after one of the *others* that prescribes it.

    Raises:
        Faults: if the file cannot be read, if its header does not fit, or if the protocol contradicts its own
            worked examples.
        Refused: if *arm*, *dose* or *round* say nothing that this protocol knows.
    """
    refuse_name(protocol)
    asked = Asked.of(protocol, arm, dose)
    rounding = read_rounding(round) if round is not None else None
    rules = (
        [rule for made in asked.prescribers() for rule in made.rule.routes] if rounding is not None else []
    )
    steps = {(rule.name, rule.component): rounding.cells(rule) for rule in rules if rounding is not None}
    sheet = path if isinstance(path, Sheet) else open_sheet(Path(path))
    columns, faults = columns_of(protocol, sheet.header, asked)
    if faults:
        raise Faults(str(sheet.path), tuple(faults))
    contradicted = tuple(example_faults(protocol))
    if contradicted:
        raise Faults(f"{protocol.name}, by which nothing is audited", contradicted)
    tolerance = amount(protocol.tolerance, "%") if protocol.tolerance is not None else Decimal(1)
    sign = sheet.sign(columns.numbers())
    reading, allowance = Reading(asked, columns, sign), Allowance(rounding, steps)
    naming = Naming(reading, allowance, tolerance / 100, others)
    judge = Judge(reading, naming, allowance, tolerance, change_limit(_changes(sheet, columns, sign)))
    wide = any(given.dose is not None for given in columns.given)
    assumed = tuple(asked.assumed(columns, wide=wide))
    return Audit(protocol, sheet, tolerance, rounding, columns, assumed, judge)


def _changes(table: Sheet, columns: TableColumns, sign: str) -> Iterator[float]:
    """How much weights changed since the last time, in the first rows that say both."""
    now, last = columns.weight, columns.previous_weight
    if now is None or last is None:
        return
    for _, row in zip(range(_SAMPLE), table.rows(), strict=False):
        try:
            kg, before = (
                float(number_of(row.cells[n.index].strip(), n.header, sign) * n.factor)
                for n in (now, last)
                if row.cells is not None
            )
        except (Unreadable, ValueError):
            continue
        if kg and before:
            yield kg / before - 1
