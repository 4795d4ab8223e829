"""Shares and quantiles: closed forms, scipy on a wide grid, and what holds for every distribution."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import atan, exp, inf, isnan, lgamma, log, log1p, nan, pi, sqrt, tan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from mfg.special import beta_quantile, gamma_quantile, normal_quantile, normal_share, t_quantile, t_share

CLOSE = 1e-11  # a relative error
SHARES = (1e-15, 1e-12, 1e-9, 1e-6, 0.001, 0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98, 0.999)
SHARES += (1 - 1e-6, 1 - 1e-9, 1 - 1e-12, 1 - 1e-15)
LEAST, MOST = 2.0**-54, 1 - 2.0**-53  # what a number between 0 and 1 can be in a draw
Quantile = Callable[[float], float]


def shares() -> st.SearchStrategy[float]:
    """Shares between 0 and 1, as often near the ends as anywhere else."""
    near = st.floats(-36, -0.7).map(exp)
    return st.floats(1e-15, 1 - 1e-15) | near | near.map(lambda share: 1 - share)


def parameters(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers of every size."""
    return st.floats(log(least), log(most)).map(exp)


def error(truth: Any, value: float, share: float) -> float:
    """By which part *value* is off, from the share below or above it by *truth*, a distribution of scipy, and its density."""
    beyond = truth.cdf(value) - share if share < 0.5 else (1 - share) - truth.sf(value)
    return float(abs(beyond) / (value * truth.pdf(value)))


class TestNormal:
    """Against scipy, whose functions these are in the C library."""

    @given(st.floats(-37, 37))
    def test_a_share_has_its_digits_in_both_tails(self, z: float) -> None:
        """Far below 1e-300."""
        assert normal_share(z) == pytest.approx(special.ndtr(z), rel=CLOSE, abs=0)

    @given(shares())
    def test_a_quantile_is_scipys(self, share: float) -> None:
        """To the last digits, which near the median are those of the share."""
        assert normal_quantile(share) == pytest.approx(special.ndtri(share), rel=1e-13, abs=1e-16)

    @pytest.mark.parametrize(("share", "end"), [(0.0, -inf), (1.0, inf)])
    def test_nothing_lies_beyond_the_ends(self, share: float, end: float) -> None:
        """All of it lies between minus and plus infinity."""
        assert normal_quantile(share) == end

    @pytest.mark.parametrize("share", [-0.1, 1.1, nan])
    def test_what_is_no_share_has_no_quantile(self, share: float) -> None:
        """As in scipy."""
        assert isnan(normal_quantile(share))


@pytest.mark.parametrize("share", SHARES)
class TestClosedForms:
    """What can be written down by hand."""

    def test_a_gamma_of_shape_1_is_exponential(self, share: float) -> None:
        """-log(1 - share)."""
        assert gamma_quantile(1)(share) == pytest.approx(-log1p(-share), rel=CLOSE)

    def test_a_gamma_of_a_half_is_the_square_of_a_normal(self, share: float) -> None:
        """Chi-square with one degree of freedom, whose mean is 1."""
        score = sqrt(2) * special.erfinv(share) if share < 0.5 else special.ndtri((1 - share) / 2)
        assert gamma_quantile(0.5)(share) == pytest.approx(score**2, rel=CLOSE)

    def test_a_beta_of_1_and_1_is_uniform(self, share: float) -> None:
        """The share itself."""
        assert beta_quantile(1, 1)(share) == pytest.approx(share, rel=CLOSE)

    @pytest.mark.parametrize("power", [0.05, 0.5, 2, 7.5])
    def test_a_beta_with_a_1_is_a_power(self, share: float, power: float) -> None:
        """Share to the power of 1 / a; and the mirror of it."""
        assert beta_quantile(power, 1)(share) == pytest.approx(share ** (1 / power), rel=CLOSE)
        rest = -np.expm1(np.log1p(-share) / power)
        assert beta_quantile(1, power)(share) == pytest.approx(rest, rel=CLOSE)

    def test_a_beta_of_halves_is_the_arcsine_law(self, share: float) -> None:
        """The square of the sine of a quarter turn times the share."""
        assert beta_quantile(0.5, 0.5)(share) == pytest.approx(np.sin(pi / 2 * share) ** 2, rel=CLOSE)

    def test_t_with_1_is_cauchys(self, share: float) -> None:
        """The tangent, from whichever end the share is small."""
        expected = -1 / tan(pi * share) if share < 0.5 else 1 / tan(pi * (1 - share))
        assert t_quantile(1, share) == pytest.approx(expected, rel=CLOSE, abs=1e-15)
        assert t_share(1, expected) == pytest.approx(share, rel=CLOSE)

    def test_t_with_2_has_a_formula(self, share: float) -> None:
        """(2 u - 1) / sqrt(2 u (1 - u))."""
        expected = (2 * share - 1) / sqrt(2 * share * (1 - share))
        assert t_quantile(2, share) == pytest.approx(expected, rel=CLOSE)
        assert t_share(2, expected) == pytest.approx(share, rel=CLOSE)


def test_shares_of_t_by_hand() -> None:
    """A half lies below nought, three quarters below 1 with one degree of freedom; what is no number has no share."""
    assert t_share(7, 0) == 0.5
    assert t_share(1, 1) == pytest.approx(0.75, rel=1e-14)
    assert t_share(1, -3) == pytest.approx(0.5 - atan(3) / pi, rel=1e-14)
    assert (t_share(3, -inf), t_share(3, inf)) == (0, 1)
    assert isnan(t_share(3, nan))
    assert (t_quantile(3, 0), t_quantile(3, 0.5), t_quantile(3, 1)) == (-inf, 0, inf)


class TestAgainstScipy:
    """The share below a quantile, by scipy, is the one that was asked for."""

    @given(parameters(0.05, 1e8), shares())
    def test_gamma(self, shape: float, share: float) -> None:
        """From nearly a power to nearly normal; far below a mean above 1e5 scipy's share is wrong from the sixth digit on."""
        value = shape * gamma_quantile(shape)(share)
        if value > 1e-290 and (shape < 1e5 or share > 1e-3):
            assert error(stats.gamma(shape), value, share) < CLOSE

    @given(parameters(0.05, 1e6), parameters(0.05, 1e6), shares())
    def test_beta(self, a: float, b: float, share: float) -> None:
        """As long as the value itself can be told from 1."""
        value, rest = beta_quantile(a, b)(share), beta_quantile(b, a)(1 - share)
        if 1e-290 < value < 0.5:
            assert error(stats.beta(a, b), value, share) < CLOSE
        elif share > 1e-3 and 1e-290 < rest <= 0.5:
            assert error(stats.beta(b, a), rest, 1 - share) < CLOSE

    @given(st.integers(1, 1_000_000), shares())
    def test_t(self, freedom: int, share: float) -> None:
        """A quantile and its share, to both sides of nought."""
        value, truth = t_quantile(freedom, share), stats.t(freedom)
        if abs(share - 0.5) > 1e-3:
            assert error(truth, value, share) < CLOSE
        assert t_share(freedom, value) == pytest.approx(share, rel=CLOSE)
        assert t_share(freedom, value) == pytest.approx(truth.cdf(value), rel=CLOSE)


EVERY = [
    *(gamma_quantile(shape) for shape in (0.01, 0.05, 0.3, 1, 4, 50, 1e4, 1e8, 1e12)),
    *(beta_quantile(a, b) for a in (0.05, 0.5, 1, 3, 111, 1e6) for b in (0.05, 1, 5.9, 1e3, 1e12)),
]


@pytest.mark.parametrize("quantile", EVERY)
def test_quantiles_never_fall(quantile: Quantile) -> None:
    """Over all of the shares that a draw can have, from end to end."""
    values = [quantile(share) for share in (LEAST, *np.linspace(0, 1, 2001)[1:-1].tolist(), MOST)]
    assert all(one <= other * (1 + 1e-15) for one, other in itertools.pairwise(values))
    assert values[0] < values[-1]


@pytest.mark.parametrize("quantile", EVERY)
def test_all_of_it_lies_between_the_ends(quantile: Quantile) -> None:
    """Nothing is below nought, and beyond a share of 1 there is nothing."""
    assert quantile(0) == 0
    assert quantile(1) in (1, inf)


@given(parameters(0.05, 1e6), parameters(0.05, 1e6), st.floats(0.01, 0.99))
def test_a_beta_distribution_is_the_mirror_of_another(a: float, b: float, share: float) -> None:
    """With its parameters exchanged, seen from 1."""
    assert beta_quantile(a, b)(share) + beta_quantile(b, a)(1 - share) == pytest.approx(1, rel=CLOSE)


@given(st.integers(1, 10**6), st.floats(0.001, 0.499))
def test_t_is_symmetric(freedom: int, share: float) -> None:
    """And nearer to the normal the more degrees of freedom it has."""
    value = t_quantile(freedom, share)
    assert t_quantile(freedom, 1 - share) == pytest.approx(-value, rel=CLOSE)
    assert value < normal_quantile(share)
    assert t_share(freedom, value) + t_share(freedom, -value) == pytest.approx(1, rel=CLOSE)


@pytest.mark.parametrize("shape", [1e9, 1e12, 1e20, 1e100])
def test_a_large_shape_is_normal(shape: float) -> None:
    """By the cube root of Wilson and Hilferty (1931), whose error is below a shape's power of -3/2."""
    for share in SHARES:
        z = special.ndtri(share)
        cube = (1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
        assert gamma_quantile(shape)(share) == pytest.approx(cube, rel=max(60 / shape**1.5, 1e-15))


@pytest.mark.parametrize("shape", [0.01, 1e-4, 1e-8])
def test_a_small_shape_is_a_power(shape: float) -> None:
    """Near nought the share goes with x to the power of the shape: x = (share Gamma(shape + 1))^(1 / shape)."""
    for share in (1e-3, 0.1, 0.3):
        expected = exp((log(share) + lgamma(shape + 1)) / shape) / shape
        assert gamma_quantile(shape)(share) == pytest.approx(expected, rel=1e-11, abs=1e-300)


@pytest.mark.parametrize(
    ("a", "b"), [(1e-9, 1e-9), (1e-6, 1e12), (1e12, 1e-6), (1e15, 1e15), (3, 1e300), (1e100, 2)]
)
def test_extreme_parameters_have_an_answer(a: float, b: float) -> None:
    """Whatever a file states: it ends, and gives a number between 0 and 1 that never falls."""
    values = [beta_quantile(a, b)(share) for share in SHARES]
    assert values == sorted(values)
    assert 0 <= values[0] <= values[-1] <= 1
