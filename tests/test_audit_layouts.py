"""Tables as hospitals export them: each is read as it means, or refused once with what would be right; none is misread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from mfg import Faults, audit, load_protocol
from mfg.auditing import Audit, Verdict

PHASE2, PHASE3, NUROWN = (
    f"{name}" for name in ("lenzumestrocel-phase2", "lenzumestrocel-phase3", "nurown-phase2")
)
OK, TEN = ("ok", ""), ("error", "ten-fold")
PAIR = (OK, TEN)  # what every table below says: 72 kg and 72 million, 65.5 kg and 655 million


def lines(*texts: str, codec: str = "utf-8") -> bytes:
    """A text file."""
    return "".join(f"{text}\n" for text in texts).encode(codec)


def prepared(folder: Path, raw: bytes, name: str = PHASE2, **said: str | None) -> Audit:
    """The audit of a file."""
    path = folder / "doses.csv"
    path.write_bytes(raw)
    if name == PHASE2 and b",Group\n" not in raw:
        said = {"arm": "msc", **said}
    return audit(load_protocol(name), path, **said)


def verdicts(found: Audit) -> list[Verdict]:
    """Every verdict."""
    return [verdict for _, verdict in found.verdicts()]


def said(found: Audit) -> tuple[tuple[str, str], ...]:
    """Every verdict and its slips, in short."""
    return tuple((one.verdict, " ".join(one.likely)) for one in verdicts(found))


READ = {
    "plain": lines("patient,weight_kg,cells", "A,72,72000000", "B,65.5,655000000"),
    "BOM and CRLF": lines("patient,weight_kg,cells\r", "A,72,72000000\r", "B,65.5,655000000\r", codec="utf-8-sig"),
    "powers of ten": lines("patient,weight_kg,cells", "A,72,7.2E+07", "B,65.5,6.55e8"),
    "columns of no concern": lines("date,patient,ward,weight_kg,cells", "12/3,A,3,72,72000000", ",B,4,65.5,655000000"),
    "semicolons and commas": lines("patient;weight_kg;cells", "A;72,0;72000000", "B;65,5;6,55E+08"),
    "semicolons and points": lines("patient;weight_kg;cells", "A;72.0;72000000", "B;65.5;655000000"),
    "tabs": lines("patient\tweight_kg\tcells", "A\t72\t72000000", "B\t65,5\t655000000"),
    "units in brackets": lines("Patient ID,Weight (kg),Dose [10^6 cells]", "A,72,72", "B,65.5,655"),
    "millions": lines("Pt,BW_kg,Cells (x10^6)", "A,72,72", "B,65.5,655"),
    "millions in words": lines("Subject,Gewicht_kg,Dose (Mio Zellen)", "A,72,72", "B,65.5,655"),
    "raised powers": lines("Patient,Weight [kg],Cells (×10⁶)", "A,72,72", "B,65.5,655"),
    "capitals": lines("PATIENT,WEIGHT_KG,CELLS", "A,72,72000000", "B,65.5,655000000"),
    "spaces": lines("patient , weight_kg, cells", "A , 72, 72000000", "B, 65.5 ,655000000"),
    "a space inside": lines("Patient No.,Body weight in kg,Total cells", "A,72,72000000", "B,65.5,655000000"),
    "volumes": lines("patient,weight_kg,volume_mL", "A,72,7.2", "B,65.5,65.5"),
    "volumes in words": lines("Patient,wt_kg,Dose (mL)", "A,72,7.2", "B,65.5,65.5"),
    "cells per kg": lines("patient,weight_kg,cells/kg", "A,72,1000000", "B,65.5,10000000"),
    "millions per kg": lines("patient,weight_kg,Dose (10^6 cells/kg)", "A,72,1", "B,65.5,10"),
    "a title above": lines("Doses of ward 3,,", "patient,weight_kg,cells", "A,72,72000000", "B,65.5,655000000"),
    "titles and a gap": lines("Doses", "printed 3 May", "", "patient,weight_kg,cells", "A,72,72000000", "B,65.5,655000000"),
    "sep=,": lines("sep=,", "patient,weight_kg,cells", "A,72,72000000", "B,65.5,655000000"),
    "sep=;": lines("sep=;", "patient;weight_kg;cells", "A;72,0;72000000", "B;65,5;655000000"),
    "blank lines": lines("patient,weight_kg,cells", "", "A,72,72000000", ",,", "B,65.5,655000000", ""),
    "empty columns behind": lines("patient,weight_kg,cells,,", "A,72,72000000,,", "B,65.5,655000000,,"),
    "a total": lines("patient,weight_kg,cells", "A,72,72000000", "B,65.5,655000000", "Total,,727000000"),
    "a mean": lines("patient,weight_kg,cells", "A,72,72000000", "B,65.5,655000000", ",Mean:,363500000"),
    "a quoted line break": lines("patient,weight_kg,cells,note", 'A,72,72000000,"two\nlines"', "B,65.5,655000000,"),
    "thousands apart": lines("patient,weight_kg,cells", 'A,72,"72,000,000"', 'B,65.5,"655,000,000"'),
    "thousands apart by a space": lines("patient;weight_kg;cells", "A;72;72 000 000", "B;65,5;655\u202f000\u202f000"),
    "thousands apart as the Swiss do": lines("patient;weight_kg;cells", "A;72;72'000'000", "B;65.5;655\u2019000\u2019000"),
    "stromal cells": lines("patient,weight_kg,MSC cells (x10^6)", "A,72,72", "B,65.5,655"),
    "a dose of stromal cells": lines("patient,weight_kg,MSC dose [10^6]", "A,72,72", "B,65.5,655"),
    "Spanish": lines("Paciente;Peso (kg);Células", "A;72,0;72000000", "B;65,5;655000000"),
    "UTF-16": lines("patient,weight_kg,cells", "Ä,72,72000000", "B,65.5,655000000", codec="utf-16"),
    "UTF-16 with tabs": lines("patient\tweight_kg\tcells", "Ä\t72\t72000000", "B\t65,5\t655000000", codec="utf-16"),
    "Latin-1": lines("patient,weight_kg,cells", "Müller,72,72000000", "B,65.5,655000000", codec="latin-1"),
    "Gewicht in Latin-1": lines("Patient;Körpergewicht (kg);Zellen", "A;72;72000000", "B;65,5;655000000", codec="cp1252"),
    "a weight for today": lines("patient,weight_kg_today,cells", "A,72,72000000", "B,65.5,655000000"),
    "a header in the middle": lines("patient,weight_kg,cells", "A,72,72000000", "patient,weight_kg,cells", "B,65.5,655000000"),
    "pounds": lines("patient,Weight (lb),cells", "A,158.73,72000000", "B,144.4,655000000"),
    "grams": lines("patient,weight_g,cells", "A,72000,72000000", "B,65500,655000000"),
    "a visit of no concern": lines("patient,visit,weight_kg,cells", "A,V5,72,72000000", "B,V6,65.5,655000000"),
    "doses that are alike": lines("patient,dose,weight_kg,cells", "A,Dose 1,72,72000000", "B,D2,65.5,655000000"),
}  # fmt: skip


@pytest.mark.parametrize("layout", READ)
def test_a_layout_is_read_rightly(tmp_path: Path, layout: str) -> None:
    """The first row is right, the second ten-fold, whatever the table looks like."""
    assert said(prepared(tmp_path, READ[layout])) == PAIR


def test_a_layout_with_two_doses_in_a_row_is_read_rightly(tmp_path: Path) -> None:
    """Each under its own header; one that is not given yet is no fault."""
    text = lines(
        "patient,weight_kg,dose_1_cells,dose 2 (10^6)",
        "A,72,72000000,72",
        "B,65.5,655000000,",
        "C,80,80000000,8",
    )
    found = verdicts(prepared(tmp_path, text))
    assert [(one.verdict, one.likely) for one in found] == [
        ("ok", ()),
        ("error", ("ten-fold",)),
        ("error", ("ten-fold",)),
    ]
    assert found[2].reason.startswith("dose 2 (10^6): 8,000,000 cells")


def test_a_layout_with_a_column_for_each_route_is_read_rightly(tmp_path: Path) -> None:
    """The routes of one day, side by side."""
    text = lines(
        "patient,intrathecal_cells,intramuscular_cells", "A,125000000,48000000", "B,125000000,480000000"
    )
    assert said(prepared(tmp_path, text, NUROWN, arm="active")) == PAIR


def test_words_fold_their_case_and_are_cut_where_one_alone_is_meant(tmp_path: Path) -> None:
    """IT is intrathecal; B1 is booster 1; `intra` could be two routes."""
    text = lines("Patient,Route,Cells", "A,IT,125000000", "B,Intramuscular,480000000", "C,intra,1")
    assert said(prepared(tmp_path, text, NUROWN, arm="Active")) == (OK, TEN, ("error", "unreadable"))
    text = lines(
        "patient,weight_kg,cells,group,visit",
        "A,72,72000000,Five-Dose,B1",
        "B,65.5,655000000,FIVE DOSE,Dose 1",
    )
    assert said(prepared(tmp_path, text, PHASE3)) == PAIR


def test_a_workbook_is_read_like_its_own_export(tmp_path: Path) -> None:
    """Numbers as Excel has them, a title, a total; the rows bear Excel's numbers."""
    book = openpyxl.Workbook()
    for row in (
        ["May"],
        [],
        ["Patient ID", "Weight (kg)", "Dose [10^6 cells]"],
        ["A", 72, 72],
        ["B", 65.5, 655.0],
        ["Total", None, 727],
    ):
        book.active.append(row)
    path = tmp_path / "doses.xlsx"
    book.save(path)
    found = audit(load_protocol(PHASE2), path, arm="msc")
    assert [(one.row, one.verdict) for one in verdicts(found)] == [(4, "ok"), (5, "error")]
    assert found.totals == [6]


def test_an_xlsx_with_two_tables_is_refused_once(tmp_path: Path) -> None:
    """Which sheet is meant is for people to say."""
    book = openpyxl.Workbook()
    book.active.append(["Patient", "Weight (kg)", "Cells"])
    book.create_sheet("June").append(["Patient", "Weight (kg)", "Cells"])
    book.save(tmp_path / "doses.xlsx")
    with pytest.raises(Faults, match="keep one of them"):
        audit(load_protocol(PHASE2), tmp_path / "doses.xlsx", arm="msc")


REFUSED = {
    "nothing": (b"", ["is empty"]),
    "no header": (lines("A,72,72000000", "B,65.5,655000000"), ["no row names the columns"]),
    "cells of some kind": (
        lines("Patient,Weight (kg),TNC cells (x10^6)", "A,72,72"),
        ["'TNC cells (x10^6)' says cells of which it is not clear that they are the dose", "call it cells"],
    ),
    "no cells": (lines("Patient ID,Weight (kg),date", "A,72,3"), ["no column 'cells'", "cells (10^6)"]),
    "a dose without a unit": (lines("patient,weight_kg,dose", "A,72,7.2"), ["dose alone names a dose and says no amount"]),
    "no unit": (lines("patient,Weight,cells", "A,72,1"), ["'Weight' says no unit; call it weight_kg"]),
    "everything at once": (
        lines("name of pat,Weight,amount", "A,72,1"),
        ["3 faults", "no column 'patient'", "'Weight' says no unit", "no column 'cells'"],
    ),
    "no weight": (lines("patient,ideal weight (kg),cells", "A,72,1"), ["no column 'weight_kg'", "the dose depends"]),
    "two weights": (lines("patient,weight_kg,weight_lb,cells", "A,72,158,1"), ["'weight_kg' and 'weight_lb' give the weight twice"]),
    "one column twice": (lines("patient,weight_kg,cells,cells", "A,72,1,1"), ["more than once"]),
    "a total and its parts": (lines("patient,weight_kg,cells,dose_1_cells", "A,72,1,1"), ["'cells' and 'dose_1_cells'"]),
    "10e6": (lines("patient,weight_kg,Cells (x10e6)", "A,72,72"), ["a power of ten that may be read in two ways"]),
    "106": (lines("patient,weight_kg,Cells x106", "A,72,72"), ["a power of ten that may be read in two ways"]),
    "thousands or decimals": (lines("patient\tweight_kg\tcells", "A\t72,500\t7"), ["thousands or decimals"]),
    "two decimal signs": (lines("patient;weight_kg;cells", "A;72,5;1", "B;65.5;1"), ["decimal comma and with a decimal point"]),
    "an audited table": (lines("patient,weight_kg,cells,verdict", "A,72,1,ok"), ["audit the original table"]),
    "nearly a name": (lines("patient,weigth_kg,cells", "A,72,1"), ["did you mean weight_kg?"]),
    "a volume without a unit": (lines("patient,weight_kg,volume", "A,72,7.2"), ["'volume' says no unit; call it volume_mL"]),
    "two tables": (lines("patient,weight_kg,cells", "A,72,1", "patient,cells", "A,1"), ["rows 1 and 3"]),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["old or a protected Excel workbook", ".xlsx"]),
    "Cyrillic": (lines("patient,weight_kg,cells", "Иванов,72,1", codec="cp1251"), ["save it as CSV UTF-8"]),
}  # fmt: skip


@pytest.mark.parametrize("layout", REFUSED)
def test_a_layout_that_may_mean_two_things_is_refused_once(tmp_path: Path, layout: str) -> None:
    """Before any row, with everything that is wrong and what would be right."""
    raw, words = REFUSED[layout]
    with pytest.raises(Faults) as refused:
        prepared(tmp_path, raw)
    assert not [word for word in words if word not in str(refused.value)], str(refused.value)


@pytest.mark.parametrize(
    ("name", "header", "options", "words"),
    [
        (PHASE3, "patient,weight_kg,cells", {}, ["no column 'arm'", "`arm`", "no column 'dose'", "`dose`"]),
        (PHASE3, "patient,weight_kg,cells,arm", {}, ["the doses of arm two-dose differ"]),
        (
            PHASE3,
            "patient,weight_kg,cells,dose",
            {},
            ["what a patient gets differs: two-dose (", "control (placebo)"],
        ),
        (PHASE3, "patient,weight_kg,cells,arm", {"arm": "control", "dose": "dose 1"}, ["leave out `arm`"]),
        (NUROWN, "patient,cells", {}, ["differs: active (MSC-NTF), placebo (placebo)"]),
        (
            PHASE2,
            "patient,weight_kg,cells,volume_mL",
            {"arm": None},
            ["differs: msc (product), control (nothing)"],
        ),
        (NUROWN, "patient,volume_mL", {"arm": "active"}, ["no concentration is stated"]),
    ],
)
def test_what_makes_a_difference_is_never_assumed(
    tmp_path: Path, name: str, header: str, options: dict[str, str | None], words: Sequence[str]
) -> None:
    """A placebo differs from a dose: one fault for the table, whatever its rows say."""
    row = ",".join("1" for _ in header.split(","))
    with pytest.raises(Faults) as refused:
        prepared(tmp_path, lines(header, row), name, **options)
    assert not [word for word in words if word not in str(refused.value)], str(refused.value)


def test_what_is_said_of_the_whole_table_is_taken_and_told(tmp_path: Path) -> None:
    """Cells in a booster of the two-dose arm are wrong, in one of the other arm they are right."""
    text = lines("patient,weight_kg,cells", "A,72,72000000")
    wrong = prepared(tmp_path, text, PHASE3, arm="two-dose", dose="booster 1")
    assert said(wrong) == (("error", "another-arm"),)
    assert any("as asked" in one for one in wrong.assumed)
    assert said(prepared(tmp_path, text, PHASE3, arm="five-dose")) == (OK,)


def test_a_dose_for_an_arm_that_receives_none_is_an_error(tmp_path: Path) -> None:
    """Cells for a patient on riluzole alone."""
    found = verdicts(
        prepared(tmp_path, lines("patient,weight_kg,cells,Group", "A,72,72e6,MSC", "B,72,72e6,Control"))
    )
    assert [(one.verdict, one.likely) for one in found] == [("ok", ()), ("error", ("other",))]
    assert found[1].reason == "arm: 'control' receives no dose; and here is one"


@pytest.mark.parametrize(("row", "verdict"), [("B,72,,", "ok"), ("B,,0,0", "ok"), ("B,72,,7.2", "error")])
def test_no_dose_is_right_in_an_arm_that_receives_none(tmp_path: Path, row: str, verdict: str) -> None:
    """Its patients stand in the table of a trial too; a volume says as much as cells do."""
    text = lines("patient,weight_kg,cells,volume_mL,Group", "A,72,72e6,7.2,msc", f"{row},control")
    assert [one.verdict for one in verdicts(prepared(tmp_path, text))] == ["ok", verdict]


def test_a_placebo_needs_no_weight(tmp_path: Path) -> None:
    """Nothing depends on it there."""
    text = lines("patient,weight_kg,cells,arm,dose", "A,,0,control,dose 1", "B,,0,five-dose,dose 1")
    found = verdicts(prepared(tmp_path, text, PHASE3))
    assert [one.verdict for one in found] == ["ok", "error"]
    assert found[1].reason == "weight_kg: is empty, and the dose depends on it"


def test_other_weights_and_pounds_are_warned_about(tmp_path: Path) -> None:
    """What may be the right weight and is not used is said once, as is a conversion."""
    found = prepared(
        tmp_path, lines("patient,weight_kg,ideal_weight_kg,weight_kg_today,cells", "A,72,60,71,72000000")
    )
    assert said(found) == (OK,)
    assert found.warnings == (
        "'ideal_weight_kg' may be a body weight too: only 'weight_kg' is used",
        "'weight_kg_today' may be a body weight too: only 'weight_kg' is used",
    )
    found = prepared(tmp_path, READ["pounds"])
    assert found.warnings == ("weights are converted from pounds: 'Weight (lb)'",)


def test_which_cells_are_meant_is_said(tmp_path: Path) -> None:
    """A column may say it too, and a column of other cells is none of this dose."""
    found = prepared(tmp_path, lines("patient,cells", "A,15e6"), "cl2020-phase2")
    assert "the cells of the table are taken to be Muse cells" in found.assumed
    assert said(prepared(tmp_path, lines("patient,Muse cells", "A,15e6"), "cl2020-phase2")) == (OK,)
    with pytest.raises(Faults, match="no column 'cells'"):
        prepared(tmp_path, lines("patient,viable cells", "A,15e6"), "cl2020-phase2")


def test_a_kilogram_is_never_answered_with_a_gram(tmp_path: Path) -> None:
    """Nor is a suggestion made that changes a value."""
    with pytest.raises(Faults) as refused:
        prepared(tmp_path, lines("patient,wieght_kg,cells", "A,72,1"))
    assert "did you mean weight_kg?" in str(refused.value)
    assert "did you mean weight_g" not in str(refused.value)


def test_a_second_column_of_cells_is_warned_about(tmp_path: Path) -> None:
    """All cells and viable ones: which were prescribed is for people to say."""
    text = lines("patient,weight_kg,total cells,viable cells", "A,72,72000000,65000000")
    found = prepared(tmp_path, text)
    assert said(found) == (OK,)
    assert found.warnings == ("'viable cells' may say what was given too: only 'total cells' is used",)


def test_stromal_cells_are_not_what_a_protocol_of_other_cells_counts(tmp_path: Path) -> None:
    """Muse cells are a small part of them."""
    text = lines("patient,MSC cells (10^6)", "A,15")
    with pytest.raises(Faults, match="not clear that they are the dose"):
        prepared(tmp_path, text, "cl2020-phase2")
