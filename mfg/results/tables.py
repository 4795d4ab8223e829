"""Tables derived from the event log: patients, lots, doses, tests, resources.

The event log is the source of everything here; its times are minutes since the midnight on which the
scenario starts. Every table has one row for each thing, units in its column names, and works on last
year's log as well as on today's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from attrs import evolve, fields, frozen

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.log.columns import Columns
from mfg.log.endings import LATER, NO_APPOINTMENT, SPENT, TOO_LONG
from mfg.plan.plan import Plan
from mfg.results.ledger import Ledger
from mfg.results.occupancy import resources_of

# How a dose comes to be booked again on account of itself, and not of another one.
DELAYED = ("put off", "lot lost", "short bank", "clinic closed", "waited in line")
NOT_INDICATED = "not indicated"  # a dose that turned out not to be for its patient
STOPPED = "stopped"  # what became of a lot whose patient left
RELEASED = (
    "released",
    "spent",
)  # of a lot that was released; of a bank that served doses until nothing was left
TREATED, LEFT, NEVER = "treated", "left", "never"  # how a wait for the first dose ends
OWN = ("died", "withdrew", "fell below eligibility")  # endings that are not the site's doing


@frozen
class Tables:
    """The event log of a replication (or of several) and everything that follows from it."""

    events: pd.DataFrame
    patients: pd.DataFrame
    lots: pd.DataFrame
    doses: pd.DataFrame
    tests: pd.DataFrame
    resources: pd.DataFrame


def tables_of(plan: Plan, log: Columns, names: Sequence[str]) -> Tables:
    """The tables of one replication of *plan*: its event log, and the names of its patients."""
    ledger = Ledger(plan, log, names)
    lots = _lots(ledger)
    doses = _doses(ledger, lots)
    return Tables(
        _events(ledger), _patients(ledger, doses), lots, doses, _tests(ledger), resources_of(plan, log)
    )


def stacked(tables: Mapping[int, Tables]) -> Tables:
    """The tables of several replications as one, each row with its replication."""
    first = next(iter(tables.values()))

    def together(name: str) -> pd.DataFrame:
        frame: pd.DataFrame = pd.concat(
            {n: getattr(one, name) for n, one in tables.items()}, names=["replication", "row"]
        ).reset_index(level="replication")
        frame["replication"] = frame["replication"].astype(np.int32)
        for column in getattr(first, name).select_dtypes("category"):
            frame[column] = frame[column].astype("category")
        return frame.reset_index(drop=True)

    return evolve(first, **{field.name: together(field.name) for field in fields(Tables)})


def _events(ledger: Ledger) -> pd.DataFrame:
    """The log with its codes spelled out, in the order in which things ended."""
    log, activities = ledger.log, ledger.plan.activities
    patient_of, lot, dose, _ = ledger.subjects.T
    return pd.DataFrame(
        {
            "patient": _coded(patient_of, ledger.names),
            "lot": (lot + 1).astype(np.int16),
            "dose": (dose + 1).astype(np.int16),
            "activity": _coded(log.activity, [a.name for a in activities]),
            "place": _coded(log.activity, [a.place for a in activities]),
            "queued_min": log.queued,
            "started_min": log.started,
            "finished_min": log.finished,
            "outcome": _coded(log.outcome, log.outcomes),
            "value": log.value,
            "attempt": _attempts(log),
        }
    )


def _coded(codes: npt.NDArray[np.integer[Any]], names: Sequence[str]) -> pd.Categorical:
    """A column of words from their codes; the same word may have several."""
    words, word = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
    coded: pd.Categorical = pd.Categorical.from_codes(word[codes], pd.Index(words, dtype="str"))
    return coded


def columns_of(plan: Plan, events: pd.DataFrame) -> tuple[Columns, list[str]]:
    """A stored event log as it was written, and the names of its patients in the order of their index."""
    codes = {(activity.name, activity.place): n for n, activity in enumerate(plan.activities)}
    done, dones = pd.factorize(events["activity"])
    there, theres = pd.factorize(events["place"])
    known = np.array([[codes.get((str(a), str(p)), -1) for p in theres] for a in dones], dtype=np.int16)
    activity = known.reshape(len(dones), len(theres))[done, there]
    names = events.loc[events["activity"] == "arrive", "patient"].astype(str).drop_duplicates().tolist()
    order = pd.Index(names)
    whom = np.stack(
        [
            order.get_indexer(pd.Index(events["patient"].astype(str))),
            events["lot"].to_numpy() - 1,
            events["dose"].to_numpy() - 1,
            np.zeros(len(events)),
        ],
        axis=1,
    ).astype(np.int32)
    subjects, subject = np.unique(whom, axis=0, return_inverse=True)
    outcomes, outcome = np.unique(events["outcome"].astype(str), return_inverse=True)
    return Columns(
        subject=subject.ravel().astype(np.int32),
        activity=activity,
        queued=events["queued_min"].to_numpy(),
        started=events["started_min"].to_numpy(),
        finished=events["finished_min"].to_numpy(),
        outcome=outcome.astype(np.int16),
        value=events["value"].to_numpy(),
        subjects=subjects,
        outcomes=tuple(str(word) for word in outcomes),
    ), names


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


def _patients(ledger: Ledger, doses: pd.DataFrame) -> pd.DataFrame:
    """Who came, in which arm, what they received, what the wait cost, and how their way ended."""
    own, log = ledger.patients, ledger.log
    doses = doses[doses["outcome"] != NOT_INDICATED]
    arrived = ledger.first(own, ledger.rows("arrive"))
    allocated = ledger.last(own, ledger.rows("allocate"))
    ended = ledger.last(own, ledger.rows("end"))
    of_patient = doses.groupby("patient", sort=False)
    table = pd.DataFrame(
        {
            "patient": list(ledger.names),
            "arm": ledger.word(allocated),
            "weight_kg": ledger.number(log.value, arrived),
            "arrived_day": ledger.number(log.started, arrived) / DAY,
            "ended_day": ledger.number(log.started, ended) / DAY,
            "ending": ledger.word(ended),
            "ineligible_for": ledger.word(ledger.last(own, ledger.rows("fail"))),
            "collections": ledger.count(ledger.people, ledger.rows("collect")),
            "vehicle_draws": ledger.count(ledger.people, ledger.rows("draw")),
        }
    )
    summed = pd.DataFrame(
        {
            "doses_planned": of_patient.size(),
            "doses_of_cells": (doses["prescribed_cells"] > 0).groupby(doses["patient"], sort=False).sum(),
            "doses_given": of_patient["given"].sum(),
            "first_dose_day": of_patient["given_day"].min(),
        }
    ).reindex(table["patient"])
    for column in ("doses_planned", "doses_of_cells", "doses_given"):
        table[column] = summed[column].fillna(0).astype(np.int16).to_numpy()
    before = [there.lots[0].dose > 0 for there in ledger.plan.in_progress]  # who was treated before the start
    seen = ~np.isin(np.arange(len(table)), np.flatnonzero(before))
    table["first_dose_day"] = summed["first_dose_day"].where(seen).to_numpy()
    waited = (table["first_dose_day"] - table["arrived_day"]).where(table.index >= len(before))
    table["points_lost_waiting"] = -ledger.number(log.value, allocated) * waited / DAYS_A_MONTH
    collected = ledger.first(ledger.people, ledger.rows("collect"))
    table["collected_day"] = ledger.number(log.started, collected) / DAY
    table["waiting"] = _waiting(ledger.plan, table)
    until = table["first_dose_day"].fillna(table["ended_day"])
    table["waited_day"] = (until - table["arrived_day"]).where(table["waiting"] != "")
    return table


def _waiting(plan: Plan, patients: pd.DataFrame) -> npt.NDArray[np.object_]:
    """How each wait for the first dose ended; empty for who was to have none, and for who was there at the start.

    Who died, withdrew or became ineligible *left*; whom the site did not treat for another reason is never treated.
    """
    ending = patients["ending"]
    undosed = [arm.name for arm in plan.arms if not arm.doses]
    counts = (patients["doses_planned"] > 0) | (
        ending.isin([NO_APPOINTMENT, TOO_LONG]) & ~patients["arm"].isin(undosed)
    )
    counts &= patients.index >= len(plan.in_progress)
    untreated = np.where(ending.isin(OWN), LEFT, NEVER)
    ended = np.where(patients["first_dose_day"].notna(), TREATED, untreated)
    return np.where(counts, ended, "").astype(object)


def _lots(ledger: Ledger) -> pd.DataFrame:
    """What was made from each collection, how long it took and what became of it."""
    grain, log = ledger.lots, ledger.log
    collected = ledger.first(grain, ledger.rows("collect"))
    begun = ledger.first(grain, ledger.rows("collect", "isolate", "incubate"))
    failures = ledger.rows("fail")
    late = ledger.with_outcome(failures, LATER)
    failed = ledger.first(grain, np.setdiff1d(failures, late))
    released = ledger.first(grain, ledger.rows("release"))
    counted = any(recipe.collecting is not None for recipe in ledger.plan.recipes)
    amount = ledger.number(log.value, collected)
    nothing = np.full(grain.size, np.nan)
    frozen_cells = ledger.number(log.value, ledger.last(grain, ledger.rows("cryopreserve")))
    table = pd.DataFrame(
        {
            "patient": ledger.name(grain.patients),
            "lot": (grain.numbers + 1).astype(np.int16),
            "collected_day": ledger.number(log.started, collected) / DAY,
            "marrow_mL": nothing if counted else amount,
            "collected_cells": ledger.sum(grain, ledger.rows("collect")) if counted else nothing,
            "mononuclear_cells": ledger.number(log.value, ledger.first(grain, ledger.rows("isolate"))),
            "passages": ledger.count(grain, ledger.rows("passage")),
            "flasks": ledger.number(log.value, ledger.first(grain, ledger.rows("incubate"))),
            "harvested_cells": ledger.number(log.value, ledger.last(grain, ledger.rows("harvest"))),
            "frozen_cells": frozen_cells,
            "released_day": ledger.number(log.started, released) / DAY,
        }
    )
    took = table["released_day"] - table["collected_day"]
    table["turnaround_day"] = took.where(table["released_day"] > 0)
    state = np.where(released >= 0, "released", STOPPED)
    served = ledger.count(ledger.material, ledger.rows("thaw", "formulate", "administer")) > 0
    spent = (ledger.word(failed) == SPENT) & (released >= 0) & served
    table["outcome"] = np.where(spent, "spent", np.where(failed >= 0, ledger.word(failed), state))
    table["later_positive"] = ledger.count(grain, late) > 0
    return table[begun >= 0].reset_index(drop=True)


def _doses(ledger: Ledger, lots: pd.DataFrame) -> pd.DataFrame:
    """Every planned dose: when it was booked, when it was given, how old and how large it was.

    What is prescribed is `counted` in cells or in viable cells; what is given is in viable cells.
    """
    grain, log = ledger.doses, ledger.log
    prescribed = ledger.last(grain, ledger.rows("prescribe"))
    dropped = ledger.last(grain, ledger.rows("drop"))
    bookings = ledger.rows("book")
    booked, rebooked = ledger.first(grain, bookings), ledger.last(grain, bookings)
    formulates = any("formulate" in recipe.prepares for recipe in ledger.plan.recipes)
    suspended = ledger.last(grain, ledger.rows("formulate" if formulates else "thaw"))
    given = ledger.last(grain, ledger.rows("administer"))
    failures = ledger.rows("fail")
    late = ledger.with_outcome(failures, LATER)
    failed = ledger.last(grain, np.setdiff1d(failures, late))
    counted = {d.name: d.counted for arm in ledger.plan.arms for d in arm.doses if d.product}
    counts = np.array([*(counted.get(word, "cell") for word in log.outcomes), ""], dtype=object)
    table = pd.DataFrame(
        {
            "patient": ledger.name(grain.patients),
            "dose": (grain.numbers + 1).astype(np.int16),
            "lot": (ledger.subjects[rebooked, 1] + 1).astype(np.int16),
            "name": ledger.word(prescribed),
            "prescribed_cells": ledger.number(log.value, prescribed),
            "counted": counts[np.where(prescribed >= 0, log.outcome[prescribed], -1)],
            "booked_day": ledger.number(log.value, booked) / DAY,
            "last_booked_day": ledger.number(log.value, rebooked) / DAY,
            "put_off": ledger.count(grain, ledger.with_outcome(bookings, *DELAYED)),
            "suspended_day": ledger.number(log.finished, suspended) / DAY,
            "given_day": ledger.number(log.started, given) / DAY,
            "given_cells": ledger.number(log.value, given),
        }
    )
    collected = lots.set_index(["patient", "lot"])["collected_day"]
    whose = pd.MultiIndex.from_frame(table[["patient", "lot"]])
    table["given"] = given >= 0
    for column, booking in (("on_first_day", booked), ("on_last_day", rebooked)):
        table[column] = table["given_day"] // 1 == ledger.number(log.value, booking) / DAY // 1
    table["vein_to_vein_day"] = table["given_day"] - collected.reindex(whose).to_numpy()
    table["age_hour"] = (table["given_day"] - table["suspended_day"]) * 24
    missed = np.where(dropped >= 0, NOT_INDICATED, ledger.word(failed, "not given"))
    table["outcome"] = np.where(given >= 0, "given", missed)
    table["later_positive"] = ledger.count(grain, late) > 0
    return table


def _tests(ledger: Ledger) -> pd.DataFrame:
    """Every result of the laboratory, with its measured value where there is one."""
    log = ledger.log
    names = np.array([activity.name for activity in ledger.plan.activities], dtype=object)
    units = {f"result {test.name}": test.unit for test in ledger.plan.tests}
    rows = ledger.rows(*units)
    whom = ledger.subjects[rows]
    return pd.DataFrame(
        {
            "patient": ledger.name(whom[:, 0].astype(np.int64)),
            "lot": (whom[:, 1] + 1).astype(np.int16),
            "dose": (whom[:, 2] + 1).astype(np.int16),
            "test": [name.removeprefix("result ") for name in names[log.activity[rows]]],
            "sampled_day": log.queued[rows] / DAY,
            "result_day": log.finished[rows] / DAY,
            "outcome": ledger.word(rows),
            "value": log.value[rows],
            "unit": [units[name] for name in names[log.activity[rows]]],
        }
    )
