"""A dose in parts: a share of a total, and so many sites as a table says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from mfg import Faults, Refused, dose
from mfg.prescription.order import Administration
from tests.conftest import protocol

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'
BASE = """
schema = "protocol-1"
name = "split"
donor = "autologous"
[[arm]]
name = "all"
doses = ["part 1", "part 2", "part 3"]
[[dose]]
name = "part 1"
day = "0 day"
[[dose]]
name = "part 2"
day = "1 day"
[[dose]]
name = "part 3"
day = "2 day"
"""
SPLIT = """share = [
  { when = { dose = "part 1" }, is = "10 %" },
  { when = { dose = "part 2" }, is = "30 %" },
  { when = { dose = "part 3" }, is = "60 %" },
]
"""


def parts(cells: str, weight: str, extra: str = "") -> Iterator[Administration]:
    """What each of three parts gives."""
    text = f'{WEIGHT}[[route]]\nname = "intravenous"\ncells = {cells}\n{SPLIT}{extra}'
    rule = protocol(text, base=BASE)
    for name in ("part 1", "part 2", "part 3"):
        yield from dose(rule, dose=name, weight=weight).administrations


@pytest.mark.parametrize("weight", ["60 kg", "72.3 kg", "101.07 kg"])
def test_parts_add_up_to_the_total(weight: str) -> None:
    """10, 30 and 60 % of 1e6 per kg, exactly, in whole cells."""
    kg = Decimal(weight.removesuffix(" kg"))
    given = [part.cells for part in parts('"1e6 cell/kg"', weight)]
    assert given == [kg * 100_000, kg * 300_000, kg * 600_000]
    assert sum(cells for cells in given if cells is not None) == kg * 1_000_000


def test_a_part_of_a_cell_is_left_out() -> None:
    """Of 15 cells 10 % are one; nothing is made up for it in another part."""
    assert [part.cells for part in parts('"15 cell"', "60 kg")] == [1, 4, 9]


def test_cap_and_floor_move_the_total() -> None:
    """The share is one of what they leave."""
    rule = '{ is = "1e6 cell/kg", cap = "5e7 cell", floor = "2e7 cell" }'
    assert [part.cells for part in parts(rule, "80 kg")] == [5_000_000, 15_000_000, 30_000_000]
    assert [part.cells for part in parts(rule, "10 kg")] == [2_000_000, 6_000_000, 12_000_000]


def test_limits_are_those_of_the_total() -> None:
    """A part lies in its share of them: a total that is too large is refused in every part, a small part in none."""
    rule = '{ is = "1e6 cell/kg", least = "5e7 cell", most = "1e8 cell" }'
    first, *_ = parts(rule, "60 kg")
    assert (first.cells, first.cells_least, first.cells_most) == (6_000_000, 5_000_000, 10_000_000)
    with pytest.raises(Refused, match="outside at least 5000000"):
        list(parts(rule, "49 kg"))
    with pytest.raises(Refused, match="at most 1e7 cell"):
        list(parts(rule, "101 kg"))


def test_what_the_lot_decides_is_shared_too() -> None:
    """The range of a part is its share of the range."""
    ranges = [
        (part.cells_least, part.cells_most)
        for part in parts('{ least = "1e6 cell/kg", most = "3e6 cell/kg" }', "50 kg")
    ]
    assert ranges == [(5_000_000, 15_000_000), (15_000_000, 45_000_000), (30_000_000, 90_000_000)]


def test_a_part_is_rounded_after_it_is_taken() -> None:
    """The volume of the part to its graduation, not that of the total."""
    extra = 'concentration = "1e7 cell/mL"\nround = { to = "0.1 mL", how = "down" }\n'
    volumes = [part.volume_mL for part in parts('"1e6 cell/kg"', "72.3 kg", extra)]
    assert volumes == [Decimal("0.7"), Decimal("2.1"), Decimal("4.3")]


def test_which_part_is_asked_for() -> None:
    """Parts differ by their share alone, so the dose is named."""
    with pytest.raises(Refused, match="dose: is needed"):
        dose(
            protocol(f'{WEIGHT}[[route]]\nname = "iv"\ncells = "1e6 cell/kg"\n{SPLIT}', base=BASE),
            weight="60 kg",
        )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('share = [{ when = { dose = "part 1" }, is = "10 %" }]', "share: does not take every case"),
        ('share = "0 %"', r"share: '0 %' is no share"),
        ('share = "120 %"', r"share: '120 %' is above 100 %"),
        ("sites = 0", r"sites: '0' is no site"),
        ('sites = "four"', r"sites: 'four' is not a whole number"),
        ('sites = [{ when = { dose = "part 1" }, is = 4 }]', "sites: does not take every case"),
    ],
)  # fmt: skip
def test_a_table_takes_every_case_exactly_once(lines: str, problem: str) -> None:
    """Shares and sites as cells do."""
    with pytest.raises(Faults, match=rf"route\.iv\.{problem}"):
        protocol(f'[[route]]\nname = "iv"\ncells = "1e6 cell"\n{lines}\n', base=BASE)


@pytest.mark.parametrize(("weight", "sites"), [("20 kg", 4), ("20.1 kg", 8)])
def test_sites_by_a_table(weight: str, sites: int) -> None:
    """As many as the row says, and cells per site follow."""
    table = '[{ when = { weight = { most = "20 kg" } }, is = 4 }, { when = { weight = { above = "20 kg" } }, is = 8 }]'
    text = f'{WEIGHT}[[route]]\nname = "intramuscular"\ncells = "2e6 cell/site"\nconcentration = "1e6 cell/mL"\nsites = {table}\ncontainer = {{ kind = "syringe", holds = "3 mL" }}'
    order = dose(protocol(text), weight=weight)
    (given,) = order.administrations
    assert (given.sites, given.cells, given.cells_per_site) == (sites, sites * 2_000_000, 2_000_000)
    assert [box.fill_mL for box in given.containers] == [2] * sites
    assert order.depends_on == ("weight",)
