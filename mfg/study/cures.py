"""One more of what limits a site: the same scenario with as much more as one more piece of work needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import evolve, frozen

from mfg.calendar import DAY, WEEKDAYS, Hours, Window
from mfg.log import limits
from mfg.scenario import Scenario
from mfg.site import Clinic, Facility, Laboratory, Site
from mfg.units import amount, quantity_of, text
from mfg.works import FORMULATE, ISOLATE


@frozen
class Cure:
    """A change to a scenario: the `limit` that it lifts, and what is changed, in words and as settings."""

    limit: str
    words: str
    scenario: Scenario


def cures_of(scenario: Scenario, limit: str, peak: int, containers: int) -> Iterator[Cure]:
    """What lifts *limit*, the cure that is its own first; nothing for a limit that cannot be had more of.

    *peak* is how many flasks one lot takes, *containers* how many places in a freezer.
    """
    changes: list[_Change] = []
    names = limits.apart(limit)
    if len(names) > 1:
        own = [next(iter(_changes(scenario, name, peak, containers)), None) for name in names]
        found = [one for one in own if one is not None]
        if len(found) == len(names):
            changes = [lambda site: _one_after_the_other(site, found)]
    else:
        changes = _changes(scenario, limit, peak, containers)
    for change in changes:
        site, words = change(scenario.site)
        yield Cure(limit, words, evolve(scenario, site=site))


def less_of(scenario: Scenario) -> Iterator[Cure]:
    """One less of each limit of the policy on a day's work: what is booked early may keep others out."""
    for name, facility in scenario.site.facilities.items():
        for kind in (limits.STARTS, limits.FILLS):
            if (getattr(facility, kind) or 0) > 1:
                site, words = _more(scenario.site, name, {kind: -1})
                yield Cure(limits.of(name, kind), words, evolve(scenario, site=site))


_Change = Callable[[Site], tuple[Site, str]]


def _one_after_the_other(site: Site, changes: list[_Change]) -> tuple[Site, str]:
    words = []
    for change in changes:
        site, said = change(site)
        words.append(said)
    return site, " ".join(words)


def _changes(scenario: Scenario, limit: str, peak: int, containers: int) -> list[_Change]:
    if limit == limits.CLOSED:
        return [_another_day]
    place, _, kind = limit.rpartition(".")
    site = scenario.site
    if kind == limits.REVIEW_HOURS and place:
        return [lambda site: _reviewed_longer(site, place)]
    if kind == limits.HOURS and place:
        return [lambda site: _longer(site, place)]
    if kind == limits.WAY:
        return [
            lambda site: _longer(site, place),
            *(partial(_longer, place=name) for name in site.facilities),
        ]
    if kind == limits.EXPIRY:
        return [lambda site: _longer(site, place), lambda site: _open_when_made(site, place)]
    if place in site.clinics and kind in {limits.ROOMS, limits.BEDS}:
        longer: list[_Change] = [lambda site: _longer(site, place)] if kind == limits.ROOMS else []
        return [lambda site: _more(site, place, {kind: 1}), *longer]
    if place in site.facilities:
        if kind in {limits.CREWS, "suites", "operators"}:
            return [lambda site: _more(site, place, _crew(site, place)), lambda site: _longer(site, place)]
        more = {limits.INCUBATOR: peak, "storage": containers}.get(kind, 1)
        if getattr(site.facilities[place], kind, None):
            return [lambda site: _more(site, place, {kind: more})]
    if place in site.laboratories:
        return [lambda site: _more(site, place, {"benches": 1}), lambda site: _longer(site, place)]
    return []


def _crew(site: Site, place: str) -> dict[str, int]:
    """What is lacking for one more isolation or formulation side by side with the others."""
    works = [site.work[name] for name in (ISOLATE, FORMULATE) if name in site.work]
    held = {"suite": "suites", "operator": "operators", "freezer": "freezers"}
    needs = {held[n]: max(w.needs.get(n, 0) for w in works) for n in held if any(n in w.needs for w in works)}
    there = {name: int(getattr(site.facilities[place], name)) for name in needs}
    crews = min((there[name] // units for name, units in needs.items()), default=0)
    return {name: max(0, units * (crews + 1) - there[name]) for name, units in needs.items()}


def _more(site: Site, place: str, more: Mapping[str, int]) -> tuple[Site, str]:
    """So many more of each of something at *place*."""
    part, there = _at(site, place)
    values: dict[str, Any] = {}
    for name, units in more.items():
        if name == limits.INCUBATOR:
            values[name] = quantity_of(amount(there.incubator, "flask") + units, "flask")
        elif units:
            values[name] = getattr(there, name) + units
    words = " ".join(f"{place}.{name}={_shown(value)}" for name, value in values.items())
    return _with(site, part, place, evolve(there, **values)), words


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"'{text(value)}'"


def _longer(site: Site, place: str) -> tuple[Site, str]:
    """An hour more at the end of each day on which *place* is open."""
    part, there = _at(site, place)
    return _with(site, part, place, evolve(there, hours=_an_hour_more(there.hours))), f"{place}.hours +1 hour"


def _reviewed_longer(site: Site, place: str) -> tuple[Site, str]:
    """An hour more at the end of each day on which products are reviewed at *place*."""
    there = site.facilities[place]
    longer = _an_hour_more(there.review_hours if there.review_hours is not None else there.hours)
    return _with(
        site, "facilities", place, evolve(there, review_hours=longer)
    ), f"{place}.review_hours +1 hour"


def _an_hour_more(hours: Hours) -> Hours:
    return Hours(
        tuple(
            (*day[:-1], (day[-1][0], min(DAY, day[-1][1] + limits.HOUR))) if day else day
            for day in hours.days
        )
    )


def _another_day(site: Site) -> tuple[Site, str]:
    """The first day of the week on which something is closed: all is open as on the last day before that it is."""
    places: list[Clinic | Facility | Laboratory] = [
        *site.clinics.values(),
        *site.facilities.values(),
        *site.laboratories.values(),
    ]
    shut = [n for n in range(7) if any(not one.hours.days[n] for one in places)]
    if not shut:
        return site, ""
    for part in ("clinics", "facilities", "laboratories"):
        for name, one in getattr(site, part).items():
            days = list(one.hours.days)
            days[shut[0]] = days[shut[0]] or _the_day_before(days, shut[0])
            more: dict[str, Hours] = {"hours": Hours(tuple(days))}
            if isinstance(one, Facility) and one.review_hours is not None:
                theirs = list(one.review_hours.days)
                theirs[shut[0]] = theirs[shut[0]] or _the_day_before(theirs, shut[0])
                more["review_hours"] = Hours(tuple(theirs))
            site = _with(site, part, name, evolve(one, **more))
    return site, f"open on {WEEKDAYS[shut[0]]} everywhere"


def _open_when_made(site: Site, place: str) -> tuple[Site, str]:
    """A laboratory that is open on all days on which a facility is, on those as on the last day before."""
    days = list(site.laboratories[place].hours.days)
    made = [any(one.hours.days[n] for one in site.facilities.values()) for n in range(7)]
    shut = [n for n in range(7) if made[n] and not days[n]]
    for n in shut:
        days[n] = _the_day_before(days, n)
    words = f"{place} open on {' and '.join(WEEKDAYS[n] for n in shut)}" if shut else ""
    return _with(
        site, "laboratories", place, evolve(site.laboratories[place], hours=Hours(tuple(days)))
    ), words


def _the_day_before(days: list[tuple[Window, ...]], day: int) -> tuple[Window, ...]:
    """The hours of the last day before on which there are any."""
    return next((days[day - back] for back in range(1, 7) if days[day - back]), ())


def _at(site: Site, place: str) -> tuple[str, Any]:
    parts = ("clinics", "facilities", "laboratories")
    return next((part, getattr(site, part)[place]) for part in parts if place in getattr(site, part))


def _with(site: Site, part: str, place: str, there: Any) -> Site:
    changed: dict[str, Any] = {part: {**getattr(site, part), place: there}}
    return evolve(site, **changed)
