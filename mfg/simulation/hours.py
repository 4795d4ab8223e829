"""Whether everything in a finished log took place while its own place was open, by the log and the plan alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from mfg.calendar import Window
from mfg.log.columns import Columns
from mfg.plan.plan import Plan

Pages = npt.NDArray[np.int64]  # windows as two rows: when they open, and when they close


def outside_hours(plan: Plan, log: Columns, names: Sequence[str]) -> Iterator[str]:
    """What began while its clinic, facility or laboratory was closed, or did not fit in as booked.

    A facility is open during its overtime and to those on call as well. Who is treated as an inpatient is on a ward,
    which is always open. What was done before the run is not judged.
    """
    exempt = _on_wards(plan, log) | (log.started < 0) | _goes_on(plan, log)
    order = np.argsort(np.where(exempt, -1, log.activity), kind="stable")
    ends = np.searchsorted(np.where(exempt, -1, log.activity)[order], np.arange(len(plan.activities) + 1))
    pages: dict[int, Pages] = {}
    for activity, windows, booked in _openings(plan):
        rows = order[ends[activity] : ends[activity + 1]]
        lasts = np.full(len(rows), booked)
        if id(windows) not in pages:
            pages[id(windows)] = np.array(windows, dtype=np.int64).reshape(-1, 2).T
        for row in rows[~_is_open(log.started[rows], lasts, pages[id(windows)])]:
            whose, what = names[log.subjects[log.subject[row], 0]], plan.activities[activity]
            yield f"{whose}: {what.name} at {what.place} on {_when(log.started[row])}, while it is closed"


def _openings(plan: Plan) -> Iterator[tuple[int, Sequence[Window], int]]:
    """Each activity that needs an open place: its hours, and the minutes for which it must still be open.

    What has an appointment was booked so that it fits. If it is late it need only begin in time.
    """
    for clinic in plan.clinics:
        yield clinic.visits, clinic.windows, 0
        for work in clinic.work.values():
            yield work.activity, clinic.windows, work.booked if clinic.slot is None else 0
    for facility in plan.facilities:
        joint = {names[0]: need for names, need in facility.together.items()}
        for work in facility.work.values():
            need = work.need if work.need is not None else joint.get(work.name)
            if need is not None:
                yield work.activity, plan.needs[need][1], work.booked
    for test in plan.tests:
        for bench in test.benches:
            if bench.need is not None:
                yield bench.activity, plan.needs[bench.need][1], bench.booked


def _is_open(
    started: npt.NDArray[np.int32], lasts: npt.NDArray[np.int64], pages: Pages
) -> npt.NDArray[np.bool_]:
    """Whether work from *started* on lies in one window; work that is longer than any window must take a whole one."""
    opens, closes = pages
    if not len(opens):
        return np.zeros(len(started), dtype=bool)
    page = np.searchsorted(opens, started, side="right") - 1
    longest = (closes - opens).max()
    there = (page >= 0) & (started < closes[page])
    fits: npt.NDArray[np.bool_] = there & (started + np.minimum(lasts, longest) <= closes[page])
    return fits


def _goes_on(plan: Plan, log: Columns) -> npt.NDArray[np.bool_]:
    """The second parts of work that is done as one: the row before is the first part, and ends as they begin."""
    pairs = {names for facility in plan.facilities for names in facility.together if len(names) > 1}
    firsts, seconds = (
        np.array([activity.name in {pair[n] for pair in pairs} for activity in plan.activities])
        for n in (0, 1)
    )
    whose = log.subjects[log.subject, 0]
    second = np.flatnonzero(seconds[log.activity[1:]]) + 1
    follows = firsts[log.activity[second - 1]] & (whose[second] == whose[second - 1])
    together = np.zeros(len(log.activity), dtype=bool)
    together[second[follows & (log.finished[second - 1] == log.started[second])]] = True
    return together


def _on_wards(plan: Plan, log: Columns) -> npt.NDArray[np.bool_]:
    """The rows of visits of inpatients, which the protocol knows by their names; their doses are the ward's own work."""
    courses = [arm.course for arm in plan.arms]
    stays = {event.name for course in courses for event in course.planned if event.inpatient}
    stays |= {event.name for course in courses for event in course.floating if event.inpatient}
    wards = np.zeros(len(log.activity), dtype=bool)
    if stays:
        named = np.array([outcome in stays for outcome in log.outcomes])
        visits = np.isin(log.activity, [clinic.visits for clinic in plan.clinics])
        wards[visits & named[log.outcome]] = True
    return wards


def _when(minute: int) -> str:
    """A minute of the run in words."""
    day, rest = divmod(int(minute), 24 * 60)
    return f"day {day} at {rest // 60:02d}:{rest % 60:02d}"
