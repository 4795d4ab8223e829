"""Whether the vehicle that was drawn from a patient suffices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from mfg.digits import plain, volume
from mfg.errors import Parameter, Refused
from mfg.finding import Finding
from mfg.units import amount

if TYPE_CHECKING:
    from mfg.protocol.protocol import Protocol

_NONE = Decimal(0)


def judge_vehicle(
    protocol: Protocol, drawn: Decimal, volumes: Sequence[Decimal | None], containers: int
) -> Iterator[Finding]:
    """Findings about *drawn* mL of vehicle for *volumes* of product in so many *containers*.

    Whatever is kept back (`reserve`) and whatever stays behind in each container (`dead_volume`) is needed on top. The
    volume of the cells themselves is not deducted.

    Raises:
        Refused: if the protocol draws no vehicle.
    """
    step = protocol.formulation
    if step is None or step.drawn is None:
        raise Refused(
            Parameter("csf"), f"{plain(drawn)} mL", "has no use here", f"{protocol.name} draws no vehicle"
        )
    if step.draw is not None and drawn not in step.draw.within("mL"):
        evidence = protocol.evidence_of("step.formulate.draw.least")
        message = f"{plain(drawn)} mL were drawn; the protocol asks for {step.draw}"
        yield Finding("warning", "vehicle-drawn", message, evidence)
    known = [each for each in volumes if each is not None]
    if len(known) < len(volumes):
        message = f"whether {plain(drawn)} mL suffice is not checked: no volume is stated"
        yield Finding("note", "vehicle-volume", message)
        return
    reserve = amount(step.reserve, "mL") if step.reserve is not None else _NONE
    dead = amount(step.dead_volume, "mL") * containers if step.dead_volume is not None else _NONE
    product = sum(known, _NONE)
    left = drawn - product - reserve - dead
    parts = [f"{volume(product)} of product"]
    parts += [f"{volume(dead)} left behind in containers"] if dead else []
    parts += [f"{volume(reserve)} kept back"] if reserve else []
    needs = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    if left < 0:
        message = f"{volume(drawn)} of {step.vehicle} do not suffice for {needs}: {volume(-left)} are missing"
        yield Finding("error", "vehicle-volume", message)
        return
    rest = f"{volume(left)} are left over" if left else "nothing is left over"
    unstated = [
        what
        for what, stated in (("no reserve", step.reserve), ("no dead volume", step.dead_volume))
        if stated is None
    ]
    said = f"; {' and '.join(unstated)} {'is' if len(unstated) == 1 else 'are'} stated" if unstated else ""
    message = f"{volume(drawn)} of {step.vehicle} suffice for {needs}: {rest}{said}"
    yield Finding("note" if left else "warning", "vehicle-volume", message)
