"""What a file states is what is drawn: the middle and the spread of every distribution, cut or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, log
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from mfg.cut import Parent, TooWide, parent_of
from mfg.errors import Faults
from mfg.plan.compile import plan_of
from mfg.population import Categorical
from mfg.reader.scenarios import load_population, load_scenario, load_site
from mfg.simulation.cohort import cohort_of
from mfg.simulation.draws import Draws, Luck
from mfg.simulation.traits import words_of
from mfg.spread import Spread, shape_of
from mfg.units import number, unit_of
from tests.conftest import ROOT
from tests.small_unit import ONE_DOSE, Changes, scenario
from validation import moments as m

COUNT = 10_000
ERRORS = 4.0  # standard errors within which what is drawn has to be
MANY = Luck(5, 0, [f"P{n}" for n in range(COUNT)])
SCENARIOS = sorted((ROOT / "examples/protocols/scenarios").glob("*.toml"))
POPULATIONS = [
    *sorted((ROOT / "populations").glob("*.toml")),
    *sorted((ROOT / "examples/protocols/populations").glob("*.toml")),
]
SITES = [
    *sorted((ROOT / "sites").glob("*.toml")),
    *sorted((ROOT / "examples/protocols/sites").glob("*.toml")),
]
Floats = npt.NDArray[np.float64]


def spreads_in(thing: Any, path: str) -> Iterator[tuple[str, Spread]]:
    """Every distribution that a file holds, with its path."""
    if isinstance(thing, Spread):
        yield path, thing
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from spreads_in(value, f"{path}.{key}")
    elif isinstance(thing, tuple):
        for n, value in enumerate(thing):
            yield from spreads_in(value, f"{path}.{n}")
    elif attrs.has(type(thing)):
        for one in attrs.fields(type(thing)):
            yield from spreads_in(getattr(thing, one.name), f"{path}.{one.name}")


def varying() -> list[Any]:
    """The distributions of every built-in population and site, those that say the same only once."""
    found: dict[Spread, str] = {}
    files = [(path, load_population(path)) for path in POPULATIONS] + [(p, load_site(p)) for p in SITES]
    for file, held in files:
        for path, spread in spreads_in(held, file.stem):
            if spread.shape != "fixed":
                found.setdefault(spread, path)
    return [pytest.param(spread, id=path) for spread, path in found.items()]


def stated(spread: Spread) -> m.Moments:
    """Mean and variance as the file states them; of a lognormal, median and variance of the logarithm."""
    unit = unit_of(spread.typical)
    named = ("is_", "least", "likely", "most", "median", "mean", "sd")
    said = {key: number(q, unit) for key in named if (q := getattr(spread, key)) is not None}
    if spread.spread is not None:
        return m.Moments(log(said["median"]), log(spread.spread) ** 2)
    if spread.shape in ("normal", "gamma", "beta"):
        return m.stated(said["mean"], said["sd"])
    laws = {"uniform": m.uniform, "triangular": m.triangular, "pert": m.pert, "exponential": m.exponential}
    return laws[spread.shape](**said)


def misses(values: Floats, law: m.Moments, *, median: bool = False) -> tuple[float, float]:
    """By how many of their standard errors the middle and the standard deviation of *values* miss those of *law*."""
    sd, count = float(values.std()), len(values)
    fourth = float(((values - values.mean()) ** 4).mean())
    error = ((fourth - sd**4) / count) ** 0.5 / (2 * sd)
    middle = (values.mean() - law.mean) / (sd / count**0.5)
    if median:
        middle = ((values < law.mean).mean() - 0.5) * 2 * count**0.5
    return float(middle), (sd - law.variance**0.5) / error


@pytest.mark.parametrize("spread", varying())
def test_what_a_built_in_file_states_is_drawn(spread: Spread) -> None:
    """Middle and spread of every distribution of every population and site, and nothing beyond its ends."""
    unit = unit_of(spread.typical)
    draws = Draws.of(MANY, "any", shape_of(spread, unit))
    values = np.array([draws(patient) for patient in range(COUNT)])
    for end, key in ((values.min(), "least"), (-values.max(), "most")):
        stands = getattr(spread, key)
        assert stands is None or end >= (number(stands, unit) if key == "least" else -number(stands, unit))
    skewed = spread.shape == "lognormal"
    off = misses(np.log(values) if skewed else values, stated(spread), median=skewed)
    assert max(map(abs, off)) < ERRORS


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_what_is_stated_of_a_covariate_is_drawn(path: Path) -> None:
    """Each word for its share of the patients, each number with its mean and spread, as patients are observed."""
    given = load_scenario(path)
    plan = plan_of(given)
    for name, covariate in given.population.covariates.items():
        if isinstance(covariate, Categorical):
            words = np.array(words_of(plan, MANY, name, COUNT))
            for word, share in covariate.words.items():
                part = number(share, "%") / 100
                error = (part * (1 - part) / COUNT) ** 0.5
                assert abs((words == word).mean() - part) < ERRORS * error, (name, word)
        else:
            (trait,) = (trait for trait in plan.traits if trait.name == name)
            assert trait.shape is not None
            draws = Draws.of(MANY, f"covariate {name}", trait.shape)
            values = np.array([draws(patient) for patient in range(COUNT)])
            skewed = covariate.shape == "lognormal"
            off = misses(np.log(values) if skewed else values, stated(covariate), median=skewed)
            assert max(map(abs, off)) < ERRORS, name


@pytest.mark.parametrize(
    ("name", "months"),
    [("lenzumestrocel-phase2", 3), ("lenzumestrocel-korea", 3), ("nurown-phase2", 0), ("cl2020-phase2", 0)],
)
def test_patients_have_the_stated_scores_when_those_were_measured(name: str, months: int) -> None:
    """The patients of whole cohorts: weights, ages, rates of decline, and the scores on the day to which they belong."""
    given = load_scenario(name)
    many = attrs.evolve(plan_of(given), candidates=(), in_progress=(), every=60, horizon=60 * COUNT)
    people, (patients, _) = given.population, cohort_of(many, 0)
    score, decline, weight = (
        np.array([getattr(one, key) for one in patients]) for key in ("score", "decline", "weight")
    )
    for values, spread in (
        (weight, people.weight),
        (decline, people.decline),
        (score + months * decline, people.alsfrs_r),
    ):
        assert spread is not None
        assert max(map(abs, misses(values, stated(spread)))) < ERRORS


def of(**terms: float) -> tuple[float, float]:
    """The ends of a distribution in standard deviations from its mean."""
    mean, sd = terms["mean"], terms["sd"]
    return (terms.get("least", -inf) - mean) / sd, (terms.get("most", inf) - mean) / sd


@pytest.mark.parametrize(
    "ends",
    [
        of(mean=-1.55, sd=1.21, most=0),
        of(mean=60, sd=10, least=40, most=90),
        of(mean=38, sd=8, least=20),
        of(mean=1, sd=0.99, least=0),
        of(mean=0, sd=5.7, least=-10, most=10),
        of(mean=0, sd=1, least=-30, most=30),
    ],
)
def test_a_cut_normal_has_the_mean_and_the_sd_that_were_asked_for(ends: tuple[float, float]) -> None:
    """Against the same distribution in scipy: cut at one end or both, hardly, or so that little of the parent is left."""
    parent = parent_of(*ends)
    assert isinstance(parent, Parent)
    cut = stats.truncnorm(*((np.array(ends) - parent.mean) / parent.sd), parent.mean, parent.sd)
    assert (cut.mean(), cut.std()) == pytest.approx((0, 1), abs=1e-6)


def test_a_cut_logarithm_has_the_median_that_was_asked_for() -> None:
    """The median stays and the spread is that of what is left."""
    ends = (-1.5, 2.0)
    parent = parent_of(*ends, median=True)
    assert isinstance(parent, Parent)
    cut = stats.truncnorm(*((np.array(ends) - parent.mean) / parent.sd), parent.mean, parent.sd)
    assert (cut.median(), cut.std()) == pytest.approx((0, 1), abs=1e-6)


@pytest.mark.parametrize(
    ("ends", "most"),
    [
        ((-inf, 0.9), 0.9),  # the widest with one end is exponential: as wide as its mean is far from the end
        ((-1.0, 1.0), 3**-0.5),  # in the middle between two ends it is uniform
    ],
)
def test_the_widest_cut_normal_is_told(ends: tuple[float, float], most: float) -> None:
    """What no normal distribution can have is not made to look as if one had; the limit is told within a part in 500."""
    found = parent_of(*ends)
    assert isinstance(found, TooWide)
    assert found.most == pytest.approx(most, rel=2e-3)


WRONG: list[tuple[Changes, str]] = [
    (
        {"population.weight": {"mean": "60 kg", "sd": "25 kg", "least": "40 kg", "shape": "normal"}},
        (
            "weight.sd: '25 kg' is more than a normal distribution with this mean can have between its ends; "
            "give less than 20.0 kg, or other ends"
        ),
    ),
    (
        {"population.weight": {"mean": "60 kg", "sd": "5 kg", "least": "65 kg", "shape": "normal"}},
        (
            "weight.least: '65 kg' leaves nothing of the distribution on one side of its mean, 60 kg; "
            "give a least that is below the mean"
        ),
    ),
    (
        {"population.weight": {"median": "60 kg", "spread": 2, "most": "50 kg", "shape": "lognormal"}},
        (
            "weight.most: '50 kg' leaves nothing of the distribution on one side of its median, 60 kg; "
            "give a most that is above the median"
        ),
    ),
    (
        {
            "population.weight": {
                "median": "60 kg",
                "spread": 2,
                "least": "50 kg",
                "most": "80 kg",
                "shape": "lognormal",
            }
        },
        (
            "weight.spread: '2' is more than a lognormal distribution with this median can have between its ends; "
            "give less than 1.14, or other ends"
        ),
    ),
    (
        {"site.work.passage.recovers": {"mean": "90 %", "sd": "40 %", "shape": "beta"}},
        "recovers.sd: '40 %' is more than a beta distribution with this mean can have; give less than 30 %",
    ),
    (
        {"site.work.passage.lasts": {"mean": "2 hour", "sd": "1 hour", "shape": "beta"}},
        "lasts: '2 hour' is no percentage, which beta is for; use normal or gamma",
    ),
    ({"population.scored": "12 week"}, "population.alsfrs_r: is missing; the scores are dated"),
    (
        {
            "population.scored": "0 day",
            "population.alsfrs_r": "35 point",
            "population.decline": "-1 point/month",
        },
        "population.scored: '0 day' is not after the arrival",
    ),
    (
        {
            "population.scored": "3 calendar month",
            "population.alsfrs_r": {"mean": "35 point", "sd": "2 point", "shape": "normal"},
            "population.decline": {"mean": "-1 point/month", "sd": "1 point/month", "shape": "normal"},
        },
        (
            "population.alsfrs_r.sd: '2 point' is no more than the declines alone make of it in 3 calendar month; "
            "give more than 3 point"
        ),
    ),
    (
        {
            "population.scored": "3 calendar month",
            "population.alsfrs_r": {
                "mean": "35 point",
                "sd": "2 point",
                "most": "48 point",
                "shape": "normal",
            },
            "population.decline": "-1 point/month",
        },
        "population.alsfrs_r.most: '48 point' cuts scores that were measured later; leave it out",
    ),
    (
        {
            "population.scored": "3 calendar month",
            "population.alsfrs_r": {"least": "30 point", "most": "40 point"},
            "population.decline": "-1 point/month",
        },
        "population.alsfrs_r: is uniform, and the scores are dated; give its mean and sd",
    ),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_what_cannot_be_drawn_as_stated_is_refused(changes: Changes, words: str) -> None:
    """At its place, with what would be possible."""
    with pytest.raises(Faults) as refusal:
        scenario(changes)
    assert words in str(refusal.value)


def test_a_dated_score_is_carried_back_to_the_arrival() -> None:
    """By the decline of so many months; who falls below a limit does so on that line."""
    dated = {"population.alsfrs_r": "30 point", "population.decline": "-2 point/month"}
    (patient,), _ = cohort_of(
        plan_of(scenario(ONE_DOSE, dated, {"population.scored": "3 calendar month"})), 0
    )
    assert patient.score == pytest.approx(36)
    assert patient.falls_below(30) == pytest.approx(3 * 30.4375 * 1440)
