"""One station: a recipe of one step is a queue. Ten hours of work, mostly, and a patient in twenty."""

from __future__ import annotations

from math import exp

from validation import exact, measure, moments
from validation import formulas as f
from validation.case import Case, Check

WORK, ROOMS = "administer", "clinic.rooms"
RATE, SERVICE = 0.05, 10.0  # an hour, hours
COME, LASTS, SERVERS = "scenario.arrivals.rate", "site.work.administer.lasts", "site.clinic.clinic.rooms"

ERLANG_C = "Erlang C (Erlang 1917)"
POISSON = "Poisson process"
POLLACZEK = "Pollaczek-Khinchine (Pollaczek 1930)"
SEVASTYANOV = "Erlang B, any law (Sevastyanov 1957)"
PALM = "Erlang A (Palm 1957)"
COBHAM = "two classes (Cobham 1954)"
PHIPPS = "a class for everybody (Phipps 1956)"


def markov() -> Case:
    """M/M/1, looked at from every side."""
    wait = f.wait_in_mmc(RATE, SERVICE, 1)
    longer = f.share_waiting_longer(20, RATE, SERVICE)
    checks = (
        Check("mean time between arrivals, h", POISSON, 1 / RATE, measure.mean_gap, 3),
        Check("variance of it, h2", POISSON, 1 / RATE**2, measure.variance_of_gaps, 10),
        Check("mean arrivals in ten days", POISSON, 240 * RATE, measure.mean_arrivals(10), 3),
        Check("variance of them", POISSON, 240 * RATE, measure.variance_of_arrivals(10), 15),
        Check("utilisation", "load", RATE * SERVICE, measure.utilisation(ROOMS), 5),
        Check("share that waits", ERLANG_C, f.erlang_c(1, RATE * SERVICE), measure.share_waiting(WORK), 5),
        Check("mean wait, h", ERLANG_C, wait, measure.mean_wait(WORK), 20),
        Check(
            "share waiting over 20 h", "first come, first served", longer, measure.share_waiting(WORK, 20), 15
        ),
        Check(
            "mean number waiting", "Little's law (Little 1961)", RATE * wait, measure.mean_waiting(WORK), 20
        ),
        Check("farthest wait, min", "recursion (Lindley 1952)", 0, exact.from_the_recursion(WORK, 1)),
        Check(
            "area under the number present, min",
            "sum of stays (Little 1961)",
            0,
            exact.from_littles_law(WORK),
        ),
    )
    return Case("M/M/1", "queue/scenario.toml", {}, checks)


def several(servers: int) -> Case:
    """M/M/c at 60 % of its capacity."""
    rate = 0.6 * servers / SERVICE
    share, wait = f.erlang_c(servers, rate * SERVICE), f.wait_in_mmc(rate, SERVICE, servers)
    farthest = exact.from_the_recursion(WORK, servers)
    changes = {
        SERVERS: str(servers),
        COME: f'"{24 * rate:g} / day"',
        "scenario.horizon": f'"{50 + 1000 * RATE / rate:.0f} day"',
    }
    checks = (
        Check("utilisation", "load", 0.6, measure.utilisation(ROOMS), 5),
        Check("share that waits", ERLANG_C, share, measure.share_waiting(WORK), 10),
        Check("mean wait, h", ERLANG_C, wait, measure.mean_wait(WORK), 25),
        Check("farthest wait, min", "recursion (Kiefer and Wolfowitz 1955)", 0, farthest),
    )
    return Case(f"M/M/{servers}", "queue/scenario.toml", changes, checks)


def general(name: str, lasts: str, law: moments.Moments) -> Case:
    """M/G/1: services of one *law*, written as *lasts*."""
    wait = f.wait_in_mg1(RATE, law.mean, law.variance)
    check = Check("mean wait, h", POLLACZEK, wait, measure.mean_wait(WORK), 20)
    return Case(name, "queue/scenario.toml", {LASTS: lasts}, (check,))


def regular() -> Case:
    """D/M/1: somebody every sixteen hours."""
    wait = f.wait_in_gm1(lambda s: exp(-16 * s), SERVICE)
    check = Check("mean wait, h", "GI/M/1 (Kendall 1953)", wait, measure.mean_wait(WORK), 20)
    return Case("D/M/1", "queue/every.toml", {"scenario.arrivals.every": '"16 hour"'}, (check,))


def clockwork() -> Case:
    """D/D/1: somebody every nine hours, for ten."""
    check = Check("farthest wait, min", "an hour more for each", 0, exact.from_a_line(WORK, 60))
    changes = {"scenario.arrivals.every": '"9 hour"', LASTS: '"10 hour"', "scenario.horizon": '"300 day"'}
    return Case("D/D/1, overloaded", "queue/every.toml", changes, (check,), replications=2)


def urgent(name: str, decline: str, source: str, edges: tuple[float, ...], waits: list[float]) -> Case:
    """M/M/1 at 70 %, the fastest decline first, nobody interrupted; *edges* part them into two halves."""
    first, last = (measure.mean_wait_by_decline(WORK, *pair) for pair in (edges[:2], edges[1:]))
    changes = {
        "scenario.policy.order": '"most-urgent"',
        COME: '"1.68 / day"',
        "scenario.horizon": '"1050 day"',
        "population.decline": decline,
    }
    checks = (
        Check("mean wait of the more urgent half, h", source, waits[0], first, 14),
        Check("mean wait of the other half, h", source, waits[1], last, 35),
    )
    return Case(name, "queue/scenario.toml", changes, checks)


def impatient() -> Case:
    """M/M/2+M: whoever waits leaves after ten hours on average; work that has begun goes on."""
    left = f.erlang_a(rate=0.2, service=SERVICE, patience=10, servers=2)
    load = (1 - left) * 0.2 * SERVICE / 2
    changes = {
        SERVERS: "2",
        COME: '"4.8 / day"',
        "scenario.horizon": '"300 day"',
        "population.leaves.withdraw": '"7305 %/month"',
    }
    checks = (
        Check("share that leaves unserved", PALM, left, measure.share_never(WORK), 8),
        Check("utilisation", PALM, load, measure.utilisation(ROOMS), 5),
    )
    return Case("M/M/2+M", "queue/scenario.toml", changes, checks)


def loss(law: str, lasts: str, mean: float) -> Case:
    """Three servers, and patients whose patience is a tenth of a minute: they do not wait."""
    changes = {
        LASTS: lasts,
        SERVERS: "3",
        COME: '"2.4 / day"',
        "scenario.horizon": '"450 day"',
        "population.leaves.withdraw": '"43830000 %/month"',
    }
    check = Check("share turned away", SEVASTYANOV, f.erlang_b(3, 0.1 * mean), measure.share_never(WORK), 10)
    return Case(f"M/{law}/3/3", "queue/scenario.toml", changes, (check,))


URGENT, SQUARE = 0.07, 2 * SERVICE**2
RANKS = [f.wait_by_rank(URGENT, SERVICE, SQUARE, *half) for half in ((0, 0.5), (0.5, 1))]
CLASSES = f.waits_by_class([URGENT / 2] * 2, [SERVICE] * 2, [SQUARE] * 2)
TWO = '{ least = "1e-6 point/month", most = "3e-6 point/month" }'  # ranked by whole millionths: there are two

CASES = (
    markov(),
    several(2),
    several(3),
    general("M/D/1", '"10 hour"', moments.fixed(10)),
    general("M/gamma/1", '{ mean = "10 hour", sd = "7 hour", shape = "gamma" }', moments.stated(10, 7)),
    general("M/uniform/1", '{ least = "2 hour", most = "18 hour" }', moments.uniform(2, 18)),
    general(
        "M/log-normal/1",
        '{ median = "8 hour", spread = 2, shape = "lognormal" }',
        moments.lognormal(8, 2),
    ),
    regular(),
    clockwork(),
    urgent(
        "M/M/1, most urgent first",
        '{ least = "-2 point/month", most = "-1 point/month" }',
        PHIPPS,
        (-2, -1.5, -1),
        RANKS,
    ),
    urgent("M/M/1, two classes", TWO, COBHAM, (1e-6, 2e-6, 3e-6), CLASSES),
    impatient(),
    loss("M", '{ mean = "20 hour", shape = "exponential" }', 20),
    loss("D", '"20 hour"', 20),
    loss(
        "log-normal",
        '{ median = "11 hour", spread = 3, shape = "lognormal" }',
        moments.lognormal(11, 3).mean,
    ),
)
