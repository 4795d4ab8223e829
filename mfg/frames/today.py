"""Today's patients as one acts on them: who is at risk, on which days each dose falls, and who comes on which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
from attrs import frozen

from mfg.calendar import DAY
from mfg.frames.looked import Looked
from mfg.study.today import DoseToday, Today
from mfg.works import ADMINISTER, COLLECT, DRAW, VISIT

AT_RISK, WATCH, SAFE, NO_DAY = "at risk", "watch", "on its day", "no day of its own"
_RISKY, _WATCHED = (
    0.6,
    0.9,
)  # of the futures on the booked day: below these a dose is at risk, or to be watched
STRIP = 56  # days that a strip shows
WEEKS_AHEAD = 4
COMING = ("day", "time", "what", "patient", "in_process")
_AT_CLINIC = {COLLECT: "collection", DRAW: "draw of the vehicle", ADMINISTER: "dose", VISIT: VISIT}


@frozen
class TodayRow:
    """One dose of a patient in process: how `sure` it is, the `dose` itself, and for each day of the strip the share of futures in which it is given."""

    sure: str
    dose: DoseToday
    strip: tuple[float, ...]
    later: int


@frozen(eq=False)
class TodayView:
    """Rows, those most at risk first; `closed` are the days of the strip, from the start, on which the clinics are closed.

    `coming` has a row for each thing that happens at a clinic in the next four weeks of one possible future: `day`, `time`, `what`,
    `patient`, and whether it is a patient `in_process` today.
    """

    rows: tuple[TodayRow, ...]
    start: date
    futures: int
    closed: frozenset[int]
    coming: pd.DataFrame


def today_view(today: Today, future: Looked) -> TodayView:
    """What is to be shown of *today*; *future* is one of its futures, which stands for all in the list by day."""
    known = {one.patient for one in today.doses}
    coming = pd.DataFrame([*_coming(future, known)], columns=list(COMING))
    return TodayView(rows_of(today), today.start, today.futures, _closed(future), coming)


def rows_of(today: Today) -> tuple[TodayRow, ...]:
    """A row for the next dose of each patient."""
    return tuple(_row(one, today.start) for one in today.next_doses)


def sure(dose: DoseToday) -> str:
    """How sure it is that a dose falls on its booked day, in a word."""
    if dose.booked is None:
        return NO_DAY
    return AT_RISK if dose.share < _RISKY else WATCH if dose.share < _WATCHED else SAFE


def _row(dose: DoseToday, start: date) -> TodayRow:
    days = {(day - start).days: count for day, count in dose.given_on.items()}
    strip = tuple(days.get(n, 0) / dose.futures for n in range(STRIP))
    return TodayRow(sure(dose), dose, strip, sum(count for day, count in days.items() if day >= STRIP))


def _closed(future: Looked) -> frozenset[int]:
    rooms = [one for one in future.setting.resources if one.kind == "rooms"]
    if not rooms:
        return frozenset()
    opened = {minute // DAY for one in rooms for begin, end in one.hours for minute in (begin, end - 1)}
    return frozenset(day for day in range(STRIP) if day not in opened)


def _coming(future: Looked, known: set[str]) -> Iterator[tuple[date, str, str, str, bool]]:
    events = future.table("events")
    chosen = events[
        events["activity"].isin(_AT_CLINIC) & events["started_min"].between(0, WEEKS_AHEAD * 7 * DAY - 1)
    ]
    for _, row in chosen.sort_values(["started_min", "patient"], kind="stable").iterrows():
        day, minute = divmod(int(row["started_min"]), DAY)
        what = _AT_CLINIC[str(row["activity"])]
        if what == VISIT:
            what = str(row["outcome"])
        patient = str(row["patient"])
        yield (
            future.setting.start + timedelta(days=day),
            f"{minute // 60}:{minute % 60:02}",
            what,
            patient,
            patient in known,
        )
