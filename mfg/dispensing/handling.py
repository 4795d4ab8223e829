"""What the protocol says of the vehicle, the expiry and the storage of a product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from attrs import frozen

from mfg.dispensing.support import support
from mfg.dispensing.words import symbols
from mfg.errors import Parameter, Refused
from mfg.prescription.order import Order
from mfg.protocol.protocol import Protocol
from mfg.protocol.recipe import Formulate, Ship, Step
from mfg.units import amount, text


@frozen
class Statement:
    """One thing that the protocol says of storage, expiry or the vehicle, and what supports it."""

    what: str
    value: str
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


def vehicle_of(protocol: Protocol, order: Order, recipe: list[Step]) -> Statement | None:
    """What the cells are suspended in, if the recipe says so."""
    step = next((s for s in recipe if isinstance(s, Formulate)), None)
    if step is None:
        return None
    return _statement(protocol, order, "suspended in", step.vehicle, f"{protocol.path_of_step(step)}.vehicle")


def draw_of(protocol: Protocol, order: Order, recipe: list[Step]) -> Statement | None:
    """How much vehicle is drawn from the patient, if it is."""
    step = next((s for s in recipe if isinstance(s, Formulate)), None)
    if step is None or step.drawn is None:
        return None
    value = str(step.draw) if step.draw is not None else "no limits stated"
    return _statement(
        protocol, order, f"{step.vehicle} to draw", value, f"{protocol.path_of_step(step)}.draw"
    )


def expiry_of(
    protocol: Protocol, order: Order, recipe: list[Step], suspended: datetime | None
) -> Expiry | None:
    """How long the product may be used, if the recipe limits it.

    Raises:
        Refused: if *suspended* has no zone or decides nothing.
    """
    step = next((s for s in recipe if isinstance(s, Formulate)), None)
    if step is None or step.use_within is None:
        if suspended is not None:
            problem = f"has no use here: {protocol.name} does not say how long the product may be used"
            raise Refused(Parameter("suspended"), None, problem, "leave it out")
        return None
    found = support(protocol, order, f"{protocol.path_of_step(step)}.use_within")
    within = timedelta(minutes=float(amount(step.use_within, "minute")))
    before = add_time(suspended, within) if suspended is not None else None
    return Expiry(symbols(text(step.use_within)), found.evidence, found.because, suspended, before)


def add_time(at: datetime, by: timedelta, zone: tzinfo | None = None) -> datetime:
    """The moment *by* so long after *at*, as clocks show it then: in *zone*, or where this machine is.

    Raises:
        Refused: if *at* has no zone.
    """
    if at.tzinfo is None:
        raise Refused(Parameter("suspended"), f"{at}", "has no time zone", "give a time with its zone")
    return (at.astimezone(UTC) + by).astimezone(zone)


def storage_of(protocol: Protocol, order: Order, recipe: list[Step]) -> Iterator[Statement]:
    """What holds on the way from the suspension to the patient."""
    made = next((n for n, step in enumerate(recipe) if isinstance(step, Formulate)), 0)
    for step in recipe[made:]:
        if isinstance(step, Ship):
            path = protocol.path_of_step(step)
            if step.keep is not None:
                keep = symbols(f"{text(step.keep.least)} to {text(step.keep.most)}")
                yield _statement(protocol, order, f"kept, {step.leg}", keep, f"{path}.keep")
            if step.within is not None:
                yield _statement(
                    protocol,
                    order,
                    f"on its way, {step.leg}, at most",
                    symbols(text(step.within)),
                    f"{path}.within",
                )


def _statement(protocol: Protocol, order: Order, what: str, value: str, path: str) -> Statement:
    found = support(protocol, order, path)
    return Statement(what, value, found.evidence, found.because)
