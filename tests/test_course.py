"""Courses: what follows what, how often, for whom, and what is refused because it has no place."""

from __future__ import annotations

from datetime import date

import pytest

from mfg.course.template import template_of
from tests.conftest import protocol
from tests.invented import BASE, DAY_0, WEEKLY, course, dose, faults, planned, read, visit

# ---- repeats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "first"), [("previous", 30), ("dose", 30), ("lead-in", 28)], ids=["previous", "named", "a visit"]
)
def test_four_weekly_doses_after_a_first_one_lie_seven_days_apart(of: str, first: int) -> None:
    """In a chain the n-th is the first plus n times `every`, exactly, whatever the first one follows."""
    rule = read(
        DAY_0,
        dose("weekly", f'after = {{ of = "{of}", is = "30 day" }}', WEEKLY),
        visit("lead-in", 'day = "-2 day"'),
        doses='["dose", "weekly"]',
    )
    found = planned(rule)
    assert [found[f"weekly {n}"] for n in (1, 2, 3, 4)] == [first + 7 * n for n in range(4)]
    spans = {e.name: (e.earliest, e.latest) for e in course(rule).events}
    assert spans["weekly 4"] == (first + 21, first + 21)


def test_a_window_of_a_repeated_chain_holds_from_its_first() -> None:
    """Each may lie a day off its day, counted from where the first one lies."""
    window = 'window = { before = "1 day", after = "1 day" }'
    rule = read(
        DAY_0,
        dose("weekly", 'after = { of = "dose", least = "10 day" }', WEEKLY, window),
        doses='["dose", "weekly"]',
    )
    assert planned(rule) == {"dose": 0, "weekly 1": 10, "weekly 2": 17, "weekly 3": 24, "weekly 4": 31}
    gaps = {(g.first, g.then): (g.least, g.most) for g in course(rule).gaps}
    assert [gaps["weekly 1", f"weekly {n}"] for n in (2, 3, 4)] == [(6, 8), (13, 15), (20, 22)]


def test_days_of_each_period_of_a_chain() -> None:
    """Twice a week for two weeks, from two days after day 0."""
    rule = read(
        DAY_0,
        dose(
            "twice",
            'after = { of = "dose", is = "2 day" }',
            'repeat = { every = "1 week", times = 2, on = ["0 day", "3 day"] }',
        ),
        doses='["dose", "twice"]',
    )
    assert planned(rule) == {"dose": 0, "twice 1": 2, "twice 2": 5, "twice 3": 9, "twice 4": 12}


def test_what_follows_the_block_follows_its_last() -> None:
    """`previous` of the event behind a repeated one is its last occurrence."""
    rule = read(
        DAY_0,
        dose("weekly", 'after = { of = "previous", is = "7 day" }', WEEKLY),
        dose("last", 'after = { of = "previous", is = "100 day" }'),
        doses='["dose", "weekly", "last"]',
    )
    assert planned(rule)["last"] == 7 + 21 + 100


def test_an_arm_with_a_part_of_a_block_keeps_its_days() -> None:
    """The third and the fourth occurrence lie where they would lie behind the first two."""
    rule = read(
        DAY_0,
        dose("weekly", 'after = { of = "dose", is = "30 day" }', WEEKLY),
        doses='["dose", "weekly 3", "weekly 4"]',
    )
    assert planned(rule) == {"dose": 0, "weekly 3": 44, "weekly 4": 51}


def test_a_spacing_on_the_grid_binds_each_to_the_one_before() -> None:
    """Doses on a grid with windows, never nearer than three weeks to the one before."""
    rule = read(
        dose(
            "dose",
            'day = "0 day"',
            'window = "7 day"',
            'repeat = { every = "28 day", times = 3 }',
            'after = { of = "previous", least = "21 day" }',
        )
    )
    assert {(g.first, g.then, g.least) for g in course(rule).gaps} == {
        ("dose 1", "dose 2", 21),
        ("dose 2", "dose 3", 21),
    }


@pytest.mark.parametrize(
    ("repeat", "problem"),
    [
        ('{ every = "1 calendar month", times = 3 }', "dose.second.repeat.every: '1 calendar month' is counted in months"),
        ('{ every = "7 day", times = 3, on = ["1 calendar month"] }', "dose.second.repeat.on"),
        ('{ every = "0 day", times = 3 }', "dose.second.repeat: puts two of its occurrences on one day"),
        ('{ every = "7 day", times = 2, on = ["0 day", "7 day"] }', "dose.second.repeat: puts two"),
        ('{ every = "7 day", times = 1, on = ["3 day", "0 day"] }', "a later one before an earlier one"),
        ('{ every = "7 day", times = 1000000000 }', "dose.second.repeat.times: '1000000000' is above 1,000, the most occurrences"),
        ('{ every = "7 day", times = 400, on = ["0 day", "1 day", "2 day"] }', "comes to 1,200 occurrences of a dose"),
        ('{ every = "36525 day", times = 3 }', "dose.second.repeat: comes to 73,050 days of a length of time"),
    ],
)  # fmt: skip
def test_repeats_that_cannot_be_kept_are_refused(repeat: str, problem: str) -> None:
    """Months are added to day 0 only, and no two occurrences fall on one day."""
    second = dose("second", 'after = { of = "dose", is = "7 day" }', f"repeat = {repeat}")
    assert any(problem in fault for fault in faults(DAY_0, second))


# ---- order -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("visits_first", [True, False])
def test_a_dose_follows_a_visit_and_a_visit_a_dose(visits_first: bool) -> None:
    """Whatever the order in the file: conditioning from day 0, the dose two to four days behind its end."""
    visits = [
        visit("conditioning", 'day = "0 day"', 'repeat = { every = "1 day", times = 3 }'),
        visit("check", 'after = { of = "infusion", is = "28 day" }'),
    ]
    infusion = dose("infusion", 'after = { of = "conditioning 3", least = "2 day", most = "4 day" }')
    rule = read(*([*visits, infusion] if visits_first else [infusion, *visits]), doses='["infusion"]')
    found = {e.name: (e.earliest, e.planned, e.latest) for e in course(rule).events}
    assert found["infusion"] == (4, 4, 6)
    assert found["check"] == (32, 32, 34)


def test_what_follows_an_absent_event_is_absent() -> None:
    """A visit after a dose that only one arm receives does not take place in the other."""
    rule = protocol(
        "\n".join(
            [
                '[[arm]]\nname = "two"\ndoses = ["dose", "second"]',
                '[[arm]]\nname = "one"\ndoses = ["dose"]',
                DAY_0,
                dose("second", 'after = { of = "dose", is = "28 day" }'),
                visit("after", 'after = { of = "second", is = "7 day" }'),
                visit("end", 'after = { of = "after", is = "7 day" }'),
                "",
            ]
        ),
        base=BASE,
    )
    days = [
        {e.name: e.planned for e in template_of(rule, a, None).on(date(2026, 3, 12)).events}
        for a in rule.arms
    ]
    assert days == [{"dose": 0, "second": 28, "after": 35, "end": 42}, {"dose": 0}]


SECOND = 'after = { of = "dose", is = "28 day" }'
FRESH = '[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = '
CIRCLE = visit("A", 'after = { of = "B", is = "1 day" }'), visit("B", 'after = { of = "A", is = "1 day" }')


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((DAY_0, *CIRCLE),
         "visit.A.after.of: 'B' closes a circle: A follows B which follows A"),
        ((DAY_0, visit("A", 'after = { of = "A", is = "1 day" }')),
         "visit.A.after.of: 'A' is the event itself"),
        ((DAY_0, visit("A", 'day = "5 day"', 'after = { of = "A", least = "1 day" }')),
         "visit.A.after.of: 'A' is the event itself"),
        ((dose("dose", 'after = { of = "previous", is = "0 day" }'),),
         "dose.dose.after.of: 'previous' is nothing: no dose stands before it in arm all"),
        ((dose("dose", 'after = { of = "previous", is = "0 day" }', WEEKLY),),
         "dose.dose.after.of: 'previous' is nothing: no dose stands before it in arm all"),
        ((dose("dose", 'day = "7 day"'),),
         "dose.dose.day: leaves day 0 empty in arm all"),
        ((dose("dose", 'day = "0 day"', 'window = "1 day"'),),
         "dose.dose.window: stands on the dose of day 0"),
        ((DAY_0, f'{FRESH}"0 day"'),
         "supply.fresh.before: '0 day' lets the collection fall on the day of its dose"),
        ((DAY_0, FRESH + '{ most = "28 day" }'),
         "supply.fresh.before: lets the collection fall on the day of its dose"),
        ((DAY_0, visit("A", 'after = { of = "dose", is = "36 hour" }')),
         "visit.A.after.is: '36 hour' is not a whole number of days"),
        ((DAY_0, visit("A", 'after = { of = "dose", is = "2 day" }', 'window = "3 day"')),
         "visit.A.window.before: reaches back before dose, which it follows"),
        ((DAY_0, visit("A", 'day = "1000 calendar month"'), visit("B", 'after = { of = "A", is = "36525 day" }')),
         "visit.B.after: puts B more than a hundred years from day 0"),
        ((DAY_0, visit("A", 'after = { of = "release", is = "1 day" }')),
         "visit.A.after.of: 'release' is the release of no lot"),
        ((DAY_0, visit("A", 'day = "5 day"', 'after = { of = "release", is = "1 day" }')),
         "visit.A.after.of: 'release' has no day of its own, and this event has one"),
        ((visit("A", 'day = "0 day"', "repeats = true"), dose("dose", 'day = "5 day"')),
         "visit.A.repeats: is bound to no dose"),
        ((DAY_0, '[patient.weight]\nunit = "kg"\nvalid = "28 day"'),
         "patient.weight.valid: '28 day' says how long an observation holds, and nothing says when"),
        ((DAY_0, visit("A", 'day = [{ when = { weight = { above = "50 kg" } }, is = "5 day" }, '
                            '{ when = { weight = { most = "50 kg" } }, is = "6 day" }]'),
          '[patient.weight]\nunit = "kg"'),
         "visit.A.day.when: 'weight' is not known when the course is planned; ask for arm only"),
    ],
)  # fmt: skip
def test_a_course_without_a_place_for_everything_is_refused(lines: tuple[str, ...], fault: str) -> None:
    """At its place, when the file is read, with what is wrong."""
    (found, *_) = faults(*lines)
    assert found.startswith(fault)


def test_a_second_dose_before_the_first_is_refused() -> None:
    """Doses are given in the order in which their arm lists them."""
    (found,) = faults(DAY_0, dose("second", 'day = "-5 day"'), doses='["dose", "second"]')
    assert found.startswith("dose.second.day: puts second on day -5, before dose on day 0, which arm all has")


def test_a_dose_after_an_event_that_its_arm_lacks_is_refused() -> None:
    """An arm that receives a dose has what the dose follows."""
    second = dose("second", 'after = { of = "dose", is = "28 day" }')
    other = '[[arm]]\nname = "other"\ndoses = ["dose"]\n'
    (found,) = faults(DAY_0, second, other, visit("V", 'day = "0 day"'), doses='["second"]')
    assert found.startswith("dose.second.after.of: 'dose' does not take place in arm all, which has the dose")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((visit("A", 'day = "20 day"', 'window = "2 day"', 'after = { of = "dose", least = "28 day" }'),),
         "visit.A.after: leaves A no day: at least 28 days after dose (visit.A.after) and on days 18 to 22 (visit.A.day) exclude"),
        ((visit("A", 'day = "10 day"', 'window = "90 day"', 'after = { of = "B", least = "1 day" }'),
          visit("B", 'day = "10 day"', 'window = "90 day"', 'after = { of = "A", least = "1 day" }')),
         "visit.B.after: leaves B no day: at least 1 day after A (visit.B.after) and A at least 1 day after B"),
        ((visit("A", 'after = { of = "dose", is = "9 day" }'),
          visit("B", 'day = "10 day"', 'after = { of = "A", least = "2 day" }')),
         "visit.B.after: leaves B no day: at least 2 days after A (visit.B.after) and on day 10 (visit.B.day) and A 9 days"),
    ],
)  # fmt: skip
def test_rules_that_exclude_each_other_are_named(lines: tuple[str, ...], fault: str) -> None:
    """The event whose rules close the circle is blamed, and each rule of the circle is told with its path."""
    (found,) = faults(DAY_0, *lines)
    assert found.startswith(fault)


def test_all_faults_of_a_course_are_shown() -> None:
    """One fault does not hide another, and none is told once for each arm or supply."""
    lines = [DAY_0, *CIRCLE, visit("C", 'after = { of = "C", is = "1 day" }')]
    supplies = "".join(f'\n[[supply]]\nname = "{n}"\nkind = "fresh"\nbefore = "28 day"' for n in "xy")
    assert len(faults(*lines, supplies)) == 2


def test_months_are_tried_where_they_are_short() -> None:
    """A month and four weeks exclude each other only for a day 0 whose month is longer than 28 days."""
    visits = visit("A", 'day = "1 calendar month"', 'after = { of = "dose", most = "28 day" }')
    (found,) = faults(DAY_0, visits)
    assert "at most 28 days after dose (visit.A.after) and on day 29" in found
    visits = visit("A", 'day = "1 calendar month"', 'after = { of = "dose", least = "29 day" }')
    (found,) = faults(DAY_0, visits)
    assert "at least 29 days after dose (visit.A.after) and on day 28" in found
