"""Courses: what follows what, how often, for whom, and what is refused because it has no place."""

from __future__ import annotations

from datetime import date

import pytest

from mfg import Faults
from mfg.course.network import Course
from mfg.course.template import template_of
from mfg.protocol.protocol import Protocol
from tests.conftest import protocol

BASE = """
schema = "protocol-1"
name = "invented"
donor = "autologous"
[[route]]
name = "intravenous"
cells = "1e6 cell"
"""
THURSDAY = "2026-03-12"


def read(*lines: str, doses: str = '["dose"]') -> Protocol:
    """An invented protocol whose one arm has *doses*."""
    return protocol(f'[[arm]]\nname = "all"\ndoses = {doses}\n' + "\n".join(lines) + "\n", base=BASE)


def dose(name: str, *keys: str) -> str:
    """A [[dose]] of that name."""
    return "\n".join(["[[dose]]", f'name = "{name}"', *keys])


def visit(name: str, *keys: str) -> str:
    """A [[visit]] of that name."""
    return "\n".join(["[[visit]]", f'name = "{name}"', *keys])


def course(rule: Protocol, day0: str = THURSDAY) -> Course:
    """The course of the first arm under the first supply."""
    return template_of(rule, rule.arms[0], rule.supply()).on(date.fromisoformat(day0))


def planned(rule: Protocol, day0: str = THURSDAY) -> dict[str, int]:
    """The planned day of every event."""
    return {event.name: event.planned for event in course(rule, day0).events}


def faults(*lines: str, doses: str = '["dose"]') -> list[str]:
    """What is wrong with an invented protocol."""
    with pytest.raises(Faults) as found:
        read(*lines, doses=doses)
    return [str(fault) for fault in found.value.faults]


DAY_0 = dose("dose", 'day = "0 day"')
WEEKLY = 'repeat = { every = "7 day", times = 4 }'


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
        ('{ every = "7 day", times = 1000000000 }', "dose.second.repeat.times: '1000000000' are more than"),
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
