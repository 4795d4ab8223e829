"""A worksheet: everything that a pharmacist checks, prepares, labels and signs for one order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import partial

from attrs import evolve, frozen

from mfg.digits import near, volume
from mfg.dispensing.portions import Portion, portions_of, volume_of
from mfg.dispensing.steps import Step, steps_of
from mfg.dispensing.support import MISSING, Support, support, written
from mfg.dispensing.words import counted, exactly, symbols
from mfg.errors import Parameter, Refused
from mfg.finding import Finding
from mfg.prescription.matching import product_of
from mfg.prescription.order import Administration, Basis, Order, in_words
from mfg.protocol.cases import LIMITS, Condition
from mfg.protocol.protocol import Protocol, Release
from mfg.protocol.recipe import Formulate, Ship, path_of_step
from mfg.protocol.recipe import Step as RecipeStep
from mfg.protocol.rules import condition_of
from mfg.record import Record
from mfg.units import amount, text
from mfg.units.amounts import Volume
from mfg.units.measure import accept, measure_of


@frozen
class Given:
    """What one route gives, in words: how many of what, in how much, in which containers.

    `held` is how many the product has, be it a placebo or not; empty where the lot decides.
    """

    route: str
    cells: str
    volume: str
    containers: str
    held: str


@frozen
class Fact:
    """One thing that the protocol says of storage, expiry or the vehicle, and what supports it."""

    what: str
    value: str
    evidence: str
    because: str


@frozen
class Limit:
    """A release test with its limit; what was measured is written in by hand."""

    test: str
    limit: str
    holds: str
    evidence: str
    because: str


@frozen
class Expiry:
    """How long the product may be used after the end of suspension, and until when, if that end is known."""

    within: str
    evidence: str
    because: str
    suspended: datetime | None = None
    use_before: datetime | None = None


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
    given: tuple[Given, ...]
    total: str
    steps: tuple[Step, ...]
    portions: tuple[Portion, ...]
    product: tuple[Portion, ...]
    needed_mL: Decimal | None
    drawn_mL: Decimal | None
    vehicle: Fact | None
    vehicle_draw: Fact | None
    expiry: Expiry | None
    storage: tuple[Fact, ...]
    release: tuple[Limit, ...]
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
        given=tuple(map(partial(_given, order), order.administrations, counts.administrations)),
        total=_total(order),
        steps=steps_of(protocol, counts) if kind == "product" or product is not None else (),
        portions=portions_of(order),
        product=portions_of(counts),
        drawn_mL=amount(accept(csf, measure_of(Volume), Parameter("csf")), "mL") if csf is not None else None,
        needed_mL=needed if None not in volumes else None,
        vehicle=_vehicle(protocol, order, recipe),
        vehicle_draw=_draw(protocol, order, recipe),
        expiry=_expiry(protocol, order, recipe, suspended),
        storage=tuple(_storage(protocol, order, recipe)),
        release=tuple(_limits(protocol, order, case)) if kind == "product" else (),
        basis=tuple(_basis(protocol, counts)),
        findings=order.findings,
        record=record,
    )


def preparable(sheet: Worksheet) -> None:
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
    """The product that a placebo stands in for, if there is just one."""
    try:
        return product_of(protocol, order, order.covariates)
    except Refused:
        return None  # the order's own findings say why


def _holds(condition: Condition, case: dict[str, str]) -> bool:
    """Whether *condition* holds, as far as arm, dose and supply decide."""
    known = {name: part for name, part in condition.parts.items() if name in case}
    return Condition(known).admits(case)


def _given(order: Order, given: Administration, product: Administration) -> Given:
    what, held = in_words(given), product.cells
    label = f"{given.route} ({given.component})" if given.component else given.route
    boxes = [p for p in portions_of(order) if (p.route, p.component) == (given.route, given.component)]
    return Given(
        label,
        _cells(given, what),
        _volume(order, given),
        _filled(boxes),
        counted(held, in_words(product)) if held else "",
    )


def _cells(given: Administration, what: str) -> str:
    if given.cells is not None:
        sites = (
            f", {near(given.cells_per_site)} at each of {given.sites} sites" if given.cells_per_site else ""
        )
        return counted(given.cells, what) + sites
    ends = [
        f"{word} {near(end)}"
        for word, end in (("at least", given.cells_least), ("at most", given.cells_most))
        if end is not None
    ]
    return f"{' and '.join(ends) or 'as many as there are'} {what}, as the lot decides"


def _volume(order: Order, given: Administration) -> str:
    known = volume_of(order, given)
    if known is not None:
        return exactly(known)
    ends = [
        f"{word} {volume(end)}"
        for word, end in (("at least", given.volume_least_mL), ("at most", given.volume_most_mL))
        if end is not None
    ]
    return " and ".join(ends)


def _filled(boxes: Sequence[Portion]) -> str:
    """The containers, with the volume that is in them if marks take it from the one that is meant."""
    if not any(box.deviation_percent for box in boxes):
        return "; ".join(map(_boxes, boxes))
    shown = sum(((box.fill_mL or Decimal(0)) * box.number for box in boxes), Decimal(0))
    return f"{'; '.join(map(_boxes, boxes))}: {exactly(shown)} on the marks"


def _boxes(portion: Portion) -> str:
    size = f"{_size(portion.nominal_mL)} " if portion.nominal_mL is not None else ""
    fill = f" filled to {exactly(portion.fill_mL)}" if portion.fill_mL is not None else ""
    return f"{portion.number} × {size}{portion.kind}{fill}"


def _size(size: Decimal) -> str:
    return f"{size.normalize():f} mL"


def _total(order: Order) -> str:
    words = list(dict.fromkeys(in_words(given) for given in order.administrations))
    if len(order.administrations) < 2 or not order.total_cells:
        return ""
    return f"together {counted(order.total_cells, words[0] if len(words) == 1 else 'cells')}"


def _fact(protocol: Protocol, order: Order, what: str, value: str, path: str) -> Fact:
    found = support(protocol, order, path)
    return Fact(what, value, found.evidence, found.because)


def _vehicle(protocol: Protocol, order: Order, recipe: list[RecipeStep]) -> Fact | None:
    step = next((s for s in recipe if isinstance(s, Formulate)), None)
    if step is None:
        return None
    return _fact(
        protocol, order, "suspended in", step.vehicle, f"{path_of_step(protocol.recipe, step)}.vehicle"
    )


def _draw(protocol: Protocol, order: Order, recipe: list[RecipeStep]) -> Fact | None:
    """How much vehicle is drawn from the patient, if it is."""
    step = next((s for s in recipe if isinstance(s, Formulate)), None)
    if step is None or step.drawn is None:
        return None
    value = str(step.draw) if step.draw is not None else "no limits stated"
    return _fact(
        protocol, order, f"{step.vehicle} to draw", value, f"{path_of_step(protocol.recipe, step)}.draw"
    )


def _expiry(
    protocol: Protocol, order: Order, recipe: list[RecipeStep], suspended: datetime | None
) -> Expiry | None:
    step = next((s for s in recipe if isinstance(s, Formulate)), None)
    if step is None or step.use_within is None:
        if suspended is not None:
            problem = f"has no use here: {protocol.name} does not say how long the product may be used"
            raise Refused(Parameter("suspended"), None, problem, "leave it out")
        return None
    found = support(protocol, order, f"{path_of_step(protocol.recipe, step)}.use_within")
    within = timedelta(minutes=float(amount(step.use_within, "minute")))
    before = later(suspended, within) if suspended is not None else None
    return Expiry(symbols(text(step.use_within)), found.evidence, found.because, suspended, before)


def later(at: datetime, by: timedelta, zone: tzinfo | None = None) -> datetime:
    """The moment *by* so long after *at*, as clocks show it then: in *zone*, or where this machine is.

    Raises:
        Refused: if *at* has no zone.
    """
    if at.tzinfo is None:
        raise Refused(Parameter("suspended"), f"{at}", "has no time zone", "give a time with its zone")
    return (at.astimezone(UTC) + by).astimezone(zone)


def _storage(protocol: Protocol, order: Order, recipe: list[RecipeStep]) -> Iterator[Fact]:
    """What holds on the way from the suspension to the patient."""
    made = next((n for n, step in enumerate(recipe) if isinstance(step, Formulate)), 0)
    for step in recipe[made:]:
        if isinstance(step, Ship):
            path = path_of_step(protocol.recipe, step)
            if step.keep is not None:
                keep = symbols(f"{text(step.keep.least)} to {text(step.keep.most)}")
                yield _fact(protocol, order, f"kept, {step.leg}", keep, f"{path}.keep")
            if step.within is not None:
                yield _fact(
                    protocol,
                    order,
                    f"on its way, {step.leg}, at most",
                    symbols(text(step.within)),
                    f"{path}.within",
                )


def _basis(protocol: Protocol, order: Order) -> Iterator[Basis]:
    """What the dose rests on, without what stands in other parts of the sheet: the patient, the product, its release."""
    for row in order.basis:
        if row.evidence == "given" or row.path.startswith(("release.", "step.")) or _none_of_product(row):
            continue
        found = support(protocol, order, row.path) if row.path else Support()
        yield evolve(row, because=found.because) if found.evidence == row.evidence else row


def _none_of_product(row: Basis) -> bool:
    return not row.path and row.what in ("vehicle", "expiry, use within", "storage")


def _limits(protocol: Protocol, order: Order, case: dict[str, str]) -> Iterator[Limit]:
    for test in protocol.release:
        if _holds(condition_of(test.when, protocol.units), case):
            found = support(protocol, order, f"release.{test.test}.limit") or Support(MISSING)
            said = written(protocol, f"release.{test.test}.limit")
            limit = " and ".join(f"{LIMITS[name]} {value}" for name, value in said.items() if name in LIMITS)
            yield Limit(test.test, limit or str(test.limit), _waits(test), found.evidence, found.because)


def _waits(test: Release) -> str:
    return "" if test.holds == "nothing" else f"before {test.holds}"
