"""What an audit says: the first findings on a screen, all of them in a file or in JSON, and nothing kept."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl

from mfg import audit, load_protocol
from tests.conftest import Said
from tests.cost import cost_of
from tests.test_audit import HEADER, MSC, table

PHASE2 = "lenzumestrocel-phase2"


def test_the_first_fifty_findings_are_shown_and_the_rest_is_counted(
    mfg: Callable[..., Said], tmp_path: Path
) -> None:
    """By slip, most frequent first."""
    lines = [f"P{n},{60 + n / 10},{(60 + n / 10) * (1e7 if n < 53 else 2e6):.0f}" for n in range(60)]
    said = mfg("audit", PHASE2, *MSC, table(tmp_path, lines))
    assert said.status == 1
    assert sum("prescribed (" in line for line in said.out.splitlines()) == 50
    assert "10 more rows were flagged: --out FILE or --json has them all" in said.out
    after = said.out.partition("has them all")[2].splitlines()
    assert [line.split() for line in after if "fold" in line or "double" in line] == [
        ["53", "ten-fold"],
        ["7", "double"],
    ]
    assert "60 rows: 0 ok, 0 warning, 60 error (tolerance 1 %)" in said.out


def test_what_is_assumed_left_out_and_unchecked_is_said(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Once for the table, and in the document too."""
    path = table(
        tmp_path, ["A,IT,125e6,5", "", "Total,,125e6,5", "B,IM,48e6,2"], "patient,route,cells,volume_mL"
    )
    said = mfg("audit", "nurown-phase2", path, "--arm", "active")
    assert said.status == 0
    for words in (
        "every row is taken to be of arm active, as asked",
        "volume_mL is not checked: no concentration stated",
        "sums or means, not judged: row 4",
        "blank rows left out: 1",
        "2 rows: 2 ok",
    ):
        assert words in said.out
    found = mfg("audit", "nurown-phase2", path, "--arm", "active", "--json").json
    assert (found["rows"], found["blank"], found["totals"], found["headers"]) == (2, 1, 1, 0)
    assert found["unchecked"] == ["volume_mL is not checked: no concentration stated"]
    assert found["findings"] == []


def test_a_stated_rounding_is_printed(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """On the screen and in the document."""
    path = table(tmp_path, ["A,36.815,35e6"])
    said = mfg("audit", PHASE2, *MSC, path, "--round", "0.5mL")
    assert "(tolerance 1 %; rounded to the nearest multiple of 0.5 mL)" in said.out
    assert (
        mfg("audit", PHASE2, *MSC, path, "--round", "0.5mL down", "--json").json["rounding"]
        == "down to a multiple of 0.5 mL"
    )


def test_a_doubted_table_is_found_something_in(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Rows that are all right do not make it status 0."""
    said = mfg("audit", PHASE2, *MSC, table(tmp_path, ["A,150,150e6", "B,140,140e6"]))
    assert said.status == 1
    assert "are these pounds?" in said.out


def test_a_table_comes_out_as_it_went_in(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Its separator, its decimal sign, its byte-order mark; headers that a spreadsheet would run are made text."""
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    text = "Patient;Gewicht (kg);Zellen;=cmd()\nMüller;72,5;73300000;x\n;;;\nSumme;;73300000;\n"
    source.write_bytes(text.encode("utf-8-sig"))
    assert mfg("audit", PHASE2, *MSC, source, "--out", out).status == 1
    raw = out.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0][:5] == ["Patient", "Gewicht (kg)", "Zellen", "'=cmd()", "verdict"]
    assert rows[1][:7] == ["Müller", "72,5", "73300000", "x", "error", "72500000", "1,1"]
    assert rows[2][:5] == ["Summe", "", "73300000", "", "not judged"]
    assert len(rows) == 3


def test_a_workbook_comes_out_as_a_table(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """With a byte-order mark, since Excel will read it."""
    book = openpyxl.Workbook()
    book.active.append(["Patient", "Weight (kg)", "Cells"])
    book.active.append(["Zoë", 72, 72_000_000])
    book.save(tmp_path / "doses.xlsx")
    out = tmp_path / "out.csv"
    assert mfg("audit", PHASE2, *MSC, tmp_path / "doses.xlsx", "--out", out).status == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbfPatient,")
    assert "Zoë,72,72000000,ok,72000000,0,," in out.read_text(encoding="utf-8-sig")


def test_a_hundred_thousand_wrong_rows_in_seconds(tmp_path: Path) -> None:
    """100,000 findings take less than 100 MB, and 6 s of CPU on a quiet machine; half as much more on a busy one."""
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER},previous_weight_kg\n")
        for n in range(100_000):
            kg = 30 + n / 1000
            file.write(f"P{n:06d},{kg:.3f},{kg * (1e7, 2e6, 2.2046226e6, 1.37e6)[n % 4]:.0f},{kg:.3f}\n")
    done, cpu, megabytes = cost_of("audit", PHASE2, "--arm", "msc", path)
    assert "0 ok, 0 warning, 100,000 error" in done.stdout.replace("100000 error", "100,000 error")
    assert cpu < 9
    assert megabytes < 100


def test_text_of_a_table_cannot_steer_a_terminal(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Escapes and marks that turn writing round, in names, in headers, in what is refused."""
    hostile = "\x1b[31m\u202eevil"
    path = table(tmp_path, [f"{hostile},72,72e7,x"], f"{HEADER},{hostile}")
    said = mfg("audit", PHASE2, *MSC, path)
    refused = mfg("audit", hostile, path)
    assert "<U+001B>[31m<U+202E>evil" in said.out
    for text in (said.out, said.err, refused.err):
        assert "evil" in text
        assert not {"\x1b", "\u202e"} & set(text)


def test_python_names_what_the_command_names(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """The same findings from the same table, a dose of another protocol included."""
    path = table(tmp_path, ["A,72,48e6", "B,72,72e6", "C,72,91e6", "D,72,72e7"])
    said = mfg("audit", PHASE2, *MSC, path, "--json").json["findings"]
    found = [
        one for _, one in audit(load_protocol(PHASE2), path, arm="msc").verdicts() if one.verdict != "ok"
    ]
    assert [(f["row"], f["likely"], f["reason"]) for f in said] == [
        (one.row, list(one.likely), one.reason) for one in found
    ]
    assert [one.likely for one in found] == [("another-protocol",), ("other",), ("ten-fold",)]


def test_the_table_is_written_though_nobody_reads_the_screen_to_its_end(tmp_path: Path) -> None:
    """As with `| head`: every row stands in the file."""
    path, out = tmp_path / "doses.csv", tmp_path / "checked.csv"
    path.write_text("patient,weight_kg,cells\n" + "A,72,720000000\n" * 3000, encoding="utf-8")
    audited = f'"{sys.executable}" -m mfg audit lenzumestrocel-korea "{path}" --json --out "{out}"'
    done = subprocess.run(f"{audited} | head -c 100", shell=True, capture_output=True, check=True)  # noqa: S602
    assert (len(done.stdout), done.stderr) == (100, b"")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3001
