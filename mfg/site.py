"""A site: places, staff, opening hours, and how long each piece of work takes.

One or more clinics, manufacturing facilities and laboratories, and the legs between them. The protocol
says what is done; the same protocol runs at any site that has a place for each of its steps.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mfg.calendar import Hours
from mfg.evidence import Number
from mfg.spread import DurationSpread, PercentSpread
from mfg.units import number
from mfg.units.amounts import Percent
from mfg.units.culture import Flasks, Temperature
from mfg.units.times import Delay, Duration, EachTime, PerMonth

# What a piece of work may need, and what the place that has it calls all of them.
CLINIC = {"room": "rooms", "bed": "beds"}
FACILITY = {"suite": "suites", "operator": "operators", "freezer": "freezers", "reviewer": "reviewers"}
LABORATORY = {"bench": "benches"}


@frozen
class Clinic:
    """A hospital: procedure rooms and beds, booked ahead in slots, or walked into where there is no slot.

    `share` is its part of the patients who come at a rate; without shares all clinics have the same.
    """

    hours: Hours
    rooms: int
    beds: int | None = None
    slot: Duration | None = None
    share: Percent | None = None


@frozen
class Facility:
    """A manufacturing facility; `on_call` hours are for changes of medium only.

    `starts` and `fills` limit how many lots may be begun and how many doses filled on one day. Work may be
    booked until `overtime` after closing. An incubator breaks down, and takes a lot with it, at the rate
    `breakdown`. `storage` is how many frozen containers there is room for. Qualified persons, the `reviewers`, release
    products in their own `review_hours`, or in those of the facility.
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
    overtime: Delay | None = None
    breakdown: PerMonth | None = None
    reviewers: int = 0
    review_hours: Hours | None = None


@frozen
class Laboratory:
    """A quality-control laboratory."""

    hours: Hours
    benches: int


@frozen
class Kept:
    """The temperatures between which something is kept."""

    least: Temperature
    most: Temperature


@frozen
class Leg:
    """A way between two places; without `of` and `to` it serves any pair.

    It `keeps` what is carried between two temperatures; `excursion` is how often it does not, and what was
    carried is lost.
    """

    name: str
    lasts: DurationSpread
    of: str | None = None
    to: str | None = None
    keeps: Kept | None = None
    excursion: Percent | None = None


@frozen
class Work:
    """One piece of work: what it needs at once, how long it lasts and for how long it is booked.

    `per_flask` is added for each flask in hand; `clearance` keeps the same places and hands before
    another patient's cells may enter; `recovers` is the share of the cells that come out. `fails` is how
    often it comes to nothing, `contaminates` how often it lets something in.
    """

    needs: Mapping[str, int]
    lasts: DurationSpread
    booked: Duration | None = None
    per_flask: EachTime | None = None
    clearance: DurationSpread | None = None
    recovers: PercentSpread | None = None
    fails: Percent | None = None
    contaminates: Percent | None = None


@frozen
class TestWork:
    """One laboratory test: the hands-on time on a bench, then the time until its result.

    What it `reads` decides its result: ``contamination`` of the lot, or the ``viability`` of the product; else
    what the population measures against the protocol's limit. And it fails by chance so often (`fails`).
    Contamination may be known earlier than a negative result (`positive`). A result out of specification is
    repeated `retests` times; contamination is not.
    """

    hands: DurationSpread
    turnaround: DurationSpread
    fails: Percent | None = None
    reads: str | None = None
    positive: DurationSpread | None = None
    retests: int = 0


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

    def __repr__(self) -> str:
        return f"Site({self.name})"

    def leg(self, name: str, clinic: str, facility: str) -> Leg | None:
        """The leg *name* between two places, the most specific one; None if none joins them."""
        joining = [
            leg for leg in self.legs if leg.name == name and {leg.of, leg.to} - {None} <= {clinic, facility}
        ]
        return max(joining, key=lambda leg: (leg.of is not None) + (leg.to is not None), default=None)


def booked(work: Work) -> float:
    """For how many minutes *work* is booked."""
    return number(work.booked if work.booked is not None else work.lasts.typical, "minute")


def cleared(work: Work) -> float:
    """For how many minutes the line is cleared after *work*, as planned."""
    return number(work.clearance.typical, "minute") if work.clearance is not None else 0.0
