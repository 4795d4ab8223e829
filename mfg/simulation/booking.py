"""Courses: what is booked ahead instead of queued for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from attrs import define, evolve, frozen

from mfg.calendar import DAY, FOREVER, last_start, next_start
from mfg.course.anchors import anchors_of
from mfg.course.arrange import arrange
from mfg.course.network import Course, Event
from mfg.course.pieces import Gap
from mfg.errors import Refused
from mfg.log import limits
from mfg.plan import sizing
from mfg.plan.plan import Plan
from mfg.plan.prescription import PlannedArm
from mfg.plan.site import PlannedClinic
from mfg.simulation.appointments import Appointments, openings_of
from mfg.simulation.cohort import Patient
from mfg.simulation.expecting import formulating, hours_of_laboratory, review, testing
from mfg.works import DRAW, ISOLATE, PROCEDURES

Known = dict[tuple[str, int], bool]  # whether an event, by its name, is free on a day
Found = Callable[[int], object]  # who is told what was found
_LONG = frozenset({"collection", "dose"})  # what the facility works for in one go
SEARCH = 365  # days after the first possible one in which a baseline is looked for


def _nobody(_: int) -> None:
    """Nobody is told."""


@frozen
class Culture:
    """Incubator places that a lot is planned to have, from *first* to *last* day counted from its event."""

    flasks: int
    first: int
    last: int


@define
class Booked:
    """One booked procedure or visit: its day and start, and what was taken for it.

    The planned day of a visit counts from the day `base` of the run; it takes place for the `again`-th time, from 0 on.
    """

    event: Event
    day: int
    start: int
    minutes: int
    culture: Culture | None = None
    done: bool = False
    base: int = 0
    again: int = 0


class Booking:
    """The books of the whole site, and the search for a course that fits them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rooms = [_book(c.rooms, c, plan.days) for c in plan.clinics]
        self.beds = [_book(c.beds, c, plan.days, always=True) if c.beds else None for c in plan.clinics]
        self.starts = [bytearray(plan.days + 1) for _ in plan.facilities]
        self.fills = [bytearray(plan.days + 1) for _ in plan.facilities]
        self.flasks = [[0] * (plan.days + SEARCH) for _ in plan.facilities]
        self.long_work: list[dict[int, list[int]]] = [{} for _ in plan.facilities]
        self.openings = [openings_of(f.windows, plan.days) for f in plan.facilities]
        self.open_days = [openings_of(c.windows, plan.days) for c in plan.clinics]
        self.usual = [min((opens % DAY for opens, _ in days.values()), default=0) for days in self.open_days]
        self._formulating = [[formulating(r, facility) for facility in plan.facilities] for r in plan.recipes]
        self._tested = [[testing(plan, r, facility) for facility in plan.facilities] for r in plan.recipes]
        self._laboratories = [hours_of_laboratory(plan, facility) for facility in plan.facilities]
        self.reviews = [review(plan, facility) for facility in plan.facilities]
        self._arrivals: dict[tuple[int, int, int, int], int] = {}
        self._anchors: dict[str, dict[str, str]] = {}
        self._courses: dict[tuple[str, int], Course] = {}
        self._beds: dict[tuple[int, int, str, bool], tuple[tuple[int, int, int], ...]] = {}
        self._cultures: dict[tuple[int, str, str], Culture | None] = {}

    def course(self, arm: PlannedArm, baseline: int) -> Course:
        """The course of *arm* with its baseline on day *baseline* of the run."""
        key = (arm.name, baseline)
        if key not in self._courses:
            self._courses[key] = arm.course.on(self.plan.start + timedelta(days=baseline))
        return self._courses[key]

    def anchors(self, arm: PlannedArm) -> dict[str, str]:
        """The dose that each visit of *arm* moves with."""
        if arm.name not in self._anchors:
            self._anchors[arm.name] = anchors_of(self.course(arm, 0))
        return self._anchors[arm.name]

    def book(
        self,
        patient: Patient,
        screened: int,
        not_before: int = 0,
        known: Known | None = None,
        found: Found = _nobody,
    ) -> tuple[int, list[Booked]] | None:
        """The earliest baseline whose every event has a day, booked; *screened* is the day of the screening.

        A wait for an appointment lengthens the lead-in, so only its shortest length binds. The first dose is *not
        before* that day. What is found out on the way is written into *known*, and *found* is
        told the baseline before anything is taken.
        """
        opening = patient.arm.doses[0].name if patient.arm.doses and not_before else None
        known = {} if known is None else known

        def is_free(event: Event, day: int) -> bool:
            key = (event.name, day)
            free = known.get(key)
            if free is None:
                too_soon = event.name == opening and day < not_before
                free = known[key] = not too_soon and self._free(patient, event, day, screened)
            return free

        for baseline in self.baselines(patient, screened, not_before):
            course = self.course(patient.arm, baseline)
            if screened - baseline > course.screened_by:
                continue
            ahead = course.screened_on(screened - baseline)
            if not all(is_free(event, baseline + event.earliest) for event in ahead.pinned):
                continue

            def allowed(event: Event, day: int, baseline: int = baseline) -> bool:
                return is_free(event, baseline + day)

            days, stuck = arrange(ahead, allowed)
            if stuck:
                continue
            found(baseline)
            booked = self._take_all(patient, [(e, baseline + days[e.name]) for e in ahead.events])
            if booked is not None:
                return baseline, booked
        return None

    def book_from(
        self, patient: Patient, chosen: list[tuple[Event, int]], found: Found = _nobody
    ) -> list[Booked] | None:
        """Book events on their days, or all of them so many days later as it takes; None if there is no place.

        By how many is told to *found* before anything is taken.
        """
        for shift in range(SEARCH):
            if all(self._free(patient, event, day + shift, -1) for event, day in chosen):
                found(shift)
                booked = self._take_all(patient, [(event, day + shift) for event, day in chosen])
                if booked is not None:
                    return booked
        return None

    def book_later(
        self, patient: Patient, baseline: int, dose: str, names: set[str]
    ) -> tuple[int, list[Booked]] | None:
        """Book the events *names* of a course whose *dose* is booked, each on a day within its windows.

        The course counts from *baseline*, or from the first later day from which every one has its day; that baseline
        is told too. None if there is none.
        """
        for first in range(baseline, baseline + SEARCH):
            whole = self.course(patient.arm, first)
            events = tuple(
                _pinned(e) if e.name == dose else e for e in whole.events if e.name in {*names, dose}
            )

            def allowed(event: Event, day: int, first: int = first) -> bool:
                return event.name == dose or self._free(patient, event, first + day, -1)

            days, stuck = arrange(Course(events, whole.gaps), allowed)
            if stuck:
                continue
            booked = self._take_all(patient, [(e, first + days[e.name]) for e in events if e.name != dose])
            if booked is not None:
                return first, booked
        return None

    def book_next(self, patient: Patient, procedure: str, now: int, event: Event | None = None) -> Booked:
        """Book the first free appointment for *procedure*, of an *event* of the course, from *now* on.

        Raises:
            Refused: if the calendar ends before there is one.
        """
        kind = next(kind for kind, name in PROCEDURES.items() if name == procedure)
        event = event or Event(kind, procedure, 0, 0, 0, "", None, None)
        for day in range(now // DAY, self.plan.days):
            earliest, latest = now, FOREVER
            if event.kind == "collection":
                begins, latest = self.collected_between(patient, day, self.minutes_of(patient, event))
                earliest = max(now, begins)
            start = self.first(patient, event, day, earliest, latest)
            if start >= 0:
                booked = Booked(event, day, start, self.minutes_of(patient, event))
                self._change(patient, booked, 1)
                return booked
        raise Refused("calendar", None, "has no free appointment left", "the clinic cannot keep up")

    def _take_all(self, patient: Patient, chosen: list[tuple[Event, int]]) -> list[Booked] | None:
        """Book every event on its day, or none: two of one patient may want the last place of a day."""
        booked: list[Booked] = []
        clocked = patient.arm.course.clocked
        for event, day in chosen:
            earliest = self._by_the_clock(clocked, event, booked) if clocked else 0
            start = self._start(patient, event, day, earliest)
            if start < 0:
                self.cancel(patient, booked)
                return None
            booked.append(
                Booked(event, day, start, self.minutes_of(patient, event), self.culture(patient, event))
            )
            self._change(patient, booked[-1], 1)
        return booked

    def _by_the_clock(self, gaps: tuple[Gap, ...], event: Event, booked: list[Booked]) -> int:
        """The minute from which *event* may begin, where a spacing from what is *booked* is in clock time."""
        starts = {one.event.name: one.start for one in booked}
        return max(
            (
                starts[g.first] + (g.least_minutes or 0)
                for g in gaps
                if g.then == event.name and g.first in starts
            ),
            default=0,
        )

    def baselines(self, patient: Patient, screened: int, not_before: int = 0) -> range:
        """The days that are looked at for the baseline of *patient*, as in `book`."""
        arm = patient.arm
        course = self.course(arm, screened + 1)
        leads = [e.latest for e in course.events if e.kind in ("screening", "collection")]
        first = screened - min([0, *leads])
        for event in self.course(arm, first).events if arm.doses and not_before else ():
            if event.name == arm.doses[0].name:
                first = max(first, not_before - event.latest)
        return range(first, min(first + SEARCH, self.plan.days - SEARCH))

    def move(
        self,
        patient: Patient,
        booked: list[Booked],
        earliest: dict[str, int],
        today: int,
        found: Found = _nobody,
    ) -> int | None:
        """Move all of *booked* by the fewest days for which every one is free; None if there is none.

        *earliest* gives the first day on which an event may take place again. By how many is told to *found* before
        anything is taken.
        """
        self.cancel(patient, booked)
        least = least_shift(booked, earliest)
        for shift in range(least, least + SEARCH):
            if all(self._free(patient, b.event, b.day + shift, today) for b in booked):
                found(shift)
                taken = self._take_all(patient, [(b.event, b.day + shift) for b in booked])
                for one, fresh in zip(booked, taken or (), strict=False):
                    one.day, one.start, one.minutes, one.done = fresh.day, fresh.start, fresh.minutes, False
                if taken is not None:
                    return shift
        return None

    def cancel(self, patient: Patient, booked: list[Booked]) -> None:
        """Return what was booked and not used."""
        for one in booked:
            if not one.done:
                self._change(patient, one, -1)
                one.done = True

    def is_open(self, patient: Patient, event: Event, day: int) -> bool:
        """Whether *event* may take place on *day* as far as the clinic's doors go; a ward is always open."""
        return event.inpatient or day in self.open_days[patient.clinic]

    def _free(self, patient: Patient, event: Event, day: int, after: int) -> bool:
        if day <= after or day >= self.plan.days or not self.is_open(patient, event, day):
            return False
        return event.kind not in PROCEDURES or self._start(patient, event, day) >= 0

    def _start(self, patient: Patient, event: Event, day: int, earliest: int = 0) -> int:
        """When *event* could begin on *day*, from *earliest* on; -1 if there is no place for it.

        Inpatients are treated on their ward: it takes no room, on any day.
        """
        rooms, facility = self.rooms[patient.clinic], self.plan.facilities[patient.facility]
        minutes = self.minutes_of(patient, event)
        if event.kind == "dose" and day - facility.day_before not in self.openings[patient.facility]:
            return -1
        if rooms is None or (minutes == 0 and not (event.inpatient and event.kind == "dose")):
            opening = self.opening(patient, day)
            return max(earliest, opening)
        if not self.has_places(patient, self.culture(patient, event), day):
            return -1
        if not self.can_be_made(patient, self.made_on(patient, event, day)):
            return -1
        if event.kind == "collection":
            if self.starts[patient.facility][day] >= facility.starts:
                return -1
            begins, latest = self.collected_between(patient, day, minutes)
            return self.first(patient, event, day, max(earliest, begins), latest)
        if event.kind == "dose":
            if event.dose in patient.arm.filled and self.fills[patient.facility][day] >= facility.fills:
                return -1
            arrives = max(earliest, self.product_arrives(patient, day))
            if arrives >= FOREVER:
                return -1
            if not event.inpatient:
                return self.first(patient, event, day, arrives)
            start = max(arrives, self.opening(patient, day))
            return start if self.bed_is_free(patient, event, start) else -1
        return self.first(patient, event, day, earliest)

    def culture(self, patient: Patient, event: Event) -> Culture | None:
        """The incubator places that are planned for the lot that begins, or is thawed, for *event*."""
        if event.kind not in _LONG:
            return None
        key = (patient.index, event.kind, event.name)
        if key not in self._cultures:
            self._cultures[key] = self._planned(patient, event)
        return self._cultures[key]

    def _planned(self, patient: Patient, event: Event) -> Culture | None:
        recipe, facility, doses = patient.recipe, self.plan.facilities[patient.facility], patient.arm.doses
        bank = recipe.bank
        dose = next((d for d in doses if d.name == self._serves(patient, event) and d.product), None)
        if dose is None or recipe.expansion is None:
            return None
        if event.kind == "collection":
            cells = patient.portion(dose).total
            harvest, last = sizing.target(recipe, facility, cells), self.lead(patient, event.name)
            if bank is not None:
                served = [patient.portion(d).total for d in doses if d.product]
                harvest = sizing.bank_target(recipe, facility, served)
                last -= self._after_freezing(patient)
                if recipe.expansion.lasts is not None:
                    last = min(last, -(-(recipe.expansion.lasts + recipe.induces) // DAY))
            return Culture(sizing.flasks_for(recipe, facility, harvest), 0, last)
        if event.kind == "dose" and bank is not None and bank.recovers is not None:
            harvest = sizing.target(recipe, facility, patient.portion(dose).total)
            return Culture(sizing.flasks_for(recipe, facility, harvest), -1 - bank.recovers // DAY, 0)
        return None

    def _serves(self, patient: Patient, event: Event) -> str | None:
        """The dose whose cells an event is for: of a bank's collection, which may go with a sham, the first of cells."""
        if event.kind == "collection" and patient.recipe.bank is not None:
            return next((dose.name for dose in patient.arm.doses if dose.product), None)
        return event.dose

    def made_on(self, patient: Patient, event: Event, day: int) -> tuple[int, int] | None:
        """The day on which the facility works for an event on *day*, and for how many minutes in one go."""
        if event.kind not in _LONG or self._serves(patient, event) not in patient.arm.filled:
            return None
        facility = self.plan.facilities[patient.facility]
        if event.kind == "collection" and ISOLATE in facility.work:
            minutes = facility.work[ISOLATE].booked
            before = self.minutes_of(patient, event) + self.way(patient, patient.recipe.inbound) + minutes
            opened = self.openings[patient.facility].get(day, (0, 0))
            return day + (self.opening(patient, day) + before > opened[1]), minutes
        if event.kind == "dose" and patient.recipe.prepares:
            cleared = facility.work[patient.recipe.prepares[-1]].cleared
            return day - facility.day_before, self.formulating(patient) + cleared
        return None

    def can_be_made(self, patient: Patient, made: tuple[int, int] | None) -> bool:
        """Whether what is *made* fits into the suites of its day with the rest, the longest first, each into the first with room."""
        if made is None:
            return True
        facility = self.plan.facilities[patient.facility]
        opened = self.openings[patient.facility].get(made[0])
        if opened is None:
            return False
        span, works = opened[1] - opened[0], [*self.long_work[patient.facility].get(made[0], ()), made[1]]
        if len(works) <= facility.side_by_side:
            return all(minutes <= span for minutes in works)
        room = [span] * facility.side_by_side
        for minutes in sorted(works, reverse=True):
            place = next((n for n, left in enumerate(room) if left >= minutes), None)
            if place is None:
                return False
            room[place] -= minutes
        return True

    def laboratory_of(self, patient: Patient) -> str:
        """The laboratory that tests what is made for the patient."""
        return list(self.plan.laboratories)[self.plan.facilities[patient.facility].laboratory]

    def formulating(self, patient: Patient) -> int:
        """For how long the work that ends with a suspended product is booked."""
        return self._formulating[patient.recipe.number][patient.facility]

    def _after_freezing(self, patient: Patient) -> int:
        """The days before a dose on which its bank is no longer in culture: for its results, and to recover."""
        bank = patient.recipe.bank
        tests = self.plan.tests_of(patient.recipe)
        results = [test.turnaround.typical for test in tests if test.sampled == "culture"]
        recovers = 0 if bank is None or bank.recovers is None else bank.recovers + DAY
        return int((max(results, default=0.0) + recovers) // DAY)

    def has_places(self, patient: Patient, culture: Culture | None, day: int) -> bool:
        """Whether the incubators will have room for *culture*, as planned."""
        if culture is None:
            return True
        taken = self.flasks[patient.facility][max(0, day + culture.first) : day + culture.last + 1]
        room = self.plan.facilities[patient.facility].incubator - culture.flasks
        return max(taken, default=0) <= room

    def takes_appointments(self, patient: Patient) -> bool:
        """Whether the patient's clinic books its rooms ahead."""
        return self.rooms[patient.clinic] is not None

    def first(
        self, patient: Patient, event: Event, day: int, earliest: int = 0, latest: int = FOREVER
    ) -> int:
        """The first start on *day* with rooms and beds for *event*, and a bed for the stay after it; -1 if none."""
        rooms, minutes = self.rooms[patient.clinic], self.minutes_of(patient, event)
        assert rooms is not None
        units = self.plan.clinics[patient.clinic].work[PROCEDURES[event.kind]].rooms
        start = rooms.first(day, minutes, earliest, latest, units)
        while start >= 0 and not self.bed_is_free(patient, event, start):
            start = rooms.first(day, minutes, start + rooms.slot, latest, units)
        return start

    def bed_is_free(self, patient: Patient, event: Event, start: int) -> bool:
        """Whether there are beds for *event* from *start* on, and for as long as the patient stays after it."""
        beds = self.beds[patient.clinic]
        if beds is None:
            return True
        for after, minutes, units in self._in_bed(patient, event):
            begins = start + after
            if begins + minutes > self.plan.days * DAY or not beds.is_free(begins, minutes, units):
                return False
        return True

    def _in_bed(self, patient: Patient, event: Event) -> tuple[tuple[int, int, int], ...]:
        """How long after its start, for how many minutes and how many beds *event* takes, and the stay after it."""
        key = (patient.clinic, patient.recipe.number, event.kind, event.inpatient)
        if key not in self._beds:
            clinic, found, ends = self.plan.clinics[patient.clinic], list[tuple[int, int, int]](), 0
            work = clinic.work.get(PROCEDURES[event.kind])
            if work is not None:
                ends = work.booked
                if work.beds and not event.inpatient:
                    found.append((0, work.booked, work.beds))
                    ends = -(-ends // (clinic.slot or 1)) * (clinic.slot or 1)  # no slot is counted twice
            if event.kind == "dose" and patient.recipe.stay:
                found.append((ends, patient.recipe.stay, 1))
            self._beds[key] = tuple(found)
        return self._beds[key]

    def minutes_of(self, patient: Patient, event: Event) -> int:
        """For how long a room is booked for *event*."""
        work = PROCEDURES.get(event.kind)
        clinic = self.plan.clinics[patient.clinic]
        if work is None or work not in clinic.work or event.inpatient:
            return 0
        minutes = clinic.work[work].booked
        if event.kind == "dose" and patient.is_chased(event.name):
            minutes += clinic.work[DRAW].booked
        return minutes

    def opening(self, patient: Patient, day: int) -> int:
        """When the patient's clinic opens on *day*."""
        opened = self.open_days[patient.clinic].get(day)
        return opened[0] if opened is not None else day * DAY + self.usual[patient.clinic]

    def last_minute(self, patient: Patient, day: int) -> int:
        """The last minute of *day* at which the patient's clinic is open; of the whole day if it is closed then."""
        _, closes = self.open_days[patient.clinic].get(day, (0, (day + 1) * DAY))
        return closes - 1

    def closing(self, patient: Patient, booked: Booked) -> int:
        """The latest start with which a booked procedure ends before the clinic closes."""
        rooms = self.rooms[patient.clinic]
        if rooms is None or booked.event.inpatient:
            return FOREVER
        return rooms.hours(booked.day)[1] - booked.minutes

    def closes(self, patient: Patient, day: int) -> int:
        """When the patient's clinic closes on *day*."""
        rooms = self.rooms[patient.clinic]
        assert rooms is not None
        return rooms.hours(day)[1]

    def collected_between(
        self, patient: Patient, day: int, minutes: int, way: int | None = None
    ) -> tuple[int, int]:
        """Between which minutes a collection must begin so that its marrow is isolated on the same day, as planned.

        After a long *way*, the planned one if it is left out, it is isolated on the next day, while it keeps.
        """
        rooms, facility = self.rooms[patient.clinic], self.plan.facilities[patient.facility]
        assert rooms is not None
        if ISOLATE not in facility.work:
            return 0, FOREVER
        way = self.way(patient, patient.recipe.inbound) if way is None else way
        before = minutes + way + facility.work[ISOLATE].booked
        openings, within = self.openings[patient.facility], patient.recipe.within
        latest = openings.get(day, (0, 0))[1] - before
        if latest < rooms.hours(day)[0] and day + 1 in openings:
            opens, closes = openings[day + 1]
            return 0 if within is None else opens - within, closes - before
        return 0, latest

    def product_arrives(self, patient: Patient, day: int) -> int:
        """As planned, when the product for a dose on *day* is at the clinic, and tested as far as it must be.

        FOREVER if it will have expired by then: its laboratory is closed for too long.
        """
        key = (patient.recipe.number, patient.clinic, patient.facility, day)
        if key not in self._arrivals:
            way = self.way(patient, patient.recipe.outbound)
            self._arrivals[key] = self.arrival(patient, day, way)
        return self._arrivals[key]

    def arrival(self, patient: Patient, day: int, way: int) -> int:
        """The same if the way to the clinic takes so many minutes."""
        facility = self.plan.facilities[patient.facility]
        opens, _ = self.openings[patient.facility][day - facility.day_before]
        made = opens + self.formulating(patient)
        tested = max(
            (
                begins + lasts
                for hands, lasts in self._tested[patient.recipe.number][patient.facility]
                for begins in (next_start(self._laboratories[patient.facility], made, hands),)
            ),
            default=made,
        )
        keeps, leaves = patient.recipe.use_within, self.released(patient, made)
        if keeps is not None and max(tested, leaves) - made > keeps:
            return FOREVER
        return max(leaves + way, tested)

    def made_by(self, patient: Patient, moment: int) -> int:
        """As planned, when a product that is to be at the clinic, reviewed and tested by *moment* must have been suspended."""
        made = self._reviewed_by(patient, moment - self.way(patient, patient.recipe.outbound))
        for hands, lasts in self._tested[patient.recipe.number][patient.facility]:
            made = min(made, last_start(self._laboratories[patient.facility], moment - lasts, hands))
        return made

    def released(self, patient: Patient, made: int) -> int:
        """As planned, when a product that is made at a minute has been reviewed and may leave; at once where nobody does."""
        review = self.reviews[patient.facility]
        return made if review is None else next_start(review[0], made, review[1]) + review[1]

    def _reviewed_by(self, patient: Patient, moment: int) -> int:
        """When a product must be made at the latest to have been reviewed by *moment*; -1 for never."""
        review = self.reviews[patient.facility]
        return moment if review is None else last_start(review[0], moment - review[1], review[1])

    def expires_in(self, patient: Patient, day: int) -> str:
        """What a product for a dose on *day* expires in: the hours of its reviewers, or its laboratory."""
        facility = self.plan.facilities[patient.facility]
        made = self.openings[patient.facility][day - facility.day_before][0] + self.formulating(patient)
        keeps = patient.recipe.use_within
        if keeps is not None and self.released(patient, made) - made > keeps:
            return limits.of(facility.name, limits.REVIEW_HOURS)
        return limits.of(self.laboratory_of(patient), limits.EXPIRY)

    def way(self, patient: Patient, leg: str | None) -> int:
        """The minutes that a leg takes, as planned."""
        return 0 if leg is None else self.plan.legs[leg, patient.clinic, patient.facility].typical

    def lead(self, patient: Patient, name: str) -> int:
        """The planned days from the collection *name* to the dose that it serves."""
        course = self.course(patient.arm, 0)
        collection = next(e for e in course.events if e.name == name)
        dose = next(e for e in course.events if e.kind == "dose" and e.dose == collection.dose)
        return dose.planned - collection.planned

    def _change(self, patient: Patient, booked: Booked, by: int) -> None:
        rooms, beds = self.rooms[patient.clinic], self.beds[patient.clinic]
        if rooms is None or (booked.minutes == 0 and not booked.event.inpatient):
            return
        if booked.minutes:
            units = self.plan.clinics[patient.clinic].work[PROCEDURES[booked.event.kind]].rooms
            rooms.take(booked.start, booked.minutes, by * units)
        if beds is not None and booked.event.kind in PROCEDURES:
            for after, minutes, units in self._in_bed(patient, booked.event):
                beds.take(booked.start + after, minutes, by * units)
        made = self.made_on(patient, booked.event, booked.day)
        if made is not None:
            work = self.long_work[patient.facility].setdefault(made[0], [])
            work.append(made[1]) if by > 0 else work.remove(made[1])
        if booked.culture is not None:
            flasks, culture = self.flasks[patient.facility], booked.culture
            for day in range(max(0, booked.day + culture.first), booked.day + culture.last + 1):
                flasks[day] += by * culture.flasks
        if booked.event.kind == "collection":
            self.starts[patient.facility][booked.day] += by
        if booked.event.kind == "dose":
            self.fills[patient.facility][booked.day] += by * (booked.event.dose in patient.arm.filled)


def _pinned(event: Event) -> Event:
    """The same event on its planned day and no other."""
    return evolve(event, earliest=event.planned, latest=event.planned)


def least_shift(booked: list[Booked], earliest: dict[str, int]) -> int:
    """By how many days *booked* must move at least for every event to lie as late as *earliest* says."""
    return max([1, *(earliest[b.event.name] - b.day for b in booked if b.event.name in earliest)])


def _book(
    capacity: int | None, clinic: PlannedClinic, days: int, *, always: bool = False
) -> Appointments | None:
    if clinic.slot is None or capacity is None:
        return None
    windows = ((0, days * DAY),) if always else clinic.windows
    return Appointments.of(capacity, clinic.slot, windows, days)
