"""What a study's folder says of each variant beside its tables: dates, places with their hours, courses, evidence.

With it a picture of a run needs neither the scenario's files nor a simulation: the folder is enough.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, fields, frozen, has

from mfg.calendar import DAY
from mfg.errors import Refused
from mfg.study.disk import content_of

if TYPE_CHECKING:
    from mfg.plan.plan import Plan
    from mfg.scenario import Scenario

SETTING_FILE = "setting.json"


@frozen
class Resource:
    """Rooms, staff or equipment of one kind at one place: how many there are, and the minutes at which they open and close."""

    name: str
    capacity: int
    hours: tuple[tuple[int, int], ...]

    @property
    def place(self) -> str:
        """Whose it is, such as ``hospital``."""
        return self.name.rpartition(".")[0]

    @property
    def kind(self) -> str:
        """What it is, such as ``suites``."""
        return self.name.rpartition(".")[2]


@frozen
class Use:
    """How many of each resource, by name, an activity at a place keeps busy; of places that are held one, and the value of a row how many."""

    activity: str
    place: str
    units: Mapping[str, int]


@frozen
class DoseSetting:
    """A dose of an arm: its planned day counted from day 0, and so many days `before` and `after` that it may be.

    None where nothing limits it, or where it has no day of its own.
    """

    name: str
    of_cells: bool
    day: int | None
    before: int | None
    after: int | None


@frozen
class ArmSetting:
    """An arm with its doses."""

    name: str
    doses: tuple[DoseSetting, ...]


@frozen
class Ground:
    """One number that went in: its path, its value as written, which kind of evidence it has, and the evidence in words."""

    path: str
    value: str
    kind: str
    said: str


@frozen
class Setting:
    """One variant in the words of its files and in plain numbers; `warm_up` and `horizon` are minutes from `start`."""

    variant: str
    changed: Mapping[str, str]
    scenario: str
    title: str
    protocol: str
    site: str
    population: str
    start: date
    seed: int
    warm_up: int
    horizon: int
    supply: str
    resources: tuple[Resource, ...]
    uses: tuple[Use, ...]
    arms: tuple[ArmSetting, ...]
    numbers: tuple[Ground, ...]

    def __repr__(self) -> str:
        return f"Setting({self.scenario}, {self.variant}, seed {self.seed})"

    @property
    def warm_up_day(self) -> float:
        """The end of the warm-up, in days."""
        return self.warm_up / DAY

    @property
    def horizon_day(self) -> float:
        """The day after which nobody arrives any more."""
        return self.horizon / DAY


def setting_of(variant: str, changed: Mapping[str, str], scenario: Scenario, plan: Plan) -> Setting:
    """What is to be said of *scenario*, which the study calls *variant*, and of its *plan*."""
    resources = zip(plan.resources, plan.capacities, plan.hours, strict=True)
    return Setting(
        variant=variant,
        changed=dict(changed),
        scenario=scenario.name,
        title=scenario.title or scenario.name,
        protocol=scenario.protocol.name,
        site=scenario.site.name,
        population=scenario.population.name,
        start=plan.start,
        seed=plan.seed,
        warm_up=plan.warm_up,
        horizon=plan.horizon,
        supply=plan.supply,
        resources=tuple(Resource(name, many, tuple(hours)) for name, many, hours in resources),
        uses=tuple(
            Use(one.name, one.place, {plan.resources[n]: units for n, units in one.uses})
            for one in plan.activities
            if one.uses
        ),
        arms=tuple(_arm(plan, n) for n in range(len(plan.arms))),
        numbers=grounds_of(scenario),
    )


def grounds_of(scenario: Scenario) -> tuple[Ground, ...]:
    """Every number of *scenario* that carries evidence, with it."""
    return tuple(
        Ground(one.path, one.value, one.evidence.kind, str(one.evidence))
        for one in scenario.numbers
        if one.evidence is not None
    )


def _arm(plan: Plan, number: int) -> ArmSetting:
    arm = plan.arms[number]
    events = {event.name: event for event in arm.course.on(plan.start).events}
    doses = []
    for dose in arm.doses:
        event = events.get(dose.name)
        first, last = event.searched if event is not None else (0, 0)
        free = event is None or (first, last) != (event.earliest, event.latest)
        doses.append(
            DoseSetting(
                dose.name,
                dose.product,
                None if event is None else event.planned,
                None if free or event is None else event.planned - first,
                None if free or event is None else last - event.planned,
            )
        )
    return ArmSetting(arm.name, tuple(doses))


def settings_document(settings: Sequence[Setting]) -> list[dict[str, Any]]:
    """The settings of all variants, as JSON can hold them; of all but the first, only what differs from it.

    The evidence of numbers is that of the first.
    """
    first = settings[0]
    names = [one.name for one in fields(Setting)]
    return [asdict(first, recurse=True)] + [
        {
            name: _plain(getattr(one, name))
            for name in names
            if name != "numbers" and getattr(one, name) != getattr(first, name)
        }
        for one in settings[1:]
    ]


def _plain(part: Any) -> Any:
    if isinstance(part, tuple):
        return [_plain(one) for one in part]
    return asdict(part) if has(type(part)) else part


def settings_in(folder: Path) -> list[Setting]:
    """What `settings_document` was written into a study's *folder*.

    Raises:
        Refused: if it is not there, or not as it was written.
    """
    path = folder / SETTING_FILE
    try:
        found = json.loads(content_of(path) or b"")
        return [_read({**found[0], **one}) for one in found]
    except (ValueError, KeyError, TypeError, RecursionError, FileNotFoundError):
        advice = "give the command of this study again: it writes the file"
        raise Refused("", str(path), "is missing or damaged", advice) from None


def _read(content: dict[str, Any]) -> Setting:
    return Setting(
        **{
            **content,
            "start": date.fromisoformat(content["start"]),
            "resources": tuple(
                Resource(one["name"], one["capacity"], tuple((a, b) for a, b in one["hours"]))
                for one in content["resources"]
            ),
            "uses": tuple(Use(**one) for one in content["uses"]),
            "arms": tuple(
                ArmSetting(one["name"], tuple(DoseSetting(**dose) for dose in one["doses"]))
                for one in content["arms"]
            ),
            "numbers": tuple(Ground(**one) for one in content["numbers"]),
        }
    )
