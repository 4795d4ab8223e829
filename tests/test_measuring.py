"""From cells to volumes and containers: sizes, ranges of a concentration, everything that the lot gave."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mfg import Faults, Refused, dose
from mfg.prescription.order import Administration
from tests.conftest import protocol

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'


def route(lines: str) -> str:
    """One intravenous route."""
    return f'[[route]]\nname = "intravenous"\n{lines}\n'


def given(lines: str, weight: str | None = None) -> Administration:
    """What the one route of an invented protocol gives."""
    (administration,) = dose(protocol(WEIGHT + route(lines)), weight=weight).administrations
    return administration


@pytest.mark.parametrize(
    ("volume", "fills"),
    [
        (7, [(10, 7)]),
        (10, [(10, 10)]),
        (11, [(20, 11)]),
        (35, [(50, 35)]),
        (50, [(50, 50)]),
        (60, [(50, 50), (10, 10)]),
        (75, [(50, 50), (50, 25)]),
        (115, [(50, 50), (50, 50), (20, 15)]),
    ],
)
def test_the_rest_goes_into_the_smallest_that_holds_it(volume: int, fills: list[tuple[int, int]]) -> None:
    """The largest is filled while a whole one is needed; in which order the sizes stand makes no difference."""
    for sizes in ('["50 mL", "10 mL", "20 mL"]', '["10 mL", "20 mL", "50 mL"]'):
        lines = f'cells = "{volume}e6 cell"\nconcentration = "1e6 cell/mL"\ncontainer = {{ kind = "bag", holds = {sizes} }}'
        assert [(box.nominal_mL, box.fill_mL) for box in given(lines).containers] == fills


def test_each_site_is_filled_alike() -> None:
    """A dose over three sites is three times the containers of one."""
    lines = 'cells = "6e6 cell"\nconcentration = "1e6 cell/mL"\nsites = 3\ncontainer = { kind = "syringe", holds = ["1 mL", "3 mL"] }'
    assert [(box.nominal_mL, box.fill_mL) for box in given(lines).containers] == [(3, 2)] * 3


def test_the_evidence_of_a_size_is_that_of_the_list() -> None:
    """Where more than one container is filled, the note says who states the sizes."""
    lines = 'cells = "6e7 cell"\nconcentration = "1e6 cell/mL"\ncontainer = { kind = "bag", holds = { is = ["20 mL", "50 mL"], assumed = "as sold" } }'
    order = dose(protocol(route(lines)))
    (note,) = [finding for finding in order.findings if finding.rule == "container-capacity"]
    assert (
        note.message
        == "60 mL does not fit one 50 mL bag: 2 are filled, one before the next, as this program and no source splits them"
    )
    assert "as sold" in note.evidence


def test_a_size_is_not_chosen_without_a_volume() -> None:
    """Which of several sizes is filled is left open, as the volume is."""
    box = given('cells = "6e6 cell"\ncontainer = { kind = "bag", holds = ["1 mL", "3 mL"] }').containers[0]
    assert (box.nominal_mL, box.fill_mL) == (None, None)


@pytest.mark.parametrize(
    ("weight", "fits"), [("10 kg", True), ("20 kg", True), ("9.9 kg", False), ("20.1 kg", False)]
)
def test_the_concentration_that_comes_out_lies_in_its_range(weight: str, *, fits: bool) -> None:
    """In a stated volume the cells come to a concentration, both ends of its range included."""
    lines = 'cells = "1e6 cell/kg"\nvolume = "10 mL"\nconcentration = { least = "1e6 cell/mL", most = "2e6 cell/mL" }'
    if fits:
        assert given(lines, weight).volume_mL == 10
    else:
        with pytest.raises(Refused, match=r"concentration.*outside at least 1000000 cell/mL and at most"):
            given(lines, weight)


def test_a_range_of_concentrations_gives_a_range_of_volumes() -> None:
    """Cells over the most and over the least; a range of the volume narrows it, and may leave nothing."""
    lines = 'cells = "1e6 cell/kg"\nconcentration = { least = "1e6 cell/mL", most = "4e6 cell/mL" }'
    order = given(lines, "60 kg")
    assert (order.volume_mL, order.volume_least_mL, order.volume_most_mL) == (None, 15, 60)
    limited = lines + '\nvolume = { least = "20 mL", most = "50 mL" }'
    order = given(limited, "60 kg")
    assert (order.volume_least_mL, order.volume_most_mL) == (20, 50)
    with pytest.raises(Refused, match="at least 60 mL and at most 50 mL"):
        given(limited, "240 kg")


def test_one_end_of_a_concentration_gives_one_end_of_the_volume() -> None:
    """At most so dense is at least so much."""
    order = given('cells = "6e7 cell"\nconcentration = { most = "4e6 cell/mL" }')
    assert (order.volume_least_mL, order.volume_most_mL) == (15, None)


def test_where_the_lot_decides_the_volume_has_a_range_too() -> None:
    """The fewest cells at the highest concentration, the most at the lowest."""
    lines = 'cells = { least = "2e6 cell/kg", most = "6e6 cell/kg" }\n'
    order = given(lines + 'concentration = "1e7 cell/mL"', "50 kg")
    assert (order.volume_least_mL, order.volume_most_mL) == (10, 30)
    order = given(lines + 'concentration = { least = "5e6 cell/mL", most = "1e7 cell/mL" }', "50 kg")
    assert (order.volume_least_mL, order.volume_most_mL) == (10, 60)


def test_a_volume_and_a_range_of_concentrations_narrow_what_the_lot_may_give() -> None:
    """20 mL at 6e6 to 1e7 hold 1.2e8 to 2e8, whatever else is allowed."""
    lines = 'cells = { least = "2e6 cell/kg", most = "6e6 cell/kg" }\nvolume = "20 mL"\n'
    order = given(lines + 'concentration = { least = "6e6 cell/mL", most = "1e7 cell/mL" }', "50 kg")
    assert (order.cells_least, order.cells_most) == (120_000_000, 200_000_000)
    with pytest.raises(Refused, match="no number of cells in 20 mL"):
        given(lines + 'concentration = { most = "1e6 cell/mL" }', "50 kg")


def test_everything_that_the_lot_gave_is_given() -> None:
    """Without a number to aim at, and the order says so."""
    text = 'cells = { least = "2e6 cell/kg" }\ncontainer = { kind = "bag", use = "all" }'
    order = dose(protocol(WEIGHT + route(text)), weight="50 kg")
    assert order.administrations[0].all_given
    assert any(finding.rule == "all-given" for finding in order.findings)
    assert not given('cells = { least = "2e6 cell/kg" }\ncontainer = { kind = "bag" }', "50 kg").all_given


def test_no_cell_at_all_is_no_dose() -> None:
    """Rounded down to nothing, or multiplied with nothing."""
    lines = 'cells = "1e6 cell/kg"\nconcentration = "1e9 cell/mL"\nround = { to = "1 mL", how = "down" }'
    with pytest.raises(Refused, match="no cell at all"):
        given(lines, "60 kg")
    area = '[patient.wound]\nunit = "cm**2"\n' + route('cells = { is = "1e6 cell/cm**2", of = "wound" }')
    for size in ("0 cm**2", "-3 cm**2"):
        with pytest.raises(Refused, match="multiplied with"):
            dose(protocol(area), given={"wound": size})


def test_what_is_absurd_is_refused_before_it_is_filled() -> None:
    """A million syringes are a slip in a size, not a dose."""
    with pytest.raises(Refused, match="syringes, more than"):
        given(
            'cells = "1e15 cell"\nconcentration = "1e6 cell/mL"\ncontainer = { kind = "syringe", holds = "5 mL" }'
        )
    with pytest.raises(Refused, match="syringes, more than"):
        given('cells = "1e6 cell"\nsites = 1000000000\ncontainer = { kind = "syringe" }')
    assert given('cells = "1e60 cell"').cells == Decimal("1e60")


def test_the_least_is_judged_in_whole_cells() -> None:
    """A floor that is no whole number is not missed by the part of a cell that cannot be given."""
    assert (
        given('cells = { is = "1 cell/kg", least = "1 cell/kg", floor = "1 cell/kg" }', "70.7 kg").cells == 70
    )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("cells = []", r"cells: '\[\]' is a table without a row"),
        ('cells = "1e6 cell"\nsites = []', r"sites: '\[\]' is a table without a row"),
        ('cells = "1e6 cell"\nshare = []', r"share: '\[\]' is a table without a row"),
        ('cells = "1e6 cell"\ncontainer = { kind = "bag", use = "all" }', r"container\.use: 'all' gives whatever the lot gave"),
        ('cells = "1e6 cell"\ncontainer = { kind = "bag", holds = [] }', r"container\.holds: '\[\]' is not a volume"),
        ('cells = "1e6 cell"\ncontainer = { kind = "bag", holds = ["5 mL", "5000 uL"] }', r"container\.holds: names one size twice"),
        ('cells = "1e6 cell"\ncontainer = { kind = "vial", contains = "1e6 cell", holds = ["5 mL", "3 mL"] }', "several sizes of what contains"),
        ('cells = "1e6 cell"\ncontainer = { kind = "vial", contains = "1e6 viable_cell" }', "is no number of cells"),
        ('cells = { is = "1e6 cell", most = "2e6 viable_cell" }', r"cells: 'cell and viable_cell' are counted together"),
        ('cells = "1e6 cell"\nround = { to = "1 kg", how = "up" }', r"round\.to: '1 kg' is nothing that this route gives"),
        ('cells = "1e6 cell"\nround = { to = "0.1 mL", how = "up" }', r"round\.to: '0\.1 mL' rounds a volume that nothing gives"),
        ('cells = "1e6 cell"\nround = { to = "1 container", how = "up" }', r"round\.to: .*used in part"),
        ('cells = { least = "1e6 cell" }\nround = { to = "1 cell", how = "up" }', r"round\.to: .*the lot decides"),
        ('cells = "1e6 cell"\nconcentration = { least = "2e6 cell/mL", most = "1e6 cell/mL" }', "concentration: has a least above its most"),
        ('cells = "1e6 cell"\nconcentration = { is = "3e6 cell/mL", most = "1e6 cell/mL" }', r"concentration\.is: .*is outside at most"),
        ('cells = "1e6 cell"\nconcentration = { least = "1e6 cell/mL", most = "2e6 viable_cell/mL" }', "concentration: .*is not in cell/mL"),
        ('cells = "1e6 cell"\nvolume = {}', "volume: says nothing"),
        ('cells = "1e6 cell"\nvolume = { least = "3 mL", most = "2 mL" }', "volume: has a least above its most"),
        ('cells = "1e6 cell"\nconcentration = { most = "1e6 cell/mL" }\ncontainer = { kind = "vial", contains = "5e6 cell", holds = "4 mL" }', r"container\.contains: .*too much for what it holds"),
    ],
)  # fmt: skip
def test_a_word_that_nothing_would_obey_is_refused(lines: str, problem: str) -> None:
    """When the file is read, at its place."""
    with pytest.raises(Faults, match=problem):
        protocol(WEIGHT + route(lines))
