"""Which patients have an event: its condition (`when`), as far as what is known decides it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from mfg.errors import Parameter
from mfg.protocol.cases import Case
from mfg.protocol.events import Dose, Visit
from mfg.protocol.given import refusal_of, value_of
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.rules import When, condition_of
from mfg.protocol.supply import Supply
from mfg.units import Quantity


@frozen
class Known:
    """What is known of a patient: the arm, the supply, and the covariates of a *case*."""

    protocol: Protocol
    words: Case
    case: Case

    @classmethod
    def of(cls, protocol: Protocol, arm: Arm, supply: Supply | None, case: Case) -> Known:
        """What is known of a patient of *arm*, supplied by *supply*."""
        return cls(protocol, {"arm": arm.name, **({"supply": supply.name} if supply else {})}, case)

    def of_dose(self, name: str) -> Known:
        """The same, asked for the dose *name*."""
        return Known(self.protocol, {**self.words, "dose": name}, self.case)

    def excludes(self, event: Dose | Visit) -> bool:
        """Whether arm or supply decide that *event* is not for this patient, whatever the covariates."""
        return open_parts(event.when, self.protocol, self.words) is None

    def decide(self, event: Dose | Visit) -> tuple[str, ...] | None:
        """What remains to be decided, in words, none if *event* certainly takes place; None if it does not."""
        return open_parts(event.when, self.protocol, {**self.case, **self.words})


def open_parts(when: When | None, protocol: Protocol, known: Case) -> tuple[str, ...] | None:
    """The parts of a condition that what is *known* does not decide; None if it decides that it fails."""
    parts: list[str] = []
    for name, part in condition_of(when, protocol.units).parts.items():
        if name not in known:
            assert when is not None
            parts.append(f"{name} is {when.conditions[name]}")
        elif known[name] not in part:  # type: ignore[operator]
            return None
    return tuple(parts)


def in_words(parts: tuple[str, ...]) -> str:
    """A condition as people say it; nothing for one that always holds."""
    return f"if {' and '.join(dict.fromkeys(parts))}" if parts else ""


def case_of(protocol: Protocol, given: Mapping[str, str | Quantity]) -> dict[str, Decimal | str]:
    """The covariates of one patient: words, and decimals in each covariate's own unit.

    Raises:
        Refused: for a name that the protocol does not declare, or a value that does not fit it.
    """
    case: dict[str, Decimal | str] = {}
    for name, value in given.items():
        if name not in protocol.patient:
            raise refusal_of(protocol, value, Parameter(f"given {name}"))
        case[name] = value_of(protocol, name, value, Parameter(f"given {name}"))
    return case
