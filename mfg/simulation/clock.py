"""A SimPy environment whose time is whole minutes, and which settles each minute once.

Differences from SimPy:

- A process yields an event, or the number of the minute at which it wants to be resumed.
- A process is resumed without a value.
- Processes that wait for an event are resumed at once when it happens, not by an entry in a queue.
- An event that fails ends the run.
- The events of one minute are a list in the order in which they were scheduled; only the minutes are in a heap, which is
  faster than a heap of all events.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from heapq import heappop, heappush
from itertools import islice
from typing import Any, Protocol

from simpy import Environment, Event, Interrupt
from simpy.core import EmptySchedule
from simpy.events import NORMAL

from mfg.calendar import FOREVER
from mfg.errors import Refused

MANY = 100_000  # more than may happen in one minute

Wait = Event | int  # what a process waits for: an event, or a minute
Process = Generator[Wait, None, Any]
Call = Callable[[], None]


class StandsStill(Exception):
    """More happens in the minute `now` than any run needs: something is tried again and again without end."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.now = now

    def __str__(self) -> str:
        day, minute = divmod(self.now, 24 * 60)
        return f"the clock stands still on day {day} at {minute // 60:02d}:{minute % 60:02d}"


class Unsettled(Protocol):
    """Something that is decided once in a minute, after all events of that minute."""

    def settle(self) -> None:
        """Decide. It must not make anything else unsettled in the same minute."""


class Running(Event):
    """A running process; `target` is what it waits for. It is itself an event, which happens when the process ends."""

    def __init__(self, clock: Clock, story: Process) -> None:
        self.env: Clock = clock
        self.callbacks = []
        self.target: Wait | None = None
        self._story = story
        self._send = story.send
        self._goes_on = self._resume
        clock.urgent.append(self._goes_on)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self.triggered

    def _resume(self, _: Event | None = None) -> None:
        send = self._send
        try:
            target = send(None)
        except StopIteration as end:
            self._ok, self._value = True, end.value
            self._goes_on = self.target = None  # type: ignore[assignment]
        else:
            self.target = target
            if isinstance(target, int):
                self.target = self.env.at(target, self._goes_on)
            elif target.callbacks is not None:
                target.callbacks.append(self._goes_on)
            else:
                # SimPy sets `callbacks` to None when an event has happened: there is nothing to wait for.
                self._resume()  # type: ignore[unreachable]
            return
        happen(self)

    def interrupt(self, cause: object) -> None:
        """Throw an `Interrupt` into the process before any other event of this minute."""
        self.env.urgent.append(partial(self._interrupted, Interrupt(cause)))

    def _interrupted(self, interrupt: Interrupt) -> None:
        if self.triggered:
            return  # the process ended between the interrupt and now
        # Take the process off what it waits for, or it would be resumed a second time by that.
        if isinstance(self.target, int):
            self.env.forget(self.target, self._goes_on)
        elif self.target is not None and self.target.callbacks is not None:
            self.target.callbacks.remove(self._goes_on)

        # `_resume` calls `_send`: for this one call it throws instead of sending, then sends again.
        def throw(_: None) -> Wait:
            self._send = self._story.send
            return self._story.throw(interrupt)

        self._send = throw
        self._resume()
        interrupt.__traceback__ = (
            None  # its frames know it, and would keep alive whoever asked for the simulation
        )


class First(Event):
    """Happens with the first of several events, or at a given minute (SimPy's AnyOf with a timeout)."""

    def __init__(self, clock: Clock, *waits: Wait) -> None:
        super().__init__(clock)
        for wait in waits:
            if isinstance(wait, int):
                clock.at(wait, self._comes)
            elif wait.callbacks is not None:
                wait.callbacks.append(self._comes)
            else:
                clock.urgent.append(self._comes)  # type: ignore[unreachable]

    def _comes(self, _: Event | None = None) -> None:
        if not self.triggered:
            self._ok, self._value = True, None
            happen(self)


class Clock(Environment):
    """The clock of one replication, at minute `now`.

    `agenda` holds the calls of each minute and `moments` is the heap of these minutes. `urgent` calls come before all
    others of the current minute: starts and interrupts of processes. `unsettled` are those that decide at its end.
    No more than `most` calls may happen in one minute, and none after the minute `last`.
    """

    now: int = 0
    stopped: bool = False
    most: int = MANY
    last: int = FOREVER

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self.agenda: dict[int, list[Call]] = {0: []}
        self.moments = [0]
        self.urgent: list[Call] = []
        self.unsettled: dict[Unsettled, None] = {}

    def at(self, moment: int, call: Call) -> int:
        """Schedule *call* for *moment*, or for now if that has passed; returns the minute."""
        if moment < self.now:
            moment = self.now
        instant = self.agenda.get(moment)
        if instant is None:
            self.agenda[moment] = [call]
            heappush(self.moments, moment)
        else:
            instant.append(call)
        return moment

    def forget(self, moment: int, call: Call) -> None:
        """Cancel the latest scheduling of *call* at *moment*."""
        instant = self.agenda[moment]
        instant[-1 - instant[::-1].index(call)] = _nothing

    def process(self, story: Process) -> Running:  # type: ignore[override]
        """Start a process."""
        return Running(self, story)

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:  # noqa: ARG002  SimPy's
        """Schedule *event* in *delay* minutes, as SimPy's own events ask for; a failed one ends the run."""
        if not event.ok:
            raise event.value  # type: ignore[misc]
        self.at(self.now + int(delay), partial(happen, event))

    def run(self, until: Any = None) -> None:  # noqa: ARG002  a run ends when nothing is left to happen
        """Let everything happen, instant by instant, until nothing is left or it is `stopped`.

        Raises:
            StandsStill: if one minute does not come to its end.
            Refused: if something is to happen after the last one.
        """
        agenda, moments, urgent, unsettled = self.agenda, self.moments, self.urgent, self.unsettled
        self._hurry()
        left = self.most
        while moments and not self.stopped:
            now = heappop(moments)
            if now != self.now:
                self.now, left = now, self.most
                if now > self.last:
                    problem = "ends before everything has happened, thousands of years after the start"
                    raise Refused("calendar", None, problem, "shorten what lasts, or what is waited for")
            for call in islice(agenda[now], left):
                call()
                if urgent:
                    self._hurry()
            left -= len(agenda.pop(now))
            if left < 0:
                raise StandsStill(now)
            if unsettled:
                for each in unsettled:
                    each.settle()
                unsettled.clear()

    def _hurry(self) -> None:
        for call in islice(self.urgent, self.most):
            call()
        if len(self.urgent) > self.most:
            raise StandsStill(self.now)
        self.urgent.clear()

    def step(self) -> None:
        """Not available: a minute is run as a whole."""
        raise EmptySchedule


def happen(event: Event) -> None:
    """Make *event* happen: call everything that waits for it."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]  # SimPy's sign that it has happened
    for callback in callbacks:
        callback(event)


def _nothing() -> None:
    """Stands in the agenda in the place of a cancelled call."""
