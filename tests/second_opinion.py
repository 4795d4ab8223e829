"""The walk-in clinic of the folder beside this file, a second time: one heap of moments and four lines.

It shares with the simulation the plan's numbers and the luck of each patient, and nothing else: no SimPy, no
floor, no journeys. Everything is always open, and whoever is first in line has the next free place.

Who is first says the policy's order: who asked first, who is due first, or who declines fastest; of equals who is due
first, then the patient with the lower number. A dose without a day, and all that is done for it, is due when it was
prescribed; a sample as much earlier as its result takes: the median of the turnaround and of the hands. Marrow that was
just collected and keeps for so long goes before all that, under every order: first what is too old first.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import isnan, nan
from pathlib import Path

from attrs import define, field

from mfg.log.columns import Columns
from mfg.plan.compile import plan_of
from mfg.plan.plan import Plan
from mfg.plan.site import PlannedWork, Test
from mfg.reader.scenarios import load_scenario
from mfg.shape import Shape
from mfg.simulation.cohort import Patient, cohort_of
from mfg.simulation.draws import Draws

CLINIC = Path(__file__).with_suffix("") / "scenario.toml"
ANY = Shape("uniform", nan, 0.0, nan, 1.0, nan, nan, nan, nan, 0.5)
Who = tuple[int, int, int, int]  # patient, lot, dose, attempt; -1 is none
Row = tuple[int, int, int, Who, str, str, float | None]
Then = Callable[[], None]


def clinic(**settings: str) -> Plan:
    """The plan of the walk-in clinic, with *settings* by the last part of their path."""
    return plan_of(load_scenario(CLINIC, settings))


def rows_of(log: Columns, plan: Plan) -> list[Row]:
    """An event log as rows: ended, begun, asked, who, what, how it came out, the number."""
    whom = [tuple(subject) for subject in log.subjects[log.subject].tolist()]
    what = [plan.activities[activity].name for activity in log.activity]
    moments = zip(log.finished.tolist(), log.started.tolist(), log.queued.tolist(), strict=True)
    rest = zip(whom, what, log.outcome.tolist(), log.value.tolist(), strict=True)
    return sorted(
        (
            (*moment, who, name, log.outcomes[outcome], None if isnan(value) else value)
            for moment, (who, name, outcome, value) in zip(moments, rest, strict=True)
        ),
        key=repr,
    )


@define(eq=False)
class Line:
    """So many places, and who waits for one."""

    free: int
    waiting: list[tuple[tuple[float, ...], int, Then]] = field(factory=list)


@define(eq=False)
class Course:
    """One patient's way: the lot that is being made, and what is known of the product."""

    patient: Patient
    lot: int = 0
    tries: int = 0
    product: int = -1
    held_since: int = 0
    outstanding: int = 0
    failure: str = ""
    shipped: bool = False
    ended: bool = False

    @property
    def dose(self) -> Who:
        """The subject of what is done for the dose."""
        return (self.patient.index, self.lot, 0, self.tries)


def events_of(plan: Plan, replication: int) -> list[Row]:
    """The rows of one replication of the clinic."""
    return _Clinic(plan, replication).run()


class _Clinic:
    def __init__(self, plan: Plan, replication: int) -> None:
        self.plan = plan
        self.patients, self.luck = cohort_of(plan, replication)
        self.now = 0
        self.tick = count()
        self.moments: list[tuple[int, int, Then]] = []
        self.rows: list[Row] = []
        self.changed: list[Line] = []
        self.decided: dict[str, Draws] = {}
        has = dict(zip(plan.resources, plan.capacities, strict=True))
        self.room, self.bench = Line(has["ward.rooms"]), Line(has["qc.benches"])
        self.suite = Line(min(has["gmp.suites"], has["gmp.operators"]))
        self.incubator = Line(has["gmp.incubator"])

    def run(self) -> list[Row]:
        """Let everything happen; what frees a place at a minute comes before what takes one."""
        for patient in self.patients:
            self.at(patient.arrived, lambda patient=patient: self.arrives(Course(patient)))  # type: ignore[misc]
        while self.moments or self.changed:
            if self.changed and (not self.moments or self.moments[0][0] > self.now):
                changed, self.changed = self.changed, []
                for line in changed:
                    self.serve(line)
            else:
                self.now, _, then = heappop(self.moments)
                then()
        return sorted(self.rows, key=repr)

    # ---- moments, lines and luck -------------------------------------------------------------------

    def at(self, moment: int, then: Then) -> None:
        heappush(self.moments, (moment, next(self.tick), then))

    def after(self, minutes: int, then: Then) -> None:
        self.at(self.now + minutes, then)

    def turn(self, patient: Patient, earlier: int = 0) -> tuple[float, ...]:
        """The turn of what can wait, and is due so much *earlier* than the dose."""
        due = patient.arrived - earlier
        first = {"first-come": self.now, "due-date": due, "most-urgent": patient.decline}
        return (1, first[self.plan.policy.order], due, patient.index)

    def queue(self, line: Line, turn: tuple[float, ...], then: Then) -> None:
        heappush(line.waiting, (turn, next(self.tick), then))
        self.changed.append(line)

    def serve(self, line: Line) -> None:
        while line.free and line.waiting:
            line.free -= 1
            self.after(0, heappop(line.waiting)[-1])

    def leave(self, line: Line) -> None:
        line.free += 1
        self.changed.append(line)

    def luck_of(self, decision: str, shape: Shape, patient: Patient, number: int, turn: int) -> float:
        if decision not in self.decided:
            self.decided[decision] = Draws.of(self.luck, decision, shape)
        return self.decided[decision](patient.index, number, turn)

    def minutes(self, decision: str, shape: Shape, patient: Patient, number: int, turn: int = 0) -> int:
        return int(self.luck_of(decision, shape, patient, number, turn) + 0.5)

    def write(
        self,
        who: Who,
        what: str,
        *,
        asked: int | None = None,
        begun: int | None = None,
        came: str = "done",
        number: float | None = None,
    ) -> None:
        started = self.now if begun is None else begun
        self.rows.append((self.now, started, started if asked is None else asked, who, what, came, number))

    def works(
        self,
        line: Line,
        patient: Patient,
        what: str,
        lasts: int,
        who: Who,
        then: Callable[[int, int], None],
        *,
        number: float | None = None,
        turn: tuple[float, ...] | None = None,
        beginning: Then = lambda: None,
    ) -> None:
        """Wait for a place, work, write it down, leave; *then* is told when it was asked for and begun."""
        asked = self.now

        def begin() -> None:
            begun = self.now

            def end() -> None:
                self.write(who, what, asked=asked, begun=begun, number=number)
                self.leave(line)
                then(asked, begun)

            self.after(lasts, end)
            beginning()

        self.queue(line, turn or self.turn(patient), begin)

    def work(self, name: str) -> PlannedWork:
        return {**self.plan.clinics[0].work, **self.plan.facilities[0].work}[name]

    def carry(self, course: Course, leg: str, name: str, number: int, turn: int, then: Then) -> None:
        who = (course.patient.index, course.lot, -1, 0) if name == "ship in" else course.dose
        begun, lasts = self.now, self.plan.legs[leg, 0, 0].lasts

        def arrived() -> None:
            self.write(who, name, begun=begun)
            then()

        self.after(self.minutes(name, lasts, course.patient, number, turn), arrived)

    # ---- the way of a patient --------------------------------------------------------------------------

    def arrives(self, course: Course) -> None:
        patient, dose = course.patient, course.patient.arm.doses[0]
        own = (patient.index, -1, -1, 0)
        self.write(own, "arrive", number=patient.weight)
        self.write(own, "allocate", came=patient.arm.name, number=patient.decline)
        self.write(own, "enrol", came=patient.arm.name)
        self.write(course.dose, "prescribe", came=dose.name, number=patient.portion(dose).cells)
        self.write(course.dose, "book")
        lasts = self.minutes("collect", self.work("collect").lasts, patient, 0)
        self.works(
            self.room,
            patient,
            "collect",
            lasts,
            (patient.index, 0, -1, 0),
            lambda _, begun: self.carry(
                course, "inbound", "ship in", 0, 0, lambda: self.makes(course, begun)
            ),
            number=0.0,
        )

    def makes(self, course: Course, collected: int | None = None) -> None:
        """Wait for a place in the incubator, isolate, and culture with a change of medium every so often."""
        patient, lot, asked = course.patient, course.lot, self.now
        who = (patient.index, lot, -1, 0)
        expansion = self.plan.recipes[0].expansion
        assert expansion is not None
        assert expansion.lasts is not None
        assert expansion.medium_every is not None
        every, keeps = expansion.medium_every, self.plan.recipes[0].within
        turn = None if collected is None or keeps is None else (0, collected + keeps, patient.index)

        def placed() -> None:
            since = self.now
            lasts = self.minutes("isolate", self.work("isolate").lasts, patient, lot)
            self.works(
                self.suite,
                patient,
                "isolate",
                lasts,
                who,
                lambda *_: cultures(since, left, 0),
                number=0.0,
                turn=turn,
            )

        def cultures(since: int, left: int, turn: int) -> None:
            if left <= every:
                self.after(left, lambda: released(since))
            else:
                self.after(every, lambda: feeds(since, left - every, turn))

        def feeds(since: int, left: int, turn: int) -> None:
            lasts = self.minutes("medium", self.work("medium").lasts, patient, lot, turn)
            self.works(self.suite, patient, "medium", lasts, who, lambda *_: cultures(since, left, turn + 1))

        def released(since: int) -> None:
            self.write(who, "release")
            self.formulates(course, asked, since)

        left = expansion.lasts
        self.queue(self.incubator, self.turn(patient), placed)

    def formulates(self, course: Course, asked: int, since: int) -> None:
        """Take the cells out of the incubator and suspend them; then three samples, and the way to the ward."""
        patient, lot = course.patient, (course.patient.index, course.lot, -1, 0)
        course.product += 1
        product = course.product
        cells = patient.portion(patient.arm.doses[0]).cells

        def taken() -> None:
            self.write(lot, "incubate", asked=asked, begun=since, number=1.0)
            self.leave(self.incubator)

        def suspended(*_: int) -> None:
            course.outstanding, course.failure, course.shipped = len(self.plan.tests), "", False
            for test in self.plan.tests:
                self.samples(course, product, test)
            self.carry(course, "outbound", "ship out", 0, product, arrived)

        def arrived() -> None:
            course.shipped = True
            self.decides(course)

        lasts = self.minutes("formulate", self.work("formulate").lasts, patient, 0, product)
        self.works(
            self.suite, patient, "formulate", lasts, course.dose, suspended, number=cells, beginning=taken
        )

    def samples(self, course: Course, product: int, test: Test) -> None:
        """A bench, then the turnaround; a result belongs to the product that it was sampled of."""
        patient, name, who = course.patient, test.name, course.dose
        bad = self.luck_of(f"fate of {name}", ANY, patient, 0, product) < test.fails
        outcome = "out of specification" if bad else "passed"

        def sampled(asked: int, begun: int) -> None:
            def known() -> None:
                self.write(who, f"result {name}", asked=asked, begun=begun, came=outcome)
                if product == course.product and not course.ended:
                    course.outstanding -= 1
                    course.failure = course.failure or (outcome if bad else "")
                    self.decides(course)

            self.after(self.minutes(f"turnaround of {name}", test.turnaround, patient, 0, product), known)

        bench = test.benches[0].lasts
        hands = self.minutes(name, bench, patient, 0, product)
        earlier = round(test.turnaround.typical) + round(bench.typical)
        self.works(self.bench, patient, f"test {name}", hands, who, sampled, turn=self.turn(patient, earlier))

    def decides(self, course: Course) -> None:
        """A product at the ward is given when all its results are in, and lost with the first bad one."""
        if not course.shipped or (course.outstanding and not course.failure):
            return
        course.shipped = False
        patient = course.patient
        if not course.failure:
            lasts = self.minutes("administer", self.work("administer").lasts, patient, 0)
            cells = patient.portion(patient.arm.doses[0]).cells
            self.works(
                self.room,
                patient,
                "administer",
                lasts,
                course.dose,
                lambda *_: self.ends(course, "completed"),
                number=cells,
            )
            return
        self.write(course.dose, "fail", came=course.failure)
        self.write((patient.index, course.lot, -1, 0), "fail", came=course.failure)
        if course.tries == self.plan.policy.recollect:
            self.ends(course, course.failure)
            return
        course.lot += 1
        course.tries += 1
        self.write(course.dose, "book", came="lot lost")
        self.makes(course)

    def ends(self, course: Course, ending: str) -> None:
        course.ended = True
        self.write((course.patient.index, -1, -1, 0), "end", came=ending)
