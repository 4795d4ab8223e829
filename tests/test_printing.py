"""Numbers as people read them: whole and grouped cells, volumes to a mark, what is counted beside each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from mfg.digits import density, near, volume
from tests.conftest import MINIMAL, Said

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'
Asked = Callable[..., str]


@pytest.fixture
def printed(mfg: Callable[..., Said], tmp_path: Path) -> Asked:
    """What `mfg dose` prints for one invented route."""

    def ask(lines: str, *arguments: str) -> str:
        path = tmp_path / "mine.toml"
        text = f'{MINIMAL}{WEIGHT}[[route]]\nname = "intravenous"\n{lines}\n'
        path.write_text(text, encoding="utf-8")
        said = mfg("dose", path, *arguments)
        assert said.status == 0, said.err
        return said.out

    return ask


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("7.2", "7.2 mL"),
        ("5", "5 mL"),
        ("6.985", "about 7.0 mL"),
        ("0.25", "0.25 mL"),
        ("0.333", "about 0.33 mL"),
        ("0.0042", "about 0.0042 mL"),
        ("12.5", "12.5 mL"),
        ("99.97", "about 100.0 mL"),
        ("1234.5", "about 1,235 mL"),
        ("3.802395209580838323353293413", "about 3.8 mL"),
    ],
)
def test_a_volume_is_shown_to_a_mark(given: str, shown: str) -> None:
    """0.01 mL below 1 mL, 0.1 mL below 100 mL, 1 mL above; what lies between is said to be about, and never nothing."""
    assert volume(Decimal(given)) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("94800.0", "94,800"),
        ("7.2e7", "72,000,000"),
        ("16666666.667", "about 16,666,667"),
        ("0.4", "about 0.4"),
    ],
)
def test_a_number_of_cells_is_whole(given: str, shown: str) -> None:
    """And grouped; a part of a cell is said to be about."""
    assert near(Decimal(given)) == shown


def test_a_concentration_is_short() -> None:
    """Four digits as they are, more of them as about; a power of ten as soon as zeros would have to be counted."""
    shown = ["1e7", "26300375", "4e6", "4000000", "12345678", "99000", "100000", "0.5"]
    as_said = ["1e7", "about 2.63e7", "4e6", "4e6", "about 1.23e7", "99000", "1e5", "0.5"]
    assert [density(Decimal(one)) for one in shown] == as_said


def test_a_share_of_a_cell_is_about(printed: Asked) -> None:
    """Fifty million over three sites; the volume of the concentration that comes out."""
    out = printed('cells = "50e6 cell"\nsites = 3\nvolume = "1.9 mL"')
    assert "3 sites of about 16,666,667 cells\n" in out
    assert "1.9 mL at about 2.63e7 cells/mL" in out


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ('cells = { least = "165e6 viable_cell" }', "intravenous: at least 165,000,000 viable cells (165 million; 1.65e8); the lot decides"),
        ('cells = { most = "2e6 cell/kg" }', "intravenous: at most 100,000,000 cells (100 million; 1e8); the lot decides"),
        ('cells = { least = "1e6 cell/kg", most = "2e6 cell/kg" }\ncounted = "CD34+ cell"', "intravenous: between 50,000,000 and 100,000,000 CD34+ cells (5e7 to 1e8); the lot decides"),
        ('cells = { least = "1e6 cell" }\ncontainer = { kind = "bag", use = "all" }', "at least 1,000,000 cells (1 million; 1e6); everything that the lot gave"),
        ('cells = "5000 IEQ/kg"\nconcentration = { least = "5000 IEQ/mL", most = "10000 IEQ/mL" }', "volume: between 25 mL and 50 mL"),
        ('cells = "5000 IEQ/kg"\nconcentration = { most = "10000 IEQ/mL" }', "volume: at least 25 mL"),
        ('cells = { is = "5000 IEQ/kg" }', "intravenous: 250,000 islet equivalents (250 thousand; 2.5e5)"),
        ('cells = { is = "5000 IEQ/kg" }', "    5,000 islet equivalents (5 thousand; 5e3) per kg"),
        ('cells = "1e6 viable_cell/kg"\ncounted = "CAR+ T cell"', "intravenous: 50,000,000 viable CAR+ T cells"),
        ('cells = "1e6 cell/kg"\ncontainer = { kind = "vial", contains = "30e6 cell" }', "1 x vial: 20,000,000 cells"),
    ],
)  # fmt: skip
def test_limits_and_what_is_counted_are_said(printed: Asked, lines: str, shown: str) -> None:
    """A floor is *at least*, a range *between*, and every number has its name."""
    assert shown in printed(lines, "--weight", "50 kg")


def test_a_total_has_ends_or_is_none(printed: Asked) -> None:
    """As what it is the sum of."""
    local = '\n[[route]]\nname = "local"\n'
    one = 'cells = { least = "1e6 cell", most = "3e6 cell" }'
    assert "total: between 3,000,000 and 5,000,000 cells" in printed(f'{one}{local}cells = "2e6 cell"')
    other = printed(f'cells = "1e6 cell"{local}cells = "2e6 viable_cell"')
    assert "total: none: cells and viable cells are not added up" in other


def test_a_dose_depends_on_what_it_depends_on(printed: Asked) -> None:
    """Not on the weight, where something else is asked for."""
    area = 'cells = { is = "1e6 cell/cm**2", of = "lesion_area" }\n[patient.lesion_area]\nunit = "cm**2"'
    out = printed(area, "--given", "lesion_area=3 cm**2")
    assert "the dose depends on the lesion area; body weight plays no part in it" in out
    assert "the dose is fixed: body weight plays no part in it" in printed('cells = "1e6 cell"')
    assert "plays no part" not in printed('cells = "1e6 cell/kg"', "--weight", "50 kg")


def test_numbers_that_nothing_proves_are_said_to_be_so(printed: Asked) -> None:
    """A protocol without a worked example is told so; one with an example is not."""
    note = "no worked example proves the numbers of this protocol"
    assert note in printed('cells = "1e6 cell"')
    assert note not in printed('cells = "1e6 cell"\n[[example]]\ngiven = {}\nexpect = { cells = "1e6 cell" }')


def test_the_exact_values_stay_in_the_document(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """What the text rounds, the JSON document does not."""
    path = tmp_path / "mine.toml"
    route = '[[route]]\nname = "iv"\ncells = "50e6 cell"\nsites = 3\nconcentration = "7e6 cell/mL"\n'
    path.write_text(MINIMAL + route, encoding="utf-8")
    order = mfg("dose", path, "--json").json
    (given,) = order["administrations"]
    assert given["volume_mL"] == pytest.approx(50 / 7, rel=1e-15)
    assert given["cells_per_site"] == pytest.approx(50e6 / 3, rel=1e-15)
    assert (given["kind"], given["counted"], order["depends_on"]) == ("cell", "cell", [])
