"""The verdicts of an audit as a table, beside what was judged."""

from __future__ import annotations

import pandas as pd

from mfg.auditing import Audit, Verdict
from mfg.notebook import html_of
from mfg.sheet.frame import FIRST_ROW

ADDED_COLUMNS = ("row", "verdict", "likely", "reason", "prescribed_cells", "deviation_percent")
_SHOWN = 10


def frame_of(audit: Audit) -> pd.DataFrame:
    """A row for each that was judged, in order: its cells as they were written, then the verdict on it.

    `row` is its number in a spreadsheet, `likely` names the slips that explain it, divided by a blank.
    """
    judged = list(audit.verdicts())
    added = pd.DataFrame([_added(verdict) for _, verdict in judged], columns=list(ADDED_COLUMNS))
    if audit.given is None:
        width = len(audit.table.header)
        cells = [
            row.as_written if row.cells is not None else [row.line, *[""] * (width - 1)] for row, _ in judged
        ]
        carried = pd.DataFrame(cells, columns=list(audit.table.header))
    else:
        carried = audit.given.iloc[added["row"].to_numpy(dtype=int) - FIRST_ROW]
        added.index = carried.index
    carried.columns = pd.Index([f"{name} (as given)" if name in ADDED_COLUMNS else name for name in carried])
    return pd.concat([carried, added], axis=1)


def html_of_audit(audit: Audit) -> str:
    """The audit as a notebook shows it: what was counted, and the first rows that are not in order."""
    frame = audit.frame
    flagged = frame[frame["verdict"] != "ok"]
    counts = ", ".join(f"{many} {verdict}" for verdict, many in audit.counts.items())
    columns = ["row", "verdict", "likely", "reason"]
    more = f"; the first {_SHOWN} of {len(flagged)} that are not ok" if len(flagged) > _SHOWN else ""
    said = f"{len(frame)} rows: {counts}{more}"
    return html_of(f"Audit by {audit.protocol.name}", said, columns, flagged[columns].head(_SHOWN).to_numpy())


def _added(verdict: Verdict) -> tuple[object, ...]:
    numbers = map(_float, (verdict.prescribed_cells, verdict.deviation_percent))
    return verdict.row, verdict.verdict, " ".join(verdict.likely), verdict.reason, *numbers


def _float(value: object) -> float:
    return float("nan") if value is None else float(str(value))
