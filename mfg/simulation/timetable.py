"""When a place is open, and when a product will be made, tested and at its clinic, as planned.

It is what can be known ahead: the hours, and the minutes that are booked.
"""

from __future__ import annotations

from bisect import bisect_right

from mfg.calendar import DAY, FOREVER, Window, last_start, next_start
from mfg.course.network import Event
from mfg.log import limits
from mfg.plan.plan import Plan
from mfg.plan.recipe import Recipe
from mfg.plan.site import PlannedFacility
from mfg.simulation.booked import Booked
from mfg.simulation.cohort import Patient
from mfg.simulation.lots import Dosing
from mfg.simulation.slotbook import NO_HOURS, openings_of
from mfg.works import ISOLATE, REVIEW


class Timetable:
    """The planned times of one site: of the patient's clinic, and of the facility that makes the patient's lots."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.openings = [openings_of(f.windows, plan.days) for f in plan.facilities]
        self.open_days = [openings_of(c.windows, plan.days) for c in plan.clinics]
        self._usual = [min((opens % DAY for opens, _ in days.values()), default=0) for days in self.open_days]
        self._formulating = [
            [_formulating(r, facility) for facility in plan.facilities] for r in plan.recipes
        ]
        self._tested = [[_testing(plan, r, facility) for facility in plan.facilities] for r in plan.recipes]
        self._laboratories = [hours_of_laboratory(plan, facility) for facility in plan.facilities]
        self._reviews = [_review(plan, facility) for facility in plan.facilities]
        self._arrivals: dict[tuple[int, int, int, int], int] = {}

    # ---- the clinic ----------------------------------------------------------------------------------------

    def is_open(self, patient: Patient, event: Event, day: int) -> bool:
        """Whether *event* may take place on *day* as far as the clinic's doors go; a ward is always open."""
        return event.inpatient or day in self.open_days[patient.clinic]

    def opening(self, patient: Patient, day: int) -> int:
        """When the patient's clinic opens on *day*; at its earliest hour if it is closed then."""
        opened = self.open_days[patient.clinic].get(day)
        return opened[0] if opened is not None else day * DAY + self._usual[patient.clinic]

    def last_minute(self, patient: Patient, day: int) -> int:
        """The last minute of *day* at which the patient's clinic is open; of the whole day if it is closed then."""
        _, closes = self.open_days[patient.clinic].get(day, (0, (day + 1) * DAY))
        return closes - 1

    def closing(self, patient: Patient, day: int) -> int:
        """When the patient's clinic closes on *day*; before everything if it is closed then."""
        return self.open_days[patient.clinic].get(day, NO_HOURS)[1]

    def latest_start(self, patient: Patient, booked: Booked) -> int:
        """The latest start with which a booked procedure ends before the clinic closes."""
        if self.plan.clinics[patient.clinic].slot is None or booked.event.inpatient:
            return FOREVER
        return self.closing(patient, booked.day) - booked.minutes

    # ---- between clinic and facility -----------------------------------------------------------------------

    def way(self, patient: Patient, leg: str | None) -> int:
        """The minutes that a leg takes, as planned."""
        return 0 if leg is None else self.plan.legs[leg, patient.clinic, patient.facility].typical

    def collected_between(
        self, patient: Patient, day: int, minutes: int, way: int | None = None
    ) -> tuple[int, int]:
        """Between which minutes a collection must begin so that its marrow is isolated on the same day, as planned.

        After a long *way*, the planned one if it is left out, it is isolated on the next day, while it keeps.
        """
        facility = self.plan.facilities[patient.facility]
        if ISOLATE not in facility.work:
            return 0, FOREVER
        way = self.way(patient, patient.recipe.inbound) if way is None else way
        before = minutes + way + facility.work[ISOLATE].booked
        openings, within = self.openings[patient.facility], patient.recipe.within
        latest = openings.get(day, (0, 0))[1] - before
        if latest < self.open_days[patient.clinic].get(day, NO_HOURS)[0] and day + 1 in openings:
            opens, closes = openings[day + 1]
            return 0 if within is None else opens - within, closes - before
        return 0, latest

    def next_medium(self, patient: Patient, now: int) -> int:
        """When the facility opens on its next day of medium changes; after the calendar if there is none."""
        medium = self.plan.facilities[patient.facility].medium
        n = bisect_right(medium, now)
        return medium[n] if n < len(medium) else (self.plan.days + 1) * DAY

    # ---- the product ---------------------------------------------------------------------------------------

    def formulating(self, patient: Patient) -> int:
        """For how long the work that ends with a suspended product is booked."""
        return self._formulating[patient.recipe.number][patient.facility]

    def formulation(self, dosing: Dosing) -> tuple[int, int]:
        """When the formulation of a booked dose is to begin, and when at the latest.

        At the latest it still ends before the facility closes, and the product is still at the clinic, reviewed, and tested
        as far as it must be, in time for the dose to be given before that closes.
        """
        patient, booked = dosing.patient, dosing.booked
        assert booked is not None
        recipe, facility = patient.recipe, self.plan.facilities[patient.facility]
        opens, closes = self.openings[patient.facility][booked.day - facility.day_before]
        cleared = facility.work[recipe.prepares[-1]].cleared if recipe.prepares else 0
        clinic = self.latest_start(patient, booked)
        made = self.made_by(patient, clinic) if recipe.prepares else clinic
        return opens, max(opens, min(closes - cleared, made) - self.formulating(patient))

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
        hours = self._laboratories[patient.facility]
        tests = self._tested[patient.recipe.number][patient.facility]
        tested = max((next_start(hours, made, hands) + lasts for hands, lasts in tests), default=made)
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
        review = self._reviews[patient.facility]
        return made if review is None else next_start(review[0], made, review[1]) + review[1]

    def _reviewed_by(self, patient: Patient, moment: int) -> int:
        """When a product must be made at the latest to have been reviewed by *moment*; -1 for never."""
        review = self._reviews[patient.facility]
        return moment if review is None else last_start(review[0], moment - review[1], review[1])

    def expires_in(self, patient: Patient, day: int) -> str:
        """What a product for a dose on *day* expires in: the hours of its reviewers, or its laboratory."""
        facility = self.plan.facilities[patient.facility]
        made = self.openings[patient.facility][day - facility.day_before][0] + self.formulating(patient)
        keeps = patient.recipe.use_within
        if keeps is not None and self.released(patient, made) - made > keeps:
            return limits.of(facility.name, limits.REVIEW_HOURS)
        return limits.of(list(self.plan.laboratories)[facility.laboratory], limits.EXPIRY)


def _formulating(recipe: Recipe, facility: PlannedFacility) -> int:
    works = [facility.work[name] for name in recipe.prepares]
    return sum(work.booked - work.cleared for work in works)


def _testing(plan: Plan, recipe: Recipe, facility: PlannedFacility) -> list[tuple[int, int]]:
    """The tests of a product that hold up its administration: minutes of hands, and until the result, as planned.

    Hands that no day is long enough for are taken to need the longest.
    """
    longest = max((closes - opens for opens, closes in hours_of_laboratory(plan, facility)), default=0)
    return [
        (min(booked, longest), booked + round(test.turnaround.typical))
        for test in plan.tests_of(recipe)
        if test.sampled == "product" and test.holds == "administration"
        for booked in (test.benches[facility.laboratory].booked,)
    ]


def hours_of_laboratory(plan: Plan, facility: PlannedFacility) -> tuple[Window, ...]:
    """When the laboratory of *facility* is open."""
    if not plan.laboratories:
        return ()
    return plan.hours[plan.resources.index(f"{list(plan.laboratories)[facility.laboratory]}.benches")]


def _review(plan: Plan, facility: PlannedFacility) -> tuple[tuple[Window, ...], int] | None:
    """In which hours products are released at *facility*, and how long that is booked for; None where nobody does."""
    work = facility.work.get(REVIEW)
    if work is None or work.need is None:
        return None
    return plan.needs[work.need][1], work.booked
