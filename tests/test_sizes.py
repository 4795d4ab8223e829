"""How large things may be: what lies beyond a limit is refused at its place, and what lies at it is not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mfg.errors import Faults, Refused
from mfg.growth import Cultivation, Culture
from mfg.reader.library import find
from mfg.reader.protocols import protocol_of
from mfg.reader.toml import read_toml
from mfg.scenario.check import faults_of
from mfg.shape import Shape
from mfg.simulation.draws import LONGEST_DURATION, Draws, Luck
from mfg.sizes import COUNT, RATIO, REPLICATIONS, SEED, SIZES, VARIANTS
from mfg.study.loading import check_replications
from mfg.study.variants import SettingRange, grid
from tests.conftest import ROOT, Said
from tests.small_unit import Changes, scenario

AT = [
    {"site.facility.gmp.suites": COUNT.most},
    {"site.facility.gmp.incubator": f"{COUNT.most} flask"},
    {"seed": SEED.most},
    {"horizon": "36525 day", "arrivals": {"every": "36525 day"}},
    {"warm_up": "27 day"},
    {"population.weight": {"is": "249.9 kg"}},
    {"arrivals": {"rate": "100000 /year"}, "horizon": "52 week"},
    {"site.work.isolate.lasts": "0 minute"},
    {"site.work.passage.per_flask": "0.4 minute"},
]
BEYOND: list[tuple[Changes, str]] = [
    (
        {"site.facility.gmp.suites": COUNT.most + 1},
        "suites: '2147483648' is above 2,147,483,647, the most of any one",
    ),
    (
        {"site.facility.gmp.incubator": "2147483648 flask"},
        "incubator: '2147483648 flask' is above 2147483647 flask",
    ),
    (
        {"seed": SEED.most + 1},
        "seed: '18446744073709551616' is above 18,446,744,073,709,551,615, the most for a seed",
    ),
    ({"horizon": "36526 day"}, "horizon: '36526 day' is above 36525 day"),
    ({"warm_up": "28 day"}, "warm_up: '28 day' leaves nothing of the horizon, 4 week"),
    ({"warm_up": "99 week"}, "warm_up: '99 week' leaves nothing of the horizon"),
    ({"population.weight": {"is": "300.1 kg"}}, "weight.is: '300.1 kg' is above 300 kg"),
    (
        {"population.weight": {"least": "40 kg", "most": "90000 kg"}},
        "weight.most: '90000 kg' is above 300 kg",
    ),
    (
        {"arrivals": {"rate": "101000 /year"}, "horizon": "52 week"},
        "rate: '101000 /year for 52 week' comes to 1.01e+5 patients in a",
    ),
    (
        {"arrivals": {"every": "5 minute"}, "horizon": "52 week"},
        "every: '5 minute for 52 week' comes to 1.05e+5 patients in a",
    ),
    (
        {"arrivals": {"every": "0.4 minute"}},
        "every: '0.4 minute' is below 1 minute, the least that is told apart",
    ),
    (
        {"late": "30 minute", "policy.give_up_after": "0.4 minute"},
        "give_up_after: '0.4 minute' is below 1 minute",
    ),
    ({"site.clinic.hospital.slot": "0.4 minute"}, "slot: '0.4 minute' is below 1 minute"),
    (
        {"site.test.sterility.retests": 101},
        "site.test.sterility.retests: '101' is above 100, the most repeats",
    ),
    ({"site.test.sterility.turnaround": "1e9 day"}, "turnaround: '1e9 day' is above 36525 day"),
    ({"site.facility.gmp.medium_on": []}, "site.facility.gmp.medium_on: '[]' names no day of the week"),
    ({"site.facility.gmp.hours": []}, "site.facility.gmp.hours: '[]' are not opening hours"),
    ({"population.growth.doubling": "0 day"}, "population.growth.doubling: '0 day' is zero"),
    ({"population.growth.doubling": "0.4 minute"}, "doubling: '0.4 minute' is below 1 minute"),
    ({"population.growth.limit": "1001 doubling"}, "growth.limit: '1001 doubling' is above 1000 doubling"),
    (
        {"site.work.isolate.lasts": {"mean": "1 hour", "sd": "11 minute", "shape": "normal"}},
        "isolate.lasts.sd: '11 minute' has values below nought with a mean of 1 hour, and this is never negative",
    ),
    (
        {"site.work.isolate.lasts": {"median": "1 hour", "spread": 101, "shape": "lognormal"}},
        "isolate.lasts: '101' spreads over more than is told apart; give a factor from 1 to 100",
    ),
    (
        {"site.work.isolate.lasts": {"median": "0 hour", "spread": 2, "shape": "lognormal"}},
        "isolate.lasts.median: '0 hour' leaves no lognormal distribution",
    ),
]


@pytest.mark.parametrize("changes", AT, ids=str)
def test_what_lies_at_a_limit_is_read(changes: Changes) -> None:
    """The limit itself is no fault."""
    assert list(faults_of(scenario(changes))) == []


@pytest.mark.parametrize(
    ("changes", "words"), BEYOND, ids=lambda given: given if isinstance(given, str) else ""
)
def test_what_lies_beyond_is_refused_at_its_place(changes: Changes, words: str) -> None:
    """With what there may be; before anything is made of it."""
    with pytest.raises(Faults, match=re.escape(words)):
        scenario(changes)


def protocol_with(changes: dict[str, object], name: str = "lenzumestrocel-phase3") -> str:
    """What is said of a built-in protocol after *changes*."""
    tree = dict(read_toml(find("protocol", name)))
    for key, value in changes.items():
        *way, last = key.split(".")
        node: object = tree
        for step in way:
            node = node[int(step)] if isinstance(node, list) else node[step]  # type: ignore[index]
        node[last] = value  # type: ignore[index]
    try:
        protocol_of(tree, "changed")
    except Faults as found:
        return str(found)
    return ""


@pytest.mark.parametrize(
    ("key", "most", "words"),
    [
        ("arm.0.ratio", RATIO.most, "ratio: '10001' is above 10,000, the most parts of an allocation"),
        ("supply.1.spare", 10_000, "spare: '10001' is above 10,000, the most containers"),
    ],
)
def test_what_a_protocol_counts_ends_too(key: str, most: int, words: str) -> None:
    """Each at its own limit; at it, that is no fault."""
    assert words not in protocol_with({key: most})
    assert words in protocol_with({key: most + 1})


def test_a_study_ends(mfg: Callable[..., Said]) -> None:
    """Combinations are counted before they are made, samples before they are drawn."""
    values = [str(n) for n in range(100)]
    assert len(grid({"suites": values, "rooms": values})) == VARIANTS.most
    with pytest.raises(Refused, match="vary: comes to 1,000,000,000,000 variants in a study"):
        grid(dict.fromkeys(("a", "b", "c", "d", "e", "f"), values))
    check_replications(REPLICATIONS.most)
    with pytest.raises(Refused, match="is above 999,999, the most replications"):
        check_replications(REPLICATIONS.most + 1)
    lines = [
        "sensitivity lenzumestrocel-phase2 vein_to_vein_median --method sobol --samples 1073741824 --over suites=1..4",
        "compare lenzumestrocel-phase2 --vary suites=1..4 --sample 10000 -n 1",
        "compare lenzumestrocel-phase2 --vary suites=1,2 --seed 18446744073709551616",
    ]
    for line in lines:
        said = mfg(*line.split())
        assert (said.status, said.out) == (2, "")
        assert "10,000" in said.err or "18,446,744,073,709,551,615" in said.err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1..1e400", "is a number out of reach"),
        ("01..2", "is not a plain number"),
        ("1.." + "9" * 65, "65 characters of a number"),
        ("x1..x" + "9" * 65, "65 characters of a number"),
    ],
)
def test_the_ends_of_a_range_are_numbers_like_all_others(text: str, problem: str) -> None:
    """By the same grammar, and refused under the option that they were given with."""
    with pytest.raises(Refused, match=f"over suites: .*{problem}"):
        SettingRange.read("suites", text, "--over")


def test_blanks_around_what_is_set_are_no_part_of_it(mfg: Callable[..., Said]) -> None:
    """They are refused, and what would be right is shown."""
    said = mfg("run", "lenzumestrocel-phase2", "--set", "suites= 3 ")
    assert said.status == 2
    assert "has blanks around its key or its value; write --set suites=3" in said.err


def test_the_tail_of_a_distribution_ends_after_a_century() -> None:
    """Its values are minutes that a log can hold, whatever the spread."""
    nan = float("nan")
    shape = Shape(
        "lognormal", nan, nan, nan, nan, median=LONGEST_DURATION / 2, mean=nan, sd=nan, spread=100, typical=1
    )
    luck = Luck(1, 0, [str(n) for n in range(1000)])
    drawn = [Draws.minutes(luck, "any", shape)(n) for n in range(1000)]
    assert max(drawn) == LONGEST_DURATION == 36_525 * 24 * 60
    assert 300 < sum(one == LONGEST_DURATION for one in drawn) < 600


def test_a_culture_that_is_left_alone_stays_a_number() -> None:
    """However long it is left, it holds what its flasks hold."""
    terms = Cultivation(175.0, 1e3, 1e3, 0.8, 1e5, 3, 0.0)
    culture = Culture(terms, 2, (1.0,), (0.0,), 1e6, flasks=1, seeded=10.0)
    assert culture.cells(10**6) == culture.ceiling == 175e5


def test_the_table_of_limits_is_that_of_the_module() -> None:
    """Each limit by its name once; that the page is fresh is held elsewhere."""
    names = [size.what for size in SIZES]
    assert len(set(names)) == len(names)
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert all(f"| {size.what} | {size.most:,} |" in page for size in SIZES)
