"""What is promised by the day: how much still fits, what a cancellation gives back, and what it leaves alone."""

from __future__ import annotations

import pytest

from mfg.calendar import DAY
from mfg.plan.compile import plan_of
from mfg.simulation.booked import Booked, Status
from mfg.simulation.cohort import Patient, cohort_of
from mfg.simulation.daybook import DayBook, WorkBook
from mfg.simulation.unit import Unit
from tests.small_unit import ONE_DOSE, people, scenario


def test_a_day_book_has_room_while_its_fullest_day_has() -> None:
    """Three a day, two of them taken on days 2 to 4: one more fits there, and two more only beside these days."""
    book = DayBook(3, 10)
    book.take(2, 4, 2)
    assert book.has_room(0, 9, 1)
    assert not book.has_room(4, 6, 2)
    assert book.has_room(5, 9, 3)
    assert not book.has_room(5, 9, 4)
    book.take(2, 4, -2)
    assert book.has_room(0, 9, 3)


def test_days_before_the_run_are_free_and_not_counted() -> None:
    """A lot that was thawed five days before day 1 takes days 0 and 1; the last days of the book stay as they were."""
    book = DayBook(1, 10)
    book.take(-4, 1)
    assert book.taken == [1, 1, *[0] * 8]
    assert book.has_room(-4, -1)
    assert not book.has_room(-4, 0)


def test_work_fits_into_a_day_side_by_side() -> None:
    """Two places for eight hours hold 5 h and 3 h each and nothing more, in whatever order they were promised."""
    book = WorkBook({0: (8 * 60, 16 * 60)}, side_by_side=2)
    for minutes in (180, 300, 180):
        assert book.has_room(0, minutes)
        book.take(0, minutes)
    assert book.has_room(0, 300)
    assert not book.has_room(0, 301)
    book.take(0, 300)
    assert not book.has_room(0, 1)
    book.give_back(0, 180)
    assert book.has_room(0, 180)
    assert not book.has_room(0, 181)


def test_no_work_fits_into_a_day_that_is_closed_or_too_short() -> None:
    """However many places there are."""
    book = WorkBook({0: (8 * 60, 16 * 60)}, side_by_side=9)
    assert book.has_room(0, 8 * 60)
    assert not book.has_room(0, 8 * 60 + 1)
    assert not book.has_room(1, 1)


@pytest.fixture
def booked() -> tuple[Unit, Patient, list[Booked]]:
    """A course of one dose, booked in empty books."""
    plan = plan_of(scenario(ONE_DOSE, patients=people(1)))
    (patient,), luck = cohort_of(plan, 0)
    unit = Unit(plan, luck)
    unit.assign(patient, 0)
    found = unit.booking.book(patient, 0)
    assert found is not None
    return unit, patient, found[1]


def promised(unit: Unit) -> int:
    """Everything that is taken of rooms, beds, incubator places, lots to begin and doses to fill."""
    books = unit.books
    slots = [book.taken for book in (*books.rooms, *books.beds) if book is not None]
    days = [book.taken for book in (*books.flasks, *books.starts, *books.fills)]
    return sum(map(sum, slots)) + sum(map(sum, days))


def test_a_cancelled_course_leaves_empty_books_however_often_it_is_cancelled(
    booked: tuple[Unit, Patient, list[Booked]],
) -> None:
    """What was taken is given back once."""
    unit, patient, course = booked
    empty = promised(Unit(unit.plan, cohort_of(unit.plan, 0)[1]))
    assert promised(unit) > empty
    for _ in range(2):
        unit.books.cancel(patient, course)
        assert promised(unit) == empty
    assert {one.status for one in course} == {Status.CANCELLED}


@pytest.mark.parametrize("status", [Status.USED, Status.PROPOSED])
def test_what_is_used_or_only_proposed_gives_nothing_back(
    booked: tuple[Unit, Patient, list[Booked]], status: Status
) -> None:
    """A patient who has come keeps the room; a day that is only looked from never had one."""
    unit, patient, course = booked
    before = promised(unit)
    for one in course:
        one.status = status
    unit.books.cancel(patient, course)
    assert promised(unit) == before
    assert {one.status for one in course} == {status}


def test_what_is_moved_is_reserved_again(booked: tuple[Unit, Patient, list[Booked]]) -> None:
    """On later days, with as much promised as before."""
    unit, patient, course = booked
    before, days = promised(unit), [one.day for one in course]
    shift = unit.booking.move(patient, course, {}, 0)
    assert shift is not None
    assert shift >= 1
    assert [one.day - day for one, day in zip(course, days, strict=True)] == [shift] * len(course)
    assert all(one.start // DAY == one.day for one in course)
    assert {one.status for one in course} == {Status.RESERVED}
    assert promised(unit) == before
