"""Work on the floor: asked for by the job, in the order of the policy, and ways between clinic and facility."""

from __future__ import annotations

from math import ceil, isfinite

from attrs import frozen
from simpy import Event, Interrupt

from mfg.calendar import DAY
from mfg.errors import Refused
from mfg.log.endings import WAS_DONE
from mfg.plan.plan import Plan
from mfg.shape import OWN_WORD
from mfg.simulation.clock import First, Process
from mfg.simulation.draws import Luck
from mfg.simulation.floor import Floor
from mfg.simulation.grants import Task
from mfg.simulation.log import NAN, EventLog
from mfg.simulation.lots import Made
from mfg.simulation.needs import Need, Rank
from mfg.simulation.works import Job, transports_of
from mfg.works import SHIP_IN


@frozen
class InLine:
    """Whose work asks for its place in a line: days are counted from the start of the scenario, `decline` is in points a month.

    `due` is when its dose is, or whatever else it must be ready for; `decline` is nan where the population has none.
    """

    patient: str
    now: float
    due: float
    arrived: float
    decline: float


class Workplace:
    """Asks for work on a lot or a dose; `rank` gives the place in a queue by the policy's order."""

    def __init__(self, plan: Plan, floor: Floor, needs: list[Need], log: EventLog, luck: Luck) -> None:
        self._plan, self._floor, self._needs, self._log = plan, floor, needs, log
        self._transports = transports_of(plan, luck)
        self.rank = {
            "due-date": self._by_due_date,
            "first-come": self._by_arrival,
            "most-urgent": self._by_decline,
            OWN_WORD: self._by_own,
        }[plan.policy.order]

    def _by_due_date(self, made: Made, due: int) -> Rank:
        return (due, made.patient.index)

    def _by_arrival(self, made: Made, due: int) -> Rank:
        return (self._floor.now, due, made.patient.index)

    def _by_decline(self, made: Made, due: int) -> Rank:
        return (int(made.patient.decline * 1e6), due, made.patient.index)

    def _by_own(self, made: Made, due: int) -> Rank:
        """By an order that somebody wrote; among those whom it ranks alike by the due date."""
        own, patient = self._plan.policy.own, made.patient
        assert own is not None
        asked = InLine(patient.name, self._floor.now / DAY, due / DAY, patient.arrived / DAY, patient.decline)
        rank = float(own.given.rank(asked))
        if not isfinite(rank):
            raise Refused(
                f"parts {own.path}", str(rank), "is no rank", "let `rank` return an ordinary number"
            )
        return (rank, due, patient.index)

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
        facility = self._plan.facilities[made.patient.facility]
        extra = int(first.per_flask * flasks + 0.5)
        patient, turn = made.patient.index, made.turn(last.name)
        begins = first.lasts(patient, on.number, on.turn(first.name)) + extra
        return Task(
            self._needs[facility.together[first.name, last.name]],
            lasts=begins + last.lasts(patient, made.number, turn),
            booked=first.booked - first.cleared + extra + last.booked,
            rank=self._turn(made, due),
            note=(on.subject, first.activity, NAN, last.clears, (begins, made.subject, last.activity)),
            clearance=0 if last.clearance is None else last.clearance(patient, made.number, turn),
        )

    def begins(self, task: Task, by: float | None = None, unless: Event | None = None) -> Process:
        """Wait until *task* begins; returns False, and takes it out of its line, if it has not *by* then.

        Nor if something else happens first, *unless* which it would have begun.
        """
        # A task is granted at the end of a minute: one that begins in the minute *by* is seen in the next.
        task.begun = First(
            self._floor, *([] if by is None else [ceil(by + 1)]), *([] if unless is None else [unless])
        )
        try:
            yield task.begun
        except Interrupt:
            self._floor.withdraw(task)
            raise
        if task.started < 0:
            self._floor.withdraw(task)
        return task.started >= 0

    def ships(self, made: Made, name: str, left: int | None = None) -> Process:
        """Carry something in or out, as *name* says; returns whether its temperature was kept.

        It leaves now, unless it *left* before the run: then it arrives now at the earliest.
        """
        patient = made.patient
        leg = patient.recipe.inbound if name == SHIP_IN else patient.recipe.outbound
        transport = self._transports.get((name, leg, patient.clinic, patient.facility))
        if transport is None:
            return True
        turn, start = made.turn(name), self._floor.now if left is None else left
        yield max(self._floor.now, start + transport.lasts(patient.index, made.number, turn))
        kept = transport.excursion is None or not transport.excursion(patient.index, made.number, turn)
        outcome = WAS_DONE if kept else "too warm"
        self._log.note(made.subject, transport.activity, start, start, self._floor.now, outcome)
        return kept
