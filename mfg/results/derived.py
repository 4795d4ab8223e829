"""What follows from an event log, as plain columns: patients, lots, doses, tests and resources.

The event log is the source of everything here; its times are minutes since the midnight on which the scenario starts.
Every table has one row for each thing and units in its column names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.log.endings import (
    BELOW,
    DELAYED,
    DIED,
    GIVEN,
    LATER,
    MISSED,
    NO_APPOINTMENT,
    NOT_INDICATED,
    RELEASED,
    SPENT,
    STOPPED,
    TOO_LONG,
    USED_UP,
    WITHDREW,
)
from mfg.log.notes import ALLOCATE, ARRIVE, BOOK, DROP, END, FAIL, PRESCRIBE, result_of
from mfg.results.arrays import Coded, Derived, Marks, Numbers, Table, chosen, is_in
from mfg.results.cultures import cultures_of
from mfg.results.delays import put_off_for, wanted_days
from mfg.results.ledger import Ledger
from mfg.results.occupancy import resources_of
from mfg.results.waiting import LEFT_WAITING, NEVER, TREATED
from mfg.results.whereabouts import Whereabouts, whereabouts_of
from mfg.works import (
    ADMINISTER,
    COLLECT,
    CRYOPRESERVE,
    DRAW,
    FORMULATE,
    HARVEST,
    INCUBATE,
    ISOLATE,
    PASSAGE,
    RELEASE,
    THAW,
)

if TYPE_CHECKING:
    from mfg.log.columns import Columns
    from mfg.plan.plan import Plan

_OWN = (DIED, WITHDREW, BELOW)  # endings that are not the site's doing


def derived_of(plan: Plan, log: Columns, names: Sequence[str]) -> Derived:
    """Everything that follows from the *log* of one replication of *plan*; *names* are those of its patients."""
    ledger = Ledger(plan, log, names)
    where = whereabouts_of(ledger)
    lots = _lots(ledger, where)
    doses = _doses(ledger, lots, where)
    begun = lots.pop(_BEGUN)
    lots = chosen(lots, begun)
    return Derived(
        _events(ledger), _patients(ledger, doses, where), lots, doses, _tests(ledger), resources_of(plan, log)
    )


_BEGUN = ""  # which lots were begun: a column of the way, not of the table


def _events(ledger: Ledger) -> Table:
    """The log with its codes spelled out, in the order in which things ended."""
    log, activities = ledger.log, ledger.plan.activities
    patient_of, lot, dose, _ = ledger.subjects.T
    return {
        "patient": Coded.of(patient_of, ledger.names),
        "lot": (lot + 1).astype(np.int16),
        "dose": (dose + 1).astype(np.int16),
        "activity": Coded.of(log.activity, [a.name for a in activities]),
        "place": Coded.of(log.activity, [a.place for a in activities]),
        "queued_min": log.queued,
        "started_min": log.started,
        "finished_min": log.finished,
        "outcome": Coded.of(log.outcome, log.outcomes),
        "value": log.value,
        "attempt": _attempts(log),
    }


def _attempts(log: Columns) -> npt.NDArray[np.int16]:
    """How often the same had been done on the same before, for each row."""
    keys = log.subject.astype(np.int64) << 16 | log.activity
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(keys) else order
    runs = np.diff(np.append(begins, len(keys)))
    attempts = np.empty(len(keys), dtype=np.int16)
    attempts[order] = np.arange(len(keys)) - np.repeat(begins, runs)
    return attempts


def _patients(ledger: Ledger, doses: Table, where: Whereabouts) -> Table:
    """Who came, in which arm, what they received, what the wait cost, and how their way ended."""
    own, log, count = ledger.patients, ledger.log, len(ledger.names)
    arrived = ledger.first(own, ledger.rows(ARRIVE))
    allocated = ledger.last(own, ledger.rows(ALLOCATE))
    ended = ledger.last(own, ledger.rows(END))
    whose = ledger.doses.patients[planned := doses["outcome"] != NOT_INDICATED]
    given_day = doses["given_day"][planned]

    def summed(marks: Marks) -> npt.NDArray[np.int16]:
        return np.bincount(whose[marks[planned]], minlength=count).astype(np.int16)

    first = np.full(count, np.inf)
    np.fmin.at(first, whose, given_day)
    before = [n for n, there in enumerate(ledger.plan.in_progress) if there.lots[0].dose > 0]
    first[np.isinf(first)] = np.nan
    first[before] = np.nan  # who was treated before the start
    arrived_day, ended_day = (ledger.number(log.started, rows) / DAY for rows in (arrived, ended))
    here = np.arange(count) >= len(ledger.plan.in_progress)
    waited = np.where(here, first - arrived_day, np.nan)
    collected = ledger.first(ledger.people, ledger.rows(COLLECT))
    table: Table = {
        "patient": np.array(ledger.names, dtype=object),
        "arm": where.arms,
        "clinic": where.clinics,
        "weight_kg": ledger.number(log.value, arrived),
        "arrived_day": arrived_day,
        "ended_day": ended_day,
        "ending": ledger.word(ended),
        "ineligible_for": ledger.word(ledger.last(own, ledger.rows(FAIL))),
        "collections": ledger.count(ledger.people, ledger.rows(COLLECT)),
        "vehicle_draws": ledger.count(ledger.people, ledger.rows(DRAW)),
        "doses_planned": summed(np.ones(len(planned), dtype=bool)),
        "doses_of_cells": summed(doses["prescribed_cells"] > 0),
        "doses_given": summed(doses["given"]),
        "first_dose_day": first,
        "points_lost_waiting": -ledger.number(log.value, allocated) * waited / DAYS_A_MONTH,
        "collected_day": ledger.number(log.started, collected) / DAY,
    }
    table["waiting"] = _waiting(ledger.plan, table, here)
    until = np.where(np.isnan(first), ended_day, first)
    table["waited_day"] = np.where(table["waiting"] != "", until - arrived_day, np.nan)
    return table


def _waiting(plan: Plan, patients: Table, here: Marks) -> npt.NDArray[np.object_]:
    """How each wait for the first dose ended; empty for who was to have none, and for who was there at the start.

    Who died, withdrew or became ineligible *left*; whom the site did not treat for another reason is never treated.
    """
    ending = patients["ending"]
    undosed = [arm.name for arm in plan.arms if not arm.doses]
    unbooked = is_in(ending, NO_APPOINTMENT, TOO_LONG) & ~is_in(patients["arm"], *undosed)
    counts = ((patients["doses_planned"] > 0) | unbooked) & here
    untreated = np.where(is_in(ending, *_OWN), LEFT_WAITING, NEVER)
    ended = np.where(np.isnan(patients["first_dose_day"]), untreated, TREATED)
    return np.where(counts, ended, "").astype(object)


def _lots(ledger: Ledger, where: Whereabouts) -> Table:
    """What was made from each collection, how long it took and what became of it."""
    grain, log = ledger.lots, ledger.log
    collected = ledger.first(grain, ledger.rows(COLLECT))
    begun = ledger.first(grain, ledger.rows(COLLECT, ISOLATE, INCUBATE))
    failures = ledger.rows(FAIL)
    late = ledger.with_outcome(failures, LATER)
    failed = ledger.first(grain, np.setdiff1d(failures, late))
    released = ledger.first(grain, ledger.rows(RELEASE))
    counted = any(recipe.collecting is not None for recipe in ledger.plan.recipes)
    amount = ledger.number(log.value, collected)
    nothing = np.full(grain.size, np.nan)
    collected_day, released_day = (ledger.number(log.started, rows) / DAY for rows in (collected, released))
    state = np.where(released >= 0, RELEASED, STOPPED)
    served = ledger.count(ledger.material, ledger.rows(THAW, FORMULATE, ADMINISTER)) > 0
    spent = (ledger.word(failed) == SPENT) & (released >= 0) & served
    return {
        "patient": ledger.name(grain.patients),
        "lot": (grain.numbers + 1).astype(np.int16),
        "arm": where.arms[grain.patients],
        "clinic": where.clinics[grain.patients],
        "facility": where.lots,
        "collected_day": collected_day,
        "marrow_mL": nothing if counted else amount,
        "collected_cells": ledger.sum(grain, ledger.rows(COLLECT)) if counted else nothing,
        "mononuclear_cells": ledger.number(log.value, ledger.first(grain, ledger.rows(ISOLATE))),
        "passages": ledger.count(grain, ledger.rows(PASSAGE)),
        "flasks": ledger.number(log.value, ledger.first(grain, ledger.rows(INCUBATE))),
        "harvested_cells": ledger.number(log.value, ledger.last(grain, ledger.rows(HARVEST))),
        "frozen_cells": ledger.number(log.value, ledger.last(grain, ledger.rows(CRYOPRESERVE))),
        **cultures_of(ledger),
        "released_day": released_day,
        "turnaround_day": np.where(released_day > 0, released_day - collected_day, np.nan),
        "outcome": np.where(spent, USED_UP, np.where(failed >= 0, ledger.word(failed), state)).astype(object),
        "later_positive": ledger.count(grain, late) > 0,
        _BEGUN: begun >= 0,
    }


def _doses(ledger: Ledger, lots: Table, where: Whereabouts) -> Table:
    """Every planned dose: when it was booked, when it was given, how old and how large it was.

    What is prescribed is `counted` in cells or in viable cells; what is given is in viable cells.
    """
    grain, log = ledger.doses, ledger.log
    prescribed = ledger.last(grain, ledger.rows(PRESCRIBE))
    dropped = ledger.last(grain, ledger.rows(DROP))
    bookings = ledger.rows(BOOK)
    booked, rebooked = ledger.first(grain, bookings), ledger.last(grain, bookings)
    formulates = any(FORMULATE in recipe.prepares for recipe in ledger.plan.recipes)
    suspended = ledger.last(grain, ledger.rows(FORMULATE if formulates else THAW))
    given = ledger.last(grain, ledger.rows(ADMINISTER))
    failures = ledger.rows(FAIL)
    late = ledger.with_outcome(failures, LATER)
    failed = ledger.last(grain, np.setdiff1d(failures, late))
    counted = {d.name: d.counted for arm in ledger.plan.arms for d in arm.doses if d.product}
    counts = np.array([*(counted.get(word, "cell") for word in log.outcomes), ""], dtype=object)
    number = (ledger.subjects[rebooked, 1] + 1).astype(np.int16)
    booked_day, last_booked_day = (ledger.number(log.value, rows) / DAY for rows in (booked, rebooked))
    suspended_day = ledger.number(log.finished, suspended) / DAY
    given_day = ledger.number(log.started, given) / DAY
    missed = np.where(dropped >= 0, NOT_INDICATED, ledger.word(failed, MISSED))
    return {
        "patient": ledger.name(grain.patients),
        "dose": (grain.numbers + 1).astype(np.int16),
        "lot": number,
        "name": ledger.word(prescribed),
        "arm": where.arms[grain.patients],
        "clinic": where.clinics[grain.patients],
        "facility": where.doses,
        "prescribed_cells": ledger.number(log.value, prescribed),
        "counted": counts[np.where(prescribed >= 0, log.outcome[prescribed], -1)],
        "wanted_day": wanted_days(ledger, booked_day),
        "booked_day": booked_day,
        "last_booked_day": last_booked_day,
        "put_off": ledger.count(grain, ledger.with_outcome(bookings, *DELAYED)),
        "put_off_for": put_off_for(ledger),
        "suspended_day": suspended_day,
        "given_day": given_day,
        "given_cells": ledger.number(log.value, given),
        "given": given >= 0,
        "on_first_day": np.floor(given_day) == np.floor(booked_day),
        "on_last_day": np.floor(given_day) == np.floor(last_booked_day),
        "vein_to_vein_day": given_day - _collected(ledger, lots, number),
        "age_hour": (given_day - suspended_day) * 24,
        "outcome": np.where(given >= 0, GIVEN, missed).astype(object),
        "later_positive": ledger.count(grain, late) > 0,
    }


def _collected(ledger: Ledger, lots: Table, number: npt.NDArray[np.int16]) -> Numbers:
    """The day on which the lot of each dose was collected; nan where it has none that was begun."""
    known = ledger.lots.patients << 16 | ledger.lots.numbers + 1
    asked = ledger.doses.patients << 16 | number
    days = np.append(np.where(lots[_BEGUN], lots["collected_day"], np.nan), np.nan)
    at = np.searchsorted(known, asked)
    found: Numbers = days[np.where(np.isin(asked, known), at, len(days) - 1)]
    return found


def _tests(ledger: Ledger) -> Table:
    """Every result of the laboratory, with its measured value where there is one."""
    log = ledger.log
    names = np.array([activity.name for activity in ledger.plan.activities], dtype=object)
    known = {result_of(test.name): test for test in ledger.plan.tests}
    rows = ledger.rows(*known)
    whom, done = ledger.subjects[rows], names[log.activity[rows]]
    return {
        "patient": ledger.name(whom[:, 0].astype(np.int64)),
        "lot": (whom[:, 1] + 1).astype(np.int16),
        "dose": (whom[:, 2] + 1).astype(np.int16),
        "test": np.array([known[name].name for name in done], dtype=object),
        "sampled_day": log.queued[rows] / DAY,
        "result_day": log.finished[rows] / DAY,
        "outcome": ledger.word(rows),
        "value": log.value[rows],
        "unit": np.array([known[name].unit for name in done], dtype=object),
    }
