"""Planned events written once and meant several times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from mfg.errors import Refused
from mfg.protocol.events import Dose, Repeat, Visit
from mfg.sizes import CENTURY, REPEATED
from mfg.units import Quantity, alike, amount

_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31  # days


@frozen
class Occurrence:
    """One event of a repeated (or single) dose or visit; its shift from the first period is months and days."""

    name: str
    months: int
    days: int


def occurrences(event: Dose | Visit) -> list[Occurrence]:
    """Every occurrence of *event*, in order; a repeated one is numbered from 1."""
    if event.repeat is None:
        return [Occurrence(event.name, 0, 0)]
    return [Occurrence(f"{event.name} {n}", m, d) for n, (m, d) in enumerate(_shifts(event.repeat), 1)]


def _shifts(repeat: Repeat) -> list[tuple[int, int]]:
    every, on = months_and_days(repeat.every), [months_and_days(o) for o in repeat.on] or [(0, 0)]
    periods = range(min(repeat.times, REPEATED.most // len(on)))
    return [(n * every[0] + m, n * every[1] + d) for n in periods for m, d in on]


def repeat_faults(event: Dose | Visit) -> Iterator[Refused]:
    """What is wrong with the `repeat` of *event*, whatever stands around it."""
    repeat = event.repeat
    if repeat is None:
        return
    many = repeat.times * max(1, len(repeat.on))
    yield from REPEATED.exceeded(many, "repeat.times", str(repeat.times))
    shifts = _shifts(repeat)
    latest = max((months * _LONGEST_MONTH + days for months, days in shifts), default=0)
    yield from CENTURY.exceeded(latest, "repeat")
    months = [("every", repeat.every), *(("on", offset) for offset in repeat.on)]
    months = [(key, offset) for key, offset in months if alike(offset, "calendar month")]
    if months and not event.day:
        key, offset = months[0]
        advice = "write days or weeks, or give the event a day"
        problem = "is counted in months, which are added to day 0 only, and this event has no day"
        given = f"{amount(offset, 'calendar month'):f} calendar month"
        yield Refused(f"repeat.{key}", given, problem, advice)
    for (m1, d1), (m2, d2) in pairwise(shifts):
        if (m2 - m1) * _SHORTEST_MONTH + d2 - d1 <= 0:
            problem = "puts two of its occurrences on one day, or a later one before an earlier one"
            advice = "let every period be longer than its days, and list the days in their order"
            yield Refused("repeat", None, problem, advice)
            return


def months_and_days(offset: Quantity) -> tuple[int, int]:
    """An offset as whole calendar months and whole days."""
    if alike(offset, "calendar month"):
        return int(amount(offset, "calendar month")), 0
    return 0, int(amount(offset, "day"))
