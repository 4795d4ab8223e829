"""How long the collection, the making and the giving of a product take between one clinic and one facility, as planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from attrs import frozen

from mfg.course.membership import Known, open_parts
from mfg.errors import Faults, Parameter, Refused, nearest
from mfg.protocol.protocol import Release
from mfg.protocol.recipe import Administer, Collect, Formulate, Isolate, Ship, Step, prepares
from mfg.protocol.rules import When
from mfg.site import Site, booked, cleared
from mfg.units import number
from mfg.works import ADMINISTER, COLLECT, CRYOPRESERVE, DRAW, FORMULATE, ISOLATE, OF_THE_PRODUCT, THAW

_S = TypeVar("_S", bound=Step)


@frozen
class Making:
    """How long everything takes between *clinic* and *facility*: what is booked, and the legs as planned.

    `collects`, `draws` and `gives` keep a room of the clinic; marrow is `inbound`, and is not to be older than
    `within` when it is isolated; a product is prepared, is `outbound`, and keeps for `use_within`. `tests` are
    those that it waits for: the hands on a bench, then the time until the result.
    """

    clinic: str
    facility: str
    laboratory: str | None
    collects: int
    draws: int
    gives: int
    inbound: int
    within: int | None
    isolates: int
    prepares: int
    clears: int
    outbound: int
    use_within: int | None
    tests: tuple[tuple[int, int], ...]


def making_of(site: Site, clinic: str | None, known: Known) -> Making:
    """What the recipe of the patient who is *known* takes at *site*: in *clinic*, at the facility nearest to it.

    Raises:
        Refused: for a clinic that the site does not have, or if it has several and none is named.
        Faults: if the site lacks a work, a test or a way that the recipe needs.
    """
    place = _clinic(site, clinic)
    steps = [step for step in known.protocol.recipe if _belongs(step.when, known)]
    release = [one for one in known.protocol.release if _belongs(one.when, known)]
    faults = tuple(_lacking(site, steps, release))
    if faults:
        raise Faults(f"{site.name} (site)", faults)
    turn = next((n for n, step in enumerate(steps) if step.do in (CRYOPRESERVE, THAW, FORMULATE)), 0)
    inbound, outbound = _first(steps[:turn], Ship), _first(steps[turn:], Ship)
    way = inbound or outbound
    names = list(site.facilities)
    facility = min(names, key=lambda name: _way(site, way, place, name) if way else 0)
    formulate = _first(steps, Formulate)
    works = [site.work[name] for name in prepares(steps)] if formulate is not None else []
    laboratory = site.facilities[facility].laboratory or next(iter(site.laboratories), None)
    return Making(
        clinic=place,
        facility=facility,
        laboratory=laboratory,
        collects=_kept(site, COLLECT),
        draws=_kept(site, DRAW),
        gives=_kept(site, ADMINISTER),
        inbound=_way(site, inbound, place, facility),
        within=_minutes(inbound.within) if inbound is not None else None,
        isolates=_kept(site, ISOLATE) if _first(steps, Isolate) else 0,
        prepares=round(sum(booked(work) for work in works)),
        clears=round(cleared(works[-1])) if works else 0,
        outbound=_way(site, outbound, place, facility),
        use_within=_minutes(formulate.use_within) if formulate is not None else None,
        tests=tuple(_held(site, release)),
    )


def _clinic(site: Site, name: str | None) -> str:
    clinics = list(site.clinics)
    if name is None and len(clinics) > 1:
        problem = f"is needed: {site.name} has several clinics"
        raise Refused(Parameter("clinic"), None, problem, f"use one of {', '.join(clinics)}")
    if name is not None and name not in clinics:
        raise Refused(Parameter("clinic"), name, f"is no clinic of {site.name}", nearest(name, clinics))
    return clinics[0] if name is None else name


def _belongs(when: When | None, known: Known) -> bool:
    """Whether a step or a test may be this patient's; what is not decided is planned."""
    return open_parts(when, known.protocol, {**known.case, **known.words}) is not None


def _lacking(site: Site, steps: Sequence[Step], release: Sequence[Release]) -> Iterator[Refused]:
    """What the recipe needs to be planned by the hour, and the site does not have."""
    asked = {
        COLLECT: _first(steps, Collect) is not None,
        DRAW: any(isinstance(step, Formulate) and step.drawn is not None for step in steps),
        ISOLATE: _first(steps, Isolate) is not None,
        ADMINISTER: _first(steps, Administer) is not None,
    }
    if _first(steps, Formulate) is not None:
        asked |= dict.fromkeys(prepares(steps), True)
    for name in (name for name, is_asked in asked.items() if is_asked and name not in site.work):
        yield Refused(f"work.{name}", None, "is missing", "the protocol's recipe needs it")
    for step in steps:
        if isinstance(step, Ship) and step.leg not in {leg.name for leg in site.legs}:
            yield Refused("leg", step.leg, "is missing", "the protocol's recipe needs it")
    for one in release:
        if _holds(one) and one.test not in site.tests:
            yield Refused(f"test.{one.test}", None, "is missing", "a product waits for its result")


def _held(site: Site, release: Sequence[Release]) -> Iterator[tuple[int, int]]:
    for one in release:
        if _holds(one):
            test = site.tests[one.test]
            yield (
                round(number(test.hands.typical, "minute")),
                round(number(test.turnaround.typical, "minute")),
            )


def _holds(release: Release) -> bool:
    return release.holds == "administration" and release.sample.at in OF_THE_PRODUCT


def _kept(site: Site, name: str) -> int:
    """For how many minutes the work *name* keeps its places; none where the site does not know it."""
    work = site.work.get(name)
    return 0 if work is None else round(booked(work)) + round(cleared(work))


def _way(site: Site, step: Ship | None, clinic: str, facility: str) -> int:
    leg = site.leg(step.leg, clinic, facility) if step is not None else None
    return 0 if leg is None else round(number(leg.lasts.typical, "minute"))


def _minutes(length: object) -> int | None:
    return None if length is None else int(number(length, "minute"))  # type: ignore[arg-type]


def _first(steps: Sequence[Step], kind: type[_S]) -> _S | None:
    return next((step for step in steps if isinstance(step, kind)), None)
