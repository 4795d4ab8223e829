"""A population: who the patients are, how their marrow grows, and how they leave."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mfg.evidence import Number
from mfg.spread import (
    AgeSpread,
    ColonySpread,
    ConcentrationSpread,
    DeclineSpread,
    DoublingSpread,
    DurationSpread,
    LossSpread,
    MeasuredSpread,
    PercentSpread,
    ScoreSpread,
    WeightSpread,
)
from mfg.units import Density, Percent, PerMonth


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
    doubling: DurationSpread
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
class Shares:
    """A covariate that is a word: the share of the patients for whom it is each."""

    words: Mapping[str, Percent] = field(metadata={"key": None})


Covariate = MeasuredSpread | Shares


@frozen
class Population:
    """Distributions of everything that differs between patients.

    `measures` by the name of a release test, `covariates` by the name under which the protocol asks for them.
    """

    name: str
    weight: WeightSpread
    title: str = ""
    age: AgeSpread | None = None
    alsfrs_r: ScoreSpread | None = None
    decline: DeclineSpread | None = None
    leaving: Leaving = field(factory=Leaving, metadata={"key": "leaves"})
    marrow: Marrow | None = None
    growth: Growth | None = None
    product: Product | None = None
    measures: Mapping[str, MeasuredSpread] = field(factory=dict)
    covariates: Mapping[str, Covariate] = field(factory=dict, metadata={"key": "covariate"})
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})
