"""A distribution in plain floats, as the simulation draws from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from mfg.own import OwnPart

OWN_WORD = "own"  # of a shape or an order that is no word of a file


@frozen
class Shape:
    """One value or a distribution in plain numbers of one unit; parameters that it does not have are nan.

    A normal or lognormal that is cut at its ends has the `mean` and `sd`, or the `median` and `spread`, that it
    would have uncut. `typical` is what a planner would name. An empirical one has its `values` in order; what one of somebody's `own` gives is multiplied by `scale`.
    """

    kind: str
    is_: float
    least: float
    likely: float
    most: float
    median: float
    mean: float
    sd: float
    spread: float
    typical: float
    values: tuple[float, ...] = ()
    own: OwnPart | None = field(default=None, repr=str)
    scale: float = 1.0
