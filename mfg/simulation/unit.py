"""The cell-therapy unit while it runs: everything that a story of a patient, a lot or a dose can ask for."""

from __future__ import annotations

from mfg.log.endings import WAS_DONE
from mfg.log.notes import ALLOCATE, NOTES
from mfg.plan.plan import Plan
from mfg.plan.site import HOLDS, PlannedFacility
from mfg.simulation.biology import Biology
from mfg.simulation.booking import Booking
from mfg.simulation.books import Books
from mfg.simulation.clock import Process, Running
from mfg.simulation.cohort import Patient
from mfg.simulation.courses import Courses
from mfg.simulation.demand import Demand
from mfg.simulation.draws import Chance, Luck
from mfg.simulation.floor import Floor
from mfg.simulation.interrupts import Lost
from mfg.simulation.log import NAN, EventLog
from mfg.simulation.lots import CellLot, Results
from mfg.simulation.needs import Need
from mfg.simulation.stock import Stock
from mfg.simulation.timetable import Timetable
from mfg.simulation.traits import Traits
from mfg.simulation.workplace import Workplace
from mfg.simulation.works import Panel, jobs_of, panels_of


class Unit:
    """One replication of a plan: its clock and resources, its books, its log, its patients' luck.

    `subjects` are who came in, in their order, where first doses are staggered. The run ends when none of those `watched` is
    to have another dose; None is for all to the end.
    """

    def __init__(self, plan: Plan, luck: Luck) -> None:
        self.plan = plan
        self.log = EventLog()
        self.needs = [Need(parts, windows) for parts, windows in plan.needs]
        self.floor = Floor(plan.capacities, self.needs, self.log)
        self.work = Workplace(plan, self.floor, self.needs, self.log, luck)
        self.stock = Stock(plan, self.floor, self.log, self.work.rank)
        self.courses, self.timetable = Courses(plan), Timetable(plan)
        self.demand = Demand(plan, self.courses, self.timetable)
        self.books = Books(plan, self.timetable, self.demand)
        self.booking = Booking(plan, self.courses, self.books)
        self.biology, self.traits = Biology(plan, luck), Traits(plan, luck)
        self.contaminated = Chance.of(luck, "contaminated marrow", plan.people.contaminated)
        self.watched: set[int] | None = None
        self.subjects: list[Patient] = []
        self._panels = [panels_of(plan, recipe, self.needs, luck) for recipe in plan.recipes]
        self.no_results = dict.fromkeys(HOLDS, Results(self.floor, 0))
        self._jobs = jobs_of(plan, self.needs, luck)

    @property
    def now(self) -> int:
        """The minute that it is."""
        return self.floor.now

    def assign(self, patient: Patient, facility: int) -> None:
        """Let the patient's lots be made at *facility*, by the recipe of the patient's arm."""
        patient.facility, patient.jobs = facility, self._jobs[patient.clinic, facility]
        patient.recipe = self.plan.recipe_for(patient.case)
        patient.of_lots, patient.of_products = self._panels[patient.recipe.number]

    def results_of(self, panel: Panel) -> dict[str, Results]:
        """A new event for each thing that the results of a *panel* hold up."""
        return {**self.no_results, **{what: Results(self.floor, n) for what, n in panel.holds.items()}}

    def facility_of(self, patient: Patient) -> PlannedFacility:
        """The facility that makes the patient's lots."""
        return self.plan.facilities[patient.facility]

    def begin(self, patient: Patient, story: Process) -> Running:
        """Start a process that ends when the patient leaves."""
        process = self.floor.process(story)
        patient.processes.append(process)
        return process

    def loses(self, lot: CellLot, cause: str) -> None:
        """Stop the making of *lot*: it is lost."""
        if lot.process is not None and not lot.failed:
            self.floor.interrupt(lot.process, Lost(cause))

    def writes(self, subject: int, name: str, outcome: str = WAS_DONE, value: float = NAN) -> None:
        """Write down now something that takes no time."""
        now = self.floor.now
        self.log.note(subject, NOTES[name], now, now, now, outcome, value)

    def allocates(self, patient: Patient) -> None:
        """Write down the arm, and the rate of decline, with which the cost of waiting is worked out."""
        if not patient.ended:
            self.writes(patient.subject, ALLOCATE, patient.arm.name, patient.decline)
