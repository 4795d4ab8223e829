"""The dose of one patient, exactly as the protocol rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve

from mfg.errors import Parameter, Refused
from mfg.finding import Finding
from mfg.prescription.basis import assumptions, basis_of, covariates_of
from mfg.prescription.examples import example_faults
from mfg.prescription.lot import from_lot, judge_concentration, judge_release, lot_of
from mfg.prescription.matching import match_or_say
from mfg.prescription.observed import judge_age
from mfg.prescription.order import Administration, FromLot, MeasuredLot, Order
from mfg.prescription.prescriber import Prescriber, note_left_out
from mfg.prescription.scale import judge_fills, mark_fills, note_unchecked_volume
from mfg.prescription.vehicle import judge_vehicle
from mfg.protocol.given import check_given, refuse_name
from mfg.units import Quantity, amount
from mfg.units.amounts import Volume
from mfg.units.measure import accept, measure_of

if TYPE_CHECKING:
    from mfg.protocol.protocol import Protocol


def dose(
    protocol: Protocol,
    *,
    weight: str | Quantity | None = None,
    arm: str | None = None,
    dose: str | None = None,
    supply: str | None = None,
    given: Mapping[str, str | Quantity] | None = None,
    csf: str | Quantity | None = None,
    count: str | Quantity | None = None,
    viability: str | Quantity | None = None,
    weighed: str | date | None = None,
    on: str | date | None = None,
) -> Order:
    """The dose that *protocol* prescribes for one dosing day of one patient.

    *weight* and *csf* are quantities such as ``"72 kg"`` and ``"25 mL"``; *given* holds any other
    covariate that the protocol names. *arm*, *dose* and *supply* may be left out where they make no difference to any
    patient, in a placebo or a control neither. If the patient was *weighed* on one day and is dosed *on* another, the
    weight must not be too old. With the *count* of a lot as it was measured (``"1.2e7 viable_cell/mL"``), and its
    *viability* where the dose counts what the count does not, the volumes are those of that lot.

    Raises:
        Refused: for anything that the protocol does not allow or does not define. No dose is guessed.
    """
    refuse_name(protocol)
    check_given(given)
    known = dict(given or {})
    if weight is not None:
        if "weight" in known:
            raise Refused(
                Parameter("given weight"), str(known["weight"]), "is a second body weight", "give one of them"
            )
        known["weight"] = weight
    prescriber = Prescriber.of(protocol, arm=arm, dose=dose, supply=supply)
    case = prescriber.case(known)
    order, lot = prescriber.order(case), lot_of(count, viability)
    findings = list(order.findings)
    drawn: tuple[FromLot, ...] = ()
    if lot is not None:
        findings = [finding for finding in findings if finding.rule != "container-capacity"]
        drawn = _draw_from(prescriber, order, lot, findings)
    if prescriber.kind == "placebo":
        order, said = match_or_say(protocol, order, known)
        findings.append(said)
    filled = _fill_from(order, drawn)
    basis = basis_of(prescriber, case, known, filled)
    marked = [tuple(mark_fills(fill, one)) for fill, one in zip(prescriber.fills, filled, strict=True)]
    tolerance = prescriber.tolerance
    for fill, one, marks in zip(prescriber.fills, filled, marked, strict=True):
        findings += judge_fills(fill, marks, one, tolerance)
        findings += note_unchecked_volume(fill, one)
    findings += [*note_left_out(prescriber, arm, dose), *assumptions(basis), *prescriber.remarks()]
    findings += judge_age(protocol, prescriber.needs, known, weighed, on)
    if not protocol.examples:
        findings.append(
            Finding("note", "no-example", "no worked example proves the numbers of this protocol")
        )
    for fault in example_faults(protocol):
        message = f"the protocol contradicts its own worked example: {fault}"
        findings.append(Finding("error", "worked-example", message))
    if csf is not None:
        vessel = amount(accept(csf, measure_of(Volume), Parameter("csf")), "mL")
        containers = sum(len(one.containers) or one.sites for one in filled)
        findings += judge_vehicle(protocol, vessel, [one.volume_mL for one in filled], containers)
    return evolve(
        order,
        findings=tuple(findings),
        basis=basis,
        covariates={**order.covariates, **covariates_of(prescriber, case)},
        marked=tuple(one for marks in marked for one in marks),
        lot=lot,
        from_lot=drawn,
    )


def _draw_from(
    prescriber: Prescriber, order: Order, lot: MeasuredLot, findings: list[Finding]
) -> tuple[FromLot, ...]:
    """What each route takes of *lot*; *findings* are told what there is to say of it."""
    if prescriber.kind != "product":
        raise Refused(
            Parameter("count"), None, f"has no use here: {prescriber.dose} holds no cells", "leave it out"
        )
    findings += judge_release(prescriber, lot)
    fills = prescriber.fills
    drawn = tuple(
        from_lot(fill, given, lot, findings.append)
        for fill, given in zip(fills, order.administrations, strict=True)
    )
    for fill, one in zip(fills, drawn, strict=True):
        findings += judge_concentration(fill, one, prescriber.tolerance)
    return drawn


def _fill_from(order: Order, drawn: Sequence[FromLot]) -> list[Administration]:
    """The administrations as they are to be filled: from a lot as it was measured, if one was."""
    if not drawn:
        return list(order.administrations)
    return [
        given
        if given.volume_mL is not None and one.planned_mL is None
        else evolve(
            given, volume_mL=one.volume_mL, concentration_cells_per_mL=one.per_mL, containers=one.containers
        )
        for given, one in zip(order.administrations, drawn, strict=True)
    ]
