"""One patient's planned course: its events, how far each may lie from its day, and what binds them.

Everything is in whole days from baseline. Rules about time bound the gap between two events, so a
course is a simple temporal network (Dechter, Meiri, Pearl 1991, doi 10.1016/0004-3702(91)90006-6) and
its windows are shortest paths.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import define, evolve, field, frozen

from mfg.calendar import shifted
from mfg.errors import Refused
from mfg.protocol.occurrences import Occurrence, months_and_days, occurrences
from mfg.protocol.protocol import Arm, Dose, Protocol, Supply, Visit, Window
from mfg.protocol.rules import choose, condition_of
from mfg.units import Quantity, amount

KINDS = ("screening", "collection", "csf-draw", "dose", "visit")
_FREE = 10**6


@frozen
class Event:
    """One event: the day it is planned for, the days on which it may be, and the rule that says so.

    `dose` is the dose that it serves, `rule` the path of its rule in the protocol.
    """

    kind: str
    name: str
    planned: int
    earliest: int
    latest: int
    rule: str
    dose: str | None = None
    by: str | None = None


@frozen
class Gap:
    """The days from one event to another lie between `least` and `most`."""

    first: str
    then: str
    least: int
    most: int


@frozen
class Course:
    """The events of one arm in order of their planned days, and the gaps between them."""

    events: tuple[Event, ...]
    gaps: tuple[Gap, ...]


def course_of(protocol: Protocol, arm: Arm, supply: Supply | None, baseline: date) -> Course:
    """What *protocol* plans for a patient of *arm* whose day 0 is *baseline*.

    Calendar months become days here, since their length depends on the baseline.

    Raises:
        Refused: if the protocol's own rules leave an event no day at all.
    """
    builder = _Builder(protocol, arm, baseline)
    builder.chain(protocol.doses)
    doses = [event for event in builder.events if event.kind == "dose"]
    builder.chain(protocol.visits)
    builder.collections(doses, supply)
    builder.draws(doses)
    events = _narrowed(builder.events, builder.gaps)
    events.sort(key=lambda event: (event.planned, KINDS.index(event.kind)))
    return Course(tuple(events), tuple(builder.gaps))


@define
class _Builder:
    protocol: Protocol
    arm: Arm
    baseline: date
    events: list[Event] = field(factory=list)
    gaps: list[Gap] = field(factory=list)

    def chain(self, planned: tuple[Dose, ...] | tuple[Visit, ...]) -> None:
        """Add doses or visits, each on its own grid day or behind the one that it follows."""
        previous: str | None = None
        for event in planned:
            for occurrence in occurrences(event):
                if self._belongs(event, occurrence.name):
                    self.events.append(self._placed(event, occurrence, previous))
                    previous = occurrence.name

    def _belongs(self, event: Dose | Visit, name: str) -> bool:
        if isinstance(event, Dose) and name not in self.arm.doses:
            return False
        case = {"arm": self.arm.name, "dose": name}
        try:
            return condition_of(event.when, self.protocol.units).admits(case)
        except KeyError:
            return True  # depends on the patient: shown, as something that may come

    def _placed(self, event: Dose | Visit, occurrence: Occurrence, previous: str | None) -> Event:
        kind = event.kind if isinstance(event, Visit) else "dose"
        before, after = _reach(event.window)
        early, late = -_FREE, _FREE
        if event.day:
            rows = [(condition_of(row.when, self.protocol.units), row) for row in event.day]
            row = choose(rows, {"arm": self.arm.name}, f"{kind}.{event.name}.day")
            months, days = months_and_days(row.is_)
            date_ = shifted(self.baseline, months + occurrence.months, days + occurrence.days)
            planned = (date_ - self.baseline).days
            if isinstance(event, Dose) and planned == 0:
                before, after = 0, 0  # this dose is what day 0 means
            early, late = planned - before, planned + after
        if event.after is not None:
            reference = (previous if event.after.of == "previous" else event.after.of) or "baseline"
            least, most = _span(event.after)
            if not event.day:
                planned = self._day_of(reference, event.name) + (
                    least if least > 0 or most == _FREE else most
                )
                least, most = least - before, most + after
            self.gaps.append(Gap(reference, occurrence.name, least, most))
        rule = f"{'visit' if isinstance(event, Visit) else 'dose'}.{event.name}.{'day' if event.day else 'after'}"
        if isinstance(event, Visit):
            return Event(kind, occurrence.name, planned, early, late, rule, by=event.by)
        return Event(kind, occurrence.name, planned, early, late, rule, dose=occurrence.name)

    def _day_of(self, name: str, asker: str) -> int:
        if name == "baseline":
            return 0
        for event in self.events:
            if event.name == name:
                return event.planned
        raise Refused(
            f"{asker}.after.of", name, "has no day yet", "let it follow an event that stands before it"
        )

    def collections(self, doses: list[Event], supply: Supply | None) -> None:
        """Add the collections: one for each dose that is made fresh, one in all for a bank."""
        served = [dose for dose in doses if self.protocol.treatment(self.arm.doses[dose.name]).collected]
        if supply is None or supply.kind == "stock":
            return
        for n, dose in enumerate(served[:1] if supply.kind == "bank" else served, 1):
            rows = [(condition_of(row.when, self.protocol.units), row) for row in supply.before]
            case = {"arm": self.arm.name, "dose": dose.name}
            rule = choose(rows, case, f"supply.{supply.name}.before")
            self._ahead(dose, "collection", f"collection {n}", _span(rule), f"supply.{supply.name}.before")

    def draws(self, doses: list[Event]) -> None:
        """Add the draws of the vehicle from the patient."""
        step = self.protocol.formulation
        if step is None or step.drawn is None:
            return
        drawn = [dose for dose in doses if self.protocol.treatment(self.arm.doses[dose.name]).drawn]
        for n, dose in enumerate(drawn, 1):
            days = _days(step.drawn)
            self._ahead(dose, "csf-draw", f"CSF draw {n}", (days, days), "step.formulate.drawn")

    def _ahead(self, dose: Event, kind: str, name: str, span: tuple[int, int], rule: str) -> None:
        """Add an event that lies ahead of *dose* and moves with it, as early as its span allows."""
        least, most = span
        planned = dose.planned - (most if most < _FREE else least)
        self.events.append(Event(kind, name, planned, -_FREE, _FREE, rule, dose.name))
        self.gaps.append(Gap(name, dose.name, least, most))


def _narrowed(events: list[Event], gaps: list[Gap]) -> list[Event]:
    """Every event with the days that the others leave it, by shortest paths."""
    early = {"baseline": 0, **{event.name: event.earliest for event in events}}
    late = {"baseline": 0, **{event.name: event.latest for event in events}}
    for _ in range(len(events) + 1):
        changed = False
        for gap in gaps:
            a, b = gap.first, gap.then
            for table, name, value, tighter in (
                (early, b, early[a] + gap.least, max),
                (late, b, late[a] + gap.most, min),
                (early, a, early[b] - gap.most, max),
                (late, a, late[b] - gap.least, min),
            ):
                if tighter(table[name], value) != table[name]:
                    table[name] = value
                    changed = True
        if not changed:
            break
    for event in events:
        if early[event.name] > late[event.name]:
            advice = "widen a window or a spacing of the protocol"
            raise Refused(event.name, None, "has no day that its windows and spacings allow", advice)
    return [evolve(event, earliest=early[event.name], latest=late[event.name]) for event in events]


def _span(rule: Any) -> tuple[int, int]:
    """The shortest and longest days that an `is`, or a `least` and a `most`, allow."""
    if rule.is_ is not None:
        return _days(rule.is_), _days(rule.is_)
    return _days(rule.least), _days(rule.most) if rule.most is not None else _FREE


def _reach(window: Window | None) -> tuple[int, int]:
    """How many days a window allows before and after."""
    return (_days(window.before), _days(window.after)) if window is not None else (0, 0)


def _days(quantity: Quantity | None) -> int:
    return 0 if quantity is None else int(amount(quantity, "day"))
