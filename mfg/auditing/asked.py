"""Which arm and which dose a row belongs to: its cells say so, the whole table does, or all arms and doses are alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field

from mfg.auditing.words import Vocabulary
from mfg.errors import Parameter, Refused
from mfg.kinds import check_text
from mfg.prescription.order import Administration, in_words
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.which import arms_differ, arms_in_words
from mfg.protocol.protocol import Arm, Protocol
from mfg.sheet import Unreadable

if TYPE_CHECKING:
    from mfg.auditing.columns import TableColumns


@define
class Asked:
    """A protocol's arms and doses, with what is said of the whole table; nothing that makes a difference is assumed."""

    protocol: Protocol
    arm: str | None
    dose: str | None
    _conditions: frozenset[str] = field(factory=frozenset)
    _arms: Vocabulary = field(factory=lambda: Vocabulary(()))
    _doses: dict[str, Vocabulary] = field(factory=dict)
    _made: dict[tuple[str, str], Prescriber] = field(factory=dict)
    _cells: dict[tuple[str, str], Prescriber] = field(factory=dict)

    @classmethod
    def of(cls, protocol: Protocol, arm: str | None, dose: str | None) -> Asked:
        """Whose doses they are, where *arm* and *dose* are those of the whole table.

        Raises:
            Refused: if the protocol has no such arm or dose.
        """
        check_text(arm, "arm", protocol.arms[0].name)
        check_text(dose, "dose", protocol.doses[0].name)
        conditions = frozenset(n for r in protocol.routes for when in r.conditions() for n in when.conditions)
        arms = Vocabulary(tuple(a.name for a in protocol.arms))
        doses = {a.name: Vocabulary(tuple(a.doses)) for a in protocol.arms}
        made = cls(protocol, None, None, conditions, arms, doses)
        if arm is not None:
            made.arm = arms.find(arm)
            if made.arm is None or not protocol.arm(made.arm).doses:
                problem = "is no arm of this protocol" if made.arm is None else "receives no dose"
                names = ", ".join(a.name for a in protocol.arms if a.doses)
                raise Refused(Parameter("arm"), arm, problem, f"arms with doses: {names}")
        if dose is not None:
            made.dose = Vocabulary(made.all_doses()).find(dose)
            if made.dose is None:
                raise Refused(
                    Parameter("dose"), dose, "is no dose here", f"use one of {', '.join(made.all_doses())}"
                )
        return made

    def arms(self) -> list[Arm]:
        """The arms that may be meant."""
        listed = [a for a in self.protocol.arms if a.doses and self.arm in (None, a.name)]
        return [a for a in listed if self.dose is None or self.dose in a.doses] or listed

    def all_doses(self) -> tuple[str, ...]:
        """The doses of the arms that may be meant."""
        return tuple(dict.fromkeys(dose for arm in self.arms() for dose in arm.doses))

    def prescribers(self) -> Iterator[Prescriber]:
        """The rules that may be meant and that give cells."""
        for arm in self.arms():
            for dose in arm.doses if self.dose is None else (self.dose,):
                made = self._prescriber(arm.name, dose)
                if made.kind == "product":
                    yield made

    def faults(self, columns: TableColumns, *, wide: bool) -> Iterator[Refused]:
        """Refusals of a missing column on which the dose depends, and of one that repeats what was given for the whole table."""
        for name, index, said in (("arm", columns.arm, self.arm), ("dose", columns.dose, self.dose)):
            if said is not None and index is not None:
                problem = f"has a column for the {name}, and `{name}` {said} is given"
                yield Refused("header", None, problem, f"leave out `{name}`")
        if columns.arm is None and self._arms_differ():
            names = arms_in_words(self.protocol, self.dose)
            problem = f"has no column 'arm', and what a patient gets differs: {names}"
            yield Refused("header", None, problem, "add it, or give `arm` for the whole table")
        if columns.dose is None and self.dose is None and not wide:
            for arm in self.arms():
                if self._doses_differ(arm):
                    problem = f"has no column 'dose', and the doses of arm {arm.name} differ"
                    yield Refused("header", None, problem, "add it, or give `dose` for the whole table")
                    return

    def counted(self) -> tuple[str, ...]:
        """What the doses are numbers of, in words: cells, viable cells, Muse cells."""
        routes = [route for made in self.prescribers() for route in made.rule.routes]
        return tuple(dict.fromkeys(said_of(route.counted, route.fill.counted) for route in routes))

    def assumed(self, columns: TableColumns, *, wide: bool) -> Iterator[str]:
        """What is taken for granted, in words."""
        if self.arm is not None:
            yield f"every row is taken to be of arm {self.arm}, as asked"
        elif columns.arm is None and len(self.protocol.arms) > 1:
            names = " or ".join(a.name for a in self.arms())
            yield f"no column 'arm': every row is taken to be of arm {names}; what they get is the same"
        if self.dose is not None:
            yield f"every row is taken to be of {self.dose}, as asked"
        elif columns.dose is None and not wide and len(self.all_doses()) > 1:
            yield f"no column 'dose': the doses ({', '.join(self.all_doses())}) are all alike"
        if set(self.counted()) - {"cells"}:
            yield f"the cells of the table are taken to be {' and '.join(self.counted())}"

    def _arms_differ(self) -> bool:
        return self.arm is None and arms_differ(self.protocol, self.dose)

    def gives_nothing(self, arm: str) -> bool:
        """Whether the arm that a cell says receives no dose at all."""
        name = self._arms.find(arm) if arm else None
        return name is not None and not self.protocol.arm(name).doses

    def asks_dose(self) -> bool:
        """Whether a row must say which dose it is."""
        return self.dose is None and any(map(self._doses_differ, self.arms()))

    def _doses_differ(self, arm: Arm) -> bool:
        kinds = {self.protocol.treatment(t).kind for t in arm.doses.values()}
        asks = "dose" in self._conditions and "product" in kinds
        return len(set(arm.doses.values())) > 1 or (asks and len(arm.doses) > 1)

    def of_row(self, arm: str, dose: str) -> Prescriber:
        """The rule for a row whose cells say *arm* and *dose*, empty where they say nothing.

        Raises:
            Unreadable: if they are no words of this protocol, or if an empty one makes a difference.
            Refused: if the arm receives no dose.
        """
        found = self._cells.get((arm, dose))
        if found is None:
            whose = self._arm(arm)
            found = self._cells[arm, dose] = self._prescriber(whose.name, self._dose(whose, dose))
        return found

    def others(self, than: Prescriber) -> Iterator[Prescriber]:
        """The rules for other arms and doses of this protocol that may prescribe something else."""
        own = than.arm.doses[than.dose]
        by_name = self._conditions & {"arm", "dose"}
        for arm in self.protocol.arms:
            for dose, treatment in arm.doses.items():
                if treatment != own or (by_name and (arm.name, dose) != (than.arm.name, than.dose)):
                    yield self._prescriber(arm.name, dose)

    def _arm(self, text: str) -> Arm:
        if not text:
            if self._arms_differ():
                names = arms_in_words(self.protocol, self.dose)
                raise Unreadable(f"arm: is needed, since what a patient gets differs; use one of {names}")
            return self.arms()[0]
        name = self._arms.find(text)
        if name is None:
            raise Unreadable(
                f"arm: {text[:40]!r} is no arm of this protocol; it has {', '.join(self._arms.known)}"
            )
        arm = self.protocol.arm(name)
        if not arm.doses:
            raise Refused("arm", name, "receives no dose", "and here is one")
        return arm

    def _dose(self, arm: Arm, text: str) -> str:
        if not text:
            if self.dose is None and self._doses_differ(arm):
                raise Unreadable(
                    f"dose: is needed, since the doses of arm {arm.name} differ: {', '.join(arm.doses)}"
                )
            kinds = {d: self.protocol.treatment(t).kind for d, t in arm.doses.items()}
            return self.dose or next((d for d, kind in kinds.items() if kind == "product"), next(iter(kinds)))
        name = self._doses[arm.name].find(text)
        if name is None:
            raise Unreadable(
                f"dose: {text[:40]!r} is no dose of arm {arm.name}; it has {', '.join(arm.doses)}"
            )
        return name

    def _prescriber(self, arm: str, dose: str) -> Prescriber:
        if (arm, dose) not in self._made:
            self._made[arm, dose] = Prescriber.of(self.protocol, arm=arm, dose=dose)
        return self._made[arm, dose]


def said_of(counted: str, kind: str) -> str:
    """What a route counts, as people say it."""
    return in_words(Administration(route="", component=None, counted=counted, kind=kind, sites=1))
