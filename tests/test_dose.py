"""The dose of one patient, against arithmetic that owes it nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pint import UnitRegistry

from mfg import Refused, audit, dose, load_protocol, schedule
from mfg.reader.library import find
from mfg.units import quantity_of
from tests.conftest import MINIMAL, Said, protocol

PHASE2 = load_protocol("lenzumestrocel-phase2")


@pytest.mark.parametrize("name", ["lenzumestrocel-phase2", "lenzumestrocel-korea"])
def test_every_weight_equals_integer_arithmetic(name: str) -> None:
    """1e6 cells per kg at 1e7 per mL in syringes of 5 mL, for 30.0 to 150.0 kg in steps of 0.1."""
    rule = load_protocol(name)
    for tenths in range(300, 1501):
        order = dose(rule, arm=rule.arms[0].name, weight=f"{tenths // 10}.{tenths % 10} kg")
        (given,) = order.administrations
        hundredths = tenths  # of a mL: 0.1 mL for each kg
        fills = [500] * (hundredths // 500) + ([hundredths % 500] if hundredths % 500 else [])
        assert order.total_cells == tenths * 100_000
        assert given.cells == tenths * 100_000
        assert given.volume_mL is not None
        assert given.volume_mL * 100 == hundredths
        assert [box.fill_mL * 100 for box in given.containers if box.fill_mL is not None] == fills


def test_the_papers_patient(mfg: Callable[..., Said]) -> None:
    """72 kg: 72 million cells, 7.2 mL, which does not fit one syringe of 5 mL."""
    said = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg", "--json")
    assert said.status == 0
    order = said.json
    assert order["total_cells"] == 72_000_000
    (given,) = order["administrations"]
    assert (given["cells"], given["cells_per_kg"], given["volume_mL"], given["sites"]) == (
        72_000_000,
        1e6,
        7.2,
        1,
    )
    assert [(box["kind"], box["nominal_mL"], box["fill_mL"]) for box in given["containers"]] == [
        ("syringe", 5, 5),
        ("syringe", 5, 2.2),
    ]
    (capacity,) = [f for f in order["findings"] if f["rule"] == "container-capacity"]
    assert capacity["level"] == "note"
    assert "5 mL syringe" in capacity["message"]
    assert "Oh et al., Ann Neurol 2018;84:361-373" in capacity["evidence"]


def test_two_routes_without_a_weight(mfg: Callable[..., Said]) -> None:
    """NurOwn: 125 million in one syringe and 48 million over 24 sites; volumes are not stated, so they are null."""
    order = mfg("dose", "nurown-phase2", "--arm", "active", "--json").json
    assert order["total_cells"] == 173_000_000
    spine, muscle = order["administrations"]
    assert (spine["cells"], spine["volume_mL"], spine["containers"][0]["nominal_mL"]) == (
        125_000_000,
        None,
        5,
    )
    assert spine["containers"][0]["fill_mL"] is None
    assert (muscle["cells"], muscle["sites"], muscle["cells_per_site"], muscle["volume_mL"]) == (
        48_000_000,
        24,
        2_000_000,
        None,
    )
    assert [(box["nominal_mL"], box["fill_mL"]) for box in muscle["containers"]] == [(1, None)] * 24
    assert any("weight plays no part" in finding["message"] for finding in order["findings"])


def test_a_fixed_dose_says_that_the_weight_is_not_used(mfg: Callable[..., Said]) -> None:
    """Asked with a weight all the same, the dose does not change."""
    order = mfg("dose", "cl2020-phase2", "--weight", "80 kg", "--json").json
    assert order["total_cells"] == 15_000_000
    assert any(finding["rule"] == "weight-not-used" for finding in order["findings"])


@pytest.mark.parametrize(
    ("drawn", "status", "word"),
    [("25mL", 0, "suffice"), ("6 mL", 1, "do not suffice"), ("7.2 mL", 1, "suffice")],
)
def test_the_spinal_fluid_suffices_or_not(
    mfg: Callable[..., Said], drawn: str, status: int, word: str
) -> None:
    """What was drawn is held against the volume of the product and against what the protocol asks to be drawn."""
    said = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72 kg", "--csf", drawn, "--json")
    found = {f["rule"]: f for f in said.json["findings"]}
    assert word in found["vehicle-volume"]["message"]
    assert ("vehicle-drawn" in found) == (drawn != "25mL")
    assert (found["vehicle-volume"]["level"] == "error") == ("do not" in word)
    assert said.status == (1 if "do not" in word else 0) or status == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["lenzumestrocel-phase2", "--arm", "msc"], "weight"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight", "700 kg"], "250 kg"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight", "7.0 kg"], "20 kg"),
        (["lenzumestrocel-phase2", "--weight", "72 kg", "--arm", "control"], "no dose"),
        (["lenzumestrocel-phase2", "--weight", "72 kg", "--arm", "mcs"], "msc"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight", "72 kg", "--dose", "third"], "dose 2"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight", "72 kg", "--given", "cohort=2"], "asks for"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight", "72 kg", "--given", "cohort"], "NAME=VALUE"),
        (["nurown-phase2", "--arm", "active", "--csf", "25 mL"], "no use"),
        (["lenzumestrocell-phase2", "--weight", "72 kg"], "lenzumestrocel-phase2"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight", "-72 kg"], "negative"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weight"], "requires an argument"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--wieght", "72 kg"], "--weight"),
        (["lenzumestrocel-phase2", "--arm", "msc", "--weigh", "72 kg"], "--weight"),
    ],
)
def test_a_dose_is_never_guessed(mfg: Callable[..., Said], arguments: list[str], word: str) -> None:
    """What is missing, unknown or out of reach is refused on stderr with status 2, and stdout stays empty."""
    said = mfg("dose", *arguments)
    assert said.status == 2
    assert said.out == ""
    assert word in said.err
    assert "Traceback" not in said.err


def test_an_arm_is_asked_for_where_a_placebo_or_nothing_is_the_difference() -> None:
    """A control that is given nothing is an arm like others; every arm is listed with what it gives."""
    with pytest.raises(Refused, match=r"arm: is needed.*msc \(product\), control \(nothing\)"):
        dose(PHASE2, weight="72 kg")
    phase3 = load_protocol("lenzumestrocel-phase3")
    arms = r"two-dose \(lenzumestrocel and placebo\), five-dose \(lenzumestrocel\), control \(placebo\)"
    with pytest.raises(Refused, match=rf"arm: is needed.*{arms}"):
        dose(phase3, weight="72 kg")
    assert dose(phase3, arm="five-dose", weight="72 kg").total_cells == 72_000_000
    assert dose(phase3, arm="control").total_cells == 0


def test_a_dose_is_asked_for_where_another_one_is_a_placebo() -> None:
    """The boosters of two doses hold no cells, and the order of one says so of that dose, not of its arm."""
    phase3 = load_protocol("lenzumestrocel-phase3")
    with pytest.raises(Refused, match=r"dose: is needed.*dose 1 \(lenzumestrocel\).*booster 3 \(placebo\)"):
        dose(phase3, arm="two-dose", weight="72 kg")
    empty = dose(phase3, arm="two-dose", dose="booster 1", weight="72 kg")
    assert empty.total_cells == 0
    said = [finding.message for finding in empty.findings if finding.rule == "placebo"]
    assert said == ["booster 1 of arm two-dose holds no cells: cerebrospinal fluid without cells"]
    order = dose(phase3, arm="two-dose", dose="dose 1", weight="72 kg")
    assert order.total_cells == 72_000_000
    assert any("booster 3" in finding.message for finding in order.findings)


TWO_ARMS = """
schema = "protocol-1"
name = "alike"
donor = "autologous"
[[arm]]
name = "early"
doses = ["dose 1", "dose 2"]
[[arm]]
name = "late"
doses = ["dose 1", "dose 2"]
[[dose]]
name = "dose 1"
day = "0 day"
[[dose]]
name = "dose 2"
day = "28 day"
"""


def test_what_makes_no_difference_may_be_left_out_and_is_said_to_be() -> None:
    """Two arms that give the same, of two doses that are alike."""
    rule = protocol('[[route]]\nname = "iv"\ncells = "1e6 cell"\n', base=TWO_ARMS)
    said = {finding.rule: finding.message for finding in dose(rule).findings}
    assert said["arm-left-out"] == "no arm was named: early, late give the same here"
    assert said["dose-left-out"] == "no dose was named: dose 1, dose 2 are alike"
    named = {finding.rule for finding in dose(rule, arm="late", dose="dose 2").findings}
    assert not named & {"arm-left-out", "dose-left-out"}


def test_a_supply_is_asked_for_where_the_dose_depends_on_it(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """And by a worked example too; where no rule asks for it, it may be left out."""
    supplies = "".join(
        f'[[supply]]\nname = "{name}"\nkind = "fresh"\nbefore = "28 day"\n' for name in ("here", "there")
    )
    rows = (
        '[{ when = { supply = "here" }, is = "1e6 cell" }, { when = { supply = "there" }, is = "2e6 cell" }]'
    )
    text = f'{MINIMAL}{supplies}[[route]]\nname = "iv"\ncells = {rows}\n'
    example = '[[example]]\ngiven = {}\nsupply = "there"\nexpect = { cells = "2e6 cell" }\n'
    mine = tmp_path / "mine.toml"
    mine.write_text(text + example, encoding="utf-8")
    asked = mfg("dose", mine)
    assert (asked.status, asked.out) == (2, "")
    assert "--supply: is needed: the dose depends on it; use one of here, there" in asked.err
    assert mfg("dose", mine, "--supply", "here", "--json").json["total_cells"] == 1_000_000
    assert mfg("check", mine).status == 0
    mine.write_text(text + example.replace('supply = "there"\n', ""), encoding="utf-8")
    assert "example.1.supply: is needed" in mfg("check", mine).out
    phase3 = load_protocol("lenzumestrocel-phase3")
    assert dose(phase3, arm="five-dose", weight="72 kg").supply == "bank"


def test_a_dose_is_printed_in_more_than_one_form(mfg: Callable[..., Said]) -> None:
    """Digits grouped, in words and as a power of ten: a slip in one shows against the others."""
    said = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72 kg")
    assert "72,000,000 cells (72 million; 7.2e7)" in said.out


def test_python_gives_decimals() -> None:
    """The same answer in Python, exact."""
    order = dose(PHASE2, arm="msc", weight="69.85 kg")
    assert order.total_cells == Decimal(69850000)
    assert order.administrations[0].volume_mL == Decimal("6.985")


def test_an_arm_is_asked_for_where_the_named_dose_differs(mfg: Callable[..., Said]) -> None:
    """A booster is a placebo in two arms of phase 3 and cells in the other; all three are listed."""
    command = ("dose", "lenzumestrocel-phase3", "--weight", "72kg", "--dose")
    refused = mfg(*command, "booster 1")
    assert (refused.status, refused.out) == (2, "")
    assert "use one of two-dose (placebo), five-dose (lenzumestrocel), control (placebo)" in refused.err
    assert mfg(*command, "booster 1", "--arm", "five-dose", "--json").json["total_cells"] == 72_000_000
    assert mfg(*command, "booster 1", "--arm", "two-dose", "--json").json["total_cells"] == 0
    assert mfg(*command, "dose 1").status == 2
    unknown = mfg(*command, "booster")
    assert "'booster' is given in no arm of this protocol; doses: dose 1, dose 2, booster 1" in unknown.err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--weight", "72kg", "--given", "weight=80kg"), "second body weight"),
        (("--given", "weight=80kg", "--given", "weight=72kg"), "more than once"),
    ],
)
def test_a_weight_is_given_once(mfg: Callable[..., Said], words: tuple[str, ...], problem: str) -> None:
    """Two that disagree are no weight, and none of them is dropped in silence."""
    said = mfg("dose", "lenzumestrocel-phase2", *words)
    assert (said.status, said.out) == (2, "")
    assert problem in said.err


def test_a_weight_is_a_quantity() -> None:
    """In Python too: a number without its unit is refused like text without one."""
    with pytest.raises(Refused, match="72 kg"):
        dose(PHASE2, arm="msc", weight=72)  # type: ignore[arg-type]


OTHER: Any = UnitRegistry()


@pytest.mark.parametrize(
    ("weight", "problem"),
    [
        (quantity_of(Decimal(150), "lb"), "'150 lb' has a unit that a body weight cannot have, 'lb'; a weight is in kg"),
        (quantity_of(Decimal(72000), "g"), "'72000 g' has a unit that a body weight cannot have"),
        (quantity_of(Decimal("NaN"), "kg"), "'NaN kg' is not a finite number"),
        (quantity_of(Decimal("Infinity"), "kg"), "'Infinity kg' is not a finite number"),
        (quantity_of(Decimal(-72), "kg"), "'-72 kg' is negative"),
        (quantity_of(Decimal(0), "kg"), "'0 kg' is zero"),
        (OTHER.Quantity(Decimal(72), "kg"), "'72 kg' is a quantity of another registry"),
    ],
)  # fmt: skip
def test_a_quantity_from_python_is_held_to_what_text_may_say(weight: Any, problem: str) -> None:
    """Pounds, other registries, what is no number: refused in words, as the command refuses them."""
    with pytest.raises(Refused, match=re.escape(f"weight: {problem}")):
        dose(PHASE2, arm="msc", weight=weight)
    assert dose(PHASE2, arm="msc", weight=quantity_of(Decimal(72), "kg")).total_cells == 72_000_000


def test_spinal_fluid_is_a_volume_in_python_too() -> None:
    """A mass is none."""
    with pytest.raises(Refused, match="csf: '25 kg' has a unit that a volume cannot have, 'kg'"):
        dose(PHASE2, arm="msc", weight="72 kg", csf=quantity_of(Decimal(25), "kg"))


def test_a_protocol_that_contradicts_its_own_examples_says_so(
    mfg: Callable[..., Said], tmp_path: Path
) -> None:
    """A dose is computed by the rule as it stands, as an error, under the name of the file that it comes from."""
    text = find("protocol", "lenzumestrocel-phase2").read_text(encoding="utf-8")
    rule = 'cells         = { is = "1e6 cell/kg", fact = "dose" }'
    assert rule in text
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace(rule, 'cells = { is = "2e6 cell/kg", assumed = "twice" }'), encoding="utf-8")
    said = mfg("dose", mine, "--arm", "msc", "--weight", "72kg")
    assert said.status == 1
    assert f"lenzumestrocel-phase2 ({mine})" in said.out
    assert "contradicts its own worked example" in said.out


@pytest.mark.parametrize("named", ["lenzumestrocel-phase2", Path("my.toml")])
@pytest.mark.parametrize(
    "asked", [dose, partial(schedule, baseline="2026-03-12"), partial(audit, table="doses.csv")]
)
def test_a_name_is_not_a_protocol(asked: Callable[..., Any], named: str | Path) -> None:
    """Whoever gives the name or the path of one is told how it is loaded."""
    advice = rf"is not a loaded protocol; load it first: mfg.load_protocol\({str(named)!r}\)$"
    with pytest.raises(Refused, match=rf"^protocol: {str(named)!r} {advice}"):
        asked(named)
