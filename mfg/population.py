"""A population: who the patients are, how their marrow grows, and how they leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import evolve, field, frozen

from mfg.calendar import DAYS_A_MONTH
from mfg.errors import Refused
from mfg.evidence import Number
from mfg.spread import (
    AgeSpread,
    ColonySpread,
    ConcentrationSpread,
    DeclineSpread,
    DoublingSpread,
    DoublingTimeSpread,
    DurationSpread,
    LossSpread,
    MeasuredSpread,
    PercentSpread,
    ScoreSpread,
    Spread,
    WeightSpread,
)
from mfg.units import Quantity, alike, amount, quantity_of, text
from mfg.units.amounts import Percent
from mfg.units.culture import Density
from mfg.units.times import Later, PerMonth


@frozen
class Leaving:
    """How patients leave, in separate counts: found ineligible, withdrawal until day 0 and after it, death."""

    ineligible: Percent | None = None
    withdraw: PerMonth | None = None
    withdraw_later: PerMonth | None = None
    die: PerMonth | None = None


@frozen
class Marrow:
    """What a volume of marrow holds: mononuclear cells after separation, and colony-forming cells among them.

    `alike` is how far two collections of one patient agree: the share of the variance of the logarithm
    that belongs to the patient. So many collections are `contaminated` when they are taken.
    """

    mononuclear: ConcentrationSpread
    colonies: ColonySpread
    alike: Percent
    contaminated: Percent | None = None


@frozen
class Growth:
    """How cells grow: lags, doubling times, and where it ends.

    `doubling` is the patient's own doubling time in the passages; the first culture takes the part
    `primary` of it, each passage after the second is slower by `slowing`; cells stop after `limit` doublings.
    """

    first_lag: DurationSpread
    lag: DurationSpread
    doubling: DoublingTimeSpread
    primary: Percent
    slowing: Percent
    limit: DoublingSpread
    confluent: Density


@frozen
class Product:
    """How fast a suspended product loses viable cells, at 2-8 degC."""

    viability: PercentSpread
    loss: LossSpread


@frozen
class Categorical:
    """A covariate that is a word: the share of the patients for whom it is each."""

    words: Mapping[str, Percent] = field(metadata={"key": None})


CovariateDistribution = MeasuredSpread | Categorical


@frozen
class Population:
    """Distributions of everything that differs between patients.

    `measures` by the name of a release test, `covariates` by the name under which the protocol asks for them.
    `alsfrs_r` was measured so long after the arrival as `scored` says; without it, at the arrival.
    """

    name: str
    weight: WeightSpread
    title: str = ""
    age: AgeSpread | None = None
    alsfrs_r: ScoreSpread | None = None
    scored: Later | None = None
    decline: DeclineSpread | None = None
    leaving: Leaving = field(factory=Leaving, metadata={"key": "leaves"})
    marrow: Marrow | None = None
    growth: Growth | None = None
    product: Product | None = None
    measures: Mapping[str, MeasuredSpread] = field(factory=dict)
    covariates: Mapping[str, CovariateDistribution] = field(factory=dict, metadata={"key": "covariate"})
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})

    def __repr__(self) -> str:
        return f"Population({self.name})"


def score_at_arrival(people: Population) -> Spread | None:
    """The distribution of scores at arrival, such that after the measured decline patients have the stated scores.

    Scores at the arrival and rates of decline are drawn apart, so that the variance of the later score is the sum of
    the two.
    """
    score, decline = people.alsfrs_r, people.decline
    if score is None or decline is None or not people.scored:
        return score
    months = _months(people.scored)
    earlier = quantity_of(_middle(score) - months * _middle(decline), "point")
    if score.shape == "fixed" and decline.shape == "fixed":
        return evolve(score, is_=earlier)
    left = _variance(score) - months**2 * _variance(decline)
    return evolve(score, mean=earlier, sd=quantity_of(max(left, Decimal(0)).sqrt(), "point"))


def undated_scores(people: Population) -> Iterator[Refused]:
    """Scores that were measured later than at the arrival, and from which those at the arrival do not follow."""
    scored, score, decline = people.scored, people.alsfrs_r, people.decline
    if scored is None:
        return
    if not scored.magnitude > 0:
        yield Refused("scored", text(scored), "is not after the arrival", "leave it out, or give more")
        return
    for name, spread in (("alsfrs_r", score), ("decline", decline)):
        if spread is None:
            yield Refused(name, None, "is missing", f"the scores are dated, {text(scored)} after the arrival")
        elif spread.shape not in ("fixed", "normal"):
            problem = f"is {spread.shape}, and the scores are dated"
            yield Refused(name, None, problem, "give its mean and sd, of the shape normal, or one value")
    if score is None or decline is None:
        return
    for key in ("least", "most"):
        if (end := getattr(score, key)) is not None:
            advice = "leave it out: who is taken is decided at the arrival, by the protocol's limits"
            yield Refused(f"alsfrs_r.{key}", text(end), "cuts scores that were measured later", advice)
    if score.shape != "normal" or decline.shape not in ("fixed", "normal"):
        if score.shape == "fixed" and decline.shape == "normal":
            problem = "is one value, and the declines vary by then"
            yield Refused("alsfrs_r", None, problem, "give its mean and sd, or one value of decline")
        return
    made = _months(scored) * _variance(decline).sqrt()
    if _variance(score) <= made**2:
        given = None if score.sd is None else text(score.sd)
        problem = f"is no more than the declines alone make of it in {text(scored)}"
        yield Refused("alsfrs_r.sd", given, problem, f"give more than {made:.3g} point")


def _months(time: Quantity) -> Decimal:
    if alike(time, "calendar month"):
        return amount(time, "calendar month")
    return amount(time, "day") / Decimal(str(DAYS_A_MONTH))


def _middle(spread: Spread) -> Decimal:
    unit = "point" if alike(spread.typical, "point") else "point/month"
    return amount(spread.typical, unit)


def _variance(spread: Spread) -> Decimal:
    if spread.sd is None:
        return Decimal(0)
    return amount(spread.sd, "point" if alike(spread.sd, "point") else "point/month") ** 2
