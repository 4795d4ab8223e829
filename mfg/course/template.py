"""From a protocol to the template of an arm's course."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, evolve, field

from mfg.course.membership import Known, in_words
from mfg.course.network import Template
from mfg.course.ordering import Follower, followers
from mfg.course.pieces import BASELINE, FREE, Floating, Gap, Planned
from mfg.course.spans import Span, days_of, reach_of, span_of
from mfg.errors import Refused
from mfg.protocol.cases import Case, choose
from mfg.protocol.events import Dose
from mfg.protocol.occurrences import months_and_days
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.rules import condition_of
from mfg.protocol.supply import Supply
from mfg.works import RELEASE

NOTHING_KNOWN: Case = {}
_RELEASE = RELEASE


def template_of(protocol: Protocol, arm: Arm, supply: Supply | None, case: Case = NOTHING_KNOWN) -> Template:
    """What *protocol* plans for a patient of *arm*, supplied by *supply*, with the covariates of *case*.

    An event whose condition *case* does not decide is planned, and says its condition.

    Raises:
        Refused: if an event refers to one that leaves it no place.
    """
    template, faults = try_template(protocol, arm, supply, case)
    if faults:
        raise faults[0]
    return template


def try_template(
    protocol: Protocol, arm: Arm, supply: Supply | None, case: Case
) -> tuple[Template, list[Refused]]:
    """The template without the events that have no place in it, and why they have none."""
    known = Known.of(protocol, arm, supply, case)
    ordered, faults = followers(known, arm)
    builder = _Builder(protocol, arm, known, faults=faults)
    for follower in ordered:
        builder.add(follower)
    builder.bind()
    builder.collections(supply)
    builder.draws()
    return Template(tuple(builder.planned), tuple(builder.gaps), tuple(builder.floating)), builder.faults


@define
class _Builder:
    protocol: Protocol
    arm: Arm
    known: Known
    faults: list[Refused]
    planned: list[Planned] = field(factory=list)
    gaps: list[Gap] = field(factory=list)
    floating: list[Floating] = field(factory=list)
    spaced: list[Follower] = field(factory=list)

    def add(self, one: Follower) -> None:
        """Place an event whose reference, if it has one, is placed."""
        if one.event.day:
            self._on_the_grid(one)
            return
        aim, span = self._span(one)
        if one.follows == _RELEASE or one.follows in {event.name for event in self.floating}:
            self._afloat(one, span)
            return
        self.planned.append(_event(one, one.follows, 0, aim))
        self.gaps.append(_gap(one, one.follows, span))

    def _on_the_grid(self, one: Follower) -> None:
        event, occurrence, rule = one.event, one.occurrence, f"{one.path}.day"
        rows = [(condition_of(row.when, self.protocol.units), row) for row in event.day]
        try:
            months, days = months_and_days(choose(rows, {**self.known.case, **self.known.words}, rule).is_)
        except Refused as open_case:
            self.faults.append(open_case)
            return
        months, days = months + occurrence.months, days + occurrence.days
        pinned = isinstance(event, Dose) and (months, days) == (0, 0)  # this dose is what day 0 means
        before, after = (0, 0) if pinned else reach_of(event.window)
        placed = _event(one, BASELINE, months, days)
        self.planned.append(evolve(placed, grid=True, before=before, after=after, rule=rule))
        if event.after is not None:
            self.spaced.append(one)

    def _span(self, one: Follower) -> tuple[int, Span]:
        """How many days *one* is planned behind the event that it follows, and how many are allowed."""
        assert one.event.after is not None
        stated = Span(0, 0) if one.repeats_first else span_of(one.event.after)
        before, after = reach_of(one.event.window)
        if stated.least - before + one.shift < 0 and one.follows != BASELINE:
            advice = f"let the window begin on the day of {one.follows} or later"
            problem = f"reaches back before {one.follows}, which it follows"
            self.faults.append(Refused(f"{one.path}.window.before", None, problem, advice))
        return stated.planned + one.shift, stated.shifted(one.shift, before, after)

    def _afloat(self, one: Follower, span: Span) -> None:
        event = _event(one, one.follows, 0, 0)
        self.floating.append(
            Floating(
                kind=event.kind,
                name=event.name,
                follows=one.follows,
                least=max(0, span.least),
                most=span.most,
                rule=event.rule,
                dose=event.dose,
                by=event.by,
                condition=event.condition,
                inpatient=event.inpatient,
                repeats=event.repeats,
                least_minutes=span.least_minutes,
                most_minutes=span.most_minutes,
            )
        )

    def bind(self) -> None:
        """Add the spacings of events on the grid, and find the lot that each floating event waits for."""
        days = {event.name for event in self.planned}
        for one in self.spaced:
            assert one.event.after is not None
            if one.follows in days or one.follows == BASELINE:
                self.gaps.append(_gap(one, one.follows, span_of(one.event.after)))
            elif one.follows == _RELEASE or one.follows in {event.name for event in self.floating}:
                problem = "has no day of its own, and this event has one"
                advice = "leave out the day or the spacing"
                self.faults.append(Refused(f"{one.path}.after.of", one.follows, problem, advice))
        self.floating = list(self._awaiting(self.floating))

    def _awaiting(self, floating: list[Floating]) -> list[Floating]:
        """The same, with the dose whose lot is waited for."""
        follows: Mapping[str, str] = {event.name: event.follows for event in floating}
        awaited: dict[str, str] = {}
        for event in floating:
            root = event.name
            while follows[root] != _RELEASE:
                root = follows[root]
            if event.kind == "dose":
                awaited.setdefault(root, event.name)
        for event in floating:
            if event.follows == _RELEASE and event.name not in awaited:
                problem = "is the release of no lot: no dose follows this visit"
                advice = "let a dose follow it"
                self.faults.append(Refused(event.rule + ".of", _RELEASE, problem, advice))
        return [evolve(e, dose=e.dose or awaited.get(e.name)) for e in floating]

    def collections(self, supply: Supply | None) -> None:
        """Add the collections: one for each dose that is made fresh, one in all for a bank."""
        if supply is None or supply.kind == "stock":
            return
        served = [e for e in self._doses() if self.protocol.treatment(self.arm.doses[e.name]).collected]
        conditions = {e.condition for e in served}
        for n, dose in enumerate(served[:1] if supply.kind == "bank" else served, 1):
            name, rule = f"collection {n}", f"supply.{supply.name}.before"
            rows = [(condition_of(row.when, self.protocol.units), row) for row in supply.before]
            case = {**self.known.case, **self.known.of_dose(dose.name).words}
            try:
                span = span_of(choose(rows, case, rule))
            except Refused as open_case:
                self.faults.append(open_case)
                continue
            condition = dose.condition if supply.kind != "bank" or "" not in conditions else ""
            self._ahead(dose, "collection", name, span, rule, condition)

    def draws(self) -> None:
        """Add the draws of the vehicle from the patient."""
        step = self.protocol.formulation
        if step is None or step.drawn is None:
            return
        drawn = [e for e in self._doses() if self.protocol.treatment(self.arm.doses[e.name]).drawn]
        days = days_of(step.drawn)
        for n, dose in enumerate(drawn, 1):
            rule = "step.formulate.drawn"
            self._ahead(dose, "csf-draw", f"CSF draw {n}", Span(days, days), rule, dose.condition)

    def _doses(self) -> list[Planned | Floating]:
        events: list[Planned | Floating] = [*self.planned, *self.floating]
        return [event for event in events if event.kind == "dose"]

    def _ahead(
        self, dose: Planned | Floating, kind: str, name: str, span: Span, rule: str, condition: str
    ) -> None:
        """Add an event that lies ahead of *dose* and moves with it, as early as its span allows."""
        if isinstance(dose, Floating):
            follows = dose.name if kind == "csf-draw" else ""
            self.floating.append(
                Floating(
                    kind, name, follows, -span.most, -span.least, rule, dose=dose.name, condition=condition
                )
            )
            return
        days = -(span.most if span.most < FREE else span.least)
        self.planned.append(
            Planned(
                kind,
                name,
                dose.name,
                0,
                days,
                grid=False,
                before=0,
                after=0,
                rule=rule,
                dose=dose.name,
                condition=condition,
            )
        )
        self.gaps.append(Gap(name, dose.name, span.least, span.most, rule=rule))


def _event(one: Follower, reference: str, months: int, days: int) -> Planned:
    """The event of *one*, so many months and days from its reference."""
    event, name = one.event, one.occurrence.name
    dose = isinstance(event, Dose)
    return Planned(
        kind="dose" if isinstance(event, Dose) else event.kind,
        name=name,
        reference=reference,
        months=months,
        days=days,
        grid=False,
        before=0,
        after=0,
        rule=f"{one.path}.after",
        dose=name if dose else None,
        by=None if isinstance(event, Dose) else event.by,
        condition=in_words(one.condition),
        inpatient=event.inpatient,
        repeats=not isinstance(event, Dose) and event.repeats,
    )


def _gap(one: Follower, follows: str, span: Span) -> Gap:
    return Gap(
        follows,
        one.occurrence.name,
        span.least,
        span.most,
        span.least_minutes,
        span.most_minutes,
        f"{one.path}.repeat" if one.repeats_first else f"{one.path}.after",
    )
