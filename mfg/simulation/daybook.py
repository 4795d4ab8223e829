"""Day-books: how much of something is promised for each day, of as much as there is on any day."""

from __future__ import annotations

from collections.abc import Mapping

from mfg.calendar import Window


class DayBook:
    """Units promised for each day, of a `capacity` that is the same every day."""

    __slots__ = ("capacity", "taken")

    def __init__(self, capacity: int, days: int) -> None:
        self.capacity = capacity
        self.taken = [0] * days

    def has_room(self, first: int, last: int, units: int = 1) -> bool:
        """Whether so many more *units* are free on every day from *first* to *last*; before the run all are."""
        return max(self.taken[max(0, first) : last + 1], default=0) + units <= self.capacity

    def take(self, first: int, last: int, units: int = 1) -> None:
        """Promise *units* from *first* to *last*; to give them back take as many below nought."""
        for day in range(max(0, first), last + 1):
            self.taken[day] += units


class WorkBook:
    """Pieces of work of so many minutes promised for each day, each of which is done in one go while a place is open.

    So many can be done *side by side*, one after the other at each of these.
    """

    __slots__ = ("_openings", "_side_by_side", "_works")

    def __init__(self, openings: Mapping[int, Window], side_by_side: int) -> None:
        self._openings, self._side_by_side = openings, side_by_side
        self._works: dict[int, list[int]] = {}

    def has_room(self, day: int, minutes: int) -> bool:
        """Whether the work fits into *day* with the rest: the longest first, each where there is room first."""
        opened = self._openings.get(day)
        if opened is None:
            return False
        span, works = opened[1] - opened[0], [*self._works.get(day, ()), minutes]
        if len(works) <= self._side_by_side:
            return all(each <= span for each in works)
        room = [span] * self._side_by_side
        for longest in sorted(works, reverse=True):
            place = next((n for n, left in enumerate(room) if left >= longest), None)
            if place is None:
                return False
            room[place] -= longest
        return True

    def take(self, day: int, minutes: int) -> None:
        """Promise *minutes* of work on *day*."""
        self._works.setdefault(day, []).append(minutes)

    def give_back(self, day: int, minutes: int) -> None:
        """Take such a promise back."""
        self._works[day].remove(minutes)
