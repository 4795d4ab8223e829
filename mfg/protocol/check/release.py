"""Checks of release tests: the sample exists, the limit fits what is measured, and no test waits for itself."""

from __future__ import annotations

from collections.abc import Iterator

from mfg.errors import Refused, nearest
from mfg.protocol.check.recipe import known_before_a_lot, serves, steps_for
from mfg.protocol.protocol import Protocol, Release
from mfg.units import alike
from mfg.works import EXPAND, FORMULATE, INDUCE, OF_A_CULTURE, OF_THE_PRODUCT, SAMPLED, THAW

_TIMES = ("minute", "calendar month")
MEASURED = {  # what a test of this name measures, as far as a name tells: its units, none where it is a word
    "sterility": (),
    "mycoplasma": (),
    "endotoxin": ("EU", "EU/kg", "EU/mL"),
    "viability": ("%", "cell", "viable_cell", "cell/mL", "viable_cell/mL"),
}


def faults(protocol: Protocol) -> Iterator[Refused]:
    """Everything that keeps a test from being done, or from meaning anything."""
    for release in protocol.release:
        path = f"release.{release.test}"
        yield from known_before_a_lot(protocol, path, release.when)
        yield from _limit(path, release)
        yield from _sample(protocol, path, release)
        yield from _each(path, release)
        if release.holds == "formulation" and release.sample.at in OF_THE_PRODUCT:
            advice = "hold the administration, or take the sample before formulate"
            problem = "waits for a sample of what it holds up"
            yield Refused(f"{path}.holds", release.holds, problem, advice)


def _each(path: str, release: Release) -> Iterator[Refused]:
    """Whether a test that is said to be of each lot, or of each dose, is sampled from it."""
    sampled = release.sample.at or release.sample.before
    of = "dose" if release.sample.at in OF_THE_PRODUCT else "lot"
    if release.each is not None and release.each != of and sampled is not None:
        advice = f'write each = "{of}", or leave it out'
        yield Refused(f"{path}.each", release.each, f"is not what is sampled at {sampled}: a {of} is", advice)


def _limit(path: str, release: Release) -> Iterator[Refused]:
    stated = [quantity for _, quantity in release.limit.bounds()]
    if not stated and not release.limit.one_of:
        yield Refused(f"{path}.limit", None, "limits nothing", "give least, above, most or below, or a word")
    for word, units in MEASURED.items():
        if word in release.test.lower() and stated:
            if not any(all(alike(quantity, unit) for quantity in stated) for unit in units):
                advice = f"write it in {' or '.join(units)}" if units else 'write a word such as "no growth"'
                yield Refused(
                    f"{path}.limit", str(release.limit), f"is nothing that {word} is measured in", advice
                )
            return
    if any(alike(q, unit) for q in stated for unit in _TIMES) and "time" not in release.test.lower():
        advice = "write it in the unit of what is measured"
        yield Refused(f"{path}.limit", str(release.limit), "is a time, and the test measures none", advice)


def _sample(protocol: Protocol, path: str, release: Release) -> Iterator[Refused]:
    at, before = release.sample.at, release.sample.before
    if (at is None) == (before is None):
        problem = "is not placed" if at is None else "is placed twice"
        yield Refused(f"{path}.sample", None, problem, "give at or before")
        return
    place, key = at or before or "", "at" if at is not None else "before"
    known = {*(step.do for step in protocol.recipe), *OF_A_CULTURE}
    if place not in known:
        yield Refused(f"{path}.sample.{key}", place, "is no step", nearest(place, known))
        return
    if at is not None and at not in SAMPLED:
        yield Refused(
            f"{path}.sample.at", at, "is where no sample is taken", nearest("", known & set(SAMPLED))
        )
        return
    for supply in protocol.supplies or (None,):
        if not serves(release.when, supply):
            continue
        done = [step.do for step in steps_for(protocol, supply)]
        whose = f" of the supply {supply.name}" if supply is not None else ""
        cultured = {EXPAND, INDUCE, THAW}
        if place in OF_A_CULTURE and EXPAND not in done:
            yield Refused(
                f"{path}.sample.{key}",
                place,
                f"is in a culture, and the recipe{whose} has none",
                "sample at a step",
            )
        elif place not in done and place not in OF_A_CULTURE:
            advice = f"use one of {', '.join(done)}, or give the test when = {{ supply = ... }}"
            yield Refused(f"{path}.sample.{key}", place, f"is no step{whose}", advice)
        elif before is not None and place != FORMULATE and FORMULATE in done:
            advice = f'a sample before a product is early enough for its formulation: before = "formulate", or at = "{place}"'
            yield Refused(f"{path}.sample.before", before, "is no step that waits for the result", advice)
        elif before is not None and place in done and not cultured & set(done[: done.index(place)]):
            advice = "the sample is one of the culture; take it at a step instead"
            yield Refused(f"{path}.sample.before", before, "has no culture before it", advice)
