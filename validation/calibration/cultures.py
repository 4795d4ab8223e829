"""Published cultures, and the same cultures in the model: its marrow and its growth, without any waiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, inf, log, log2

import numpy as np
from attrs import frozen

from mfg.calendar import DAY
from mfg.elementary import Floats
from mfg.growth import Cultivation, Culture
from mfg.plan import sizing
from mfg.simulation.biology import Biology
from mfg.simulation.cohort import Patient
from validation.calibration.donors import WITHOUT_LIMIT, Donors
from validation.calibration.grid import MIDDLE
from validation.calibration.line import Line, Statistic, least, log_sd, mean, most, ratio, sampled

FORTNIGHT = 14 * DAY
SEEDED, AREA = 530, 176  # cells and cm2 of each of Colter's cultures
YIELDS = (  # of four donors, passage by passage of a fortnight each
    (8.0e4, 8.6e4, 1.9e5, 1.4e5),
    (1.1e6, 4.2e5, 2.4e5, 1.7e5),
    (2.3e5, 3.1e5, 7.5e5, 5.0e5),
)
RANGE_OF_11 = 3.173  # the mean range of eleven normal values, in standard deviations
LAST = 10**7  # a minute at which everything has long stopped growing

Values = Callable[[Donors], Sequence[float]]


# ---- one value for each donor ------------------------------------------------------------------------------


def doubling_times(passage: int) -> Values:
    """The doubling time in a *passage*, hours."""

    def values(donors: Donors) -> list[float]:
        biology = Biology(donors.plan, donors.luck)
        return [biology.culture(one, 0, 1).doubling[passage] / 60 for one in donors.patients]

    return values


def days_of_the_primary(donors: Donors) -> list[float]:
    """Days until the primary culture is dense."""
    return [culture.harvestable_at() / DAY for culture in donors.grown(without_limit, until=0)]


def doublings_in(days: int) -> Values:
    """Doublings of a founder in so many days."""

    def values(donors: Donors) -> list[float]:
        cultures = donors.grown(without_limit, days * DAY)
        return [one.doubled + log2(one.cells(days * DAY) / one.seeded) for one in cultures]

    return values


def passages_in(days: int) -> Values:
    """Passages made in so many days."""
    return lambda donors: [float(one.passage) for one in donors.grown(without_limit, days * DAY)]


def days_to(per_kg: float) -> Values:
    """Days until a culture holds what a dose of so many cells per kg needs; inf if it never does."""

    def values(donors: Donors) -> list[float]:
        plan = donors.plan
        targets = [
            sizing.target(plan.recipes[0], plan.facilities[0], per_kg * one.weight) for one in donors.patients
        ]
        recovered = sizing.recovered(plan.facilities[0], "harvest")
        cultures = donors.grown(
            lambda one: sizing.flasks_for(plan.recipes[0], plan.facilities[0], targets[one.index])
        )
        return [
            culture.harvestable_at() / DAY if culture.cells(LAST) * recovered >= target else inf
            for culture, target in zip(cultures, targets, strict=True)
        ]

    return values


def yield_after(days: float, unit: float, cells: float | None = None) -> Values:
    """Cells harvested after so many days, in *unit*; after inf days, from the last passage when it is dense.

    The culture begins with so many *cells* that all grow, or with the donor's own marrow.
    """
    marrow = None if cells is None else (cells, cells)

    def values(donors: Donors) -> list[float]:
        shape = donors.plan.facilities[0].work["harvest"].recovers
        assert shape is not None
        ends = [
            (culture, days * DAY if days < inf else min(culture.harvestable_at(), LAST))
            for culture in donors.grown(without_limit, days * DAY, marrow)
        ]
        return [culture.cells(ceil(end)) * shape.typical / 100 / unit for culture, end in ends]

    return values


def without_limit(_: Patient) -> int:
    """As many flasks as the cells fill."""
    return WITHOUT_LIMIT


# ---- one statistic for each sample of donors -----------------------------------------------------------------


def within(days: float) -> Statistic:
    """How many of each sample take so many days or fewer."""
    return lambda values: np.asarray((values <= days).sum(axis=1, dtype=np.float64))


def last(values: Floats) -> Floats:
    """The most of each sample, those left out who never get there."""
    return most(np.where(np.isinf(values), 0.0, values))


# ---- the lines -----------------------------------------------------------------------------------------------


@frozen
class Known:
    """One value for each donor, with the calibrated growth and with the middle of what is published."""

    calibrated: Sequence[float]
    middle: Sequence[float]

    @classmethod
    def of(cls, values: Values, **settings: str) -> Known:
        """The *values*, with *settings* of the recipe; two underlines stand for a point."""
        donors = Donors.of({key.replace("__", "."): value for key, value in settings.items()})
        return cls(values(donors), values(donors.at(*MIDDLE)))

    def line(
        self, what: str, published: float, source: str, statistic: Statistic, size: int, why: str
    ) -> Line:
        """A *statistic* of *size* donors beside the published one."""
        ours, middle = (sampled(what, one, size, statistic) for one in (self.calibrated, self.middle))
        return Line(what, published, source, ours, middle, why)


def lines() -> list[Line]:
    """Every culture."""
    return [*colter(), *blood(), *bonab(), *planchon(), *lechanteur(), *sabatino(), *spiropoulos()]


def colter() -> list[Line]:
    """Doubling times at low density, from the printed yields."""
    why = "the passages are calibrated to be faster"
    return [
        Known.of(doubling_times(passage)).line(
            f"doubling time in passage {passage}, mean of 4 donors, hour",
            float(np.mean([doubling_time(cells) / 60 for cells in cells_of_donors])),
            "Colter 2000",
            mean,
            4,
            why,
        )
        for passage, cells_of_donors in enumerate(YIELDS, start=1)
    ]


def doubling_time(cells: float) -> float:
    """The doubling time of a culture that ended a fortnight with so many *cells*, minutes: t ln 2 / ln(N / N0)."""
    return FORTNIGHT * log(2) / log(cells / SEEDED)


def come_back(cells: float) -> float:
    """What a culture of Colter's yields in the model when it is given the doubling time of its own yield."""
    terms = Cultivation(
        AREA, seeding=2e5, reseeding=3, harvest_at=0.8, confluent=2.5e4, passages=3, samples=0
    )
    culture = Culture(terms, 1, (doubling_time(cells),), (0.0,), limit=inf)
    culture.plate(mononuclear=SEEDED, founders=SEEDED, now=0)
    return culture.cells(FORTNIGHT)


def blood() -> list[Line]:
    """When the primary culture is dense."""
    known = Known.of(days_of_the_primary)
    what, why = (
        "days to 80 % in the primary culture, {} of 8 donors",
        "colonies are taken to double faster yet",
    )
    return [
        known.line(what.format("first"), 12, "Blood 2007", least, 8, why),
        known.line(what.format("last"), 14, "Blood 2007", most, 8, why),
    ]


def bonab() -> list[Line]:
    """A culture that goes on as long as it will, for the 118 days of the published mean."""
    doublings, passages = (
        Known.of(values, expand__passages__most="99") for values in (doublings_in(118), passages_in(118))
    )
    first, tenth = 7.7, 1.2
    return [
        doublings.line(
            f"doublings in 118 days, if they fell evenly from {first} in the first to {tenth} in the tenth passage",
            10 * (first + tenth) / 2,
            "Bonab 2006",
            mean,
            1,
            "growth slows with every passage, and stops at a limit that is assumed to lie below this for most donors",
        ),
        passages.line(
            "passages in 118 days",
            9,
            "Bonab 2006",
            mean,
            1,
            "flasks are reseeded more densely, so sooner dense",
        ),
    ]


def planchon() -> list[Line]:
    """Patients with multiple sclerosis whose cells were to reach a dose, however long it took."""
    fails = "in the model there is no donor whose cells hardly grow"
    slow = "in the model there is no donor whose cells hardly grow, and growth is fast"
    found = []
    for dose in (1, 2):
        known = Known.of(days_to(dose * 1e6))
        for what, published, statistic, why in (
            ("reach it in 62 days, of 25 patients", 24, within(62), fails),
            ("days of the first of 25", 16, least, "the passages are calibrated to be faster"),
            ("days of the last of 25", 62, last, slow),
        ):
            found.append(known.line(f"{dose}e6/kg: {what}", published, "Planchon 2018", statistic, 25, why))
    return found


def lechanteur() -> list[Line]:
    """A bank from volunteers."""
    return [
        Known.of(yield_after(28, 1e6)).line(
            "cells after 28 days, mean of 68 cultures, 1e6",
            886,
            "Lechanteur 2016",
            mean,
            68,
            "most cultures of the model are confluent in their last permitted passage by then; how much marrow "
            "was taken, and how it was reseeded, was not seen",
        )
    ]


def sabatino() -> list[Line]:
    """Twelve millilitres of marrow, three passages."""
    known, spread = Known.of(yield_after(inf, 1e8), collect__volume="12 mL"), 40 / 3
    why = (
        "so little marrow fills a flask or two whatever it holds, and every passage ends at the same density"
    )
    return [
        known.line(
            "cells after three passages, mean of 11, 1e8",
            17,
            "Sabatino 2012",
            mean,
            11,
            "reseeded at the model's density, three passages cannot multiply cells so far",
        ),
        known.line("the same, most of 11 over least", spread, "Sabatino 2012", ratio, 11, why),
        known.line(
            "the same, standard deviation of the logarithm, from the range of 11",
            log(spread) / RANGE_OF_11,
            "Sabatino 2012",
            log_sd,
            11,
            why,
        ),
    ]


def spiropoulos() -> list[Line]:
    """Selected cells, every one of which is taken to grow."""
    density = "2000 cell/cm**2"
    known = Known.of(yield_after(21, 1e8, 5.4e5), expand__seeding=density, expand__reseeding=density)
    return [
        known.line(
            "cells after 21 days from 5.4e5 selected ones, mean of 10, 1e8",
            2.5,
            "Spiropoulos 2011",
            mean,
            10,
            "every selected cell is taken to grow, which only some of them will have done, and growth is fast",
        )
    ]
