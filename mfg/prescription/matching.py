"""The volume of a placebo: that of the product which the same patient would have been given on that day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from mfg.errors import Refused
from mfg.finding import Finding
from mfg.prescription.basis import covariates_of
from mfg.prescription.order import Administration, Order
from mfg.prescription.prescriber import Prescriber
from mfg.units import Quantity

if TYPE_CHECKING:
    from mfg.protocol.protocol import Protocol


def product_of(protocol: Protocol, order: Order, given: Mapping[str, str | Quantity]) -> Order:
    """The order of the product that the placebo of *order* stands in for, for a patient with these covariates.

    Raises:
        Refused: if the arms with the product differ in what they give, if none gives it at this dose, or if the
            product cannot be prescribed.
    """
    found: list[Order] = []
    for arm in protocol.dosed_arms():
        treatment = arm.doses.get(order.dose)
        if treatment is not None and protocol.treatment(treatment).kind == "product":
            prescriber = Prescriber.of(protocol, arm=arm.name, dose=order.dose, supply=order.supply)
            case = prescriber.case(given)
            made = prescriber.order(case)
            found.append(evolve(made, covariates=covariates_of(prescriber, case)))
    if not found:
        raise Refused("dose", order.dose, "is the product in no arm", "there is no volume to match")
    if len({tuple(map(_seen, one.administrations)) for one in found}) > 1:
        arms = ", ".join(one.arm for one in found)
        raise Refused("dose", order.dose, f"differs between the arms {arms}", "no one volume matches them")
    return found[0]


def match_volume(order: Order, product: Order) -> Order:
    """The placebo of *order* in the volumes and containers of the *product*, by the same covariates, without cells."""
    pairs = [(given, _like(given, product)) for given in order.administrations]
    return evolve(
        order,
        covariates=product.covariates,
        administrations=tuple(
            _fill_like(given, like) if like is not None else given for given, like in pairs
        ),
    )


def match_or_say(
    protocol: Protocol, order: Order, given: Mapping[str, str | Quantity]
) -> tuple[Order, Finding]:
    """The placebo of *order* in the volume of its product, and a finding that says so or says why not."""
    try:
        product = product_of(protocol, order, given)
    except Refused as fault:
        message = f"the volume that matches the product's is not known: {fault}"
        return order, Finding("warning", "matching-volume", message)
    found = match_volume(order, product)
    if any(a.volume_mL is None for a in found.administrations):
        message = "the protocol states no volume of the product that the placebo's could match"
        return found, Finding("warning", "matching-volume", message)
    message = "the volume is that of the product for the same patient"
    return found, Finding("note", "matching-volume", message)


def _like(given: Administration, product: Order) -> Administration | None:
    named = [a for a in product.administrations if (a.route, a.component) == (given.route, given.component)]
    return named[0] if named else None


def _fill_like(given: Administration, like: Administration) -> Administration:
    return evolve(
        given,
        sites=like.sites,
        volume_mL=like.volume_mL,
        volume_least_mL=like.volume_least_mL,
        volume_most_mL=like.volume_most_mL,
        containers=tuple(evolve(box, nominal_cells=None, cells=None) for box in like.containers),
    )


def _seen(given: Administration) -> tuple[object, ...]:
    """What of an administration can be seen without knowing what is in it."""
    boxes = tuple((box.kind, box.nominal_mL, box.fill_mL) for box in given.containers)
    return given.route, given.component, given.sites, given.volume_mL, boxes
