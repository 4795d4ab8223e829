"""A case: a scenario whose answer is known, what is held against it, and how close it must come.

A check passes if the mean over the replications lies within four standard errors of the expected value, and
if these four standard errors, the smallest error that it could notice, are no more than what was declared
for it in advance. A check to the minute declares nothing, and passes if it is right in every replication.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import numpy as np
from attrs import frozen

from mfg.plan.compile import plan_of
from mfg.simulation.draws import digest
from mfg.simulation.replicate import replicate
from validation.files import scenario_of
from validation.run import Measure, Run

BOUND = 4  # standard errors


@frozen
class Check:
    """What is measured, the formula it is held against, and the error in percent that it must notice."""

    quantity: str
    formula: str
    expected: float
    measure: Measure
    notices: float = 0.0

    def finding(self, runs: list[Run]) -> Finding:
        """What the replications say."""
        values = np.array([self.measure(run) for run in runs])
        error = float(values.std(ddof=1)) / len(runs) ** 0.5
        return Finding(self, float(values.mean()), error)


@frozen
class Finding:
    """What came out of a check: the mean over replications with its standard error."""

    check: Check
    observed: float
    error: float

    @property
    def noticed(self) -> float:
        """The smallest error that could have been noticed, in percent of the expected value."""
        return 100 * BOUND * self.error / abs(self.check.expected) if self.check.expected else inf

    @property
    def verdict(self) -> str:
        """Whether it agrees; a check that could not notice what it should is too coarse."""
        check = self.check
        if abs(self.observed - check.expected) > BOUND * self.error:
            return "differs"
        if not check.notices:
            return "agrees" if not self.error else "differs"
        return "agrees" if 0 < self.noticed <= check.notices else "too coarse"


@frozen
class Case:
    """A scenario with changes to its files, replicated so often; the seed follows from the name."""

    name: str
    layout: str
    changes: Mapping[str, str]
    checks: tuple[Check, ...]
    replications: int = 30

    def runs(self) -> list[Run]:
        """Its replications."""
        seed = {"scenario.seed": str(digest(self.name))}
        plan = plan_of(scenario_of(self.layout, {**self.changes, **seed}))
        return [Run(plan, replicate(plan, n)[0]) for n in range(self.replications)]

    def findings(self) -> list[Finding]:
        """What came out of each check."""
        runs = self.runs()
        return [check.finding(runs) for check in self.checks]
