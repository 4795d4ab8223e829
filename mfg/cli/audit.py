"""The command audit: what is found goes out as it is found, and nothing of it is kept."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field
from cyclopts import App

from mfg.cli import say
from mfg.cli.options import Json

if TYPE_CHECKING:
    from mfg.auditing import Audit, Verdict
    from mfg.record import Record

_FIELDS = ("row", "patient", "verdict", "likely", "reason", "prescribed_cells", "deviation_percent")
_SHOWN = 50  # findings on a screen; nobody reads more there


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(audit)


def audit(
    protocol: str,
    file: Path,
    /,
    *,
    arm: str | None = None,
    dose: str | None = None,
    round: str | None = None,  # noqa: A002
    out: Path | None = None,
    by: str | None = None,
    json: Json = False,
) -> int:
    """Check a table of doses that somebody else calculated.

    The exit status is 1 if a row has an error or if the table as a whole looks like pounds, 2 if it is not read, else 0; a
    warning leaves it at 0. Rows have the numbers that a spreadsheet shows.

    Example: mfg audit lenzumestrocel-phase2 doses.csv --arm msc --round 0.1mL --out checked.csv

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    file
        A CSV table (divided by commas, semicolons or tabs) or an Excel workbook with the columns patient, cells (or cells
        (10^6), cells/kg, volume_mL) and, where the dose depends on it, weight_kg (or weight_lb, weight_g). Optional: route,
        arm, dose, volume_mL, and as second witnesses of the weight height_cm, previous_weight_kg and previous_cells.
    arm
        The arm of every row, where the table does not say it.
    dose
        The dose of every row, where the table does not say it.
    round
        The rounding that the table was made with, like 0.1mL, 1e6cell or 1container, to the nearest; or "0.1mL down".
    out
        Where to write the same rows with their verdicts.
    by
        Who asks: the name that is kept in the record of the audit.
    """
    from mfg.auditing.written import written
    from mfg.cli.asked import record_of
    from mfg.cli.given import protocol_first
    from mfg.reader.audits import audit as prepare
    from mfg.reader.protocols import load_protocol

    protocol_first(protocol, "audit")
    rules = load_protocol(protocol)
    found = prepare(rules, file, arm=arm, dose=dose, round=round)
    record = record_of(rules, by, file)
    rows = written(found, file, out) if out is not None else contextlib.nullcontext(found.rows())
    with rows as judged:
        flagged = (verdict for _, verdict in judged if verdict is not None and verdict.verdict != "ok")
        try:
            return _document(found, flagged, record) if json else _page(found, flagged, record)
        except BrokenPipeError as error:  # who reads the screen had enough; the file is wanted all the same
            deque(judged, maxlen=0)
            gone = error
    raise gone


def _document(found: Audit, flagged: Iterator[Verdict], record: Record) -> int:
    """One JSON document whose findings are written as they pass; what is counted stands after them."""
    head = {
        "protocol": found.protocol.name,
        "tolerance_percent": found.tolerance_percent,
        "rounding": None if found.rounding is None else str(found.rounding),
        "assumed": found.assumed,
    }
    sys.stdout.write(f'{say.json_of(head)[:-2]},\n "findings": [')
    mark = "\n  "
    for verdict in flagged:
        sys.stdout.write(mark + say.json_of({name: getattr(verdict, name) for name in _FIELDS}, indent=None))
        mark = ",\n  "
    tail = {"rows": sum(found.counts.values()), **found.counts, **_left_out(found)}
    beside = {
        "doubt": found.doubt or None,
        "warnings": found.warnings,
        "unchecked": found.unchecked,
        "unused": found.unused,
        "record": record,
    }
    sys.stdout.write(f"\n ],{say.json_of({**tail, **beside})[1:]}\n")
    return _status(found)


def _status(found: Audit) -> int:
    said = [level for level, count in found.counts.items() if count]
    return say.status([*said, *(["error"] if found.doubt else [])])


def _left_out(found: Audit) -> dict[str, int]:
    return {"blank": found.table.blank, "headers": found.table.repeated, "totals": len(found.totals)}


@define
class _Tally:
    """How often each slip was found."""

    counts: dict[str, int] = field(factory=dict)

    def add(self, verdict: Verdict) -> None:
        name = ", ".join(verdict.likely)
        self.counts[name] = self.counts.get(name, 0) + 1


def _page(found: Audit, flagged: Iterator[Verdict], record: Record) -> int:
    """The first findings as a table, how often each slip was found, and what was counted."""
    tally, shown, count = _Tally(), [], 0
    for verdict in flagged:
        count += 1
        tally.add(verdict)
        if count <= _SHOWN:
            likely = ", ".join(verdict.likely)
            shown.append([verdict.row, verdict.patient.strip(), verdict.verdict, likely, verdict.reason])
    if shown:
        say.table(["row", "patient", "verdict", "likely", "reason"], shown, right=[0])
        say.result()
    if count > _SHOWN:
        say.result(f"{count - _SHOWN:,} more rows were flagged: --out FILE or --json has them all")
        say.result()
        listed = sorted(tally.counts.items(), key=lambda item: (-item[1], item[0]))
        say.table(["rows", "likely"], [[n, name] for name, n in listed[:_SHOWN]], right=[0])
        say.result()
    for line in (*_beside(found), _counted(found)):
        say.result(line)
    say.record(record)
    if found.unused:
        say.remark(f"carried along, not used: {', '.join(found.unused)}")
    return _status(found)


def _beside(found: Audit) -> Iterator[str]:
    """What is to be said of the whole table."""
    doubts = (found.doubt,) if found.doubt else ()
    notes = (*found.assumed, *found.unchecked)
    for label, texts in (("error", doubts), ("warning", found.warnings), ("note", notes)):
        for text in texts:
            yield f"{label:<8} {text}"
    if found.totals:
        listed = ", ".join(map(str, found.totals[:10]))
        yield f"note     sums or means, not judged: row {listed}"
    if found.table.blank:
        yield f"note     blank rows left out: {found.table.blank}"
    if found.table.repeated:
        yield f"note     repeated headers left out: {found.table.repeated}"


def _counted(found: Audit) -> str:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in found.counts.items())
    rounded = "" if found.rounding is None else f"; rounded {found.rounding}"
    return f"{sum(found.counts.values())} rows: {counts} (tolerance {found.tolerance_percent} %{rounded})"
