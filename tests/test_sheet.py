"""Tables as spreadsheets export them: read as they mean, or refused once with what would be right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from mfg.errors import Faults
from mfg.sheet import (
    ColumnMeaning,
    Unreadable,
    is_total,
    meaning_of,
    number_of,
    open_sheet,
    read_heading,
    safe,
)
from mfg.sizes import TABLE


def written(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    """A file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path: Path) -> list[tuple[int, list[str] | None]]:
    """The numbers and the cells of the rows below the header."""
    return [(row.number, row.cells) for row in open_sheet(path).rows()]


HEADINGS = [
    ("Weight (kg)", "weight", 1, "", False),
    ("weight_kg", "weight", 1, "", False),
    (" WEIGHT_KG ", "weight", 1, "", False),
    ("BW_kg", "weight", 1, "", False),
    ("wt. [lbs]", "weight", "0.45359237", "", False),
    ("Gewicht_kg", "weight", 1, "", False),
    ("PatientID", "patient", None, "", False),
    ("Pt.", "patient", None, "", False),
    ("Subject No", "patient", None, "", False),
    ("previous_weight_kg", "previous weight", 1, "", False),
    ("Last weight (kg)", "previous weight", 1, "", False),
    ("Height (m)", "height", 100, "", False),
    ("volume_mL", "volume", 1, "", False),
    ("Volume (µL)", "volume", "0.001", "", False),
    ("Dose (mL)", "volume", 1, "", False),
    ("cells", "cells", 1, "", False),
    ("Total cells", "cells", 1, "", False),
    ("Dose [10^6 cells]", "cells", 1000000, "", False),
    ("Cells (x10⁶)", "cells", 1000000, "", False),
    ("Cells ×10^6", "cells", 1000000, "", False),
    ("Dose (Mio Zellen)", "cells", 1000000, "", False),
    ("dose_1_cells", "cells", 1, "dose 1", False),
    ("Booster 2 (10^6 cells)", "cells", 1000000, "booster 2", False),
    ("cells/kg", "cells", 1, "", True),
    ("Dose (10^6 cells/kg)", "cells", 1000000, "", True),
    ("dose 10^6/kg", "cells", 1000000, "", True),
    ("Route of administration", "route", None, "", False),
    ("Arm", "arm", None, "", False),
    ("dose", "dose", None, "", False),
]


@pytest.mark.parametrize(("text", "kind", "factor", "label", "per_kg"), HEADINGS)
def test_a_header_says_its_kind_and_its_unit(
    text: str, kind: str, factor: object, label: str, *, per_kg: bool
) -> None:
    """Whatever its case, brackets and underscores."""
    meant = meaning_of(text)
    assert meant is not None
    assert (meant.kind, meant.label, meant.per_kg) == (kind, label, per_kg)
    assert meant.factor == (None if factor is None else Decimal(str(factor)))


@pytest.mark.parametrize(
    "text",
    [
        "Ideal weight (kg)",
        "Cells (x10e6)",
        "Cells x106",
        "weight_kg_lb",
        "cells (%)",
        "cells/mL",
        "Weight (cm)",
        "Ward",
    ],
)
def test_a_header_that_could_mean_something_else_means_nothing(text: str) -> None:
    """An ideal weight is no weight, and 10e6 is ten million or one."""
    assert meaning_of(text) is None


def test_a_weaker_header_and_one_without_its_unit_are_known_as_such() -> None:
    """`Weight` needs its unit, and a group is an arm only if nothing else is."""
    assert meaning_of("Weight") == ColumnMeaning("weight")
    assert meaning_of("Group") == ColumnMeaning("arm", weak=True)
    assert read_heading("Cells (x10e6)").unclear


NUMBERS = [
    ("72.5", ".", "72.5"),
    ("7.2E+07", ".", "7.2E+7"),
    ("72,5", ",", "72.5"),
    ("7,2e7", ",", "7.2E+7"),
    ("72,000,000", ".", "72000000"),
    ("72\u00a0000\u00a0000", ".", "72000000"),
    ("72'000'000", ",", "72000000"),
    ("72.000.000", ",", "72000000"),
]


@pytest.mark.parametrize(("text", "sign", "value"), NUMBERS)
def test_a_number_is_read_with_the_decimal_sign_of_its_table(text: str, sign: str, value: str) -> None:
    """Two groups of three digits or more are thousands."""
    assert number_of(text, "x", sign) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("72,5", "."), ("72,500", "."), ("72.5", ","), ("072", "."), ("7e400", "."), ("72 kg", ".")],
)
def test_any_other_number_is_refused(text: str, sign: str) -> None:
    """Never repaired."""
    with pytest.raises(Unreadable, match="not a plain number"):
        number_of(text, "x", sign)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_decimal_comma_is_read_where_commas_divide_nothing(tmp_path: Path, mark: str) -> None:
    """Semicolons and tabs leave no doubt, once a number has other than three decimals."""
    lines = [["patient", "weight_kg"], ["A", "72,5"], ["B", "72,125"]]
    sheet = open_sheet(written(tmp_path, "\n".join(mark.join(line) for line in lines)))
    assert sheet.sign([1]) == ","


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["A\t72,500", "B\t61,125"], "thousands or decimals"),
        (["A\t72,5", "B\t61.5"], "decimal comma and with a decimal point"),
    ],
)
def test_a_doubtful_decimal_sign_is_refused_once(tmp_path: Path, lines: list[str], problem: str) -> None:
    """For the table, before any row."""
    sheet = open_sheet(written(tmp_path, "\n".join(["patient\tweight_kg", *lines])))
    with pytest.raises(Faults, match=problem):
        sheet.sign([1])


def test_rows_have_the_numbers_of_a_spreadsheet(tmp_path: Path) -> None:
    """Titles, blank lines and a quoted line break take a row each; `sep=` takes none."""
    text = 'sep=;\r\nDoses of May\r\n\r\npatient;weight_kg;note\r\nA;70;"two\r\nlines"\r\n;;\r\nB;80;\r\n'
    path = written(tmp_path, text)
    assert rows(path) == [(4, ["A", "70", "two\r\nlines"]), (6, ["B", "80", ""])]
    sheet = open_sheet(path)
    assert (sheet.number, len(list(sheet.rows())), sheet.blank) == (3, 2, 1)


def test_an_unclosed_quotation_mark_spoils_its_own_line(tmp_path: Path) -> None:
    """The lines after it are rows of their own."""
    text = 'patient,weight_kg\nA,"70\nB,80\nC,90\n'
    assert rows(written(tmp_path, text)) == [(2, None), (3, ["B", "80"]), (4, ["C", "90"])]


def test_a_row_of_another_width_has_no_cells(tmp_path: Path) -> None:
    """Unless what is too much is empty; a repeated header is left out."""
    text = "patient,weight_kg\nA,70,,\nB,80,1\nC\npatient,weight_kg\n"
    sheet = open_sheet(written(tmp_path, text))
    assert [row.cells for row in sheet.rows()] == [["A", "70"], None, None]
    assert sheet.repeated == 1


ENCODED = [
    ("utf-8", "UTF-8", False),
    ("utf-8-sig", "UTF-8", True),
    ("utf-16", "UTF-16", True),
    ("cp1252", "Windows-1252", True),
]


@pytest.mark.parametrize(("codec", "called", "mark"), ENCODED)
def test_encodings_that_leave_no_doubt_are_read(
    tmp_path: Path, codec: str, called: str, *, mark: bool
) -> None:
    """A single umlaut means the same letter in every Western and Central European code page."""
    path = written(tmp_path, "patient,weight_kg\nMüller,70\n".encode(codec))
    sheet = open_sheet(path)
    assert [row.cells for row in sheet.rows()] == [["Müller", "70"]]
    assert (called in sheet.written, sheet.mark) == (True, mark)


@pytest.mark.parametrize(
    "name", ["Иванов".encode("cp1251"), "김철수".encode("cp949"), "Müller".encode("cp850"), b"a\0b"]
)
def test_other_encodings_are_refused_once(tmp_path: Path, name: bytes) -> None:
    """Guessing would change a name."""
    with pytest.raises(Faults, match="CSV UTF-8"):
        open_sheet(written(tmp_path, b"patient,weight_kg\n" + name + b",70\n"))


def test_a_workbook_is_read_as_excel_shows_it(tmp_path: Path) -> None:
    """Fifteen digits of a number, one sheet with a header, titles above it."""
    book = openpyxl.Workbook()
    book.active.append(["Doses"])
    book.active.append(["Patient ID", "Weight (kg)", "Cells"])
    book.active.append([7, 60.2 + 0.1, 60_300_000.0])
    book.create_sheet("notes").append(["nothing of interest"])
    path = tmp_path / "doses.csv"  # whatever its name
    book.save(tmp_path / "doses.xlsx")
    (tmp_path / "doses.xlsx").replace(path)
    assert rows(path) == [(3, ["7", "60.3", "60300000"])]
    book.create_sheet("more").append(["Patient", "Weight (kg)"])
    book.save(tmp_path / "doses.xlsx")
    path = tmp_path / "doses.xlsx"
    with pytest.raises(Faults, match="2 sheets that may be meant: 'Sheet', 'more'"):
        open_sheet(path)


def test_numbers_of_a_workbook_leave_no_doubt(tmp_path: Path) -> None:
    """Three decimals are decimals there."""
    book = openpyxl.Workbook()
    book.active.append(["Patient", "Weight (kg)"])
    book.active.append(["A", 72.125])
    book.save(tmp_path / "doses.xlsx")
    assert open_sheet(tmp_path / "doses.xlsx").sign([1]) == "."


@pytest.mark.parametrize("raw", [b"\xd0\xcf\x11\xe0old", b"PK\x03\x04other"])
def test_other_spreadsheets_are_refused_in_one_step(tmp_path: Path, raw: bytes) -> None:
    """By what they are, not by their name."""
    with pytest.raises(Faults, match=r"\.xlsx"):
        open_sheet(written(tmp_path, raw, "doses.xls"))


def test_a_table_may_be_so_large(tmp_path: Path) -> None:
    """A larger one is refused by its size, before any of it is read; so is a path that no file can have."""
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.truncate(TABLE.most + 1)
    with pytest.raises(Faults, match="bytes of a table"):
        open_sheet(path)
    with pytest.raises(Faults, match="no path holds"):
        open_sheet(tmp_path / "a\0b.csv")


def test_two_headers_are_one_too_many(tmp_path: Path) -> None:
    """Two tables in one file."""
    text = "patient,weight_kg\nA,70\npatient,cells\nA,7e7\n"
    with pytest.raises(Faults, match="rows 1 and 3"):
        open_sheet(written(tmp_path, text))


def test_totals_are_known_by_their_name() -> None:
    """And nobody else is."""
    assert [is_total(text) for text in ("Total", "TOTALS:", "Summe", "Totalis", "Sumi")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_formulas_do_not_run() -> None:
    """Text that a spreadsheet would evaluate is made text; genuine numbers stay."""
    assert [safe(t) for t in ("=1+1", "+1", "@x", "-5", "-5.5e3", "-5,5", "-x", "A")] == [
        "'=1+1",
        "'+1",
        "'@x",
        "-5",
        "-5.5e3",
        "-5,5",
        "'-x",
        "A",
    ]
