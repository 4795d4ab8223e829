"""What is counted and by what it is multiplied: kinds of cells, counts, lengths, and limits of a covariate."""

from __future__ import annotations

import pytest

from mfg import Faults, Refused, dose
from tests.conftest import protocol


def route(lines: str) -> str:
    """One route."""
    return f'[[route]]\nname = "intravenous"\n{lines}\n'


OPENINGS = '[patient.openings]\nunit = "count"\nleast = "1 count"\nmost = "4 count"\n'


def test_cells_for_each_of_a_number_of_things() -> None:
    """A bare count is a covariate like any other: a whole one, inside its limits."""
    rule = protocol(OPENINGS + route('cells = { is = "6e7 cell/count", of = "openings" }'))
    assert dose(rule, given={"openings": "2 count"}).total_cells == 120_000_000
    for wrong, problem in (
        ("2.5 count", "whole number"),
        ("5 count", "at most 4 count"),
        ("2", "3 count"),
        ("2 cm", "not in count"),
    ):
        with pytest.raises(Refused, match=problem):
            dose(rule, given={"openings": wrong})


def test_a_count_selects_a_row() -> None:
    """As a number does, at its ends."""
    table = '[{ when = { openings = { most = "1 count" } }, is = "6e7 cell" }, { when = { openings = { above = "1 count" } }, is = "12e7 cell" }]'
    rule = protocol(OPENINGS + route(f"cells = {table}"))
    assert [dose(rule, given={"openings": f"{n} count"}).total_cells for n in (1, 2)] == [
        60_000_000,
        120_000_000,
    ]


def test_cells_per_length() -> None:
    """In the covariate's own unit."""
    text = '[patient.lesion]\nunit = "cm"\n' + route('cells = { is = "1e6 cell/cm", of = "lesion" }')
    assert dose(protocol(text), given={"lesion": "4.5 cm"}).total_cells == 4_500_000


@pytest.mark.parametrize(("unit", "what"), [("cm", "length"), ("count", "count"), ("cm**2", "area")])
def test_a_rule_says_of_what(unit: str, what: str) -> None:
    """A divisor that is no weight names its covariate, and a named covariate is one that something is multiplied with."""
    with pytest.raises(Faults, match=f"does not say of which {what}"):
        protocol(route(f'cells = "1e6 cell/{unit}"'))
    with pytest.raises(
        Faults, match=r"cells\.of: 'openings' is what no number of this rule is multiplied with"
    ):
        protocol(OPENINGS + route('cells = { is = "1e6 cell", of = "openings" }'))


def test_islet_equivalents_are_counted_things_of_their_own() -> None:
    """Per kg, in a volume, from bags; nothing turns them into cells."""
    weight = '[patient.weight]\nunit = "kg"\nleast = "30 kg"\n'
    lines = 'cells = { is = "10000 IEQ/kg", least = "5000 IEQ/kg" }\nconcentration = "5000 IEQ/mL"\ncontainer = { kind = "bag", holds = "200 mL" }'
    (given,) = dose(protocol(weight + route(lines)), weight="60 kg").administrations
    assert (given.cells, given.kind, given.counted, given.volume_mL) == (600_000, "IEQ", "IEQ", 120)
    with pytest.raises(Faults, match="IEQ and cell"):
        protocol(weight + route('cells = { is = "10000 IEQ/kg", most = "1e6 cell/kg" }'))
    with pytest.raises(Faults, match="has a unit that a dose of cells cannot have, 'vg'"):
        protocol(route('cells = "1e13 vg"'))


def test_different_kinds_have_no_total() -> None:
    """Cells and viable cells are not added up."""
    two = route('cells = "1e6 cell"') + '[[route]]\nname = "local"\ncells = "2e6 viable_cell"\n'
    assert dose(protocol(two)).total_cells is None
    same = route('cells = "1e6 cell"') + '[[route]]\nname = "local"\ncells = "2e6 cell"\n'
    assert dose(protocol(same)).total_cells == 3_000_000


def test_a_total_of_what_the_lot_decides_has_ends() -> None:
    """The sums of the ends, and of what is known."""
    text = (
        route('cells = { least = "1e6 cell", most = "3e6 cell" }')
        + '[[route]]\nname = "local"\ncells = "2e6 cell"\n'
    )
    order = dose(protocol(text))
    assert (order.total_cells, order.total_cells_least, order.total_cells_most) == (
        None,
        3_000_000,
        5_000_000,
    )


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        ('above = "20 kg"', "20.001 kg", "20 kg"),
        ('least = "20 kg"', "20 kg", "19.999 kg"),
        ('below = "20 kg"', "19.999 kg", "20 kg"),
        ('most = "20 kg"', "20 kg", "20.001 kg"),
    ],
)
def test_limits_of_a_patient_include_their_end_or_not(limits: str, inside: str, outside: str) -> None:
    """`least` and `most` do, `above` and `below` do not."""
    rule = protocol(f'[patient.weight]\nunit = "kg"\n{limits}\n' + route('cells = "1e6 cell/kg"'))
    assert dose(rule, weight=inside).total_cells
    with pytest.raises(Refused, match="the limits of invented"):
        dose(rule, weight=outside)


def test_bands_reach_to_a_half_open_limit() -> None:
    """No row is asked for at an end that no patient has."""
    patient = '[patient.weight]\nunit = "kg"\nabove = "20 kg"\nbelow = "90 kg"\n'
    bands = 'cells = [{ when = { weight = { above = "20 kg", most = "50 kg" } }, is = "1e6 cell" }, { when = { weight = { above = "50 kg", below = "90 kg" } }, is = "2e6 cell" }]'
    assert dose(protocol(patient + route(bands)), weight="89.9 kg").total_cells == 2_000_000


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            'unit = "kg"\nabove = "20 kg"\nleast = "20 kg"',
            r"patient\.weight\.above: '20 kg' stands beside least",
        ),
        (
            'unit = "kg"\nbelow = "20 kg"\nmost = "20 kg"',
            r"patient\.weight\.below: '20 kg' stands beside most",
        ),
        (
            'unit = "kg"\nabove = "20 kg"\nmost = "20 kg"',
            r"patient\.weight: holds nothing: its above and its most are the same",
        ),
        ('unit = "kg"\nabove = "20 %"', r"patient\.weight\.above: '20 %' is not in the unit"),
        (
            'unit = "kg"\nround = { to = "1 mL", how = "up" }',
            r"patient\.weight\.round\.to: '1 mL' is not in the unit",
        ),
        (
            'one_of = ["a"]\nround = { to = "1 kg", how = "up" }',
            r"patient\.weight\.round\.to: '1 kg' is not in the unit",
        ),
    ],
)
def test_limits_that_contradict_each_other_are_refused(lines: str, problem: str) -> None:
    """And a rounding that is not in the unit of what is rounded."""
    with pytest.raises(Faults, match=problem):
        protocol(f"[patient.weight]\n{lines}\n")


ROUNDED = '[patient.weight]\nunit = "kg"\nleast = "3.2 kg"\nmost = "250 kg"\nround = {{ to = "1 kg", how = "{how}" }}\n'


def bands(*limits: str) -> str:
    """A decision table with one row for each of *limits* of the weight."""
    rows = ", ".join(
        f'{{ when = {{ weight = {{ {limit} }} }}, is = "{n}e6 cell" }}' for n, limit in enumerate(limits, 1)
    )
    return route(f"cells = [{rows}]")


@pytest.mark.parametrize("how", ["down", "up", "half-up", "half-even"])
def test_printed_bands_leave_no_gap_between_whole_kilograms(how: str) -> None:
    """Up to 60 and 61 to 80 take every weight that is rounded to 1 kg first."""
    table = bands('most = "60 kg"', 'least = "61 kg", most = "80 kg"', 'least = "81 kg"')
    rule = protocol(ROUNDED.format(how=how) + table)
    given = [dose(rule, weight=f"{kg} kg").total_cells for kg in ("60", "60.6", "61", "80.4")]
    expected = {"down": [1, 1, 2, 2], "up": [1, 2, 2, 3], "half-up": [1, 2, 2, 2], "half-even": [1, 2, 2, 2]}
    assert given == [n * 1_000_000 for n in expected[how]]


@pytest.mark.parametrize(
    "limits",
    [
        ('most = "60 kg"', 'least = "62 kg"'),
        ('most = "60 kg"', 'least = "60 kg"'),
        ('most = "60.5 kg"', 'least = "61.5 kg"'),
        ('least = "5 kg"',),
    ],
)
def test_a_gap_of_a_whole_kilogram_is_still_one(limits: tuple[str, ...]) -> None:
    """Rounding closes only what it rounds away."""
    with pytest.raises(Faults, match="exactly once"):
        protocol(ROUNDED.format(how="half-up") + bands(*limits))
