"""How every figure of a run is reckoned; what it is stands in `meanings`.

The share of doses that are on time rises when patients fare worse earlier on (whoever leaves has no late dose), so the
doses given of those planned and the waits stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.log.endings import COMPLETED, EXPIRED, NOT_INDICATED, RELEASES, STOPPED
from mfg.results.arrays import Derived, Numbers, chosen, is_in
from mfg.results.meanings import MEANINGS, Estimand
from mfg.results.stability import lead_growth, turned_away
from mfg.results.waiting import NEVER, TREATED, wait_longer, waited_by

if TYPE_CHECKING:
    from mfg.plan.plan import Plan

Reckoning: TypeAlias = "Callable[[Plan, Derived], float]"


@frozen
class Indicator:
    """A figure of a run: its `meaning`, and its value `of` one replication; that of a `tail` is skewed."""

    meaning: Estimand
    of: Reckoning
    tail: bool = False


def _known(values: Numbers) -> Numbers:
    known: Numbers = values[~np.isnan(values)]
    return known


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else nan


def _median(values: Numbers) -> float:
    known = _known(values)
    return float(np.median(known)) if len(known) else nan


def _of_given(column: str, how: Callable[[Numbers], Any]) -> Reckoning:
    def rule(_: Plan, tables: Derived) -> float:
        values = _known(tables.doses[column][tables.doses["given"]])
        return float(how(values)) if len(values) else nan

    return rule


def _per_treated(column: str) -> Reckoning:
    """The mean of a *column* over the patients who were to have doses."""
    return lambda _, tables: _mean(tables.patients[column][tables.patients["doses_of_cells"] > 0])


def _treated_per_month(plan: Plan, tables: Derived) -> float:
    first = tables.patients["first_dose_day"] * DAY
    return int(((first >= plan.warm_up) & (first < plan.horizon)).sum()) / (
        (plan.horizon - plan.warm_up) / DAY / DAYS_A_MONTH
    )


def _waits(tables: Derived, since: str) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """How many days each patient waited for the first dose, from the day in the column *since*, and who had it."""
    patients = tables.patients
    waiting = chosen(patients, (patients["waiting"] != "") & ~np.isnan(patients[since]))
    days = waiting["arrived_day"] + waiting["waited_day"] - waiting[since]
    return np.where(waiting["waiting"] == NEVER, inf, days), waiting["waiting"] == TREATED


def _waited_by(since: str, share: float) -> Reckoning:
    return lambda _, tables: waited_by(*_waits(tables, since), share)


def _late(plan: Plan, tables: Derived) -> float:
    if plan.late is None:
        return nan
    return wait_longer(*_waits(tables, "arrived_day"), plan.late / DAY)


def _with_cells(tables: Derived) -> npt.NDArray[np.bool_]:
    """Which doses of cells were given."""
    marks: npt.NDArray[np.bool_] = tables.doses["given"] & (tables.doses["prescribed_cells"] > 0)
    return marks


def _punctual(column: str) -> Reckoning:
    """The share of the given doses of cells for which *column* holds, of those that had an appointment."""
    return lambda _, tables: _mean(
        tables.doses[column][_with_cells(tables) & ~np.isnan(tables.doses["booked_day"])]
    )


def _lots(*outcomes: str) -> Reckoning:
    return lambda _, tables: int(is_in(tables.lots["outcome"], *outcomes).sum())


def _delivered(_: Plan, tables: Derived) -> float:
    made = chosen(tables.doses, _with_cells(tables))
    return _mean(_known(made["given_cells"] / made["prescribed_cells"]))


def _lost(_: Plan, tables: Derived) -> float:
    return int((~is_in(tables.lots["outcome"], *RELEASES, STOPPED)).sum())


def _suite_hours(_: Plan, tables: Derived) -> float:
    suites = np.array([name.endswith(".suites") for name in tables.resources["resource"]], dtype=bool)
    given = int(_with_cells(tables).sum())
    return float(tables.resources["used_hour"][suites].sum()) / given if given else nan


_RULES: dict[str, Reckoning] = {
    "referral_to_dose_median": _waited_by("arrived_day", 0.5),
    "referral_to_dose_p90": _waited_by("arrived_day", 0.9),
    "referral_to_dose_late": _late,
    "collection_to_first_dose_median": _waited_by("collected_day", 0.5),
    "collection_to_first_dose_p90": _waited_by("collected_day", 0.9),
    "vein_to_vein_median": _of_given("vein_to_vein_day", np.median),
    "vein_to_vein_p90": _of_given("vein_to_vein_day", lambda values: np.quantile(values, 0.9)),
    "turnaround_median": lambda _, t: _median(t.lots["turnaround_day"]),
    "on_time_as_first_booked": _punctual("on_first_day"),
    "on_time_as_last_booked": _punctual("on_last_day"),
    "doses_given": lambda _, t: _mean(t.doses["given"][t.doses["outcome"] != NOT_INDICATED]),
    "patients_completed": lambda _, t: _mean(t.patients["ending"] == COMPLETED),
    "patients_treated_per_month": _treated_per_month,
    "points_lost_waiting": lambda _, t: _mean(_known(t.patients["points_lost_waiting"])),
    "lots_started": lambda _, t: len(t.lots["lot"]),
    "lots_released": _lots(*RELEASES),
    "lots_lost": _lost,
    "lots_stopped": _lots(STOPPED),
    "later_positive": lambda _, t: int(t.doses["later_positive"].sum() + t.lots["later_positive"].sum()),
    "collections_per_patient": _per_treated("collections"),
    "vehicle_draws_per_patient": _per_treated("vehicle_draws"),
    "suite_hours_per_dose": _suite_hours,
    "product_age_median": _of_given("age_hour", np.median),
    "product_age_max": _of_given("age_hour", np.max),
    "doses_expired": lambda _, t: int((t.doses["outcome"] == EXPIRED).sum()),
    "viable_delivered": _delivered,
}
TAILS = ("referral_to_dose_p90", "collection_to_first_dose_p90", "vein_to_vein_p90", "product_age_max")

INDICATORS = {name: Indicator(MEANINGS[name], rule, name in TAILS) for name, rule in _RULES.items()}

OF_AN_ARM = (
    "referral_to_dose_median",
    "vein_to_vein_median",
    "on_time_as_first_booked",
    "doses_given",
    "patients_completed",
    "collections_per_patient",
    "vehicle_draws_per_patient",
    "points_lost_waiting",
)

_OF_SIGNS: dict[str, Reckoning] = {
    # where first doses keep a distance, who comes later waits longer whatever the site can do
    "lead_growth": lambda plan, t: (
        nan if plan.stagger is not None else lead_growth(t, plan.warm_up, plan.horizon)
    ),
    "turned_away": lambda _, t: turned_away(t),
}
SIGNS = {name: Indicator(MEANINGS[name], rule) for name, rule in _OF_SIGNS.items()}

OF_A_RESOURCE: dict[str, tuple[str, Estimand]] = {  # the column of the table of resources, and what it says
    "utilisation": ("utilisation", Estimand("utilisation of {}", "share", "busy over open time of {}", None)),
    "overtime": (
        "overtime_hour",
        Estimand("overtime of {}", "hour", "work of {} outside its opening hours", "low"),
    ),
    "wait": (
        "wait_hour",
        Estimand("mean wait for {}", "hour", "mean wait of the work that needs {} and takes time", "low"),
    ),
    "load": ("load", Estimand("load of {}", "share", "work asked of {} over its open time", None)),
    "backlog": (
        "backlog",
        Estimand(
            "backlog of {}",
            "week",
            "work that waits for {} at the horizon, over its open time in a week",
            "low",
        ),
    ),
}
