"""The search for days on which a course, or a part of one, can take place; what is found is taken in the books."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from mfg.calendar import DAY
from mfg.course.arrange import arrange
from mfg.course.network import Course, Event
from mfg.errors import Refused
from mfg.plan.plan import Plan
from mfg.simulation.booked import Booked, Status
from mfg.simulation.books import SEARCH, Books
from mfg.simulation.cohort import Patient
from mfg.simulation.courses import Courses
from mfg.works import PROCEDURES

FreeDays = dict[tuple[str, int], bool]  # whether an event, by its name, is free on a day
Listener = Callable[[int], object]  # who is told what was found


def _nobody(_: int) -> None:
    """Nobody is told."""


class Booking:
    """The search for a course that fits the books."""

    def __init__(self, plan: Plan, courses: Courses, books: Books) -> None:
        self.plan, self.courses, self.books = plan, courses, books

    def book(
        self,
        patient: Patient,
        screened: int,
        not_before: int = 0,
        known: FreeDays | None = None,
        found: Listener = _nobody,
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
                free = known[key] = not too_soon and self.books.is_free(patient, event, day, screened)
            return free

        for baseline in self.baselines(patient, screened, not_before):
            course = self.courses.on(patient.arm, baseline)
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
            booked = self.books.take_all(patient, [(e, baseline + days[e.name]) for e in ahead.events])
            if booked is not None:
                return baseline, booked
        return None

    def book_from(
        self, patient: Patient, chosen: list[tuple[Event, int]], found: Listener = _nobody
    ) -> list[Booked] | None:
        """Book events on their days, or all of them so many days later as it takes; None if there is no place.

        By how many is told to *found* before anything is taken.
        """
        for shift in range(SEARCH):
            if all(self.books.is_free(patient, event, day + shift, -1) for event, day in chosen):
                found(shift)
                booked = self.books.take_all(patient, [(event, day + shift) for event, day in chosen])
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
            whole = self.courses.on(patient.arm, first)
            events = tuple(
                _pinned(e) if e.name == dose else e for e in whole.events if e.name in {*names, dose}
            )

            def allowed(event: Event, day: int, first: int = first) -> bool:
                return event.name == dose or self.books.is_free(patient, event, first + day, -1)

            days, stuck = arrange(Course(events, whole.gaps), allowed)
            if stuck:
                continue
            booked = self.books.take_all(
                patient, [(e, first + days[e.name]) for e in events if e.name != dose]
            )
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
            booked = self.books.take_next(patient, event, day, now)
            if booked is not None:
                return booked
        raise Refused("calendar", None, "has no free appointment left", "the clinic cannot keep up")

    def baselines(self, patient: Patient, screened: int, not_before: int = 0) -> range:
        """The days that are looked at for the baseline of *patient*, as in `book`."""
        arm = patient.arm
        course = self.courses.on(arm, screened + 1)
        leads = [e.latest for e in course.events if e.kind in ("screening", "collection")]
        first = screened - min([0, *leads])
        for event in self.courses.on(arm, first).events if arm.doses and not_before else ():
            if event.name == arm.doses[0].name:
                first = max(first, not_before - event.latest)
        return range(first, min(first + SEARCH, self.plan.days - SEARCH))

    def move(
        self,
        patient: Patient,
        booked: list[Booked],
        earliest: dict[str, int],
        today: int,
        found: Listener = _nobody,
    ) -> int | None:
        """Move all of *booked* by the fewest days for which every one is free; None if there is none.

        *earliest* gives the first day on which an event may take place again. By how many is told to *found* before
        anything is taken.
        """
        self.books.cancel(patient, booked)
        least = least_shift(booked, earliest)
        for shift in range(least, least + SEARCH):
            if all(self.books.is_free(patient, b.event, b.day + shift, today) for b in booked):
                found(shift)
                taken = self.books.take_all(patient, [(b.event, b.day + shift) for b in booked])
                for one, fresh in zip(booked, taken or (), strict=False):
                    one.day, one.start, one.minutes, one.status = (
                        fresh.day,
                        fresh.start,
                        fresh.minutes,
                        Status.RESERVED,
                    )
                if taken is not None:
                    return shift
        return None


def _pinned(event: Event) -> Event:
    """The same event on its planned day and no other."""
    return evolve(event, earliest=event.planned, latest=event.planned)


def least_shift(booked: list[Booked], earliest: dict[str, int]) -> int:
    """By how many days *booked* must move at least for every event to lie as late as *earliest* says."""
    return max([1, *(earliest[b.event.name] - b.day for b in booked if b.event.name in earliest)])
