"""What limits a site: screened by counting what refused, proven by pairs on the same patients with the same luck.

Counting holds everything else as it was, so it ranks and does not forecast. The few that cost most are tried: one
more of each, in the bundles that the work needs together. All are tried in a few replications, and the best of them in
all; the intervals are Holm's over everything that was tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from attrs import evolve, frozen

from mfg.log import limits
from mfg.log.endings import TOO_OLD
from mfg.plan.compile import plan_of
from mfg.study.cures import Cure, cures_of, less_of
from mfg.study.holm import MeanDifference, judge
from mfg.study.identity import identity_of
from mfg.study.parts import table_of
from mfg.study.study import Execution, Study, carry_out_study
from mfg.study.variants import Variant
from mfg.study.waits import Counted, days_waited, late
from mfg.works import STORE

LEAST = 4  # replications in which anything is told apart
FEW = 2  # of a first try
BEST = 3  # cures that are tried further for the wait, beside the best for each other figure
_MOST = 9  # cures that are tried at all
WAIT, ON_TIME, LATE = "wait", "on_time_as_first_booked", "late"
WORTH = 0.02  # of all days, or of all that was put off: what costs less is not tried
QUEUE = 4.0  # hours of mean wait from which a resource is tried


@frozen
class TriedChange:
    """What one more of something does: the gap in each figure; only what was *proven* was tried in all replications."""

    limit: str
    words: str
    gaps: dict[str, MeanDifference]
    proven: bool

    @property
    def lengthens(self) -> bool:
        """Whether it is shown to lengthen the wait."""
        return self.gaps[WAIT].told_apart and self.gaps[WAIT].mean > 0


@frozen
class Bottlenecks:
    """What limits a scenario: the counts, the figures as it is, and what was tried, the best for each figure first."""

    scenario: str
    replications: int
    seed: int
    counted: Counted
    as_it_is: dict[str, float]
    effects: tuple[TriedChange, ...]

    def __repr__(self) -> str:
        return f"Bottlenecks({self.scenario}, {len(self.effects)} changes tried)"

    def ranked(self, figure: str) -> list[TriedChange]:
        """Every proven cure that was told apart in *figure*, the best first: the wait is to fall, the rest to rise.

        What is shown to lengthen the wait is none: more doses are on time where fewer are booked.
        """
        sign = 1 if figure in {WAIT, LATE} else -1
        shown = [
            one
            for one in self.effects
            if one.proven and one.gaps[figure].told_apart and sign * one.gaps[figure].mean < 0
            if not one.lengthens
        ]
        return sorted(shown, key=lambda one: sign * one.gaps[figure].mean)

    def first(self, figure: str) -> str | None:
        """The limit whose cure does most for *figure*, other days of the week apart; None if nothing is shown."""
        return next((one.limit for one in self.ranked(figure) if one.limit not in limits.CALENDAR), None)


def limits_of(
    study: Study,
    *,
    replications: int = 8,
    late_day: float | None = None,
    figure: str | None = None,
    execution: Execution,
) -> Bottlenecks:
    """Find out what limits the one scenario of *study*; *late_day* is when a wait is too long.

    Raises:
        Refused: for a number of replications that cannot be.
        Failed: if a replication ended in an error.
    """
    figures = [WAIT, ON_TIME, *([LATE] if late_day is not None else []), *([figure] if figure else [])]
    base = _Tried(study, figures, late_day, evolve(execution, folder=None))
    as_it_is = base.values(replications)
    cures = [*list(_candidates(study, base.waits, base))[:_MOST], *less_of(study.scenarios[0])]
    tried = [_Tried(_study(study, cure), figures, late_day, evolve(execution, folder=None)) for cure in cures]
    few = min(FEW, replications)
    first = [one.values(few) - as_it_is.head(few) for one in tried]
    going = _worth_more(first, figures)
    gaps = [
        one.values(replications) - as_it_is if n in going else gap
        for n, (one, gap) in enumerate(zip(tried, first, strict=True))
    ]
    told = {name: judge([gap[name].dropna().to_numpy() for gap in gaps]) for name in figures}
    effects = tuple(
        TriedChange(cure.limit, cure.words, {name: told[name][n] for name in figures}, n in going)
        for n, cure in enumerate(cures)
    )
    scenario = study.scenarios[0]
    average = {str(name): float(value) for name, value in as_it_is.mean().items()}
    return Bottlenecks(
        scenario.title or scenario.name, replications, study.plans[0].seed, base.waits, average, effects
    )


class _Tried:
    """One scenario, replicated as often as it turns out to be needed."""

    def __init__(
        self, study: Study, figures: Sequence[str], late_day: float | None, execution: Execution
    ) -> None:
        self.study, self.figures, self.late, self.execution = study, figures, late_day, execution
        self.replications = 0
        self.waits: Counted

    def values(self, replications: int) -> pd.DataFrame:
        """The figures in each of so many replications."""
        folder, (counts,) = carry_out_study(self.study, replications, self.execution)
        self.execution, self.replications = evolve(self.execution, folder=folder, durable=False), replications
        self.waits = counts.waits
        table = counts.figures[[name for name in self.figures if name in counts.figures]].copy()
        for replication, patients in self.table("patients").groupby("replication"):
            table.loc[replication, WAIT] = days_waited(patients).mean()
            if self.late is not None:
                table.loc[replication, LATE] = late(patients, self.late)
        return table

    def table(self, name: str) -> pd.DataFrame:
        """A table of all replications that are there."""
        assert self.execution.folder is not None
        return table_of(self.execution.folder, self.study.identity.digest, name, 0, self.replications)


def _study(study: Study, cure: Cure) -> Study:
    """The study of the scenario with a cure."""
    plan = plan_of(cure.scenario)
    variant = Variant(cure.words, {}, study.variants[0].parts)
    return Study(
        study.source,
        (variant,),
        (cure.scenario,),
        (plan,),
        identity_of([(cure.words, cure.scenario, plan)]),
    )


def _candidates(study: Study, counts: Counted, base: _Tried) -> Iterator[Cure]:
    """What is tried, each once: for waiting and for punctuality in turn, what costs most first."""
    scenario, events = study.scenarios[0], base.table("events")
    peak = _most(base.table("lots")["flasks"])
    containers = _most(events.loc[events["activity"] == STORE, "value"])
    known: set[str] = set()
    for limit in dict.fromkeys(_in_turn(_refusing(counts), _awaited(counts, base.table("resources"), study))):
        for cure in cures_of(scenario, limit, peak, containers):
            if cure.words and cure.words not in known:
                known.add(cure.words)
                yield cure


def _most(values: pd.Series) -> int:
    return int(np.nan_to_num(values.max(), nan=1.0))


def _in_turn(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    for n in range(max(len(one), len(other))):
        yield from (*one[n : n + 1], *other[n : n + 1])


def _refusing(counts: Counted) -> list[str]:
    """The limits that cost days, the dearest first; two together if singles explain less than half."""
    cost = {**counts.days}
    for name, days in counts.again.items():
        cost[name] = cost.get(name, 0.0) + days
    dearest = sorted(cost, key=lambda name: -cost[name])
    worth = [name for name in dearest if cost[name] >= max(0.1, WORTH * counts.later)]
    plain = [name for name in worth if name not in limits.CALENDAR]
    alone = [name for name in plain if len(limits.apart(name)) == 1]
    explained = sum(counts.days.get(name, 0.0) for name in alone)
    chosen = plain if explained < counts.later / 2 else alone
    return [*chosen[:3], *(name for name in worth if name == limits.CLOSED)]


def _awaited(counts: Counted, resources: pd.DataFrame, study: Study) -> list[str]:
    """What doses were put off for, as places: a result is the benches', rotten marrow that of who isolates it."""
    plan = study.plans[0]
    weights: dict[str, float] = {}
    for name, times in counts.put_off.items():
        for place in _places(name, list(plan.laboratories), [f.name for f in plan.facilities]):
            weights[place] = weights.get(place, 0.0) + times
    queued = resources.groupby("resource", observed=True)["wait_hour"].mean()
    for resource, hours in zip(queued.index.astype(str), queued, strict=True):
        place, _, kind = resource.rpartition(".")
        if hours >= QUEUE and kind not in {"rooms", "beds"}:
            own = limits.of(place, limits.CREWS) if kind in {"suites", "operators"} else resource
            weights[own] = weights.get(own, 0.0) + hours / 24
    return sorted(weights, key=lambda place: -weights[place])[:3]


def _places(name: str, laboratories: Sequence[str], facilities: Sequence[str]) -> list[str]:
    if name.startswith(limits.RESULT):
        return [limits.of(place, "benches") for place in laboratories]
    if name == f"{limits.LOST}{TOO_OLD}":
        return [limits.of(place, limits.CREWS) for place in facilities]
    place, _, kind = name.rpartition(".")
    if kind in {"suites", "operators"}:
        return [limits.of(place, limits.CREWS)]
    return [name] if place else []


def _worth_more(gaps: Sequence[pd.DataFrame], figures: Sequence[str]) -> set[int]:
    """Which cures are tried further: the best for waiting, and the best for punctuality.

    Not for the sake of punctuality those with which patients have waited longer in every replication.
    """
    chosen: set[int] = set()
    longer = [bool((gap[WAIT] > 0).all()) for gap in gaps]
    for name in figures:
        if name == LATE:
            continue  # it is shown beside the wait, and takes too many replications to choose by
        sign = -1 if name == WAIT else 1
        gain = [sign * float(gap[name].mean()) for gap in gaps]
        order = sorted((n for n in range(len(gaps)) if gain[n] > 0 and not longer[n]), key=lambda n: -gain[n])
        chosen |= set(order[: BEST if name == WAIT else 1])
    return chosen
