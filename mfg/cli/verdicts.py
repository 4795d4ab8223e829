"""Writing an audited table: whole or not at all, and never over its own source."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mfg.auditing import ADDED, Audit, Verdict, safe
from mfg.auditing.table import Row
from mfg.digits import plain
from mfg.errors import Refused


@contextmanager
def written(audit: Audit, source: Path, out: Path) -> Iterator[Iterator[tuple[Row, Verdict]]]:
    """The verdicts of *audit*, each written to *out* as it passes; the file appears when all are."""
    if out.exists() and out.samefile(source):
        raise Refused("--out", str(out), "is the table itself", "write to another file")
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield _passing(audit, csv.writer(file, lineterminator="\n"))
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _passing(audit: Audit, writer: csv.Writer) -> Iterator[tuple[Row, Verdict]]:  # type: ignore[name-defined]
    header = audit.table.header
    writer.writerow([*header, *ADDED])
    for row, verdict in audit.verdicts():
        cells = [safe(cell) for cell in row.as_written]
        cells += [""] * (len(header) - len(cells))
        prescribed, deviation = verdict.prescribed_cells, verdict.deviation_percent
        added = [
            verdict.verdict,
            "" if prescribed is None else f"{prescribed:f}",
            "" if deviation is None else plain(deviation),
        ]
        writer.writerow([*cells, *added, " ".join(verdict.likely), verdict.reason])
        yield row, verdict
