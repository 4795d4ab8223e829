"""The protocol language: one construct a test, on rules of published kinds. A new protocol is a new file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mfg import Faults, Refused, dose, schedule
from mfg.prescription.examples import example_faults
from tests.conftest import protocol

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'


def route(rule: str, extra: str = "") -> str:
    """One intravenous route with *rule* as its cells."""
    return f'[[route]]\nname = "intravenous"\ncells = {rule}\n{extra}\n'


def cells(text: str, weight: str | None = None, **given: str) -> Decimal | None:
    """The total cells of an invented protocol."""
    return dose(protocol(text), weight=weight, given=given).total_cells


def test_fixed() -> None:
    """A number of cells, whatever the patient weighs."""
    assert cells(route('"120e6 cell"')) == 120_000_000


def test_per_kilogram() -> None:
    """The unit says what the dose scales with."""
    assert cells(WEIGHT + route('"2e6 viable_cell/kg"'), "7.35 kg") == 14_700_000


def test_cap_and_floor_move_the_target() -> None:
    """2e6 per kg, at most 2e8 and at least 2e7 in all; the answer says that a limit replaced the rule."""
    rule = WEIGHT + route('{ is = "2e6 cell/kg", cap = "2e8 cell", floor = "2e7 cell" }')
    assert cells(rule, "60 kg") == 120_000_000
    assert cells(rule, "100 kg") == 200_000_000
    heavy, light = dose(protocol(rule), weight="130 kg"), dose(protocol(rule), weight="5 kg")
    assert (heavy.total_cells, light.total_cells) == (200_000_000, 20_000_000)
    said = [f.rule for f in (*heavy.findings, *light.findings) if f.rule.endswith("-applied")]
    assert said == ["cap-applied", "floor-applied"]


def test_least_and_most_judge_what_is_delivered() -> None:
    """A fixed target that leaves its own per-kg limits is refused, not moved."""
    rule = WEIGHT + route('{ is = "100e6 cell", most = "2e6 cell/kg" }')
    assert cells(rule, "50 kg") == 100_000_000
    with pytest.raises(Refused, match=r"outside at most 9\.8e7 cell"):
        cells(rule, "49 kg")


def test_a_range_without_a_target_leaves_it_to_the_lot() -> None:
    """Children up to 50 kg by weight, above it flat: the lot decides within limits."""
    bands = route(
        """[
      { when = { weight = { most  = "50 kg" } }, least = "0.2e6 viable_cell/kg", most = "5.0e6 viable_cell/kg" },
      { when = { weight = { above = "50 kg" } }, least = "0.1e8 viable_cell",    most = "2.5e8 viable_cell" },
    ]"""
    )
    rule = protocol(WEIGHT + bands)
    for weight, least, most in (
        ("50 kg", 10_000_000, 250_000_000),
        ("50.1 kg", 10_000_000, 250_000_000),
        ("20 kg", 4_000_000, 100_000_000),
    ):
        (given,) = dose(rule, weight=weight).administrations
        assert (given.cells, given.cells_least, given.cells_most) == (None, least, most)


def test_an_empty_range_is_refused() -> None:
    """At least 1e6 per kg and at most 1e8 in all leave nothing for 120 kg."""
    rule = WEIGHT + route('{ least = "1e6 cell/kg", most = "1e8 cell" }')
    with pytest.raises(Refused, match="exclude each other"):
        cells(rule, "120 kg")


@pytest.mark.parametrize(
    "bands",
    [
        '[{ when = { weight = { most = "60 kg" } }, is = "1e6 cell" }, { when = { weight = { least = "61 kg" } }, is = "2e6 cell" }]',
        '[{ when = { weight = { most = "60 kg" } }, is = "1e6 cell" }, { when = { weight = { least = "60 kg" } }, is = "2e6 cell" }]',
        '[{ when = { weight = { below = "60 kg" } }, is = "1e6 cell" }, { when = { weight = { above = "60 kg" } }, is = "2e6 cell" }]',
        '[{ when = { weight = { most = "60 kg" } }, is = "1e6 cell" }]',
    ],
)
def test_bands_take_every_weight_exactly_once(bands: str) -> None:
    """A gap, an overlap or an open end is found when the file is read, not when a patient falls into it."""
    with pytest.raises(Faults, match="exactly once"):
        protocol(WEIGHT + route(bands))


@pytest.mark.parametrize(
    ("weight", "how", "expected"),
    [("60.5 kg", "half-up", 2), ("60.5 kg", "half-even", 1), ("60.49 kg", "half-up", 1)],
)
def test_bands_in_whole_kilograms_need_a_rounded_weight(weight: str, how: str, expected: int) -> None:
    """Up to 60 and from 61 leave no gap once the weight is rounded; at a tie the two ways differ."""
    patient = f'[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\nround = {{ to = "1 kg", how = "{how}" }}\n'
    bands = '[{ when = { weight = { below = "60.5 kg" } }, is = "1e6 cell" }, { when = { weight = { least = "60.5 kg" } }, is = "2e6 cell" }]'
    assert cells(patient + route(bands), weight) == expected * 1_000_000


def test_a_dose_level_for_each_cohort() -> None:
    """A covariate that is a word selects the row; it is given by name, and only its own values are taken."""
    text = """
[patient.cohort]
one_of = ["1", "2", "3"]
"""
    levels = route(
        '[{ when = { cohort = "1" }, is = "10e6 cell" }, { when = { cohort = ["2", "3"] }, is = "30e6 cell" }]'
    )
    assert cells(text + levels, cohort="1") == 10_000_000
    assert cells(text + levels, cohort="3") == 30_000_000
    with pytest.raises(Refused, match="one of 1, 2, 3"):
        cells(text + levels, cohort="4")
    with pytest.raises(Refused, match="given cohort"):
        cells(text + levels)


def test_a_dose_level_for_each_arm_and_for_each_dose() -> None:
    """Arms and doses are words that a rule may ask for."""
    base = """
schema = "protocol-1"
name = "invented"
donor = "allogeneic"
[[arm]]
name = "low"
doses = ["dose 1", "dose 2"]
[[arm]]
name = "high"
doses = ["dose 1", "dose 2"]
[[dose]]
name = "dose 1"
day = "0 day"
[[dose]]
name = "dose 2"
day = "28 day"
"""
    text = route(
        """[
      { when = { arm = "low" }, is = "1e6 cell" },
      { when = { arm = "high", dose = "dose 1" }, is = "2e6 cell" },
      { when = { arm = "high", dose = "dose 2" }, is = "3e6 cell" },
    ]"""
    )
    rule = protocol(text, base=base)
    assert dose(rule, arm="high", dose="dose 2").total_cells == 3_000_000
    with pytest.raises(Refused, match="arm"):
        dose(rule)
    with pytest.raises(Refused, match="dose"):
        dose(rule, arm="high")


def test_components_routes_and_sites() -> None:
    """Two components by one route, and one route over several sites with a dose for each."""
    text = """
[[route]]
name = "intravenous"
component = "CD8"
cells = "50e6 viable_cell"
[[route]]
name = "intravenous"
component = "CD4"
cells = "50e6 viable_cell"
[[route]]
name = "intramuscular"
cells = "2e6 viable_cell/site"
sites = 24
"""
    order = dose(protocol(text))
    assert [a.component for a in order.administrations] == ["CD8", "CD4", None]
    assert order.total_cells == 148_000_000
    assert order.administrations[2].cells_per_site == 2_000_000


def test_per_area_names_its_covariate() -> None:
    """Cells per square centimetre of a wound, or per square metre of a patient."""
    wound = '[patient.defect]\nunit = "cm**2"\nleast = "1 cm**2"\nmost = "20 cm**2"\n' + route(
        '{ is = "5e5 cell/cm**2", of = "defect" }'
    )
    assert cells(wound, defect="4.5 cm**2") == 2_250_000
    surface = '[patient.body_surface]\nunit = "m**2"\n' + route(
        '{ is = "1e8 cell/m**2", of = "body_surface" }'
    )
    assert cells(surface, body_surface="1.72 m**2") == 172_000_000
    mixed = '[patient.body_surface]\nunit = "m**2"\n' + route(
        '{ is = "1e4 cell/cm**2", of = "body_surface" }'
    )
    assert cells(mixed, body_surface="1.72 m**2") == 172_000_000
    with pytest.raises(Faults, match="of which area"):
        protocol(route('"1e8 cell/m**2"'))
    with pytest.raises(Faults, match=r"describe it: \[patient.weight\]"):
        protocol(route('"1e6 cell/kg"'))
    with pytest.raises(Faults, match="does not fit the weight in kg"):
        protocol(WEIGHT + route('{ is = "1e6 cell/cm**2", of = "weight" }'))


def test_rounding_to_a_graduation() -> None:
    """Volume rounded down to 0.1 mL: the dose that is achieved and its deviation are shown."""
    extra = 'concentration = "1e7 cell/mL"\nround = { to = "0.1 mL", how = "down" }'
    order = dose(protocol(WEIGHT + route('"1e6 cell/kg"', extra)), weight="72.3 kg")
    (given,) = order.administrations
    assert (given.volume_mL, given.cells) == (Decimal("7.2"), 72_000_000)
    assert any("-0.415 %" in finding.message for finding in order.findings)


@pytest.mark.parametrize("tenths", range(30, 2000, 7))
def test_rounding_down_never_loses_a_graduation(tenths: int) -> None:
    """A volume that lies on the graduation stays there: decimals, not binary fractions."""
    extra = 'concentration = "1e7 cell/mL"\nround = { to = "0.01 mL", how = "down" }'
    (given,) = dose(
        protocol(WEIGHT + route('"1e6 cell/kg"', extra)), weight=f"{tenths // 10}.{tenths % 10} kg"
    ).administrations
    assert given.volume_mL == Decimal(tenths) / 100


def test_whole_containers_cannot_be_split() -> None:
    """120e6 is four vials of 30e6; 60e6 in whole bags of 25e6 is refused, or rounded where the protocol says so."""
    vials = route('"120e6 cell"', 'container = { kind = "vial", contains = "30e6 cell", use = "whole" }')
    (given,) = dose(protocol(vials)).administrations
    assert [(box.kind, box.cells) for box in given.containers] == [("vial", 30_000_000)] * 4
    bags = 'container = { kind = "bag", contains = "25e6 cell", use = "whole" }'
    with pytest.raises(Refused, match=r"2\.4 bags"):
        cells(route('"60e6 cell"', bags))
    rounded = route('"60e6 cell"', bags + '\nround = { to = "1 container", how = "down" }')
    assert cells(rounded) == 50_000_000


def test_rounding_up_to_containers_may_pass_the_cap() -> None:
    """Then there is no dose, and the arithmetic is shown."""
    bags = 'container = { kind = "bag", contains = "25e6 cell", use = "whole" }\nround = { to = "1 container", how = "up" }'
    with pytest.raises(Refused, match=r"7\.5e7 cell, outside at most 7e7 cell"):
        cells(route('{ is = "60e6 cell", cap = "70e6 cell" }', bags))


def test_opened_containers_are_drawn_from() -> None:
    """2e6 per kg from vials of 100e6: whole vials are opened, the last is used in part."""
    vials = 'container = { kind = "vial", contains = "100e6 cell", holds = "3.8 mL", use = "draw" }'
    (given,) = dose(protocol(WEIGHT + route('"2e6 cell/kg"', vials)), weight="72 kg").administrations
    assert [box.cells for box in given.containers] == [100_000_000, 44_000_000]


def test_total_cells_at_a_viable_concentration_are_refused() -> None:
    """Only the viability of the lot joins the two, so that no volume follows: the file counts one of them."""
    with pytest.raises(Faults, match="is in viable cells, and the dose is in cells"):
        protocol(WEIGHT + route('"1e6 cell/kg"', 'concentration = "1e7 viable_cell/mL"'))


def test_an_unknown_dose_is_refused_and_the_schedule_still_works() -> None:
    """A protocol may say that nobody published its dose."""
    rule = protocol(WEIGHT + route('{ unknown = "not published" }'))
    with pytest.raises(Refused, match="not published"):
        dose(rule, weight="70 kg")
    assert schedule(rule, baseline="2026-03-12").events[0].name == "dose 1"


def test_a_covariate_without_limits_is_said_to_be_unchecked() -> None:
    """A limit that nobody stated is reported as not checked."""
    order = dose(protocol('[patient.weight]\nunit = "kg"\n' + route('"1e6 cell/kg"')), weight="400 kg")
    assert any(finding.rule == "limit-not-checked" for finding in order.findings)


def test_a_half_cell_is_never_given() -> None:
    """A fraction of a cell that a weight gives is left out."""
    assert cells(WEIGHT + route('"1 cell/kg"'), "70.7 kg") == 70


# ---- events ----------------------------------------------------------------------------------------


def days(text: str, **asked: str) -> dict[str, int]:
    """The day of every event of an invented protocol with day 0 on Thursday 12 March 2026."""
    base = 'schema = "protocol-1"\nname = "invented"\ndonor = "autologous"\n[[route]]\nname = "intravenous"\ncells = "1e6 cell"\n'
    return {e.name: e.day for e in schedule(protocol(text, base=base), baseline="2026-03-12", **asked).events}  # type: ignore[arg-type]


def test_cycles() -> None:
    """Days 1, 8 and 15 of cycles of 35 days, written as offsets."""
    text = """
[[arm]]
name = "all"
doses = ["infusion"]
[[dose]]
name = "infusion"
day = "0 day"
repeat = { every = "35 day", times = 2, on = ["0 day", "7 day", "14 day"] }
"""
    assert list(days(text).values()) == [0, 7, 14, 35, 42, 49]


def test_calendar_months() -> None:
    """One month after 31 March is 30 April, two months after it 31 May."""
    text = """
schema = "protocol-1"
name = "invented"
donor = "allogeneic"
[[route]]
name = "intravenous"
cells = "1e6 cell"
[[arm]]
name = "all"
doses = ["dose"]
[[dose]]
name = "dose"
day = "0 day"
repeat = { every = "1 calendar month", times = 3 }
"""
    found = schedule(protocol(text, base=""), baseline="2026-03-31")
    assert [str(e.date) for e in found.events] == ["2026-03-31", "2026-04-30", "2026-05-31"]


def test_grid_and_chain() -> None:
    """On the grid every dose is bound to day 0; in a chain each is bound to the one before."""
    chain = """
[[arm]]
name = "all"
doses = ["first", "second", "third"]
[[dose]]
name = "first"
day = "0 day"
[[dose]]
name = "second"
after = { of = "previous", least = "28 day", most = "35 day" }
[[dose]]
name = "third"
after = { of = "previous", is = "30 day" }
window = { before = "2 day", after = "2 day" }
"""
    found = days(chain)
    assert found["second"] == 28
    assert 28 <= found["third"] - found["second"] <= 32
    assert found["third"] == 57  # day 58 is a Saturday


def test_a_minimum_spacing_holds_when_another_event_moves() -> None:
    """A dose that moves off a holiday pushes the one that must follow it by four weeks."""
    text = """
[[arm]]
name = "all"
doses = ["first", "second", "third"]
[[dose]]
name = "first"
day = "0 day"
[[dose]]
name = "second"
day = "28 day"
window = { after = "7 day" }
[[dose]]
name = "third"
day = "56 day"
window = { after = "14 day" }
after = { of = "second", least = "28 day" }
"""
    assert days(text) == {"first": 0, "second": 28, "third": 56}
    moved = schedule(
        protocol(
            text,
            base='schema = "protocol-1"\nname = "i"\ndonor = "autologous"\n[[route]]\nname = "iv"\ncells = "1e6 cell"\n',
        ),
        baseline="2026-02-17",  # a Tuesday in the Korean new year, so that day 28 is open and day 0 is not
        holidays="KR",
    )
    assert moved.findings[0].event == "first"


def test_rules_that_leave_no_day_are_refused() -> None:
    """Two rules that contradict each other are found by the windows that they leave."""
    text = """
[[arm]]
name = "all"
doses = ["first", "second"]
[[dose]]
name = "first"
day = "0 day"
[[dose]]
name = "second"
day = "20 day"
after = { of = "first", least = "28 day" }
"""
    with pytest.raises(Faults, match="leaves second no day: at least 28 days after first"):
        days(text)


def test_crossover() -> None:
    """An arm may receive each dose as another treatment."""
    base = """
schema = "protocol-1"
name = "crossover"
donor = "autologous"
[[treatment]]
name = "MSC"
kind = "product"
collected = true
[[treatment]]
name = "sham"
kind = "sham"
collected = false
[[arm]]
name = "early"
doses = { "first" = "MSC", "second" = "sham" }
[[arm]]
name = "late"
doses = { "first" = "sham", "second" = "MSC" }
[[supply]]
name = "fresh"
kind = "fresh"
before = "28 day"
[[dose]]
name = "first"
day = "0 day"
[[dose]]
name = "second"
day = "182 day"
[[route]]
name = "intrathecal"
cells = "60e6 cell"
"""
    rule = protocol("", base=base)
    assert [e.day for e in schedule(rule, baseline="2026-03-12", arm="early").events] == [-28, 0, 182]
    assert [e.day for e in schedule(rule, baseline="2026-03-12", arm="late").events] == [0, 154, 182]
    with pytest.raises(Refused, match=r"dose: is needed.*first \(sham\), second \(MSC\)"):
        dose(rule, arm="late")


def test_worked_examples_are_computed() -> None:
    """An example that does not hold is a fault of the file, with what was computed."""
    good = protocol(
        WEIGHT
        + route('"1e6 cell/kg"')
        + '[[example]]\ngiven = { weight = "60 kg" }\nexpect = { cells = "60e6 cell" }\n'
    )
    assert list(example_faults(good)) == []
    bad = protocol(
        WEIGHT
        + route('"1e6 cell/kg"')
        + '[[example]]\ngiven = { weight = "60 kg" }\nexpect = { cells = "6e6 cell" }\n'
    )
    assert "6e7 was computed" in str(next(example_faults(bad)))
    refused = protocol(
        WEIGHT
        + route('"1e6 cell/kg"')
        + '[[example]]\ngiven = { weight = "700 kg" }\nexpect = { refused = true }\n'
    )
    assert list(example_faults(refused)) == []


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('unit = "kilo"', "patient.weight.unit: 'kilo' is no unit of this field"),
        ('unit = "kg"\nmost = "50 %"', "patient.weight.most: '50 %' is not in the unit"),
        ('one_of = ["a"]\nleast = "2 kg"', "patient.weight.least: '2 kg' is not in the unit"),
    ],
)
def test_a_covariate_without_a_sound_unit_is_refused(lines: str, problem: str) -> None:
    """Before any rule is read by it."""
    with pytest.raises(Faults, match=problem):
        protocol(f"[patient.weight]\n{lines}\n")
