"""Named randomness: known answers, and what a name promises."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mfg.distributions import DISTRIBUTIONS
from mfg.quantiles import QUANTILES, inverse_of, median_of
from mfg.shape import Shape
from mfg.simulation.draws import Draws, Luck, philox, unit

NAN = float("nan")


def shape(kind: str, **values: float) -> Shape:
    """A shape with these parameters."""
    blank = dict.fromkeys(
        ("is_", "least", "likely", "most", "median", "mean", "sd", "spread", "typical"), NAN
    )
    return Shape(kind=kind, **{**blank, **values})


@pytest.mark.parametrize("words", [(0, 0), (2**32 - 1, 2**32 - 1)], ids=["the first", "the last"])
def test_a_number_lies_strictly_between_nought_and_one(words: tuple[int, int]) -> None:
    """Of bits that are all alike too: a quantile of nought or one need not be finite."""
    (number,) = unit(*(np.array([word], dtype=np.uint64) for word in words))
    assert 0 < number < 1


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_its_authors_known_answers(
    counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]
) -> None:
    """The three vectors that are published with the generator."""
    words = [np.array([word], dtype=np.uint64) for word in counter]
    assert tuple(int(word[0]) for word in philox(words, key)) == answer


def test_a_draw_depends_on_nothing_but_its_name() -> None:
    """Another patient, another order or another block size changes no number."""
    few, many = Luck(1, 0, ["A", "B"]), Luck(1, 0, ["C", "B", "A", "D"])
    assert np.array_equal(few.uniforms("growth", 0, 9)[0], many.uniforms("growth", 0, 9)[2])
    whole = few.uniforms("growth", 0, 12)
    parts = np.hstack([few.uniforms("growth", 0, 5), few.uniforms("growth", 5, 7)])
    assert np.array_equal(whole, parts)


@pytest.mark.parametrize("other", [Luck(2, 0, ["A"]), Luck(1, 1, ["A"]), Luck(1, 0, ["B"])])
def test_another_name_is_another_number(other: Luck) -> None:
    """Seed, replication, patient and decision each make a stream of their own."""
    ours = Luck(1, 0, ["A"]).uniforms("growth", 0, 50)
    assert not np.intersect1d(ours, other.uniforms("growth", 0, 50)).size
    assert not np.intersect1d(ours, Luck(1, 0, ["A"]).uniforms("decline", 0, 50)).size


def test_uniforms_are_uniform_and_unrelated() -> None:
    """Across patients, positions and decisions: Kolmogorov-Smirnov, and no correlation."""
    luck = Luck(7, 3, [f"P{n}" for n in range(2000)])
    one, two = luck.uniforms("one", 0, 8), luck.uniforms("two", 0, 8)
    assert stats.kstest(one.ravel(), "uniform").pvalue > 0.001
    assert abs(np.corrcoef(one[:, 0], one[:, 1])[0, 1]) < 0.08
    assert abs(np.corrcoef(one[:, 0], two[:, 0])[0, 1]) < 0.08
    assert abs(np.corrcoef(one[:-1, 0], one[1:, 0])[0, 1]) < 0.08


SHAPES = [
    (shape("uniform", least=2, most=5), stats.uniform(2, 3)),
    (shape("triangular", least=2, likely=3, most=6), stats.triang(0.25, 2, 4)),
    (shape("pert", least=20, likely=40, most=60), stats.beta(3, 3, 20, 40)),
    (shape("lognormal", median=90, spread=1.6), stats.lognorm(np.log(1.6), scale=90)),
    (shape("normal", mean=60, sd=10), stats.norm(60, 10)),
    (shape("normal", mean=60, sd=10, least=40, most=90), stats.truncnorm(-2, 3, 60, 10)),
    (shape("gamma", mean=10, sd=5), stats.gamma(4, scale=2.5)),
    (shape("beta", mean=95, sd=2), stats.beta(111.8625, 5.8875, scale=100)),
    (shape("exponential", mean=4), stats.expon(scale=4)),
]


@pytest.mark.parametrize(("given", "truth"), SHAPES, ids=lambda s: getattr(s, "kind", ""))
def test_the_inverse_is_that_of_the_distribution(given: Shape, truth: object) -> None:
    """Each shape against the same distribution in scipy, from the tails to the middle."""
    u = np.array([0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
    assert inverse_of(given)(u) == pytest.approx(truth.ppf(u), rel=1e-9)  # type: ignore[attr-defined]


def test_a_sample_is_drawn_by_its_own_quantiles() -> None:
    """By hand: of 2, 4, 4 and 9 a quarter of the numbers gives 2, a half 4 and a quarter 9; the median is one of them."""
    sample = evolve(shape("empirical"), values=(2.0, 4.0, 4.0, 9.0))
    u = np.array([1e-12, 0.25, 0.2500001, 0.5, 0.75, 0.7500001, 1 - 1e-12])
    assert inverse_of(sample)(u).tolist() == [2, 2, 4, 4, 4, 9, 9]
    assert median_of(sample) == 4


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(1e-9, 1 - 1e-9))
def test_a_quantile_of_a_sample_is_the_least_value_that_enough_do_not_exceed(
    sample: list[float], u: float
) -> None:
    """The definition of a quantile, for any sample."""
    drawn = inverse_of(evolve(shape("empirical"), values=tuple(sorted(sample))))(np.array([u]))[0]
    assert drawn in sample
    assert sum(value <= drawn for value in sample) >= u * len(sample) * (1 - 1e-12)
    assert sum(value < drawn for value in sample) < u * len(sample) * (1 + 1e-12)


def test_whatever_a_file_may_name_can_be_drawn() -> None:
    """And nothing else is: both tables have the same families."""
    assert QUANTILES.keys() == DISTRIBUTIONS.keys()


def test_every_distribution_has_its_truth() -> None:
    """One that is added is held against scipy too."""
    assert {given.kind for given, _ in SHAPES} == DISTRIBUTIONS.keys() - {"fixed", "empirical"}


@pytest.mark.parametrize("mean", [0.3, 7.3, 11.1, 50.0, 95.0])
def test_the_widest_beta_is_one_end_or_the_other(mean: float) -> None:
    """By as much as rounding leaves of it: 100 % as often as its mean says, and else 0."""
    widest = shape("beta", mean=mean, sd=float(np.nextafter((mean * (100 - mean)) ** 0.5, 0)))
    often = mean / 100
    values = inverse_of(widest)(np.array([1e-9, 1 - often - 1e-6, 1 - often + 1e-6, 1 - 1e-9]))
    assert values == pytest.approx([0, 0, 100, 100])


@pytest.mark.parametrize("kind", ["gamma", "beta", "normal"])
def test_the_narrowest_is_its_mean(kind: str) -> None:
    """A standard deviation that is hardly one."""
    narrow = shape(kind, mean=95, sd=1e-20)
    assert inverse_of(narrow)(np.array([1e-15, 0.5, 1 - 1e-15])) == pytest.approx([95] * 3, rel=1e-14)


@pytest.mark.parametrize(("given", "truth"), SHAPES, ids=lambda s: getattr(s, "kind", ""))
def test_half_of_the_values_lie_below_the_median(given: Shape, truth: object) -> None:
    """Of what is left, if ends are cut off."""
    assert median_of(given) == pytest.approx(truth.median(), rel=1e-9)  # type: ignore[attr-defined]


def test_draws_are_the_same_in_any_order() -> None:
    """Asked forwards, backwards or far ahead, a patient's value at a lot and a turn is one value."""
    luck = Luck(1, 0, ["A", "B", "C"])
    one, two = (
        Draws.of(luck, "x", shape("exponential", mean=1)),
        Draws.of(luck, "x", shape("exponential", mean=1)),
    )
    forwards = [one(1, 0, turn) for turn in range(10)]
    assert two(1, 0, 9) == forwards[9]
    assert [two(1, 0, turn) for turn in reversed(range(10))] == forwards[::-1]
    assert one(1, 1, 0) != forwards[0]


def test_without_chance_everything_is_its_median() -> None:
    """Then a run is the median course."""
    luck = Luck(1, 0, ["A"], chance=False)
    assert Draws.of(luck, "x", shape("lognormal", median=90, spread=1.6))(0) == pytest.approx(90)
