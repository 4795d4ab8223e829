"""The open days and hours for the events of a course: of any working day, or of one clinic of a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache

from attrs import field, frozen

from mfg.calendar import DAY, WEEKDAY_NAMES, Holidays, Hours, Window, intersection, merged, next_start
from mfg.course.making import Making
from mfg.course.network import Event
from mfg.course.obstacles import obstacle_to
from mfg.site import Clinic, Facility, Site
from mfg.units import number

WORKING = frozenset(range(5))  # Monday to Friday
SPAN = 12  # days from the day before on that are looked at: a product's tests end long before


@frozen(eq=False)
class Doors:
    """What is known without a site: weekends and public holidays are closed, and there are no hours."""

    holidays: Holidays

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays that are open in a week without holidays, Monday being 0."""
        return WORKING

    def closed(self, day: date) -> str | None:
        """Why nobody works on *day*, or None on a working day."""
        return self.holidays.closed(day)

    def allows(self, event: Event, day: date) -> bool:
        """Whether *event* can be on *day*; an inpatient's ward is never closed."""
        return event.inpatient or self.closed(day) is None

    def obstacle(self, event: Event, day: date) -> str | None:  # noqa: ARG002  there are no hours without a site
        """Why *event* has no hour on a *day* that is open, in words; None where it has one."""
        return None


@frozen(eq=False)
class SiteDoors(Doors):
    """One clinic of *site*, with the facility and the laboratory behind it.

    Rooms, staff and other patients are left out: these are the hours of a patient who is alone.
    """

    site: Site = field()
    making: Making = field()

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays on which the clinic is open."""
        return frozenset(n for n, windows in enumerate(self.clinic.hours.days) if windows)

    @property
    def clinic(self) -> Clinic:
        """Where the patient comes."""
        return self.site.clinics[self.making.clinic]

    @property
    def facility(self) -> Facility:
        """Where the patient's lots are made."""
        return self.site.facilities[self.making.facility]

    @property
    def day_before(self) -> bool:
        """Whether a product is made on the day before its dose."""
        return self.facility.formulate == "day before"

    @cached_property
    def _usual(self) -> int:
        """When the clinic opens first, in minutes of the day."""
        return min((opens for day in self.clinic.hours.days for opens, _ in day), default=0)

    def closed(self, day: date) -> str | None:
        """Why the clinic is closed on *day*, or None."""
        if self.clinic.hours.windows(day, 1, self.holidays):
            return None
        return self.holidays.on(day) or WEEKDAY_NAMES[day.weekday()]

    def allows(self, event: Event, day: date) -> bool:
        """Whether *event* has an hour on *day*."""
        return bool(self.hours(event.kind, day, inpatient=event.inpatient))

    def hours(self, kind: str, day: date, *, inpatient: bool) -> Sequence[Window]:
        """Between which minutes of *day* an event of that *kind* can begin, both ends included; nothing if at none.

        Appointments of a clinic that has slots begin with one.
        """
        return self._begins(kind, inpatient, day)

    def length(self, kind: str) -> int:
        """For how many minutes an event of that *kind* is booked; 0 where the site does not say."""
        return self._lengths.get(kind, 0)

    def obstacle(self, event: Event, day: date) -> str | None:
        """Why *event* has no hour on a *day* on which the clinic is open, in words; None where it has one."""
        return None if self.allows(event, day) else obstacle_to(self, event, day)

    @property
    def _lengths(self) -> Mapping[str, int]:
        return {"collection": self.making.collects, "csf-draw": self.making.draws, "dose": self.making.gives}

    @lru_cache(maxsize=4096)  # noqa: B019  the search for baselines asks for the same days
    def _begins(self, kind: str, inpatient: bool, day: date) -> Sequence[Window]:
        minutes = 0 if inpatient else self.length(kind)
        doors = [(self._usual, DAY)] if inpatient else self.clinic.hours.windows(day, 1, self.holidays)
        begins = [(opens, closes - minutes + 1) for opens, closes in doors if closes - minutes >= opens]
        if kind == "collection":
            begins = self._collected(begins, day)
        elif kind == "dose":
            begins = intersection(begins, self.deliveries(day))
        slot = self.slot if kind in self._lengths else 1
        found = [(-(-first // slot) * slot, min(end - 1, DAY - 1) // slot * slot) for first, end in begins]
        return tuple((first, last) for first, last in found if first <= last)

    @property
    def slot(self) -> int:
        """Appointments begin at whole multiples of so many minutes."""
        return 1 if self.clinic.slot is None else round(number(self.clinic.slot, "minute"))

    def _collected(self, begins: list[Window], day: date) -> list[Window]:
        """Those of *begins* after which marrow is isolated on the same day, or if there are none on the next."""
        for later in (0, 1):
            found = intersection(begins, self.isolated(day, later))
            if found or not self.making.isolates:
                return found
        return []

    def isolated(self, day: date, later: int) -> list[Window]:
        """The minutes of *day* from which a collection would be isolated so many days *later*, while it keeps."""
        made = self.making
        if not made.isolates:
            return [(-DAY, 2 * DAY)]
        before = made.collects + made.inbound
        keeps = made.within if made.within is not None else SPAN * DAY
        found = [
            (opens - keeps, closes - made.isolates - before + 1)
            for opens, closes in self.opened(self.facility.hours, day)
            if opens // DAY == later and before <= keeps
        ]
        return merged((first, end) for first, end in found if first < end)

    @lru_cache(maxsize=4096)  # noqa: B019
    def deliveries(self, day: date) -> list[Window]:
        """The minutes of *day* at which a product can be given: it is there, tested, and has not expired."""
        made, worked = self.making, -1 if self.day_before else 0
        within = made.use_within if made.use_within is not None else SPAN * DAY
        benches = self._benches(day)
        return merged(
            (there, ready + within + 1)
            for opens, closes in self.opened(self.facility.hours, day)
            if opens // DAY == worked
            for ready in range(opens + made.prepares, closes - made.clears + 1)
            for there in (max(ready + made.outbound, self._tested(ready, benches)),)
            if there <= ready + within
        )

    def _tested(self, ready: int, benches: list[Window]) -> int:
        """When the last result is there that a product waits for, made in the minute *ready*."""
        return max(
            (next_start(benches, ready, hands) + hands + lasts for hands, lasts in self.making.tests),
            default=ready,
        )

    def _benches(self, day: date) -> list[Window]:
        name = self.making.laboratory
        return [] if name is None else self.opened(self.site.laboratories[name].hours, day)

    def opened(self, hours: Hours, day: date) -> list[Window]:
        """When a place with these *hours* is open from the day before *day* on, in minutes since the midnight of *day*."""
        if hours.never_close:
            return [(n * DAY, (n + 1) * DAY) for n in range(-1, SPAN)]
        windows = hours.windows(day - timedelta(days=1), SPAN, self.holidays)
        return [(opens - DAY, closes - DAY) for opens, closes in windows]
