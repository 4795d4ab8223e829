"""When a product will be made and tested, as planned: by the minutes that are booked and the hours of the laboratory."""

from __future__ import annotations

from mfg.calendar import Window
from mfg.plan.plan import Plan
from mfg.plan.recipe import Recipe
from mfg.plan.site import PlannedFacility
from mfg.works import REVIEW


def formulating(recipe: Recipe, facility: PlannedFacility) -> int:
    """For how long the work that ends with a suspended product is booked."""
    works = [facility.work[name] for name in recipe.prepares]
    return sum(work.booked - work.cleared for work in works)


def testing(plan: Plan, recipe: Recipe, facility: PlannedFacility) -> list[tuple[int, int]]:
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


def hours_of_laboratory(plan: Plan, facility: PlannedFacility) -> tuple[Window, ...]:
    """When the laboratory of *facility* is open."""
    if not plan.laboratories:
        return ()
    return plan.hours[plan.resources.index(f"{list(plan.laboratories)[facility.laboratory]}.benches")]


def review(plan: Plan, facility: PlannedFacility) -> tuple[tuple[Window, ...], int] | None:
    """In which hours products are released at *facility*, and how long that is booked for; None where nobody does."""
    work = facility.work.get(REVIEW)
    if work is None or work.need is None:
        return None
    return plan.needs[work.need][1], work.booked
