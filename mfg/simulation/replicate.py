"""One replication: it runs, and then its log alone is held against the protocol and the hours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from mfg.failures import Unsound
from mfg.log.columns import Columns
from mfg.plan.plan import Plan
from mfg.simulation.adherence import off_course
from mfg.simulation.hours import outside_hours
from mfg.simulation.running import run


def replicate(plan: Plan, replication: int, *, only_in_progress: bool = False) -> tuple[Columns, list[str]]:
    """Run *plan* once; the event log, and the names of the patients in the order of their index.

    To look at *only* those *in progress* it ends when none of them is to have another dose. What the log holds until then
    is the same, and held against the same rules as far as they can be broken by then.

    Raises:
        Unsound: if the run breaks one of its own invariants, or stands still.
        Refused: if the site is so overloaded that the calendar ends before its work does.
    """
    with undisturbed():
        log, whose = run(plan, replication, only_in_progress)
        wrong = (*off_course(plan, log, whose), *outside_hours(plan, log, whose))
    if wrong:
        raise Unsound(replication, wrong)
    return log, whose


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without a search for garbage: all that a replication makes is wanted until it ends, and nothing after."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
