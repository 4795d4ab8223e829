"""A site: where it happens, with whom, in which hours, and how long each piece of work takes.

One or more clinics, manufacturing facilities and laboratories, and the legs between them. The protocol
says what is done; the same protocol runs at any site that has a place for each of its steps.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mfg.calendar import Hours
from mfg.evidence import Number
from mfg.spread import DurationSpread, PercentSpread
from mfg.units import Delay, Duration, Flasks, Percent

# What a piece of work may need, and what the place that has it calls all of them.
CLINIC = {"room": "rooms", "bed": "beds"}
FACILITY = {"suite": "suites", "operator": "operators", "freezer": "freezers"}
LABORATORY = {"bench": "benches"}


@frozen
class Clinic:
    """A hospital: procedure rooms and beds, booked ahead in slots, or walked into where there is no slot."""

    hours: Hours
    rooms: int
    beds: int | None = None
    slot: Duration | None = None


@frozen
class Facility:
    """A manufacturing facility; `on_call` hours are for changes of medium only.

    `starts` and `fills` limit how many lots may be begun and how many doses filled on one day.
    """

    hours: Hours
    suites: int
    operators: int
    incubator: Flasks
    on_call: Hours | None = None
    medium_on: tuple[str, ...] = ("Mon", "Thu")
    formulate: str = "dose day"
    starts: int | None = None
    fills: int | None = None
    freezers: int = 0
    storage: int | None = None
    laboratory: str | None = None


@frozen
class Laboratory:
    """A quality-control laboratory."""

    hours: Hours
    benches: int


@frozen
class Leg:
    """A way between two places; without `of` and `to` it serves any pair."""

    name: str
    lasts: DurationSpread
    of: str | None = None
    to: str | None = None


@frozen
class Work:
    """One piece of work: what it needs at once, how long it lasts and for how long it is booked.

    `per_flask` is added for each flask in hand; `clearance` keeps the same places and hands before
    another patient's cells may enter; `recovers` is the share of the cells that come out.
    """

    needs: Mapping[str, int]
    lasts: DurationSpread
    booked: Duration | None = None
    per_flask: Duration | None = None
    clearance: DurationSpread | None = None
    recovers: PercentSpread | None = None


@frozen
class TestWork:
    """One laboratory test: the hands-on time on a bench, then the time until its result."""

    hands: DurationSpread
    turnaround: DurationSpread
    fails: Percent | None = None
    delay: Delay | None = None


@frozen
class Site:
    """The places, the ways between them, and the durations."""

    name: str
    clinics: Mapping[str, Clinic] = field(metadata={"key": "clinic"})
    facilities: Mapping[str, Facility] = field(metadata={"key": "facility"})
    laboratories: Mapping[str, Laboratory] = field(factory=dict, metadata={"key": "laboratory"})
    legs: tuple[Leg, ...] = field(factory=tuple, metadata={"key": "leg"})
    work: Mapping[str, Work] = field(factory=dict)
    tests: Mapping[str, TestWork] = field(factory=dict, metadata={"key": "test"})
    title: str = ""
    holidays: str | None = None
    numbers: tuple[Number, ...] = field(factory=tuple, metadata={"key": None})
