"""Lots that are there when a scenario starts: which columns say where each stands, and what cannot be so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise, takewhile
from math import inf

from mfg.errors import Refused, nearest
from mfg.log.endings import RELEASED
from mfg.protocol.protocol import Arm, Protocol
from mfg.protocol.recipe import Collect, Cryopreserve, Expand, Ship
from mfg.scenario.scenario import InProgress, Scenario
from mfg.units import amount, number, text

IN_TRANSPORT, RECEIVED, IN_CULTURE, FROZEN = "in transport", "received", "in culture", "frozen"
UNPLATED = (IN_TRANSPORT, RECEIVED)
COLLECTED = ("collected_at", "marrow_mL")
CULTURE = ("passage", "plated", "flasks")
FREEZER = ("frozen", "containers")
STANDS = {  # the columns that say more of each
    IN_TRANSPORT: COLLECTED,
    RECEIVED: COLLECTED,
    IN_CULTURE: CULTURE,
    RELEASED: CULTURE,
    FROZEN: FREEZER,
}


def arm_of(protocol: Protocol, lot: InProgress) -> Arm:
    """The arm of the patient of *lot*: the first with cells if nobody says."""
    return protocol.arm(lot.arm) if lot.arm is not None else protocol.dosed_arms()[0]


def dose_of(protocol: Protocol, lot: InProgress) -> str:
    """The dose that *lot* is for: the first of cells if nobody says."""
    return lot.dose or _of_cells(protocol, arm_of(protocol, lot))[0]


def _of_cells(protocol: Protocol, arm: Arm) -> list[str]:
    return [dose for dose, name in arm.doses.items() if protocol.treatment(name).kind == "product"]


def standing_faults(scenario: Scenario) -> Iterator[Refused]:
    """What cannot be: lots that the supply does not make, in places that are not there, or that contradict each other."""
    lots, site = scenario.arrivals.in_progress, scenario.site
    if not lots or not site.facilities or not site.clinics:
        return
    source = scenario.source
    if not scenario.protocol.dosed_arms() or (source is not None and source.kind not in ("fresh", "bank")):
        advice = "lots in progress are made from the patient's own cells: of a fresh supply, or of a bank"
        yield Refused("arrivals.in_progress", None, "has lots that this supply does not make", advice)
        return
    sound: list[InProgress] = []
    for lot in lots:
        where = f"arrivals.in_progress.{lot.patient}"
        faults = [*_names_in(scenario, lot, where), *_stands(scenario, lot, where)]
        yield from faults
        if not faults:
            sound.append(lot)
    yield from _together(scenario, sound)
    first = next(iter(site.facilities))
    for name, facility in site.facilities.items():
        here = [lot for lot in sound if (lot.facility or first) == name]
        flasks, containers = sum(lot.flasks or 0 for lot in here), sum(lot.containers or 0 for lot in here)
        places = int(amount(facility.incubator, "flask"))
        problem = f"are more than {name} has"
        if flasks > places:
            yield Refused("arrivals.in_progress", f"{flasks} flasks", problem, f"it has {places}")
        if facility.storage is not None and containers > facility.storage:
            advice = f"it has room for {facility.storage}"
            yield Refused("arrivals.in_progress", f"{containers} containers", problem, advice)


def _stands(scenario: Scenario, lot: InProgress, where: str) -> Iterator[Refused]:
    """Whether a lot can stand where it says, on the day of the start."""
    if lot.stands in UNPLATED:
        yield from _collected(scenario, lot, where)
        return
    banked = scenario.source is not None and scenario.source.kind == "bank"
    if lot.stands == FROZEN and not banked:
        advice = f"write {IN_CULTURE} or {RELEASED}, or run the scenario with a supply that is a bank"
        yield Refused(f"{where}.stands", lot.stands, "is no state of a fresh supply", advice)
        return
    if lot.stands == RELEASED and banked:
        advice = f"write {FROZEN}, with its containers"
        yield Refused(f"{where}.stands", lot.stands, "is no state of a bank in culture", advice)
        return
    begun, last = ("frozen", lot.frozen) if lot.stands == FROZEN else ("plated", lot.plated)
    if last is None or not last <= scenario.start < lot.dose_on:
        advice = f"the scenario starts on {scenario.start}: {begun} before, dosed after it"
        state = "in the freezer" if lot.stands == FROZEN else "in culture"
        yield Refused(f"{where}.{begun}", str(last), f"is not {state} then", advice)
    if lot.stands == FROZEN:
        return
    step = next((s for s in scenario.recipe if isinstance(s, Expand) and s.lasts is None), None)
    if step is None:
        advice = "the recipe grows no lots: only frozen ones can be in progress"
        yield Refused(f"{where}.stands", lot.stands, "is no state of what this supply makes", advice)
        return
    most = step.passages.most if step.passages is not None else 0
    freezing = next((s for s in scenario.recipe if isinstance(s, Cryopreserve)), None)
    if banked and freezing is not None and freezing.after_passage is not None:
        most = freezing.after_passage
    if (lot.passage or 0) > most:
        yield Refused(
            f"{where}.passage", str(lot.passage), "is a passage too many", f"the recipe has at most {most}"
        )
    held = (lot.flasks or 0) * _flask_holds(scenario, step)
    if lot.cells is not None and lot.cells > held:
        advice = f"{lot.flasks} flasks hold {held:.3g}; of a primary culture give the colony-forming cells"
        yield Refused(f"{where}.cells", f"{lot.cells:g}", "are more than its flasks hold", advice)


def _collected(scenario: Scenario, lot: InProgress, where: str) -> Iterator[Refused]:
    """Whether a lot that is not plated yet was collected as the recipe collects, and keeps until it is isolated."""
    before = list(takewhile(lambda step: isinstance(step, Collect | Ship), scenario.recipe))
    collects = next((step for step in before if isinstance(step, Collect)), None)
    way = next((step for step in before if isinstance(step, Ship)), None)
    if collects is None:
        yield Refused(f"{where}.stands", lot.stands, "is no state here", "the recipe collects nothing first")
        return
    if lot.stands == IN_TRANSPORT and way is None:
        advice = f"the recipe ships nothing to the facility: write {RECEIVED}"
        yield Refused(f"{where}.stands", lot.stands, "is no state here", advice)
    yield from _amount_of(collects, lot, where)
    if not lot.collected < scenario.start < lot.dose_on:
        advice = f"the scenario starts on {scenario.start}: collected before, dosed after it"
        yield Refused(f"{where}.collected", str(lot.collected), "is not before the start", advice)
    elif way is not None and way.within is not None:
        midnight = datetime.combine(lot.collected, time())
        begun = midnight + timedelta(minutes=lot.collected_at or 0)
        lasts = timedelta(minutes=int(amount(way.within, "minute")))
        if begun + lasts <= datetime.combine(scenario.start, time()):
            problem = f"keeps for {text(way.within)}, and is too old on {scenario.start}"
            advice = "check the day and the hour, or list the lot that was plated from it"
            yield Refused(f"{where}.collected", f"{begun:%Y-%m-%d %H:%M}", problem, advice)


def _amount_of(collects: Collect, lot: InProgress, where: str) -> Iterator[Refused]:
    """Whether it is said how much was collected, in what the recipe collects: a volume, cells that are counted, or neither."""
    said = {"marrow_mL": lot.marrow_ml, "cells": lot.cells}
    asked = "cells" if collects.yields is not None else "marrow_mL" if collects.volume is not None else None
    what = {
        "cells": "counts the cells that it collects",
        "marrow_mL": "collects a volume",
        None: "says no amount",
    }
    for name, given in said.items():
        if name != asked and given is not None:
            advice = "leave it empty" if asked is None else f"give {asked}, and leave this empty"
            yield Refused(
                f"{where}.{name}", f"{given:g}", f"is not asked for: the recipe {what[asked]}", advice
            )
        elif name == asked and not given:
            shown = None if given is None else f"{given:g}"
            yield Refused(
                f"{where}.{name}", shown, "is missing", f"the recipe {what[asked]}: give what was collected"
            )


def _together(scenario: Scenario, lots: Iterable[InProgress]) -> Iterator[Refused]:
    """Several lots of one patient: one person, and doses one after the other."""
    whose: dict[str, list[InProgress]] = {}
    for lot in lots:
        whose.setdefault(lot.patient, []).append(lot)
    for patient, own in whose.items():
        if len(own) > 1:
            yield from _of_one(scenario, own, f"arrivals.in_progress.{patient}")


def _of_one(scenario: Scenario, lots: list[InProgress], where: str) -> Iterator[Refused]:
    protocol, site = scenario.protocol, scenario.site
    said = {
        "weight_kg": [f"{lot.weight_kg:g}" for lot in lots],
        "arm": [arm_of(protocol, lot).name for lot in lots],
        "site": [lot.site or next(iter(site.clinics)) for lot in lots],
        "facility": [lot.facility or next(iter(site.facilities)) for lot in lots],
    }
    differing = {key: list(dict.fromkeys(given)) for key, given in said.items() if len(set(given)) > 1}
    for key, given in differing.items():
        advice = "it is one patient: write the same on each line"
        yield Refused(f"{where}.{key}", " and ".join(given), "contradict each other", advice)
    if differing:
        return
    banked = scenario.source is not None and scenario.source.kind == "bank"
    made = _of_cells(protocol, arm_of(protocol, lots[0]))
    places = [made.index(dose_of(protocol, lot)) for lot in lots]
    if len(set(places)) < len(places):
        twice = made[max(places, key=places.count)]
        advice = "give each bank the first dose that it is for" if banked else "give each lot its dose"
        yield Refused(f"{where}.dose", twice, f"has two {'banks' if banked else 'lots'}", advice)
        return
    ordered = [lot for _, lot in sorted(zip(places, lots, strict=True), key=lambda pair: pair[0])]
    if not banked and max(places) - min(places) >= len(places):
        lacking = next(made[n] for n in range(min(places), max(places)) if n not in places)
        advice = "list its lot, or only those of the doses before it"
        yield Refused(f"{where}.dose", lacking, "has no lot, and a later dose has one", advice)
    for one, then in pairwise(ordered):
        if not one.dose_on < then.dose_on:
            problem = f"is not after {one.dose_on}, the day of the dose before it"
            yield Refused(f"{where}.dose_on", str(then.dose_on), problem, "doses are given in their order")


def _flask_holds(scenario: Scenario, step: Expand) -> float:
    """The cells of one confluent flask, as far as anybody says."""
    growth = scenario.population.growth
    if growth is None or step.vessel is None:
        return inf
    return number(step.vessel, "cm**2") * number(growth.confluent, "cell/cm**2")


def _names_in(scenario: Scenario, lot: InProgress, where: str) -> Iterator[Refused]:
    protocol, site = scenario.protocol, scenario.site
    arms = protocol.dosed_arms()
    if lot.arm is not None:
        yield from known_faults(f"{where}.arm", lot.arm, "arm with cells", [arm.name for arm in arms])
    arm = next((arm for arm in arms if lot.arm in (None, arm.name)), None)
    if arm is not None and lot.dose is not None:
        made = _of_cells(protocol, arm)
        yield from known_faults(f"{where}.dose", lot.dose, f"dose of cells in arm {arm.name}", made)
    if lot.site is not None:
        yield from known_faults(f"{where}.site", lot.site, "clinic of the site", site.clinics)
    if lot.facility is not None:
        yield from known_faults(f"{where}.facility", lot.facility, "facility of the site", site.facilities)


def known_faults(where: str, given: str, what: str, names: Iterable[str]) -> Iterator[Refused]:
    """That *given* is none of *names*, if it is not."""
    known = list(names)
    if given not in known:
        yield Refused(where, given, f"is no {what}", nearest(given, known))
