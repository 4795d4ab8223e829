"""From a protocol to the template of an arm's course."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from mfg.course.network import BASELINE, FREE, Gap, Planned, Template
from mfg.errors import Refused
from mfg.protocol.cases import choose
from mfg.protocol.occurrences import Occurrence, months_and_days, occurrences
from mfg.protocol.protocol import Arm, Dose, Protocol, Supply, Visit, Window
from mfg.protocol.rules import condition_of
from mfg.units import Quantity, amount


def template_of(protocol: Protocol, arm: Arm, supply: Supply | None) -> Template:
    """What *protocol* plans for a patient of *arm*, supplied by *supply*.

    Raises:
        Refused: if an event refers to one that stands behind it.
    """
    builder = _Builder(protocol, arm)
    builder.chain(protocol.doses)
    doses = tuple(builder.planned)
    builder.chain(protocol.visits)
    builder.collections(doses, supply)
    builder.draws(doses)
    return Template(tuple(builder.planned), tuple(builder.gaps), tuple(builder.floating))


@define
class _Builder:
    protocol: Protocol
    arm: Arm
    planned: list[Planned] = field(factory=list)
    gaps: list[Gap] = field(factory=list)
    floating: list[str] = field(factory=list)

    def chain(self, events: tuple[Dose, ...] | tuple[Visit, ...]) -> None:
        """Add doses or visits, each on its own grid day or behind the one that it follows."""
        previous: str | None = None
        for event in events:
            for occurrence in occurrences(event):
                if not self._belongs(event, occurrence.name):
                    continue
                if event.after is not None and event.after.of == "release":
                    self.floating.append(occurrence.name)
                else:
                    self.planned.append(self._placed(event, occurrence, previous))
                previous = occurrence.name

    def _belongs(self, event: Dose | Visit, name: str) -> bool:
        if isinstance(event, Dose) and name not in self.arm.doses:
            return False
        try:
            return condition_of(event.when, self.protocol.units).admits({"arm": self.arm.name, "dose": name})
        except KeyError:
            return True  # depends on the patient: shown, as something that may come

    def _placed(self, event: Dose | Visit, occurrence: Occurrence, previous: str | None) -> Planned:
        kind, dose, by = (
            ("dose", occurrence.name, None) if isinstance(event, Dose) else (event.kind, None, event.by)
        )
        path = f"{'dose' if isinstance(event, Dose) else 'visit'}.{event.name}"
        before, after = _reach(event.window)
        reference, months, days, rule = BASELINE, 0, 0, f"{path}.day"
        if event.day:
            rows = [(condition_of(row.when, self.protocol.units), row) for row in event.day]
            months, days = months_and_days(choose(rows, {"arm": self.arm.name}, rule).is_)
            months, days = months + occurrence.months, days + occurrence.days
            if isinstance(event, Dose) and (months, days) == (0, 0):
                before, after = 0, 0  # this dose is what day 0 means
        if event.after is not None:
            follows = (previous if event.after.of == "previous" else event.after.of) or BASELINE
            least, most = _span(event.after)
            if not event.day:
                self._known(follows, path)
                reference, days, rule = follows, least if least > 0 or most == FREE else most, f"{path}.after"
                least, most = least - before, most + after
            self.gaps.append(Gap(follows, occurrence.name, least, most))
        grid = bool(event.day)
        return Planned(kind, occurrence.name, reference, months, days, grid, before, after, rule, dose, by)

    def _known(self, name: str, path: str) -> None:
        if name != BASELINE and name not in {event.name for event in self.planned}:
            advice = "let it follow an event that stands before it"
            raise Refused(f"{path}.after.of", name, "has no day yet", advice)

    def collections(self, doses: tuple[Planned, ...], supply: Supply | None) -> None:
        """Add the collections: one for each dose that is made fresh, one in all for a bank."""
        served = [dose for dose in doses if self.protocol.treatment(self.arm.doses[dose.name]).collected]
        if supply is None or supply.kind == "stock":
            return
        for n, dose in enumerate(served[:1] if supply.kind == "bank" else served, 1):
            rows = [(condition_of(row.when, self.protocol.units), row) for row in supply.before]
            rule = f"supply.{supply.name}.before"
            before = choose(rows, {"arm": self.arm.name, "dose": dose.name}, rule)
            self._ahead(dose.name, "collection", f"collection {n}", _span(before), rule)

    def draws(self, doses: tuple[Planned, ...]) -> None:
        """Add the draws of the vehicle from the patient."""
        step = self.protocol.formulation
        if step is None or step.drawn is None:
            return
        drawn = [dose for dose in doses if self.protocol.treatment(self.arm.doses[dose.name]).drawn]
        for n, dose in enumerate(drawn, 1):
            days = _days(step.drawn)
            self._ahead(dose.name, "csf-draw", f"CSF draw {n}", (days, days), "step.formulate.drawn")

    def _ahead(self, dose: str, kind: str, name: str, span: tuple[int, int], rule: str) -> None:
        """Add an event that lies ahead of *dose* and moves with it, as early as its span allows."""
        least, most = span
        days = -(most if most < FREE else least)
        self.planned.append(
            Planned(kind, name, dose, 0, days, grid=False, before=0, after=0, rule=rule, dose=dose)
        )
        self.gaps.append(Gap(name, dose, least, most))


def _span(rule: Any) -> tuple[int, int]:
    """The shortest and longest days that an `is`, or a `least` and a `most`, allow."""
    if rule.is_ is not None:
        return _days(rule.is_), _days(rule.is_)
    return _days(rule.least), _days(rule.most) if rule.most is not None else FREE


def _reach(window: Window | None) -> tuple[int, int]:
    """How many days a window allows before and after."""
    return (_days(window.before), _days(window.after)) if window is not None else (0, 0)


def _days(quantity: Quantity | None) -> int:
    return 0 if quantity is None else int(amount(quantity, "day"))
