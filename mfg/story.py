"""One patient's story out of the event log, in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from math import isnan

from attrs import frozen

from mfg.errors import Refused, nearest
from mfg.reader.scenarios import load_scenario
from mfg.simulation.compile import plan_of
from mfg.simulation.replicate import replicate


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


def story_of(
    scenario: str,
    *,
    patient: str | None = None,
    replication: int = 0,
    seed: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> Story:
    """The story of *patient* (the first who received a dose, if none is named) in one replication.

    Raises:
        Refused: if there is no such patient.
    """
    if replication < 0:
        raise Refused("--replication", str(replication), "is no replication", "they are counted from 0")
    loaded = load_scenario(scenario, {**(settings or {}), **({} if seed is None else {"seed": str(seed)})})
    plan = plan_of(loaded)
    log, names = replicate(plan, replication)
    given = [n for n, a in enumerate(plan.activities) if a.name == "administer"]
    whose = log.subjects[log.subject][:, 0]
    if not names:
        raise Refused("--replication", str(replication), "has no patients: nobody came", "tell another one")
    if patient is None:
        treated = [int(who) for who, activity in zip(whose, log.activity, strict=True) if activity in given]
        patient = names[min(treated)] if treated else names[0]
    if patient not in names:
        raise Refused("--patient", patient, "did not come", nearest(patient, names))
    units = _UNITS | {f"result {test.name}": test.unit for test in plan.tests}
    units |= {f"observe {name}": unit for name, unit in loaded.protocol.units.items()}
    if any(recipe.collecting is not None for recipe in plan.recipes):
        units["collect"] = "cells"
    midnight = datetime.combine(loaded.start, time())
    lines = []
    filled: dict[tuple[str, int], int] = {}  # when the cells of a lot came to where places were kept for them
    for row in (whose == names.index(patient)).nonzero()[0]:
        what, lot = plan.activities[log.activity[row]].name, int(log.subjects[log.subject[row]][1])
        for place, work in _FILLED_BY.items():
            if what in work:
                filled.setdefault((place, lot), int(log.finished[row]))
    for row in (whose == names.index(patient)).nonzero()[0]:
        activity = plan.activities[log.activity[row]]
        _, lot, dose, _ = log.subjects[log.subject[row]]
        queued, started, finished = int(log.queued[row]), int(log.started[row]), int(log.finished[row])
        begun = min(max(started, filled.get((activity.name, int(lot)), started)), finished)
        whom = f" (dose {dose + 1})" if dose >= 0 else f" (lot {lot + 1})" if lot >= 0 else ""
        outcome = log.outcomes[log.outcome[row]]
        value = float(log.value[row])
        if activity.name == "book" and not isnan(value):
            moment = midnight + timedelta(minutes=int(value))
            outcome = f"{'' if outcome == 'done' else outcome + ' to '}{moment:%a %Y-%m-%d %H:%M}"
        elif activity.name in ("enrol", "resume") and not isnan(value):
            outcome = f"{outcome}, day 0 on {midnight + timedelta(minutes=int(value)):%a %Y-%m-%d}"
        elif not isnan(value) and (value or activity.name not in _MAY_BE_UNCOUNTED):
            kind = f"observe {outcome}" if activity.name == "observe" else activity.name
            outcome = f"{'' if outcome == 'done' else outcome + ' '}{_amount(kind, value, units)}"
        lines.append(
            Line(
                begun=midnight + timedelta(minutes=begun),
                ended=midnight + timedelta(minutes=finished),
                what=activity.name + whom,
                place=activity.place,
                waited_min=started - queued,
                lasted_min=finished - begun,
                outcome="" if outcome == "done" else outcome,
            )
        )
    lines.sort(key=lambda line: (line.begun, line.ended))
    return Story(patient, tuple(lines))


_FILLED_BY = {"incubate": ("isolate",), "store": ("cryopreserve",)}

_UNITS = {
    "arrive": "kg",
    "allocate": "points a month",
    "collect": "mL",
    "incubate": "flasks",
    "store": "containers",
    "refuse": "days",
    "refuse again": "days",
    "await": "days",
    "off window": "days",
}
_MAY_BE_UNCOUNTED = {"collect", "isolate"}  # of a lot that is not grown nobody asks how much it was


def _amount(activity: str, value: float, units: Mapping[str, str]) -> str:
    shown = f"{value:.3g}" if abs(value) < 10_000 else f"{value:.3e}"
    return f"{shown} {units.get(activity, 'cells')}"
