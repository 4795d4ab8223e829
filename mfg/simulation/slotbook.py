"""Slot-books: the free places of a room or a bed, slot by slot, and the days on which there are any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import pairwise

from attrs import define

from mfg.calendar import DAY, FOREVER, Window

NO_HOURS = (-1, -1)  # a day without hours: it ends before everything


@define
class SlotBook:
    """Free places of one kind, slot by slot, on the days on which a clinic is open.

    The slots of a day in which it is closed for a while are its `breaks`; they are full from the beginning.
    """

    capacity: int
    slot: int
    openings: Mapping[int, Window]
    taken: bytearray
    breaks: frozenset[int]

    @classmethod
    def of(cls, capacity: int, slot: int, windows: tuple[Window, ...], days: int) -> SlotBook:
        """Empty books for so many *days*."""
        capacity, taken = min(capacity, 255), bytearray(days * DAY // slot + 1)
        breaks = frozenset(
            place
            for (_, closes), (opens, _) in pairwise(windows)
            if closes // DAY == opens // DAY
            for place in range(closes // slot, -(-opens // slot))
        )
        for place in breaks:
            taken[place] = capacity
        return cls(capacity, slot, openings_of(windows, days), taken, breaks)

    @property
    def is_overbooked(self) -> bool:
        """Whether more is taken anywhere than there is."""
        return bool(
            self.taken.translate(None, bytes(range(self.capacity + 1)))
        )  # what is left after these are deleted

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
        opens, closes = self.openings.get(day, NO_HOURS)
        begin = -(-max(opens, earliest) // self.slot)
        end = min(closes - minutes, latest) // self.slot
        if not self.breaks:
            return begin <= end
        length = -(-minutes // self.slot)
        starts = range(begin, end + 1)
        return any(self.breaks.isdisjoint(range(place, place + length)) for place in starts)

    def take(self, start: int, minutes: int, units: int = 1) -> None:
        """Book *units* for *minutes* from *start*; to return a booking take as many below nought."""
        slots = self._slots(start, minutes)
        self.taken[slots] = self.taken[slots].translate(_more(units))

    def _slots(self, start: int, minutes: int) -> slice:
        """The slots that so many *minutes* from *start* lie in, in part or whole."""
        return slice(start // self.slot, -(-(start + minutes) // self.slot))


@cache
def _more(units: int) -> bytes:
    """The table by which as many *units* more are taken in each slot of a book: of a byte, so less than nought is 256 less."""
    return bytes((n + units) % 256 for n in range(256))


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
