"""The patients of one replication: who they are, when they come, when they leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf, nan
from typing import Any

import numpy as np
from attrs import define, field

from mfg.calendar import DAY, DAYS_A_MONTH
from mfg.elementary import Floats, log
from mfg.plan.people import People
from mfg.plan.plan import Plan
from mfg.plan.prescription import PlannedArm, PlannedDose, PlannedPortion
from mfg.plan.recipe import Recipe
from mfg.quantiles import inverse_of
from mfg.shape import Shape
from mfg.simulation.draws import Luck
from mfg.simulation.traits import words_of

OTHER = "other reasons"  # of those who are not eligible, and outside of no limit
STEP = 256  # arrivals are drawn so many at a time


@define(eq=False)
class Patient:
    """One patient.

    `dies` is in minutes after arrival; `patience` is a standard exponential time, spent at the hazard of
    withdrawing; `decline` is in points per month. What somebody is `ineligible_for` is the first limit of the
    protocol that is not kept, and empty for who is eligible. Who has no place came when all cohorts were full.
    `subject` names the patient's own rows in the event log. Who was `treated` had a dose before the clock started.

    `called` is the event for which a patient waits whose calendar may get another visit, and `awaits` that for which a dose waits
    that follows something without a day. Each is made anew for every wait, since an event happens once; None before the first.
    """

    index: int
    name: str
    arrived: int
    weight: float
    arm: PlannedArm
    clinic: int
    ineligible_for: str
    has_place: bool
    dies: float
    patience: float
    score: float
    decline: float
    facility: int = 0
    recipe: Recipe = field(init=False)
    case: dict[str, Any] = field(factory=dict)
    typical: Mapping[str, Any] = field(factory=dict)
    jobs: Mapping[str, Any] = field(factory=dict)
    of_lots: Any = None
    of_products: Any = None
    subject: int = -1
    treated: bool = False
    ended: bool = False
    visits: list[Any] = field(factory=list)
    attended: list[Any] = field(factory=list)
    came: dict[str, int] = field(factory=dict)
    called: Any = None
    awaits: Any = None
    happened: dict[str, int] = field(factory=dict)
    doses: list[Any] = field(factory=list)
    lots: list[Any] = field(factory=list)
    processes: list[Any] = field(factory=list)

    def portion(self, dose: PlannedDose) -> PlannedPortion:
        """What *dose* prescribes for this patient; what is not observed yet is taken to be typical."""
        if dose.rule is not None:
            return dose.rule({**self.typical, **self.case})
        portions = dose.portions
        return portions[round(self.weight * 10) - dose.first] if len(portions) > 1 else portions[0]

    def is_chased(self, dose: str) -> bool:
        """Whether the *dose* of that name begins with a draw from the patient, in the same appointment."""
        return self.recipe.chased and any(one.drawn for one in self.arm.doses if one.name == dose)

    def forgets(self) -> None:
        """Let go of what refers back to the patient, so that nothing has to search for it."""
        for things in (self.doses, self.lots, self.processes):
            things.clear()

    def withdraws(self, baseline: float, people: People) -> float:
        """Minutes after arrival at which the patient withdraws: at one hazard until *baseline*, at another later."""
        before = baseline * people.withdraw if people.withdraw else 0.0
        if self.patience < before:
            return self.patience / people.withdraw
        if not people.withdraw_later or baseline == inf:
            return inf
        return baseline + (self.patience - before) / people.withdraw_later

    def falls_below(self, least: float) -> float:
        """Minutes after arrival at which the score falls below *least*, on its straight line; inf if never."""
        if not self.decline < 0 or self.score < least:
            return inf
        return (self.score - least) / -self.decline * (DAYS_A_MONTH * DAY)


def cohort_of(plan: Plan, replication: int) -> tuple[list[Patient], Luck]:
    """The patients of *replication* in order of arrival, and the luck that belongs to them.

    Patients with a lot in progress come first; they are there when the clock starts.
    """
    listed = plan.listed
    names = [one.name for one in listed]
    arrived = [0] * len(plan.in_progress) + [one.arrived for one in plan.candidates]
    if not plan.candidates:
        fresh, moments = _arrivals(plan, replication)
        names, arrived = names + fresh, arrived + moments
    luck, people, count = Luck(plan.seed, replication, names, chance=plan.chance), plan.people, len(names)
    weights = np.round(_once(luck, "weight", people.weight), 1)
    weights[: len(listed)] = [one.weight for one in listed]
    clinics = _clinics(plan, luck, count)
    never = np.full(count, inf)
    dies = -log(luck.uniforms("death", 0, 1)[:, 0]) / people.die if people.die else never
    patience = -log(luck.uniforms("withdrawal", 0, 1)[:, 0])
    score = _once(luck, "score", people.score) if people.score else np.full(count, np.nan)
    decline = _once(luck, "decline", people.decline) if people.decline else np.full(count, nan)
    measured = {"weight": weights, "age": _ages(plan, luck), "alsfrs_r": score}
    reasons = _ineligible(plan, luck, measured)
    arms = _in_order(plan, arrived, reasons) if plan.in_order else _allocated(plan, luck, clinics)
    patients = [
        Patient(
            index=n,
            name=name,
            arrived=arrived[n],
            weight=float(weights[n]),
            arm=plan.arms[arms[n]],
            clinic=clinics[n],
            ineligible_for=reasons[n],
            has_place=arms[n] >= 0,
            dies=float(dies[n]),
            patience=float(patience[n]),
            score=float(score[n]),
            decline=float(decline[n]),
        )
        for n, name in enumerate(names)
    ]
    return patients, luck


def _once(luck: Luck, decision: str, shape: Shape) -> Floats:
    values: Floats = inverse_of(shape)(luck.uniforms(decision, 0, 1)[:, 0])
    return values


def _ages(plan: Plan, luck: Luck) -> Floats:
    """The age of each patient: as listed, or drawn."""
    shape = plan.people.age
    if shape is None:
        return np.array([])
    ages = _once(luck, "age", shape)
    for n, one in enumerate(plan.candidates, len(plan.in_progress)):
        if one.age is not None:
            ages[n] = one.age
    return ages


def _ineligible(plan: Plan, luck: Luck, measured: Mapping[str, Floats]) -> list[str]:
    """For what each patient is found not eligible at screening; the empty string for who is."""
    luckless = luck.uniforms("eligibility", 0, 1)[:, 0] < plan.people.ineligible
    reasons = np.where(luckless, OTHER, "").astype(object)
    for limit in reversed(plan.eligibility):
        values = measured[limit.name]
        within = (values >= limit.least) & (values > limit.above) & (values <= limit.most)
        reasons[~(within & (values < limit.below))] = limit.name
    found: list[str] = reasons.tolist()
    return found


def _arrivals(plan: Plan, replication: int) -> tuple[list[str], list[int]]:
    """Patients numbered in their order, with exponential times between them, until the horizon."""
    names: list[str] = []
    arrived: list[int] = []
    if plan.every:
        moments = list(range(plan.every, plan.horizon, plan.every))
        return [f"P{n:05d}" for n in range(1, len(moments) + 1)], moments
    clock = 0.0
    while plan.rate:
        fresh = [f"P{len(names) + n + 1:05d}" for n in range(STEP)]
        luck = Luck(plan.seed, replication, fresh, chance=True)
        waits = -log(luck.uniforms("arrival", 0, 1)[:, 0]) / plan.rate
        for name, moment in zip(fresh, clock + np.cumsum(waits), strict=True):
            if moment >= plan.horizon:
                return names, arrived
            names.append(name)
            arrived.append(int(moment))
        clock += float(np.sum(waits))
    return names, arrived


def _clinics(plan: Plan, luck: Luck, count: int) -> list[int]:
    """The clinic of each patient: as listed, or by the clinics' shares and the patient's own luck."""
    shares = np.array([clinic.share for clinic in plan.clinics])
    if np.isnan(shares).any():
        shares = np.ones(len(shares))
    ends = np.cumsum(shares / shares.sum())
    drawn = np.searchsorted(ends, luck.uniforms("clinic", 0, 1)[:, 0]).clip(0, len(ends) - 1)
    clinics = [int(n) for n in drawn[:count]]
    for n, one in enumerate(plan.listed):
        if one.clinic is not None:
            clinics[n] = one.clinic
    return clinics


def _allocated(plan: Plan, luck: Luck, clinics: list[int]) -> list[int]:
    """The arm of each patient: as listed, or by the ratio, in blocks (of a stratum) where the protocol has them.

    Within a block each patient takes one of the places that are left, by the patient's own luck, so who
    comes later changes nothing.
    """
    ratio = [n for n, arm in enumerate(plan.arms) for _ in range(arm.ratio)]
    lots = luck.uniforms("allocation", 0, 1)[:, 0].tolist()
    left: dict[tuple[object, ...], list[int]] = {}
    arms: list[int] = []
    known = [one.arm for one in plan.listed]
    strata = _strata(plan, luck, clinics)
    for n in range(len(clinics)):
        arm = known[n] if n < len(known) else None
        if arm is not None:
            arms.append(arm)
            continue
        stratum = strata[n]
        if plan.block is None or not left.get(stratum):
            left[stratum] = ratio * ((plan.block or len(ratio)) // len(ratio))
        arms.append(left[stratum].pop(int(lots[n] * len(left[stratum]))))
    return arms


def _strata(plan: Plan, luck: Luck, clinics: list[int]) -> list[tuple[object, ...]]:
    """The stratum of each patient, as one value for each factor; every stratum is allocated in blocks of its own."""
    columns = [
        clinics if name == "site" else words_of(plan, luck, name, len(clinics)) for name in plan.strata
    ]
    return [tuple(column[n] for column in columns) for n in range(len(clinics))]


def _in_order(plan: Plan, arrived: Sequence[int], reasons: Sequence[str]) -> list[int]:
    """The arm of each patient where arms are filled one after the other: -1 for who comes when all are full.

    An arm takes so many as its size, in order of arrival. Who is not eligible takes no place, and who leaves later keeps it.
    So does who had the first dose before the start, or has a lot in progress; the arms before one in which somebody is are full.
    """
    known = [one.arm for one in plan.in_progress]
    taken = {one.name: one.arm for one in plan.begun} | {one.name: one.arm for one in plan.in_progress}
    latest, there = max(taken.values(), default=0), Counter(taken.values())
    places = iter(
        [n for n, arm in enumerate(plan.arms) for _ in range((arm.size or 0) - there[n]) if n >= latest]
    )
    arms = [*known, *[-1] * (len(arrived) - len(known))]
    for n in sorted(range(len(known), len(arrived)), key=arrived.__getitem__):
        if not reasons[n]:
            arms[n] = next(places, -1)
    return arms
