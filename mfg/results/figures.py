"""The key figures of a run: one value a replication, then a mean with its interval over replications.

The replication is the unit of analysis. An interval is Student's t at 95 %; it needs two replications
and is best trusted from twenty. A figure that a replication does not define (a median of doses where
none was given) is counted as undefined there, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, frozen

from mfg.errors import Refused, nearest
from mfg.results.arrays import Derived, chosen
from mfg.results.indicators import INDICATORS, OF_A_RESOURCE, OF_AN_ARM, SIGNS, TAILS
from mfg.results.meanings import Estimand
from mfg.special import normal_quantile, t_quantile

if TYPE_CHECKING:
    import pandas as pd

    from mfg.plan.plan import Plan

LEVEL = 0.95
ENOUGH, ENOUGH_FOR_A_TAIL = 20, 60  # replications from which an interval is trusted


@frozen
class Figure:
    """One figure over `n` replications; `undefined` more have no value. It is `good` if it is "high", or "low".

    It is `called` in plain words what its `name` says to commands and files.
    """

    name: str
    called: str
    unit: str
    mean: float | None
    low: float | None
    high: float | None
    n: int
    undefined: int
    about: str
    good: str | None


def names_of(plan: Plan) -> list[str]:
    """The names of all figures that a run of *plan* has."""
    by_arm = [f"{name}[{arm}]" for arm in arms_of(plan) for name in OF_AN_ARM]
    by_resource = [f"{kind}_{resource}" for kind in OF_A_RESOURCE for resource in plan.resources]
    return [*INDICATORS, *by_arm, *SIGNS, *by_resource]


def asked_for(plan: Plan, figure: str, option: str) -> None:
    """Refuse a *figure* that a run of *plan* does not have.

    Raises:
        Refused: naming *option*, with which it was asked for.
    """
    known = names_of(plan)
    if not isinstance(figure, str) or figure not in known:
        raise Refused(option, str(figure)[:60], "is no figure", nearest(str(figure), known))


def too_few(replications: int, figures: Iterable[str]) -> Iterator[str]:
    """What to say of *figures* that so few replications are asked for."""
    if replications < ENOUGH:
        yield (
            f"intervals from fewer than {ENOUGH} replications are too narrow for skewed figures: "
            f"use -n {ENOUGH} or more"
        )
    tails = [name for name in figures if is_tail(name)]
    if tails and ENOUGH <= replications < ENOUGH_FOR_A_TAIL:
        yield (
            f"{', '.join(tails)}: the interval of a tail is best trusted from {ENOUGH_FOR_A_TAIL} replications: "
            f"use -n {ENOUGH_FOR_A_TAIL} or more"
        )


def is_tail(name: str) -> bool:
    """Whether a figure is a high quantile or a maximum, whose values are skewed over replications."""
    return name.partition("[")[0] in TAILS


def values_of(plan: Plan, tables: Derived) -> dict[str, float]:
    """Every figure of one replication; nan where it has none."""
    return dict(zip(names_of(plan), map(float, _values(plan, tables)), strict=True))


def _values(plan: Plan, tables: Derived) -> Iterator[float]:
    for indicator in INDICATORS.values():
        yield indicator.of(plan, tables)
    for arm in arms_of(plan):
        theirs = _of_arm(tables, arm)
        for name in OF_AN_ARM:
            yield INDICATORS[name].of(plan, theirs)
    for sign in SIGNS.values():
        yield sign.of(plan, tables)
    for column, _ in OF_A_RESOURCE.values():
        yield from tables.resources[column]


def arms_of(plan: Plan) -> list[str]:
    """The arms that are told apart: those with cells, if there are several."""
    dosed = [arm.name for arm in plan.arms if any(dose.product for dose in arm.doses)]
    return dosed if len(dosed) > 1 else []


def _of_arm(tables: Derived, arm: str) -> Derived:
    """The tables of the patients of one arm; what is no patient's, lot's or dose's belongs to none."""
    patients = chosen(tables.patients, tables.patients["arm"] == arm)
    theirs = set(patients["patient"])
    kept = {
        name: chosen(table, np.array([one in theirs for one in table["patient"]], dtype=bool))
        for name, table in (("doses", tables.doses), ("lots", tables.lots))
    }
    return evolve(tables, patients=patients, **kept, events={}, tests={}, resources={})


def figures_of(frame: pd.DataFrame) -> list[Figure]:
    """The mean and interval of every figure: rows of *frame* are replications, columns are figures."""
    return [summary(str(name), frame[name].to_numpy(dtype=np.float64)) for name in frame]


def summary(name: str, values: np.ndarray) -> Figure:
    """The mean of one figure's *values* over replications, and its interval."""
    known = values[~np.isnan(values)]
    n = len(known)
    mean = float(known.mean()) if n else None
    half = half_width(known)
    said = describe(name)
    low, high = (mean - half, mean + half) if mean is not None and half is not None else (None, None)
    if name.partition("[")[0] in INDICATORS and low is not None and high is not None:
        parts = said.unit == "share" and known.max() <= 1  # more than is prescribed may be given
        low, high = max(low, 0.0), min(high, 1.0) if parts else high
    return Figure(name, said.called, said.unit, mean, low, high, n, len(values) - n, said.about, said.good)


def half_width(values: np.ndarray, level: float = LEVEL) -> float | None:
    """Half of Student's t interval for the mean of *values*; None for fewer than two."""
    n = len(values)
    if n < 2:
        return None
    return float(t_quantile(n - 1, (1 + level) / 2) * values.std(ddof=1) / np.sqrt(n))


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share from *count* in *of* cases of one replication (Wilson 1927)."""
    z = normal_quantile((1 + LEVEL) / 2)
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / of + spread / of / 4)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def describe(name: str) -> Estimand:
    """What a figure is called in plain words and what it estimates, in which unit, and which direction is good."""
    indicator, _, arm = name.partition("[")
    known = {**INDICATORS, **SIGNS}.get(indicator)
    if known is not None:
        if not arm:
            return known.meaning
        whose = f" (arm {arm.removesuffix(']')})"
        return evolve(known.meaning, called=known.meaning.called + whose, about=known.meaning.about + whose)
    kind = next(kind for kind in OF_A_RESOURCE if name.startswith(f"{kind}_"))
    meaning = OF_A_RESOURCE[kind][1]
    resource = name.removeprefix(f"{kind}_")
    return evolve(meaning, called=meaning.called.format(resource), about=meaning.about.format(resource))
