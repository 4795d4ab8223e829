"""The cell-therapy unit while it runs: what a journey can ask of it, in the unit's own words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from math import ceil, inf

from simpy import Event, Interrupt

from mfg.calendar import DAY, FOREVER
from mfg.log.endings import BELOW, DIED, TOO_LONG, WAS_DONE, WITHDREW
from mfg.log.notes import ALLOCATE, END, NOTES
from mfg.plan.plan import Plan
from mfg.plan.site import HOLDS, PlannedFacility
from mfg.simulation.biology import Biology
from mfg.simulation.booking import Booked, Booking
from mfg.simulation.clock import First, Process, Running
from mfg.simulation.cohort import Patient
from mfg.simulation.draws import Chance, Luck
from mfg.simulation.floor import Floor, Need, Rank, Task
from mfg.simulation.holds import Places
from mfg.simulation.log import NAN, EventLog
from mfg.simulation.lots import Dosing, Lost, Lot, Made, Results
from mfg.simulation.traits import Traits
from mfg.simulation.works import Job, Panel, jobs_of, ways_of
from mfg.works import SHIP_IN

_TREATED = (-FOREVER,)  # before everybody: who was treated gets a bed before anybody who is not yet


class Unit:
    """One replication of a plan: its clock and resources, its books, its log, its patients' luck."""

    def __init__(self, plan: Plan, luck: Luck) -> None:
        self.plan = plan
        self.log = EventLog()
        self.needs = [Need(parts, windows) for parts, windows in plan.needs]
        self.floor = Floor(plan.capacities, self.needs, self.log)
        self.incubators = [Places(self.floor, f.incubator) for f in plan.facilities]
        self.stores = [Places(self.floor, f.storage) for f in plan.facilities]
        self.booking = Booking(plan)
        self.biology = Biology(plan, luck)
        self.traits = Traits(plan, luck)
        self.contaminated = Chance.of(luck, "contaminated marrow", plan.people.contaminated)
        self.watched: set[int] | None = (
            None  # the run ends when none of these is to have a dose; None for all to the end
        )
        self.subjects: list[Patient] = []  # who came in, in their order, where first doses are staggered
        self.in_work = [0] * len(plan.facilities)
        self._panels = [
            [
                Panel(
                    [t for t in plan.tests_of(recipe) if (t.sampled == "product") == product],
                    self.needs,
                    luck,
                )
                for product in (False, True)
            ]
            for recipe in plan.recipes
        ]
        self.no_results = dict.fromkeys(HOLDS, Results(self.floor, 0))
        self._jobs = jobs_of(plan, self.needs, luck)
        self._ways = ways_of(plan, luck)
        self.rank = {
            "due-date": self._by_due_date,
            "first-come": self._by_arrival,
            "most-urgent": self._by_decline,
        }[plan.policy.order]

    @property
    def now(self) -> int:
        """The minute that it is."""
        return self.floor.now

    # ---- time and processes -------------------------------------------------------------------------

    def reach(self, booked: Booked, unless: Event | None = None) -> Process:
        """Wait for an appointment, wherever it is moved to meanwhile, *unless* that happens first."""
        while self.floor.now < booked.start and not (unless is not None and unless.triggered):
            yield booked.start if unless is None else First(self.floor, booked.start, unless)

    def assign(self, patient: Patient, facility: int) -> None:
        """Let the patient's lots be made at *facility*, by the recipe of the patient's arm."""
        patient.facility, patient.jobs = facility, self._jobs[patient.clinic, facility]
        patient.recipe = self.plan.recipe_for(patient.case)
        patient.of_lots, patient.of_products = self._panels[patient.recipe.number]

    def results_of(self, panel: Panel) -> dict[str, Results]:
        """What will wait for the results of a *panel*, by what they hold up."""
        return {**self.no_results, **{what: Results(self.floor, n) for what, n in panel.holds.items()}}

    def facility_of(self, patient: Patient) -> PlannedFacility:
        """The facility that makes the patient's lots."""
        return self.plan.facilities[patient.facility]

    def begin(self, patient: Patient, story: Process) -> Running:
        """Start a process that ends when the patient leaves."""
        process = self.floor.process(story)
        patient.processes.append(process)
        return process

    def will_leave(self, patient: Patient, baseline: float) -> None:
        """Let the patient die, withdraw or fall below the score when it is time.

        Day 0 is at *baseline*, and inf if the course has no planned day 0.
        """
        people = self.plan.people
        withdraws = patient.arrived + patient.withdraws(baseline - patient.arrived, people)
        self._will_leave_at(patient, DIED, patient.arrived + patient.dies)
        self._will_leave_at(patient, WITHDREW, withdraws)
        falls = patient.arrived + patient.falls_below(self.plan.policy.score_least)
        if baseline == inf and patient.arm.doses:
            limit = patient.arrived + self.plan.policy.give_up_after
            self._will_leave_at(patient, TOO_LONG, limit, untreated=True)
        if patient.arm.doses or falls < baseline:
            self._will_leave_at(patient, BELOW, falls, untreated=True)

    def _will_leave_at(self, patient: Patient, cause: str, moment: float, *, untreated: bool = False) -> None:
        def leaves() -> None:
            if not (patient.ended or (untreated and (patient.treated or any(d.over for d in patient.doses)))):
                for process in patient.processes:
                    self.interrupts(process, cause)

        if moment < self.plan.days * DAY:
            self.floor.at(ceil(moment), leaves)

    def loses(self, lot: Lot, cause: str) -> None:
        """Stop the making of *lot*: it is lost."""
        if lot.process is not None and not lot.failed:
            self.interrupts(lot.process, Lost(cause))

    def interrupts(self, process: Running, cause: object) -> None:
        """Interrupt *process*; a task that it waits for leaves its line, if it has not begun."""
        if process.is_alive:
            if isinstance(process.target, Task):
                self.floor.withdraw(process.target)
            process.interrupt(cause)

    # ---- work ----------------------------------------------------------------------------------------

    def _by_due_date(self, made: Made, due: int) -> Rank:
        return (due, made.patient.index)

    def _by_arrival(self, made: Made, due: int) -> Rank:
        return (self.floor.now, due, made.patient.index)

    def _by_decline(self, made: Made, due: int) -> Rank:
        return (int(made.patient.decline * 1e6), due, made.patient.index)

    def _turn(self, made: Made, due: int | None) -> Rank:
        """Whose turn it is: first what does not keep, by when it is *due*; then the rest as the policy says."""
        return (1, *self.rank(made, made.due)) if due is None else (0, due, made.patient.index)

    def does(
        self,
        job: Job,
        made: Made,
        flasks: int = 0,
        value: float = NAN,
        due: int | None = None,
        rank: Rank | None = None,
    ) -> Task:
        """Ask for *job*; it happens when the work is done, and is written down with *value*.

        It takes longer the more *flasks* there are. What does not keep is *due* at a minute of its own, and goes before what
        can wait, whatever the policy's order; with a *rank* nobody is asked whose turn it is.
        """
        need, booked, lasts, turn = job.need, job.booked, job.fixed, made.turn(job.name)
        assert need is not None
        if lasts is None:
            lasts = job.lasts(made.patient.index, made.number, turn)
        if flasks and job.per_flask:
            extra = int(job.per_flask * flasks + 0.5)
            lasts, booked = lasts + extra, min(booked + extra, need.longest)
        return Task(
            need,
            lasts,
            booked,
            self._turn(made, due) if rank is None else rank,
            (made.subject, job.activity, value, job.clears, None),
            0 if job.clearance is None else job.clearance(made.patient.index, made.number, turn),
        )

    def does_together(
        self, first: Job, on: Made, last: Job, made: Made, flasks: int = 0, due: int | None = None
    ) -> Task:
        """Ask for two pieces of work on the same cells as one: places and hands are kept from first to last."""
        facility = self.plan.facilities[made.patient.facility]
        extra = int(first.per_flask * flasks + 0.5)
        patient, turn = made.patient.index, made.turn(last.name)
        begins = first.lasts(patient, on.number, on.turn(first.name)) + extra
        return Task(
            self.needs[facility.together[first.name, last.name]],
            lasts=begins + last.lasts(patient, made.number, turn),
            booked=first.booked - first.cleared + extra + last.booked,
            rank=self._turn(made, due),
            note=(on.subject, first.activity, NAN, last.clears, (begins, made.subject, last.activity)),
            clearance=0 if last.clearance is None else last.clearance(patient, made.number, turn),
        )

    def writes(self, subject: int, name: str, outcome: str = WAS_DONE, value: float = NAN) -> None:
        """Write down something that takes no time."""
        now = self.floor.now
        self.log.note(subject, NOTES[name], now, now, now, outcome, value)

    def allocates(self, patient: Patient) -> None:
        """Write down the arm, and the decline with which the wait is reckoned."""
        if not patient.ended:
            self.writes(patient.subject, ALLOCATE, patient.arm.name, patient.decline)

    def recovery(self, name: str, made: Made) -> float:
        """The share of the cells that came out of the work *name* the last time."""
        job = made.patient.jobs.get(name)
        if job is None or job.recovers is None:
            return 1.0
        return float(job.recovers(made.patient.index, made.number, made.turns[name])) / 100

    def begins(self, task: Task, by: float | None = None, unless: Event | None = None) -> Process:
        """Wait until *task* begins; returns False, and takes it out of its line, if it has not *by* then.

        Nor if something else happens first, *unless* which it would have begun.
        """
        task.begun = First(
            self.floor, *([] if by is None else [ceil(by + 1)]), *([] if unless is None else [unless])
        )
        try:
            yield task.begun
        except Interrupt:
            self.floor.withdraw(task)
            raise
        if task.started < 0:
            self.floor.withdraw(task)
        return task.started >= 0

    def opened(self, job: Job, made: Made, lot: Lot) -> None:
        """The cells of *lot* were handled in the open: now and then something gets in."""
        if job.contaminates is not None:
            lot.contaminated |= job.contaminates(made.patient.index, made.number, made.turns[job.name])

    def comes_to_nothing(self, job: Job, made: Made) -> bool:
        """Whether the work that was just done has failed."""
        return job.fails is not None and job.fails(made.patient.index, made.number, made.turns[job.name])

    def procedure(
        self,
        name: str,
        made: Made,
        booked: Booked | None,
        value: float = NAN,
        by: float | None = None,
        unless: Event | None = None,
        begun: Callable[[int], None] | None = None,
    ) -> Process:
        """Something done at the clinic: at its appointment, at the next free one, or in the order of coming.

        Returns when it began, or -1 if it could not begin *by* then, or something else came first, *unless* which
        it would have begun; or if the clinic closed on the day of the appointment that was *booked* before a room was
        free. As it begins, *begun* is told when that is.
        """
        job = made.patient.jobs[name]
        if not self.booking.takes_appointments(made.patient):
            return (yield from self._is_done(self.does(job, made, value=value), by, unless, begun))
        if booked is not None:
            return (yield from self._at_the_door(job, made, booked, value, by, unless, begun))
        while (booked := (yield from self._next_appointment(name, made, by, unless))) is not None:
            start = yield from self._at_the_door(job, made, booked, value, by, unless, begun)
            if start >= 0:
                return start
        return -1

    def _at_the_door(
        self,
        job: Job,
        made: Made,
        booked: Booked,
        value: float,
        by: float | None,
        unless: Event | None,
        begun: Callable[[int], None] | None,
    ) -> Process:
        """Wait until there is room, in the order of appointments, while the clinic is open; on a ward there is."""
        patient = made.patient
        booked.done = True
        if booked.event.inpatient:
            start = self.now
            if begun is not None:
                begun(start)
            yield start + job.lasts(patient.index, made.number, made.turn(job.name))
            activity = self.plan.clinics[patient.clinic].on_ward[job.name]
            self.log.note(made.subject, activity, booked.start, start, self.now, value=value)
            return start
        closes = self.booking.closes(patient, booked.day)
        by = closes - 1 if by is None else min(by, closes - 1)
        task = self.does(job, made, value=value, rank=(booked.start, patient.index))
        return (yield from self._is_done(task, by, unless, begun))

    def _is_done(
        self, task: Task, by: float | None, unless: Event | None, begun: Callable[[int], None] | None
    ) -> Process:
        """Wait until *task* is done; returns when it began, or -1 if it did not."""
        awaited = by is not None or unless is not None or begun is not None
        if awaited and not (yield from self.begins(task, by, unless)):
            return -1
        if begun is not None:
            begun(task.started)
        yield task
        return task.started

    def stays(self, made: Made, minutes: int) -> Process:
        """Keep the patient in a bed for so long, as soon as one is free; whoever leaves gives it back."""
        clinic = self.plan.clinics[made.patient.clinic]
        if clinic.bed is None:
            start = self.now
            yield start + minutes
            self.log.note(made.subject, clinic.stays, start, start, self.now)
            return
        rank, note = (*_TREATED, made.patient.index), (made.subject, clinic.stays, NAN, 0, None)
        task = Task(self.needs[clinic.bed], minutes, minutes, rank, note)
        try:
            yield task
        except Interrupt:
            self.floor.stop(task)
            raise

    def _next_appointment(self, name: str, made: Made, by: float | None, unless: Event | None) -> Process:
        booked = self.booking.book_next(made.patient, name, self.now)
        if by is not None and booked.start > by:
            self.booking.cancel(made.patient, [booked])
            return None
        try:
            yield from self.reach(booked, unless)
        except Interrupt:
            self.booking.cancel(made.patient, [booked])
            raise
        if unless is not None and unless.triggered:
            self.booking.cancel(made.patient, [booked])
            return None
        return booked

    def ships(self, made: Made, name: str, left: int | None = None) -> Process:
        """Carry something in or out, as *name* says; returns whether its temperature was kept.

        It leaves now, unless it *left* before the run: then it arrives now at the earliest.
        """
        patient = made.patient
        leg = patient.recipe.inbound if name == SHIP_IN else patient.recipe.outbound
        way = self._ways.get((name, leg, patient.clinic, patient.facility))
        if way is None:
            return True
        turn, start = made.turn(name), self.floor.now if left is None else left
        yield max(self.floor.now, start + way.lasts(patient.index, made.number, turn))
        kept = way.excursion is None or not way.excursion(patient.index, made.number, turn)
        outcome = WAS_DONE if kept else "too warm"
        self.log.note(made.subject, way.activity, start, start, self.floor.now, outcome)
        return kept

    # ---- places that are held -----------------------------------------------------------------------------

    def reserves(self, lot: Lot, flasks: int) -> Event:
        """Ask for the incubator places that the lot will need at its largest."""
        lot.hold = self.incubators[lot.patient.facility].hold(flasks, self.rank(lot, lot.due), None)
        self.in_work[lot.patient.facility] += 1
        return lot.hold

    def frees(self, lot: Lot) -> None:
        """Give the incubator places back, and write down how long the lot had them."""
        hold, place = lot.hold, lot.patient.facility
        if hold is None:
            return
        lot.hold = None
        self.in_work[place] -= 1
        if hold.started >= 0:
            activity = self.plan.facilities[place].incubates
            self.log.note(lot.subject, activity, hold.asked, hold.started, self.now, value=float(hold.units))
        self.incubators[place].give_back(hold)

    def stores_for(self, bank: Lot, containers: int) -> Event:
        """Ask for the places of a bank in the freezer."""
        bank.store = self.stores[bank.patient.facility].hold(containers, self.rank(bank, bank.due), None)
        return bank.store

    def takes_out(self, bank: Lot, containers: int) -> None:
        """Give so many places in the freezer back, and write down how long the bank had them."""
        hold, place = bank.store, bank.patient.facility
        if hold is None or not containers:
            return
        if hold.started >= 0:
            activity = self.plan.facilities[place].stores
            self.log.note(bank.subject, activity, hold.asked, hold.started, self.now, value=float(containers))
        self.stores[place].give_back(hold, containers)

    def empties(self, bank: Lot) -> None:
        """Discard what is left of a bank."""
        if bank.store is not None:
            self.takes_out(bank, bank.store.units)
            bank.store, bank.contents = None, []

    # ---- days --------------------------------------------------------------------------------------------

    def next_medium(self, lot: Lot) -> int:
        """The opening of the next day on which medium is changed."""
        medium = self.plan.facilities[lot.patient.facility].medium
        n = bisect_right(medium, self.floor.now)
        return medium[n] if n < len(medium) else (self.plan.days + 1) * DAY

    def harvest_day(self, lot: Lot) -> int:
        """The day on which the lot's cells are to be taken."""
        return lot.due // DAY - self.plan.facilities[lot.patient.facility].day_before

    def formulation(self, dosing: Dosing) -> tuple[int, int]:
        """When the formulation of a booked dose is to begin, and when at the latest.

        At the latest it still ends before the facility closes, and the product is still at the clinic, reviewed, and tested
        as far as it must be, in time for the dose to be given before that closes.
        """
        assert dosing.booked is not None
        patient, recipe = dosing.patient, dosing.patient.recipe
        facility = self.plan.facilities[patient.facility]
        opens, closes = self.booking.openings[patient.facility][dosing.booked.day - facility.day_before]
        minutes = self.booking.formulating(patient)
        cleared = facility.work[recipe.prepares[-1]].cleared if recipe.prepares else 0
        clinic = self.booking.closing(patient, dosing.booked)
        made = self.booking.made_by(patient, clinic) if recipe.prepares else clinic
        return opens, max(opens, min(closes - cleared, made) - minutes)

    def ends(self, patient: Patient, ending: str) -> None:
        """The patient's way is over, by a named ending; whatever else is under way for this patient stops."""
        patient.ended = True
        self.writes(patient.subject, END, ending)
        self.has_had_all(patient)
        for process in patient.processes[1:]:
            self.interrupts(process, ending)

    def has_had_all(self, patient: Patient) -> None:
        """No dose of *patient* is to come: if that was all that is watched, the run ends."""
        if self.watched is not None and patient.index in self.watched:
            self.watched.remove(patient.index)
            self.floor.stopped = not self.watched
