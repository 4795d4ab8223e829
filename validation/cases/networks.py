"""Several stations: in series, with work done again, with hands and suites at once, side by side."""

from __future__ import annotations

from math import exp

from validation import formulas as f
from validation import measure, moments
from validation.case import Case, Check

RATE = 0.05  # an hour
TESTS = ("sterility", "identity", "potency")
EXPONENTIAL = '{ mean = "10 hour", shape = "exponential" }'
LASTS = "site.work.isolate.lasts"

ERLANG_C = "Erlang C (Erlang 1917)"
JACKSON = "output of M/M/1 (Burke 1956, Jackson 1957)"
TAKACS = "Poisson, any law (Takács 1962)"
RENYI = "largest of three (Rényi 1953)"


def tandem() -> Case:
    """What leaves an M/M/1 queue comes to the next as at random."""
    first, second = (f.wait_in_mmc(RATE, service, 1) for service in (10, 12))
    checks = (
        Check("mean wait at the first, h", JACKSON, first, measure.mean_wait("collect"), 20),
        Check("mean wait at the second, h", JACKSON, second, measure.mean_wait("isolate"), 20),
    )
    return Case("M/M/1 → M/M/1", "tandem/scenario.toml", {}, checks)


def repeated() -> Case:
    """Three of ten isolations fail, and are tried again from the same marrow."""
    often = 1 / (1 - 0.3)
    wait = f.wait_in_mmc(RATE * often, 7, 1)
    changes = {
        LASTS: '{ mean = "7 hour", shape = "exponential" }',
        "site.work.isolate.fails": '"30 %"',
        "scenario.policy.recollect": "1000",
    }
    checks = (
        Check("times for each patient", "geometric number", often, measure.per_patient("isolate"), 3),
        Check("utilisation", "load", RATE * often * 7, measure.utilisation("facility.suites"), 5),
        Check("mean wait each time, h", "feedback (Takács 1963)", wait, measure.mean_wait("isolate"), 20),
    )
    return Case("M/M/1, 30 % done again", "suite/scenario.toml", changes, checks)


def together(name: str, suites: int, operators: int, needs: str) -> Case:
    """Suites and operators are granted at once: what there is for two at a time is M/M/2."""
    wait = f.wait_in_mmc(0.12, 10, 2)
    changes = {
        "site.facility.facility.suites": str(suites),
        "site.facility.facility.operators": str(operators),
        "site.work.isolate.needs": needs,
        "scenario.arrivals.rate": '"2.88 / day"',
        "scenario.horizon": '"470 day"',
    }
    check = Check("mean wait, h", ERLANG_C, wait, measure.mean_wait("isolate"), 25)
    return Case(name, "suite/scenario.toml", changes, (check,))


def cleared() -> Case:
    """The clearance after the work keeps the next one waiting."""
    work = moments.exponential(8)
    wait = f.wait_in_mg1(RATE, work.mean + 2, work.variance)
    check = Check(
        "mean wait, h", "Pollaczek-Khinchine (Pollaczek 1930)", wait, measure.mean_wait("isolate"), 15
    )
    changes = {LASTS: '{ mean = "8 hour", shape = "exponential" }', "site.work.isolate.clearance": '"2 hour"'}
    return Case("M/G/1 with line clearance", "suite/scenario.toml", changes, (check,))


def one_bench() -> Case:
    """Three samples of every lot come to one bench at once."""
    wait = f.wait_in_batches(RATE, 200 / 60, len(TESTS))
    hands = '{ mean = "200 minute", shape = "exponential" }'
    changes = {
        "site.laboratory.laboratory.benches": "1",
        "scenario.warm_up": '"50 day"',
        "scenario.horizon": '"600 day"',
        **{f"site.test.{test}.hands": hands for test in TESTS},
    }
    measured = measure.mean_wait(*(f"test {test}" for test in TESTS))
    check = Check("mean wait of a sample, h", "batches (Chaudhry and Templeton 1983)", wait, measured, 15)
    return Case("three samples at one bench, M^[3]/M/1", "panel/scenario.toml", changes, (check,))


def side_by_side() -> Case:
    """A lot is released when the last of three results is in."""
    mean, variance = f.mean_of_the_last(3, 10), f.variance_of_the_last(3, 10)
    changes = {f"site.test.{test}.turnaround": EXPONENTIAL for test in TESTS}
    checks = (
        Check("mean time to release, h", RENYI, mean, measure.between("isolate", "release"), 4),
        Check("variance of it, h2", RENYI, variance, measure.variance_between("isolate", "release"), 14),
    )
    return Case("three exponential tests", "panel/scenario.toml", changes, checks)


def beside_a_fixed_one() -> Case:
    """The longer of a fixed time and an exponential one."""
    mean = 10 + 10 * exp(-1)
    changes = {"site.test.sterility.turnaround": '"10 hour"', "site.test.identity.turnaround": EXPONENTIAL}
    check = Check(
        "mean time to release, h", "c + m exp(-c/m)", mean, measure.between("isolate", "release"), 3
    )
    return Case("a fixed and an exponential test", "panel/scenario.toml", changes, (check,))


def way(law: str, lasts: str, mean: float) -> Case:
    """A way takes as long as it takes, whoever else is on it."""
    number = RATE * mean
    square = measure.square_at_work("ship out", number)
    checks = (
        Check("mean number under way", TAKACS, number, measure.mean_at_work("ship out"), 7),
        Check("variance of it", TAKACS, number, square, 20),
    )
    return Case(f"M/{law}/∞", "delivery/scenario.toml", {"site.leg.lasts": lasts}, checks)


CASES = (
    tandem(),
    repeated(),
    together("M/M/2: 3 suites, 2 operators", 3, 2, "{ suite = 1, operator = 1 }"),
    together("M/M/2: 2 suites, 5 operators by twos", 2, 5, "{ suite = 1, operator = 2 }"),
    cleared(),
    one_bench(),
    side_by_side(),
    beside_a_fixed_one(),
    way("M", '{ mean = "100 hour", shape = "exponential" }', 100),
    way("D", '"100 hour"', 100),
    way(
        "log-normal",
        '{ median = "60 hour", spread = 3, shape = "lognormal" }',
        moments.lognormal(60, 3).mean,
    ),
)
