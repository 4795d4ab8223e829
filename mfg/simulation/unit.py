"""The cell-therapy unit while it runs: what a journey can ask of it, in the unit's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from simpy import AnyOf, Event, Interrupt

from mfg.calendar import DAY
from mfg.shape import Shape
from mfg.simulation import plan as p
from mfg.simulation.biology import Biology
from mfg.simulation.booking import Booked, Booking
from mfg.simulation.clock import Process, Running
from mfg.simulation.cohort import Patient
from mfg.simulation.draws import Draws, Luck
from mfg.simulation.floor import Floor, Need, Places, Rank, Task
from mfg.simulation.log import NAN, EventLog
from mfg.simulation.lots import Dosing, Lost, Lot, Made, Results


class Job:
    """A piece of work of the plan with its need and the draws of its minutes at hand."""

    __slots__ = ("clearance", "lasts", "need")

    def __init__(self, work: p.Work, needs: Sequence[Need], luck: Luck) -> None:
        self.need = needs[work.need] if work.need is not None else None
        self.lasts = Draws.minutes(luck, work.name, work.lasts)
        self.clearance = (
            Draws.minutes(luck, f"clearance after {work.name}", work.clearance) if work.clearance else None
        )


class Unit:
    """One replication of a plan: its clock and resources, its books, its log, its patients' luck."""

    def __init__(self, plan: p.Plan, luck: Luck) -> None:
        self.plan = plan
        self.log = EventLog()
        self.needs = [Need(parts, windows) for parts, windows in plan.needs]
        self.floor = Floor(plan.capacities, self.needs, self.log)
        self.incubators = [Places(self.floor, f.incubator) for f in plan.facilities]
        self.stores = [Places(self.floor, f.storage) for f in plan.facilities]
        self.booking = Booking(plan)
        self.biology = Biology(plan, luck)
        self.in_work = [0] * len(plan.facilities)
        self.lot_tests = [test for test in plan.tests if test.sampled != "product"]
        self.product_tests = [test for test in plan.tests if test.sampled == "product"]
        self.no_results = Results(self.floor, 0)
        self._luck = luck
        self._draws: dict[tuple[str, int], Draws[float]] = {}
        self._minutes_of: dict[tuple[str, int], Draws[int]] = {}
        self._jobs = {work.activity: Job(work, self.needs, luck) for work in plan.works}
        self._urgent = plan.policy.order == "most-urgent"
        self._first_come = plan.policy.order == "first-come"

    @property
    def now(self) -> int:
        """The minute that it is."""
        return self.floor.now

    # ---- time and processes -------------------------------------------------------------------------

    def until(self, moment: float) -> Event:
        """Wait until *moment*."""
        return self.floor.until(ceil(moment))

    def reach(self, booked: Booked, unless: Event | None = None) -> Process:
        """Wait for an appointment, wherever it is moved to meanwhile, *unless* that happens first."""
        while self.floor.now < booked.start and not (unless is not None and unless.triggered):
            moment = self.floor.until(booked.start)
            yield moment if unless is None else moment | unless

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
        self._will_leave_at(patient, "died", patient.arrived + patient.dies)
        self._will_leave_at(patient, "withdrew", withdraws)
        falls = patient.arrived + patient.falls_below(self.plan.policy.score_least)
        if patient.arm.doses or falls < baseline:
            self._will_leave_at(patient, "fell below eligibility", falls, untreated=True)

    def _will_leave_at(self, patient: Patient, cause: str, moment: float, *, untreated: bool = False) -> None:
        def leaves(_: Event) -> None:
            if not (patient.ended or (untreated and any(d.over for d in patient.doses))):
                for process in patient.processes:
                    self.interrupts(process, cause)

        if moment < self.plan.days * DAY:
            then(self.until(moment), leaves)

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

    # ---- luck ----------------------------------------------------------------------------------------

    def value(self, decision: str, shape: Shape, made: Made, turn: int) -> float:
        """What *shape* gives for this lot or dose, the *turn*-th time that it is asked."""
        key = decision, id(shape)  # places differ in their shapes, and a plan outlives its unit
        draws = self._draws.get(key)
        if draws is None:
            draws = self._draws[key] = Draws.of(self._luck, decision, shape)
        return draws(made.patient.index, made.number, turn)

    def minutes(self, decision: str, shape: Shape, made: Made, turn: int) -> int:
        """How long *shape* lets this lot or dose wait, the *turn*-th time that it is asked."""
        key = decision, id(shape)
        draws = self._minutes_of.get(key)
        if draws is None:
            draws = self._minutes_of[key] = Draws.minutes(self._luck, decision, shape)
        return draws(made.patient.index, made.number, turn)

    def happens(self, decision: str, chance: float, made: Made, turn: int = 0) -> bool:
        """Whether something with so small a *chance* happens to this lot or dose this time."""
        return chance > 0 and self.value(decision, p.ANY, made, turn) < chance

    # ---- work ----------------------------------------------------------------------------------------

    def rank(self, made: Made, due: int | None = None) -> Rank:
        """Whose turn it is: by due date, by who came first, or by who declines fastest."""
        patient = made.patient
        due = made.due if due is None else due
        if self._urgent:
            return (int(patient.decline * 1e6), due, patient.index)
        return (self.floor.now if self._first_come else due, patient.index)

    def work_of(self, made: Made, name: str) -> p.Work:
        """The work *name* at the patient's facility."""
        return self.plan.facilities[made.patient.facility].work[name]

    def does(
        self, work: p.Work, made: Made, flasks: int = 0, value: float = NAN, due: int | None = None
    ) -> Task:
        """Ask for *work*; it happens when the work is done, and is written down with *value*.

        So many flasks may make it longer than any opening: then it is booked for the whole of one. It is
        *due* when the thing is, if it has no date of its own.
        """
        job, turn, number = self._jobs[work.activity], made.turn(work.name), made.number
        need, index, booked = job.need, made.patient.index, work.booked
        assert need is not None
        lasts = job.lasts(index, number, turn)
        if flasks:
            extra = int(work.per_flask * flasks + 0.5)
            lasts, booked = lasts + extra, booked + extra
        return self.floor.work(
            need,
            lasts,
            booked if booked <= need.longest else need.longest,  # noqa: FURB136  a call costs more
            self.rank(made, due),
            (made.subject, work.activity, value, work.clears, None),
            job.clearance(index, number, turn) if job.clearance is not None else 0,
        )

    def does_together(self, first: p.Work, on: Made, last: p.Work, made: Made, flasks: int = 0) -> Task:
        """Ask for two pieces of work on the same cells as one: places and hands are kept from first to last."""
        facility = self.plan.facilities[made.patient.facility]
        extra = int(first.per_flask * flasks + 0.5)
        turn, begins = made.turn(last.name), self._minutes(first, on, on.turn(first.name)) + extra
        return self.floor.work(
            self.needs[facility.together[first.name, last.name]],
            lasts=begins + self._minutes(last, made, turn),
            booked=first.booked - first.cleared + extra + last.booked,
            rank=self.rank(made),
            note=(on.subject, first.activity, NAN, last.clears, (begins, made.subject, last.activity)),
            clearance=self._clearance(last, made, turn),
        )

    def _minutes(self, work: p.Work, made: Made, turn: int) -> int:
        """How long *work* lasts the *turn*-th time, flasks not counted."""
        return self._jobs[work.activity].lasts(made.patient.index, made.number, turn)

    def _clearance(self, work: p.Work, made: Made, turn: int) -> int:
        """How long the places of *work* are cleared afterwards."""
        clearance = self._jobs[work.activity].clearance
        return 0 if clearance is None else clearance(made.patient.index, made.number, turn)

    def writes(self, subject: int, name: str, outcome: str = "done", value: float = NAN) -> None:
        """Write down something that takes no time."""
        now = self.floor.now
        self.log.note(subject, p.NOTES[name], now, now, now, outcome, value)

    def recovery(self, name: str, made: Made) -> float:
        """The share of the cells that comes out of the work *name* this time."""
        shape = self.work_of(made, name).recovers
        return (
            1.0
            if shape is None
            else self.value(f"recovery of {name}", shape, made, made.turns[name] - 1) / 100
        )

    def begins(self, task: Task, by: float | None = None, unless: Event | None = None) -> Process:
        """Wait until *task* begins; returns False, and takes it out of its line, if it has not *by* then.

        Nor if something else happens first, *unless* which it would have begun.
        """
        begun = task.begun = self.floor.event()
        waits = [begun, *([] if by is None else [self.until(by + 1)]), *([] if unless is None else [unless])]
        try:
            yield begun if len(waits) == 1 else AnyOf(self.floor, waits)
        except Interrupt:
            self.floor.withdraw(task)
            raise
        if task.started < 0:
            self.floor.withdraw(task)
        return task.started >= 0

    def opened(self, work: p.Work, made: Made, lot: Lot) -> None:
        """The cells of *lot* were handled in the open: now and then something gets in."""
        if work.contaminates:
            turn = made.turns[work.name] - 1
            lot.contaminated |= self.happens(f"contamination by {work.name}", work.contaminates, made, turn)

    def comes_to_nothing(self, work: p.Work, made: Made) -> bool:
        """Whether the work that was just done has failed."""
        turn = made.turns[work.name] - 1
        return work.fails > 0 and self.happens(f"failure of {work.name}", work.fails, made, turn)

    def procedure(
        self, name: str, made: Made, booked: Booked | None, value: float = NAN, by: float | None = None
    ) -> Process:
        """Something done at the clinic: at its appointment, at the next free one, or in the order of coming.

        Returns when it began, or -1 if it could not begin *by* then.
        """
        work = self.plan.clinics[made.patient.clinic].work[name]
        if work.need is not None:
            task = self.does(work, made, value=value)
            if by is not None and not (yield from self.begins(task, by)):
                return -1
            yield task
            return task.started
        planned = self.now
        if booked is None:
            booked = yield from self._next_appointment(name, made, by)
            if booked is None:
                return -1
        else:
            planned = booked.start
        booked.done = True
        start = self.now
        yield self.until(start + self._minutes(work, made, made.turn(name)))
        self.log.note(made.subject, work.activity, planned, start, self.now, value=value)
        return start

    def _next_appointment(self, name: str, made: Made, by: float | None) -> Process:
        booked = self.booking.book_next(made.patient, name, self.now)
        if by is not None and booked.start > by:
            self.booking.cancel(made.patient, [booked])
            return None
        try:
            yield from self.reach(booked)
        except Interrupt:
            self.booking.cancel(made.patient, [booked])
            raise
        return booked

    def ships(self, leg: str | None, made: Made, name: str) -> Process:
        """Carry something along a leg; returns whether its temperature was kept."""
        if leg is None:
            return True
        way = self.plan.legs[leg, made.patient.clinic, made.patient.facility]
        turn, start = made.turn(name), self.now
        yield self.until(start + self.minutes(name, way.lasts, made, turn))
        kept = not (way.excursion and self.happens(f"excursion, {name}", way.excursion, made, turn))
        self.log.note(made.subject, p.NOTES[name], start, start, self.now, "done" if kept else "too warm")
        return kept

    # ---- places that are held -----------------------------------------------------------------------------

    def reserves(self, lot: Lot, flasks: int) -> Event:
        """Ask for the incubator places that the lot will need at its largest."""
        lot.hold = self.incubators[lot.patient.facility].hold(flasks, self.rank(lot), None)
        self.in_work[lot.patient.facility] += 1
        return lot.hold

    def frees(self, lot: Lot) -> None:
        """Give the incubator places back, and write down how long the lot had them."""
        hold, place = lot.hold, lot.patient.facility
        if hold is None:
            return
        lot.hold = None
        if lot.emptied is not None:
            lot.emptied.succeed()
        self.in_work[place] -= 1
        if hold.started >= 0:
            activity = self.plan.facilities[place].incubates
            self.log.note(lot.subject, activity, hold.asked, hold.started, self.now, value=float(hold.units))
        self.incubators[place].give_back(hold)

    def stores_for(self, bank: Lot, containers: int) -> Event:
        """Ask for the places of a bank in the freezer."""
        bank.store = self.stores[bank.patient.facility].hold(containers, self.rank(bank), None)
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
            bank.store, bank.containers = None, 0

    # ---- days --------------------------------------------------------------------------------------------

    def next_medium(self, lot: Lot) -> int:
        """The opening of the next day on which medium is changed."""
        facility = self.plan.facilities[lot.patient.facility]
        day = self.now // DAY
        while day <= self.plan.days and (
            day not in facility.medium_days or day * DAY + facility.opens <= self.now
        ):
            day += 1
        return day * DAY + facility.opens

    def harvest_day(self, lot: Lot) -> int:
        """The day on which the lot's cells are to be taken."""
        return lot.due // DAY - self.plan.facilities[lot.patient.facility].day_before

    def formulation(self, dosing: Dosing) -> tuple[int, int]:
        """When the formulation of a booked dose is to begin, and when at the latest.

        At the latest it still ends before the facility closes, and the product still reaches the clinic in
        time for the dose to be given before that closes.
        """
        assert dosing.booked is not None
        patient, recipe = dosing.patient, self.plan.recipe
        facility = self.plan.facilities[patient.facility]
        opens, closes = self.booking.openings[patient.facility][dosing.booked.day - facility.day_before]
        minutes = self.booking.formulation_minutes(patient.facility)
        cleared = facility.work[recipe.prepares[-1]].cleared if recipe.prepares else 0
        clinic = self.booking.closing(patient, dosing.booked)
        way = self.booking.way(patient, recipe.outbound)
        return opens, max(opens, min(closes - cleared, clinic - way) - minutes)

    def ends(self, patient: Patient, ending: str) -> None:
        """The patient's way is over, by a named ending; whatever is still under way for this patient stops."""
        patient.ended = True
        self.writes(patient.subject, "end", ending)
        for process in patient.processes:
            if process is not self.floor.active_process:
                self.interrupts(process, ending)


def then(event: Event, callback: Callable[[Any], None]) -> None:
    """Let *callback* be called when *event* happens."""
    assert event.callbacks is not None
    event.callbacks.append(callback)
