"""Writing an audited table: whole or not at all, and never over its own source."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mfg.auditing.audit import Audit
from mfg.auditing.columns import ADDED
from mfg.auditing.verdict import Verdict
from mfg.digits import plain
from mfg.errors import Parameter, Refused
from mfg.files import writing_atomically
from mfg.sheet import Row, safe

Judged = tuple[Row, "Verdict | None"]


@contextmanager
def written(audit: Audit, source: Path, out: Path) -> Iterator[Iterator[Judged]]:
    """The rows of *audit*, each written to *out* as it passes; the file appears when all are.

    Cells are divided as in the table, and a byte-order mark stands before them if one did there.
    """
    if out.exists() and out.samefile(source):
        raise Refused(Parameter("out"), str(out), "is the table itself", "write to another file")
    encoding = "utf-8-sig" if audit.table.mark else "utf-8"
    with writing_atomically(out, durable=False) as raw:
        file = io.TextIOWrapper(raw, encoding=encoding, newline="", write_through=True)
        writer = csv.writer(file, delimiter=audit.table.separator or ",", lineterminator="\n")
        yield _passing(audit, writer)
        file.detach()


def _passing(audit: Audit, writer: csv.Writer) -> Iterator[Judged]:  # type: ignore[name-defined]
    header, sign = audit.table.header, audit.sign
    writer.writerow([*map(safe, header), *ADDED])
    for row, verdict in audit.rows():
        cells = [safe(cell) for cell in row.as_written]
        cells += [""] * (len(header) - len(cells))
        if verdict is None:
            writer.writerow([*cells, "not judged", "", "", "", "a sum or a mean"])
        else:
            prescribed, deviation = verdict.prescribed_cells, verdict.deviation_percent
            added = [
                verdict.verdict,
                "" if prescribed is None else f"{prescribed:f}",
                "" if deviation is None else plain(deviation).replace(".", sign),
            ]
            writer.writerow([*cells, *added, " ".join(verdict.likely), verdict.reason])
        yield row, verdict
