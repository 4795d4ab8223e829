"""The audit of a table of doses, which recognises doses of the other built-in protocols."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mfg.auditing import Audit
from mfg.auditing import audit as prepare
from mfg.kinds import check_text
from mfg.protocol.given import refuse_name
from mfg.protocol.protocol import Protocol
from mfg.reader.library import builtin
from mfg.reader.protocols import load_protocol
from mfg.sheet import is_frame, open_table

if TYPE_CHECKING:
    from pandas import DataFrame


def audit(
    protocol: Protocol,
    table: str | Path | DataFrame,
    *,
    arm: str | None = None,
    dose: str | None = None,
    round: str | None = None,  # noqa: A002 (the word of the command)
) -> Audit:
    """Prepare the audit of a table of doses: the path of a CSV file or an Excel workbook, or a data frame.

    Its `verdicts` judge row by row, its `frame` holds all of them.

    *arm* and *dose* are those of the whole table where no column says them, *round* is the rounding that it was made with, such as
    ``0.1mL``, ``1e6cell``, ``1container`` or ``0.1mL down``. The columns are those of `mfg.auditing.audit`.

    Raises:
        Faults: if the file cannot be read, if its header does not fit, or if the protocol contradicts its own
            worked examples.
        Refused: if it is no table, if a column of a frame has no name, or if *arm*, *dose* or *round* say nothing that this protocol knows.
    """
    given: Any = table
    check_text(round, "round", "0.1mL")
    refuse_name(protocol)
    found = prepare(protocol, open_table(given), arm=arm, dose=dose, round=round, others=_built_in)
    found.given = given if is_frame(given) else None
    return found


def _built_in() -> Iterator[Protocol]:
    return (load_protocol(name) for name in builtin("protocol"))
