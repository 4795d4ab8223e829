"""Choosing days: the same as trying all of them, and never as long."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from mfg.course.arrange import arrange
from mfg.course.network import Course, Event
from mfg.course.pieces import BASELINE, FREE, Gap


def event(name: str, planned: int, earliest: int, latest: int) -> Event:
    """A dose between two days."""
    return Event("dose", name, planned, earliest, latest, f"dose.{name}", name, None)


def tried_all(course: Course, closed: set[int]) -> dict[str, int] | None:
    """The first answer among all days, those of an earlier event decided first, nearest days first."""
    for days in product(*(event.nearest() for event in course.events)):
        at = {BASELINE: 0} | {event.name: day for event, day in zip(course.events, days, strict=True)}
        if closed.isdisjoint(days) and all(
            gap.least <= at[gap.then] - at[gap.first] <= gap.most for gap in course.gaps
        ):
            return at
    return None


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """Three events that two to four gaps bind together, each within a few days of its plan."""
    plans = sorted(draw(st.lists(st.integers(0, 6), min_size=3, max_size=3)))
    wide = st.integers(0, 3)
    events = tuple(event(f"e{n}", day, day - draw(wide), day + draw(wide)) for n, day in enumerate(plans))
    pairs = [(BASELINE, "e1"), ("e0", "e1"), ("e1", "e2"), ("e0", "e2")]
    gaps = []
    for first, then in [*pairs[1:3], *draw(st.lists(st.sampled_from([pairs[0], pairs[3]]), unique=True))]:
        least = draw(st.integers(-2, 4))
        gaps.append(Gap(first, then, least, least + draw(st.integers(0, 4)), ""))
    return Course(events, tuple(gaps))


@settings(max_examples=300, deadline=None)
@given(courses(), st.sets(st.integers(-3, 9)))
def test_the_days_are_those_of_trying_them_all(course: Course, closed: set[int]) -> None:
    """Each event has the allowed day nearest to its plan that leaves those after it one; or there is no answer."""
    days, stuck = arrange(course, lambda _, day: day not in closed)
    expected = tried_all(course, closed)
    assert bool(stuck) == (expected is None)
    if expected is not None:
        assert days | {BASELINE: 0} == expected


def test_a_course_of_many_events_is_arranged_at_once() -> None:
    """Ten events each a week after the other, and the first of them free: few days are asked for, not all of ten powers."""
    events = tuple(event(f"e{n}", 7 * n, -FREE, FREE) for n in range(10))
    gaps = tuple(Gap(f"e{n}", f"e{n + 1}", 7, 7, "") for n in range(9))
    asked = []

    def allowed(event: Event, day: int) -> bool:
        asked.append(event)
        return day % 7 == 3 if event.name == "e9" else day % 7 != 0

    days, stuck = arrange(Course(events, gaps), allowed)
    assert not stuck
    assert days == {f"e{n}": 7 * n + 3 for n in range(10)}
    assert len(asked) < 2_000


def test_what_no_day_allows_is_given_up_at_once() -> None:
    """Two events a day apart of which one needs an even day and the other too: each day is asked for once or twice."""
    events = tuple(event(f"e{n}", n, -FREE, FREE) for n in range(8))
    gaps = tuple(Gap(f"e{n}", f"e{n + 1}", 1, 1 if n == 6 else 3, "") for n in range(7))
    asked = []

    def allowed(event: Event, day: int) -> bool:
        asked.append(event)
        return day % 2 == 0

    _, stuck = arrange(Course(events, gaps), allowed)
    assert stuck
    assert len(asked) < 20_000
