"""SimPy's clock, instant by instant: time is whole minutes, and every instant is settled once.

Events, processes and interrupts are SimPy's and mean what they mean there. What is left out is what nobody
needs here: a process whose end nobody waits for ends without an event, and moments are whole numbers.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import Any, Protocol

from simpy import Environment, Event
from simpy.core import EmptySchedule
from simpy.events import NORMAL, URGENT, Initialize
from simpy.events import Process as SimpyProcess

Process = Generator[Event, Any, Any]


class Unsettled(Protocol):
    """What has to be looked at again when everything at this instant has happened."""

    unsettled: bool

    def settle(self) -> None:
        """Look again."""


class Moment(Event):
    """A moment that somebody waits for."""

    def __init__(self, clock: Clock, moment: int, priority: int = NORMAL) -> None:
        self.env = clock
        self.callbacks = []
        self._value = None
        self._ok = True
        heappush(clock.agenda, (moment, priority, next(clock.numbers), self))


class Running(SimpyProcess):
    """A process that is under way; it goes on when what it waits for happens."""

    def __init__(self, clock: Clock, story: Process) -> None:
        self.env = clock
        self.callbacks = []
        self._generator = story
        self._send = story.send
        self._goes_on = self._resume
        self._target = Initialize(clock, self)

    def _resume(self, event: Event) -> None:
        if not event._ok:
            super()._resume(event)
            return
        clock = self.env
        clock._active_proc = self
        try:
            event = self._send(event._value)
            while event.callbacks is None:  # it has happened already
                event = self._send(event._value)  # type: ignore[unreachable]
        except StopIteration as end:
            self._ok, self._value = True, end.value
            del self._goes_on, self._send
            if self.callbacks:
                clock.schedule(self)
            else:
                self.callbacks = None  # type: ignore[assignment]  # SimPy's sign that it has happened
        else:
            event.callbacks.append(self._goes_on)
            self._target = event
        clock._active_proc = None


class Clock(Environment):
    """The clock of one replication, at minute `now`.

    What is to happen stands in the `agenda`: when, how urgently, its number, and the event.
    """

    now: int = 0

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self.agenda: list[tuple[float, int, int, Event]] = self._queue  # type: ignore[assignment]
        self.numbers = self._eid
        self.unsettled: list[Unsettled] = []

    def until(self, moment: int) -> Moment:
        """Wait until *moment*; a moment that has passed is now."""
        now = self.now
        return Moment(self, max(now, moment))

    def after(self, minutes: int) -> Moment:
        """Wait so many *minutes*."""
        return Moment(self, self.now + minutes)

    def before_all(self, moment: int) -> Moment:
        """Wait until *moment*, ahead of everything else that happens at it."""
        return Moment(self, max(moment, self.now), URGENT)

    def process(self, story: Process) -> Running:
        """Begin *story*."""
        return Running(self, story)

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:
        """Let *event* happen in *delay* minutes."""
        heappush(self.agenda, (self.now + delay, priority, next(self.numbers), event))

    def run(self, until: Any = None) -> None:  # noqa: ARG002  a run ends when nothing is left to happen
        """Let everything happen, instant by instant."""
        agenda, unsettled = self.agenda, self.unsettled
        while agenda or unsettled:
            if unsettled and (not agenda or agenda[0][0] > self.now):
                touched = unsettled.copy()
                unsettled.clear()
                for each in touched:
                    each.unsettled = False
                    each.settle()
                continue
            self.now, _, _, event = heappop(agenda)  # type: ignore[assignment]
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):
                raise event._value

    def step(self) -> None:
        """Not for use: an instant is settled as a whole."""
        raise EmptySchedule
