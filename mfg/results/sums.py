"""Whether the tables of a replication add up: patients, lots and doses, each counted in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mfg.log.endings import COMPLETED, GIVEN, NOT_INDICATED, RELEASES, SPENT, STOPPED, USED_UP
from mfg.log.notes import ARRIVE, END, FAIL
from mfg.results.arrays import Derived, chosen, is_in
from mfg.works import ADMINISTER, COLLECT, FORMULATE, INCUBATE, ISOLATE, THAW

WhoseLot = tuple[str, int]  # whose, and which


def wrong_sums(tables: Derived) -> Iterator[str]:
    """What does not add up in the *tables* of one replication, in words."""
    patients, lots, doses = tables.patients, tables.lots, tables.doses
    yield from _differ("patients who arrived and endings", _noted(tables, ARRIVE), _noted(tables, END))
    ending = patients["ending"]
    yield from _differ("patients and endings", len(ending), int((ending != "").sum()))
    yield from _lots_end_wrongly(tables)
    yield from _lots_do_not_add_up(tables)
    given, dropped = doses["given"], doses["outcome"] == NOT_INDICATED
    stayed = set(patients["patient"][ending == COMPLETED])
    left = np.array([patient not in stayed for patient in doses["patient"]], dtype=bool)
    missed = ~given & ~dropped & left  # whose way ended before the dose
    planned = int((~dropped).sum())
    counts = int(given.sum() + dropped.sum() + missed.sum())
    yield from _differ("doses planned, and given, missed or not indicated", len(given), counts)
    yield from _differ("doses planned, by patient", planned, int(patients["doses_planned"].sum()))
    yield from _differ("doses given, by patient", int(given.sum()), int(patients["doses_given"].sum()))
    yield from _differ("given outcomes", int(given.sum()), int((doses["outcome"] == GIVEN).sum()))
    yield from _differ("collections", _noted(tables, COLLECT), int(patients["collections"].sum()))
    known, unusable = set(_whose(lots)), set(_whose(chosen(lots, lots["outcome"] == STOPPED)))
    for patient, lot in _whose(chosen(doses, given & (doses["lot"] > 0))):
        if (patient, lot) not in known:
            yield f"{patient}: a dose was given from lot {lot}, which was not begun"
        if (patient, lot) in unusable:
            yield f"{patient}: a dose was given from lot {lot}, which was stopped before its release"


def _lots_end_wrongly(tables: Derived) -> Iterator[str]:
    """A lot was released if it counts as released, was not if it was stopped, and has an event if it is lost."""
    lots, events = tables.lots, tables.events
    released, stopped = is_in(lots["outcome"], *RELEASES), lots["outcome"] == STOPPED
    has_day = ~np.isnan(lots["released_day"])
    for row in np.flatnonzero((released & ~has_day) | (stopped & has_day)):
        (whose,) = _whose(chosen(lots, [row]))
        yield f"{whose[0]}: lot {whose[1]} is {lots['outcome'][row]} against its day of release"
    failed = events["activity"].among(FAIL) & (events["lot"] > 0) & (events["dose"] == 0)
    of_lots = set(_whose(chosen(events, failed)))
    for patient, lot in _whose(chosen(lots, ~(released | stopped))):
        if (patient, lot) not in of_lots:
            yield f"{patient}: lot {lot} is lost, and no event says so"


def _lots_do_not_add_up(tables: Derived) -> Iterator[str]:
    """Each lot that was begun has a row; a bank is spent if doses were made from it, and then it is not lost."""
    events, lots = tables.events, tables.lots
    begun = events["activity"].among(COLLECT, ISOLATE, INCUBATE) & (events["lot"] > 0)
    yield from _differ("lots begun", len(set(_whose(chosen(events, begun)))), len(lots["lot"]))
    made = events["activity"].among(THAW, FORMULATE, ADMINISTER) & (events["lot"] > 0)
    serving = set(_whose(chosen(events, made)))
    for whose, outcome, day in zip(_whose(lots), lots["outcome"], lots["released_day"], strict=True):
        patient, lot = whose
        if outcome == USED_UP and whose not in serving:
            yield f"{patient}: lot {lot} is spent, and served no dose"
        if outcome == SPENT and whose in serving and not np.isnan(day):
            yield f"{patient}: lot {lot} served its doses, and counts as lost"


def _whose(table: dict[str, Any]) -> list[WhoseLot]:
    """The lot of each row."""
    patients = table["patient"]
    names = patients if isinstance(patients, np.ndarray) else patients.spelled()
    return list(zip(names.tolist(), table["lot"].tolist(), strict=True))


def _noted(tables: Derived, activity: str) -> int:
    return int(tables.events["activity"].among(activity).sum())


def _differ(what: str, one: int, other: int) -> Iterator[str]:
    if one != other:
        yield f"{what}: {one} against {other}"
