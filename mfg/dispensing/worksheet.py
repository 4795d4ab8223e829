"""A worksheet: everything that a pharmacist checks, prepares, labels and signs for one order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial

from attrs import evolve, frozen

from mfg.dispensing.amounts import RouteSummary, given_by, total_of
from mfg.dispensing.handling import Expiry, Statement, draw_of, expiry_of, storage_of, vehicle_of
from mfg.dispensing.portions import ContainerGroup, portions_of, volume_of
from mfg.dispensing.steps import CalculationStep, steps_of
from mfg.dispensing.support import MISSING, Support, support, written
from mfg.errors import Parameter, Refused
from mfg.finding import Finding
from mfg.prescription.basis import basis_of
from mfg.prescription.matching import product_of
from mfg.prescription.order import Basis, Order
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.scale import mark_fills
from mfg.protocol.cases import LIMITS, Condition
from mfg.protocol.protocol import Protocol, Release
from mfg.protocol.rules import condition_of
from mfg.record import Record
from mfg.units import amount
from mfg.units.amounts import Volume
from mfg.units.measure import accept, measure_of


@frozen
class ReleaseLimit:
    """A release test with its limit; what was measured is written in by hand."""

    test: str
    limit: str
    holds: str
    evidence: str
    because: str


@frozen
class Worksheet:
    """The content of a worksheet, the same in print and in JSON.

    `kind` is what the dose is: product, placebo or sham. `matches` says that the volumes are those of the product
    that it stands in for. `placebo_controlled` protocols have labels that do not tell the two apart.
    """

    title: str
    protocol: str
    donor: str
    arm: str
    arm_title: str | None
    dose: str
    kind: str
    placebo_controlled: bool
    matches: bool
    patient: str | None
    second_id: str | None
    covariates: tuple[tuple[str, str], ...]
    given: tuple[RouteSummary, ...]
    total: str
    steps: tuple[CalculationStep, ...]
    portions: tuple[ContainerGroup, ...]
    product: tuple[ContainerGroup, ...]
    needed_mL: Decimal | None
    drawn_mL: Decimal | None
    vehicle: Statement | None
    vehicle_draw: Statement | None
    expiry: Expiry | None
    storage: tuple[Statement, ...]
    release: tuple[ReleaseLimit, ...]
    basis: tuple[Basis, ...]
    findings: tuple[Finding, ...]
    record: Record


def worksheet(
    protocol: Protocol,
    order: Order,
    record: Record,
    *,
    patient: str | None = None,
    second_id: str | None = None,
    csf: str | None = None,
    suspended: datetime | None = None,
) -> Worksheet:
    """The worksheet of *order*, by the protocol that it was computed from.

    A placebo has the volumes of the product that it stands in for. *csf* is the volume of vehicle that was drawn, *suspended* the end of suspension, with its zone.

    Raises:
        Refused: if *suspended* has no zone or decides nothing.
    """
    kind = protocol.treatment(protocol.arm(order.arm).doses[order.dose]).kind
    product = _product(protocol, order) if kind == "placebo" else None
    case = {"arm": order.arm, "dose": order.dose, **({"supply": order.supply} if order.supply else {})}
    recipe = [step for step in protocol.recipe if _holds(condition_of(step.when, protocol.units), case)]
    counts = product if product is not None else order
    volumes = [volume_of(order, given) for given in order.administrations]
    needed = sum((v for v in volumes if v is not None), Decimal(0))
    return Worksheet(
        title=protocol.title or protocol.name,
        protocol=protocol.name,
        donor=protocol.donor,
        arm=order.arm,
        arm_title=protocol.arm(order.arm).title,
        dose=order.dose,
        kind=kind,
        placebo_controlled=any(t.kind == "placebo" for t in protocol.treatments),
        matches=product is not None,
        patient=patient,
        second_id=second_id,
        covariates=tuple(order.covariates.items()),
        given=tuple(map(partial(given_by, order), order.administrations, counts.administrations)),
        total=total_of(order),
        steps=steps_of(protocol, counts) if kind == "product" or product is not None else (),
        portions=portions_of(order),
        product=portions_of(counts),
        drawn_mL=amount(accept(csf, measure_of(Volume), Parameter("csf")), "mL") if csf is not None else None,
        needed_mL=needed if None not in volumes else None,
        vehicle=vehicle_of(protocol, order, recipe),
        vehicle_draw=draw_of(protocol, order, recipe),
        expiry=expiry_of(protocol, order, recipe, suspended),
        storage=tuple(storage_of(protocol, order, recipe)),
        release=tuple(_limits(protocol, order, case)) if kind == "product" else (),
        basis=tuple(_basis(protocol, counts)),
        findings=order.findings,
        record=record,
    )


def check_preparable(sheet: Worksheet) -> None:
    """Whether something can be prepared from *sheet*.

    Raises:
        Refused: if its order has an error, or is a sham procedure.
    """
    wrong = [finding.message for finding in sheet.findings if finding.level == "error"]
    if wrong:
        raise Refused(Parameter("sheet"), None, f"is not written: {'; '.join(wrong)}", "mend that first")
    if sheet.kind == "sham":
        problem = f"is not written: {sheet.dose} of arm {sheet.arm} is a sham procedure"
        raise Refused(Parameter("sheet"), None, problem, "nothing is prepared for it")


def _product(protocol: Protocol, order: Order) -> Order | None:
    """The product that a placebo stands in for, on the marks and with its basis, if there is just one."""
    known = order.covariates
    try:
        product = product_of(protocol, order, known)
    except Refused:
        return None  # the order's own findings say why
    prescriber = Prescriber.of(protocol, arm=product.arm, dose=product.dose, supply=product.supply)
    given = product.administrations
    filled = zip(prescriber.fills, given, strict=True)
    return evolve(
        product,
        basis=basis_of(prescriber, prescriber.case(known), known, given),
        marked=tuple(mark for fill, one in filled for mark in mark_fills(fill, one)),
    )


def _holds(condition: Condition, case: dict[str, str]) -> bool:
    """Whether *condition* holds, as far as arm, dose and supply decide."""
    known = {name: part for name, part in condition.parts.items() if name in case}
    return Condition(known).admits(case)


def _basis(protocol: Protocol, order: Order) -> Iterator[Basis]:
    """What the dose rests on, without what stands in other parts of the sheet: the patient, the product, its release."""
    for row in order.basis:
        if row.evidence == "given" or row.path.startswith(("release.", "step.")) or _none_of_product(row):
            continue
        found = support(protocol, order, row.path) if row.path else Support()
        yield evolve(row, because=found.because) if found.evidence == row.evidence else row


def _none_of_product(row: Basis) -> bool:
    return not row.path and row.what in ("vehicle", "expiry, use within", "storage")


def _limits(protocol: Protocol, order: Order, case: dict[str, str]) -> Iterator[ReleaseLimit]:
    for test in protocol.release:
        if _holds(condition_of(test.when, protocol.units), case):
            found = support(protocol, order, f"release.{test.test}.limit") or Support(MISSING)
            said = written(protocol, f"release.{test.test}.limit")
            limit = " and ".join(f"{LIMITS[name]} {value}" for name, value in said.items() if name in LIMITS)
            yield ReleaseLimit(
                test.test, limit or str(test.limit), _waits(test), found.evidence, found.because
            )


def _waits(test: Release) -> str:
    return "" if test.holds == "nothing" else f"before {test.holds}"
