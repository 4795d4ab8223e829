"""The workbook: every row of every table, units explained, and nothing that runs."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from attrs import evolve

from mfg.errors import Refused
from mfg.report import workbook
from mfg.report.workbook import SHEETS, workbook_of
from mfg.study.stored import load_run


def test_every_row_and_column_is_there(run_folder: Path) -> None:
    """Rows of sheets are rows of tables; the sheet of columns explains each column; numbers are numbers."""
    stored = load_run(run_folder)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(stored)))
    assert book.sheetnames == ["columns", "figures", *SHEETS]
    explained = {(row[0], row[1]) for row in book["columns"].iter_rows(min_row=2, values_only=True)}
    for name in SHEETS:
        frame, sheet = stored.base.table(name), book[name]
        assert sheet.max_row == len(frame) + 1
        header = [cell.value for cell in sheet[1]]
        assert header == list(frame.columns)
        assert {(name, column) for column in header} <= explained
    header, *people = book["patients"].iter_rows(values_only=True)
    weights = [row[header.index("weight_kg")] for row in people]
    assert weights == stored.base.table("patients")["weight_kg"].tolist()


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+1", "-1", "http://example.org", "\tx"])
def test_no_cell_is_a_formula_or_a_link(run_folder: Path, name: str) -> None:
    """A patient called like a formula is a text in the sheet."""
    stored = load_run(run_folder)
    stored.base.table("patients")["patient"] = name
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_of(stored)))["patients"]
    cell = sheet.cell(row=2, column=2)
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_a_table_too_long_for_a_sheet_is_refused(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is left out silently."""
    monkeypatch.setattr(workbook, "ROWS", 5)
    with pytest.raises(Refused, match="write the tables as CSV"):
        workbook_of(evolve(load_run(run_folder)))
