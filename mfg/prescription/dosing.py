"""The dose of one patient, exactly as the protocol rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve

from mfg.digits import plain, volume
from mfg.errors import Refused
from mfg.evidence import Finding
from mfg.prescription.basis import assumptions, basis_of, covariates_of
from mfg.prescription.examples import example_faults
from mfg.prescription.matching import match_or_say
from mfg.prescription.observed import aged
from mfg.prescription.order import Order
from mfg.prescription.prescriber import Prescriber, left_out
from mfg.protocol.protocol import Protocol, loaded
from mfg.units import Quantity, Volume, amount, measure_of, taken


def dose(
    protocol: Protocol,
    *,
    weight: str | Quantity | None = None,
    arm: str | None = None,
    dose: str | None = None,
    supply: str | None = None,
    given: Mapping[str, str | Quantity] | None = None,
    csf: str | Quantity | None = None,
    weighed: str | date | None = None,
    on: str | date | None = None,
) -> Order:
    """The dose that *protocol* prescribes for one dosing day of one patient.

    *weight* and *csf* are quantities such as ``"72 kg"`` and ``"25 mL"``; *given* holds any other
    covariate that the protocol names. *arm*, *dose* and *supply* may be left out where they make no difference to any
    patient, in a placebo or a control neither. If the patient was *weighed* on one day and is dosed *on* another, the
    weight must not be too old.

    Raises:
        Refused: for anything that the protocol does not allow or does not define. No dose is guessed.
    """
    protocol, known = loaded(protocol), dict(given or {})
    if weight is not None:
        if "weight" in known:
            raise Refused(
                "--given weight", str(known["weight"]), "is a second body weight", "give one of them"
            )
        known["weight"] = weight
    prescriber = Prescriber.asked(protocol, arm, dose, supply)
    case = prescriber.case(known)
    order = prescriber.order(case)
    basis, used = basis_of(prescriber, case, known, order.administrations), covariates_of(prescriber, case)
    findings = [*order.findings, *left_out(prescriber, arm, dose), *assumptions(basis), *prescriber.remarks()]
    if prescriber.kind == "placebo":
        order, said = match_or_say(protocol, order, known)
        findings.append(said)
    findings += aged(protocol, prescriber.needs, known, weighed, on)
    if not protocol.examples:
        findings.append(
            Finding("note", "no-example", "no worked example proves the numbers of this protocol")
        )
    for fault in example_faults(protocol):
        message = f"the protocol contradicts its own worked example: {fault}"
        findings.append(Finding("error", "worked-example", message))
    if csf is not None:
        drawn = taken(csf, measure_of(Volume), "--csf")
        findings += _vehicle(protocol, order, amount(drawn, "mL"))
    return evolve(order, findings=tuple(findings), basis=basis, covariates={**order.covariates, **used})


def _vehicle(protocol: Protocol, order: Order, drawn: Decimal) -> Iterator[Finding]:
    """Whether the vehicle that was drawn suffices; the volume of the cells themselves is not deducted."""
    step = protocol.formulation
    if step is None or step.drawn is None:
        raise Refused("--csf", f"{plain(drawn)} mL", "has no use here", f"{protocol.name} draws no vehicle")
    if step.draw is not None and drawn not in step.draw.within("mL"):
        evidence = protocol.evidence_of("step.formulate.draw.least")
        message = f"{plain(drawn)} mL were drawn; the protocol asks for {step.draw}"
        yield Finding("warning", "vehicle-drawn", message, evidence)
    volumes = [a.volume_mL for a in order.administrations if a.volume_mL is not None]
    if len(volumes) < len(order.administrations):
        message = f"whether {plain(drawn)} mL suffice is not checked: no volume is stated"
        yield Finding("note", "vehicle-volume", message)
        return
    needed = sum(volumes, Decimal(0))
    level, verb = ("note", "suffice") if drawn >= needed else ("error", "do not suffice")
    message = f"{volume(drawn)} of {step.vehicle} {verb} for {volume(needed)} of product"
    yield Finding(level, "vehicle-volume", message)
