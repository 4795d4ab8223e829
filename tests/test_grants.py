"""Grants: the floor against the slow oracle, and the pitfalls one by one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfg.simulation.floor import Floor
from mfg.simulation.grants import Task
from mfg.simulation.holds import Capacity
from mfg.simulation.needs import Need
from tests.oracle import NEVER, Ask, Case, Kind, Row, Story, rows_of

ALWAYS = ((0, 1 << 40),)


class Notes:
    """A log of who did what when, and when others could have the places."""

    def __init__(self) -> None:
        self.done: dict[tuple[int, int], tuple[int, int]] = {}
        self.clear: dict[tuple[int, int], int] = {}

    def worked(self, task: Task, finished: int) -> None:
        """The work is done."""
        self.done[task.note] = (task.started, finished)

    def cleared(self, task: Task, finished: int) -> None:
        """The places are clear."""
        self.clear[task.note] = finished


def played(case: Case) -> list[Row]:
    """What is done in *case*, and when, on the floor; everything is given back, and nobody waits."""
    notes, needs = Notes(), [Need(tuple(kind.takes.items()), kind.windows) for kind in case.kinds]
    floor = Floor(case.capacities, needs, notes)
    asked: dict[int, Task] = {}

    def works(n: int, story: Story) -> Generator[Any, Any, None]:
        for number, ask in enumerate(story.asks):
            yield int(floor.now) + ask.after
            if floor.now >= story.leaves:
                return
            asked[n] = Task(
                needs[ask.kind], ask.lasts, ask.booked, (story.due, n), (n, number), ask.clearance
            )
            yield asked[n]

    def leaves(n: int, moment: int) -> Generator[Any, Any, None]:
        yield moment
        if n in asked:
            floor.withdraw(asked[n])

    for n, story in enumerate(case.stories):
        floor.process(works(n, story))
        if story.leaves < NEVER:
            floor.process(leaves(n, story.leaves))
    floor.run()
    assert floor.free == list(case.capacities)
    assert not any(need.line for need in needs)
    return sorted((*key, *when, notes.clear.get(key, when[1])) for key, when in notes.done.items())


# ---- any case at all ------------------------------------------------------------------------------------


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Some openings in the first two hours, and then always."""
    edges = draw(st.lists(st.integers(0, 120), min_size=0, max_size=6, unique=True).map(sorted))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return (*pairs, (150, 1 << 40))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A few resources that several kinds of work share, and a few stories that come in the first hour."""
    capacities = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    resources = range(len(capacities))
    kinds = [
        Kind({r: draw(st.integers(1, capacities[r])) for r in taken}, hours)
        for taken, hours in draw(
            st.lists(
                st.tuples(
                    st.lists(st.sampled_from(resources), min_size=1, max_size=2, unique=True),
                    st.one_of(st.just(ALWAYS), windows()),
                ),
                min_size=1,
                max_size=4,
            )
        )
    ]
    booked = st.integers(1, 30)
    ask = st.builds(
        lambda after, kind, booked, longer, clearance: Ask(
            after, kind, max(0, booked + longer), booked + clearance, clearance
        ),
        after=st.one_of(st.just(0), st.integers(0, 20)),
        kind=st.sampled_from(range(len(kinds))),
        booked=booked,
        longer=st.one_of(st.just(0), st.integers(-30, 60)),
        clearance=st.sampled_from([0, 0, 0, 1, 7]),
    )
    leaves = st.one_of(st.just(NEVER), st.just(NEVER), st.integers(0, 100))
    story = st.builds(Story, st.integers(0, 3), st.lists(ask, min_size=1, max_size=3).map(tuple), leaves)
    stories = draw(st.lists(story, min_size=1, max_size=8))
    return Case(tuple(capacities), tuple(kinds), tuple(stories))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_the_floor_does_what_the_oracle_does(case: Case) -> None:
    """Every piece of work starts and ends at the same minute, whatever is shared, open, overrun or given up."""
    assert played(case) == rows_of(case)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    arrivals=st.lists(st.integers(0, 60), min_size=1, max_size=12).map(sorted),
    lasts=st.lists(st.integers(1, 40), min_size=12, max_size=12),
    booked=st.lists(st.integers(1, 20), min_size=12, max_size=12),
    hours=st.one_of(st.just(ALWAYS), windows()),
    capacity=st.integers(1, 3),
)
def test_more_capacity_never_hurts_a_line(
    arrivals: list[int],
    lasts: list[int],
    booked: list[int],
    hours: tuple[tuple[int, int], ...],
    capacity: int,
) -> None:
    """Where all work needs one unit of the same, one unit more lets nobody start later."""
    stories = tuple(Story(0, (Ask(at, 0, lasts[n], booked[n]),)) for n, at in enumerate(arrivals))
    few, more = (
        played(Case((units,), (Kind({0: 1}, hours),), stories)) for units in (capacity, capacity + 1)
    )
    assert all(with_more[2] <= with_few[2] for with_few, with_more in zip(few, more, strict=True))


# ---- pitfalls, by hand -----------------------------------------------------------------------------------

ONE, BOTH = 0, 1  # kinds of work: with one of two operators, or with both
DAYS = ((0, 200), (1440, 1640))


def of_two(*stories: Story, hours: tuple[tuple[int, int], ...] = ALWAYS) -> dict[int, tuple[int, int]]:
    """When the stories' first pieces begin and end, with two operators."""
    kinds = (Kind({0: 1}, hours), Kind({0: 2}, hours))
    return {row[0]: row[2:4] for row in played(Case((2,), kinds, stories)) if row[1] == 0}


def one(
    at: int, kind: int, lasts: int, due: int = 0, booked: int | None = None, leaves: int = NEVER
) -> Story:
    """A story of one piece of work."""
    return Story(due, (Ask(at, kind, lasts, lasts if booked is None else booked),), leaves)


def test_a_claim_lapses_with_its_last_chance() -> None:
    """What cannot start before tomorrow any more does not keep today's gap from others.

    The first overruns from 100 to 300. The second needs both operators for 50 minutes before 200: its last
    chance is at 150. The third would have put it off until then, and starts at 151.
    """
    times = of_two(one(0, ONE, 300, booked=100), one(5, BOTH, 50), one(60, ONE, 45, due=1), hours=DAYS)
    assert times == {0: (0, 300), 1: (1440, 1490), 2: (151, 196)}


def test_the_last_chance_is_taken() -> None:
    """Both operators are free at 150 sharp: 50 minutes before closing still fit, and the one behind waits."""
    times = of_two(one(0, ONE, 150), one(5, BOTH, 50), one(60, ONE, 100, due=1), hours=DAYS)
    assert times == {0: (0, 150), 1: (150, 200), 2: (1440, 1540)}


def test_a_claim_tomorrow_leaves_the_day() -> None:
    """As booked the second cannot start before tomorrow, so the third need not end before the first does."""
    times = of_two(one(0, ONE, 160), one(5, BOTH, 50), one(10, ONE, 190, due=1), hours=DAYS)
    assert times == {0: (0, 160), 1: (1440, 1490), 2: (10, 200)}


def test_nobody_counts_on_what_is_overdue() -> None:
    """Of two operators one is overdue, and a third task wants the other for so long that it would be missed.

    The second needs the suite as well, which is booked until 100, and one operator. Two will be there by then if
    the overdue one comes back, but it does not.
    """
    kinds = (Kind({0: 1}, ALWAYS), Kind({1: 1}, ALWAYS), Kind({0: 1, 1: 1}, ALWAYS))
    overdue, in_suite, ahead, behind = (
        one(0, 0, 400, booked=20),
        one(0, 1, 100),
        one(5, 2, 30),
        one(50, 0, 80, 1),
    )
    rows = played(Case((2, 1), kinds, (overdue, in_suite, ahead, behind)))
    assert [row[2:4] for row in rows] == [(0, 400), (0, 100), (100, 130), (130, 210)]


def test_a_head_that_leaves_lets_the_next_in_line_go() -> None:
    """At that very minute: single-handed work behind it need not let it go first any more."""
    times = of_two(
        one(0, ONE, 100),
        one(1, BOTH, 50, leaves=20),
        one(2, ONE, 200, due=1),
        one(3, BOTH, 10, due=2),
    )
    assert times == {0: (0, 100), 2: (20, 220), 3: (220, 230)}


def test_an_alarm_for_somebody_who_left_is_harmless() -> None:
    """Asked for at night and given up at night: in the morning the next one starts, and nobody else."""
    times = of_two(one(300, BOTH, 50, leaves=400), one(310, BOTH, 60, due=1), hours=DAYS)
    assert times == {1: (1440, 1500)}


def test_work_in_hand_goes_on_when_its_patient_leaves() -> None:
    """The operator is free at the planned end, not before; what was to follow is not asked for."""
    leaver = Story(0, (Ask(0, BOTH, 60, 60), Ask(0, BOTH, 60, 60)), leaves=30)
    assert of_two(leaver, one(10, ONE, 5)) == {0: (0, 60), 1: (60, 65)}
    rows = played(Case((2,), (Kind({0: 1}, ALWAYS), Kind({0: 2}, ALWAYS)), (leaver,)))
    assert rows == [(0, 0, 0, 60, 60)]


def test_five_end_and_seven_ask_at_one_instant() -> None:
    """All five places are given out again at that minute, by due date and then by patient."""
    before = [one(0, ONE, 10) for _ in range(5)]
    dues = (4, 1, 3, 1, 5, 2, 6)
    after = [one(10, ONE, 10, due) for due in dues]
    rows = played(Case((5,), (Kind({0: 1}, ALWAYS),), (*after, *before)))
    started = {row[0]: row[2] for row in rows}
    assert [started[n] for n in range(7, 12)] == [0] * 5
    assert sorted(range(7), key=lambda n: (started[n], dues[n], n)) == [1, 3, 5, 2, 0, 4, 6]
    assert [started[n] for n in (1, 3, 5, 2, 0, 4, 6)] == [10, 10, 10, 10, 10, 20, 20]


def test_work_with_both_is_not_starved_by_work_with_one() -> None:
    """However much single-handed work keeps coming, the pair waits no longer than for what had begun."""
    singles = [one(at, ONE, 20, due=1) for at in range(0, 400, 7)]
    times = of_two(one(50, BOTH, 30), *singles)
    begun = [ended for n, (started, ended) in times.items() if n and started < 50]
    assert times[0][0] == max(begun)


def test_a_hold_that_is_given_up_is_granted_to_nobody() -> None:
    """Who leaves the line for places leaves nothing behind; the next hold in line is granted at that instant."""
    floor = Floor([], [], Notes())
    places = Capacity(floor, 10)
    granted: list[tuple[str, int]] = []

    def lot(name: str, at: int, units: int) -> Generator[Any, Any, None]:
        yield at
        hold = places.hold(units, (at,), None)
        if name == "leaves":
            yield 5
            places.give_back(hold)
            return
        yield hold
        granted.append((name, int(floor.now)))
        yield 20
        places.give_back(hold, units - 1)
        places.give_back(hold)

    for name, at, units in (("first", 0, 6), ("leaves", 1, 9), ("small", 2, 4)):
        floor.process(lot(name, at, units))
    floor.run()
    assert granted == [("first", 0), ("small", 5)]
    assert (places.free, places.line) == (10, [])
