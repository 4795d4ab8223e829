"""What a calendar shows of events that may come, that have no date yet, or that the clock decides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest

from mfg import Refused, schedule
from mfg.course.template import template_of
from mfg.protocol.protocol import Protocol
from tests.conftest import Said, protocol
from tests.invented import BASE, DAY_0, THURSDAY, dose, read, visit

RESPONSE = '[patient.response]\none_of = ["yes", "no"]\n[patient.weight]\nunit = "kg"\nmost = "200 kg"\n'
IF_YES = 'when = { response = "yes" }'


def shown(rule: Protocol, **given: str) -> dict[str, tuple[int | None, str]]:
    """Day and condition of every event in the calendar."""
    found = schedule(rule, baseline=THURSDAY, given=given)
    return {e.name: (e.day, e.condition) for e in found.events}


# ---- conditions ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def adaptive() -> Protocol:
    """A second dose for those who respond, a third for the heavy ones among them."""
    return read(
        RESPONSE,
        DAY_0,
        dose("second", 'after = { of = "dose", is = "28 day" }', IF_YES),
        dose("third", 'after = { of = "second", is = "28 day" }', 'when = { weight = { above = "50 kg" } }'),
        visit("rescue", 'day = "35 day"', 'when = { response = "no" }'),
        doses='["dose", "second", "third"]',
    )


def test_what_is_not_decided_is_shown_as_conditional(adaptive: Protocol) -> None:
    """With the dates that follow if it takes place; what follows a conditional event is as conditional as it."""
    assert shown(adaptive) == {
        "dose": (0, ""),
        "second": (28, "if response is yes"),
        "rescue": (35, "if response is no"),
        "third": (56, "if response is yes and weight is above 50 kg"),
    }


def test_what_is_given_decides(adaptive: Protocol) -> None:
    """An event is in, without a condition, or out, and so is what follows it."""
    assert shown(adaptive, response="no") == {"dose": (0, ""), "rescue": (35, "")}
    assert shown(adaptive, response="yes", weight="50 kg") == {"dose": (0, ""), "second": (28, "")}
    assert shown(adaptive, response="yes", weight="50.1 kg")["third"] == (56, "")
    assert shown(adaptive, weight="60 kg")["third"] == (56, "if response is yes")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"respnse": "yes"}, "given respnse: 'yes' is nothing that this protocol asks for"),
        ({"response": "maybe"}, "given response: 'maybe' is not allowed; use one of yes, no"),
        ({"weight": "60 lb"}, "a weight is in kg here"),
        ({"weight": "201 kg"}, "given weight: '201 kg' is outside at most 200 kg"),
    ],
)
def test_what_cannot_be_given_is_refused(adaptive: Protocol, given: dict[str, str], problem: str) -> None:
    """A name that is not declared, or a value that it cannot have."""
    with pytest.raises(Refused, match=problem):
        shown(adaptive, **given)


def test_arm_and_supply_decide_at_once() -> None:
    """Events for one arm or one supply are in its calendar, unconditionally, and in no other."""
    text = (
        '[[arm]]\nname = "A"\ndoses = ["dose"]\n[[arm]]\nname = "B"\ndoses = ["dose"]\n'
        '[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = "28 day"\n'
        '[[supply]]\nname = "stock"\nkind = "stock"\n'
    )
    visits = [
        visit("scan", 'day = "9 day"', 'when = { arm = "A" }'),
        visit("thawing", 'day = "-1 day"', 'when = { supply = "stock" }'),
    ]
    rule = protocol(text + "\n".join([DAY_0, *visits, ""]), base=BASE)
    names = {
        (arm, supply): {e.name for e in schedule(rule, baseline=THURSDAY, arm=arm, supply=supply).events}
        for arm in "AB"
        for supply in ("fresh", "stock")
    }
    assert {key for key, events in names.items() if "scan" in events} == {("A", "fresh"), ("A", "stock")}
    assert {key for key, events in names.items() if "thawing" in events} == {("A", "stock"), ("B", "stock")}
    with pytest.raises(Refused, match="arm: is needed: the course differs; use one of A, B"):
        schedule(rule, baseline=THURSDAY)
    with pytest.raises(Refused, match="arm: 'C' is no arm of this protocol; use one of A, B"):
        schedule(rule, baseline=THURSDAY, arm="C")
    with pytest.raises(
        Refused, match="supply: 'bank' is no supply of this protocol; use one of fresh, stock"
    ):
        schedule(rule, baseline=THURSDAY, arm="A", supply="bank")


def test_the_supply_is_named_where_there_is_a_choice(mfg: Callable[..., Said]) -> None:
    """In the calendar that it decides; and none is taken where the protocol has none."""
    for name in ("lenzumestrocel-phase3", "lenzumestrocel-phase2"):
        protocol_arm = ("--arm", "five-dose") if name.endswith("3") else ("--arm", "msc")
        head = mfg("schedule", name, *protocol_arm, "--baseline", THURSDAY).out.splitlines()[0]
        assert ("supply bank" in head) == name.endswith("3")
    with pytest.raises(Refused, match="supply: 'bank' is no supply: this protocol has none; leave it out"):
        schedule(read(DAY_0), baseline=THURSDAY, supply="bank")


def test_a_condition_stands_in_the_table_and_in_the_calendar_file(
    mfg: Callable[..., Said], tmp_path: Path
) -> None:
    """Beside the event that it decides, until `--given` decides it."""
    file, ics = tmp_path / "adaptive.toml", tmp_path / "one.ics"
    second = dose("second", 'day = "28 day"', IF_YES)
    arm = '[[arm]]\nname = "all"\ndoses = ["dose", "second"]'
    file.write_text(f"{BASE}{RESPONSE}{arm}\n{DAY_0}\n{second}\n")
    asked = ("schedule", file, "--baseline", THURSDAY, "--ics", ics)
    (row,) = [line for line in mfg(*asked).out.splitlines() if "second" in line]
    assert row.endswith("if response is yes")
    assert b"if response is yes" in ics.read_bytes().replace(b"\r\n ", b"")
    assert "if response" not in mfg(*asked, "--given", "response=yes").out
    assert "second" not in mfg(*asked, "--given", "response=no").out
    assert mfg(*asked, "--given", "response=maybe").status == 2


def test_the_collection_of_a_conditional_dose_is_conditional() -> None:
    """A fresh lot is collected for the dose only; a bank serves the certain doses too."""
    supplies = [f'[[supply]]\nname = "{n}"\nkind = "{n}"\nbefore = "20 day"' for n in ("fresh", "bank")]
    second = dose("second", 'day = "28 day"', IF_YES)
    rule = read(RESPONSE, *supplies, DAY_0, second, doses='["dose", "second"]')
    found = {s: schedule(rule, baseline=THURSDAY, supply=s).events for s in ("fresh", "bank")}
    conditions = {s: [e.condition for e in events if e.kind == "collection"] for s, events in found.items()}
    assert conditions == {"fresh": ["", "if response is yes"], "bank": [""]}


# ---- without a date ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def waiting() -> Protocol:
    """Conditioning from two days after the release, the infusion two to four days after its end, a visit a month on."""
    return read(
        '[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = "28 day"',
        dose("infusion", 'after = { of = "conditioning 3", least = "2 day", most = "4 day" }'),
        visit("screening", 'day = "-7 day"', 'kind = "screening"'),
        visit(
            "conditioning",
            'after = { of = "release", least = "2 day" }',
            'repeat = { every = "1 day", times = 3 }',
        ),
        visit("month", 'after = { of = "infusion", is = "28 day" }', 'window = "3 day"'),
        doses='["infusion"]',
    )


def test_what_follows_a_floating_event_floats(waiting: Protocol) -> None:
    """The template keeps what each waits for and how long, for whoever knows when the lot is released."""
    template = template_of(waiting, waiting.arms[0], waiting.supply())
    found = {
        e.name: (e.follows, e.least, e.most, e.dose) for e in template.floating if e.kind != "collection"
    }
    free = 10**6
    assert found == {
        "conditioning 1": ("release", 2, free, "infusion"),
        "conditioning 2": ("conditioning 1", 1, 1, None),
        "conditioning 3": ("conditioning 1", 2, 2, None),
        "infusion": ("conditioning 3", 2, 4, "infusion"),
        "month": ("infusion", 25, 31, None),
    }
    assert template.doses == {"infusion"}
    assert [event.name for event in template.planned] == ["screening"]


def test_the_calendar_shows_what_has_no_date_and_says_so(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """The whole course, each event with what it waits for; never "everything fits" without a date for every dose."""
    file, ics = tmp_path / "floating.toml", tmp_path / "one.ics"
    file.write_text(
        BASE
        + '[[arm]]\nname = "all"\ndoses = ["dose"]\n'
        + '[[supply]]\nname = "fresh"\nkind = "fresh"\nbefore = "28 day"\n'
        + dose("dose", 'after = { of = "release", least = "2 day" }')
        + "\n"
        + visit("screening", 'day = "-7 day"')
        + "\n"
        + visit("check", 'after = { of = "dose", least = "48 hour" }')
    )
    said = mfg("schedule", file, "--baseline", THURSDAY, "--ics", ics)
    assert said.status == 0
    assert "everything fits" not in said.out
    assert "what has a date fits; without a date: dose" in said.out
    assert "dose: has no date: when its lot is released, at least 2 days later" in said.out
    rows = {e["name"]: e for e in mfg("schedule", file, "--baseline", THURSDAY, "--json").json["events"]}
    assert {name: (row["date"], row["waits"]) for name, row in rows.items()} == {
        "screening": ("2026-03-05", ""),
        "dose": (None, "when its lot is released, at least 2 days later"),
        "check": (None, "at least 48 hours after dose"),
        "collection 1": (None, "before dose, as soon as there is an appointment"),
    }
    assert len(icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")) == 1


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ('{ of = "release", is = "0 day" }', "when its lot is released"),
        ('{ of = "release", is = "1 day" }', "when its lot is released, 1 day later"),
        (
            '{ of = "release", least = "1 day", most = "5 day" }',
            "when its lot is released, 1 day to 5 days later",
        ),
        ('{ of = "release", most = "36 hour" }', "when its lot is released, at most 36 hours later"),
    ],
)
def test_a_spacing_behind_the_release_is_said(after: str, words: str) -> None:
    """As the file has it."""
    (event, *_) = schedule(read(dose("dose", f"after = {after}")), baseline=THURSDAY).events
    assert event.waits == words
