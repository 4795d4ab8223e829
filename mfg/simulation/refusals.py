"""Why a day was refused, and how many days each limit alone has cost: asked only of the days before the one taken.

The search stops at the first reason that it meets. Here all reasons are asked for. A limit has cost a patient the
days by which the course would have been booked earlier, had that one limit not been there and everything else been
as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mfg.calendar import FOREVER, Window
from mfg.course.arrange import arrange
from mfg.course.network import Course, Event
from mfg.log import limits
from mfg.simulation.booking import FreeDays
from mfg.simulation.books import Books
from mfg.simulation.cohort import Patient
from mfg.simulation.courses import Courses
from mfg.works import PROCEDURES

LimitNames = frozenset[str]
NONE: LimitNames = frozenset()
_CLOSED, HOLIDAY = frozenset({limits.CLOSED}), frozenset({limits.HOLIDAYS})
SO_MANY = 2  # limits that are looked at together
SO_LONG = 35  # days that are looked at; what frees none of them is not what a patient waits for first


class Refusals:
    """Why the books refuse days to one patient, whose own events must not be in them.

    What is *known* to be free is not looked at again.
    """

    def __init__(
        self, courses: Courses, books: Books, patient: Patient, known: FreeDays | None = None
    ) -> None:
        self.courses, self.books, self.times, self.patient = courses, books, books.timetable, patient
        self.clinic = books.plan.clinics[patient.clinic].name
        self.facility = books.plan.facilities[patient.facility].name
        self.known = {key: NONE for key, free in (known or {}).items() if free}
        self.doors: dict[tuple[bool, bool, int], LimitNames] = {}
        self.worst = ""  # the event that is looked at first: it was enough to refuse the day before

    def of_course(self, baselines: range, screened: int) -> dict[LimitNames, int]:
        """The days that each limit, and each two, have cost a patient who was booked after the last of *baselines*."""
        found: dict[LimitNames, int] = {}
        for baseline in baselines[:SO_LONG]:
            course = self.courses.on(self.patient.arm, baseline)
            if screened - baseline > course.screened_by:
                continue
            ahead = course.screened_on(screened - baseline)
            lifted = self._union([(e, baseline + e.earliest) for e in ahead.pinned], screened, found)
            for enough in () if lifted is None else self._enough(ahead, baseline, screened, lifted):
                if enough and not _better(enough, found):
                    found[enough] = baselines.stop - baseline
        return _costs(found)

    def _enough(
        self, course: Course, baseline: int, screened: int, lifted: LimitNames
    ) -> Iterator[LimitNames]:
        """The sets of limits without which *course* would fit, each with what refuses its pinned events."""
        seen: set[str] = set()

        def fits(lifted: LimitNames) -> bool:
            def allowed(event: Event, day: int) -> bool:
                if not screened < baseline + day < self.books.plan.days:
                    return False
                reasons = self.why(event, baseline + day)
                seen.update(reasons)
                return reasons <= lifted

            return not arrange(course, allowed)[1]

        if fits(lifted):
            yield lifted
            return
        for one in sorted(seen - lifted):
            wider = lifted | {one}
            if not _many(wider) and fits(wider):
                yield wider

    def of_move(
        self, events: Iterable[tuple[Event, int]], shifts: range, today: int
    ) -> dict[LimitNames, int]:
        """The same for events that were moved together, by the days after the last of *shifts*."""
        events, found = list(events), dict[LimitNames, int]()
        for shift in shifts[:SO_LONG]:
            lifted = self._union([(event, day + shift) for event, day in events], today, found)
            if lifted:
                found[lifted] = shifts.stop - shift
        return _costs(found)

    def _union(
        self, events: list[tuple[Event, int]], after: int, found: Mapping[LimitNames, int]
    ) -> LimitNames | None:
        """What refuses any of *events* on its day.

        None if too many things do, or things of which some were enough for an earlier day already.
        """
        union = NONE
        if (_CLOSED in found or HOLIDAY in found) and any(self._doors(*one) in found for one in events):
            return None
        events[:0] = [one for one in events if one[0].name == self.worst]
        for event, day in events:
            if not after < day < self.books.plan.days:
                return None
            reasons = self.why(event, day)
            if not reasons <= union:
                union |= reasons
                if _many(union) or _better(union, found):
                    self.worst = event.name
                    return None
        return union

    def why(self, event: Event, day: int) -> LimitNames:
        """Everything that refuses *event* on *day*."""
        key = (event.name, day)
        if key not in self.known:
            self.known[key] = frozenset(self._why(event, day))
        return self.known[key]

    def _why(self, event: Event, day: int) -> Iterable[str]:
        books, patient = self.books, self.patient
        rooms = books.rooms[patient.clinic]
        openings, minutes = self.times.openings[patient.facility], books.demand.minutes_of(patient, event)
        found = set(self._doors(event, day))
        if event.kind not in PROCEDURES:
            return found
        if rooms is None or (minutes == 0 and not (event.inpatient and event.kind == "dose")):
            return found
        if not books.has_flasks(patient, books.demand.culture_of(patient, event), day):
            found.add(limits.of(self.facility, limits.INCUBATOR))
        work = books.demand.work_of(patient, event, day)
        if work is not None and work[0] not in openings:
            found |= shut(openings, work[0])
        elif not books.has_crew(patient, work):
            found.add(limits.of(self.facility, limits.CREWS))
        if event.kind == "collection" and not books.starts[patient.facility].has_room(day, day):
            found.add(limits.of(self.facility, limits.STARTS))
        if books.demand.fills(patient, event) and not books.fills[patient.facility].has_room(day, day):
            found.add(limits.of(self.facility, limits.FILLS))
        if found & limits.CALENDAR:  # at which hours it would be open nobody says, but beds are there
            if event.kind == "dose" and not books.bed_is_free(
                patient, event, self.times.opening(patient, day)
            ):
                found.add(limits.of(self.clinic, limits.BEDS))
            return found
        return found | self._by_the_hour(event, day, minutes)

    def _doors(self, event: Event, day: int) -> LimitNames:
        """Whether the clinic is closed on *day*, or the facility when it would suspend the product."""
        key = (event.kind == "dose", event.inpatient, day)
        if key not in self.doors:
            self.doors[key] = self._closed(event, day)
        return self.doors[key]

    def _closed(self, event: Event, day: int) -> LimitNames:
        books, patient = self.books, self.patient
        if not self.times.is_open(patient, event, day):
            return shut(self.times.open_days[patient.clinic], day)
        if event.kind == "dose":
            openings = self.times.openings[patient.facility]
            made_on = day - books.plan.facilities[patient.facility].day_before
            if made_on not in openings:
                return shut(openings, made_on)
        return NONE

    def _by_the_hour(self, event: Event, day: int, minutes: int) -> set[str]:
        """What refuses an event on a day on which all places are open, and there is staff: the hours, rooms, beds."""
        books, patient = self.books, self.patient
        rooms = books.rooms[patient.clinic]
        assert rooms is not None
        earliest, latest = self._between(event, day, minutes, self._way(event))
        if earliest >= FOREVER:
            return {self.times.expires_in(patient, day)}
        found: set[str] = set()
        start = max(earliest, self.times.opening(patient, day))
        if not (event.inpatient and event.kind == "dose"):
            units = books.demand.rooms_of(patient, event)
            begins = rooms.first(day, minutes, earliest, latest, units)
            if begins >= 0 and books.first(patient, event, day, earliest, latest) >= 0:
                return found
            start = begins if begins >= 0 else start
            if begins < 0 and rooms.fits(day, minutes, earliest, latest):
                found.add(limits.of(self.clinic, limits.ROOMS))
            elif begins < 0:
                found.add(self._too_short(event, day, minutes))
        if not books.bed_is_free(patient, event, start):
            found.add(limits.of(self.clinic, limits.BEDS))
        return found

    def _too_short(self, event: Event, day: int, minutes: int) -> str:
        """Whose hours are too short; the way is named if a further hour would not help and a way of no length would."""
        rooms = self.books.rooms[self.patient.clinic]
        assert rooms is not None
        earliest, latest = self._between(event, day, minutes, self._way(event))
        if rooms.fits(day, minutes, earliest):
            place, longer = self.facility, rooms.fits(day, minutes, earliest, latest + limits.HOUR)
        else:
            place, longer = self.clinic, rooms.fits(day, minutes, earliest - limits.HOUR, latest)
        if not longer and rooms.fits(day, minutes, *self._between(event, day, minutes, 0)):
            return limits.of(self.clinic, limits.WAY)
        return limits.of(place, limits.HOURS)

    def _between(self, event: Event, day: int, minutes: int, way: int) -> Window:
        """Between which minutes an event must begin on *day*, if what is made arrives after a *way* of so many."""
        if event.kind == "collection":
            return self.times.collected_between(self.patient, day, minutes, way)
        if event.kind == "dose":
            return self.times.arrival(self.patient, day, way), FOREVER
        return 0, FOREVER

    def _way(self, event: Event) -> int:
        recipe = self.patient.recipe
        return self.times.way(self.patient, recipe.inbound if event.kind == "collection" else recipe.outbound)


def shut(openings: Mapping[int, Window], day: int) -> LimitNames:
    """Why a place is closed on *day*: it is so on that day of every week, or it is a public holiday."""
    weekly = any(day + week in openings for week in (-14, -7, 7, 14))
    return HOLIDAY if weekly else _CLOSED


def _many(lifted: LimitNames) -> bool:
    """Whether these are more limits than are tried together."""
    return len(lifted) > (1 if lifted & limits.CALENDAR else SO_MANY)


def _better(lifted: LimitNames, found: Mapping[LimitNames, int]) -> bool:
    """Whether as little, or less, was enough for an earlier day already."""
    return any(known <= lifted for known in found)


def _costs(found: Mapping[LimitNames, int]) -> dict[LimitNames, int]:
    """The days that each limit alone has cost, and what two cost beyond the dearer of them alone."""
    costs = {}
    for lifted, days in found.items():
        alone = max((found.get(frozenset({one}), 0) for one in lifted), default=0) if len(lifted) > 1 else 0
        if days > alone:
            costs[lifted] = days - alone
    return costs
