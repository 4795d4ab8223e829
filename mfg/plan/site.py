"""Where it happens, in plain numbers: works and the places that they keep busy, ways, tests."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from mfg.calendar import Window
from mfg.shape import Shape

HOLDS = ("formulation", "administration", "nothing")  # what the result of a test can hold up


@frozen
class Activity:
    """A kind of row in the event log: what is done, where, and what it `uses`: pairs of a resource and how many of it.

    Of places that are held, in incubators and freezers, `uses` says one, and the value of each row how many.
    """

    name: str
    place: str
    uses: tuple[tuple[int, int], ...] = ()


@frozen
class PlannedWork:
    """One piece of work at one place; an appointment for it takes so many `rooms` and `beds`."""

    name: str
    activity: int
    need: int | None
    lasts: Shape
    booked: int
    clears: int = 0
    per_flask: float = 0.0
    clearance: Shape | None = None
    cleared: int = 0
    recovers: Shape | None = None
    fails: float = 0.0
    contaminates: float = 0.0
    rooms: int = 0
    beds: int = 0


@frozen
class PlannedClinic:
    """A clinic; with a `slot` its rooms and beds are booked ahead.

    Its bed is what a stay needs, as one of the plan's needs; None where nobody counts beds. `on_ward` are the
    activities of what is done for inpatients, in no room.
    """

    name: str
    windows: tuple[Window, ...]
    slot: int | None
    rooms: int
    beds: int | None
    share: float
    stays: int
    visits: int
    bed: int | None
    on_ward: Mapping[str, int]
    work: Mapping[str, PlannedWork]


@frozen
class PlannedFacility:
    """A facility with its laboratory.

    `together` names the works that hold their places as one, and the need that they hold: cells in
    suspension do not wait for a suite. `medium` are the minutes at which it opens on the days of medium changes. So many lots can be isolated `side_by_side`. `breakdown` is a hazard per
    minute.
    """

    name: str
    windows: tuple[Window, ...]
    medium: tuple[int, ...]
    incubator: int
    incubates: int
    storage: int
    stores: int
    starts: int
    fills: int
    day_before: bool
    side_by_side: int
    breakdown: float
    laboratory: int
    together: Mapping[tuple[str, ...], int]
    work: Mapping[str, PlannedWork]


@frozen
class PlannedLeg:
    """A way between a clinic and a facility."""

    typical: int
    lasts: Shape
    excursion: float


@frozen
class Test:
    """A release test: what decides its result, and what waits for it.

    It is sampled in the ``culture``, early enough; in the ``product``; or at the end of a step of the making.
    What it measures is in `unit`, as its limits are.
    """

    name: str
    unit: str
    activity: int
    sampled: str
    holds: str
    turnaround: Shape
    positive: Shape | None
    reads: str | None
    measured: Shape | None
    least: float
    most: float
    fails: float
    retests: int
    benches: tuple[PlannedWork, ...]
