"""The key figures of a run: one value a replication, then a mean with its interval over replications.

The replication is the unit of analysis. An interval is Student's t at 95 %; it needs two replications
and is best trusted from twenty. A figure that a replication does not define (a median of doses where
none was given) is counted as undefined there, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from attrs import frozen
from scipy import special

from mfg.calendar import DAY
from mfg.simulation.plan import Plan
from mfg.tables import Tables

LEVEL = 0.95
MONTH = 30.4375  # days, a twelfth of 365.25


@frozen
class Figure:
    """One figure over `n` replications; `undefined` more have no value."""

    name: str
    unit: str
    mean: float | None
    low: float | None
    high: float | None
    n: int
    undefined: int
    about: str


def per_replication(plan: Plan, tables: Tables) -> pd.DataFrame:
    """Every figure of every replication: rows are replications, columns are figures."""
    index = pd.Index(sorted(tables.events["replication"].unique()), name="replication")
    values = {name: rule(plan, tables).reindex(index) for name, (_, _, rule) in RULES.items()}
    frame = pd.DataFrame(values, index=index)
    for column in ("utilisation", "overtime_hour", "wait_hour"):
        wide = tables.resources.pivot_table(
            index="replication", columns="resource", values=column, dropna=False
        )
        for resource in plan.resources:
            if resource in wide:
                frame[f"{column.removesuffix('_hour')}_{resource}"] = wide[resource].reindex(index)
    return frame


def figures_of(frame: pd.DataFrame) -> list[Figure]:
    """The mean and interval of every figure."""
    return [_summary(str(name), frame[name].to_numpy(dtype=np.float64)) for name in frame]


def endings_of(tables: Tables) -> dict[str, int]:
    """How often each ending occurred, over all replications; together, everybody who arrived."""
    counts = tables.patients["ending"].value_counts()
    return {
        str(name): int(counts[name]) for name in sorted(counts.index, key=lambda n: (n != "completed", n))
    }


def _summary(name: str, values: np.ndarray) -> Figure:
    known = values[~np.isnan(values)]
    n = len(known)
    mean = float(known.mean()) if n else None
    half = float(special.stdtrit(n - 1, (1 + LEVEL) / 2) * known.std(ddof=1) / np.sqrt(n)) if n > 1 else None
    unit, about = describe(name)
    low = mean - half if mean is not None and half is not None else None
    high = mean + half if mean is not None and half is not None else None
    return Figure(name, unit, mean, low, high, n, len(values) - n, about)


def describe(name: str) -> tuple[str, str]:
    """The unit of a figure, and what it estimates."""
    if name in RULES:
        unit, about, _ = RULES[name]
        return unit, about
    kind, _, resource = name.partition("_")
    return {
        "utilisation": ("share", f"busy over open time of {resource}"),
        "overtime": ("hour", f"work of {resource} outside its opening hours"),
        "wait": ("hour", f"mean wait of the work that needs {resource}"),
    }[kind]


Rule = Callable[[Plan, Tables], pd.Series]


def _by(frame: pd.DataFrame, column: str, how: str) -> pd.Series:
    grouped = frame.groupby("replication")[column]
    series: pd.Series = grouped.quantile(0.9) if how == "p90" else getattr(grouped, how)()
    return series


def _treated(tables: Tables) -> pd.DataFrame:
    return tables.patients[tables.patients["doses_planned"] > 0]


def _per_treated(column: str) -> Rule:
    return lambda _, t: _by(_treated(t), column, "mean")


def _given(tables: Tables) -> pd.DataFrame:
    return tables.doses[tables.doses["given"]]


def _treated_per_month(plan: Plan, tables: Tables) -> pd.Series:
    days = tables.patients.groupby("replication")["first_dose_day"]
    months = (plan.horizon - plan.warm_up) / DAY / MONTH
    inside = days.apply(lambda d: int(((d >= plan.warm_up / DAY) & (d < plan.horizon / DAY)).sum()))
    return inside / months


def _delivered(_: Plan, tables: Tables) -> pd.Series:
    made = _given(tables)
    made = made[made["prescribed_cells"] > 0]
    return (made["given_cells"] / made["prescribed_cells"]).groupby(made["replication"]).mean()


def _count(frame: pd.DataFrame, everybody: Tables) -> pd.Series:
    counts = frame.groupby("replication").size()
    return counts.reindex(sorted(everybody.events["replication"].unique()), fill_value=0)


RULES: dict[str, tuple[str, str, Rule]] = {
    "vein_to_vein_median": (
        "day",
        "from the start of a collection to the dose made from it, median",
        lambda _, t: _by(_given(t), "vein_to_vein_day", "median"),
    ),
    "vein_to_vein_p90": (
        "day",
        "the same, exceeded by one dose in ten",
        lambda _, t: _by(_given(t), "vein_to_vein_day", "p90"),
    ),
    "turnaround_median": (
        "day",
        "from collection to release of a lot, median",
        lambda _, t: _by(t.lots, "turnaround_day", "median"),
    ),
    "doses_on_time": (
        "share",
        "doses given without being put off for their lot, of the doses given",
        lambda _, t: _by(_given(t), "on_time", "mean"),
    ),
    "doses_given": ("share", "doses given, of the doses planned", lambda _, t: _by(t.doses, "given", "mean")),
    "patients_completed": (
        "share",
        "patients who completed their course, of those who arrived",
        lambda _, t: (t.patients["ending"] == "completed").groupby(t.patients["replication"]).mean(),
    ),
    "patients_treated_per_month": (
        "patient/month",
        "first doses between warm-up and horizon",
        _treated_per_month,
    ),
    "lots_started": ("lot", "lots whose marrow was collected", lambda _, t: _count(t.lots, t)),
    "lots_released": (
        "lot",
        "lots released for formulation",
        lambda _, t: _count(t.lots[t.lots["outcome"] == "released"], t),
    ),
    "collections_per_patient": (
        "collection",
        "collections of a patient who is to have doses",
        _per_treated("collections"),
    ),
    "vehicle_draws_per_patient": (
        "draw",
        "vehicle draws of a patient who is to have doses",
        _per_treated("vehicle_draws"),
    ),
    "product_age_median": (
        "hour",
        "from the end of suspension to the dose, median",
        lambda _, t: _by(_given(t), "age_hour", "median"),
    ),
    "product_age_max": ("hour", "the oldest product given", lambda _, t: _by(_given(t), "age_hour", "max")),
    "doses_expired": (
        "dose",
        "products that were past their expiry and were not given",
        lambda _, t: _count(t.doses[t.doses["outcome"] == "expired"], t),
    ),
    "viable_delivered": ("share", "viable cells delivered, of the cells prescribed", _delivered),
}
