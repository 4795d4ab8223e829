"""Orders for a list of patients: every row gets its order or its refusal, and costs no other."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg.cli import asked
from mfg.dispensing.names import file_name
from tests.conftest import Said

HEADER = "patient,second_id,weight_kg,arm,dose,csf_mL"
RIGHT = ["P01,1961-02-03,72.5,five-dose,dose 1,25", "P02,1955-05-05,60,control,dose 1,25"]


@pytest.fixture
def orders(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Said, list[dict[str, str]]]]:
    """Order for these lines of a list, by phase 3 unless told otherwise; what is said, and the table of orders."""
    monkeypatch.setattr(asked, "now", lambda: datetime(2026, 3, 12, 8, 30, tzinfo=UTC))

    def ordered(
        *lines: str, header: str = HEADER, rules: str = "lenzumestrocel-phase3", more: tuple[str, ...] = ()
    ) -> tuple[Said, list[dict[str, str]]]:
        path, out = tmp_path / "list.csv", tmp_path / "out"
        path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        said = mfg("orders", rules, path, "--out", out, *more)
        table = out / "orders.csv"
        if not table.exists():
            return said, []
        with table.open(encoding="utf-8-sig", newline="") as file:
            return said, list(csv.DictReader(file))

    return ordered


def test_a_list_becomes_a_table_and_worksheets(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], tmp_path: Path
) -> None:
    """What is counted, volume, containers; a page for each; a record with the digest of the list."""
    said, rows = orders(*RIGHT)
    assert said.status == 0, said.err
    assert [
        (r["row"], r["patient"], r["cells"], r["counted"], r["volume_mL"], r["outcome"]) for r in rows
    ] == [
        ("2", "P01", "72500000", "cells", "7.25", "ordered"),
        ("3", "P02", "0", "cells", "6", "ordered"),
    ]
    assert rows[0]["containers"] == "1 x 5 mL syringe with 5 mL; 1 x 5 mL syringe with 2.2 mL"
    for row in rows:
        page = (tmp_path / "out" / row["page"]).read_text(encoding="utf-8")
        assert f"<b>{row['patient']}</b>" in page
        assert f"<b>{row['second_id']}</b>" in page
    digest = hashlib.sha256((tmp_path / "list.csv").read_bytes()).hexdigest()
    assert f"SHA-256 {digest}" in (tmp_path / "out" / "record.txt").read_text(encoding="utf-8")
    assert f"SHA-256 {digest}" in said.out
    assert digest in page


FAULTY = {
    "P03,,150000,five-dose,dose 1,25": "'150000 kg' is outside",
    "P03,,72 kg,five-dose,dose 1,25": "'72 kg' is not a plain number",
    "P03,,,five-dose,dose 1,25": "depends on the weight",
    "P03,,72,none,dose 1,25": "'none' is no arm",
    "P03,,72,,dose 1,25": "what a patient gets for dose 1 differs between the arms",
    "P03,,72,five-dose,dose 9,25": "'dose 9' is not given in arm five-dose",
    "P03,,72,five-dose,dose 1,5": "5 mL of autologous CSF do not suffice",
    ",,72,five-dose,dose 1,25": "patient: is empty",
    "P03,,72,five-dose,dose 1": "the line has not 6 cells",
}


@pytest.mark.parametrize(("line", "reason"), FAULTY.items())
def test_a_faulty_row_costs_no_other(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], line: str, reason: str
) -> None:
    """It is refused in its place, by the number that a spreadsheet shows; the others are as without it."""
    _, alone = orders(*RIGHT)
    said, rows = orders(RIGHT[0], line, RIGHT[1])
    assert said.status == 1
    assert [row["row"] for row in rows] == ["2", "3", "4"]
    assert rows[1]["outcome"] == "refused"
    assert rows[1]["patient"] == line.partition(",")[0]
    assert reason in rows[1]["message"]
    assert (rows[1]["cells"], rows[1]["page"]) == ("", "")
    assert [{**row, "row": ""} for row in (rows[0], rows[2])] == [{**row, "row": ""} for row in alone]
    assert "3 rows: 2 ordered, 1 refused; 2 worksheets" in said.out


def test_a_patient_is_not_ordered_twice(orders: Callable[..., tuple[Said, list[dict[str, str]]]]) -> None:
    """The same patient and dose in two rows: nobody knows which is meant. Another dose is another order."""
    said, rows = orders("P01,,70,five-dose,dose 1,", "P01,,71,five-dose,dose 1,", "P01,,70,five-dose,dose 2,")
    assert [row["outcome"] for row in rows] == ["refused", "refused", "ordered"]
    assert "stand in rows 2, 3; leave one of them" in rows[0]["message"]
    assert said.status == 1


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("second_id,weight_kg,arm,dose", "has no column 'patient'; add it"),
        ("patient,arm,dose", "has no column 'weight_kg', and doses depend on the weight; add it"),
        ("patient,weight_lb,arm,dose", "'weight_lb' is not in kg: weigh in kg"),
        ("patient,weight_kg,Weight (kg),arm,dose", "mean the same; keep one of them"),
        ("patient,weight_kg", "a column 'arm': is needed"),
    ],
)
def test_a_faulty_header_is_refused_once(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], tmp_path: Path, header: str, message: str
) -> None:
    """And nothing is written."""
    said, _ = orders(*RIGHT, header=header)
    assert (said.status, said.out) == (2, "")
    assert message in said.err
    assert not (tmp_path / "out").exists()


def test_covariates_have_columns_of_their_own(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]],
) -> None:
    """A dose for each square centimetre of a wound."""
    said, rows = orders(
        "A,40", "B,20", header="patient,area_cm**2", rules="examples/protocols/cells-per-area.toml"
    )
    assert said.status == 0, said.err
    assert [row["cells"] for row in rows] == ["40000000", "20000000"]


def test_an_excel_workbook_is_a_list_too(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """With numbers as numbers."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (
        ["Patient ID", "DOB", "Weight (kg)", "Arm", "Dose"],
        ["P01", "1961", 72.5, "five-dose", "dose 1"],
    ):
        book.active.append(line)
    book.save(tmp_path / "list.xlsx")
    out = tmp_path / "out"
    said = mfg("orders", "lenzumestrocel-phase3", tmp_path / "list.xlsx", "--out", out, "--json")
    assert said.status == 0, said.err
    (order,) = said.json["orders"]
    assert order["order"]["total_cells"] == 72_500_000
    assert (out / order["page"]).exists()


def test_the_table_of_orders_passes_its_audit(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], mfg: Callable[..., Said], tmp_path: Path
) -> None:
    """What was ordered is what the protocol prescribes."""
    orders(*RIGHT)
    said = mfg("audit", "lenzumestrocel-phase3", tmp_path / "out" / "orders.csv", "--json")
    assert (said.json["rows"], said.json["ok"]) == (2, 2)


def test_a_run_replaces_its_own_and_nothing_else(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], tmp_path: Path
) -> None:
    """Pages that are ordered no more go, pages that are stay, and what somebody put there is left alone."""
    out = tmp_path / "out"
    _, rows = orders(*RIGHT)
    note = out / "worksheets" / "note.html"
    note.write_text("mine", encoding="utf-8")
    _, again = orders(RIGHT[0])
    assert again == rows[:1]
    left = {path.name for path in (out / "worksheets").iterdir()}
    assert left == {Path(rows[0]["page"]).name, "note.html"}
    assert note.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("taken", ["orders.csv", "record.txt", "page"])
def test_what_is_in_the_way_is_refused_before_anything_is_written(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], tmp_path: Path, taken: str
) -> None:
    """A file of somebody else under a name that is needed."""
    out = tmp_path / "out"
    name = f"worksheets/{file_name('P01', 'dose 1')}" if taken == "page" else taken
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine", encoding="utf-8")
    said, _ = orders(*RIGHT)
    assert (said.status, said.out) == (2, "")
    assert "is there and was not written by mfg orders; name another folder" in said.err
    assert [path for path in out.rglob("*") if path.is_file()] == [out / name]


def test_blinded_copies_tell_nothing(
    orders: Callable[..., tuple[Said, list[dict[str, str]]]], tmp_path: Path
) -> None:
    """Their names and their content are the same whatever the arm."""
    seen = []
    for arm in ("five-dose", "control"):
        said, _ = orders(f"P01,1961,72.5,{arm},dose 1,25", more=("--blinded",))
        assert said.status == 0
        (page,) = (tmp_path / "out" / "blinded").iterdir()
        text = page.read_text(encoding="utf-8")
        assert arm not in text
        seen.append((page.name, text))
    assert seen[0] == seen[1]


def test_a_table_runs_no_formula(orders: Callable[..., tuple[Said, list[dict[str, str]]]]) -> None:
    """Names that a spreadsheet would compute are text."""
    _, rows = orders('=1+1,"@x",70,five-dose,dose 1,')
    assert (rows[0]["patient"], rows[0]["second_id"]) == ("'=1+1", "'@x")


def test_a_list_steers_no_terminal(orders: Callable[..., tuple[Said, list[dict[str, str]]]]) -> None:
    """What a name holds is written out, on the screen and in the table."""
    said, rows = orders("P\x1b[2J\u202e,,9000,five-dose,dose 1,,", header=f"{HEADER},note\x1b")
    assert "P<U+001B>[2J<U+202E>" in said.out
    assert rows[0]["patient"] == "P<U+001B>[2J<U+202E>"
    assert "\x1b" not in said.out + said.err


@given(st.text(max_size=90), st.text(max_size=90))
def test_a_file_name_is_safe(patient: str, dose: str) -> None:
    """Plain characters, of a bearable length, never a hidden file, never a folder."""
    name = file_name(patient, dose)
    assert re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]*)\.html", name)
    assert len(name) <= 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("P1", "a"), ("p1", "a")),
        (("P/1", "a"), ("P-1", "a")),
        (("朴", "a"), ("김", "a")),
        (("P-1", "a"), ("P", "1-a")),
    ],
)
def test_names_that_look_alike_are_kept_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    """On a disk that knows no capitals, too; and the same patient and dose have the same name again."""
    assert file_name(*one).casefold() != file_name(*other).casefold()
    assert file_name(*one) == file_name(*one)
