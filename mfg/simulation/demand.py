"""What an appointment takes, as planned: a room for so long, beds, incubator places, and work of the facility on a day."""

from __future__ import annotations

from mfg.calendar import DAY
from mfg.course.network import Event
from mfg.plan import sizing
from mfg.plan.plan import Plan
from mfg.simulation.booked import FlaskBooking
from mfg.simulation.cohort import Patient
from mfg.simulation.courses import Courses
from mfg.simulation.timetable import Timetable
from mfg.works import DRAW, ISOLATE, PROCEDURES

_LONG = frozenset({"collection", "dose"})  # what the facility works for in one go


class Demand:
    """What the events of a course take; incubator places are planned once, by what is known of the patient then."""

    def __init__(self, plan: Plan, courses: Courses, timetable: Timetable) -> None:
        self._plan, self._courses, self._timetable = plan, courses, timetable
        self._beds: dict[tuple[int, int, str, bool], tuple[tuple[int, int, int], ...]] = {}
        self._cultures: dict[tuple[int, str, str], FlaskBooking | None] = {}

    def minutes_of(self, patient: Patient, event: Event) -> int:
        """For how long a room is booked for *event*."""
        work = PROCEDURES.get(event.kind)
        clinic = self._plan.clinics[patient.clinic]
        if work is None or work not in clinic.work or event.inpatient:
            return 0
        minutes = clinic.work[work].booked
        if event.kind == "dose" and patient.is_chased(event.name):
            minutes += clinic.work[DRAW].booked
        return minutes

    def rooms_of(self, patient: Patient, event: Event) -> int:
        """How many rooms *event* takes for that long."""
        return self._plan.clinics[patient.clinic].work[PROCEDURES[event.kind]].rooms

    def beds_of(self, patient: Patient, event: Event) -> tuple[tuple[int, int, int], ...]:
        """How long after its start, for how many minutes and how many beds *event* takes, and the stay after it."""
        key = (patient.clinic, patient.recipe.number, event.kind, event.inpatient)
        if key not in self._beds:
            clinic, found, ends = self._plan.clinics[patient.clinic], list[tuple[int, int, int]](), 0
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

    def fills(self, patient: Patient, event: Event) -> bool:
        """Whether syringes are filled with cells for *event*."""
        return event.kind == "dose" and event.dose in patient.arm.filled

    def work_of(self, patient: Patient, event: Event, day: int) -> tuple[int, int] | None:
        """The day on which the facility works for an event on *day*, and for how many minutes in one go."""
        if event.kind not in _LONG or self._serves(patient, event) not in patient.arm.filled:
            return None
        facility = self._plan.facilities[patient.facility]
        if event.kind == "collection" and ISOLATE in facility.work:
            minutes, times = facility.work[ISOLATE].booked, self._timetable
            before = self.minutes_of(patient, event) + times.way(patient, patient.recipe.inbound) + minutes
            opened = times.openings[patient.facility].get(day, (0, 0))
            return day + (times.opening(patient, day) + before > opened[1]), minutes
        if event.kind == "dose" and patient.recipe.prepares:
            cleared = facility.work[patient.recipe.prepares[-1]].cleared
            return day - facility.day_before, self._timetable.formulating(patient) + cleared
        return None

    def culture_of(self, patient: Patient, event: Event) -> FlaskBooking | None:
        """The incubator places that are planned for the lot that begins, or is thawed, for *event*."""
        if event.kind not in _LONG:
            return None
        key = (patient.index, event.kind, event.name)
        if key not in self._cultures:
            self._cultures[key] = self._planned(patient, event)
        return self._cultures[key]

    def _planned(self, patient: Patient, event: Event) -> FlaskBooking | None:
        recipe, facility, doses = patient.recipe, self._plan.facilities[patient.facility], patient.arm.doses
        bank = recipe.bank
        dose = next((d for d in doses if d.name == self._serves(patient, event) and d.product), None)
        if dose is None or recipe.expansion is None:
            return None
        if event.kind == "collection":
            cells = patient.portion(dose).total
            harvest = sizing.target(recipe, facility, cells)
            last = self._courses.lead(patient.arm, event.name)
            if bank is not None:
                served = [patient.portion(d).total for d in doses if d.product]
                harvest = sizing.bank_target(recipe, facility, served)
                last -= self._after_freezing(patient)
                if recipe.expansion.lasts is not None:
                    last = min(last, -(-(recipe.expansion.lasts + recipe.induces) // DAY))
            return FlaskBooking(sizing.flasks_for(recipe, facility, harvest), 0, last)
        if event.kind == "dose" and bank is not None and bank.recovers is not None:
            harvest = sizing.target(recipe, facility, patient.portion(dose).total)
            return FlaskBooking(sizing.flasks_for(recipe, facility, harvest), -1 - bank.recovers // DAY, 0)
        return None

    def _serves(self, patient: Patient, event: Event) -> str | None:
        """The dose whose cells an event is for: of a bank's collection, which may go with a sham, the first of cells."""
        if event.kind == "collection" and patient.recipe.bank is not None:
            return next((dose.name for dose in patient.arm.doses if dose.product), None)
        return event.dose

    def _after_freezing(self, patient: Patient) -> int:
        """The days before a dose on which its bank is no longer in culture: for its results, and to recover."""
        bank = patient.recipe.bank
        tests = self._plan.tests_of(patient.recipe)
        results = [test.turnaround.typical for test in tests if test.sampled == "culture"]
        recovers = 0 if bank is None or bank.recovers is None else bank.recovers + DAY
        return int((max(results, default=0.0) + recovers) // DAY)
