"""From a lot as it was measured to the volume that holds the prescribed cells."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg import Refused, dose, load_protocol
from mfg.prescription.order import FromLot
from tests.conftest import Said, protocol

PHASE2 = load_protocol("lenzumestrocel-phase2")
WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'


def rule(lines: str) -> str:
    """One route, in an invented protocol."""
    return f'{WEIGHT}[[route]]\nname = "iv"\n{lines}\n'


def drawn(lines: str, count: str, viability: str | None = None, weight: str | None = None) -> FromLot:
    """What is taken of a lot by the one route of an invented protocol."""
    (one,) = dose(protocol(rule(lines)), weight=weight, count=count, viability=viability).from_lot
    return one


@pytest.mark.parametrize(
    ("prescribed", "count", "viability", "volume"),
    [
        ("60e6 cell", "1.2e7 cell/mL", None, "5"),  # 60 / 12
        ("60e6 cell", "1.2e7 cell/mL", "90 %", "5"),  # the viability changes nothing of all cells
        ("60e6 cell", "1.2e7 viable_cell/mL", "80 %", "4"),  # 12 / 0.8 = 15 of all cells
        ("60e6 viable_cell", "1.2e7 viable_cell/mL", None, "5"),
        ("60e6 viable_cell", "1.5e7 cell/mL", "80 %", "5"),  # 15 * 0.8 = 12 viable
        ("60e6 IEQ", "6e6 IEQ/mL", None, "10"),
    ],
)
def test_total_times_viability_is_viable(
    prescribed: str, count: str, viability: str | None, volume: str
) -> None:
    """Each way from what was counted to what is prescribed, worked by hand."""
    one = drawn(f'cells = "{prescribed}"', count, viability)
    assert one.volume_mL == Decimal(volume)
    assert one.planned_mL is None


@given(
    kg=st.integers(200, 2500),
    count=st.integers(1, 10**4),
    percent=st.integers(1, 1000),
    viable=st.booleans(),
)
def test_any_lot_equals_fractions(kg: int, count: int, percent: int, *, viable: bool) -> None:
    """1e6 viable cells per kg out of any count of all or of viable cells at any viability: exact but for 28 digits."""
    unit = "viable_cell" if viable else "cell"
    one = drawn(
        'cells = "1e6 viable_cell/kg"',
        f"{count}e4 {unit}/mL",
        f"{Decimal(percent) / 10} %",
        f"{Decimal(kg) / 10} kg",
    )
    held = Fraction(count * 10**4) * (1 if viable else Fraction(percent, 1000))
    expected = Fraction(kg * 10**5) / held
    assert abs(Fraction(one.volume_mL) - expected) <= expected * Fraction(1, 10**26)


@pytest.mark.parametrize(
    ("lines", "count", "viability", "problem"),
    [
        ('cells = "1e6 viable_cell"', "1e6 cell/mL", None, "count: '1000000 cell/mL' counts cells, and the dose counts viable cells: only the viability joins them"),
        ('cells = "1e6 cell"', "1e6 viable_cell/mL", None, "counts viable cells, and the dose counts cells: only the viability joins them"),
        ('cells = "1e6 IEQ"', "1e6 cell/mL", "90 %", "counts cells, and the dose counts islet equivalents: no number joins them"),
        ('cells = "1e6 cell"\ncounted = "Muse cell"', "1e6 cell/mL", "90 %", "counts cells, and the dose counts Muse cells: nothing here tells them apart"),
        ('cells = "1e6 cell"', "1e6 cell", None, "has a unit that a concentration cannot have, 'cell'"),
        ('cells = "1e6 cell"', "1e6 cell/mL", "0 %", "viability: '0 %' is zero"),
        ('cells = "1e6 cell"', "1e6 cell/mL", "101 %", "is above 100 %"),
        ('cells = { least = "1e6 cell" }', "1e6 cell/mL", None, "has no use for iv: the lot decides"),
        ('cells = "30e6 cell"\nconcentration = "1e7 cell/mL"\nvolume = { most = "5 mL" }', "5e6 cell/mL", None, "count: '6 mL' is outside at most 5 mL for iv"),
        ('cells = "30e6 cell"\nconcentration = { least = "1e7 cell/mL", most = "2e7 cell/mL" }', "5e6 cell/mL", None, "'5000000 cell/mL' is outside at least 1e7 cell/mL and at most 2e7 cell/mL for iv"),
        ('cells = "30e6 cell"\nvolume = "5 mL"', "5e6 cell/mL", None, "'6 mL' is more than the 5 mL that iv is given in"),
    ],
)  # fmt: skip
def test_a_lot_that_cannot_be_told_or_may_not_be_given_is_refused(
    lines: str, count: str, viability: str | None, problem: str
) -> None:
    """With what was counted against what is prescribed."""
    with pytest.raises(Refused) as refused:
        drawn(lines, count, viability)
    assert problem in str(refused.value)


def test_a_viability_alone_measures_nothing() -> None:
    """Nor does the count of a placebo."""
    with pytest.raises(Refused, match="viability: '92 %' has no use without a count"):
        dose(PHASE2, arm="msc", weight="72 kg", viability="92 %")
    with pytest.raises(Refused, match="count: has no use here: dose 1 holds no cells"):
        dose(load_protocol("lenzumestrocel-phase3"), arm="control", dose="dose 1", count="1e7 cell/mL")


def test_a_stated_volume_is_made_up() -> None:
    """30e6 cells out of 1e7 per mL are 3 mL of the lot in 5 mL; the syringe holds what the protocol says."""
    lines = 'cells = "30e6 cell"\nvolume = "5 mL"\ncontainer = { kind = "syringe", holds = "10 mL" }'
    order = dose(protocol(rule(lines)), count="1e7 cell/mL")
    (one,) = order.from_lot
    assert (one.volume_mL, one.reckoning[-1]) == (3, "made up to 5 mL")
    assert [(mark.exact_mL, mark.cells) for mark in order.marked] == [(5, 30_000_000)]


def test_both_volumes_are_shown_where_the_protocol_states_one(mfg: Callable[..., Said]) -> None:
    """72e6 cells of 1.2e7 per mL are 6 mL in place of 7.2 mL: two syringes, of 5 and 1 mL."""
    order = dose(PHASE2, arm="msc", weight="72 kg", count="1.2e7 cell/mL", viability="92 %")
    (one,) = order.from_lot
    assert (one.cells, one.per_mL, one.volume_mL, one.planned_mL) == (
        72_000_000,
        12_000_000,
        6,
        Decimal("7.2"),
    )
    assert [box.fill_mL for box in one.containers] == [5, 1]
    assert [(mark.marked_mL, mark.cells) for mark in order.marked] == [(5, 60_000_000), (1, 12_000_000)]
    assert order.administrations[0].volume_mL == Decimal("7.2")
    assert one.reckoning[-1] == "at 92 % viability 66,240,000 of them are viable"
    (differs,) = [f for f in order.findings if f.rule == "another-concentration"]
    assert (differs.level, differs.message) == (
        "warning",
        "intrathecal: the lot holds 1.2e7 cells per mL, the protocol states 1e7 (+20.000 %): 6 mL instead of 7.2 mL",
    )
    command = (
        "dose",
        "lenzumestrocel-phase2",
        "--arm",
        "msc",
        "--weight",
        "72kg",
        "--count",
        "1.2e7 cell/mL",
        "--viability",
        "92 %",
    )
    said = mfg(*command)
    assert said.status == 0
    assert (
        "intrathecal: draw 6 mL instead of 7.2 mL\n    72,000,000 cells / 1.2e7 per mL = 6 mL\n" in said.out
    )
    assert "fill 2.2 mL" not in said.out
    held = mfg(*command, "--json").json
    assert (held["lot"]["count_per_mL"], held["from_lot"][0]["volume_mL"]) == (12_000_000, 6)


def test_the_vehicle_is_held_against_what_the_lot_needs() -> None:
    """72e6 cells at 1.2e7 are 6 mL, for which 6 mL are just enough."""
    order = dose(PHASE2, arm="msc", weight="72 kg", csf="6 mL", count="1.2e7 cell/mL", viability="92 %")
    (found,) = [f for f in order.findings if f.rule == "vehicle-volume"]
    assert found.level == "warning"
    assert "6 mL of autologous CSF suffice for 6 mL of product: nothing is left over" in found.message


def test_a_lot_below_a_release_limit_is_refused_with_the_limit_and_its_evidence() -> None:
    """At the limit it is given, below it not; without a viability the limit is said to be not checked."""
    assert dose(PHASE2, arm="msc", weight="72 kg", count="1e7 cell/mL", viability="80 %").from_lot
    with pytest.raises(
        Refused,
        match=r"viability: '79\.9 %' is outside at least 80 %, the release limit of count and viability \(assumed: 70-85 %",
    ):
        dose(PHASE2, arm="msc", weight="72 kg", count="1e7 cell/mL", viability="79.9 %")
    order = dose(PHASE2, arm="msc", weight="72 kg", count="1e7 cell/mL")
    said = [finding.message for finding in order.findings if finding.rule == "release-not-checked"]
    assert said == [
        "count and viability: at least 80 % is not checked: give `viability`",
        "release tests that are not checked here: sterility, mycoplasma, VEGF, identity, sterility, final product",
    ]


def test_a_release_limit_on_the_count_is_judged_too() -> None:
    """Where it is in what was counted."""
    text = (
        rule('cells = "30e6 viable_cell"')
        + """
[[supply]]
name = "stock"
kind = "stock"
[[step]]
do = "thaw"
[[step]]
do = "formulate"
vehicle = "saline"
[[step]]
do = "administer"
[[release]]
test = "viability"
limit = { least = "5e6 viable_cell/mL" }
sample = { at = "formulate" }
holds = "administration"
"""
    )
    assert dose(protocol(text), count="5e6 viable_cell/mL").from_lot[0].volume_mL == 6
    with pytest.raises(
        Refused,
        match=r"count: '4900000 viable_cell/mL' is outside at least 5000000 viable_cell/mL, the release limit of viability",
    ):
        dose(protocol(text), count="4.9e6 viable_cell/mL")
    order = dose(protocol(text), count="1e7 cell/mL", viability="90 %")
    assert any("nothing that was given measures it" in finding.message for finding in order.findings)


def test_the_lot_is_rounded_as_the_protocol_rounds() -> None:
    """60e6 of 1.1e7 per mL are 5.45.. mL: down to 5.4."""
    lines = 'cells = "60e6 cell"\nconcentration = "1e7 cell/mL"\nround = { to = "0.1 mL", how = "down" }'
    one = drawn(lines, "1.1e7 cell/mL")
    assert (one.volume_mL, one.reckoning[-1]) == (Decimal("5.4"), "rounded down to 0.1 mL: 5.4 mL")
