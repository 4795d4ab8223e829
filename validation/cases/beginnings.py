"""Places that begin empty: exact means before any equilibrium, or where there never is one."""

from __future__ import annotations

from validation import measure
from validation import transient as t
from validation.case import Case, Check

FIRST = 25
BETWEEN, SERVICE = 10.0, 12.0  # hours: more work than there is time for
RATE, LASTS = "scenario.arrivals.rate", "site.work.administer.lasts"
EXPONENTIAL = '{ mean = "12 hour", shape = "exponential" }'
SPITZER, TAKACS = "an identity (Spitzer 1956)", "rate times the integral of P(S > t) (Takács 1962)"


def first(name: str, layout: str, changes: dict[str, str], excess: t.Excess) -> Case:
    """The first who come to one room."""
    wait = t.mean_wait_of_the_first(FIRST, excess)
    measured = measure.mean_wait_of_the_first(FIRST, "administer")
    check = Check(f"mean wait of the first {FIRST}, h", SPITZER, wait, measured, 15)
    always = {"scenario.warm_up": '"0 day"', "scenario.horizon": '"21 day"'}
    return Case(f"{name}, overloaded", layout, {**always, **changes}, (check,), replications=500)


def filling() -> Case:
    """A way that is empty at first fills with whoever has not yet arrived."""
    changes = {RATE: '"12 / day"', "scenario.warm_up": '"0 day"', "scenario.horizon": '"5 day"'}
    checks = tuple(
        Check(
            f"mean number under way after {hour} h",
            TAKACS,
            t.mean_number(0.5, hour, 100),
            measure.at_work("ship out", hour),
            12,
        )
        for hour in (24, 96)
    )
    return Case("M/M/∞, empty at first", "delivery/scenario.toml", changes, checks, replications=200)


CASES = (
    first(
        "M/M/1",
        "queue/scenario.toml",
        {RATE: '"2.4 / day"', LASTS: EXPONENTIAL},
        t.poisson_arrivals_gamma_service(BETWEEN, SERVICE, phases=1),
    ),
    first(
        "M/E2/1",
        "queue/scenario.toml",
        {RATE: '"2.4 / day"', LASTS: '{ mean = "12 hour", sd = "509.1169 minute", shape = "gamma" }'},
        t.poisson_arrivals_gamma_service(BETWEEN, SERVICE, phases=2),
    ),
    first(
        "M/D/1",
        "queue/scenario.toml",
        {RATE: '"2.4 / day"', LASTS: '"12 hour"'},
        t.poisson_arrivals_fixed_service(BETWEEN, SERVICE),
    ),
    first(
        "D/M/1",
        "queue/every.toml",
        {"scenario.arrivals.every": '"10 hour"', LASTS: EXPONENTIAL, "scenario.horizon": '"11 day"'},
        t.fixed_arrivals_exponential_service(BETWEEN, SERVICE),
    ),
    filling(),
)
