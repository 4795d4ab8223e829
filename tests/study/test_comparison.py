"""Variants held against the first: by hand, by the rules, and in words that say no more than the interval."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import atan, nan, pi, sqrt, tan
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg import Faults, Refused, compare, simulate
from mfg.results.figures import too_few
from mfg.study.difference import Difference, judge_differences
from tests.conftest import Said
from tests.study.folders import SMALL, stamped


def judged(first: Sequence[float], *others: Sequence[float], figure: str = "lots_lost") -> list[Difference]:
    """The differences of variants called A, B, ..."""
    names = [chr(ord("A") + n) for n in range(len(others))]
    frames = [pd.DataFrame({figure: values}, dtype=float) for values in (first, *others)]
    return judge_differences(names, frames[0], frames[1:], [figure])


def test_holms_rule_is_over_all_figures_that_are_shown() -> None:
    """A p-value of 0.03 is told apart alone, and not beside another figure that shows nothing."""
    first = pd.DataFrame({"lots_lost": [0.0, 0.0], "lots_started": [0.0, 0.0]})
    other = pd.DataFrame({"lots_lost": pair(0.03), "lots_started": pair(0.9)})
    alone = judge_differences(["A"], first, [other], ["lots_lost"])
    both = judge_differences(["A"], first, [other], ["lots_lost", "lots_started"])
    assert [one.told_apart for one in alone] == [True]
    assert [one.told_apart for one in both] == [False, False]
    assert both[0].level == 0.975


def pair(chance: float) -> list[float]:
    """Two differences whose mean has this p-value: Student's t with one degree of freedom is Cauchy's law."""
    t = tan(pi / 2 * (1 - chance))
    return [t - 1, t + 1]


def test_a_paired_difference_by_hand() -> None:
    """Differences 1, 2, 1, 2: mean 1.5, deviation 0.57735, t with 3 degrees of freedom 3.18245."""
    (gap,) = judged([10, 12, 11, 13], [11, 14, 12, 15])
    half = 3.182446 * sqrt(1 / 3) / 2
    assert (gap.mean, gap.n, gap.level, gap.told_apart) == (1.5, 4, 0.95, True)
    assert gap.low == pytest.approx(1.5 - half, rel=1e-6)
    assert gap.high == pytest.approx(1.5 + half, rel=1e-6)
    assert gap.correlation == pytest.approx(7 / sqrt(5 * 10))


def test_pairing_is_what_tells_them_apart() -> None:
    """The same values, in another order against each other, leave the mean and lose the interval."""
    (gap,) = judged([10, 12, 11, 13], [15, 12, 14, 11])
    assert gap.mean == 1.5
    assert not gap.told_apart
    assert gap.correlation is not None
    assert gap.correlation < 0


def test_holms_rule_stops_at_the_first_that_is_not_told_apart() -> None:
    """With p = 0.04, 0.01, 0.2, 0.02 of four: 0.01 < 0.05/4; 0.02 > 0.05/3, so neither it nor 0.04 is told apart."""
    gaps = judged([0, 0], pair(0.04), pair(0.01), pair(0.2), pair(0.02))
    assert [gap.told_apart for gap in gaps] == [False, True, False, False]
    assert [gap.level for gap in gaps] == pytest.approx(
        [1 - 0.05 / 3, 1 - 0.05 / 4, 1 - 0.05 / 3, 1 - 0.05 / 3]
    )


def test_holms_rule_goes_on_while_it_can() -> None:
    """With p = 0.045, 0.012, 0.02, 0.016 of four: below 0.05/4, /3, /2 and /1 in turn, all four are told apart."""
    gaps = judged([0, 0], pair(0.045), pair(0.012), pair(0.02), pair(0.016))
    assert all(gap.told_apart for gap in gaps)
    assert [gap.level for gap in gaps] == pytest.approx([0.95, 1 - 0.05 / 4, 1 - 0.05 / 2, 1 - 0.05 / 3])


def test_a_p_value_is_students() -> None:
    """Of two differences with t = 3, from the other side: 1 - 2 atan(3) / pi = 0.2048."""
    chance = 1 - 2 * atan(3) / pi
    assert pair(chance) == pytest.approx([2, 4])
    (gap,) = judged([0, 0], [2, 4])
    assert not gap.told_apart


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(st.integers(-30, 30), min_size=n, max_size=n), min_size=2, max_size=5)
    ),
    st.sampled_from(["lots_lost", "doses_given"]),
)
def test_words_are_never_stronger_than_the_interval(values: list[list[int]], figure: str) -> None:
    """`higher` or `lower` only if the interval leaves nought out, and by no more than its near end."""
    for gap in judged(*values, figure=figure):
        assert gap.low is not None
        assert gap.high is not None
        assert gap.told_apart == (gap.low > 0 or gap.high < 0)
        scale = 100 if gap.unit == "share" else 1
        said = [float(number) for number in re.findall(r"[-+]?\d+\.\d\d", gap.words)]
        if gap.told_apart:
            assert gap.words.endswith("higher" if gap.low > 0 else "lower")
            assert said[0] <= min(abs(gap.low), abs(gap.high)) * scale + 1e-6
            assert said[-1] >= max(abs(gap.low), abs(gap.high)) * scale - 1e-6
        else:
            assert "no difference shown" in gap.words
            assert said[0] <= gap.low * scale + 1e-6
            assert said[1] >= gap.high * scale - 1e-6


def test_words_round_outwards() -> None:
    """An interval from 0.008 is not said to begin at 0.01."""
    gap = Difference(
        "B", "lots_lost", "lot", "", 0.5, 0.008, 0.9921, 0.95, told_apart=True, correlation=None, n=9
    )
    assert gap.words == "B: lots_lost is 0.00 to 1.00 lot higher"
    (same,) = judged([1, 2, 3], [0.5, 1.5, 2.5], figure="doses_given")
    assert same.words == "A: doses_given is 50.00 percentage points lower"


def test_a_difference_without_spread() -> None:
    """The same in every replication: an interval of no width; none at all is no difference."""
    more, none = judged([4, 5, 6], [6, 7, 8], [4, 5, 6])
    assert (more.low, more.mean, more.high, more.told_apart) == (2, 2, 2, True)
    assert (none.low, none.mean, none.high, none.told_apart) == (0, 0, 0, False)
    assert more.correlation == pytest.approx(1)


def test_a_figure_that_never_changes_has_no_correlation() -> None:
    """Nothing can go along with it."""
    (gap,) = judged([4, 4, 4], [5, 6, 7])
    assert gap.correlation is None
    assert gap.mean == 2


def test_replications_that_do_not_define_a_figure_in_both_are_left_out() -> None:
    """They are counted in `n`; with fewer than two left nothing is claimed."""
    (gap,) = judged([1, nan, 3, 4], [2, 5, nan, 7])
    assert (gap.mean, gap.n) == (2, 2)
    one, none = judged([1, nan, 3], [2, 5, nan], [nan, nan, nan])
    assert (one.mean, one.low, one.told_apart, one.n) == (1, None, False, 1)
    assert (none.mean, none.n) == (None, 0)
    assert one.words == "A: not enough replications define lots_lost in both"
    assert none.words == "B: not enough replications define lots_lost in both"


def test_a_comparison_is_that_of_single_runs() -> None:
    """Each variant has the figures that it has alone, and a difference is theirs, replication by replication."""
    both = compare(SMALL, vary={"suites": ["4", "1"]}, replications=3)
    four = simulate(SMALL, replications=3, settings={"suites": "4"}).by_replication
    one = simulate(SMALL, replications=3, settings={"suites": "1"}).by_replication
    pd.testing.assert_frame_equal(both.by_replication[0], four)
    pd.testing.assert_frame_equal(both.by_replication[1], one)
    (gap,) = both.of("vein_to_vein_median")
    assert gap.mean == pytest.approx((one - four)["vein_to_vein_median"].mean())
    assert set(both.table("doses")["variant"]) == {"suites=4", "suites=1"}


def test_comparison_as_json(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """One document: every variant with its settings and figures, every difference with its level."""
    said = mfg("compare", SMALL, "-n", 2, "-o", tmp_path / "out", "--workers", 1, "--json")
    assert said.status == 0
    document = said.json
    assert (document["scenario"], document["replications"], document["seed"]) == ("small", 2, 5)
    assert [variant["name"] for variant in document["variants"]] == ["as it is", "one suite", "four benches"]
    assert document["variants"][1]["settings"] == {"suites": "1"}
    gaps = [gap for gap in document["differences"] if gap["figure"] == "vein_to_vein_median"]
    assert [gap["variant"] for gap in gaps] == ["one suite", "four benches"]
    assert {gap["level"] for gap in gaps} <= {0.95, 0.975}
    assert document["output"] == str(tmp_path / "out")


def test_comparison_in_words(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """A table a figure; what is told apart; and that few replications are too few."""
    words = ("compare", SMALL, "--vary", "suites=4,1", "-n", 3, "-o", tmp_path / "out", "--workers", 1)
    said = mfg(*words, "--figure", "suite_hours_per_dose")
    assert said.status == 0
    assert "2 variants, 3 replications each, seed 5" in said.out
    assert "suite hours for each dose of cells that was given (hour)" in said.out
    assert "told apart by these replications" in said.out
    assert "fewer than 20 replications" in said.out
    wrong = mfg(*words, "--figure", "suite_hours")
    assert wrong.status == 2
    assert "did you mean 'suite_hours_per_dose'?" in wrong.err


def test_status_says_how_far_each_variant_is(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """In the order of the variants, and without touching anything."""

    def interrupted(done: int, _: int) -> None:
        if done == 22:
            raise KeyboardInterrupt

    asked = {"replications": 12, "output": tmp_path / "out", "told": interrupted}
    with pytest.raises(KeyboardInterrupt):
        compare(SMALL, vary={"suites": ["9", "4", "1"]}, **asked)
    before = stamped(tmp_path / "out")
    said = mfg("status", tmp_path / "out")
    assert said.status == 0
    assert [line.split() for line in said.out.splitlines()][1:] == [
        ["suites=9", "12", "12", "100%"],
        ["suites=4", "10", "12", "83%"],
        ["suites=1", "0", "12", "0%"],
    ]
    assert mfg("status", tmp_path / "out", "--json").json["variants"][1] == {
        "variant": "suites=4",
        "done": 10,
        "replications": 12,
    }
    assert stamped(tmp_path / "out") == before


@pytest.mark.parametrize("place", ["", "nowhere", "file"])
def test_the_status_of_something_else_is_refused(
    mfg: Callable[..., Said], tmp_path: Path, place: str
) -> None:
    """An empty folder, none, a file."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = mfg("status", tmp_path / place)
    assert said.status == 2
    assert "is not the folder of a run" in said.err


@pytest.mark.parametrize(
    ("vary", "problem"),
    [
        ({"suits": ["1", "2"]}, "did you mean site.facility.gmp.suites"),
        ({"site.facility.gmp.suits": ["1", "2"]}, "suites"),
        ({"suites": ["1", "x"]}, "plain number"),
        ({"suites": ["1", "0"]}, "than gmp has"),
        ({"suites": ["1", "1"]}, "has a value twice"),
        ({"suites": ["1"]}, "leaves nothing to compare"),
    ],
)
def test_what_cannot_be_compared_is_refused(vary: dict[str, list[str]], problem: str) -> None:
    """Before anything is simulated, with the nearest path that there is."""
    with pytest.raises((Faults, Refused), match=problem):
        compare(SMALL, vary=vary, replications=1)


@pytest.mark.parametrize(
    ("replications", "figures", "said"),
    [
        (19, ["on_time_as_first_booked"], ["fewer than 20"]),
        (20, ["on_time_as_first_booked"], []),
        (59, ["on_time_as_first_booked", "vein_to_vein_p90[msc]"], ["vein_to_vein_p90[msc]"]),
        (60, ["vein_to_vein_p90"], []),
    ],
)
def test_too_few_replications_are_named(replications: int, figures: list[str], said: list[str]) -> None:
    """Twenty for an interval, sixty for that of a tail."""
    advice = list(too_few(replications, figures))
    assert len(advice) == len(said)
    assert all(word in sentence for word, sentence in zip(said, advice, strict=True))
