"""Today's patients: when each is dosed, how sure that is, and what it hangs on, counted over many futures.

A future is a replication of a scenario with patients in process. Everybody who comes later is in it, as they compete
for the same rooms and hands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from math import ceil, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from mfg.calendar import DAY
from mfg.errors import MfgError, Refused
from mfg.failures import Failed
from mfg.log import limits
from mfg.log.endings import MOVED, NOT_INDICATED
from mfg.log.notes import BOOK, DROP, END, PRESCRIBE
from mfg.plan.plan import Plan
from mfg.scenario import Scenario
from mfg.simulation.replicate import replicate
from mfg.study.chunk import Failure
from mfg.study.loading import check_replications, check_seed
from mfg.study.means import means_of
from mfg.study.study import Execution, Study, describe_failure
from mfg.study.variants import AS_IT_IS, Variant
from mfg.study.work import work_off
from mfg.upstairs import upstairs
from mfg.visible import visible
from mfg.works import ADMINISTER

if TYPE_CHECKING:
    from pandas import DataFrame

FUTURES = 200
_SIZE = 25  # futures of a chunk
ASKED = (PRESCRIBE, BOOK, limits.AWAITED, ADMINISTER, DROP, END)


@frozen
class FutureDose:
    """What one future holds for one dose of a patient in process; days are counted from the start.

    It was first *booked* on a day, if it has one of its own, put off for some *causes*, and *given* on a day or never; then the patient's
    *ending* says why.
    """

    patient: int
    number: int
    name: str
    booked: int | None
    given: int | None
    causes: frozenset[str]
    ending: str


@frozen
class DoseToday:
    """One dose to come of a patient in process, over all futures.

    By `p50` and `p90` half and nine in ten of the futures have the dose given; None where too many never have. It
    `hangs_on` what puts it off, and futures `without` it are counted by how the patient's way ended, each the most
    frequent first. `given_on` counts the futures by the day on which they have it given.
    """

    patient: str
    number: int
    dose: str
    is_next: bool
    booked: date | None
    p50: date | None
    p90: date | None
    on_the_day: int
    futures: int
    hangs_on: Mapping[str, int]
    without: Mapping[str, int]
    given_on: Mapping[date, int]

    @property
    def share(self) -> float:
        """The share of the futures in which it is given on the booked day; none is, if it has no such day."""
        return self.on_the_day / self.futures


@frozen
class Today:
    """Every dose to come of every patient in process, the one most at risk first.

    `typical` is the first of the futures in which as many next doses keep their booked day as in the middle one of all.
    """

    scenario: str
    start: date
    seed: int
    futures: int
    doses: tuple[DoseToday, ...]
    typical: int

    def __repr__(self) -> str:
        return f"Today({self.scenario}, {len(self.doses)} doses to come, {self.futures} futures)"

    @property
    def frame(self) -> DataFrame:
        """A row for every dose to come, the one most at risk first: a pandas data frame."""
        made: DataFrame = upstairs("frames.rows").rows_of(self.doses, DoseToday)
        return made

    def _repr_html_(self) -> str:
        return f"<strong>{escape(visible(repr(self)))}</strong>{self.frame.to_html(index=False, max_rows=30)}"

    @property
    def next_doses(self) -> tuple[DoseToday, ...]:
        """The next dose of each patient."""
        return tuple(one for one in self.doses if one.is_next)


@frozen
class Futures:
    """Some futures of one plan, which any process can look at."""

    plan: Plan
    first: int
    last: int
    variant: int = 0

    @property
    def missing(self) -> list[int]:
        """All of them: nothing is kept."""
        return list(range(self.first, self.last))

    def carry_out(
        self, stopped: Callable[[], bool] = lambda: False
    ) -> list[tuple[int, list[FutureDose]] | Failure]:
        """Simulate each unless *stopped* between two; what it holds for the patients in process, by its number."""
        found: list[tuple[int, list[FutureDose]] | Failure] = []
        for number in self.missing:
            if stopped():
                break
            try:
                found.append((number, list(seen_in(self.plan, number))))
            except Exception as error:  # noqa: BLE001  whatever it is, the other futures go on
                message = str(error) if isinstance(error, MfgError) else f"{type(error).__name__}: {error}"
                found.append(Failure(self.variant, number, message))
        return found


def today(
    scenario: str | Path | Scenario,
    *,
    futures: int = FUTURES,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    parts: Mapping[str, object] | None = None,
    workers: int = 1,
) -> Today:
    """Look at so many futures of the patients in process of *scenario* (a built-in name, a path, or a loaded one).

    *settings*, *parts* and *workers* are as in `simulate`; the answer does not depend on the workers.

    Raises:
        Faults: if the scenario has any.
        Refused: for a number of futures, a seed or workers that cannot be, or if nobody is in process.
        Failed: if a future ended in an error.
    """
    seed, variant = check_seed(seed), Variant(AS_IT_IS, settings, parts)
    execution = means_of([variant], workers=workers)
    return today_of(Study.of(scenario, (variant,), seed), futures, execution)


def today_of(study: Study, futures: int, execution: Execution) -> Today:
    """The same of the one scenario of *study*."""
    (plan,), (scenario,) = study.plans, study.scenarios
    check_replications(futures, "futures")
    if not plan.in_progress:
        raise Refused(
            "arrivals.in_progress", None, "names no patients in process", "name a list of them there"
        )
    work = [Futures(plan, first, min(first + _SIZE, futures)) for first in range(0, futures, _SIZE)]
    found: dict[int, list[FutureDose]] = {}
    failed: list[Failure] = []
    with closing(work_off(work, execution.workers, execution.executor)) as going:
        for done in going:
            failed += [one for one in done if isinstance(one, Failure)]
            found.update(one for one in done if not isinstance(one, Failure))
            if execution.told is not None:
                execution.told(len(found) + len(failed), futures)
    if failed:
        raise Failed(tuple(describe_failure(study, one) for one in failed), 0)
    seen = [found[number] for number in sorted(found)]
    doses = sorted(_doses(plan, seen), key=_risk)
    title = scenario.title or scenario.name
    return Today(title, plan.start, plan.seed, futures, tuple(doses), _typical(seen))


def _typical(futures: Sequence[Sequence[FutureDose]]) -> int:
    """The first future in which as many doses are given on their booked day as in the middle one."""
    kept = [sum(one.given is not None and one.given == one.booked for one in future) for future in futures]
    return kept.index(sorted(kept)[len(kept) // 2])


def seen_in(plan: Plan, future: int) -> Iterator[FutureDose]:
    """What one future of *plan* holds for each dose to come of the patients in process, in their order."""
    log, _ = replicate(plan, future, only_in_progress=True)
    names = [activity.name for activity in plan.activities]
    whose = log.subjects[log.subject]
    wanted = np.isin(log.activity, [n for n, name in enumerate(names) if name in ASKED])
    rows: dict[int, list[tuple[int, str, str, int, float]]] = {n: [] for n in range(len(plan.in_progress))}
    for row in np.flatnonzero(wanted & (whose[:, 0] < len(plan.in_progress))):
        outcome, value = log.outcomes[log.outcome[row]], float(log.value[row])
        what = (int(whose[row, 2]), names[log.activity[row]], outcome, int(log.started[row]), value)
        rows[int(whose[row, 0])].append(what)
    for patient, own in rows.items():
        yield from _seen_of(patient, own)


def _seen_of(patient: int, rows: Sequence[tuple[int, str, str, int, float]]) -> Iterator[FutureDose]:
    ending = next((outcome for _, what, outcome, _, _ in rows if what == END), "")
    earlier: frozenset[str] = frozenset()
    for number in sorted({dose for dose, what, _, _, _ in rows if what == PRESCRIBE}):
        own = [(what, outcome, at, value) for dose, what, outcome, at, value in rows if dose == number]
        waits = [(outcome, at) for what, outcome, at, value in own if what == limits.AWAITED and value > 0]
        causes = frozenset(outcome for outcome, _ in waits)
        booked = [(outcome, value // DAY) for what, outcome, _, value in own if what == BOOK]
        if any(then[0] == MOVED and then[1] != before[1] for before, then in pairwise(booked)):
            causes |= earlier
        given = [at // DAY for what, _, at, _ in own if what == ADMINISTER]
        yield FutureDose(
            patient=patient,
            number=number,
            name=next(outcome for what, outcome, _, _ in own if what == PRESCRIBE),
            booked=None if isnan(booked[0][1]) else int(booked[0][1]),
            given=given[-1] if given else None,
            causes=causes,
            ending=NOT_INDICATED if any(what == DROP for what, _, _, _ in own) else ending,
        )
        # what refused its day this morning moved no other: later doses were booked after it
        earlier |= {cause for cause, at in waits if at > 0 or cause.startswith((limits.LOST, limits.SHORT))}


def _doses(plan: Plan, futures: Sequence[Sequence[FutureDose]]) -> Iterator[DoseToday]:
    """Every dose over all *futures*."""
    of_dose: dict[tuple[int, int], list[FutureDose]] = {}
    for future in futures:
        for one in future:
            of_dose.setdefault((one.patient, one.number), []).append(one)
    following = {patient: min(n for p, n in of_dose if p == patient) for patient, _ in of_dose}
    for (patient, number), seen in of_dose.items():
        stands = plan.in_progress[patient]
        listed = {lot.dose: lot.dose_day for lot in stands.lots}
        booked = listed.get(number, Counter(one.booked for one in seen).most_common(1)[0][0])
        yield DoseToday(
            patient=stands.name,
            number=number + 1,
            dose=seen[0].name,
            is_next=number == following[patient],
            booked=None if booked is None else plan.start + timedelta(days=booked),
            p50=_by(plan.start, seen, 0.5),
            p90=_by(plan.start, seen, 0.9),
            on_the_day=sum(one.given is not None and one.given == booked for one in seen),
            futures=len(seen),
            hangs_on=_counted(cause for one in seen for cause in sorted(one.causes)),
            without=_counted(one.ending for one in seen if one.given is None),
            given_on=_by_day(plan.start, seen),
        )


def _by_day(start: date, seen: Sequence[FutureDose]) -> dict[date, int]:
    """In how many futures the dose is given on each day, in their order."""
    counts = Counter(one.given for one in seen if one.given is not None)
    return {start + timedelta(days=day): counts[day] for day in sorted(counts)}


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))


def _by(start: date, seen: Sequence[FutureDose], share: float) -> date | None:
    """The first day by which a *share* of the futures has the dose given; None if no day is."""
    days = sorted(one.given for one in seen if one.given is not None)
    needed = ceil(share * len(seen) - 1e-9)
    return start + timedelta(days=days[needed - 1]) if needed <= len(days) else None


def _risk(dose: DoseToday) -> tuple[float, int, date, str, int]:
    """What is less often on its day, and then what is later, stands first; what has no day of its own last."""
    if dose.booked is None:
        return (2.0, 0, date.max, dose.patient, dose.number)
    late = 10**6 if dose.p90 is None else (dose.p90 - dose.booked).days
    return (dose.share, -late, dose.booked, dose.patient, dose.number)
