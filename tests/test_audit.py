"""The audit of a table of doses: every row a verdict, every planted slip named."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from mfg import audit, load_protocol
from mfg.auditing import ADDED, Verdict
from tests.conftest import ROOT, Said, protocol
from tests.cost import cost_of

PHASE2 = load_protocol("lenzumestrocel-phase2")
HEADER = "patient,weight_kg,cells"
MSC = ("--arm", "msc")


def table(folder: Path, lines: list[str], header: str = HEADER) -> Path:
    """A CSV file."""
    path = folder / "doses.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def verdicts(
    folder: Path, lines: list[str], header: str = HEADER, name: str = "lenzumestrocel-phase2"
) -> list[Verdict]:
    """The verdict of every line."""
    arm = "msc" if name == PHASE2.name and "arm" not in header.split(",") else None
    found = audit(load_protocol(name), table(folder, lines, header), arm=arm)
    return [verdict for _, verdict in found.verdicts()]


def weight(n: int) -> float:
    """Four hundred weights between 42 and 92 kg, none of them one at which two slips agree."""
    return round(42.3 + (n * 37 % 499) / 10, 1)


PLANTED = {
    17: (10, "ten-fold"),
    101: (0.1, "ten-fold"),
    123: (100, "hundred-fold"),
    222: (0.01, "hundred-fold"),
    250: (1000, "thousand-fold"),
    301: (2.20462, "pounds-as-kilograms"),
    333: (0.453592, "kilograms-as-pounds"),
    399: (None, "per-kg-as-total"),
    7: (1.5, "other"),
}


def test_planted_errors_are_found_and_named(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Of 400 doses exactly the wrong ones are flagged, each with the slip that explains it."""
    lines = []
    for n in range(400):
        factor, _ = PLANTED.get(n, (1, ""))
        cells = 1e6 if factor is None else weight(n) * 1e6 * factor
        lines.append(f"P{n:03d},{weight(n)},{cells:.0f}")
    said = mfg("audit", "lenzumestrocel-phase2", *MSC, table(tmp_path, lines), "--json")
    assert said.status == 1
    found = said.json
    assert (found["rows"], found["ok"], found["warning"], found["error"]) == (
        400,
        400 - len(PLANTED),
        0,
        len(PLANTED),
    )
    assert {f["row"] - 2: f["likely"] for f in found["findings"]} == {
        n: [name] for n, (_, name) in PLANTED.items()
    }
    assert found["tolerance_percent"] == 1


def test_every_pattern_that_fits_is_listed(tmp_path: Path) -> None:
    """At 100 kg the dose for one kilogram is also a hundredth."""
    (verdict,) = verdicts(tmp_path, ["A,100,1000000"])
    assert verdict.likely == ("hundred-fold", "per-kg-as-total")


def test_a_weight_in_pounds_is_contradicted_by_the_last_weight(tmp_path: Path) -> None:
    """154 'kg' after 70 kg: the dose follows from the weight, and the weight is doubted."""
    header = f"{HEADER},previous_weight_kg"
    (verdict,) = verdicts(tmp_path, ["A,154.3,154300000,70"], header)
    assert verdict.verdict == "warning"
    assert verdict.likely == ("pounds-as-kilograms",)
    assert "2.204 times" in verdict.reason
    assert [v.verdict for v in verdicts(tmp_path, ["A,72,72000000,70"], header)] == ["ok"]


def test_second_witnesses(tmp_path: Path) -> None:
    """Stature, last weight and last dose each contradict a weight that cannot be."""
    tall = f"{HEADER},height_cm"
    assert verdicts(tmp_path, ["A,171,171000000,72"], tall)[0].verdict == "warning"  # exchanged columns
    assert verdicts(tmp_path, ["A,72,72000000,171"], tall)[0].verdict == "ok"
    last = f"{HEADER},previous_cells"
    assert verdicts(tmp_path, ["A,70,70000000,7000000"], last)[0].likely == ("ten-fold",)


def test_the_volume_is_held_against_the_cells(tmp_path: Path) -> None:
    """7.2e7 cells at 1e7 per mL are 7.2 mL."""
    header = f"{HEADER},volume_mL"
    assert verdicts(tmp_path, ["A,72,72000000,7.2"], header)[0].verdict == "ok"
    (verdict,) = verdicts(tmp_path, ["A,72,72000000,0.72"], header)
    assert (verdict.verdict, verdict.likely) == ("error", ("volume-disagrees",))
    (verdict,) = verdicts(tmp_path, ["A,72,720000000,7.2"], header)
    assert verdict.likely == ("ten-fold", "volume-disagrees")


def test_pounds_and_grams_by_their_own_columns(tmp_path: Path) -> None:
    """A weight column says its unit."""
    assert verdicts(tmp_path, ["A,158.73,71998716"], "patient,weight_lb,cells")[0].verdict == "ok"
    assert verdicts(tmp_path, ["A,72000,72000000"], "patient,weight_g,cells")[0].verdict == "ok"


def test_the_edge_of_the_tolerance_is_inside(tmp_path: Path) -> None:
    """One per cent is allowed, a cell more is not."""
    found = verdicts(tmp_path, ["A,70,70700000", "B,70,70700001", "C,70,69300000", "D,70,69299999"])
    assert [v.verdict for v in found] == ["ok", "error", "ok", "error"]


UNREADABLE = [
    ("A,70,5,70500000", "a decimal comma makes one cell too many"),
    ("A,70", "a cell is missing"),
    ('A,"70,70000000', "a quotation mark is never closed"),
    ("A,,70000000", "no weight"),
    ("A,70,", "no cells"),
    (",70,70000000", "no patient"),
    ("A,seventy,70000000", "a word for a number"),
    ("A,70kg,70000000", "a unit in the cell"),
    ("A,70,7 000 0000", "spaces for thousands"),
    ("A,70,7e400", "an overflow"),
    ("A,70,9e99", "a number beyond all reach"),
    ("A,70,nan", "not a number"),
    ("A,70,-70000000", "a sign"),
    ("A,0,70000000", "a zero"),
    ("A,070,70000000", "a leading zero"),
    ("A,0x46,70000000", "a hexadecimal number"),
    ("A,70,=7*1e7", "a formula"),
    ("A,70,7-Jul", "a date"),
    ("kg,kg,cells", "a row of units"),
]


@pytest.mark.parametrize(("line", "what"), UNREADABLE)
def test_an_unreadable_row_is_a_verdict_in_its_place(tmp_path: Path, line: str, what: str) -> None:
    """No row in, no row lost: its neighbours are judged, and it is an error that says why."""
    found = verdicts(tmp_path, ["F,70,70000000", line, "L,80,80000000"])
    assert [v.verdict for v in found] == ["ok", "error", "ok"], what
    assert found[1].likely == ("unreadable",)
    assert found[1].reason


def test_a_weight_out_of_reach_is_an_error(tmp_path: Path) -> None:
    """The protocol's limits hold here too."""
    (verdict,) = verdicts(tmp_path, ["A,700,700000000"])
    assert verdict.verdict == "error"
    assert "250 kg" in verdict.reason


def test_ids_are_text(tmp_path: Path) -> None:
    """007 stays 007, and a patient called NA exists."""
    found = verdicts(tmp_path, ["007,70,70000000", "12E5,70,70000000", "NA,70,70000000"])
    assert [v.patient for v in found] == ["007", "12E5", "NA"]


def test_fixed_doses_by_route_and_in_all(tmp_path: Path) -> None:
    """NurOwn: one row for the day or one for each route; the weight plays no part in the patterns."""
    lines = [
        "A,intrathecal,125000000",
        "A,intramuscular,48000000",
        "B,intramuscular,480000000",
        "C,nasal,1",
        "D,,173000000",
    ]
    path = table(tmp_path, lines, "patient,route,cells")
    found = [v for _, v in audit(load_protocol("nurown-phase2"), path, arm="active").verdicts()]
    assert [v.verdict for v in found] == ["ok", "ok", "error", "error", "ok"]
    assert found[2].likely == ("ten-fold",)
    assert "intrathecal, intramuscular" in found[3].reason


def test_the_same_rows_come_out(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """The output is the input with five columns more; unknown columns and broken lines are carried along."""
    lines = ["007,70,70000000,Ward 3", "B,80,800000000,=cmd()", 'C,"70,1,1', "D,70,70000000,-5"]
    source, out = table(tmp_path, lines, f"{HEADER},ward"), tmp_path / "checked.csv"
    said = mfg("audit", "lenzumestrocel-phase2", *MSC, source, "--out", out)
    assert said.status == 1
    assert "not used: ward" in said.err
    rows = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["patient", "weight_kg", "cells", "ward", *ADDED]
    assert len(rows) == 1 + len(lines)
    assert rows[1] == ["007", "70", "70000000", "Ward 3", "ok", "70000000", "0", "", ""]
    assert rows[2][3:6] == ["'=cmd()", "error", "80000000"]
    assert rows[3][0] == 'C,"70,1,1'
    assert rows[4][3] == "-5"
    again = mfg("audit", "lenzumestrocel-phase2", *MSC, source, "--out", source)
    assert again.status == 2
    assert "the table itself" in again.err


def test_all_ok_is_status_0(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Nothing found, nothing to do."""
    said = mfg("audit", "lenzumestrocel-phase2", *MSC, table(tmp_path, ["A,70,70000000"]))
    assert said.status == 0
    assert "1 rows: 1 ok, 0 warning, 0 error (tolerance 1 %)" in said.out


def test_a_hundred_thousand_rows_in_seconds(tmp_path: Path) -> None:
    """100,000 rows with 100,000 weights take less than 5 s of CPU and 300 MB."""
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{HEADER},volume_mL,previous_weight_kg\n")
        for n in range(100_000):
            kg = 30 + n / 1000
            file.write(f"P{n:06d},{kg:.3f},{kg * 1e6:.0f},{kg / 10:.4f},{kg:.3f}\n")
    out = tmp_path / "out.csv"
    done, cpu, megabytes = cost_of("audit", "lenzumestrocel-phase2", *MSC, path, "--out", out)
    assert done.returncode == 0, done.stdout[-500:]
    assert "100000 ok" in done.stdout
    assert cpu < 5
    assert megabytes < 300


def test_a_placebo_holds_no_cells(tmp_path: Path) -> None:
    """Nought is right for it, and anything else is not; a dose that differs between arms needs its arm."""
    found = verdicts(
        tmp_path,
        [
            "A,72,0,two-dose,booster 1",
            "B,72,72000000,two-dose,booster 1",
            "C,72,72000000,five-dose,booster 1",
            "D,72,0,five-dose,booster 1",
            "E,72,72000000,,booster 1",
        ],
        "patient,weight_kg,cells,arm,dose",
        "lenzumestrocel-phase3",
    )
    assert [one.verdict for one in found] == ["ok", "error", "ok", "error", "error"]
    assert found[1].likely == ("another-arm",)
    assert "holds none" in found[1].reason
    assert found[3].reason == "cells: is zero"
    assert found[4].reason.startswith("arm: is needed")


def test_a_placebo_row_is_read_like_any_other(tmp_path: Path) -> None:
    """An unknown route or a weight out of reach is one there too."""
    header = "patient,weight_kg,cells,arm,dose,route"
    found = verdicts(
        tmp_path,
        ["B,70,0,two-dose,booster 1,nonsense", "C,700,0,two-dose,booster 1,"],
        header,
        "lenzumestrocel-phase3",
    )
    assert [one.verdict for one in found] == ["error", "error"]


def test_nothing_is_audited_by_a_protocol_that_contradicts_itself(
    mfg: Callable[..., Said], tmp_path: Path
) -> None:
    """A rule that its own worked example speaks against would call a tenfold dose right."""
    text = (ROOT / "examples" / "my-protocol.toml").read_text(encoding="utf-8")
    assert '"1e6 cell/kg"' in text
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('"1e6 cell/kg"', '"1e7 cell/kg"'), encoding="utf-8")
    said = mfg("audit", mine, table(tmp_path, ["A,70,7e8"]))
    assert (said.status, said.out) == (2, "")
    assert "by which nothing is audited" in said.err


def test_any_covariate_has_a_column(tmp_path: Path) -> None:
    """A count, in the column of its name and unit: the same rule as for one dose, and only whole ones."""
    text = '[patient.openings]\nunit = "count"\nleast = "1 count"\n[[route]]\nname = "local"\ncells = { is = "6e7 cell/count", of = "openings" }\n'
    lines = ["A,2,12e7", "B,2,6e7", "C,2.5,15e7", "D,0,6e7"]
    found = audit(protocol(text), table(tmp_path, lines, "patient,openings_count,cells"))
    said = [(verdict.verdict, verdict.reason) for _, verdict in found.verdicts()]
    assert [verdict for verdict, _ in said] == ["ok", "error", "error", "error"]
    assert "is not a whole number" in said[2][1]
    assert "openings_count: is zero" in said[3][1]
