"""SimPy's clock, instant by instant: time is whole minutes, and every instant is settled once.

The environment, events, conditions and interrupts are SimPy's. Since moments are whole minutes, what happens at one
of them stands in one list, in the order in which it was asked for, and only the minutes are sorted. So a process may
wait for an event, or just name the minute at which it goes on. It is told that it goes on, and no value; who
waits for what happens goes on at once; and an event that fails ends the run.
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

from mfg.errors import Refused

MANY = 100_000  # more than may happen in one minute
LAST = 2**31 - 1  # the last minute that the log can hold, four thousand years after the first

Wait = Event | int  # what is waited for: that something happens, or that it is so late
Process = Generator[Wait, None, Any]
Call = Callable[[], None]


class StandsStill(Exception):
    """More happens in the minute `now` than a run can have to do in it: something is tried again and again."""

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self.now = now

    def __str__(self) -> str:
        day, minute = divmod(self.now, 24 * 60)
        return f"the clock stands still on day {day} at {minute // 60:02d}:{minute % 60:02d}"


class Unsettled(Protocol):
    """What has to be looked at again when everything at this instant has happened."""

    def settle(self) -> None:
        """Look again; nothing becomes unsettled by it at once."""


class Running(Event):
    """A process that is under way, and its `target`, for which it waits. As an event it happens at its end."""

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
                self._resume()  # type: ignore[unreachable]  # it has happened already, SimPy says by having none
            return
        happen(self)

    def interrupt(self, cause: object) -> None:
        """Throw an `Interrupt` into the process, before anything else happens at this instant."""
        self.env.urgent.append(partial(self._interrupted, Interrupt(cause)))

    def _interrupted(self, interrupt: Interrupt) -> None:
        if self.triggered:
            return
        if isinstance(self.target, int):
            self.env.forget(self.target, self._goes_on)
        elif self.target is not None and self.target.callbacks is not None:
            self.target.callbacks.remove(self._goes_on)

        def throw(_: None) -> Wait:
            self._send = self._story.send
            return self._story.throw(interrupt)

        self._send = throw
        self._resume()


class First(Event):
    """Whatever comes first: it happens with the first of some events, or when it is so late."""

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

    What is to happen stands in the `agenda` by its minute, and its `moments` are a heap. What is `urgent` happens
    before everything else of this instant. In one minute no more than `most` may happen.
    """

    now: int = 0
    stopped: bool = False
    most: int = MANY

    def __init__(self) -> None:
        super().__init__(initial_time=0)
        self.agenda: dict[int, list[Call]] = {0: []}
        self.moments = [0]
        self.urgent: list[Call] = []
        self.unsettled: dict[Unsettled, None] = {}

    def at(self, moment: int, call: Call) -> int:
        """Let *call* happen at *moment*, and say when that is: a moment that has passed is now."""
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
        """Take back the last that was said of *call* at *moment*."""
        instant = self.agenda[moment]
        instant[-1 - instant[::-1].index(call)] = _nothing

    def process(self, story: Process) -> Running:  # type: ignore[override]
        """Begin *story*."""
        return Running(self, story)

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:  # noqa: ARG002  SimPy's
        """Let *event* happen in *delay* minutes; one that has failed ends the run."""
        if not event.ok:
            raise event.value  # type: ignore[misc]
        self.at(self.now + int(delay), partial(happen, event))

    def run(self, until: Any = None) -> None:  # noqa: ARG002  a run ends when nothing is left to happen
        """Let everything happen, instant by instant, until nothing is left or it is `stopped`.

        Raises:
            StandsStill: if one minute does not come to its end.
            Refused: if the log cannot hold the next one, so late is it.
        """
        agenda, moments, urgent, unsettled = self.agenda, self.moments, self.urgent, self.unsettled
        self._hurry()
        left = self.most
        while moments and not self.stopped:
            now = heappop(moments)
            if now != self.now:
                self.now, left = now, self.most
                if now > LAST:
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
        """Not for use: an instant is settled as a whole."""
        raise EmptySchedule


def happen(event: Event) -> None:
    """Let *event* happen: everybody who waits for it hears of it."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]  # SimPy's sign that it has happened
    for callback in callbacks:
        callback(event)


def _nothing() -> None:
    """What was called off."""
