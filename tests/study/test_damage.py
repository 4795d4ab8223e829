"""Whatever happens to a folder between two commands: the same command mends it, to the same bytes."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfg import Refused, simulate
from mfg.study import chunk, study
from tests.study.conftest import Finished
from tests.study.folders import SMALL, carried_out, cells, content


def set_aside(folder: Path) -> list[str]:
    """The names of what is in quarantine."""
    return sorted(path.name for path in (folder / "quarantine").glob("*"))


def parts(folder: Path, table: str = "doses") -> list[Path]:
    """The files of a derived table."""
    return sorted((folder / table / "variant=0").iterdir())


def changed(path: Path, at: float) -> None:
    """Change one byte of a file."""
    held = bytearray(path.read_bytes())
    held[int(at * (len(held) - 1))] ^= 1
    path.write_bytes(held)


@pytest.mark.parametrize("keeps", [0.0, 0.001, 0.5, 0.999])
def test_a_cell_that_was_cut_off_is_simulated_again(finished: Finished, copy: Path, keeps: float) -> None:
    """From an empty file to one that lacks its last bytes; what was there is set aside, not removed."""
    cut = cells(copy)[4]
    held = cut.read_bytes()
    cut.write_bytes(held[: int(keeps * len(held))])
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))
    assert set_aside(copy) == [f"0-{cut.name}"]


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_a_cell_with_one_byte_changed_is_simulated_again(finished: Finished, copy: Path, at: float) -> None:
    """Wherever the byte is: in the log, in the counts, in the first or the last four letters."""
    changed(cells(copy)[7], at)
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))
    assert len(set_aside(copy)) == 1


def test_two_cells_that_changed_names_are_noticed(finished: Finished, copy: Path) -> None:
    """Both are whole, and neither is what its name says."""
    one, other = cells(copy)[2], cells(copy)[9]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))
    assert len(set_aside(copy)) == 2


def test_a_cell_under_the_number_of_another_is_noticed(finished: Finished, copy: Path) -> None:
    """Its digest is right, and it is still not that replication."""
    one = cells(copy)[2]
    digest = one.name.split(".")[1]
    shutil.copy(one, one.with_name(f"000011.{digest}.parquet"))
    cells(copy)[11].unlink()
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


def test_a_cell_of_another_study_is_noticed(finished: Finished, copy: Path, tmp_path: Path) -> None:
    """It is whole and has the right number, and it is not of these inputs."""
    simulate(SMALL, replications=4, seed=6, output=tmp_path / "other")
    foreign = cells(tmp_path / "other")[3]
    cells(copy)[3].unlink()
    shutil.copy(foreign, copy / "events" / "variant=0")
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))
    assert set_aside(copy) == [f"0-{foreign.name}"]


def test_cells_that_were_removed_are_simulated_again(finished: Finished, copy: Path) -> None:
    """One, or all of them."""
    cells(copy)[5].unlink()
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))
    shutil.rmtree(copy / "events")
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


def test_half_written_files_are_swept_away(finished: Finished, copy: Path) -> None:
    """Those of a process that died, under whatever name it was about to give."""
    for place in (copy, copy / "events" / "variant=0", copy / "doses" / "variant=0"):
        (place / f".000003.0123.parquet.{'7f' * 16}.part").write_bytes(b"PAR1")
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


@pytest.mark.parametrize("name", ["notes.txt", "000003.parquet", "000003.mine.parquet", "copy.parquet"])
def test_a_foreign_file_among_the_cells_changes_nothing(finished: Finished, copy: Path, name: str) -> None:
    """It is not read and not removed; under the number of a cell it is set aside."""
    foreign = copy / "events" / "variant=0" / name
    foreign.write_text("mine", encoding="utf-8")
    run = simulate(SMALL, replications=12, output=copy)
    assert sorted(run.events["replication"].unique()) == list(range(12))
    left = [path for path in (foreign, copy / "quarantine" / f"0-{name}") if path.exists()]
    assert [path.read_text(encoding="utf-8") for path in left] == ["mine"]
    foreign.unlink(missing_ok=True)
    assert content(copy) == content(finished(12))


@pytest.mark.parametrize("table", ["doses", "lots", "patients", "resources", "tests"])
def test_a_derived_part_is_derived_again(finished: Finished, copy: Path, table: str) -> None:
    """Whether it was changed, cut, emptied or removed; the logs decide what is in it."""
    one, other = parts(copy, table)
    changed(one, 0.4)
    other.unlink()
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))
    one.write_bytes(one.read_bytes()[:50])
    other.write_bytes(b"")
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


def test_derived_parts_that_changed_names_are_derived_again(finished: Finished, copy: Path) -> None:
    """A part of another table, or of other replications, is not taken for this one."""
    of_lots = parts(copy, "lots")[0]
    of_doses, later = parts(copy)
    shutil.copy(of_lots, of_doses.with_name(of_lots.name))
    of_doses.unlink()
    later.rename(later.with_name(later.name.replace("000010", "000000")))
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


def test_a_derived_table_that_was_removed_is_derived_again(finished: Finished, copy: Path) -> None:
    """All of it."""
    shutil.rmtree(copy / "doses")
    shutil.rmtree(copy / "tests")
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


@pytest.mark.parametrize("text", [None, "", "{}", '{"scenario": "another"}'])
def test_the_summary_is_written_anew(finished: Finished, copy: Path, text: str | None) -> None:
    """It follows from the cells, whatever stood there."""
    (copy / "run.json").unlink()
    if text is not None:
        (copy / "run.json").write_text(text, encoding="utf-8")
    assert carried_out(copy, 12) == 0
    assert content(copy) == content(finished(12))


def test_nothing_is_written_where_nothing_is_missing(copy: Path) -> None:
    """A finished run that is asked for again leaves its cells and tables alone."""
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*.parquet")}
    assert carried_out(copy, 12) == 0
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*.parquet")} == before
    assert not (copy / "quarantine").exists()


def test_rows_are_there_once_though_the_old_part_could_not_be_removed(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Continued with more replications, and killed or refused just before the smaller part was unlinked."""
    folder = tmp_path / "grown"
    assert carried_out(folder, 3) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    unlink = Path.unlink

    def busy(path: Path, *, missing_ok: bool = False) -> None:
        if path in before:
            raise OSError(errno.EBUSY, "Device or resource busy", str(path))
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", busy)
        assert carried_out(folder, 12) == 2
    assert all(path.exists() for path in before)  # the smaller parts are still beside the larger ones
    assert carried_out(folder, 12) == 0
    assert content(folder) == content(finished(12))
    for path in set(before) - set(folder.rglob("*.parquet")):  # as a kill would have left it
        path.write_bytes(before[path])
    assert carried_out(folder, 12) == 0
    assert content(folder) == content(finished(12))


@pytest.mark.parametrize("number", [0, 1, 7])
def test_a_whole_file_of_something_else_is_put_aside(finished: Finished, copy: Path, number: int) -> None:
    """An event log among the patients, and a table of lots among the doses: sealed, and not of that table."""
    for table, foreign in (("patients", cells(copy)[number]), ("doses", parts(copy, "lots")[0])):
        name = f"{number:06d}{foreign.name[6:]}"
        shutil.copy(foreign, copy / table / "variant=0" / name)
    run = simulate(SMALL, replications=12, output=copy)
    assert sorted(run.patients["replication"].unique()) == list(range(12))
    assert content(copy) == content(finished(12)) | {"run.json": (copy / "run.json").read_bytes()}
    assert len(set_aside(copy)) == 2


@pytest.mark.parametrize("wrong", ["twice", "damaged", "missing", "foreign"])
def test_a_folder_is_not_read_where_a_row_would_be_wrong(copy: Path, wrong: str) -> None:
    """What slips in between a run and the reading of its tables is told, and how it is put right."""
    run = simulate(SMALL, replications=12, output=copy)
    one, other = parts(copy)
    if wrong == "twice":
        shutil.copy(one, one.with_name(one.name.replace("000000", "000001")))
    elif wrong == "damaged":
        changed(one, 0.5)
    elif wrong == "missing":
        other.unlink()
    else:
        shutil.copy(parts(copy, "lots")[0], one.with_name(f"000005{parts(copy, 'lots')[0].name[6:]}"))
    with pytest.raises(Refused, match="again"):
        _ = run.doses
    assert len(run.lots) > 0


def test_files_of_somebody_else_are_left_alone(copy: Path) -> None:
    """Hidden ones that end like ours too."""
    mine = copy / ".mine.part"
    mine.write_text("mine", encoding="utf-8")
    assert carried_out(copy, 12) == 0
    assert mine.read_text(encoding="utf-8") == "mine"


def piped(path: Path) -> None:
    """Put a pipe in the place of a file, which whoever opens it would wait for."""
    path.unlink()
    os.mkfifo(path)


def linked(path: Path) -> None:
    """Put a device without an end in the place of a file."""
    path.unlink()
    path.symlink_to("/dev/zero")


def nowhere(path: Path) -> None:
    """Put a link to nothing in the place of a file."""
    path.unlink()
    path.symlink_to(path.with_name("nothing"))


def emptied(path: Path) -> None:
    """Put a folder in the place of a file."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("put", [piped, linked, nowhere, emptied])
def test_what_is_no_plain_file_is_put_aside(
    finished: Finished, copy: Path, put: Callable[[Path], None]
) -> None:
    """Under the name of a cell or a part: it is neither waited for nor read."""
    put(cells(copy)[4])
    put(parts(copy, "lots")[1])
    run = simulate(SMALL, replications=12, output=copy)
    assert len(run.lots) > 0
    assert content(copy) == content(finished(12)) | {"run.json": (copy / "run.json").read_bytes()}
    assert len(set_aside(copy)) == 2


def test_a_chunk_that_is_begun_again_looks_at_what_is_there_now(
    finished: Finished, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process died when it had put a cell aside and removed a smaller part: neither is looked for any more."""
    changed(cells(copy)[4], 0.5)
    changed(parts(copy)[0], 0.5)
    carry_out, tried = chunk.carry_out, list[object]()

    def twice(one: chunk.Chunk, *rest: Any) -> list[Any]:
        tried.append(carry_out(one))
        return carry_out(one, *rest)

    monkeypatch.setattr(chunk, "carry_out", twice)
    assert carried_out(copy, 12) == 0
    assert len(tried) >= 2
    assert content(copy) == content(finished(12))


def test_cells_that_are_whole_are_not_given_to_workers(
    finished: Finished, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks looks at them: only the chunk that lacks something is handed on."""
    handed: list[int] = []
    worked_off = study.work_off

    def noted(chunks: Any, *rest: Any) -> Any:
        handed.extend(one.first for one in chunks)
        return worked_off(chunks, *rest)

    monkeypatch.setattr(study, "work_off", noted)
    assert carried_out(copy, 12) == 0
    assert handed == []
    changed(cells(copy)[11], 0.5)
    assert carried_out(copy, 12) == 0
    assert handed == [10]
    assert content(copy) == content(finished(12))
