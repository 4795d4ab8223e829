"""The patients of one replication: who they are, when they come, when they leave."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from attrs import define, field

from mfg.shape import Shape
from mfg.simulation import plan as p
from mfg.simulation.draws import Floats, Luck, inverse_of

STEP = 256  # arrivals are drawn so many at a time


@define(eq=False)
class Patient:
    """One patient.

    `dies` is in minutes after arrival; `patience` is a standard exponential time, spent at the hazard of
    withdrawing. `subject` names the patient's own rows in the event log.
    """

    index: int
    name: str
    arrived: int
    weight: float
    arm: p.Arm
    clinic: int
    facility: int
    dies: float
    patience: float
    score: float
    decline: float
    subject: int = -1
    ended: bool = False
    visits: list[tuple[int, str]] = field(factory=list)
    doses: list[Any] = field(factory=list)
    lots: list[Any] = field(factory=list)
    processes: list[Any] = field(factory=list)


def cohort_of(plan: p.Plan, replication: int) -> tuple[list[Patient], Luck]:
    """The patients of *replication* in order of arrival, and the luck that belongs to them."""
    if plan.arrivals:
        names = [one.name for one in plan.arrivals]
        arrived = [one.arrived for one in plan.arrivals]
    else:
        names, arrived = _arrivals(plan, replication)
    luck = Luck(plan.seed, replication, names, chance=plan.chance)
    people = plan.people
    weights = np.round(_once(luck, "weight", people.weight), 1)
    for n, one in enumerate(plan.arrivals):
        weights[n] = one.weight
    arms = _allocated(plan, luck, len(names))
    dies = (
        -np.log(luck.uniforms("death", 0, 1)[:, 0]) / people.die if people.die else np.full(len(names), inf)
    )
    patience = -np.log(luck.uniforms("withdrawal", 0, 1)[:, 0])
    score = _once(luck, "score", people.score) if people.score else np.full(len(names), np.nan)
    decline = _once(luck, "decline", people.decline) if people.decline else np.full(len(names), np.nan)
    patients = [
        Patient(
            index=n,
            name=name,
            arrived=arrived[n],
            weight=float(weights[n]),
            arm=plan.arms[arms[n]],
            clinic=n % len(plan.clinics),
            facility=n % len(plan.facilities),
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


def _arrivals(plan: p.Plan, replication: int) -> tuple[list[str], list[int]]:
    """Patients numbered in their order, with exponential times between them, until the horizon."""
    names: list[str] = []
    arrived: list[int] = []
    clock = 0.0
    while True:
        fresh = [f"P{len(names) + n + 1:05d}" for n in range(STEP)]
        luck = Luck(plan.seed, replication, fresh, chance=True)
        waits = -np.log(luck.uniforms("arrival", 0, 1)[:, 0]) / plan.rate
        for name, moment in zip(fresh, clock + np.cumsum(waits), strict=True):
            if moment >= plan.horizon:
                return names, arrived
            names.append(name)
            arrived.append(int(moment))
        clock += float(np.sum(waits))


def _allocated(plan: p.Plan, luck: Luck, count: int) -> list[int]:
    """The arm of each patient: as listed, or by the ratio, in blocks where the protocol has them.

    Within a block each patient takes one of the places that are left, by the patient's own luck, so who
    comes later changes nothing.
    """
    ratio = [n for n, arm in enumerate(plan.arms) for _ in range(arm.ratio)]
    lots = luck.uniforms("allocation", 0, 1)[:, 0].tolist()
    left: list[int] = []
    arms: list[int] = []
    for n in range(count):
        if plan.block is None or not left:
            left = ratio * ((plan.block or len(ratio)) // len(ratio))
        arms.append(left.pop(int(lots[n] * len(left))))
    for n, one in enumerate(plan.arrivals):
        if one.arm is not None:
            arms[n] = one.arm
    return arms
