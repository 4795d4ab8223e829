"""Places that are held for days, such as an incubator's: asked for at once, given back bit by bit."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any

from simpy import Event

from mfg.simulation.floor import Floor
from mfg.simulation.needs import Rank


class Hold(Event):
    """Some of the places of a `Capacity`, from being granted until they are given back."""

    __slots__ = ("asked", "note", "rank", "started", "units")

    def __init__(self, floor: Floor, units: int, rank: Rank, note: Any) -> None:
        super().__init__(floor)
        self.units = units
        self.rank = (*rank, next(floor.asks))
        self.note = note
        self.asked = floor.now
        self.started = -1


class Capacity:
    """Places that are held for days, granted in the order of rank; nobody passes anybody."""

    __slots__ = ("capacity", "floor", "free", "line")

    def __init__(self, floor: Floor, capacity: int) -> None:
        self.floor = floor
        self.capacity = capacity
        self.free = capacity
        self.line: list[tuple[Rank, Hold]] = []

    def hold(self, units: int, rank: Rank, note: Any) -> Hold:
        """Ask for *units* places; the hold happens when they are granted."""
        hold = Hold(self.floor, units, rank, note)
        heappush(self.line, (hold.rank, hold))
        self.touch()
        return hold

    def give_back(self, hold: Hold, units: int | None = None) -> None:
        """Free all or some of the places of *hold*, or take it out of the line if it still waits."""
        if hold.started < 0:
            self.line = [entry for entry in self.line if entry[1] is not hold]
            heapify(self.line)
        else:
            units = hold.units if units is None else units
            hold.units -= units
            self.free += units
        self.touch()

    def touch(self) -> None:
        """Something changed: look again when this instant is settled."""
        self.floor.unsettled[self] = None

    def settle(self) -> None:
        """Grant the holds at the head of the line that fit."""
        while self.line and self.line[0][1].units <= self.free:
            _, hold = heappop(self.line)
            self.free -= hold.units
            hold.started = self.floor.now
            hold.succeed()
