"""What each resource was open for, what was asked of it, how busy it was, and the waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mfg.calendar import DAY
from mfg.results.arrays import Numbers
from mfg.results.ledger import Indices
from mfg.works import HELD

if TYPE_CHECKING:
    from mfg.log.columns import Columns
    from mfg.plan.plan import Plan


def resources_of(plan: Plan, log: Columns) -> dict[str, Any]:
    """A row for each resource, between warm-up and horizon.

    Utilisation is busy over open time; work beyond the opening hours stands
    apart as overtime; the mean wait leaves out work that takes no time, which waits for nobody. `load` is the work that was asked for in that time over the time that was open, and
    `backlog` the work that still waited at the horizon, in weeks of the time that is open.
    """
    first, last = plan.warm_up, plan.horizon
    weeks = (last - first) / DAY / 7
    begin, end = (np.clip(moments, first, last) for moments in (log.started, log.finished))
    asked = (log.queued >= first) & (log.queued < last)
    waiting = (log.queued < last) & (log.started >= last)
    lasted = (log.finished - log.started) / 60
    found = []
    for resource, name in enumerate(plan.resources):
        units = _units(plan, log, resource)
        rows: Indices = np.flatnonzero(units > 0)
        many, opened = units[rows], _Opening(plan.hours[resource])
        inside = opened(end[rows]) - opened(begin[rows])
        open_hour = float((opened(np.array([last])) - opened(np.array([first])))[0]) / 60
        open_hour *= plan.capacities[resource]
        waits = (log.started - log.queued)[rows][(asked & (lasted > 0))[rows]] / 60
        busy_hour = float((inside * many).sum()) / 60
        found.append(
            {
                "resource": name,
                "capacity": plan.capacities[resource],
                "open_hour": open_hour,
                "busy_hour": busy_hour,
                "overtime_hour": float(((end - begin)[rows] - inside) @ many) / 60,
                "wait_hour": float(waits.mean()) if len(waits) else np.nan,
                "utilisation": busy_hour / open_hour if open_hour else np.nan,
                "load": float(lasted[rows] @ (many * asked[rows])) / open_hour if open_hour else np.nan,
                "backlog": float(lasted[rows] @ (many * waiting[rows])) * weeks / open_hour
                if open_hour
                else np.nan,
                "used_hour": float(lasted[rows] @ many),
            }
        )
    columns: dict[str, Any] = (
        {name: np.array([row[name] for row in found]) for name in found[0]} if found else {}
    )
    return columns


def overfull(plan: Plan, log: Columns) -> Iterator[str]:
    """Where and when more was in use at once than there is, in words: places, hands and things of every resource."""
    for resource, name in enumerate(plan.resources):
        units = _units(plan, log, resource)
        rows: Indices = np.flatnonzero((units > 0) & (log.finished > log.started))
        moments = np.concatenate([log.started[rows], log.finished[rows]])
        changes = np.concatenate([units[rows], -units[rows]])
        order = np.lexsort((changes, moments))  # what is given back at a moment is free at it
        taken = np.cumsum(changes[order])
        if len(taken) and taken.max() > plan.capacities[resource]:
            most = int(taken.argmax())
            yield f"{name}: {taken[most]:g} of {plan.capacities[resource]} at minute {moments[order][most]}"


def _units(plan: Plan, log: Columns, resource: int) -> Numbers:
    """How many units of *resource* each row of the log keeps busy; for places that are held the row says it."""
    each = np.array([dict(activity.uses).get(resource, 0) for activity in plan.activities], dtype=float)
    held = np.array([activity.name in HELD for activity in plan.activities])
    units: Numbers = each[log.activity]
    return np.where(held[log.activity] & (units > 0), np.nan_to_num(log.value), units)


class _Opening:
    """How many minutes some hours have been open until a moment."""

    def __init__(self, hours: Sequence[tuple[int, int]]) -> None:
        self.edges = np.array([edge for window in hours for edge in window], dtype=np.float64)
        widths = np.diff(self.edges) * (np.arange(len(self.edges) - 1) % 2 == 0)
        self.known = np.concatenate([[0.0], np.cumsum(widths)])

    def __call__(self, moments: np.ndarray) -> Numbers:
        if not len(self.edges):
            return np.zeros(len(moments))
        open_until: Numbers = np.interp(moments, self.edges, self.known)
        return open_until
