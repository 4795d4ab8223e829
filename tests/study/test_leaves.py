"""What a study leaves for people: a page that explains it, what was printed, and tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from mfg import simulate
from mfg.results.columns import COLUMNS, TABLES, unit_of
from mfg.scenario import Candidate
from mfg.study.sheets import write_sheets
from tests.conftest import Said
from tests.small_unit import scenario
from tests.study.conftest import Finished
from tests.study.folders import SMALL, carried_out, content

CSV = {f"{table}.csv" for table in TABLES}


def names(folder: Path) -> set[str]:
    """The names of the files of a folder, without what lies below."""
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_every_table_and_column_has_a_meaning() -> None:
    """A column whose name ends in a unit has that unit."""
    assert TABLES.keys() == COLUMNS.keys()
    units = {name: unit_of(name) for columns in COLUMNS.values() for name in columns}
    assert {"", "minute", "day", "hour", "kg", "mL", "cell", "flask", "point", "share", "week"} == set(
        units.values()
    )
    assert (units["turnaround_day"], units["wait_hour"], units["marrow_mL"]) == ("day", "hour", "mL")
    assert (units["given_cells"], units["doses_of_cells"], units["dose"]) == ("cell", "", "")


def test_the_folder_explains_every_file_and_every_column(finished: Finished) -> None:
    """Each column of each table stands in its README with its unit, under the heading of the table."""
    folder = finished(12)
    page = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        assert path.name in page or path.name in {".lock", "README.md"} | set(TABLES)
    for table in TABLES:
        section = page.split(f"### {table}\n")[1].split("\n## ")[0].split("\n### ")[0]
        stored = pd.read_parquet(folder / table)
        assert not any(column.endswith("_date") for column in stored)
        for column in stored.columns:
            if column not in {"replication", "variant"}:
                assert f"| `{column}` | {unit_of(column)} |" in section


def test_a_table_opens_as_the_folder_says(finished: Finished) -> None:
    """All parts of a table in one frame, whose rows are those of the run."""
    folder = finished(12)
    there = pd.read_parquet(folder / "doses")
    assert len(there) == len(simulate(SMALL, replications=12, output=folder).doses)


def test_what_was_printed_is_kept(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """The same text as on the screen when all of it is asked for, without the lines that say where it is; always, and with --json too."""
    asked = ("run", SMALL, "-n", 3, "--workers", 1)
    said = mfg(*asked, "-o", tmp_path / "shown", "--all")
    kept = (tmp_path / "shown" / "summary.txt").read_text(encoding="utf-8")
    assert said.out.startswith(kept)
    assert said.out.removeprefix(kept).startswith(f"kept in {tmp_path / 'shown'}: ")
    assert said.out.endswith(f"a page of it: mfg report {tmp_path / 'shown'}\n")
    assert said.out.removeprefix(kept).count("\n") == 2
    mfg(*asked, "-o", tmp_path / "few")
    assert (tmp_path / "few" / "summary.txt").read_text(encoding="utf-8") == kept
    assert mfg(*asked, "-o", tmp_path / "told", "--json").json["replications"] == 3
    assert (tmp_path / "told" / "summary.txt").read_text(encoding="utf-8") == kept


def test_tables_are_csv_on_request(finished: Finished, copy: Path) -> None:
    """Rows and columns of the tables, of all chunks under one header; asked for afterwards too."""
    assert not CSV & names(finished(12))
    assert carried_out(copy, 12, "--csv") == 0
    run = simulate(SMALL, replications=12)
    for table in TABLES:
        written, there = pd.read_csv(copy / f"{table}.csv", keep_default_na=False), getattr(run, table)
        assert list(written.columns) == list(there.columns)
        assert len(written) == len(there)
    doses = pd.read_csv(copy / "doses.csv", keep_default_na=False)
    given = pd.to_numeric(doses["given_day"]).to_numpy()
    assert given == pytest.approx(run.doses["given_day"].to_numpy(), nan_ok=True)
    moments = run.doses["given_date"].dt.strftime("%Y-%m-%dT%H:%M").fillna("")
    assert doses["given_date"].tolist() == moments.tolist()


def test_a_comparison_is_csv_on_request(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """The rows of every variant, each with its name, under one header."""
    asked = ("compare", SMALL, "--vary", "suites=4,1", "-n", 12, "-o", tmp_path / "out", "--workers", 1)
    mfg(*asked)
    assert not CSV & names(tmp_path / "out")
    mfg(*asked, "--csv")
    runs = {f"suites={n}": simulate(SMALL, replications=12, settings={"suites": n}) for n in ("4", "1")}
    for table in TABLES:
        written = pd.read_csv(tmp_path / "out" / f"{table}.csv", keep_default_na=False)
        there = {name: getattr(run, table) for name, run in runs.items()}
        assert list(written.columns) == ["variant", *there["suites=4"].columns]
        assert written.groupby("variant", sort=False).size().to_dict() == {
            name: len(frame) for name, frame in there.items()
        }


def test_what_was_asked_for_before_does_not_stay(copy: Path, finished: Finished) -> None:
    """Summaries and CSV are those of the last command; a file of somebody's own stays as it was."""
    (copy / "my notes.csv").write_text("mine", encoding="utf-8")
    assert carried_out(copy, 12, "--csv") == 0
    assert names(copy) >= CSV
    assert carried_out(copy, 21) == 0
    assert not CSV & names(copy)
    assert (copy / "summary.txt").read_text(encoding="utf-8") == (finished(21) / "summary.txt").read_text(
        encoding="utf-8"
    )
    assert (copy / "my notes.csv").read_text(encoding="utf-8") == "mine"
    (copy / "my notes.csv").unlink()
    assert content(copy) == content(finished(21))


def test_words_that_a_spreadsheet_would_run_are_made_harmless(tmp_path: Path) -> None:
    """A patient whose name begins like a formula has an apostrophe before it in CSV, and in Parquet not."""
    lone = Candidate("=1+1", date(2026, 3, 2), 60.0, arm="msc")
    run = simulate(scenario(patients=[lone]), replications=1, output=tmp_path / "run")
    write_sheets(run)
    assert set(pd.read_csv(tmp_path / "run" / "doses.csv")["patient"]) == {"'=1+1"}
    assert set(run.doses["patient"]) == {"=1+1"}
