"""The table as its own witness: patients who stand twice, weights that jump, weights in pounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfg import audit, load_protocol
from mfg.auditing.witnesses import change_limit
from tests.test_audit import HEADER, table, verdicts

BEFORE = f"{HEADER},previous_weight_kg"


def short(folder: Path, lines: list[str], header: str = HEADER) -> list[tuple[str, str]]:
    """Verdicts and slips."""
    return [(one.verdict, " ".join(one.likely)) for one in verdicts(folder, lines, header)]


def test_a_weight_that_changed_by_a_tenth_is_warned_about(tmp_path: Path) -> None:
    """Ten per cent are within, a little more is not; a wrong dose stays an error."""
    lines = ["A,77,77e6,70", "B,77.1,77.1e6,70", "C,62.9,62.9e6,70", "D,77.1,7e8,70"]
    assert [verdict for verdict, _ in short(tmp_path, lines, BEFORE)] == ["ok", "warning", "warning", "error"]


def test_what_made_a_weight_wrong_is_named(tmp_path: Path) -> None:
    """Pounds, digits that changed places, the row above."""
    lines = ["A,61,61e6,61.5", "B,154.3,154.3e6,70", "C,46.2,46.2e6,58", "D,86,86e6,68", "E,86,86e6,55"]
    assert short(tmp_path, lines, BEFORE) == [
        ("ok", ""),
        ("warning", "pounds-as-kilograms"),
        ("warning", "other"),
        ("warning", "neighbours-weight"),
        ("warning", "neighbours-weight"),
    ]
    assert short(tmp_path, ["D,86,86e6,68"], BEFORE) == [("warning", "transposed-digits")]


def test_a_table_knows_its_own_changes() -> None:
    """Fifty changes of one per cent make eight remarkable; a few, or large ones, make it ten; none makes it three."""
    assert change_limit([0.01, -0.01] * 25) == pytest.approx(0.074)
    assert change_limit([0.01] * 49) == 0.10
    assert change_limit([0.05] * 50) == 0.10
    assert change_limit([0.0] * 50) == 0.03
    assert change_limit([0.01] * 60 + [1.2] * 40) == pytest.approx(0.074)  # two in five weights are pounds
    assert change_limit([0.001 * n for n in range(70)] + [0.5] * 30) == 0.10


def test_a_table_whose_weights_hardly_change_doubts_a_smaller_one(tmp_path: Path) -> None:
    """Eight per cent among changes of one per cent."""
    lines = [f"P{n},{70 + n / 10},{(70 + n / 10) * 1e6:.0f},{(70 + n / 10) * 1.01:.3f}" for n in range(60)]
    found = short(tmp_path, [*lines, "X,75.6,75.6e6,70"], BEFORE)
    assert {verdict for verdict, _ in found[:-1]} == {"ok"}
    assert found[-1][0] == "warning"


def test_the_last_weight_confirms_one_that_stature_doubts(tmp_path: Path) -> None:
    """A body-mass index of 11 is remarkable alone, and not beside the same weight last time."""
    header = f"{HEADER},height_cm,previous_weight_kg"
    assert short(tmp_path, ["A,31,31e6,168,", "B,31,31e6,168,31.5"], header) == [
        ("warning", "other"),
        ("ok", ""),
    ]


def test_a_patient_twice_is_named(tmp_path: Path) -> None:
    """The same dose again; more doses than the arm has, where the dose is not said."""
    lines = ["A,70,7e7,dose 1", "A,70,7e7,dose 2", "A,70,7e7,Dose 1"]
    assert short(tmp_path, lines, f"{HEADER},dose") == [("ok", ""), ("ok", ""), ("warning", "duplicate")]
    lines = ["A,70,7e7", "B,70,7e7", "A,70,7e7", "A,70,7e7"]
    assert short(tmp_path, lines)[2:] == [("ok", ""), ("warning", "too-many-doses")]
    assert "row 4" in verdicts(tmp_path, lines)[3].reason


def test_one_row_for_each_route_is_one_dose(tmp_path: Path) -> None:
    """Two routes of a day are not two doses."""
    path = table(tmp_path, ["A,IT,125e6", "A,IM,48e6", "A,IM,48e6"], "patient,route,cells")
    found = audit(load_protocol("nurown-phase2"), path, arm="active")
    assert [one.likely for _, one in found.verdicts()] == [(), (), ("duplicate",)]


def test_a_weight_that_jumps_within_the_table_is_warned_about(tmp_path: Path) -> None:
    """68 kg, then 150 kg: pounds."""
    assert short(tmp_path, ["A,68,68e6", "A,150,150e6"])[1] == ("warning", "pounds-as-kilograms")


def test_a_wrong_row_is_no_witness_against_a_later_one(tmp_path: Path) -> None:
    """Neither one whose dose contradicts its weight, nor one whose weight is doubted; a right one is, over both."""
    wrong = ["A,150,68.04e6", "A,68,68e6"]
    assert short(tmp_path, wrong) == [("error", "kilograms-as-pounds"), ("ok", "")]
    doubted = ["A,150,150e6,68", "A,68.5,68.5e6,"]
    assert short(tmp_path, doubted, BEFORE) == [("warning", "pounds-as-kilograms"), ("ok", "")]
    between = verdicts(tmp_path, ["A,68,68e6", "A,150,68.04e6", "A,151,151e6"])[2]
    assert (between.verdict, "68 kg in row 2" in between.reason) == ("warning", True)


def test_a_last_weight_in_its_own_row_confirms_a_weight_that_changed_since_an_earlier_row(
    tmp_path: Path,
) -> None:
    """70 kg, then 58 kg with 59 kg the last time."""
    found = short(tmp_path, ["A,70,70e6,70", "A,58,58e6,59"], BEFORE)
    assert found == [("ok", ""), ("ok", "")]


@pytest.mark.parametrize(("unit", "doubted"), [(1.0, False), (2.2046, True)])
def test_a_whole_table_in_pounds_is_doubted(tmp_path: Path, unit: float, *, doubted: bool) -> None:
    """Every row is right, and half of the weights lie above 110 kg."""
    weights = [round((50 + n) * unit, 1) for n in range(40)]
    path = table(tmp_path, [f"P{w},{w},{w * 1e6:.0f}" for w in weights])
    found = audit(load_protocol("lenzumestrocel-phase2"), path, arm="msc")
    assert {verdict.verdict for _, verdict in found.verdicts()} == {"ok"}
    assert ("pounds" in found.doubt, found.warnings) == (doubted, ())
