"""How far observed values lie from expected ones, in standard errors, and how many lie beyond two by luck alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from attrs import frozen
from scipy import stats

from validation.case import Finding
from validation.twins import Likeness

FAR = 2  # standard errors
NONE = "–"  # of a line that is exact: it has no standard error
CLEAR = 0.05  # a chance below which luck is no explanation

AS_LUCK = "so that luck alone can explain it"
ABOVE_LUCK = "which is more than luck explains if every line is right: the errors of some lines are larger than estimated"


@frozen
class Line:
    """Whose line it is, its distance as it is printed, and how likely luck takes it beyond two standard errors."""

    scenario: str
    what: str
    z: str
    chance: float

    @property
    def far(self) -> bool:
        """Whether it lies beyond two standard errors."""
        return self.z != NONE and abs(float(self.z.replace("−", "-"))) > FAR


def z_of(finding: Finding) -> str:
    """The difference over its standard error, with its sign."""
    return _signed((finding.observed - finding.check.expected) / finding.error) if finding.error else NONE


def z_between(found: Likeness) -> str:
    """The difference of two means over the standard error of the difference."""
    return _signed((found.ours - found.theirs) / hypot(found.our_error, found.their_error))


def _signed(value: float) -> str:
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def chance_beyond(replications: int) -> float:
    """How likely a mean of so many replications lies beyond two of its standard errors: Student's t, both tails."""
    return float(2 * stats.t.sf(FAR, replications - 1))


def paragraph(lines: Sequence[Line]) -> str:
    """How many lines lie beyond two standard errors, how many are expected to, and which they are."""
    judged = [line for line in lines if line.z != NONE]
    far = [line for line in judged if line.far]
    expected = sum(line.chance for line in judged)
    if not far:
        return (
            f"z is the difference over its standard error. None of the {len(judged)} lines that have one lies beyond {FAR}; "
            f"{expected:.1f} are expected to, if all are right.\n"
        )
    as_many = float(stats.binom.sf(len(far) - 1, len(judged), expected / len(judged)))
    which = "".join(f"- {line.scenario}: {line.what} ({line.z})\n" for line in far)
    return (
        f"z is the difference over its standard error. Of the {len(judged)} lines that have one, {len(far)} lie beyond {FAR}; "
        f"{expected:.1f} are expected to, if all are right, by Student's t. So many or more have a chance of {as_many:.2g}, if lines "
        f"are independent, {ABOVE_LUCK if as_many < CLEAR else AS_LUCK}. They are not quite independent: lines of one scenario share its "
        f"replications and go beyond together, and these stand in {len({line.scenario for line in far})} of them:\n\n{which}"
    )
