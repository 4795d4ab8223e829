"""The event log for other tools: an animation of vidigi, process mining, or a spreadsheet with dates."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from mfg.calendar import DAY
from mfg.frames.looked import Looked
from mfg.frames.occupancy import units_of
from mfg.frames.planner import pack


def vidigi(variant: Looked, replication: int = 0) -> pd.DataFrame:
    """One replication in the columns of vidigi's animations: `entity_id`, `pathway`, `event_type`, `event`, `time` (minutes), `resource_id`, `run_number`.

    Everybody arrives and departs; work in a room, a suite or another counted place is queued for, begun in one with a number, and
    ended. Numbers of places are given afterwards, as on the wall planner.
    """
    patients = variant.table("patients")
    mine = patients[patients["replication"] == replication]
    arms = dict(zip(mine["patient"].astype(str), mine["arm"].astype(str), strict=True))
    rows: list[tuple[str, str, str, int, float]] = []
    for who, came, left in zip(
        mine["patient"].astype(str), mine["arrived_day"], mine["ended_day"], strict=True
    ):
        rows.append((who, "arrival_departure", "arrival", round(max(came, 0) * DAY), np.nan))
        rows.append((who, "arrival_departure", "depart", round(left * DAY), np.nan))
    events = variant.table("events")
    events = events[(events["replication"] == replication) & (events["finished_min"] > events["started_min"])]
    for resource in variant.setting.resources:
        if resource.kind not in ("rooms", "suites", "benches"):
            continue
        work = events[units_of(variant.setting, resource.name, events) == 1]
        work = work.sort_values(["started_min", "finished_min"], kind="stable")
        whose: list[object] = list(zip(work["patient"].astype(str), work["lot"], strict=True))
        lanes = pack(work["started_min"].to_numpy(), work["finished_min"].to_numpy(), whose)
        for (_, one), lane in zip(work.iterrows(), lanes, strict=True):
            who, what = str(one["patient"]), f"{one['activity']}, {resource.place}"
            if one["started_min"] > one["queued_min"]:
                rows.append((who, "queue", f"waits for: {what}", int(one["queued_min"]), np.nan))
            rows.append((who, "resource_use", what, int(one["started_min"]), lane + 1))
            rows.append((who, "resource_use_end", what, int(one["finished_min"]), lane + 1))
    frame = pd.DataFrame(rows, columns=["entity_id", "event_type", "event", "time", "resource_id"])
    frame.insert(1, "pathway", frame["entity_id"].map(arms))
    order = frame["event"].map({"arrival": 0, "depart": 2}).fillna(1)
    frame = frame.assign(order=order, run_number=replication + 1)
    frame["resource_id"] = frame["resource_id"].astype("Int64")
    return frame.sort_values(["time", "order"], kind="stable").drop(columns="order").reset_index(drop=True)


def xes(variant: Looked) -> pd.DataFrame:
    """All replications with the names of XES (IEEE 1849): a start and a complete event for all work, a complete one for what is noted.

    `case:concept:name` is a patient of a replication, `concept:name` the activity, `time:timestamp` the moment on the site's clock.
    """
    events = variant.table("events")
    lasting = events[events["finished_min"] > events["started_min"]]
    parts = [
        _transition(variant, lasting, "started_min", "start"),
        _transition(variant, events, "finished_min", "complete"),
    ]
    frame = pd.concat(parts)
    order = ["case:concept:name", "time:timestamp"]
    return frame.sort_values(order, kind="stable").reset_index(drop=True)


def _transition(variant: Looked, events: pd.DataFrame, column: str, transition: str) -> pd.DataFrame:
    numbers = (events["replication"] + 1).astype(str)
    return pd.DataFrame(
        {
            "case:concept:name": numbers + "/" + events["patient"].astype(str),
            "concept:name": events["activity"].astype(str),
            "lifecycle:transition": transition,
            "time:timestamp": _moments(variant, events[column]),
            "org:resource": events["place"].astype(str),
            "lot": events["lot"],
            "dose": events["dose"],
            "outcome": events["outcome"].astype(str),
        }
    )


def dated(variant: Looked) -> pd.DataFrame:
    """The event log with dates: `queued`, `started` and `finished` on the site's clock behind all other columns."""
    events = variant.table("events")
    return events.assign(
        **{name: _moments(variant, events[f"{name}_min"]) for name in ("queued", "started", "finished")}
    )


def _moments(variant: Looked, minutes: pd.Series) -> pd.Series:
    start = datetime.combine(variant.setting.start, datetime.min.time())
    return (pd.Timestamp(start) + pd.to_timedelta(minutes, unit="min")).dt.strftime("%Y-%m-%dT%H:%M")
