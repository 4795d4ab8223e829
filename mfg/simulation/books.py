"""The books of a whole site: what is promised of its rooms, beds, incubators, crews and days, and what is still free."""

from __future__ import annotations

from collections.abc import Iterable

from mfg.calendar import DAY, FOREVER
from mfg.course.network import Event
from mfg.course.pieces import Gap
from mfg.plan.plan import Plan
from mfg.plan.site import PlannedClinic
from mfg.simulation.booked import Booked, FlaskBooking, Status
from mfg.simulation.cohort import Patient
from mfg.simulation.daybook import DayBook, WorkBook
from mfg.simulation.demand import Demand
from mfg.simulation.slotbook import SlotBook
from mfg.simulation.timetable import Timetable
from mfg.works import PROCEDURES

SEARCH = 365  # days after the first possible one in which a day is looked for


class Books:
    """Slot-books of each clinic, `rooms` and `beds`, and day-books of each facility.

    These are lots that `starts`, doses that it `fills`, `flasks` in culture, and work of its `suites` that is done in one go.
    A clinic that books nothing ahead has no slot-books, and nothing is promised for its patients.
    """

    def __init__(self, plan: Plan, timetable: Timetable, demand: Demand) -> None:
        self.plan, self.timetable, self.demand = plan, timetable, demand
        days, facilities = plan.days + SEARCH, plan.facilities
        self.rooms = [_slots(c.rooms, c, plan.days) for c in plan.clinics]
        self.beds = [_slots(c.beds, c, plan.days, always=True) if c.beds else None for c in plan.clinics]
        self.starts = [DayBook(facility.starts, days) for facility in facilities]
        self.fills = [DayBook(facility.fills, days) for facility in facilities]
        self.flasks = [DayBook(facility.incubator, days) for facility in facilities]
        self.suites = [
            WorkBook(openings, facility.side_by_side)
            for openings, facility in zip(timetable.openings, facilities, strict=True)
        ]

    def takes_appointments(self, patient: Patient) -> bool:
        """Whether the patient's clinic books its rooms ahead."""
        return self.rooms[patient.clinic] is not None

    # ---- what is free --------------------------------------------------------------------------------------

    def is_free(self, patient: Patient, event: Event, day: int, after: int) -> bool:
        """Whether *event* could take place on *day*, which must be *after* another."""
        if day <= after or day >= self.plan.days or not self.timetable.is_open(patient, event, day):
            return False
        return event.kind not in PROCEDURES or self.start(patient, event, day) >= 0

    def start(self, patient: Patient, event: Event, day: int, earliest: int = 0) -> int:
        """When *event* could begin on *day*, from *earliest* on; -1 if there is no place for it.

        Inpatients are treated on their ward: it takes no room, on any day.
        """
        times, facility = self.timetable, self.plan.facilities[patient.facility]
        minutes = self.demand.minutes_of(patient, event)
        if event.kind == "dose" and day - facility.day_before not in times.openings[patient.facility]:
            return -1
        if self.rooms[patient.clinic] is None or (
            minutes == 0 and not (event.inpatient and event.kind == "dose")
        ):
            return max(earliest, times.opening(patient, day))
        if not self.has_flasks(patient, self.demand.culture_of(patient, event), day):
            return -1
        if not self.has_crew(patient, self.demand.work_of(patient, event, day)):
            return -1
        if event.kind == "collection":
            if not self.starts[patient.facility].has_room(day, day):
                return -1
            begins, latest = times.collected_between(patient, day, minutes)
            return self.first(patient, event, day, max(earliest, begins), latest)
        if event.kind == "dose":
            if self.demand.fills(patient, event) and not self.fills[patient.facility].has_room(day, day):
                return -1
            arrives = max(earliest, times.product_arrives(patient, day))
            if arrives >= FOREVER:
                return -1
            if not event.inpatient:
                return self.first(patient, event, day, arrives)
            start = max(arrives, times.opening(patient, day))
            return start if self.bed_is_free(patient, event, start) else -1
        return self.first(patient, event, day, earliest)

    def first(
        self, patient: Patient, event: Event, day: int, earliest: int = 0, latest: int = FOREVER
    ) -> int:
        """The first start on *day* with rooms and beds for *event*, and a bed for the stay after it; -1 if none."""
        rooms, minutes = self.rooms[patient.clinic], self.demand.minutes_of(patient, event)
        assert rooms is not None
        units = self.demand.rooms_of(patient, event)
        start = rooms.first(day, minutes, earliest, latest, units)
        while start >= 0 and not self.bed_is_free(patient, event, start):
            start = rooms.first(day, minutes, start + rooms.slot, latest, units)
        return start

    def bed_is_free(self, patient: Patient, event: Event, start: int) -> bool:
        """Whether there are beds for *event* from *start* on, and for as long as the patient stays after it."""
        beds = self.beds[patient.clinic]
        if beds is None:
            return True
        for after, minutes, units in self.demand.beds_of(patient, event):
            begins = start + after
            if begins + minutes > self.plan.days * DAY or not beds.is_free(begins, minutes, units):
                return False
        return True

    def has_flasks(self, patient: Patient, culture: FlaskBooking | None, day: int) -> bool:
        """Whether the incubators will have room for *culture*, as planned."""
        if culture is None:
            return True
        book = self.flasks[patient.facility]
        return book.has_room(day + culture.first, day + culture.last, culture.flasks)

    def has_crew(self, patient: Patient, work: tuple[int, int] | None) -> bool:
        """Whether *work*, on its day and for its minutes, fits into the suites with the rest."""
        return work is None or self.suites[patient.facility].has_room(*work)

    # ---- what is taken -------------------------------------------------------------------------------------

    def take(self, patient: Patient, event: Event, day: int, start: int) -> Booked:
        """Reserve what *event* takes at *start* on *day*, and incubator places."""
        minutes, culture = self.demand.minutes_of(patient, event), self.demand.culture_of(patient, event)
        booked = Booked(event, day, start, minutes, culture)
        self._change(patient, booked, 1)
        return booked

    def take_all(self, patient: Patient, chosen: Iterable[tuple[Event, int]]) -> list[Booked] | None:
        """Reserve every event on its day, or none: two of one patient may want the last place of a day."""
        booked: list[Booked] = []
        clocked = patient.arm.course.clocked
        for event, day in chosen:
            earliest = _by_the_clock(clocked, event, booked) if clocked else 0
            start = self.start(patient, event, day, earliest)
            if start < 0:
                self.cancel(patient, booked)
                return None
            booked.append(self.take(patient, event, day, start))
        return booked

    def take_next(self, patient: Patient, event: Event, day: int, now: int) -> Booked | None:
        """Reserve the first room and beds on *day* from *now* on, whatever the facility has promised; None if there are none.

        No incubator place goes with it.
        """
        minutes, earliest, latest = self.demand.minutes_of(patient, event), now, FOREVER
        if event.kind == "collection":
            begins, latest = self.timetable.collected_between(patient, day, minutes)
            earliest = max(now, begins)
        start = self.first(patient, event, day, earliest, latest)
        if start < 0:
            return None
        booked = Booked(event, day, start, minutes)
        self._change(patient, booked, 1)
        return booked

    def cancel(self, patient: Patient, booked: Iterable[Booked]) -> None:
        """Give back what is reserved; appointments in any other state hold nothing and stay as they are."""
        for one in booked:
            if one.status is Status.RESERVED:
                self._change(patient, one, -1)
                one.status = Status.CANCELLED

    def _change(self, patient: Patient, booked: Booked, by: int) -> None:
        """Take what *booked* stands for, or give it back when *by* is -1."""
        event, day, rooms, beds = (
            booked.event,
            booked.day,
            self.rooms[patient.clinic],
            self.beds[patient.clinic],
        )
        if rooms is None or (booked.minutes == 0 and not event.inpatient):
            return
        if booked.minutes:
            rooms.take(booked.start, booked.minutes, by * self.demand.rooms_of(patient, event))
        if beds is not None and event.kind in PROCEDURES:
            for after, minutes, units in self.demand.beds_of(patient, event):
                beds.take(booked.start + after, minutes, by * units)
        work = self.demand.work_of(patient, event, day)
        if work is not None:
            suites = self.suites[patient.facility]
            (suites.take if by > 0 else suites.give_back)(*work)
        culture = booked.culture
        if culture is not None:
            self.flasks[patient.facility].take(day + culture.first, day + culture.last, by * culture.flasks)
        if event.kind == "collection":
            self.starts[patient.facility].take(day, day, by)
        if self.demand.fills(patient, event):
            self.fills[patient.facility].take(day, day, by)


def _by_the_clock(gaps: tuple[Gap, ...], event: Event, booked: list[Booked]) -> int:
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


def _slots(
    capacity: int | None, clinic: PlannedClinic, days: int, *, always: bool = False
) -> SlotBook | None:
    """An empty slot-book of a clinic that books ahead; of beds, which are there *always*."""
    if clinic.slot is None or capacity is None:
        return None
    windows = ((0, days * DAY),) if always else clinic.windows
    return SlotBook.of(capacity, clinic.slot, windows, days)
