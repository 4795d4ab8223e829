"""Grants: exact small cases of who starts when."""

from __future__ import annotations

import pytest

from mfg.calendar import FOREVER
from mfg.simulation.floor import Floor
from mfg.simulation.grants import Task
from mfg.simulation.holds import Capacity
from mfg.simulation.needs import Exhausted, Need

ALL_DAY = [(0, 10**9)]


class Starts:
    """A log that keeps who started and ended when."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, int]] = []

    def worked(self, task: Task, finished: int) -> None:
        """Write down work."""
        self.rows.append((task.note, task.started, finished))

    def cleared(self, task: Task, finished: int) -> None:
        """Write down a clearance."""
        self.rows.append((f"{task.note} cleared", finished - task.clearance, finished))


def floor(capacities: list[int], *needs: Need) -> tuple[Floor, Starts]:
    """A floor with a log."""
    log = Starts()
    return Floor(capacities, needs, log), log


def ask(
    unit: Floor,
    at: int,
    need: Need,
    lasts: int,
    name: str,
    due: int = 0,
    booked: int | None = None,
    clearance: int = 0,
) -> list[Task]:
    """Ask at a moment; the task is in the list once it is asked."""
    asked: list[Task] = []

    def story():  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield at
        asked.append(Task(need, lasts, lasts if booked is None else booked, (due, at), name, clearance))
        yield asked[0]

    unit.process(story())
    return asked


def test_releases_come_before_requests() -> None:
    """Arrivals 0..9, service 1, no queue: all ten are served at once, whoever was created first."""
    for order in (range(10), reversed(range(10))):
        need = Need([(0, 1)], ALL_DAY)
        unit, log = floor([1], need)
        for n in order:
            ask(unit, n, need, 1, f"job {n}")
        unit.run()
        assert sorted(log.rows) == [(f"job {n}", n, n + 1) for n in range(10)]


def test_at_one_instant_the_order_is_the_due_date() -> None:
    """Five asks at one instant with capacity one start by due date, not in the order of asking."""
    need = Need([(0, 1)], ALL_DAY)
    unit, log = floor([1], need)
    for due in (3, 1, 4, 0, 2):
        ask(unit, 0, need, 10, f"due {due}", due)
    unit.run()
    assert [name for name, _, _ in log.rows] == [f"due {n}" for n in range(5)]


def test_work_that_would_not_end_before_closing_waits_for_the_morning() -> None:
    """An hour asked for at 17:59 starts at 8:00 the next day; one that ends at 18:00 sharp starts."""
    hours = [(480, 1080), (480 + 1440, 1080 + 1440)]
    need = Need([(0, 2)], hours)
    unit, log = floor([2], need)
    ask(unit, 1020, need, 60, "fits")
    ask(unit, 1079, need, 60, "late")
    unit.run()
    assert log.rows == [("fits", 1020, 1080), ("late", 1920, 1980)]


def test_an_overrun_is_overtime_and_nobodys_foresight() -> None:
    """Booked for an hour before closing, it starts and runs on; the next waits until it is done."""
    need = Need([(0, 1)], [(480, 1080), (1920, 2520)])
    unit, log = floor([1], need)
    ask(unit, 1000, need, 200, "overruns", booked=60)
    ask(unit, 1010, need, 30, "next")
    unit.run()
    assert log.rows == [("overruns", 1000, 1200), ("next", 1920, 1950)]


def test_all_or_nothing() -> None:
    """A task that needs a suite and two operators holds neither while it waits for the other."""
    both, one = Need([(0, 1), (1, 2)], ALL_DAY), Need([(1, 1)], ALL_DAY)
    unit, log = floor([1, 2], both, one)
    ask(unit, 0, one, 10, "single")
    ask(unit, 1, both, 10, "both")
    ask(unit, 2, Need([(0, 1)], ALL_DAY), 5, "never") if False else None
    unit.run()
    assert log.rows == [("single", 0, 10), ("both", 10, 20)]


def test_small_work_fills_a_gap_and_puts_off_nobody() -> None:
    """While two operators are waited for, one hand may do what ends before they are free, and nothing longer."""
    both, one = Need([(0, 2)], ALL_DAY), Need([(0, 1)], ALL_DAY)
    unit, log = floor([2], both, one)
    ask(unit, 0, one, 60, "holds one")
    ask(unit, 5, both, 30, "waits for both", due=1)
    ask(unit, 10, one, 40, "fits in the gap", due=2)
    ask(unit, 10, one, 51, "would be too long", due=3)
    unit.run()
    assert log.rows == [
        ("fits in the gap", 10, 50),
        ("holds one", 0, 60),
        ("waits for both", 60, 90),
        ("would be too long", 90, 141),
    ]


def test_work_that_leaves_enough_may_pass() -> None:
    """Three hands, two of them wanted at 60: the third is to spare."""
    two, one = Need([(0, 2)], ALL_DAY), Need([(0, 1)], ALL_DAY)
    unit, log = floor([3], two, one)
    ask(unit, 0, two, 60, "holds two")
    ask(unit, 5, two, 30, "waits for two", due=1)
    ask(unit, 10, one, 500, "long, with the third hand", due=2)
    unit.run()
    assert ("long, with the third hand", 10, 510) in log.rows
    assert ("waits for two", 60, 90) in log.rows


def test_an_overdue_unit_is_not_to_spare() -> None:
    """Work that overruns may end any minute; what waits for it is not put off by counting on more."""
    two, one = Need([(0, 2)], ALL_DAY), Need([(0, 1)], ALL_DAY)
    unit, log = floor([2], two, one)
    ask(unit, 0, one, 100, "overruns", booked=20)
    ask(unit, 5, two, 30, "waits for both", due=1)
    ask(unit, 50, one, 60, "small", due=2)
    unit.run()
    assert log.rows[:2] == [("overruns", 0, 100), ("waits for both", 100, 130)]


def test_nobody_overtakes_in_a_line() -> None:
    """Of tasks with the same need the first by rank goes first, even where a later one is shorter."""
    need = Need([(0, 1)], [(0, 100), (200, 300)])
    unit, log = floor([1], need)
    ask(unit, 0, need, 60, "first")
    ask(unit, 1, need, 50, "second", due=1)
    ask(unit, 2, need, 10, "short", due=2)
    unit.run()
    assert [name for name, _, _ in log.rows] == ["first", "second", "short"]
    assert log.rows[1] == ("second", 200, 250)


def test_a_closed_claim_does_not_block_what_fits_today() -> None:
    """What cannot start before tomorrow leaves today's gap to work that ends today."""
    long, short = Need([(0, 1)], [(0, 100), (200, 300)]), Need([(0, 1), (1, 1)], [(0, 100), (200, 300)])
    unit, log = floor([1, 1], long, short)
    ask(unit, 50, long, 80, "tomorrow")
    ask(unit, 50, short, 40, "today", due=1)
    unit.run()
    assert log.rows == [("today", 50, 90), ("tomorrow", 200, 280)]


def test_clearance_holds_the_places_and_not_the_patient() -> None:
    """The work is done at its end; the suite is free for others when it is clear."""
    need = Need([(0, 1)], ALL_DAY)
    unit, log = floor([1], need)
    ask(unit, 0, need, 10, "first", clearance=5)
    ask(unit, 1, need, 10, "second", due=1)
    unit.run()
    assert log.rows == [("first", 0, 10), ("first cleared", 10, 15), ("second", 15, 25)]


def test_a_task_that_is_withdrawn_leaves_the_line() -> None:
    """Those behind it are looked at again at once; work that has begun is not stopped."""
    need = Need([(0, 2)], ALL_DAY)
    small = Need([(0, 1)], ALL_DAY)
    unit, log = floor([2], need, small)
    ask(unit, 0, small, 50, "holds one")
    waiting = ask(unit, 1, need, 30, "leaves", due=1)
    ask(unit, 2, small, 100, "behind", due=2)

    def leaver():  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield 10
        unit.withdraw(waiting[0])

    unit.process(leaver())
    unit.run()
    assert log.rows == [("holds one", 0, 50), ("behind", 10, 110)]


def test_a_task_is_withdrawn_once() -> None:
    """However often it is taken out of its line, the others' turns come."""
    need = Need([(0, 1)], ALL_DAY)
    unit, log = floor([1], need)
    ask(unit, 0, need, 50, "works")
    gone = ask(unit, 1, need, 30, "gone", due=1)
    ask(unit, 2, need, 30, "stays", due=2)

    def leaver():  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield 10
        unit.withdraw(gone[0])
        unit.withdraw(gone[0])

    unit.process(leaver())
    unit.run()
    assert log.rows == [("works", 0, 50), ("stays", 50, 80)]


def test_places_are_granted_in_order() -> None:
    """A large hold at the head is not passed by small ones behind it, and gives back what it had."""
    unit, _ = floor([], Need([], ALL_DAY))
    places = Capacity(unit, 10)
    got: list[tuple[str, int]] = []

    def lot(name: str, at: int, units: int, days: int):  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield at
        hold = places.hold(units, (at,), None)
        yield hold
        got.append((name, int(unit.now)))
        yield int(unit.now) + days
        places.give_back(hold)

    for name, at, units, days in (("a", 0, 6, 10), ("big", 1, 8, 10), ("small", 2, 2, 10)):
        unit.process(lot(name, at, units, days))
    unit.run()
    assert got == [("a", 0), ("big", 10), ("small", 10)]
    assert places.free == 10


def test_a_calendar_that_ends_says_so() -> None:
    """Work that no opening is left for does not wait in silence."""
    need = Need([(0, 1)], [(0, 100)])
    unit, _ = floor([1], need)
    ask(unit, 0, need, 100, "fills the last opening")
    ask(unit, 1, need, 10, "has none")
    with pytest.raises(Exhausted) as ended:
        unit.run()
    assert ended.value.need is need


def test_openings_are_found_from_any_moment() -> None:
    """The first window that is long enough, from the moment on."""
    need = Need([(0, 1)], [(0, 10), (20, 50), (60, 61)])
    assert [need.opening(0, 10), need.opening(1, 10), need.opening(25, 25), need.opening(26, 25)] == [
        0,
        20,
        25,
        FOREVER,
    ]
