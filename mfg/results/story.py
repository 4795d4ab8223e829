"""One patient's story out of the event log, in order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from html import escape
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from mfg.log.endings import WAS_DONE
from mfg.log.notes import BOOK, ENROL, RESUME, UNIT_OF, result_of
from mfg.upstairs import upstairs
from mfg.visible import visible
from mfg.works import ADMINISTER, COLLECT, HELD, ISOLATE, OBSERVE

if TYPE_CHECKING:
    from pandas import DataFrame

    from mfg.log.columns import Columns
    from mfg.plan.plan import Plan


@frozen
class Line:
    """Something that happened to a patient, or to cells of this patient."""

    begun: datetime
    ended: datetime
    what: str
    place: str
    waited_min: int
    lasted_min: int
    outcome: str


@frozen
class Story:
    """What happened to one patient in one replication."""

    patient: str
    lines: tuple[Line, ...]

    def __repr__(self) -> str:
        return f"Story({self.patient}, {len(self.lines)} lines)"

    @property
    def frame(self) -> DataFrame:
        """A row for everything that happened: a pandas data frame."""
        made: DataFrame = upstairs("frames.rows").rows_of(self.lines, Line)
        return made

    def _repr_html_(self) -> str:
        return f"<strong>{escape(visible(repr(self)))}</strong>{self.frame.to_html(index=False, max_rows=30)}"


def first_treated(plan: Plan, log: Columns) -> int | None:
    """The first patient, in the order of arrival, who received a dose; None if nobody did."""
    given = [n for n, activity in enumerate(plan.activities) if activity.name == ADMINISTER]
    whose = log.subjects[log.subject][:, 0]
    treated = whose[np.isin(log.activity, given)]
    return int(treated.min()) if len(treated) else None


def story_of(
    plan: Plan, log: Columns, names: Sequence[str], patient: str, observed: Mapping[str, str]
) -> Story:
    """The story of *patient* in the *log* of one replication; `observed` are the units of what is observed of patients."""
    whose = log.subjects[log.subject][:, 0]
    units = {**UNIT_OF, **{result_of(test.name): test.unit for test in plan.tests}}
    units |= {f"observe {name}": unit for name, unit in observed.items()}
    if any(recipe.collecting is not None for recipe in plan.recipes):
        units[COLLECT] = "cells"
    midnight = datetime.combine(plan.start, time())
    lines = []
    filled: dict[tuple[str, int], int] = {}  # when the cells of a lot came to where places were kept for them
    for row in (whose == names.index(patient)).nonzero()[0]:
        what, lot = plan.activities[log.activity[row]].name, int(log.subjects[log.subject[row]][1])
        for place, work in HELD.items():
            if what == work:
                filled.setdefault((place, lot), int(log.finished[row]))
    for row in (whose == names.index(patient)).nonzero()[0]:
        activity = plan.activities[log.activity[row]]
        _, lot, dose, _ = log.subjects[log.subject[row]]
        queued, started, finished = int(log.queued[row]), int(log.started[row]), int(log.finished[row])
        begun = min(max(started, filled.get((activity.name, int(lot)), started)), finished)
        whom = f" (dose {dose + 1})" if dose >= 0 else f" (lot {lot + 1})" if lot >= 0 else ""
        outcome = log.outcomes[log.outcome[row]]
        value = float(log.value[row])
        if activity.name == BOOK and not isnan(value):
            moment = midnight + timedelta(minutes=int(value))
            outcome = f"{'' if outcome == WAS_DONE else outcome + ' to '}{moment:%a %Y-%m-%d %H:%M}"
        elif activity.name in (ENROL, RESUME) and not isnan(value):
            outcome = f"{outcome}, day 0 on {midnight + timedelta(minutes=int(value)):%a %Y-%m-%d}"
        elif not isnan(value) and (value or activity.name not in _MAY_BE_UNCOUNTED):
            kind = f"observe {outcome}" if activity.name == OBSERVE else activity.name
            outcome = f"{'' if outcome == WAS_DONE else outcome + ' '}{_amount(kind, value, units)}"
        lines.append(
            Line(
                begun=midnight + timedelta(minutes=begun),
                ended=midnight + timedelta(minutes=finished),
                what=activity.name + whom,
                place=activity.place,
                waited_min=started - queued,
                lasted_min=finished - begun,
                outcome="" if outcome == WAS_DONE else outcome,
            )
        )
    lines.sort(key=lambda line: (line.begun, line.ended))
    return Story(patient, tuple(lines))


_MAY_BE_UNCOUNTED = {COLLECT, ISOLATE}  # of a lot that is not grown nobody asks how much it was


def _amount(activity: str, value: float, units: Mapping[str, str]) -> str:
    shown = f"{value:.3g}" if abs(value) < 10_000 else f"{value:.3e}"
    return f"{shown} {units.get(activity, 'cells')}"
