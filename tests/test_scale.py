"""What can be measured and drawn up: marks, fills that are too small or fill to the brim, vehicle that is left over."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg import Faults, Refused, dose, load_protocol
from mfg.prescription.order import Administration, Filled, Order
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.scale import mark_fills
from tests.conftest import MINIMAL, Said, protocol

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'
PHASE2 = load_protocol("lenzumestrocel-phase2")
(FILL,) = Prescriber.of(PHASE2, arm="msc", dose="dose 1").fills


def filled(volume: str, container: str, extra: str = "") -> Order:
    """So many mL at 1e6 cells per mL from one kind of container."""
    cells = int(Decimal(volume) * 10**6)
    lines = f'[[route]]\nname = "iv"\ncells = "{cells} cell"\nconcentration = "1e6 cell/mL"\n{container}\n{extra}\n'
    return dose(protocol(lines))


def said(order: Order, rule: str) -> list[tuple[str, str]]:
    """What the findings of a rule say, and how loudly."""
    return [(finding.level, finding.message) for finding in order.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("size", "volume", "shown", "step"),
    [
        ("1", "0.333", "0.33", "0.01"),
        ("1", "0.335", "0.34", "0.01"),
        ("2", "1.26", "1.3", "0.1"),
        ("3", "1.24", "1.2", "0.1"),
        ("5", "2.2", "2.2", "0.2"),
        ("5", "1.985", "2.0", "0.2"),
        ("10", "8.29", "8.2", "0.2"),
        ("20", "12.4", "12", "1"),
        ("50", "49.7", "50", "1"),
    ],
)  # fmt: skip
def test_a_fill_lies_on_the_nearest_mark_of_its_syringe(
    size: str, volume: str, shown: str, step: str
) -> None:
    """With what that is off in percent, and the cells that are then in it."""
    (one,) = filled(volume, f'container = {{ kind = "syringe", holds = "{size} mL" }}').marked
    assert (one.exact_mL, one.marked_mL, one.mark_mL) == (Decimal(volume), Decimal(shown), Decimal(step))
    assert one.cells == Decimal(shown) * 10**6
    assert one.deviation_percent == (Decimal(shown) - Decimal(volume)) / Decimal(volume) * 100


@given(size=st.sampled_from(["1", "2.5", "3", "5", "10", "20", "50"]), part=st.integers(1, 10_000))
def test_no_mark_is_nearer(size: str, part: int) -> None:
    """A fill is shown on a whole number of marks, at most half a mark away and never beyond the size."""
    box = Filled("syringe", Decimal(size), Decimal(size) * part / 10_000)
    assert box.fill_mL is not None
    route = Administration("im", None, "cell", "cell", 1, volume_mL=box.fill_mL, containers=(box,))
    (one,) = mark_fills(FILL, route)
    assert one.marked_mL % one.mark_mL == 0
    assert abs(one.marked_mL - box.fill_mL) * 2 <= one.mark_mL
    assert one.marked_mL <= Decimal(size)
    assert one.cells is None


def test_what_is_no_syringe_is_read_as_volumes_are_shown() -> None:
    """A bag to 0.1 mL below 100 mL; where nothing is filled, the volume of each site."""
    (bag,) = filled("32.44", 'container = { kind = "bag", holds = "50 mL" }').marked
    assert (bag.container, bag.marked_mL) == ("bag", Decimal("32.4"))
    (site,) = filled("1.2", "sites = 4").marked
    assert (site.container, site.number, site.exact_mL, site.marked_mL) == (
        "",
        4,
        Decimal("0.3"),
        Decimal("0.3"),
    )


def test_fills_that_are_alike_stand_once(mfg: Callable[..., Said]) -> None:
    """15 mL in syringes of 5 mL are three of one kind; the text says what each holds."""
    order = dose(PHASE2, arm="msc", weight="150 kg")
    (one,) = order.marked
    assert (one.number, one.exact_mL, one.cells) == (3, 5, 50_000_000)
    out = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "69.85kg").out
    assert "1 x 5 mL syringe: fill 5 mL: 50,000,000 cells\n" in out
    assert "1 x 5 mL syringe: fill 2 mL (exactly 1.985 mL, +0.756 %): 20,000,000 cells\n" in out
    held = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "69.85kg", "--json").json[
        "marked"
    ]
    assert [(one["marked_mL"], one["cells"]) for one in held] == [(5, 50_000_000), (2, 20_000_000)]


def test_an_exact_volume_has_six_digits_or_is_about(mfg: Callable[..., Said]) -> None:
    """A third of a mL has no end, and the sum over the sites is the volume again."""
    out = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72.1234567kg").out
    assert "fill 2.2 mL (about 2.21235 mL, -0.558 %): 22,000,000 cells\n" in out
    thirds = filled("1", 'sites = 3\ncontainer = { kind = "syringe", holds = "1 mL" }')
    ((_, message),) = said(thirds, "on-the-marks")
    assert message.startswith("iv: on the marks 1 mL become 0.99 mL, which hold 990,000 cells (-1.000 %)")


def test_marks_that_move_the_dose_are_told() -> None:
    """A note within the tolerance, which is 1 % if none is stated, and a warning beyond it."""
    order = dose(PHASE2, arm="msc", weight="69.85 kg")
    assert said(order, "on-the-marks") == [
        ("note", "intrathecal: on the marks 6.985 mL become 7 mL, which hold 70,000,000 cells (+0.215 %)")
    ]
    assert said(dose(PHASE2, arm="msc", weight="72 kg"), "on-the-marks") == []
    syringe = 'container = { kind = "syringe", holds = "5 mL" }'
    ((level, message),) = said(filled("2.5", syringe), "on-the-marks")
    assert (level, message.endswith("2,600,000 cells (+4.000 %)")) == ("warning", True)


def test_a_fill_that_no_syringe_shows_is_a_warning_with_the_equal_split() -> None:
    """50.01 kg: 5 mL, and 0.001 mL, which is below the first mark; alike it would be twice 2.5005 mL."""
    order = dose(PHASE2, arm="msc", weight="50.01 kg")
    little = "intrathecal: 0.001 mL in a 5 mL syringe is less than its first mark, 0.2 mL"
    assert said(order, "too-little-to-draw-up") == [
        (
            "warning",
            f"{little}: split alike it would be 2 x 5 mL syringe with 2.5005 mL each",
        )
    ]
    assert said(dose(PHASE2, arm="msc", weight="52 kg"), "too-little-to-draw-up") == []
    assert said(dose(PHASE2, arm="msc", weight="51.9 kg"), "too-little-to-draw-up") != []
    alone = said(filled("0.1", 'container = { kind = "syringe", holds = "5 mL" }'), "too-little-to-draw-up")
    assert alone[0][1].endswith("0.2 mL: take a smaller one")


def test_the_least_that_is_stated_counts_too() -> None:
    """Where it is more than the first mark."""
    box = 'container = { kind = "syringe", holds = "5 mL", least = "0.5 mL" }'
    ((level, message),) = said(filled("0.4", box), "too-little-to-draw-up")
    assert (level, "less than the least that it is filled with, 0.5 mL" in message) == ("warning", True)
    assert said(filled("0.5", box), "too-little-to-draw-up") == []


def test_a_syringe_filled_to_its_nominal_volume_is_noted() -> None:
    """5 mL in a syringe of 5 mL; a bag is meant to be full."""
    assert said(dose(PHASE2, arm="msc", weight="50 kg"), "filled-to-the-brim") == [
        ("note", "intrathecal: 5 mL fill a 5 mL syringe to its nominal volume, with no room to spare")
    ]
    assert said(dose(PHASE2, arm="msc", weight="49 kg"), "filled-to-the-brim") == []
    assert said(filled("5", 'container = { kind = "bag", holds = "5 mL" }'), "filled-to-the-brim") == []


def test_the_most_by_a_route_is_obeyed_or_said_to_be_unchecked() -> None:
    """250 kg are 25 mL into the spine, and nobody says whether that is too much."""
    assert said(dose(PHASE2, arm="msc", weight="250 kg"), "limit-not-checked") == [
        ("note", "intrathecal: no maximum volume is stated: 25 mL are not checked")
    ]
    assert said(filled("15", "", 'volume = { most = "15 mL" }'), "limit-not-checked") == []
    with pytest.raises(Refused, match=r"route\.iv\.volume: '15\.1 mL' is outside at most 15 mL"):
        filled("15.1", "", 'volume = { most = "15 mL" }')
    nothing = dose(protocol('[[route]]\nname = "iv"\ncells = "1e6 cell"\n'))
    assert said(nothing, "limit-not-checked") == [("note", "iv: no maximum volume is stated")]
    fixed = dose(protocol('[[route]]\nname = "iv"\ncells = "1e6 cell"\nvolume = "2 mL"\n'))
    assert said(fixed, "limit-not-checked") == []


VEHICLE = """
[[step]]
do = "collect"
[[step]]
do = "isolate"
[[step]]
do = "expand"
lasts = "14 day"
[[step]]
do = "formulate"
vehicle = "own CSF"
drawn = "1 day"
{keys}
[[step]]
do = "administer"
[[supply]]
name = "fresh"
kind = "fresh"
before = "28 day"
"""


@pytest.mark.parametrize(
    ("keys", "drawn", "level", "message"),
    [
        ('reserve = "2 mL"\ndead_volume = "0.1 mL"', "10", "note", "10 mL of own CSF suffice for 7 mL of product, 0.2 mL left behind in containers and 2 mL kept back: 0.8 mL are left over"),
        ('reserve = "2 mL"\ndead_volume = "0.1 mL"', "9.2", "warning", "9.2 mL of own CSF suffice for 7 mL of product, 0.2 mL left behind in containers and 2 mL kept back: nothing is left over"),
        ('reserve = "2 mL"\ndead_volume = "0.1 mL"', "9.1", "error", "9.1 mL of own CSF do not suffice for 7 mL of product, 0.2 mL left behind in containers and 2 mL kept back: 0.1 mL are missing"),
        ('reserve = "2 mL"', "10", "note", "10 mL of own CSF suffice for 7 mL of product and 2 mL kept back: 1 mL are left over; no dead volume is stated"),
        ("", "7", "warning", "7 mL of own CSF suffice for 7 mL of product: nothing is left over; no reserve and no dead volume are stated"),
    ],
)  # fmt: skip
def test_what_is_kept_back_and_left_behind_is_needed_too(
    keys: str, drawn: str, level: str, message: str
) -> None:
    """7 mL in two syringes; and where nothing is left over, that is said."""
    route = '[[route]]\nname = "it"\ncells = "7e6 cell"\nconcentration = "1e6 cell/mL"\ncontainer = { kind = "syringe", holds = "5 mL" }\n'
    order = dose(protocol(route + VEHICLE.format(keys=keys)), csf=f"{drawn} mL")
    assert said(order, "vehicle-volume") == [(level, message)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('container = { kind = "syringe", least = "0.2 mL" }', r"container\.least: '0\.2 mL' is the least of what holds no stated volume"),
        ('container = { kind = "syringe", holds = ["1 mL", "5 mL"], least = "2 mL" }', r"container\.least: '2 mL' is more than the smallest size holds"),
    ],
)  # fmt: skip
def test_a_least_fill_belongs_to_a_size(text: str, problem: str) -> None:
    """And lies within it."""
    with pytest.raises(Faults, match=problem):
        protocol(f'[[route]]\nname = "iv"\ncells = "1e6 cell"\n{text}\n')


@pytest.mark.parametrize("key", ["reserve", "dead_volume"])
def test_vehicle_is_kept_back_only_where_some_is_drawn(key: str) -> None:
    """Of saline from a shelf there is enough."""
    text = VEHICLE.replace('drawn = "1 day"\n', "").format(keys=f'{key} = "1 mL"')
    with pytest.raises(Faults, match=rf"step\.formulate\.{key}: '1 mL' is of a vehicle that is not drawn"):
        protocol('[[route]]\nname = "it"\ncells = "7e6 cell"\n' + text)


def test_the_ceiling_of_a_tolerance_is_a_tenth(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """10 % may be stated, more not."""
    mine = tmp_path / "mine.toml"
    route = '[[route]]\nname = "iv"\ncells = "1e6 cell"\n'
    for tolerance, status in (("10 %", 0), ("10.1 %", 1)):
        mine.write_text(
            MINIMAL.replace("[[arm]]", f'tolerance = "{tolerance}"\n[[arm]]') + route, encoding="utf-8"
        )
        assert mfg("check", mine).status == status
