"""Distributions: mean and variance of what was drawn are those that the file states, for every shape."""

from __future__ import annotations

from validation import measure
from validation import moments as m
from validation.case import Case, Check

JOHNSON = "(Johnson, Kotz and Balakrishnan 1994)"
BRIEF = {"scenario.warm_up": '"0 day"', "scenario.horizon": '"250 day"'}
WORK = "administer"


def duration(shape: str, lasts: str, law: m.Moments) -> Case:
    """How long a piece of work lasts, where nobody waits."""
    checks = (
        Check("mean, h", f"mean {JOHNSON}", law.mean, measure.mean_duration(WORK), 5),
        Check("variance, h2", f"variance {JOHNSON}", law.variance, measure.variance_of_duration(WORK), 15),
    )
    changes = {**BRIEF, "site.clinic.clinic.rooms": "1000", "site.work.administer.lasts": lasts}
    return Case(shape, "queue/scenario.toml", changes, checks)


def viability(cells: float) -> Case:
    """How many of the cells that are given live: a percentage."""
    law = m.stated(85, 6)
    percent = cells / 100
    checks = (
        Check("mean, %", f"mean {JOHNSON}", law.mean, measure.mean_value(WORK, percent), 5),
        Check(
            "variance, %2", f"variance {JOHNSON}", law.variance, measure.variance_of_value(WORK, percent), 15
        ),
    )
    viable = '{ mean = "85 %", sd = "6 %", shape = "beta" }'
    return Case("beta", "delivery/scenario.toml", {**BRIEF, "population.product.viability": viable}, checks)


CASES = (
    duration("uniform", '{ least = "10 hour", most = "40 hour" }', m.uniform(10, 40)),
    duration(
        "triangular",
        '{ least = "10 hour", likely = "15 hour", most = "40 hour" }',
        m.triangular(10, 15, 40),
    ),
    duration(
        "pert",
        '{ least = "10 hour", likely = "15 hour", most = "40 hour", shape = "pert" }',
        m.pert(10, 15, 40),
    ),
    duration(
        "log-normal",
        '{ median = "20 hour", spread = 1.5, shape = "lognormal" }',
        m.lognormal(20, 1.5),
    ),
    duration(
        "log-normal, cut",
        '{ median = "20 hour", spread = 1.4, least = "10 hour", most = "35 hour", shape = "lognormal" }',
        m.cut_lognormal(20, 1.4, 10, 35),
    ),
    duration("normal", '{ mean = "50 hour", sd = "8 hour", shape = "normal" }', m.stated(50, 8)),
    duration(
        "normal, truncated",
        '{ mean = "20 hour", sd = "7 hour", least = "10 hour", most = "40 hour", shape = "normal" }',
        m.stated(20, 7),
    ),
    duration("gamma", '{ mean = "20 hour", sd = "10 hour", shape = "gamma" }', m.stated(20, 10)),
    duration("exponential", '{ mean = "20 hour", shape = "exponential" }', m.exponential(20)),
    viability(1e6),
)
