"""The recipe: what is done to make a lot and to give a dose, in order.

A closed vocabulary. A step says *what* must hold (volumes, limits, times that the protocol fixes);
where it is done, by whom and how long it takes is the site's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, get_args

from attrs import frozen

from mfg.protocol.rules import Limits, When
from mfg.spread import CellSpread, GatheredSpread, VolumeSpread
from mfg.units.amounts import CellCount, Percent, Volume
from mfg.units.culture import Area, Density, Temperature
from mfg.units.times import Delay, Duration, Every, PerWeek, Spacing
from mfg.works import (
    ADMINISTER,
    COLLECT,
    CRYOPRESERVE,
    EXPAND,
    FORMULATE,
    HARVEST,
    INDUCE,
    ISOLATE,
    OBSERVE,
    SHIP,
    THAW,
)


@frozen
class TemperatureRange:
    """A temperature range."""

    least: Temperature
    most: Temperature


@frozen
class Passages:
    """How many passages a lot may take, the primary culture not counted."""

    most: int
    least: int = 0


@frozen
class Collect:
    """Take the starting material from the patient (or the donor): a volume, or cells that are counted."""

    do: ClassVar[Literal["collect"]] = COLLECT
    volume: VolumeSpread | None = None
    yields: GatheredSpread | None = None
    when: When | None = None


@frozen
class Ship:
    """Carry the material along one of the site's legs, within a time and a temperature range."""

    do: ClassVar[Literal["ship"]] = SHIP
    leg: str
    within: Duration | None = None
    keep: TemperatureRange | None = None
    when: When | None = None


@frozen
class Isolate:
    """Separate the cells that are to be cultured."""

    do: ClassVar[Literal["isolate"]] = ISOLATE
    when: When | None = None


@frozen
class Expand:
    """Culture the cells until the lot holds what it must serve.

    Either grown, from the patient's own biology (`vessel`, `seeding`, `reseeding`, `harvest_at`,
    `passages`), or for a stated time (`lasts`), at whose end it `yields` so many cells, or what its doses need. Medium is changed so many times a week on the site's
    own weekdays, or every so often.
    """

    do: ClassVar[Literal["expand"]] = EXPAND
    lasts: Duration | None = None
    yields: CellSpread | None = None
    vessel: Area | None = None
    seeding: Density | None = None
    reseeding: Density | None = None
    harvest_at: Percent | None = None
    passages: Passages | None = None
    samples: CellCount | None = None
    medium: PerWeek | None = None
    medium_every: Every | None = None
    when: When | None = None


@frozen
class Induce:
    """Culture on in another medium until the cells have changed."""

    do: ClassVar[Literal["induce"]] = INDUCE
    lasts: Duration
    when: When | None = None


@frozen
class Cryopreserve:
    """Freeze the lot into containers: the bank. A culture that is grown is frozen at the harvest of a passage.

    Each container `contains` so many cells, or what one dose needs.
    """

    do: ClassVar[Literal["cryopreserve"]] = CRYOPRESERVE
    after_passage: int | None = None
    contains: CellSpread | None = None
    when: When | None = None


@frozen
class Thaw:
    """Take containers from the bank or from stock; with `recovers` the cells grow again before they are given."""

    do: ClassVar[Literal["thaw"]] = THAW
    recovers: Duration | None = None
    when: When | None = None


@frozen
class Formulate:
    """Harvest, wash, suspend in the vehicle and fill; the expiry clock starts when this ends.

    Of a vehicle that is drawn from the patient a `reserve` is kept back, and a `dead_volume` stays behind in each container.
    """

    do: ClassVar[Literal["formulate"]] = FORMULATE
    vehicle: str
    drawn: Spacing | None = None
    draw: Limits | None = None
    reserve: Volume | None = None
    dead_volume: Volume | None = None
    use_within: Duration | None = None
    when: When | None = None


@frozen
class Administer:
    """Give the dose by every route of the protocol, at the booked appointment.

    A `chase` is what is drawn from the patient there, just before, and follows the cells.
    """

    do: ClassVar[Literal["administer"]] = ADMINISTER
    chase: str | None = None
    when: When | None = None


@frozen
class Observe:
    """Keep the patient: lying for a while, then in a bed."""

    do: ClassVar[Literal["observe"]] = OBSERVE
    lying: Delay | None = None
    stay: Duration | None = None
    when: When | None = None


Step = Collect | Ship | Isolate | Expand | Induce | Cryopreserve | Thaw | Formulate | Administer | Observe
STEPS: dict[str, type[Step]] = {cls.do: cls for cls in get_args(Step)}


def prepares(steps: Sequence[Step]) -> tuple[str, ...]:
    """The works by which a product is prepared for its dose without a pause; `plan.compile.recipes` asks the site too."""
    thaw = next((step for step in steps if isinstance(step, Thaw)), None)
    if thaw is not None and thaw.recovers is None:
        return THAW, FORMULATE
    grown = any(isinstance(step, Expand) for step in steps)
    return (HARVEST, FORMULATE) if grown else (FORMULATE,)


def path_of_step(steps: Sequence[Step], step: Step) -> str:
    """Where *step* stands in its file: by what it does, and where several do that, by its leg or its place."""
    names = [one.do for one in steps]
    apart = [
        f"{one.do}, {one.leg if isinstance(one, Ship) else place}" if names.count(one.do) > 1 else one.do
        for place, one in enumerate(steps, 1)
    ]
    place = next(n for n, one in enumerate(steps) if one is step)
    name = apart[place]
    return f"step.{name}, {place + 1}" if apart.count(name) > 1 else f"step.{name}"
