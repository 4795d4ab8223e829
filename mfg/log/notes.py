"""The rows of the event log that are no work: what is decided and what becomes known, with the unit of their value.

Works have theirs in `mfg.works`; a row of a test or of a line clearance is named after the test or the work.
"""

from __future__ import annotations

from collections.abc import Mapping

from mfg.log.limits import AWAITED, REFUSED, REFUSED_AGAIN
from mfg.works import INCUBATE, OBSERVE, OPERATIONS, RELEASE, SHIP_IN, SHIP_OUT, STORE

ARRIVE, ENROL, ALLOCATE, PRESCRIBE, BOOK, RESUME = (
    "arrive",
    "enrol",
    "allocate",
    "prescribe",
    "book",
    "resume",
)
OFF_WINDOW, FAIL, END, DROP = "off window", "fail", "end", "drop"

_UNITS = {  # of the value of each, in the order of their codes
    ARRIVE: "kg",
    ENROL: "",
    ALLOCATE: "points a month",
    PRESCRIBE: "cells",
    BOOK: "",
    OFF_WINDOW: "days",
    SHIP_IN: "",
    SHIP_OUT: "",
    RELEASE: "cells",
    FAIL: "cells",
    END: "",
    OBSERVE: "",
    DROP: "",
    REFUSED: "days",
    REFUSED_AGAIN: "days",
    AWAITED: "days",
    RESUME: "",
}
NOTES = {name: code for code, name in enumerate(_UNITS)}
UNIT_OF: Mapping[str, str] = {
    **_UNITS,
    **{one.name: one.unit for one in OPERATIONS.values()},
    INCUBATE: "flasks",
    STORE: "containers",
}


def result_of(test: str) -> str:
    """The row with the result of a *test*."""
    return f"result {test}"


def bench_of(test: str) -> str:
    """The row of the hands of the laboratory that do a *test*."""
    return f"test {test}"


def clearance_after(work: str) -> str:
    """The row of the line clearance after a *work*."""
    return f"line clearance after {work}"
