"""Lists of patients: every line is a patient or a fault."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from mfg.errors import Faults
from mfg.reader.library import shelf
from mfg.reader.patients import read_patients
from mfg.sizes import TABLE

HEADER = "patient,arrived,weight_kg,age,arm"


def read(folder: Path, *lines: str, header: str = HEADER):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """The patients of a list written on the spot."""
    path = folder / "patients.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_patients(path)


def test_a_list_is_read_in_order_of_arrival(tmp_path: Path) -> None:
    """Names are text, what is left out is drawn."""
    one, two = read(tmp_path, "NA,2026-02-01,72.5,,msc", "007,2026-01-05,60,54,")
    assert (one.patient, one.arrived, one.weight_kg, one.age, one.arm) == (
        "007",
        date(2026, 1, 5),
        60.0,
        54.0,
        None,
    )
    assert (two.patient, two.age, two.arm) == ("NA", None, "msc")


@pytest.mark.parametrize("written", ["-4", "72.5 kg", "7e", "0"])
def test_a_number_is_advised_as_its_column_takes_it(tmp_path: Path, written: str) -> None:
    """The column says the unit: what is offered in the advice stands there without one, and is read."""
    with pytest.raises(Faults) as refusal:
        read(tmp_path, f"A,2026-02-01,{written},54,")
    (fault,) = refusal.value.faults
    assert fault.given == written
    offered = fault.remedy.partition(" like ")[2]
    (one,) = read(tmp_path, f"A,2026-02-01,{offered},54,")
    assert one.weight_kg == float(offered)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("A,2026-01-05,72,5,54,msc", "6 cells"),
        ("A,2026-01-05", "2 cells"),
        (",2026-01-05,72,54,msc", "give each patient a name"),
        ("A,05.01.2026,72,54,msc", "YYYY-MM-DD"),
        ("A,2026-01-05,seventy,54,msc", "no number"),
        ("A,2026-01-05,,54,msc", "kg"),
        ("A,2026-01-05,72.55,54,msc", "tenth of a kilogram"),
        ("A,2026-01-05,720,54,msc", "1 to 300"),
        ("A,2026-01-05,-72,54,msc", "negative"),
        ("A,2026-01-05,nan,54,msc", "finite"),
        ("A,2026-01-05,72,old,msc", "whole number"),
        ("A,2026-01-05,72,130,msc", "whole number"),
        (f"A,2026-01-05,72,{'1' * 5000},msc", "whole number"),
        ("A,2026-01-05,72,5_4,msc", "whole number"),
        ("A,2026-01-05,72,\u0663,msc", "whole number"),
    ],
)
def test_a_line_that_is_no_patient_is_named(tmp_path: Path, line: str, word: str) -> None:
    """With its number; and with it every other fault of the list."""
    with pytest.raises(Faults, match=word) as refusal:
        read(tmp_path, "B,2026-01-06,70,50,msc", line, "C,2026-13-01,70,50,msc")
    assert "line 3" in str(refusal.value)
    assert "line 4" in str(refusal.value)


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("patient,arrived", "weight_kg"),
        ("patient,arrived,weight_kg,aeg,arm", "did you mean 'age'"),
        ("patient,arrived,weight_kg,arm,arm", "more than once"),
        ("patient;arrived;weight_kg", "no column"),
        ("patient,arrived,weight_kg" + "," * 100, "has 103 columns"),
    ],
)
def test_a_header_must_fit(tmp_path: Path, header: str, word: str) -> None:
    """Exactly the known columns."""
    with pytest.raises(Faults, match=word):
        read(tmp_path, "A,2026-01-05,72,54,msc", header=header)


def test_a_patient_stands_once(tmp_path: Path) -> None:
    """Two lines for one name would be one patient or two."""
    with pytest.raises(Faults, match="more than once"):
        read(tmp_path, "A,2026-01-05,72,54,msc", "A,2026-01-06,72,54,msc")


def test_a_list_of_many_is_read_in_proportion(tmp_path: Path) -> None:
    """Eight times the lines are about eight times the work, not sixty-four times; the last ones of one name are named."""

    def spent(many: int) -> float:
        lines = [f"{n},2026-01-05,72,54,msc" for n in (*range(many), many - 1)]
        begun = time.process_time()
        with pytest.raises(Faults, match=f"'{many - 1}' stands more than once"):
            read(tmp_path, *lines)
        return time.process_time() - begun

    assert spent(40_000) < 24 * max(spent(5_000), 0.02)


def test_a_list_ends(tmp_path: Path) -> None:
    """More lines, or more bytes, than anybody's list has are refused before they are read as patients."""
    with pytest.raises(
        Faults, match="comes to 100,002 lines of a list of patients, and there may be 100,000"
    ):
        read(tmp_path, *["A"] * 100_001)
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(TABLE.most + 1)
    with pytest.raises(Faults, match="bytes of a table in a file"):
        read_patients(path)


def test_files_that_are_no_list(tmp_path: Path) -> None:
    """Missing, empty, not UTF-8, an open quotation mark."""
    with pytest.raises(Faults, match="cannot be read"):
        read_patients(tmp_path / "none.csv")
    with pytest.raises(Faults, match="no patients"):
        read(tmp_path)
    with pytest.raises(Faults, match="not CSV"):
        read(tmp_path, 'A,"2026-01-05,72,54,msc')
    path = tmp_path / "latin.csv"
    path.write_bytes(HEADER.encode() + b"\nM\xfcller,2026-01-05,72,54,msc\n")
    with pytest.raises(Faults, match="UTF-8"):
        read_patients(path)


def test_the_list_of_the_trial_is_like_the_trial() -> None:
    """64 synthetic patients, 33 and 31, screened between the trial's first and last day."""
    found = read_patients(shelf("scenario").parent / "patients" / "phase2-synthetic.csv")
    assert len(found) == 64
    assert [sum(one.arm == arm for one in found) for arm in ("msc", "control")] == [33, 31]
    assert (found[0].arrived, found[-1].arrived) == (date(2011, 12, 5), date(2012, 11, 22))
    assert all(40 <= one.weight_kg <= 90 for one in found)
    assert all(25 <= (one.age or 0) <= 75 for one in found)
