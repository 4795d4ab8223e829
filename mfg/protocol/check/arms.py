"""Checks of the arms: there is at least one, their treatments exist, and every dose is given in one of them."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.occurrences import occurrences
from mfg.protocol.protocol import Protocol, Treatment


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Refusals of doses and treatments that do not exist, of arms without patients, and of doses in no arm."""
    if not protocol.arms:
        yield Refused("arm", None, "is missing", "write at least one [[arm]] with the doses that it receives")
    planned = [o.name for dose in protocol.doses for o in occurrences(dose)]
    treatments = [t.name for t in protocol.treatments]
    for arm in protocol.arms:
        for dose, treatment in arm.doses.items():
            if dose not in planned:
                yield Refused(
                    f"arm.{arm.name}.doses", dose, "is no dose of this protocol", nearest(dose, planned)
                )
            if treatment not in treatments:
                advice = nearest(treatment, treatments)
                yield Refused(
                    f"arm.{arm.name}.doses.{dose}", treatment, "is no treatment of this protocol", advice
                )
        if arm.ratio == 0 or arm.size == 0:
            yield Refused(f"arm.{arm.name}", "0", "gives the arm no patients", "leave the arm out")
    given = {name for arm in protocol.arms for name in arm.doses}
    for planned_dose in protocol.doses if protocol.arms else ():
        if not given & {occurrence.name for occurrence in occurrences(planned_dose)}:
            advice = "list it under the doses of an arm, or leave it out"
            yield Refused(f"dose.{planned_dose.name}", None, "is given in no arm", advice)


def given_treatments(protocol: Protocol) -> list[Treatment]:
    """The treatments that some dose of some arm is."""
    used = {treatment for arm in protocol.arms for treatment in arm.doses.values()}
    return [treatment for treatment in protocol.treatments if treatment.name in used]
