"""The wall planner: who is in which room and suite, on which day and at which hour, in one possible future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
from attrs import frozen

from mfg.calendar import DAY
from mfg.frames.looked import Looked
from mfg.frames.occupancy import units_of
from mfg.study.setting import Resource

KINDS = ("rooms", "suites")  # what has a number on its door
WEEK = 7 * DAY
MOST_LANES, MANY_LANES, WEEKS = (
    8,
    24,
    4,
)  # up to so many lanes four weeks are shown; up to so many, one; else none


@frozen(eq=False)
class Planner:
    """The tasks of some weeks in numbered lanes.

    `tasks` has a row for each: `lane` (such as ``suites (gmp) 1``), `day` (from the first, a Monday), `begin` and `end` in hours of that
    day, `work`, `patient`. `closed` has the spans of each lane in which it is closed. The numbers are given afterwards: earliest
    start first, the lowest that is free, and work that goes on without a gap on the same lot stays where it is. `busiest` is the
    resource that is at work for most of its opening hours, with those hours and the hours at work.
    """

    tasks: pd.DataFrame
    closed: pd.DataFrame
    lanes: tuple[str, ...]
    first: date
    weeks: int
    replication: int
    busiest: tuple[str, int, float, float]


def planner(variant: Looked, *, replication: int = 0, first: date | None = None) -> Planner | None:
    """The busiest four weeks of one *replication*, or those from the Monday of *first* on.

    One week, if there are many lanes; None if there are too many to be drawn, or no task.
    """
    setting = variant.setting
    doors = [one for one in setting.resources if one.kind in KINDS and one.hours]
    lanes = sum(one.capacity for one in doors)
    if not 0 < lanes <= MANY_LANES:
        return None
    weeks = WEEKS if lanes <= MOST_LANES else 1
    events = variant.table("events")
    events = events[events["replication"] == replication]
    busy = {one.name: events[units_of(setting, one.name, events) > 0] for one in doors}
    monday = setting.start - timedelta(days=setting.start.weekday())
    offset = setting.start.weekday() * DAY  # minutes from that Monday to the start
    if first is None:
        number = _busiest(pd.concat(busy.values()), offset, weeks, setting.horizon)
    else:
        number = (first - monday).days // 7
    begin = number * WEEK - offset
    tasks, closed = [], []
    for one in doors:
        rows = busy[one.name]
        inside = rows[(rows["finished_min"] > begin) & (rows["started_min"] < begin + weeks * WEEK)]
        tasks += list(_packed(one, inside, begin))
        closed += [
            (f"{one.kind} ({one.place}) {n + 1}", *span)
            for n in range(one.capacity)
            for span in _closed(one, begin, weeks * 7)
        ]
    if not tasks:
        return None
    columns = ["lane", "day", "begin", "end", "work", "patient"]
    names = tuple(f"{one.kind} ({one.place}) {n + 1}" for one in doors for n in range(one.capacity))
    frame = pd.DataFrame(tasks, columns=columns)
    return Planner(
        tasks=frame[(frame["day"] >= 0) & (frame["day"] < weeks * 7)].reset_index(drop=True),
        closed=pd.DataFrame(closed, columns=["lane", "day", "begin", "end"]),
        lanes=names,
        first=monday + timedelta(weeks=number),
        weeks=weeks,
        replication=replication,
        busiest=max(
            (_at_work(one, busy[one.name], begin, weeks) for one in doors),
            key=lambda one: one[2] / max(one[3], 1),
        ),
    )


def pack(starts: np.ndarray, ends: np.ndarray, whose: list[object]) -> list[int]:
    """A lane for each task, in the order of *starts*: the lowest that is free, or the one in which *whose* work has just ended.

    No two tasks of one lane overlap. A lane that somebody goes on in at a moment is not given to others who begin then.
    """
    free_from: list[int] = []
    last: list[object] = []
    lanes = [-1] * len(starts)
    at = 0
    while at < len(starts):
        until = at
        while until < len(starts) and starts[until] == starts[at]:
            until += 1
        together = list(range(at, until))
        goes_on = [
            (task, lane)
            for task in together
            for lane in range(len(last))
            if last[lane] == whose[task] and free_from[lane] == starts[task]
        ]
        kept = dict(goes_on)
        taken = set(kept.values())
        for task in together:
            lane = kept.get(task)
            if lane is None or lane in {lanes[other] for other in together}:
                free = (n for n in range(len(last)) if free_from[n] <= starts[task] and n not in taken)
                lane = next(free, None)
            if lane is None:
                free_from.append(0)
                last.append(None)
                lane = len(last) - 1
            taken.add(lane)
            lanes[task], free_from[lane], last[lane] = lane, int(ends[task]), whose[task]
        at = until
    return lanes


def _packed(
    resource: Resource, rows: pd.DataFrame, begin: int
) -> Iterator[tuple[str, int, float, float, str, str]]:
    rows = rows[rows["finished_min"] > rows["started_min"]].sort_values(
        ["started_min", "finished_min"], kind="stable"
    )
    starts, ends = rows["started_min"].to_numpy(), rows["finished_min"].to_numpy()
    whose: list[object] = list(zip(rows["patient"].astype(str), rows["lot"], strict=True))
    for (_, row), lane in zip(rows.iterrows(), pack(starts, ends, whose), strict=True):
        name = f"{resource.kind} ({resource.place}) {lane + 1}"
        for day, hour, until in _days(row["started_min"] - begin, row["finished_min"] - begin):
            yield name, day, hour, until, str(row["activity"]), str(row["patient"])


def _days(begin: int, end: int) -> Iterator[tuple[int, float, float]]:
    """A span of minutes as its part of each day: the day, and from which hour to which."""
    for day in range(begin // DAY, (end - 1) // DAY + 1):
        yield int(day), max(begin - day * DAY, 0) / 60, min(end - day * DAY, DAY) / 60


def _closed(resource: Resource, begin: int, days: int) -> Iterator[tuple[int, float, float]]:
    """When *resource* is closed in so many *days* from the minute *begin* on."""
    at = begin
    for opens, closes in (*resource.hours, (begin + days * DAY, begin + days * DAY)):
        if closes < begin:
            continue
        until = min(opens, begin + days * DAY)
        if until > at:
            yield from _days(at - begin, until - begin)
        at = max(at, closes)
        if at >= begin + days * DAY:
            return


def _busiest(rows: pd.DataFrame, offset: int, weeks: int, horizon: int) -> int:
    """The first of so many *weeks* in a row in which the most hours are worked, counted from the Monday before the start."""
    week = (rows["started_min"].to_numpy() + offset) // WEEK
    hours = np.bincount(
        week, (rows["finished_min"] - rows["started_min"]).to_numpy(), (horizon + offset) // WEEK + weeks
    )
    return int(np.argmax(np.convolve(hours, np.ones(weeks), "valid")))


def _at_work(resource: Resource, rows: pd.DataFrame, begin: int, weeks: int) -> tuple[str, int, float, float]:
    end = begin + weeks * WEEK
    worked = (rows["finished_min"].clip(begin, end) - rows["started_min"].clip(begin, end)).sum() / 60
    hours = np.clip(np.array(resource.hours).reshape(-1, 2), begin, end)
    return (
        resource.name,
        resource.capacity,
        float(worked),
        float((hours[:, 1] - hours[:, 0]).sum() / 60 * resource.capacity),
    )
