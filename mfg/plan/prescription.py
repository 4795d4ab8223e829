"""What is prescribed, in plain numbers: arms with their courses, doses, and what each dose holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from mfg.course.network import Template
from mfg.course.pieces import Floating

# what is known of a patient: the arm, the supply, what was observed
PatientCase = Mapping[str, Decimal | str]
DAY_0 = ""  # the day of the baseline itself, in the place of the name of an event
VIABLE = "viable_cell"


@frozen
class PlannedPortion:
    """What is prescribed to one patient, in what the dose counts.

    `cells` are aimed for. A product that was filled with fewer than `enough` of them is not given, nor one that holds
    fewer than `least` when it is to be; more than `most` are never filled. `total` are the cells that a planner
    makes for it, dead ones among them. nan is a patient for whom the protocol has no dose.
    """

    cells: float
    enough: float
    least: float
    most: float
    total: float


@frozen
class PlannedDose:
    """What one planned dose is: a portion for each tenth of a kilogram from `first` on, or the same for everybody.

    A dose that depends on more than a weight has a `rule` instead. One with a `when` is given only to a patient whom
    that condition admits. Its cells are `counted` in this unit.
    """

    name: str
    product: bool
    drawn: bool
    portions: tuple[PlannedPortion, ...]
    first: int = 0
    rule: Callable[[PatientCase], PlannedPortion] | None = None
    when: Any = None
    counted: str = "cell"

    @property
    def viable(self) -> bool:
        """Whether only its viable cells count."""
        return self.counted == VIABLE


@frozen
class PlannedArm:
    """An arm with its course; `when` holds the conditions of its visits by their names.

    Its patients are allocated at the visit or with the dose named `allocated_at`, on `DAY_0`, or when they come (None).
    An arm that is filled in order takes patients until it has its `size`; None where arms are drawn by their `ratio`.
    `floating` is what has no day, by the event that it follows; visits may come into the calendar later (`comes`) if
    there is any, or one takes place again when its dose moves. For the doses `filled`, syringes are filled with cells.
    """

    name: str
    ratio: int
    size: int | None
    doses: tuple[PlannedDose, ...]
    course: Template
    allocated_at: str | None
    floating: Mapping[str, tuple[Floating, ...]]
    comes: bool
    filled: tuple[str, ...]
    when: Mapping[str, Any]


@frozen
class PlannedStagger:
    """The least days between the first doses of two subjects of one cohort, and of two cohorts; 0 is no wait."""

    subjects: int
    cohorts: int
