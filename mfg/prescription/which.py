"""Which arm, dose and supply is meant: what makes a difference to any patient is asked for, never assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfg.errors import Parameter, Refused
from mfg.kinds import check_text

if TYPE_CHECKING:
    from mfg.protocol.protocol import Arm, Protocol

_NOTHING = "nothing"


def the_arm(protocol: Protocol, name: str | None, dose: str | None) -> Arm:
    """The arm called *name*; the first, if none is named and all arms give their patients the same (on that *dose*).

    Raises:
        Refused: if it receives no dose, or if none is named and arms differ, be it in a placebo or in nothing.
    """
    if name is not None:
        arm = protocol.arm(name)
        if not arm.doses:
            dosed = ", ".join(a.name for a in protocol.arms if a.doses)
            advice = f"arms with doses: {dosed}" if dosed else "no arm of this protocol has one"
            raise Refused(Parameter("arm"), name, "receives no dose", advice)
        return arm
    arms = protocol.arms
    check_text(dose, "dose", protocol.doses[0].name)
    if dose is not None and len(arms) > 1 and not any(dose in arm.doses for arm in arms):
        doses = dict.fromkeys(dose for arm in arms for dose in arm.doses)
        advice = f"doses: {', '.join(doses)}"
        raise Refused(Parameter("dose"), dose, "is given in no arm of this protocol", advice)
    if arms_differ(protocol, dose):
        on = "" if dose is None else f" for {dose}"
        problem = f"is needed: what a patient gets{on} differs between the arms"
        raise Refused(Parameter("arm"), None, problem, f"use one of {arms_in_words(protocol, dose)}")
    if not any(arm.doses for arm in arms):
        raise Refused(
            Parameter("arm"), None, "no arm of this protocol receives a dose", "there is nothing to compute"
        )
    return arms[0]


def the_dose(protocol: Protocol, arm: Arm, name: str | None) -> str:
    """The dose called *name*; the first, if none is named and all doses of *arm* are alike.

    Raises:
        Refused: if it is none of *arm*, or if none is named and the doses differ, be it in a placebo.
    """
    check_text(name, "dose", next(iter(arm.doses)))
    if name is not None:
        if name not in arm.doses:
            raise Refused(
                Parameter("dose"), name, f"is not given in arm {arm.name}", f"it has {', '.join(arm.doses)}"
            )
        return name
    asks = "dose" in conditions(protocol) and "product" in {
        protocol.treatment(t).kind for t in arm.doses.values()
    }
    if len(set(arm.doses.values())) > 1 or (asks and len(arm.doses) > 1):
        shown = ", ".join(f"{dose} ({treatment})" for dose, treatment in arm.doses.items())
        raise Refused(Parameter("dose"), None, "is needed: the doses differ", f"arm {arm.name} has {shown}")
    return next(iter(arm.doses))


def the_supply(protocol: Protocol, name: str | None) -> str | None:
    """The supply called *name*; the only one, or the first where none of the dose's rules asks for it.

    Raises:
        Refused: if it is none of the protocol, or if none is named and the dose depends on it.
    """
    if name is None and len(protocol.supplies) > 1 and "supply" in conditions(protocol):
        names = ", ".join(supply.name for supply in protocol.supplies)
        raise Refused(Parameter("supply"), None, "is needed: the dose depends on it", f"use one of {names}")
    supply = protocol.supply(name)
    return supply.name if supply is not None else None


def arms_differ(protocol: Protocol, dose: str | None) -> bool:
    """Whether what a patient gets (on that *dose*) depends on the arm, be it in a placebo or in nothing."""
    asks = "arm" in conditions(protocol)
    return len({_given(arm, dose, asks=asks) for arm in protocol.arms}) > 1


def arms_in_words(protocol: Protocol, dose: str | None) -> str:
    """Every arm with what it gives (on that *dose*)."""
    return ", ".join(f"{arm.name} ({_in_words(arm, dose)})" for arm in protocol.arms)


def conditions(protocol: Protocol) -> set[str]:
    """Everything that the decision tables of a protocol's routes depend on."""
    return {name for route in protocol.routes for when in route.conditions() for name in when.conditions}


def _given(arm: Arm, dose: str | None, *, asks: bool) -> tuple[object, ...]:
    """What tells *arm* from another one: what it gives (on one *dose*), and its name, if the rules *ask* for it."""
    name = arm.name if asks else ""
    return (name, arm.doses.get(dose)) if dose is not None else (name, *arm.doses.items())


def _in_words(arm: Arm, dose: str | None) -> str:
    if dose is not None:
        return arm.doses.get(dose, _NOTHING)
    return " and ".join(dict.fromkeys(arm.doses.values())) or _NOTHING
