"""What a kind of task needs, the hours in which all of it is open, and the queue for it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mfg.calendar import FOREVER, Window

if TYPE_CHECKING:
    from mfg.simulation.grants import Pool, Task

Rank = tuple[float, ...]  # whose turn it is in a queue: the lowest first


class Need:
    """The units that one kind of task needs together, the hours in which all of them are open, and the queue for them.

    `takes` is `parts` packed into one number, as the pool counts. `opens` and `closes` are the current opening.
    """

    __slots__ = ("_page", "_windows", "closes", "line", "longest", "opens", "parts", "pool", "takes")

    def __init__(self, parts: Sequence[tuple[int, int]], windows: Sequence[Window]) -> None:
        self.parts = tuple(parts)
        self.takes = 0
        self.longest = max((closes - opens for opens, closes in windows), default=0)
        self.opens, self.closes = windows[0] if windows else (0, 0)
        self.line: list[tuple[Rank, Task]] = []
        self.pool: Pool
        self._windows = windows
        self._page = 0

    def opening(self, moment: int, booked: int) -> int:
        """The first minute from *moment* on from which *booked* minutes are open; FOREVER if there is none."""
        windows = self._windows
        for page in range(self._page, len(windows)):
            opens, closes = windows[page]
            begin = opens if opens > moment else moment
            if begin + booked <= closes:
                return begin
        return FOREVER

    def is_open(self, now: int, booked: int) -> bool:
        """Whether *booked* minutes from *now* are open. *now* must not go back: passed openings are skipped for good."""
        while self.closes <= now:
            self._page += 1
            if self._page >= len(self._windows):
                raise Exhausted(self)
            self.opens, self.closes = self._windows[self._page]
        return self.opens <= now and now + booked <= self.closes

    def closing(self, moment: int) -> int:
        """When the opening in which *moment* lies ends."""
        return self._windows[bisect_right(self._windows, (moment, FOREVER)) - 1][1]

    def shares(self, other: Need) -> bool:
        """Whether the two have a resource in common."""
        return not {r for r, _ in self.parts}.isdisjoint(r for r, _ in other.parts)


class Exhausted(Exception):
    """The calendar ends before the work does: a task that needs `need` would wait for ever."""

    def __init__(self, need: Need) -> None:
        super().__init__(need)
        self.need = need
