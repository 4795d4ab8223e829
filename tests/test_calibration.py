"""The page is fresh, what it says in words holds, and the two numbers say where they come from."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from math import ceil, hypot

import numpy as np
import pytest

from mfg.calendar import DAY
from mfg.evidence import Number
from mfg.growth import Cultivation, Culture
from mfg.reader.library import shelf
from mfg.reader.scenarios import load_population
from validation.calibration.__main__ import COLUMNS, PAGE, made
from validation.calibration.cultures import YIELDS, come_back, without_limit
from validation.calibration.donors import Donors, passage
from validation.calibration.grid import SLOT, time_in_culture
from validation.calibration.line import SAMPLES, Line, counted, log_sd, mean, most, ratio, sampled
from validation.calibration.sources import SOURCES

WRITTEN = PAGE.read_text(encoding="utf-8")
WORDS = " ".join(WRITTEN.split())
POPULATIONS = ("als-korea", "als-us")


@pytest.fixture
def untraced() -> Iterator[None]:
    """Nothing is measured of the page: what it runs has tests of its own, and tracing takes thrice as long."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.mark.usefixtures("untraced")
def test_the_page_is_fresh() -> None:
    """Every figure, computed again, is the one that is written; and so are the pictures."""
    page, drawn = made()
    assert page == WRITTEN, "python -m validation.calibration"
    for file, svg in drawn.items():
        assert f"({file})" in page
        assert (PAGE.parent / file).read_text(encoding="utf-8") == svg, file


def rows(first: str) -> list[list[str]]:
    """The rows of every table whose first column is called so."""
    found, within = [], False
    for line in WRITTEN.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        within = bool(cells) and (within or cells[0] == first)
        if within and cells[0] not in (first, "---"):
            found.append(cells)
    return found


LINES = rows("what")


def test_a_line_that_differs_says_why() -> None:
    """And one that agrees has nothing to explain."""
    verdicts = [(cells[-2], bool(cells[-1])) for cells in LINES]
    assert set(verdicts) == {("agrees", False), ("differs", True)}
    agree, differ = (sum(verdict == word for verdict, _ in verdicts) for word in ("agrees", "differs"))
    assert f"Of the {agree + differ} lines below {agree} agree and {differ} do not" in WORDS


def test_where_it_differs_in_time_the_model_is_the_faster() -> None:
    """As the page says at its head; and where the yields of a bank differ, the bank's is the larger."""
    differ = [cells for cells in LINES if cells[-2] == "differs"]
    times = [cells for cells in differ if re.search("doubling time|days (to|of)", cells[0])]
    banks = [
        cells for cells in differ if cells[2] in {"Lechanteur 2016", "Sabatino 2012"} and "mean" in cells[0]
    ]
    assert len(times) >= 5
    assert len(banks) == 2
    assert all(float(cells[3]) < float(cells[1]) for cells in times + banks)


def test_the_unit_lacks_no_bench() -> None:
    """Forty benches, or two, change the share in time by less than three standard errors; growth changes it by more."""
    units = [(float(cells[2]), float(cells[3])) for cells in rows("unit")]
    plenty, slower, forty, as_it_is, two, _ = units

    def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
        return abs(one[0] - other[0]) / hypot(one[1], other[1])

    assert max(apart(forty, as_it_is), apart(two, as_it_is)) < 3 < apart(plenty, slower)
    assert slower[0] < as_it_is[0] < plenty[0]


def test_the_reasons_for_the_yields_hold() -> None:
    """Most cultures are confluent after 28 days; twelve millilitres fill one flask or two; limits are low."""
    own, little, days = Donors.of(), Donors.of({"collect.volume": "12 mL"}), 28 * DAY
    grown = [culture for culture in own.grown(without_limit, days) if culture.is_last]
    confluent = [culture for culture in grown if culture.cells(days) == culture.ceiling]
    assert len(confluent) > 0.8 * len(own.patients)
    flasks = [culture.flasks for culture in little.grown(without_limit, until=0)]
    assert np.mean(np.array(flasks) <= 2) > 0.9
    limits = [culture.limit for culture in own.grown(without_limit, until=0)]
    assert np.mean(np.array(limits) < 10 * (7.7 + 1.2) / 2) > 0.75


def numbers(population: str) -> dict[str, Number]:
    """The numbers of a built-in population by their paths."""
    loaded = load_population(shelf("population") / f"{population}.toml")
    return {number.path: number for number in loaded.numbers}


@pytest.mark.parametrize("population", POPULATIONS)
def test_the_tuned_numbers_name_the_page_and_what_does_as_well(population: str) -> None:
    """With the ranges that the page has found."""
    fastest, slowest = re.findall(r"any doubling time of (\d+) to (\d+) hours", WORDS)[0]
    fewest, most_ = re.findall(r"any number of colonies from (\d+) to (\d+)", WORDS)[0]
    known = numbers(population)
    for path, span in (
        ("growth.doubling", f"{fastest}-{slowest} hours"),
        ("marrow.colonies", f"{fewest}-{most_}"),
    ):
        evidence = known[f"{path}.median"].evidence
        assert evidence is not None
        assert evidence.kind == "calibrated"
        assert f"any median of {span} gives (docs/calibration.md)" in evidence.reason


def test_the_pair_in_the_files_meets_the_target() -> None:
    """In both populations; that of Korea is the one in brackets, and both are bold."""
    tuned = ("growth.doubling.median", "marrow.colonies.median")
    pairs = [tuple(numbers(one)[path].value for path in tuned) for one in POPULATIONS]
    assert pairs == [("26 hour", "60 colony/1e6 cell"), ("22 hour", "60 colony/1e6 cell")]
    header = next(line for line in WRITTEN.splitlines() if line.startswith("|  |"))
    hours = [cell.strip() for cell in header.strip("|").split(" | ")]
    (row,) = (cells for cells in rows("") if cells[0] == "60 colonies")
    bracketed = [cell for cells in rows("") for cell in cells if cell.startswith("[")]
    assert bracketed == [row[hours.index("26 h")]]
    assert all("**" in row[hours.index(time)] for time in ("22 h", "26 h"))


def test_half_of_the_products_of_nurown_are_in_time() -> None:
    """Within the three to four weeks that the trial states, as its calibration says; how many are late is told."""
    within = {cells[0]: float(cells[2]) for cells in rows("median doubling time")}
    assert within["22 h, `als-us`"] >= 50 > within["24 h"]
    (told,) = (cells for cells in rows("time") if cells[0].startswith("NurOwn"))
    assert float(told[-1]) == pytest.approx(within["22 h, `als-us`"], abs=5)


def test_every_source_is_listed_and_used() -> None:
    """By the name that stands beside a line."""
    assert {cells[2] for cells in LINES} == set(SOURCES)
    assert list(SOURCES) == sorted(SOURCES)
    assert len({len(cells) for cells in LINES}) == 2  # with and without the middle of what is published
    assert min(len(cells) for cells in LINES) == len(COLUMNS)


@pytest.mark.parametrize("cells", [cells for row in YIELDS for cells in row])
def test_a_published_yield_comes_back(cells: float) -> None:
    """Colter 2000: the model's closed form is the one by which the doubling time was computed."""
    assert come_back(cells) == pytest.approx(cells, rel=1e-12)


def test_passages_are_made_the_moment_that_a_culture_is_dense() -> None:
    """So it is harvested when the culture itself foresees, if as much is recovered."""
    terms = Cultivation(
        175, seeding=2e5, reseeding=5000, harvest_at=0.8, confluent=2.5e4, passages=3, samples=0
    )
    culture = Culture(terms, 30, (1200.0, 1600.0), (2880.0, 1440.0), 38)
    culture.plate(mononuclear=8e7, founders=4800, now=0)
    foreseen = culture.forecast(0.9)
    passage(culture, lambda _: 0.9)
    assert culture.passage == 2
    assert culture.harvestable_at() == pytest.approx(foreseen)


def test_a_culture_is_passaged_no_later_than_it_is_asked_for() -> None:
    """Until then, and not at that minute."""
    terms = Cultivation(
        175, seeding=2e5, reseeding=5000, harvest_at=0.8, confluent=2.5e4, passages=3, samples=0
    )
    culture = Culture(terms, 30, (1200.0,), (0.0,), 38)
    culture.plate(mononuclear=8e7, founders=4800, now=0)
    dense, states = culture.harvestable_at(), []
    for until in (dense, dense + 1):
        passage(culture, lambda _: 0.9, until=until)
        states.append((culture.passage, culture.since))
    assert states == [(0, 0), (1, ceil(dense))]


def test_a_pair_changes_the_medians_and_nobody_else() -> None:
    """The donors keep their luck: everybody's doubling time is longer by the same factor."""
    donors = Donors.of()
    slower = donors.at(52, 60)
    ours, theirs = (
        [culture.doubling[1] for culture in each.grown(lambda _: 1, until=0)] for each in (donors, slower)
    )
    assert donors.pair == (26, 60)
    assert slower.pair == (52, 60)
    assert np.array(theirs) == pytest.approx(2 * np.array(ours))
    assert len(set(ours)) == len(ours)


def test_a_culture_has_the_slot_less_what_comes_before_it() -> None:
    """Forty minutes of collection, ninety on the way, three hours of isolation."""
    assert time_in_culture(Donors.of().plan) == SLOT - 40 - 90 - 180


@pytest.mark.parametrize(
    ("published", "verdict"), [(24, "differs"), (26, "agrees"), (974, "agrees"), (976, "differs")]
)
def test_a_line_agrees_in_the_central_part_of_the_model(published: float, verdict: str) -> None:
    """Ninety-five in a hundred, with the same on both sides."""
    line = Line("it", published, "", np.arange(1001.0))
    assert line.range == pytest.approx((25, 975))
    assert line.verdict == verdict


def test_samples_are_as_large_as_the_publication_and_always_the_same() -> None:
    """Their mean is that of the values, and spreads as that of so many should."""
    values = list(range(101))
    means = sampled("one", values, 25, mean)
    assert len(means) == SAMPLES
    assert means.mean() == pytest.approx(50, abs=4 * 29.2 / 5 / SAMPLES**0.5)
    assert means.std() == pytest.approx(29.2 / 5, rel=0.05)
    assert (sampled("one", values, 25, mean) == means).all()
    assert (sampled("other", values, 25, mean) != means).any()


def test_counts_spread_by_chance_and_by_what_is_not_known() -> None:
    """Variance of a beta-binomial count, n p q (a + b + n) / (a + b + 1), with a + b one more than were seen."""
    few, many = (counted("it", share, of, 200) for share, of in ((30, 100), (30_000, 100_000)))
    assert many.mean() == pytest.approx(60, abs=0.5)
    assert many.std() == pytest.approx((200 * 0.3 * 0.7) ** 0.5, rel=0.05)
    assert few.std() == pytest.approx((200 * 0.3 * 0.7 * 301 / 102) ** 0.5, rel=0.05)


def test_the_statistics_of_a_sample() -> None:
    """Row by row."""
    values = np.array([[1.0, 2.0, 4.0], [3.0, 3.0, 3.0]])
    assert mean(values).tolist() == pytest.approx([7 / 3, 3])
    assert most(values).tolist() == [4, 3]
    assert ratio(values).tolist() == [4, 1]
    assert log_sd(values).tolist() == pytest.approx([np.log(2), 0])
