"""Planned events written once and meant several times."""

from __future__ import annotations

from attrs import frozen

from mfg.protocol.protocol import Dose, Visit
from mfg.units import Quantity, alike, amount

MOST = 1000  # times that an event may take place; a file that asks for more is refused


@frozen
class Occurrence:
    """One event of a repeated (or single) dose or visit; its shift from the first is months and days."""

    name: str
    months: int
    days: int


def occurrences(event: Dose | Visit) -> list[Occurrence]:
    """Every occurrence of *event*, in order; a repeated one is numbered from 1."""
    repeat = event.repeat
    if repeat is None:
        return [Occurrence(event.name, 0, 0)]
    every, on = months_and_days(repeat.every), [months_and_days(o) for o in repeat.on] or [(0, 0)]
    shifts = [(n * every[0] + m, n * every[1] + d) for n in range(min(repeat.times, MOST)) for m, d in on]
    return [Occurrence(f"{event.name} {n}", m, d) for n, (m, d) in enumerate(shifts, 1)]


def months_and_days(offset: Quantity) -> tuple[int, int]:
    """An offset as whole calendar months and whole days."""
    if alike(offset, "calendar month"):
        return int(amount(offset, "calendar month")), 0
    return 0, int(amount(offset, "day"))
