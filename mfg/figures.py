"""The key figures of a run: one value a replication, then a mean with its interval over replications.

The replication is the unit of analysis. An interval is Student's t at 95 %; it needs two replications
and is best trusted from twenty. A figure that a replication does not define (a median of doses where
none was given) is counted as undefined there, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import nan

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from scipy import special

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.errors import Refused, nearest
from mfg.simulation.plan import Plan
from mfg.stability import lead_growth, turned_away
from mfg.tables import NOT_INDICATED, STOPPED, Tables

LEVEL = 0.95
ENOUGH, ENOUGH_FOR_A_TAIL = 20, 60  # replications from which an interval is trusted
TAILS = ("vein_to_vein_p90", "product_age_max")
OF_AN_ARM = (
    "vein_to_vein_median",
    "doses_on_time",
    "doses_given",
    "patients_completed",
    "collections_per_patient",
    "vehicle_draws_per_patient",
    "points_lost_waiting",
)
OF_A_RESOURCE = {
    "utilisation": ("share", "busy over open time of {}"),
    "overtime_hour": ("hour", "work of {} outside its opening hours"),
    "wait_hour": ("hour", "mean wait of the work that needs {}"),
    "load": ("share", "work asked of {} over its open time"),
    "backlog": ("week", "work that waits for {} at the horizon, over its open time in a week"),
}


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


def names_of(plan: Plan) -> list[str]:
    """The names of all figures that a run of *plan* has."""
    by_arm = [f"{name}[{arm}]" for arm in arms_of(plan) for name in OF_AN_ARM]
    kinds = [column.removesuffix("_hour") for column in OF_A_RESOURCE]
    by_resource = [f"{kind}_{resource}" for kind in kinds for resource in plan.resources]
    return [*RULES, *by_arm, "lead_growth", "turned_away", *by_resource]


def asked_for(plan: Plan, figure: str, option: str) -> None:
    """Refuse a *figure* that a run of *plan* does not have.

    Raises:
        Refused: naming *option*, with which it was asked for.
    """
    known = names_of(plan)
    if figure not in known:
        raise Refused(option, figure, "is no figure", nearest(figure, known))


def too_few(replications: int, figures: Iterable[str]) -> Iterator[str]:
    """What to say of *figures* that so few replications are asked for."""
    if replications < ENOUGH:
        yield (
            f"intervals from fewer than {ENOUGH} replications are too narrow for skewed figures: "
            f"use -n {ENOUGH} or more"
        )
    tails = [name for name in figures if name.partition("[")[0] in TAILS]
    if tails and ENOUGH <= replications < ENOUGH_FOR_A_TAIL:
        yield (
            f"{', '.join(tails)}: the interval of a tail is best trusted from {ENOUGH_FOR_A_TAIL} replications: "
            f"use -n {ENOUGH_FOR_A_TAIL} or more"
        )


def values_of(plan: Plan, tables: Tables) -> dict[str, float]:
    """Every figure of one replication; nan where it has none."""
    return dict(zip(names_of(plan), map(float, _values(plan, tables)), strict=True))


def _values(plan: Plan, tables: Tables) -> Iterator[float]:
    for _, _, rule in RULES.values():
        yield rule(plan, tables)
    for arm in arms_of(plan):
        theirs = _of_arm(tables, arm)
        for name in OF_AN_ARM:
            yield RULES[name][2](plan, theirs)
    # where first doses keep a distance, who comes later waits longer whatever the site can do
    yield nan if plan.stagger is not None else lead_growth(tables, plan.warm_up, plan.horizon)
    yield turned_away(tables)
    for column in OF_A_RESOURCE:
        yield from tables.resources[column]


def arms_of(plan: Plan) -> list[str]:
    """The arms that are told apart: those with cells, if there are several."""
    dosed = [arm.name for arm in plan.arms if any(dose.product for dose in arm.doses)]
    return dosed if len(dosed) > 1 else []


def _of_arm(tables: Tables, arm: str) -> Tables:
    """The tables of the patients of one arm."""
    patients = tables.patients[tables.patients["arm"] == arm]
    kept = {name: getattr(tables, name) for name in ("doses", "lots")}
    return evolve(
        tables,
        patients=patients,
        **{name: table[table["patient"].isin(patients["patient"])] for name, table in kept.items()},
    )


def figures_of(frame: pd.DataFrame) -> list[Figure]:
    """The mean and interval of every figure: rows of *frame* are replications, columns are figures."""
    return [summary(str(name), frame[name].to_numpy(dtype=np.float64)) for name in frame]


def summary(name: str, values: np.ndarray) -> Figure:
    """The mean of one figure's *values* over replications, and its interval."""
    known = values[~np.isnan(values)]
    n = len(known)
    mean = float(known.mean()) if n else None
    half = half_width(known)
    unit, about = describe(name)
    low, high = (mean - half, mean + half) if mean is not None and half is not None else (None, None)
    if name.partition("[")[0] in RULES and low is not None and high is not None:
        parts = unit == "share" and known.max() <= 1  # more than is prescribed may be given
        low, high = max(low, 0.0), min(high, 1.0) if parts else high
    return Figure(name, unit, mean, low, high, n, len(values) - n, about)


def half_width(values: np.ndarray, level: float = LEVEL) -> float | None:
    """Half of Student's t interval for the mean of *values*; None for fewer than two."""
    n = len(values)
    if n < 2:
        return None
    return float(special.stdtrit(n - 1, (1 + level) / 2) * values.std(ddof=1) / np.sqrt(n))


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share from *count* in *of* cases of one replication (Wilson 1927)."""
    z = float(special.ndtri((1 + LEVEL) / 2))
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / of + spread / of / 4)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def describe(name: str) -> tuple[str, str]:
    """The unit of a figure, and what it estimates."""
    if name == "turned_away":
        return "share", "patients whose course found no place in the books"
    if name == "lead_growth":
        return "day", "longer wait for the first booked dose in the second half of the time"
    rule, _, arm = name.partition("[")
    if rule in RULES:
        unit, about, _ = RULES[rule]
        return unit, f"{about} (arm {arm.removesuffix(']')})" if arm else about
    kind, _, resource = name.partition("_")
    unit, about = next(words for column, words in OF_A_RESOURCE.items() if column.startswith(kind))
    return unit, about.format(resource)


Rule = Callable[[Plan, Tables], float]


def _of_given(column: str, how: Callable[[pd.Series], float]) -> Rule:
    def rule(_: Plan, tables: Tables) -> float:
        values = tables.doses.loc[tables.doses["given"], column].dropna()
        return how(values) if len(values) else np.nan

    return rule


def _mean(values: pd.Series) -> float:
    return float(values.mean()) if len(values) else np.nan


def _per_treated(column: str) -> Rule:
    """The mean of a *column* over the patients who were to have doses."""

    def rule(_: Plan, tables: Tables) -> float:
        return float(tables.patients.loc[tables.patients["doses_of_cells"] > 0, column].mean())

    return rule


def _treated_per_month(plan: Plan, tables: Tables) -> float:
    first = tables.patients["first_dose_day"] * DAY
    return int(((first >= plan.warm_up) & (first < plan.horizon)).sum()) / (
        (plan.horizon - plan.warm_up) / DAY / DAYS_A_MONTH
    )


def _delivered(_: Plan, tables: Tables) -> float:
    made = tables.doses[tables.doses["given"] & (tables.doses["prescribed_cells"] > 0)]
    return float((made["given_cells"] / made["prescribed_cells"]).mean())


def _lost(_: Plan, tables: Tables) -> float:
    return int((~tables.lots["outcome"].isin(["released", STOPPED])).sum())


def _suite_hours(_: Plan, tables: Tables) -> float:
    suites = tables.resources["resource"].str.endswith(".suites")
    given = int((tables.doses["given"] & (tables.doses["prescribed_cells"] > 0)).sum())
    return float(tables.resources.loc[suites, "used_hour"].sum()) / given if given else np.nan


RULES: dict[str, tuple[str, str, Rule]] = {
    "vein_to_vein_median": (
        "day",
        "from the start of a collection to the dose made from it, median",
        _of_given("vein_to_vein_day", pd.Series.median),
    ),
    "vein_to_vein_p90": (
        "day",
        "the same, exceeded by one dose in ten",
        _of_given("vein_to_vein_day", lambda values: float(values.quantile(0.9))),
    ),
    "turnaround_median": (
        "day",
        "from collection to release of a lot, median",
        lambda _, t: float(t.lots["turnaround_day"].median()) if len(t.lots) else np.nan,
    ),
    "doses_on_time": (
        "share",
        "doses of cells given without being put off, of those given",
        lambda _, t: _mean(t.doses.loc[t.doses["given"] & (t.doses["prescribed_cells"] > 0), "on_time"]),
    ),
    "doses_given": (
        "share",
        "doses given, of the doses planned",
        lambda _, t: _mean(t.doses.loc[t.doses["outcome"] != NOT_INDICATED, "given"]),
    ),
    "patients_completed": (
        "share",
        "patients who completed their course, of those who arrived",
        lambda _, t: _mean(t.patients["ending"] == "completed"),
    ),
    "patients_treated_per_month": (
        "patient/month",
        "first doses between warm-up and horizon",
        _treated_per_month,
    ),
    "points_lost_waiting": (
        "point",
        "ALSFRS-R points lost from arrival to the first dose",
        lambda _, t: float(t.patients["points_lost_waiting"].mean()),
    ),
    "lots_started": ("lot", "lots that were begun", lambda _, t: len(t.lots)),
    "lots_released": (
        "lot",
        "lots released for formulation",
        lambda _, t: int((t.lots["outcome"] == "released").sum()),
    ),
    "lots_lost": ("lot", "lots that failed", _lost),
    "later_positive": (
        "dose",
        "doses that were given and found positive later",
        lambda _, t: int(t.doses["later_positive"].sum() + t.lots["later_positive"].sum()),
    ),
    "collections_per_patient": (
        "collection",
        "collections of a patient who is to have cells",
        _per_treated("collections"),
    ),
    "vehicle_draws_per_patient": (
        "draw",
        "vehicle draws of a patient who is to have cells",
        _per_treated("vehicle_draws"),
    ),
    "suite_hours_per_dose": ("hour", "suite hours for each dose of cells that was given", _suite_hours),
    "product_age_median": (
        "hour",
        "from the end of suspension to the dose, median",
        _of_given("age_hour", pd.Series.median),
    ),
    "product_age_max": ("hour", "the oldest product given", _of_given("age_hour", pd.Series.max)),
    "doses_expired": (
        "dose",
        "doses that were not given because their product had expired",
        lambda _, t: int((t.doses["outcome"] == "expired").sum()),
    ),
    "viable_delivered": ("share", "viable cells delivered, of the cells prescribed", _delivered),
}
