"""One dose of one arm, prescribed for a patient whose covariates a person types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from mfg.errors import Parameter
from mfg.finding import Finding
from mfg.prescription.compile import routes_of, rule_of
from mfg.prescription.fill import Fill
from mfg.prescription.order import Order, total
from mfg.prescription.rule import Rule
from mfg.prescription.which import the_arm, the_dose, the_supply
from mfg.protocol.cases import Case
from mfg.protocol.given import value_of
from mfg.protocol.rules import condition_of
from mfg.units import Quantity, amount

if TYPE_CHECKING:
    from mfg.protocol.protocol import Arm, Protocol, Release
    from mfg.protocol.route import Route


@frozen
class Prescriber:
    """One dose of one arm, with its `rule` made ready for any number of patients."""

    protocol: Protocol
    arm: Arm
    dose: str
    supply: str | None
    rule: Rule

    @classmethod
    def of(
        cls, protocol: Protocol, *, arm: str | None = None, dose: str | None = None, supply: str | None = None
    ) -> Prescriber:
        """The rule for *arm*, *dose* and *supply*; whatever makes a difference to any patient must be named.

        Raises:
            Refused: if it is not, be the difference in a placebo, in a control, or in nothing at all; or if what is
                named is none of the protocol.
        """
        chosen = the_arm(protocol, arm, dose)
        name = the_dose(protocol, chosen, dose)
        rule = rule_of(protocol, protocol.treatment(chosen.doses[name]))
        return cls(protocol, chosen, name, the_supply(protocol, supply), rule)

    @property
    def kind(self) -> str:
        """What this dose is: product, placebo or sham."""
        return self.rule.kind

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes of this dose as the protocol has them, in the order of the rule's."""
        return routes_of(self.protocol, self.protocol.treatment(self.arm.doses[self.dose]))

    @property
    def fills(self) -> tuple[Fill, ...]:
        """How the product of each route is measured out."""
        return tuple(route.fill for route in self.rule.routes)

    @property
    def tolerance(self) -> Decimal:
        """By how many percent a dose may deviate: as the protocol says, else by 1."""
        stated = self.protocol.tolerance
        return amount(stated, "%") if stated is not None else Decimal(1)

    @property
    def releases(self) -> tuple[Release, ...]:
        """The release tests that may concern this dose: those whose condition holds, as far as it is known."""
        case, units = self.words(), self.protocol.units
        return tuple(r for r in self.protocol.release if condition_of(r.when, units).may_admit(case))

    @property
    def needs(self) -> frozenset[str]:
        """The covariates that the rule asks for."""
        return self.rule.needs

    def case(self, given: Mapping[str, str | Quantity]) -> dict[str, Decimal | str]:
        """The covariates of one patient, from what a person typed.

        Raises:
            Refused: for a name that the protocol does not know, or a value that does not fit it.
        """
        case = self.words()
        for name, value in given.items():
            where = Parameter("weight" if name == "weight" else f"given {name}")
            case[name] = value_of(self.protocol, name, value, where)
        return case

    def words(self) -> dict[str, Decimal | str]:
        """The part of a case that is known without the patient."""
        known = {"arm": self.arm.name, "dose": self.dose}
        return {**known, **({"supply": self.supply} if self.supply is not None else {})}

    def order(self, case: Case) -> Order:
        """The dose in *case*, with what there is to say about its arithmetic.

        Raises:
            Refused: if something is missing, or if the protocol allows no dose here.
        """
        findings: list[Finding] = []
        weight = case.get("weight")
        given = self.rule.administrations(case, findings.append)
        cells = total(given, [a.cells for a in given])
        return Order(
            protocol=self.protocol.name,
            arm=self.arm.name,
            dose=self.dose,
            supply=self.supply,
            weight_kg=weight if isinstance(weight, Decimal) else None,
            depends_on=tuple(sorted(self.needs)),
            total_cells=cells,
            total_cells_least=total(given, [a.ends()[0] for a in given]) if cells is None else cells,
            total_cells_most=total(given, [a.ends()[1] for a in given]) if cells is None else cells,
            administrations=given,
            findings=tuple(findings),
        )

    def remarks(self) -> Iterator[Finding]:
        """What there is to know about this rule, whoever the patient is."""
        protocol = self.protocol
        if self.kind != "product":
            about = protocol.treatment(self.arm.doses[self.dose]).about
            message = f"{self.dose} of arm {self.arm.name} holds no cells" + (f": {about}" if about else "")
            yield Finding("note", self.kind, message)
            return
        kinds = {dose: protocol.treatment(name).kind for dose, name in self.arm.doses.items()}
        empty = [dose for dose, kind in kinds.items() if kind != "product"]
        if empty:
            message = f"{', '.join(empty)} of arm {self.arm.name} hold no cells"
            yield Finding("note", "not-every-dose", message)
        if "weight" not in self.needs:
            asked = " and the ".join(name.replace("_", " ") for name in sorted(self.needs))
            why = f"the dose depends on the {asked}; " if asked else "the dose is fixed: "
            yield Finding("note", "weight-not-used", f"{why}body weight plays no part in it")
        for name in sorted(self.needs & protocol.patient.keys()):
            covariate = protocol.patient[name]
            if covariate.at:
                evidence = protocol.evidence_of(f"patient.{name}.at")
                yield Finding(
                    "note", "observed-at", f"{name} is the one observed at {covariate.at}", evidence
                )
        for name in sorted(self.needs):
            known = self.rule.measured.get(name)
            if name not in protocol.words() and (known is None or not known.limits.ends()):
                message = f"no limits are stated for {name}: whether it is plausible is not checked"
                yield Finding("note", "limit-not-checked", message)


def note_left_out(prescriber: Prescriber, arm: str | None, dose: str | None) -> Iterator[Finding]:
    """Which arm and dose an order speaks of, where nobody named them because they make no difference."""
    arms, doses = prescriber.protocol.arms, prescriber.arm.doses
    if arm is None and len(arms) > 1:
        names = ", ".join(each.name for each in arms if dose is None or dose in each.doses)
        yield Finding("note", "arm-left-out", f"no arm was named: {names} give the same here")
    if dose is None and len(doses) > 1:
        yield Finding("note", "dose-left-out", f"no dose was named: {', '.join(doses)} are alike")
