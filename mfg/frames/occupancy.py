"""How much of each resource is in use, at each quarter of an hour of the week and in each week.

What is in use is looked at when each quarter begins: work counts from its start, and no longer at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from attrs import frozen

from mfg.calendar import DAY
from mfg.frames.looked import Looked
from mfg.frames.waiting import BAND_HIGH, BAND_LOW
from mfg.study.setting import Resource, Setting
from mfg.works import INCUBATE, STORE

QUARTER = 15  # minutes
A_DAY = 24 * 60 // QUARTER
A_WEEK = 7 * A_DAY
HOLDING = (INCUBATE, STORE)  # work of which each row says how much of the resource it holds

InUse = npt.NDArray[np.float64]


@frozen(eq=False)
class Occupancy:
    """What is in use of the resources that close, after the warm-up and before the horizon.

    `hours` has a row for each resource and quarter of the week (0 is Monday 0:00): `mean` in use, as a share of all there are;
    `full`, the share of the weeks in which all are taken; `is_open`, whether it is open then in most weeks. `weeks` has a row for
    each resource and week since the start: the share of the opening hours in use, `mean`, `low` and `high` over replications.
    `capacity` gives how many there are of each; week 0 begins on `monday`, and `settled` is the first whole one after the warm-up.
    """

    hours: pd.DataFrame
    weeks: pd.DataFrame
    capacity: dict[str, int]
    replications: int
    monday: date
    settled: int


def occupancy(variant: Looked) -> Occupancy:
    """Every resource that closes at times; those that never do hold things, not work."""
    setting = variant.setting
    closing = [one for one in setting.resources if not _never_closes(one, setting)]
    events = variant.table("events")
    hours, weeks = [], []
    for resource in closing:
        by_hour, by_week = _of_one(setting, resource, events, variant.replications)
        hours.append(by_hour)
        weeks.append(by_week)
    return Occupancy(
        pd.concat(hours, ignore_index=True) if hours else pd.DataFrame(columns=["resource"]),
        pd.concat(weeks, ignore_index=True) if weeks else pd.DataFrame(columns=["resource"]),
        {one.name: one.capacity for one in closing},
        variant.replications,
        setting.start - timedelta(days=setting.start.weekday()),
        -(-(setting.warm_up + setting.start.weekday() * DAY) // (7 * DAY)),
    )


def units_of(setting: Setting, resource: str, events: pd.DataFrame) -> InUse:
    """How many units of *resource* each row of *events* keeps busy."""
    each = {(use.activity, use.place): use.units[resource] for use in setting.uses if resource in use.units}
    activity, place = events["activity"].cat, events["place"].cat
    known = np.array(
        [
            [each.get((str(what), str(where)), 0) for where in place.categories]
            for what in activity.categories
        ],
        dtype=np.float64,
    ).reshape(len(activity.categories), len(place.categories))
    units: InUse = known[activity.codes.to_numpy(), place.codes.to_numpy()]
    held = np.isin(activity.categories, HOLDING)[activity.codes.to_numpy()]
    return np.where(held & (units > 0), np.nan_to_num(events["value"].to_numpy()), units)


def _of_one(
    setting: Setting, resource: Resource, events: pd.DataFrame, replications: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    opened = _open(setting, resource)
    first = -(-setting.warm_up // (QUARTER * A_WEEK)) * A_WEEK  # the first whole week after the warm-up
    offset = setting.start.weekday() * A_DAY  # of the start in its week
    summed, full, judged = np.zeros(A_WEEK), np.zeros(A_WEEK), 0
    shares = []
    for used in _in_use(setting, resource, events, replications, len(opened)):
        whole = _weeks(used[first:], offset)
        judged += len(whole)
        summed += whole.sum(axis=0)
        full += (whole >= resource.capacity).sum(axis=0)
        shares.append(_weekly(used, opened, resource.capacity, offset))
    is_open = _weeks(opened[first:].astype(float), offset)
    many = max(1, judged)
    hours = pd.DataFrame(
        {
            "resource": resource.name,
            "quarter": np.arange(A_WEEK),
            "mean": summed / many / resource.capacity,
            "full": full / many,
            "is_open": is_open.mean(axis=0) > 0.5 if len(is_open) else False,
        }
    )
    by_week = np.array(shares)
    known = ~np.isnan(by_week).all(axis=0)
    weeks = pd.DataFrame(
        {
            "resource": resource.name,
            "week": np.flatnonzero(known),
            "mean": by_week[:, known].mean(axis=0),
            "low": np.quantile(by_week[:, known], BAND_LOW, axis=0),
            "high": np.quantile(by_week[:, known], BAND_HIGH, axis=0),
        }
    )
    return hours, weeks


def _in_use(
    setting: Setting, resource: Resource, events: pd.DataFrame, replications: int, quarters: int
) -> Iterator[InUse]:
    """How many are in use as each quarter begins, for each replication."""
    units = units_of(setting, resource.name, events)
    rows = np.flatnonzero(units > 0)
    whose = events["replication"].to_numpy()[rows]
    begin, end = (
        np.clip(-(-events[column].to_numpy()[rows] // QUARTER), 0, quarters)
        for column in ("started_min", "finished_min")
    )
    for number in range(replications):
        own = whose == number
        many = units[rows][own]
        changes = np.bincount(begin[own], many, quarters + 1) - np.bincount(end[own], many, quarters + 1)
        yield np.cumsum(changes)[:quarters]


def _open(setting: Setting, resource: Resource) -> npt.NDArray[np.bool_]:
    """Whether *resource* is open as each quarter until the horizon begins."""
    quarters = setting.horizon // QUARTER
    edges = np.zeros(quarters + 1)
    for begin, end in resource.hours:
        edges[min(-(-begin // QUARTER), quarters)] += 1
        edges[min(-(-end // QUARTER), quarters)] -= 1
    opened: npt.NDArray[np.bool_] = np.cumsum(edges)[:quarters] > 0
    return opened


def _weeks(values: InUse, offset: int) -> InUse:
    """*values* of quarters as rows of whole weeks from Monday on; weeks that are cut off are left out."""
    begin = -offset % A_WEEK
    many = max(0, (len(values) - begin) // A_WEEK)
    rows: InUse = values[begin : begin + many * A_WEEK].reshape(many, A_WEEK)
    return rows


def _weekly(used: InUse, opened: npt.NDArray[np.bool_], capacity: int, offset: int) -> InUse:
    """The share of the opening hours in use, for each week since the Monday before the start; nan where it is closed."""
    week = (np.arange(len(used)) + offset) // A_WEEK
    inside = np.bincount(week, np.minimum(used, capacity) * opened)
    there = np.bincount(week, opened.astype(float)) * capacity
    shares: InUse = np.divide(inside, there, out=np.full(len(there), np.nan), where=there > 0)
    return shares


def _never_closes(resource: Resource, setting: Setting) -> bool:
    return len(resource.hours) == 1 and resource.hours[0][0] <= 0 and resource.hours[0][1] >= setting.horizon
