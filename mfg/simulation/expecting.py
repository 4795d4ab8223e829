"""When a product will be made and tested, as planned: by the minutes that are booked and the hours of the laboratory."""

from __future__ import annotations

from bisect import bisect_right

from mfg.calendar import FOREVER, Window
from mfg.simulation import plan as p


def formulating(recipe: p.Recipe, facility: p.Facility) -> int:
    """For how long the work that ends with a suspended product is booked."""
    works = [facility.work[name] for name in recipe.prepares]
    return sum(work.booked - work.cleared for work in works)


def testing(plan: p.Plan, recipe: p.Recipe, facility: p.Facility) -> list[tuple[int, int]]:
    """The tests of a product that hold up its administration: minutes of hands, and until the result, as planned.

    Hands that no day is long enough for are taken to need the longest.
    """
    longest = max((closes - opens for opens, closes in hours_of_laboratory(plan, facility)), default=0)
    return [
        (min(booked, longest), booked + round(test.turnaround.typical))
        for test in plan.tests_of(recipe)
        if test.sampled == "product" and test.holds == "administration"
        for booked in (test.benches[facility.laboratory].booked,)
    ]


def hours_of_laboratory(plan: p.Plan, facility: p.Facility) -> tuple[Window, ...]:
    """When the laboratory of *facility* is open."""
    if not plan.laboratories:
        return ()
    return plan.hours[plan.resources.index(f"{list(plan.laboratories)[facility.laboratory]}.benches")]


def review(plan: p.Plan, facility: p.Facility) -> tuple[tuple[Window, ...], int] | None:
    """In which hours products are released at *facility*, and how long that is booked for; None where nobody does."""
    work = facility.work.get("review")
    if work is None or work.need is None:
        return None
    return plan.needs[work.need][1], work.booked


def last_start(windows: tuple[Window, ...], until: int, minutes: int) -> int:
    """The last minute from which so many fit into one of *windows* and are over *until* then; -1 if there is none."""
    for n in range(bisect_right(windows, (until, FOREVER)) - 1, -1, -1):
        opens, closes = windows[n]
        begins = min(closes, until) - minutes
        if begins >= opens:
            return begins
    return -1


def next_start(windows: tuple[Window, ...], moment: int, minutes: int) -> int:
    """The first minute from *moment* on from which so many fit into one of *windows*; FOREVER if there is none."""
    for n in range(max(0, bisect_right(windows, (moment, FOREVER)) - 1), len(windows)):
        opens, closes = windows[n]
        begins = max(opens, moment)
        if begins + minutes <= closes:
            return begins
    return FOREVER
