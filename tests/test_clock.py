"""The clock: what happens when, and before what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simpy import AnyOf, Event, Interrupt

from mfg.errors import Refused
from mfg.simulation.clock import Clock, First, Process, StandsStill


class Diary(Clock):
    """A clock, and what was said at which minute."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[int, str]] = []

    def says(self, word: str) -> None:
        """Write down a word."""
        self.said.append((self.now, word))


def test_minutes_come_in_their_order_and_each_in_the_order_of_asking() -> None:
    """Whatever order they were asked for in; a minute that has passed is now."""
    clock = Diary()
    for moment, word in ((7, "c"), (3, "a"), (7, "d"), (3, "b")):
        clock.at(moment, lambda word=word: clock.says(word))  # type: ignore[misc]
    clock.at(5, lambda: clock.at(2, lambda: clock.says("late")))
    clock.run()
    assert clock.said == [(3, "a"), (3, "b"), (5, "late"), (7, "c"), (7, "d")]


def test_a_process_names_a_minute_or_waits_for_an_event() -> None:
    """What has happened already is not waited for, and a process is an event that happens when it ends."""
    clock = Diary()
    gate = Event(clock)

    def first() -> Process:
        yield 10
        gate.succeed()
        clock.says("opens")
        yield 4
        clock.says("the past is now")

    def second(before: Event) -> Process:
        yield gate
        clock.says("enters")
        yield before
        clock.says("after the first")
        yield gate
        clock.says("still open")

    clock.process(second(clock.process(first())))
    clock.run()
    assert clock.said == [
        (10, "opens"),
        (10, "enters"),
        (10, "the past is now"),
        (10, "after the first"),
        (10, "still open"),
    ]


@pytest.mark.parametrize("sleeps", [True, False])
def test_who_is_interrupted_is_not_woken_again(*, sleeps: bool) -> None:
    """Neither by the minute that it had named nor by the event that it had waited for."""
    clock = Diary()
    event = Event(clock)

    def sleeper() -> Process:
        try:
            yield 20 if sleeps else event
        except Interrupt as interrupt:
            clock.says(str(interrupt.cause))
        yield 30
        clock.says("awake")

    story = clock.process(sleeper())
    clock.at(5, lambda: story.interrupt("up"))
    clock.at(20, event.succeed)
    clock.run()
    assert clock.said == [(5, "up"), (30, "awake")]


def test_an_interrupt_at_the_very_minute_comes_first() -> None:
    """It is thrown before whatever else happens then, and who names the same minute again wakes once."""
    clock = Diary()

    def sleeper() -> Process:
        for _ in range(2):
            try:
                yield 10
                clock.says("wakes")
            except Interrupt:
                clock.says("is interrupted")

    clock.at(10, lambda: story.interrupt(None))
    story = clock.process(sleeper())
    clock.at(10, lambda: clock.says("the rest"))
    clock.run()
    assert clock.said == [(10, "is interrupted"), (10, "the rest"), (10, "wakes")]


def test_the_first_of_several_happens_once() -> None:
    """The earliest of events and minutes; the others are no news. SimPy's own conditions say the same."""
    clock = Diary()
    early, late = Event(clock), Event(clock)
    clock.at(3, early.succeed)
    clock.at(8, late.succeed)

    def waits() -> Process:
        yield First(clock, 5, late, early)
        clock.says("ours")

    def waits_with_simpy() -> Process:
        yield AnyOf(clock, [late, early])
        clock.says("SimPy's")

    clock.process(waits())
    clock.process(waits_with_simpy())
    clock.run()
    assert clock.said == [(3, "ours"), (3, "SimPy's")]


def test_an_instant_is_settled_when_everything_at_it_has_happened() -> None:
    """Once, whoever asked for it and however often."""
    clock = Diary()

    class Settled:
        def settle(self) -> None:
            clock.says("settled")

    place = Settled()
    for _ in range(2):
        clock.at(4, lambda: clock.unsettled.update({place: None}))
        clock.at(4, lambda: clock.says("asks"))
    clock.run()
    assert clock.said == [(4, "asks"), (4, "asks"), (4, "settled")]


def test_who_named_a_past_minute_can_be_interrupted() -> None:
    """In the same minute, and once: what is waited for afterwards may have happened already."""
    clock = Diary()
    happened = Event(clock)

    def sleeper() -> Process:
        yield 5
        try:
            yield 3
        except Interrupt:
            clock.says("up")
            yield happened
            yield 9
            clock.says("later")

    story = clock.process(sleeper())
    clock.at(1, happened.succeed)
    clock.at(4, lambda: clock.at(5, lambda: story.interrupt(None)))
    clock.run()
    assert clock.said == [(5, "up"), (9, "later")]


def test_a_failure_ends_the_run() -> None:
    """Nobody waits on for what has failed, and nothing is swallowed."""
    clock = Diary()
    clock.at(2, lambda: Event(clock).fail(ValueError("broken")))
    with pytest.raises(ValueError, match="broken"):
        clock.run()


def tries_again(clock: Diary) -> Process:
    """Look again in the same minute, for ever."""
    yield 90
    while True:
        clock.says("again")
        yield clock.now


def begins_another(clock: Diary) -> Process:
    """Begin another like this one, which does so too."""
    yield 90
    clock.says("again")
    clock.process(_begins_at_once(clock))


def _begins_at_once(clock: Diary) -> Process:
    clock.says("again")
    clock.process(_begins_at_once(clock))
    yield 91


@pytest.mark.parametrize("story", [tries_again, begins_another])
def test_a_minute_that_does_not_end_ends_the_run(story: Callable[[Diary], Process]) -> None:
    """What tries again without waiting is stopped at what may happen in one minute, which is told."""
    clock = Diary()
    clock.most = 1000
    clock.process(story(clock))
    with pytest.raises(StandsStill, match="the clock stands still on day 0 at 01:30"):
        clock.run()
    assert 998 <= len(clock.said) <= 1002


def test_each_minute_has_as_many_things_as_the_one_before() -> None:
    """No more than may happen in one minute happens in each of many; where it looks again within a minute, it is one minute."""
    clock = Diary()
    clock.most = 3
    for minute in range(5):
        for word in "abc":
            clock.at(minute, lambda word=word: clock.says(word))  # type: ignore[misc]
    clock.run()
    assert len(clock.said) == 15

    class Again:
        def settle(self) -> None:
            clock.at(clock.now, lambda: clock.unsettled.update({self: None}))

    clock.at(5, lambda: clock.unsettled.update({Again(): None}))
    with pytest.raises(StandsStill):
        clock.run()


def test_the_calendar_has_an_end() -> None:
    """Who looks again every century is stopped at the last minute that there is."""
    clock, century = Diary(), 36_525 * 24 * 60
    clock.last = 10 * century

    def looks() -> Process:
        while True:
            clock.says("not yet")
            yield clock.now + century

    clock.process(looks())
    with pytest.raises(Refused, match="calendar: ends before everything has happened"):
        clock.run()
    assert len(clock.said) == 11
