"""The doses of a table of patients: what a single order says of each, and no row lost."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mfg as package
from mfg import dose, doses, load_protocol
from mfg.errors import Faults, MfgError, Refused
from mfg.protocol.protocol import Protocol
from mfg.reader.toml import parse_toml
from tests.conftest import ROOT, Said
from tests.test_patient_list import FAULTY, HEADER, RIGHT

PHASE2, PHASE3 = load_protocol("lenzumestrocel-phase2"), load_protocol("lenzumestrocel-phase3")
THERAPIES = ROOT / "examples" / "protocols"


def people(*kg: object) -> pd.DataFrame:
    """Patients of these weights."""
    return pd.DataFrame({"patient": [f"P{n}" for n in range(len(kg))], "weight_kg": kg})


def weighed_for(valid: str) -> Protocol:
    """The protocol of phase 2 in which a weight holds for so long."""
    tree = parse_toml((ROOT / "protocols/lenzumestrocel-phase2.toml").read_text(encoding="utf-8"), "text")
    tree["patient"]["weight"]["valid"] = valid
    made = package.load(tree)
    assert isinstance(made, Protocol)
    return made


@given(st.lists(st.integers(200, 2500), min_size=1, max_size=5))
def test_each_is_the_dose_of_that_patient(tenths: list[int]) -> None:
    """Cells, volume and arm; a frame of floats is read as it is printed."""
    found = doses(PHASE2, people(*(n / 10 for n in tenths)), arm="msc")
    for n, row in zip(tenths, found.itertuples(), strict=True):
        order = dose(PHASE2, arm="msc", weight=f"{n / 10} kg")
        (given_by,) = order.administrations
        assert (row.outcome, row.arm, row.dose, row.route) == ("ordered", "msc", order.dose, "intrathecal")
        assert (row.cells, row.volume_mL) == (float(order.total_cells), float(given_by.volume_mL))  # type: ignore[arg-type]


def test_a_worked_case() -> None:
    """One million cells for each kg at ten million in each mL: 72.5 kg are 72.5 million in 7.25 mL, in two syringes."""
    (row,) = doses(PHASE2, people(72.5), arm="msc").to_dict("records")
    assert (row["row"], row["patient"], row["weight_kg"]) == (2, "P0", 72.5)
    assert (row["cells"], row["volume_mL"], row["counted"]) == (72_500_000, 7.25, "cells")
    assert row["containers"] == "1 x 5 mL syringe with 5 mL; 1 x 5 mL syringe with 2.2 mL"
    assert np.isnan([row["cells_least"], row["cells_most"]]).all()
    assert row["message"] == ""


@pytest.mark.parametrize(("line", "reason"), FAULTY.items())
def test_a_row_that_is_refused_stays_with_the_words_of_the_command(
    mfg: Callable[..., Said], tmp_path: Path, line: str, reason: str
) -> None:
    """And the others are as without it; the table of the command says the same, cell by cell."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEADER, RIGHT[0], line, RIGHT[1], ""]), encoding="utf-8")
    found = doses(PHASE3, path)
    assert list(found["outcome"]) == ["ordered", "refused", "ordered"]
    assert reason in found["message"][1]
    assert found.loc[1, ["cells", "volume_mL", "route", "containers"]].isna().all()
    path.write_text("\n".join([HEADER, *RIGHT, ""]), encoding="utf-8")
    alone, same = doses(PHASE3, path), [name for name in found if name != "row"]
    pd.testing.assert_frame_equal(
        found.loc[[0, 2], same].reset_index(drop=True), alone[same], check_dtype=False
    )
    path.write_text("\n".join([HEADER, RIGHT[0], line, RIGHT[1], ""]), encoding="utf-8")
    mfg("orders", "lenzumestrocel-phase3", path, "--out", tmp_path / "out")
    with (tmp_path / "out" / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [{k: v for k, v in row.items() if k != "page"} for row in csv.DictReader(file)]
    said = found.astype(object).where(found.notna(), "").to_dict("records")
    assert [list(row) for row in said] == [list(row) for row in written]
    numbers = {"row", "weight_kg", "cells", "volume_mL"}
    for one, other in zip(said, written, strict=True):
        for name, text in other.items():
            assert (float(text) if name in numbers and text else text) == one[name], name


def test_a_frame_keeps_its_index_in_every_row_of_a_patient() -> None:
    """Two routes are two rows; whoever is refused has one."""
    table = pd.DataFrame(
        {"patient": ["A", "B", "C"], "arm": ["active", "nobody", "placebo"]}, index=["x", "y", "z"]
    )
    found = doses(load_protocol("nurown-phase2"), table)
    assert list(found.index) == ["x", "x", "y", "z", "z"]
    assert list(found["row"]) == [2, 2, 3, 4, 4]
    assert list(found["route"].fillna("")) == ["intrathecal", "intramuscular", "", *found["route"][-2:]]
    twins = pd.concat([people(60), people(61)])
    assert (
        list(doses(PHASE2, twins, arm="msc")["message"])
        == ["the same patient and dose stand in rows 2, 3; leave one of them"] * 2
    )


def test_where_the_lot_decides_the_least_is_told() -> None:
    """And no number of cells: two million for each kg, or whatever more there is."""
    protocol = load_protocol(THERAPIES / "mobilised-cells.toml")
    order, found = dose(protocol, weight="60 kg"), doses(protocol, people(60))
    assert order.total_cells is None
    assert list(found["cells_least"]) == [float(order.total_cells_least or 0)]
    assert found[["cells", "cells_most"]].isna().all(axis=None)


def test_what_is_ordered_passes_its_audit() -> None:
    """The frame goes into an audit as it is; a slip in it is found."""
    ordered = doses(PHASE2, people(*range(50, 80)), arm="msc")
    assert set(package.audit(PHASE2, ordered).frame["verdict"]) == {"ok"}
    ordered.loc[7, "cells"] *= 10
    verdicts = package.audit(PHASE2, ordered).frame
    assert list(verdicts.index[verdicts["verdict"] != "ok"]) == [7]


def test_no_row_is_no_order() -> None:
    """The columns are there all the same."""
    empty, one = doses(PHASE2, people().astype(object), arm="msc"), doses(PHASE2, people(60), arm="msc")
    assert len(empty) == 0
    assert list(empty) == list(one)
    assert empty["cells"].dtype == one["cells"].dtype == float


def test_days_are_read_where_a_dose_has_one() -> None:
    """The dosing day is carried; with the day of the weight it decides whether that is too old. What is no day is refused."""
    table = people(60, 60, 60, 60, 60)
    table["on"] = [pd.Timestamp("2026-03-12"), date(2026, 3, 12), "2026-03-12", "12.3.2026", None]
    table["weighed"] = [pd.Timestamp("2026-03-01"), date(2026, 2, 1), None, None, "2026-03-01"]
    found = doses(weighed_for("14 day"), table, arm="msc")
    assert list(found["outcome"]) == ["ordered", "refused", "ordered", "refused", "refused"]
    assert list(found["on"][:3]) == [pd.Timestamp("2026-03-12")] * 3
    assert found["on"][3:].isna().all()
    assert "is 39 days before 2026-03-12, and a weight holds for 14 day" in found["message"][1]
    assert found["message"][3].startswith("on: '12.3.2026' is not a day")
    assert "is missing beside" in found["message"][4]
    assert list(doses(weighed_for("40 day"), table, arm="msc")["outcome"])[1] == "ordered"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"arm": "mcs"}, "arm: 'mcs' is no arm of this protocol; did you mean 'msc'"),
        ({"arm": "msc", "dose": "dose 9"}, "dose: 'dose 9' is no dose of arm msc; "),
        ({"dose": "dose 9"}, "dose: 'dose 9' is no dose of any arm; "),
        ({"arm": "msc", "supply": "frozen"}, "supply: 'frozen' is no supply of this protocol; "),
        ({"arm": 3}, "arm: '3' is a int; give a text"),
        ({"dose": ["dose 1"]}, "dose: \"['dose 1']\" is a list; give a text"),
        ({"table": [1, 2]}, "table: '[1, 2]' is a list; give the path of a CSV file or an Excel workbook, or a data frame"),
        ({"table": pd.DataFrame([[1, 2]])}, "table: '0' is no name of a column"),
        ({"protocol": "lenzumestrocel-phase2"}, "protocol: 'lenzumestrocel-phase2' is not a loaded protocol"),
        ({"protocol": 3}, "protocol: '3' is a int; give a protocol as mfg.load_protocol loads it"),
    ],
)  # fmt: skip
def test_what_is_said_of_all_and_cannot_be_is_refused_once(asked: dict[str, Any], said: str) -> None:
    """By the name of the parameter, before any row."""
    ask: Any = partial(doses, **{"protocol": PHASE2, "table": people(60), **asked})
    with pytest.raises(Refused) as found:
        ask()
    assert str(found.value).startswith(said)


@pytest.mark.parametrize(
    ("table", "asked", "said"),
    [
        (people(60), {}, "header: a column 'arm': is needed"),
        (people(60).assign(arm="msc"), {"arm": "msc"}, "has a column for the arm, and `arm` msc is given; leave out `arm`"),
        (people(60).rename(columns={"weight_kg": "weight_lb"}), {"arm": "msc"}, "'weight_lb' is not in kg: weigh in kg"),
        (people(60)[["weight_kg"]], {"arm": "msc"}, "has no column 'patient'; add it"),
    ],
)  # fmt: skip
def test_a_header_is_refused_once(table: pd.DataFrame, asked: dict[str, Any], said: str) -> None:
    """As that of a list."""
    with pytest.raises(Faults) as found:
        doses(PHASE2, table, **asked)
    assert str(found.value).startswith("the frame: 1 fault")
    assert said in str(found.value)


def test_one_arm_or_one_supply_for_all_is_that_of_every_row() -> None:
    """As if a column said so."""
    table = people(60, 70)
    of_all = doses(PHASE3, table, arm="five-dose", dose="dose 1", supply="fresh")
    by_row = doses(PHASE3, table.assign(arm="five-dose", dose="dose 1", supply="fresh"))
    pd.testing.assert_frame_equal(of_all, by_row)
    with pytest.raises(MfgError, match="`supply` fresh is given; leave out `supply`"):
        doses(PHASE3, table.assign(arm="five-dose", dose="dose 1", supply="fresh"), supply="fresh")
