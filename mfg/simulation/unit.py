"""The cell-therapy unit while it runs: what a journey can ask of it, in the unit's own words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil, inf, isnan
from typing import Any

from simpy import Event
from simpy.events import Process as SimpyProcess

from mfg.calendar import DAY
from mfg.shape import Shape
from mfg.simulation import plan as p
from mfg.simulation.biology import Biology
from mfg.simulation.booking import Booked, Booking, formulation_minutes
from mfg.simulation.cohort import Patient
from mfg.simulation.draws import Draws, Luck
from mfg.simulation.floor import Floor, Need, Places, Process, Rank, Task
from mfg.simulation.log import NAN, EventLog
from mfg.simulation.lots import Dosing, Lot, Made, Results


class Unit:
    """One replication of a plan: its clock and resources, its books, its log, its patients' luck."""

    def __init__(self, plan: p.Plan, luck: Luck) -> None:
        self.plan = plan
        self.log = EventLog()
        self.needs = [Need(parts, windows) for parts, windows in plan.needs]
        self.floor = Floor(plan.capacities, self.needs, self.log)
        self.incubators = [Places(self.floor, f.incubator) for f in plan.facilities]
        self.booking = Booking(plan)
        self.biology = Biology(plan, luck)
        self._luck = luck
        self._draws: dict[str, Draws] = {}

    @property
    def now(self) -> int:
        """The minute that it is."""
        return int(self.floor.now)

    # ---- time and processes -------------------------------------------------------------------------

    def until(self, moment: float) -> Event:
        """Wait until *moment*."""
        return self.floor.until(ceil(moment))

    def reach(self, booked: Booked) -> Process:
        """Wait for an appointment, wherever it is moved to meanwhile."""
        while self.floor.now < booked.start:
            yield self.floor.until(booked.start)

    def begin(self, patient: Patient, story: Process) -> SimpyProcess:
        """Start a process that ends when the patient leaves."""
        process = self.floor.process(story)
        patient.processes.append(process)
        return process

    def will_leave(self, patient: Patient, baseline: float) -> None:
        """Let the patient die or withdraw when it is time, withdrawing less (or more) readily after *baseline*."""
        people = self.plan.people
        before = (baseline - patient.arrived) * people.withdraw
        if patient.patience <= before:
            withdraws = patient.arrived + patient.patience / people.withdraw
        elif people.withdraw_later:
            withdraws = baseline + (patient.patience - before) / people.withdraw_later
        else:
            withdraws = inf
        for cause, moment in (("died", patient.arrived + patient.dies), ("withdrew", withdraws)):
            if moment < self.plan.days * DAY:
                self._then(self.until(moment), partial(self.leaves, patient, cause))

    def leaves(self, patient: Patient, cause: str, _: Event) -> None:
        """The patient is gone: what waits stops waiting; work that has begun goes on to its end."""
        if patient.ended:
            return
        for process in patient.processes:
            if process.is_alive:
                if isinstance(process.target, Task):
                    self.floor.withdraw(process.target)
                process.interrupt(cause)

    # ---- luck ----------------------------------------------------------------------------------------

    def value(self, decision: str, shape: Shape, made: Made, turn: int) -> float:
        """What *shape* gives for this lot or dose, the *turn*-th time that it is asked."""
        draws = self._draws.get(decision)
        if draws is None:
            draws = self._draws[decision] = Draws.of(self._luck, decision, shape)
        return draws(made.patient.index, made.number, turn)

    # ---- work ----------------------------------------------------------------------------------------

    def rank(self, made: Made) -> Rank:
        """Whose turn it is: by due date, or by who came first."""
        return (self.now if self.plan.order == "first-come" else made.due, made.patient.index)

    def does(self, work: p.Work, made: Made, flasks: int = 0, value: float | None = NAN) -> Task:
        """Ask for *work*; it happens when the work is done, and is written down with *value*.

        Without a value it is the journey that writes it, by `wrote`, once it knows what came out.
        """
        assert work.need is not None
        turn = made.turn(work.name)
        extra = int(work.per_flask * flasks + 0.5)
        return self.floor.work(
            self.needs[work.need],
            lasts=self._minutes(work, made, turn) + extra,
            booked=work.booked + extra,
            rank=self.rank(made),
            note=(made.subject, work.activity, value, work.clears),
            clearance=self._clearance(work, made, turn),
        )

    def _minutes(self, work: p.Work, made: Made, turn: int) -> int:
        """How long *work* lasts the *turn*-th time, flasks not counted."""
        return int(self.value(work.name, work.lasts, made, turn) + 0.5)

    def _clearance(self, work: p.Work, made: Made, turn: int) -> int:
        """How long the places of *work* are cleared afterwards."""
        if work.clearance is None:
            return 0
        return int(self.value(f"clearance after {work.name}", work.clearance, made, turn) + 0.5)

    def fills(self, dosing: Dosing, lot: Lot) -> Task:
        """Ask for harvest and formulation together: cells in suspension do not wait for a suite.

        The lot's part of the time is its harvest; the journey writes both down, by `filled`.
        """
        facility = self.plan.facilities[lot.patient.facility]
        formulate = facility.work["formulate"]
        turn = dosing.turn(formulate.name)
        lasts = self._minutes(formulate, dosing, turn)
        booked, clearance = formulate.booked, self._clearance(formulate, dosing, turn)
        if lot.culture is not None:
            harvest = facility.work["harvest"]
            extra = int(harvest.per_flask * lot.culture.flasks + 0.5)
            lot.harvest_min = self._minutes(harvest, lot, lot.turn(harvest.name)) + extra
            booked += harvest.booked - harvest.cleared + extra
        note = (dosing.subject, formulate.activity, None, formulate.clears)
        need = self.needs[facility.fills_with]
        return self.floor.work(need, lot.harvest_min + lasts, booked, self.rank(dosing), note, clearance)

    def filled(self, task: Task, dosing: Dosing, lot: Lot, harvested: float) -> None:
        """Write down a harvest of so many cells and the formulation that followed at once."""
        work, split = self.plan.facilities[lot.patient.facility].work, task.started + lot.harvest_min
        if lot.culture is not None:
            self.log.note(
                lot.subject, work["harvest"].activity, task.asked, task.started, split, value=harvested
            )
        asked = split if lot.culture is not None else task.asked
        self.log.note(dosing.subject, work["formulate"].activity, asked, split, self.now, value=dosing.cells)

    def wrote(self, task: Task, value: float) -> None:
        """Write down finished work with the number that came out of it."""
        subject, activity, _, _ = task.note
        self.log.note(subject, activity, task.asked, task.started, self.now, value=value)

    def writes(self, subject: int, name: str, outcome: str = "done", value: float = NAN) -> None:
        """Write down something that takes no time."""
        self.log.note(subject, p.NOTES[name], self.now, self.now, self.now, outcome, value)

    def work_of(self, made: Made, name: str) -> p.Work:
        """The work *name* at the patient's facility."""
        return self.plan.facilities[made.patient.facility].work[name]

    def procedure(self, name: str, made: Made, booked: Booked | None, value: float = NAN) -> Process:
        """Something done at the clinic: at its appointment, or in the order of coming where there is none."""
        work = self.plan.clinics[made.patient.clinic].work[name]
        if work.need is not None:
            yield self.does(work, made, value=value)
            return
        start = self.now
        planned = start
        if booked is not None:
            booked.done, planned = True, booked.start
        yield self.until(start + int(self.value(name, work.lasts, made, made.turn(name)) + 0.5))
        self.log.note(made.subject, work.activity, planned, start, self.now, value=value)

    def ships(self, leg: str | None, made: Made, name: str) -> Process:
        """Carry something along a leg."""
        if leg is None:
            return
        _, shape = self.plan.legs[leg, made.patient.clinic, made.patient.facility]
        start = self.now
        yield self.until(start + int(self.value(name, shape, made, made.turn(name)) + 0.5))
        self.log.note(made.subject, p.NOTES[name], start, start, self.now)

    def recovery(self, name: str, made: Made) -> float:
        """The share of the cells that comes out of the work *name* this time."""
        shape = self.work_of(made, name).recovers
        return (
            1.0
            if shape is None
            else self.value(f"recovery of {name}", shape, made, made.turns[name] - 1) / 100
        )

    # ---- the laboratory ------------------------------------------------------------------------------

    def samples(self, made: Made, test: p.Test) -> None:
        """Send a sample to the laboratory; the result is reported to whatever waits for it."""
        turn = made.turns.get(test.name, 0)
        bench = test.benches[self.plan.facilities[made.patient.facility].laboratory]
        task = self.does(bench, made)
        wait = int(self.value(f"turnaround of {test.name}", test.turnaround, made, turn) + 0.5)
        passed = self.value(f"fate of {test.name}", p.ANY, made, turn) >= test.fails

        def report(_: Event) -> None:
            outcome = "passed" if passed else "failed"
            self.log.note(made.subject, test.activity, task.asked, task.started, self.now, outcome)
            made.results[test.holds].report(test.name, passed=passed)

        self._then(task, lambda _: self._then(self.until(self.now + wait), report))

    def samples_now(self, lot: Lot, *, last: bool = False) -> None:
        """Take every in-process sample whose result would come too late if it waited for the next touch.

        The next touch that is sure is a day of medium changes on which the facility is fully open.
        """
        facility, later = lot.patient.facility, inf
        if not last:
            later = self.next_medium(lot)
            while later // DAY not in self.booking.openings[facility]:
                later += DAY
        for test in self.plan.tests:
            if test.sampled == "culture" and test.name not in lot.sampled:
                latest = lot.due - test.turnaround.typical - test.benches[0].booked - DAY
                if later > latest:
                    lot.sampled.add(test.name)
                    self.samples(lot, test)

    def awaits(self, sampled: str) -> dict[str, Results]:
        """What will wait for the results of the samples that are taken there."""
        held = [test.holds for test in self.plan.tests if test.sampled == sampled]
        return {
            holds: Results(self.floor, held.count(holds))
            for holds in ("formulation", "administration", "nothing")
        }

    # ---- culture -------------------------------------------------------------------------------------

    def flasks_for(self, lot: Lot) -> int:
        """The flasks whose harvest gives the lot its target, at the worst recovery that is planned for."""
        expansion, facility = self.plan.expansion, self.plan.facilities[lot.patient.facility]
        if expansion is None or expansion.cultivation is None:
            return 1
        return min(
            expansion.cultivation.flasks_for(lot.target, _worst(facility.work["harvest"])), facility.incubator
        )

    def target(self, cells: float, facility: int) -> float:
        """What a harvest must hold to give *cells*, at the worst recovery that is planned for."""
        expansion = self.plan.expansion
        if expansion is None or expansion.cultivation is None:
            return cells
        return (
            cells / _worst(self.plan.facilities[facility].work["formulate"]) + expansion.cultivation.samples
        )

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

    def reserves(self, lot: Lot) -> Event:
        """Ask for the incubator places that the lot will need at its largest."""
        places = self.incubators[lot.patient.facility]
        lot.hold = places.hold(self.flasks_for(lot), self.rank(lot), None)
        return lot.hold

    def frees(self, lot: Lot) -> None:
        """Give the incubator places back, and write down how long the lot had them."""
        hold, facility = lot.hold, lot.patient.facility
        if hold is None:
            return
        lot.hold = None
        self.incubators[facility].give_back(hold)
        if hold.started >= 0:
            activity = self.plan.facilities[facility].incubates
            self.log.note(lot.subject, activity, hold.asked, hold.started, self.now, value=float(hold.units))

    # ---- courses ---------------------------------------------------------------------------------------

    def formulation(self, dosing: Dosing) -> tuple[int, int]:
        """When the formulation of a booked dose is to begin, and when at the latest.

        At the latest it still ends before the facility closes, and the product still reaches the clinic in
        time for the dose to be given before that closes.
        """
        assert dosing.booked is not None
        patient, facility = dosing.patient, self.plan.facilities[dosing.patient.facility]
        opens, closes = self.booking.openings[patient.facility][dosing.booked.day - facility.day_before]
        minutes = formulation_minutes(facility)
        clinic = self.booking.closing(patient, dosing.booked)
        way = (
            0
            if self.plan.outbound is None
            else self.plan.legs[self.plan.outbound, patient.clinic, patient.facility][0]
        )
        return opens, max(opens, min(closes, clinic - way) - minutes)

    def ends(self, patient: Patient, ending: str) -> None:
        """The patient's way is over, by a named ending."""
        patient.ended = True
        self.writes(patient.subject, "end", ending)

    @staticmethod
    def _then(event: Event, callback: Callable[[Any], None]) -> None:
        assert event.callbacks is not None
        event.callbacks.append(callback)


def _worst(work: p.Work) -> float:
    """The lowest share that comes out of *work*, or the typical one where there is no lowest."""
    if work.recovers is None:
        return 1.0
    return (work.recovers.typical if isnan(work.recovers.least) else work.recovers.least) / 100
