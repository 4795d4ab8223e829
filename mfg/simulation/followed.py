"""One patient in a finished log: where the course stands after each row, and the rules that it is held against."""

from __future__ import annotations

from attrs import define, field

from mfg.course.anchors import anchors_of
from mfg.course.network import Event
from mfg.plan.plan import Plan
from mfg.plan.prescription import PlannedArm
from mfg.simulation.record import DoseBooking, LogRow, Rules


@define
class Followed:
    """One patient in the log, as far as its rows have been read: what is booked, what took place, and what is wrong.

    The row of a dose is written when its administration ends, which may be after the patient's last row: `begun` are the numbers
    of all doses that have one.
    `booked`, `given` and `visited` are by the name of a dose or visit, `released` by the number of a lot. `happened` is the
    minute of what others follow, `explained` the row that says why something is outside its window, and `failed` that by which
    a dose was lost. `reasons` are the words with which doses were booked again in a minute.
    """

    plan: Plan
    known: dict[tuple[str, int | None], Rules]
    begun: set[int]
    arm: PlannedArm | None = None
    baseline: int | None = None
    bases: dict[str, int] = field(factory=dict)
    enrolled: bool = False
    rules: Rules = field(factory=lambda: Rules({}, {}, {}, (), {}))
    booked: dict[str, DoseBooking] = field(factory=dict)
    given: dict[str, int] = field(factory=dict)
    visited: dict[str, LogRow] = field(factory=dict)
    dropped: set[str] = field(factory=set)
    explained: dict[str, int] = field(factory=dict)
    happened: dict[str, int] = field(factory=dict)
    released: dict[int, list[int]] = field(factory=dict)
    failed: dict[str, int] = field(factory=dict)
    collected: set[int] = field(factory=set)
    reasons: dict[int, set[str]] = field(factory=dict)
    faults: list[str] = field(factory=list)

    def rules_from(self, baseline: int | None) -> Rules:
        """The rules of the patient's arm with its day 0 on that day of the run, worked out once."""
        key = (self.its_arm.name, baseline)
        if key not in self.known:
            alike = next((rules for (arm, _), rules in self.known.items() if arm == self.its_arm.name), None)
            anchors = anchors_of(self.its_arm.course.on(self.plan.start)) if alike is None else alike.anchors
            self.known[key] = Rules.of(self.its_arm.course, self.plan, baseline, anchors)
        return self.known[key]

    def placed(self, event: Event) -> tuple[int, Event]:
        """The day 0 from which *event* counts, moved with its dose, and the same event in the course from there."""
        moved = self.moved(event.name)
        base = self.bases.get(self.rules.anchors.get(event.name, event.name), self.baseline)
        assert base is not None
        placed = event if base == self.baseline else self.rules_from(base).events[event.name]
        return base + (moved.shift if moved is not None else 0), placed

    @property
    def its_arm(self) -> PlannedArm:
        """The arm, which is known by now."""
        assert self.arm is not None
        return self.arm

    def dose_of(self, row: LogRow) -> str:
        """The name of the dose that a row is of."""
        return self.its_arm.doses[row.dose].name

    def moved(self, name: str) -> DoseBooking | None:
        """The booking of the dose with which an event moves: its own, or that of its dose."""
        return self.booked.get(self.rules.anchors.get(name, name))

    def within(self, event: Event, day: int) -> bool:
        """Whether *day* of the run lies in the window of *event*, where its course stands now."""
        base, placed = self.placed(event)
        return placed.earliest <= day - base <= placed.latest

    def is_explained(self, name: str) -> bool:
        """Whether it is written down why *name* is outside its window, since its dose was booked."""
        moved = self.moved(name)
        return self.explained.get(name, -1) > (moved.at if moved is not None else -1)
