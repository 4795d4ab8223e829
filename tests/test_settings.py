"""Settings: every value is reached by its path, and nothing else is changed."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mfg.errors import Faults, Refused
from mfg.reader.document import leaves, take_off_evidence
from mfg.reader.library import builtin, find, sources
from mfg.reader.numbers import read_number
from mfg.reader.scenarios import PARTS, load_scenario
from mfg.reader.settings import all_places, set_values
from mfg.reader.toml import parse_toml, read_toml

KOREA, NUROWN = "lenzumestrocel-korea", "nurown-phase2"


def documents_of(name: str) -> dict[str, Any]:
    """The trees of a built-in scenario, as they are in the files."""
    found = dict(read_toml(find("scenario", name)))
    return found | {part: dict(read_toml(find(part, found[part]))) for part in PARTS}


def bare(documents: dict[str, Any]) -> dict[str, Any]:
    """Every value by its path, without evidence."""
    own = {key: value for key, value in documents.items() if key not in PARTS}
    found = dict(leaves(take_off_evidence(own, sources())[0]))
    for part in PARTS:
        found |= {
            f"{part}.{path}": value
            for path, value in leaves(take_off_evidence(documents[part], sources())[0])
        }
    return found


def changed(name: str, settings: dict[str, str]) -> dict[str, Any]:
    """What differs in the scenario of that name after *settings*, by path."""
    documents = documents_of(name)
    before = bare(documents)
    assert set_values(documents, settings) == []
    after = bare(documents)
    return {
        path: after.get(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    }


def refusal(name: str, key: str, text: str) -> Refused:
    """Why a setting cannot be made."""
    (fault,) = set_values(documents_of(name), {key: text})
    return fault


@pytest.mark.parametrize("name", builtin("scenario"))
def test_every_path_that_is_shown_can_be_set_and_nothing_else_changes(name: str) -> None:
    """Each number, set to what it is, keeps its value; only its own evidence changes."""
    documents = documents_of(name)
    before = bare(documents)
    for number in load_scenario(name).numbers:
        if number.path.startswith("protocol.example."):
            continue
        tree = deepcopy(documents)
        path = number.path.removesuffix(".is")
        assert set_values(tree, {path: str(number.value)}) == []
        assert {key.removesuffix(".is"): str(value) for key, value in bare(tree).items()} == {
            key.removesuffix(".is"): str(value) for key, value in before.items()
        }
        node = all_places(tree)[path].value
        assert node["assumed"] == "set for this run"


def test_each_of_several_legs_of_one_name_has_its_own_path() -> None:
    """By its ends; the name alone is refused with all of them, and a star reaches them all."""
    path = "site.leg.clinic to facility, boston to east.lasts"
    assert set(changed(NUROWN, {path: "1 hour"})) >= {f"{path}.median"}
    assert all("boston to east" in one for one in changed(NUROWN, {path: "1 hour"}))
    said = refusal(NUROWN, "clinic to facility.lasts", "1 hour")
    assert "any to any" in said.remedy
    assert "boston to east" in said.remedy
    moved = changed(NUROWN, {"*.clinic to facility, *.lasts": "x2"})
    assert {one.split(", ")[1].partition(".")[0] for one in moved} == {
        "any to any",
        "boston to east",
        "worcester to east",
        "rochester to midwest",
    }
    assert moved["site.leg.clinic to facility, any to any.lasts.median"] == "24 hour"
    assert "site.leg.clinic to facility, any to any.lasts.spread" not in moved


def test_a_star_reaches_every_value_of_one_name() -> None:
    """Contamination of all work and of the marrow in one word."""
    moved = changed(KOREA, {"*.contaminates": "x2"})
    assert len(moved) == 6
    assert {str(value) for value in moved.values()} == {"0.04 %"}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("gmp.suites", "x2", 4),
        ("gmp.suites", "+1", 3),
        ("gmp.suites", "-1", 1),
        ("gmp.suites", "5", 5),
        ("gmp.overtime", "+30 minute", "2.5 hour"),
        ("gmp.overtime", "+1", "3 hour"),
        ("gmp.overtime", "-10%", "1.8 hour"),
        ("gmp.incubator", "+1", "721 flask"),
        ("collect.fails", "x0.5", "0.5 %"),
        ("start", "+7 day", None),
    ],
)
def test_a_factor_or_a_step(key: str, text: str, value: object) -> None:
    """Changes the value in its own unit, and whole numbers stay whole."""
    ((path, after),) = changed(KOREA, {key: text}).items()
    assert path.endswith(key)
    assert str(after) == str(value) if value is not None else str(after) == "2018-01-08"


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("gmp.suites", "x1.3", "2.6 of 2"),
        ("collect.fails", "+10%", "could be points or a part"),
        ("gmp.overtime", "+1 mL", "cannot be added to 2 hour"),
        ("gmp.formulate", "x2", "changes a number"),
        ("contaminates", "x2", "could mean 6 things"),
        ("facility.gmp", "x2", "is a table of several values"),
        ("gmp.suits", "2", "names nothing"),
        ("gmp.suites", "two", "is not a plain number"),
        ("gmp.medium_on", "[Mon]", "is not TOML"),
    ],
)
def test_what_cannot_be_set_is_refused(key: str, text: str, problem: str) -> None:
    """With what is there, so that the next try succeeds."""
    fault = refusal(KOREA, key, text)
    assert problem in f"{fault.given} {fault.problem}"
    assert fault.remedy


def test_a_wrong_path_shows_the_right_one_with_its_value() -> None:
    """So that nobody needs to open the file."""
    assert "site.facility.gmp.suites (2)" in refusal(KOREA, "gmp.suits", "2").remedy


@pytest.mark.parametrize(
    ("key", "text", "path", "value"),
    [
        ("collect.starts", "1", None, None),
        ("late", "60 day", "late", "60 day"),
        ("policy.order", "first-come", "policy.order", "first-come"),
        ("give_up_after", "90 day", "policy.give_up_after", "90 day"),
        ("work.draw.fails", "1 %", "site.work.draw.fails", "1 %"),
    ],
)
def test_a_key_that_the_file_leaves_out_can_be_set(
    key: str, text: str, path: str | None, value: str | None
) -> None:
    """If its class has it; a key that no class has names nothing."""
    if path is None:
        assert "names nothing" in refusal(KOREA, key, text).problem
    else:
        assert changed(KOREA, {key: text}) == {path: value}


def test_settings_are_made_in_their_order() -> None:
    """A table and then a part of it."""
    both = {"work.passage.lasts": '{ least = "1 hour", most = "2 hour" }', "work.passage.lasts.most": "x2"}
    assert changed(KOREA, both)["site.work.passage.lasts.most"] == "4 hour"


def test_a_number_is_read_alike_wherever_it_is_written() -> None:
    """What a file refuses where it has a number, a setting refuses too, and what both take is one number."""
    for text in NUMBERS:
        try:
            filed: object = parse_toml(f"x = {text}", text)["x"]
        except Faults:
            filed = None
        try:
            set_ = read_number(text)
        except Refused:
            set_ = None
        assert (set_, type(set_)) == (filed, type(filed)), text


NUMBERS = [
    *("0", "1", "-1", "10", "2.50", "-0.5", "1e5", "1E5", "1e+5", "1e-05", "6e99", "18446744073709551615"),
    *("01", "1_0", "1.0_1", "1e1_0", "+1", "--1", ".5", "5.", "1e", "e5", "0x1", "0b1", "0o7", "1.2.3"),
    *("nan", "sNaN", "inf", "-inf", "Infinity", "1e100", "1e-100", "1e9999999", "1e99999999999999999999"),
    *("1" * 65, "1" * 5000, "18446744073709551616", "\u0663", "1\u0660", "\uff11", "1 0"),
]


@given(st.text(alphabet="0123456789_+-.eEainf\u0663", min_size=1, max_size=8))
def test_any_text_is_one_number_for_both(text: str) -> None:
    """The same for whatever one might mistype; dates and signs that a setting takes for a step apart."""
    assume(not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", text))
    try:
        filed = parse_toml(f"x = {text}", text)["x"]
    except Faults:
        filed = None
    try:
        set_ = read_number(text)
    except Refused:
        set_ = None
    assert (set_, type(set_)) == (filed, type(filed))


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("suites", "1e9999999", "is a number out of reach"),
        ("suites", "1_0", "is not a plain number"),
        ("suites", "\u0663", "is not a plain number"),
        ("suites", " 3 ", "is not a plain number"),
        ("suites", "inf", "is not a plain number"),
        ("suites", "sNaN", "is not a plain number"),
        ("suites", "1" * 5000, "comes to 5,000 characters of a number, and there may be 64"),
        ("doubling.spread", "nan", "is not a plain number"),
        ("seed", "1e400", "is a number out of reach"),
        ("title", "\udcff", "holds what is no letter"),
        ("title", "a\0b", "holds what is no letter"),
        ("start", "+1.5", "is no whole number of days"),
        ("start", "+999999999 day", "there may be 36,525"),
        ("suites", "x999999999999999", None),
        ("incubator", "x999999999999999", None),
    ],
)
def test_what_no_file_could_hold_is_not_set(key: str, text: str, problem: str | None) -> None:
    """It is refused where it was typed, and before anything is reckoned with it; what is only large is judged later."""
    documents = documents_of("lenzumestrocel-phase2")
    faults = set_values(documents, {key: text})
    assert [fault.where for fault in faults] == ([f"settings {key}"] if problem else [])
    assert all(problem in fault.problem for fault in faults if problem)


def test_settings_in_python_are_text_as_typed() -> None:
    """A number in its place would be read by another rule."""
    said = refusal(KOREA, "suites", 3)  # type: ignore[arg-type]
    assert (said.problem, said.remedy) == ("is no text", "write it as it is typed: '3'")
