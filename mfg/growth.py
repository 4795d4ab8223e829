"""The growth of cells in culture, in closed form.

A passage starts with so many cells, rests for a lag, then doubles every `doubling` minutes up to the
confluent density of its flasks and no further. Cumulative doublings end at the patient's limit. Cells are
conserved: nothing here yields more than the cells that were put in, doubled.
"""

from __future__ import annotations

from math import ceil, inf, log2

from attrs import define, evolve, frozen

BEYOND = 500  # doublings: more cells than any flasks hold, and a number all the same


@frozen
class Cultivation:
    """The parameters of a culture that protocol and population set; in cells, cm2 and fractions."""

    vessel_cm2: float
    seeding: float
    reseeding: float
    harvest_at: float
    confluent: float
    passages: int
    samples: float
    least: int = 0  # passages before which nothing is harvested

    @property
    def per_flask(self) -> float:
        """Cells of one flask at the density at which it is harvested."""
        return self.vessel_cm2 * self.confluent * self.harvest_at

    def flasks_for(self, cells: float, recovery: float) -> int:
        """The flasks whose harvest gives *cells*."""
        return max(1, ceil(cells / (self.per_flask * recovery) - 1e-9))


@define
class Culture:
    """One lot as it grows; times are minutes, `since` is when the present passage began.

    `until` names the passage that is to be harvested, whatever the flasks hold: a bank is frozen at its own.
    """

    terms: Cultivation
    most_flasks: int
    doubling: tuple[float, ...]
    lags: tuple[float, ...]
    limit: float
    until: int | None = None
    passage: int = 0
    flasks: int = 0
    seeded: float = 0.0
    since: int = 0
    doubled: float = 0.0

    def plate(self, mononuclear: float, founders: float, now: int) -> None:
        """Begin the primary culture: flasks by the mononuclear cells, growth from the founders among them."""
        wanted = ceil(mononuclear / (self.terms.seeding * self.terms.vessel_cm2) - 1e-9)
        self.flasks = min(max(1, wanted), self.most_flasks)
        share = (
            min(1.0, self.flasks * self.terms.seeding * self.terms.vessel_cm2 / mononuclear)
            if mononuclear
            else 0
        )
        self.seeded, self.since = founders * share, now

    def replate(self, cells: float, now: int) -> None:
        """Begin the next passage with *cells* in as many flasks as they fill and the target needs.

        Where the flasks would have sufficed and only the passage is asked for, what they do not take is discarded.
        """
        fills = self.flasks >= self.most_flasks
        grown = self.cells(now)
        self.doubled += log2(grown / self.seeded) if grown > self.seeded > 0 else 0.0
        self.passage += 1
        each = self.terms.reseeding * self.terms.vessel_cm2
        self.flasks = min(max(1, ceil(cells / each - 1e-9)), self.most_flasks)
        if fills and self.until is None and self.passage <= self.terms.least:
            cells = min(cells, self.flasks * each)
        self.seeded, self.since = cells, now

    @property
    def ceiling(self) -> float:
        """Cells at which the present flasks are confluent."""
        return self.flasks * self.terms.vessel_cm2 * self.terms.confluent

    @property
    def is_last(self) -> bool:
        """Whether this passage is to be harvested: its flasks suffice (after the least), or no other is permitted."""
        if self.until is not None:
            return self.passage >= self.until
        enough = self.flasks >= self.most_flasks and self.passage >= self.terms.least
        return enough or self.passage >= self.terms.passages

    def cells(self, now: int) -> float:
        """Cells in the flasks at *now*."""
        doublings = min(self._doublings(now), BEYOND)
        return min(max(self.seeded, 0.0) * 2**doublings, max(self.ceiling, self.seeded))

    def harvestable_at(self) -> float:
        """The minute at which the flasks reach harvest density; inf if they never do."""
        goal = self.flasks * self.terms.per_flask
        if self.seeded >= goal:
            return self.since
        if self.seeded <= 0:
            return inf
        needed = log2(goal / self.seeded)
        if needed > self.limit - self.doubled:
            return inf
        return self.since + self._lag + needed * self._time

    def _doublings(self, now: int) -> float:
        """Doublings since the passage began, before confluence is considered."""
        return min(max(0.0, now - self.since - self._lag) / self._time, max(0.0, self.limit - self.doubled))

    @property
    def _lag(self) -> float:
        return self.lags[min(self.passage, len(self.lags) - 1)]

    @property
    def _time(self) -> float:
        return self.doubling[min(self.passage, len(self.doubling) - 1)]

    def forecast(self, recovery: float) -> float:
        """The minute at which the product could be harvested if nothing ever waited, or growth ends."""
        ahead, seen = evolve(self), float(self.since)
        while True:
            done = ahead.harvestable_at()
            if done == inf:
                return seen
            if ahead.is_last:
                return done
            seen = done
            ahead.replate(ahead.cells(ceil(done)) * recovery, ceil(done))
