"""Appointments: the free places of a room or a bed, slot by slot, and the days on which there are any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from attrs import define

from mfg.calendar import DAY, FOREVER, Window

CLOSED = (-1, -1)


@define
class Appointments:
    """Free places of one kind, slot by slot, on the days on which a clinic is open.

    `usual` is the minute of the day at which it opens first.
    """

    capacity: int
    slot: int
    openings: Mapping[int, Window]
    taken: bytearray
    usual: int

    @classmethod
    def of(cls, capacity: int, slot: int, windows: tuple[Window, ...], days: int) -> Appointments:
        """Empty books for so many *days*."""
        openings = openings_of(windows, days)
        usual = min((opens % DAY for opens, _ in openings.values()), default=0)
        return cls(min(capacity, 255), slot, openings, bytearray(days * DAY // slot + 1), usual)

    def hours(self, day: int) -> Window:
        """When *day* begins and ends; a closed one does so before everything."""
        return self.openings.get(day, CLOSED)

    def first(self, day: int, minutes: int, earliest: int = 0, latest: int = FOREVER, units: int = 1) -> int:
        """The first start on *day* with so many free *units* for so many *minutes*; -1 if there is none.

        It is between *earliest* and *latest*.
        """
        if day not in self.openings:
            return -1
        opens, closes = self.openings[day]
        length = -(-minutes // self.slot)
        begin = -(-max(opens, earliest) // self.slot)
        end = min(closes - minutes, latest) // self.slot
        for place in range(begin, end + 1):
            if max(self.taken[place : place + length], default=0) + units <= self.capacity:
                return place * self.slot
        return -1

    def is_free(self, start: int, minutes: int, units: int = 1) -> bool:
        """Whether so many *units* are free from *start* on for so many *minutes*."""
        return max(self.taken[self._slots(start, minutes)], default=0) + units <= self.capacity

    def fits(self, day: int, minutes: int, earliest: int = 0, latest: int = FOREVER) -> bool:
        """Whether *day* is long enough, however many places there are."""
        opens, closes = self.hours(day)
        return -(-max(opens, earliest) // self.slot) <= min(closes - minutes, latest) // self.slot

    def take(self, start: int, minutes: int, units: int = 1) -> None:
        """Book *units* for *minutes* from *start*; to return a booking take as many below nought."""
        slots = self._slots(start, minutes)
        for place in range(slots.start, slots.stop):
            self.taken[place] += units

    def _slots(self, start: int, minutes: int) -> slice:
        """The slots that so many *minutes* from *start* lie in, in part or whole."""
        return slice(start // self.slot, -(-(start + minutes) // self.slot))


@lru_cache(maxsize=64)
def openings_of(windows: tuple[Window, ...], days: int) -> Mapping[int, Window]:
    """When a place opens and closes on each day on which it does: at its first opening, at its last closing."""
    found: dict[int, Window] = {}
    for start, end in windows:
        for day in range(start // DAY, min(days, -(-end // DAY))):
            first, last = max(start, day * DAY), min(end, (day + 1) * DAY)
            known = found.get(day, (first, last))
            found[day] = (min(known[0], first), max(known[1], last))
    return found
