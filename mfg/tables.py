"""Tables derived from the event log: patients, lots, doses, tests, resources.

The event log is the source of everything here; its times are minutes since the midnight on which the
scenario starts. Every table has one row for each thing and replication, units in its column names, and
works on last year's log as well as on today's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.calendar import DAY
from mfg.simulation.log import Columns
from mfg.simulation.plan import Plan

KEY = ["replication", "patient"]
LOT = [*KEY, "lot"]
DOSE = [*KEY, "dose"]


@frozen
class Tables:
    """The event log of some replications and everything that follows from it."""

    events: pd.DataFrame
    patients: pd.DataFrame
    lots: pd.DataFrame
    doses: pd.DataFrame
    tests: pd.DataFrame
    resources: pd.DataFrame


def tables_of(plan: Plan, runs: Iterable[tuple[int, Columns, Sequence[str]]]) -> Tables:
    """The tables of finished *runs*: replication, event log, names of its patients."""
    events = pd.concat([_events(plan, *run) for run in runs], ignore_index=True)
    for column in ("patient", "activity", "place", "outcome"):
        events[column] = pd.Categorical(events[column], categories=sorted(set(events[column])))
    doses = _doses(events)
    lots = _lots(events)
    return Tables(events, _patients(events, doses), lots, doses, _tests(events), _resources(plan, events))


def _events(plan: Plan, replication: int, log: Columns, names: Sequence[str]) -> pd.DataFrame:
    """One replication's log with its codes spelled out, in order of time."""
    whom = log.subjects[log.subject]
    activities = np.array([activity.name for activity in plan.activities], dtype=object)
    places = np.array([activity.place for activity in plan.activities], dtype=object)
    frame = pd.DataFrame(
        {
            "replication": np.full(len(log.subject), replication, dtype=np.int32),
            "patient": np.array(names, dtype=object)[whom[:, 0]],
            "lot": (whom[:, 1] + 1).astype(np.int16),
            "dose": (whom[:, 2] + 1).astype(np.int16),
            "activity": activities[log.activity],
            "place": places[log.activity],
            "queued_min": log.queued,
            "started_min": log.started,
            "finished_min": log.finished,
            "outcome": np.array(log.outcomes, dtype=object)[log.outcome],
            "value": log.value,
        }
    )
    frame["attempt"] = (
        frame.groupby([*DOSE, "lot", "activity", "outcome"], sort=False).cumcount().astype(np.int16)
    )
    return frame


def _rows(events: pd.DataFrame, activity: str) -> pd.DataFrame:
    return events[events["activity"] == activity]


def _first(events: pd.DataFrame, activity: str, by: list[str], column: str) -> pd.Series:
    return _rows(events, activity).groupby(by, observed=True)[column].first()


def _last(events: pd.DataFrame, activity: str, by: list[str], column: str) -> pd.Series:
    return _rows(events, activity).groupby(by, observed=True)[column].last()


def _counts(events: pd.DataFrame, activity: str, by: list[str]) -> pd.Series:
    return _rows(events, activity).groupby(by, observed=True).size()


def _patients(events: pd.DataFrame, doses: pd.DataFrame) -> pd.DataFrame:
    """Who came, in which arm, what they received, and how their way ended."""
    table = pd.DataFrame(
        {
            "arm": _first(events, "allocate", KEY, "outcome").astype(str),
            "weight_kg": _first(events, "arrive", KEY, "value"),
            "arrived_day": _first(events, "arrive", KEY, "started_min") / DAY,
            "ended_day": _first(events, "end", KEY, "started_min") / DAY,
            "ending": _first(events, "end", KEY, "outcome").astype(str),
            "collections": _counts(events, "collect", KEY),
            "vehicle_draws": _counts(events, "draw", KEY),
            "doses_planned": doses.groupby(KEY, observed=True).size(),
            "doses_given": doses.groupby(KEY, observed=True)["given"].sum(),
            "first_dose_day": doses.groupby(KEY, observed=True)["given_day"].min(),
        }
    )
    counts = ["collections", "vehicle_draws", "doses_planned", "doses_given"]
    table[counts] = table[counts].fillna(0).astype(np.int16)
    return table.reset_index()


def _lots(events: pd.DataFrame) -> pd.DataFrame:
    """What was made from each collection, how long it took and what became of it."""
    of_lots = events[events["lot"] > 0]
    passages = _rows(of_lots, "passage").groupby(LOT, observed=True)
    table = pd.DataFrame(
        {
            "collected_day": _first(of_lots, "collect", LOT, "started_min") / DAY,
            "marrow_mL": _first(of_lots, "collect", LOT, "value"),
            "mononuclear_cells": _first(of_lots, "isolate", LOT, "value"),
            "passages": passages.size(),
            "flasks": _first(of_lots, "incubate", LOT, "value"),
            "harvested_cells": _last(of_lots, "harvest", LOT, "value"),
            "released_day": _first(of_lots, "release", LOT, "started_min") / DAY,
            "failed": _first(of_lots, "fail", LOT, "outcome").astype(object),
        }
    )
    table = table[table["collected_day"].notna()]
    table["passages"] = table["passages"].fillna(0).astype(np.int16)
    table["turnaround_day"] = table["released_day"] - table["collected_day"]
    state = np.where(table["released_day"].notna(), "released", "stopped")
    table["outcome"] = table.pop("failed").fillna(pd.Series(state, index=table.index)).astype(str)
    return table.reset_index()


def _doses(events: pd.DataFrame) -> pd.DataFrame:
    """Every planned dose: when it was booked, when it was given, how old and how large it was."""
    of_doses = events[events["dose"] > 0]
    booked = _rows(of_doses, "book")
    late = booked[booked["outcome"] == "put off"].groupby(DOSE, observed=True).size()
    table = pd.DataFrame(
        {
            "lot": _first(of_doses, "prescribe", DOSE, "lot"),
            "name": _first(of_doses, "prescribe", DOSE, "outcome").astype(str),
            "prescribed_cells": _first(of_doses, "prescribe", DOSE, "value"),
            "booked_day": _first(of_doses, "book", DOSE, "value") / DAY,
            "put_off": late,
            "suspended_day": _last(of_doses, "formulate", DOSE, "finished_min") / DAY,
            "given_day": _last(of_doses, "administer", DOSE, "started_min") / DAY,
            "given_cells": _last(of_doses, "administer", DOSE, "value"),
            "failed": _last(of_doses, "fail", DOSE, "outcome").astype(object),
        }
    ).reset_index()
    collected = _first(events[events["lot"] > 0], "collect", LOT, "started_min").rename("collected_min") / DAY
    table = table.merge(collected.reset_index(), on=LOT, how="left")
    table["put_off"] = table["put_off"].fillna(0).astype(np.int16)
    table["given"] = table["given_day"].notna()
    table["on_time"] = table["given"] & (table["put_off"] == 0)
    table["vein_to_vein_day"] = table["given_day"] - table.pop("collected_min")
    table["age_hour"] = (table["given_day"] - table["suspended_day"]) * 24
    table["outcome"] = np.where(table["given"], "given", table.pop("failed").fillna("not given"))
    return table


def _tests(events: pd.DataFrame) -> pd.DataFrame:
    """Every result of the laboratory."""
    named = events["activity"].astype(str)
    results = events[named.str.startswith("result ")]
    return pd.DataFrame(
        {
            **{column: results[column] for column in ("replication", "patient", "lot", "dose")},
            "test": results["activity"].astype(str).str.removeprefix("result "),
            "sampled_day": results["queued_min"] / DAY,
            "result_day": results["finished_min"] / DAY,
            "outcome": results["outcome"].astype(str),
        }
    ).reset_index(drop=True)


def _resources(plan: Plan, events: pd.DataFrame) -> pd.DataFrame:
    """What each resource was open for, how much of that it was busy, what it did beyond, and the waits for it.

    Between warm-up and horizon; utilisation is busy over open time, and overtime stands apart.
    """
    first, last = plan.warm_up, plan.horizon
    found = []
    by_name: dict[Any, tuple[tuple[int, int], ...]] = {
        (activity.name, activity.place): activity.uses for activity in plan.activities
    }
    used = events[[bool(by_name.get(pair)) for pair in zip(events["activity"], events["place"], strict=True)]]
    groups = list(used.groupby(["activity", "place"], observed=True))
    for resource, (name, capacity, hours) in enumerate(
        zip(plan.resources, plan.capacities, plan.hours, strict=True)
    ):
        edges = np.array([edge for window in hours for edge in window], dtype=np.float64)
        open_until = np.concatenate([[0.0], np.cumsum(np.diff(edges)[::2])]) if len(edges) else np.zeros(1)
        known = np.repeat(open_until, 2)[1:-1] if len(edges) else np.zeros(0)

        def opened(moment: np.ndarray, edges: np.ndarray = edges, known: np.ndarray = known) -> np.ndarray:
            return np.interp(moment, edges, known) if len(edges) else np.zeros_like(moment)

        parts = []
        for (activity, place), rows in groups:
            units = [count for r, count in by_name[activity, place] if r == resource]
            if units:
                many = rows["value"] if activity == "incubate" else units[0]
                begin = rows["started_min"].clip(first, last).to_numpy(dtype=np.float64)
                end = rows["finished_min"].clip(first, last).to_numpy(dtype=np.float64)
                inside = opened(end) - opened(begin)
                parts.append(
                    pd.DataFrame(
                        {
                            "replication": rows["replication"],
                            "busy": inside * many,
                            "over": (end - begin - inside) * many,
                            "wait": np.where(
                                rows["queued_min"].between(first, last),
                                rows["started_min"] - rows["queued_min"],
                                np.nan,
                            ),
                        }
                    )
                )
        summed = pd.concat(parts).groupby("replication") if parts else None
        span = float(opened(np.array([float(last)]))[0] - opened(np.array([float(first)]))[0])
        for replication in sorted(events["replication"].unique()):
            known_here = summed is not None and replication in summed.groups
            group = summed.get_group(replication) if summed is not None and known_here else None
            found.append(
                {
                    "replication": replication,
                    "resource": name,
                    "capacity": capacity,
                    "open_hour": span * capacity / 60,
                    "busy_hour": group["busy"].sum() / 60 if group is not None else 0.0,
                    "overtime_hour": group["over"].sum() / 60 if group is not None else 0.0,
                    "wait_hour": group["wait"].mean() / 60 if group is not None else np.nan,
                }
            )
    table = pd.DataFrame(found)
    table["utilisation"] = np.where(table["open_hour"] > 0, table["busy_hour"] / table["open_hour"], np.nan)
    return table
