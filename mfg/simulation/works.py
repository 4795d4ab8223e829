"""What is done at a site, each with its luck at hand: pieces of work, tests and ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mfg.log.notes import NOTES
from mfg.plan.plan import Plan
from mfg.plan.recipe import Recipe
from mfg.plan.site import PlannedLeg, PlannedWork, Test
from mfg.shape import Shape
from mfg.simulation.draws import Chance, Draws, Luck
from mfg.simulation.needs import Need
from mfg.works import SHIP_IN, SHIP_OUT


class Job:
    """A piece of work at its place: what it needs, for how long it is booked, how long it lasts each time.

    `fixed` are its minutes where they never vary. What cannot happen in it is None; it is `safe` if nothing can.
    Work that is longer than any opening is booked for the whole of one.
    """

    def __init__(self, work: PlannedWork, needs: Sequence[Need], luck: Luck) -> None:
        name = self.name = work.name
        self.activity = work.activity
        self.need = needs[work.need] if work.need is not None else None
        self.booked = work.booked if self.need is None else min(work.booked, self.need.longest)
        self.lasts = Draws.minutes(luck, name, work.lasts)
        self.fixed = self.lasts.fixed
        self.per_flask = work.per_flask
        self.clears = work.clears
        self.cleared = work.cleared
        self.clearance = _minutes(luck, f"clearance after {name}", work.clearance)
        self.recovers = _values(luck, f"recovery of {name}", work.recovers)
        self.fails = Chance.of(luck, f"failure of {name}", work.fails)
        self.contaminates = Chance.of(luck, f"contamination by {name}", work.contaminates)
        self.safe = self.fails is None and self.contaminates is None


class Assay:
    """A release test, on the benches of every laboratory; what cannot be found in it is None or False."""

    def __init__(self, test: Test, needs: Sequence[Need], luck: Luck) -> None:
        name = self.name = test.name
        self.test = test
        self.benches = [Job(bench, needs, luck) for bench in test.benches]
        self.turnaround = Draws.minutes(luck, f"turnaround of {name}", test.turnaround)
        self.positive = _minutes(luck, f"time to a positive {name}", test.positive)
        self.measured = _values(luck, f"{name} measured", test.measured)
        self.fails = Chance.of(luck, f"fate of {name}", test.fails)
        self.contamination = test.reads == "contamination"
        self.viability = test.reads == "viability"


class Panel:
    """The tests of one kind of sample, and how many of their results hold up what."""

    def __init__(self, tests: Iterable[Test], needs: Sequence[Need], luck: Luck) -> None:
        self.assays = [Assay(test, needs, luck) for test in tests]
        self.holds = Counter(assay.test.holds for assay in self.assays)


def panels_of(plan: Plan, recipe: Recipe, needs: Sequence[Need], luck: Luck) -> tuple[Panel, Panel]:
    """What is tested of the lots of a recipe, and of its products."""
    tests = plan.tests_of(recipe)
    of_lots, of_products = (
        [t for t in tests if t.sampled != "product"],
        [t for t in tests if t.sampled == "product"],
    )
    return Panel(of_lots, needs, luck), Panel(of_products, needs, luck)


class Transport:
    """A way between a clinic and a facility, in one direction: `name` says which."""

    def __init__(self, name: str, leg: PlannedLeg, luck: Luck) -> None:
        self.name = name
        self.activity = NOTES[name]
        self.lasts = Draws.minutes(luck, name, leg.lasts)
        self.excursion = Chance.of(luck, f"excursion, {name}", leg.excursion)


def _minutes(luck: Luck, decision: str, shape: Shape | None) -> Draws[int] | None:
    return None if shape is None else Draws.minutes(luck, decision, shape)


def _values(luck: Luck, decision: str, shape: Shape | None) -> Draws[float] | None:
    return None if shape is None else Draws.of(luck, decision, shape)


Jobs = dict[str, Job]  # by the name of the work


def jobs_of(plan: Plan, needs: Sequence[Need], luck: Luck) -> dict[tuple[int, int], Jobs]:
    """What is done for the patients of each clinic and facility."""
    clinics = [{name: Job(work, needs, luck) for name, work in c.work.items()} for c in plan.clinics]
    facilities = [{name: Job(work, needs, luck) for name, work in f.work.items()} for f in plan.facilities]
    return {(c, f): {**there, **here} for c, there in enumerate(clinics) for f, here in enumerate(facilities)}


def transports_of(plan: Plan, luck: Luck) -> dict[tuple[str, str | None, int, int], Transport]:
    """The ways in and out between every clinic and every facility, by direction and leg, where there are any."""
    directions = {
        SHIP_IN: {recipe.inbound for recipe in plan.recipes},
        SHIP_OUT: {recipe.outbound for recipe in plan.recipes},
    }
    return {
        (name, which, clinic, facility): Transport(name, leg, luck)
        for name, wanted in directions.items()
        for (which, clinic, facility), leg in plan.legs.items()
        if which in wanted
    }
