"""Courses at random: whatever is read can be planned, and its days keep every rule."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mfg import Faults, Refused, schedule
from mfg.course.arrange import arrange
from mfg.course.template import template_of
from mfg.protocol.protocol import Protocol
from tests.conftest import protocol
from tests.invented import BASE

NAMES = ("d1", "d2", "v1", "v2", "v3")
DAYS = {"d": st.integers(5, 60), "v": st.integers(-20, 60)}
SPACINGS = st.sampled_from(
    [
        'is = "7 day"',
        'is = "48 hour"',
        'least = "2 day"',
        'most = "9 day"',
        'least = "30 hour", most = "12 day"',
    ]
)
OPTIONAL = st.sampled_from(
    [
        'window = { after = "3 day" }',
        'repeat = { every = "7 day", times = 3 }',
        'repeat = { every = "5 day", times = 2, on = ["0 day", "2 day"] }',
        'when = { arm = "A" }',
        'when = { response = "yes" }',
        'when = { supply = "stock" }',
        "inpatient = true",
    ]
)


@st.composite
def events(draw: st.DrawFn, name: str, others: list[str]) -> str:
    """One dose or visit, on the grid or in a chain or both."""
    followed = st.sampled_from([*others, *others, "d0", "d0", "previous", "baseline", "release"])
    keys = [f"[[{'dose' if name[0] == 'd' else 'visit'}]]", f'name = "{name}"']
    placed = draw(st.sampled_from(["day", "after", "after", "both"]))
    if placed != "after":
        keys.append(f'day = "{draw(DAYS[name[0]])} day"')
    if placed != "day":
        keys.append(f'after = {{ of = "{draw(followed)}", {draw(SPACINGS)} }}')
    extra = draw(st.lists(OPTIONAL, max_size=2, unique_by=lambda key: key.partition(" ")[0]))
    return "\n".join([*keys, *extra])


@st.composite
def files(draw: st.DrawFn) -> str:
    """A protocol with a dose on day 0, two arms, two supplies, and events of every kind."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
    doses = [f'"{name}"' for name in ("d0", *sorted(names)) if name[0] == "d"]
    return "\n".join(
        [
            '[patient.response]\none_of = ["yes", "no"]',
            f'[[arm]]\nname = "A"\ndoses = [{", ".join(doses)}]\n[[arm]]\nname = "B"\ndoses = ["d0"]',
            '[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = { least = "20 day", most = "25 day" }',
            '[[supply]]\nname = "stock"\nkind = "stock"',
            '[[dose]]\nname = "d0"\nday = "0 day"',
            *(draw(events(name, [o for o in names if o != name])) for name in names),
            "",
        ]
    )


def every_course(rule: Protocol) -> None:
    """Plan all of them."""
    for arm in rule.arms:
        for supply in rule.supplies:
            for response in ({}, {"response": "yes"}, {"response": "no"}):
                found = schedule(
                    rule, baseline="2026-03-12", arm=arm.name, supply=supply.name, given=response
                )
                assert found.undated == () or found.findings
                template = template_of(rule, arm, supply, response)
                course = template.on(date(2026, 3, 12))
                days, stuck = arrange(course, lambda _, day: day % 7 not in (2, 3))
                assert len({event.name for event in course.events}) == len(course.events)
                days |= {"baseline": 0}
                for gap in course.gaps if not stuck else ():
                    assert gap.least <= days[gap.then] - days[gap.first] <= gap.most
                for event in course.events:
                    assert event.earliest <= event.planned or event.planned <= event.latest
                    assert stuck or event.earliest <= days[event.name] <= event.latest


@settings(max_examples=50, deadline=None)
@given(files())
def test_what_is_read_can_be_planned(text: str) -> None:
    """For every arm, supply and patient, or the file is refused; and no day breaks a spacing or a window."""
    faults: tuple[Refused, ...] = ()
    try:
        rule = protocol(text, base=BASE)
    except Faults as refused:
        faults = refused.faults
    if not faults:
        every_course(rule)
    assert all(fault.where and fault.remedy for fault in faults)
