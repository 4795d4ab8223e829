"""Whether every dose and visit of a finished log took place when its protocol lets it, by the log and the plan alone.

Days count from where a patient's course stands: what is bound to a dose has moved with it, by as many days as the
dose is booked later than at first. What lies outside its window must be explained by a row of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, groupby
from math import isnan
from operator import attrgetter

from attrs import define, evolve, field

from mfg.calendar import DAY
from mfg.course.anchors import anchors_of
from mfg.course.network import Event
from mfg.course.pieces import FREE, Floating, Gap
from mfg.log.columns import Columns
from mfg.log.endings import COMPLETED, MOVED, WAS_DONE
from mfg.log.notes import ALLOCATE, BOOK, DROP, END, ENROL, FAIL, OFF_WINDOW, RESUME
from mfg.plan.plan import Plan
from mfg.plan.prescription import PlannedArm
from mfg.simulation.record import Booking, Row, Rules, rows_of
from mfg.works import ADMINISTER, COLLECT, DRAW, RELEASE, VISIT


def off_course(plan: Plan, log: Columns, names: Sequence[str]) -> Iterator[str]:
    """The doses and visits that are lost, too close together, or outside their windows without a written reason."""
    rules: dict[tuple[str, int | None], Rules] = {}
    for patient, each in groupby(rows_of(plan, log, READERS), key=attrgetter("patient")):
        rows = list(each)
        followed = Followed(plan, rules, {row.dose for row in rows if row.what == ADMINISTER})
        for row in rows:
            READERS[row.what](followed, row)
        for fault in followed.faults:
            yield f"{names[patient]}: {fault}"


@define
class Followed:
    """One patient in the log, row by row: what is booked, what took place, and what is wrong."""

    plan: Plan
    known: dict[tuple[str, int | None], Rules]
    begun: set[
        int
    ]  # doses that were given: their rows are written at their end, which may be after the patient's
    arm: PlannedArm | None = None
    baseline: int | None = None
    bases: dict[str, int] = field(factory=dict)
    enrolled: bool = False
    rules: Rules = field(factory=lambda: Rules({}, {}, {}, (), {}))
    booked: dict[str, Booking] = field(factory=dict)
    given: dict[str, int] = field(factory=dict)
    visited: dict[str, Row] = field(factory=dict)
    dropped: set[str] = field(factory=set)
    explained: dict[str, int] = field(factory=dict)
    happened: dict[str, int] = field(factory=dict)
    released: dict[int, list[int]] = field(factory=dict)
    failed: dict[str, int] = field(factory=dict)
    collected: set[int] = field(factory=set)
    reasons: dict[int, set[str]] = field(factory=dict)
    faults: list[str] = field(factory=list)

    # ---- what a row says ---------------------------------------------------------------------------------

    def allocate(self, row: Row) -> None:
        """The arm is known, of who is in progress when the run starts by this row alone."""
        self.arm = next(arm for arm in self.plan.arms if arm.name == row.outcome)

    def enrol(self, row: Row) -> None:
        """The course begins: its arm, and its day 0."""
        self.allocate(row)
        assert self.arm is not None
        self.enrolled = True
        self.baseline = None if isnan(row.value) else int(row.value) // DAY
        self.rules = self._rules_from(self.baseline)

    def resume(self, row: Row) -> None:
        """A course was begun before the run: the day 0 from which one of its doses counts, the next dose first."""
        base = None if isnan(row.value) else int(row.value) // DAY
        if base is not None:
            self.bases[row.outcome] = base
        if self.baseline is None:
            self.baseline, self.rules = base, self._rules_from(base)

    def book(self, row: Row) -> None:
        """A dose is booked, or booked again."""
        dose = self._dose(row)
        before = self.booked.get(dose)
        first = row.value if before is None else before.first
        now = self.booked[dose] = Booking(first, row.value, row.at, row.started, row.lot, before)
        if before is None:
            event = self.rules.events.get(dose)
            if event is not None and now.day is not None and not self._within(event, now.day):
                self.faults.append(f"{dose} was first booked for day {now.day}, outside its window")
            return
        if now.day != before.day:
            self.reasons.setdefault(row.started, set()).add(row.outcome)

    def off_window(self, row: Row) -> None:
        """Why something lies outside its window."""
        self.explained[row.outcome.rpartition(": ")[0]] = row.at

    def drop(self, row: Row) -> None:
        """A dose or a visit is not for this patient."""
        self.dropped.add(row.outcome)

    def collect(self, row: Row) -> None:
        """The first collection for a lot: so many days ahead of the dose that it is for."""
        if row.lot in self.collected or not self.enrolled:
            return
        self.collected.add(row.lot)
        ahead = [event for event in self.rules.events.values() if event.kind == "collection"]
        served = [
            name
            for name, booking in self.booked.items()
            if any(one.lot == row.lot for one in booking.in_force(row.started))
        ]
        if not ahead or not served:
            return
        # A lot that is given to another dose in the minute of its collection was booked for the one that it had.
        own = [(event, str(event.dose)) for event in ahead if event.dose in served]
        if not own:
            bank = ahead[0]
            own = [(bank, str(bank.dose) if bank.dose in self.booked and not row.lot else served[0])]
        wrong = [self._collected_for(event, dose, row) for event, dose in own]
        if all(wrong):
            self.faults += wrong[:1]

    def _collected_for(self, event: Event, dose: str, row: Row) -> str:
        """What is wrong with the day of a collection that was booked as *event*, for *dose*; empty if nothing is."""
        lead = self.rules.leads.get(("collection", event.dose))
        if event.name in self.explained or lead is None:
            return ""
        if row.lot > 0 and any(recipe.bank is not None for recipe in self.plan.recipes):
            lead = evolve(lead, most=FREE)  # a second bank keeps: it may be collected as soon as it is known
        return self._ahead_of(dose, lead, row, "collection")

    def draw(self, row: Row) -> None:
        """Vehicle is drawn: so many days ahead of its dose."""
        dose = self._dose(row)
        wrong = self._ahead_of(dose, self.rules.leads.get(("csf-draw", dose)), row, DRAW)
        self.faults += [wrong] if wrong else []

    def visit(self, row: Row) -> None:
        """A visit: in its window, by where its dose was booked when it took place."""
        name = row.outcome
        self.visited[name] = row
        self.happened[name] = row.started
        event, floats = self.rules.events.get(name), self.rules.floating.get(name)
        if event is not None and not self._within(event, row.day) and not self._is_explained(name):
            self.faults.append(
                f"{name} took place on day {row.day}, outside its window, for no written reason"
            )
        elif floats is not None:
            self._follows(floats, row)
        elif event is None:
            self.faults.append(f"{name} took place, and is no visit of arm {self._arm.name}")

    def administer(self, row: Row) -> None:
        """A dose was given: on the day for which it was booked, once, far enough from the others."""
        dose = self._dose(row)
        booking = self.booked.get(dose)
        if dose in self.given:
            self.faults.append(f"{dose} was given twice")
        self.given[dose] = self.happened[dose] = row.started
        if booking is None:
            self.faults.append(f"{dose} was given, and was never booked")
        elif booking.day is not None:
            if row.started < booking.now:
                self.faults.append(f"{dose} was given before its appointment, on day {row.day}")
            elif row.day != booking.day and not self._is_explained(dose):
                booked = f"day {row.day} and not on day {booking.day}, as booked"
                self.faults.append(f"{dose} was given on {booked}, for no written reason")
        floats = self.rules.floating.get(dose)
        if floats is not None:
            self._follows(floats, row)

    def release(self, row: Row) -> None:
        """A lot is released."""
        self.released.setdefault(row.lot, []).append(row.started)

    def fail(self, row: Row) -> None:
        """Something is lost or spoilt; of a dose it says why it was not given on its day."""
        if row.dose >= 0:
            self.failed[self._dose(row)] = row.at

    def end(self, row: Row) -> None:
        """The patient's way is over: everything took place or was left out, unless the ending came first."""
        self._all_took_place(row)
        self._kept_apart()
        self._left_behind()
        for minute, reasons in self.reasons.items():
            if reasons <= {WAS_DONE, MOVED}:
                day = minute // DAY
                self.faults.append(f"doses were booked again on day {day}, for no written reason")

    # ---- what it is held against -------------------------------------------------------------------------

    def _rules_from(self, baseline: int | None) -> Rules:
        key = (self._arm.name, baseline)
        if key not in self.known:
            alike = next((rules for (arm, _), rules in self.known.items() if arm == self._arm.name), None)
            anchors = anchors_of(self._arm.course.on(self.plan.start)) if alike is None else alike.anchors
            self.known[key] = Rules.of(self._arm.course, self.plan, baseline, anchors)
        return self.known[key]

    def _placed(self, event: Event) -> tuple[int, Event]:
        """The day 0 from which *event* counts, moved with its dose, and the same event in the course from there."""
        moved = self._moved(event.name)
        base = self.bases.get(self.rules.anchors.get(event.name, event.name), self.baseline)
        assert base is not None
        placed = event if base == self.baseline else self._rules_from(base).events[event.name]
        return base + (moved.shift if moved is not None else 0), placed

    @property
    def _arm(self) -> PlannedArm:
        assert self.arm is not None
        return self.arm

    def _dose(self, row: Row) -> str:
        return self._arm.doses[row.dose].name

    def _moved(self, name: str) -> Booking | None:
        """The booking of the dose with which an event moves: its own, or that of its dose."""
        return self.booked.get(self.rules.anchors.get(name, name))

    def _within(self, event: Event, day: int) -> bool:
        """Whether *day* of the run lies in the window of *event*, where its course stands now."""
        base, placed = self._placed(event)
        return placed.earliest <= day - base <= placed.latest

    def _is_explained(self, name: str) -> bool:
        """Whether it is written down why *name* is outside its window, since its dose was booked."""
        moved = self._moved(name)
        return self.explained.get(name, -1) > (moved.at if moved is not None else -1)

    def _ahead_of(self, dose: str, gap: Gap | None, row: Row, what: str) -> str:
        """What is wrong with the days between *what* and its *dose*; empty if nothing is."""
        booking = self.booked.get(dose)
        if gap is None or booking is None:
            return ""
        days = [one.day - row.day for one in booking.in_force(row.started) if one.day is not None]
        if not days or any(gap.least <= ahead <= gap.most for ahead in days):
            return ""
        ahead = f"{days[0]} days ahead and not {gap.least} to {gap.most}"
        return f"the {what} for {dose} took place on day {row.day}, {ahead}"

    def _follows(self, floats: Floating, row: Row) -> None:
        """Hold an event without a day against what it follows."""
        since = [self.happened[floats.follows]] if floats.follows in self.happened else []
        if floats.follows == RELEASE:
            lot = row.lot if floats.kind == "dose" or floats.dose is None else self.booked[floats.dose].lot
            since = self.released.get(lot, [row.started] if lot < 0 else [])
        elif floats.follows == "":
            return
        least = floats.least * DAY if floats.least_minutes is None else floats.least_minutes
        if not since or row.started - since[0] < least:
            self.faults.append(f"{floats.name} took place on day {row.day}, too soon after {floats.follows}")
        elif row.day - since[-1] // DAY > floats.most and not self._is_explained(floats.name):
            self.faults.append(f"{floats.name} took place on day {row.day}, too late, for no written reason")

    def _all_took_place(self, row: Row) -> None:
        completed = row.outcome == COMPLETED
        expected = [dose.name for dose in self._arm.doses] if self.enrolled else list(self.booked)
        for dose in expected:
            booking = self.booked.get(dose)
            if dose in self.given or dose in self.dropped:
                continue
            if booking is None or completed or self._passed(dose, booking, row):
                self.faults.append(f"{dose} was neither given nor left out, and nothing says why")
        for event in self.rules.events.values():
            name = event.name
            if event.kind not in ("screening", VISIT) or name in self.visited or name in self.dropped:
                continue
            base, placed = self._placed(event)
            if not self.enrolled and (event.kind == "screening" or base + placed.planned < 0):
                continue  # it was before the run
            if completed or (base + placed.latest < row.day and not self._is_explained(name)):
                self.faults.append(f"{name} neither took place nor was left out, and nothing says why")

    def _passed(self, dose: str, booking: Booking, end: Row) -> bool:
        """Whether the day of a dose was over before the *end*, and it had neither begun nor failed."""
        if booking.day is None or booking.day >= end.day or self.failed.get(dose, -1) > booking.at:
            return False
        return all(self._arm.doses[number].name != dose for number in self.begun)

    def _kept_apart(self) -> None:
        """Doses are as far apart as the protocol says, and visits from what they are bound to unless it is explained."""
        events = self.rules.events
        doses = [events[name] for name in self.given if name in events]
        for one, other in combinations(sorted(doses, key=attrgetter("planned")), 2):
            days = self.given[other.name] // DAY - self.given[one.name] // DAY
            if days < self.rules.apart(one, other):
                self.faults.append(f"{other.name} was given {days} days after {one.name}, which is too soon")
        took_place = {**{name: row.started for name, row in self.visited.items()}, **self.given}
        for gap in self.rules.gaps:
            if gap.first not in took_place or gap.then not in took_place:
                continue
            minutes = took_place[gap.then] - took_place[gap.first]
            if {gap.first, gap.then} <= self.given.keys():
                if gap.least_minutes is not None and minutes < gap.least_minutes:
                    self.faults.append(f"{gap.then} was given {minutes} min after {gap.first}")
                continue
            days = took_place[gap.then] // DAY - took_place[gap.first] // DAY
            if not (gap.least <= days <= gap.most or {gap.first, gap.then} & self.explained.keys()):
                self.faults.append(
                    f"{gap.then} took place {days} days after {gap.first}, for no written reason"
                )

    def _left_behind(self) -> None:
        """A visit whose dose moved on after it is outside its window now, and that must be written down."""
        for name, row in self.visited.items():
            event = self.rules.events.get(name)
            if event is None or self._within(event, row.day) or self._is_explained(name):
                continue
            if (
                self.rules.anchors.get(name) in self.given
                and row.at < self.booked[self.rules.anchors[name]].at
            ):
                self.faults.append(
                    f"{name} stayed on day {row.day} when its dose moved, for no written reason"
                )


READERS: Mapping[str, Callable[[Followed, Row], None]] = {
    ALLOCATE: Followed.allocate,
    ENROL: Followed.enrol,
    RESUME: Followed.resume,
    BOOK: Followed.book,
    OFF_WINDOW: Followed.off_window,
    DROP: Followed.drop,
    COLLECT: Followed.collect,
    DRAW: Followed.draw,
    VISIT: Followed.visit,
    ADMINISTER: Followed.administer,
    RELEASE: Followed.release,
    FAIL: Followed.fail,
    END: Followed.end,
}
