"""Chances: who leaves, what is lost, how often it is tried again."""

from __future__ import annotations

from math import exp

from validation import formulas as f
from validation import measure
from validation.case import Case, Check

GEOMETRIC = "geometric number, cut"
COMPETING = "competing exponential times"


def leaving() -> Case:
    """Death and withdrawal compete during a culture of 60 days."""
    months, excluded, dies, withdraws = 60 / 30.4375, 0.2, 0.10, 0.15
    stays = exp(-(dies + withdraws) * months)
    goes = (1 - excluded) * (1 - stays) / (dies + withdraws)
    changes = {
        "protocol.step.medium_every": '"60 day"',
        "population.leaves.ineligible": '"20 %"',
        "population.leaves.die": '"10 %/month"',
        "population.leaves.withdraw": '"15 %/month"',
    }
    checks = (
        Check("share found ineligible", "stated", excluded, measure.share_ending("not eligible"), 10),
        Check("share that dies", COMPETING, goes * dies, measure.share_ending("died"), 15),
        Check("share that withdraws", COMPETING, goes * withdraws, measure.share_ending("withdrew"), 10),
        Check(
            "share that completes", "exp(-h t)", (1 - excluded) * stays, measure.share_ending("completed"), 8
        ),
    )
    return Case("leaving during a culture of 60 days", "culture/scenario.toml", changes, checks)


def contamination() -> Case:
    """Once isolated and five times fed in the open, and found in the end."""
    share = 1 - (1 - 0.04) * (1 - 0.06) ** 5
    found = measure.share_ending("contamination")
    check = Check("share of lots found contaminated", "1 - (1 - p)(1 - q)^5", share, found, 10)
    changes = {"site.work.isolate.contaminates": '"4 %"', "site.work.medium.contaminates": '"6 %"'}
    return Case("contamination in six open steps", "culture/scenario.toml", changes, (check,))


def tries() -> Case:
    """Isolation fails, and is tried at most three times."""
    hopeless = measure.share_ending("no cells isolated")
    changes = {
        "site.facility.facility.suites": "1000",
        "site.facility.facility.operators": "1000",
        "site.work.isolate.fails": '"40 %"',
        "scenario.policy.recollect": "2",
        "scenario.warm_up": '"0 day"',
        "scenario.horizon": '"350 day"',
    }
    checks = (
        Check("isolations for a patient", GEOMETRIC, f.mean_tries(0.4, 3), measure.per_patient("isolate"), 4),
        Check("share that ends without cells", "p^3", 0.4**3, hopeless, 20),
    )
    return Case("isolation that fails, at most three times", "suite/scenario.toml", changes, checks)


def retests() -> Case:
    """A test fails half of the good samples, and is repeated twice."""
    samples, lost = measure.per_patient("test potency"), measure.share_ending("out of specification")
    changes = {"site.test.potency.fails": '"50 %"', "site.test.potency.retests": "2"}
    checks = (
        Check("samples of a lot", GEOMETRIC, f.mean_tries(0.5, 3), samples, 4),
        Check("share of good lots lost", "p^3", 0.5**3, lost, 15),
    )
    return Case("a test repeated twice", "panel/scenario.toml", changes, checks)


def delivery() -> Case:
    """A product is lost in its formulation, too warm on its way, or late."""
    suspended, cold, late = 1 - 0.1, 1 - 0.15, exp(-150 / 100)
    changes = {
        "site.work.formulate.fails": '"10 %"',
        "site.leg.excursion": '"15 %"',
        "protocol.step.use_within": '"150 hour"',
        "scenario.warm_up": '"0 day"',
    }
    shares = (
        ("formulate failed", "p", 1 - suspended),
        ("cold chain", "(1 - p) q", suspended * (1 - cold)),
        ("expired", "(1 - p)(1 - q) exp(-t/m)", suspended * cold * late),
        ("completed", "(1 - p)(1 - q)(1 - exp(-t/m))", suspended * cold * (1 - late)),
    )
    checks = tuple(
        Check(f"share that ends: {ending}", formula, share, measure.share_ending(ending), 15)
        for ending, formula, share in shares
    )
    return Case("a product on its way", "delivery/scenario.toml", changes, checks)


CASES = (leaving(), contamination(), tries(), retests(), delivery())
