"""A population: who the patients are, how their marrow grows, and how they leave."""

from __future__ import annotations

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
    PercentSpread,
    ScoreSpread,
    WeightSpread,
)
from mfg.units import Density, Percent, PerMonth


@frozen
class Leaving:
    """Separate hazards, so that nobody is lost twice: withdrawal until day 0 and after it, and death."""

    withdraw: PerMonth | None = None
    withdraw_later: PerMonth | None = None
    die: PerMonth | None = None


@frozen
class Marrow:
    """What a volume of marrow holds: mononuclear cells after separation, and colony-forming cells among them.

    `alike` is how far two collections of one patient agree: the share of the variance of the logarithm
    that belongs to the patient.
    """

    mononuclear: ConcentrationSpread
    colonies: ColonySpread
    alike: Percent


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
class Population:
    """Distributions of everything that differs between patients."""

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
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})
