"""Who may not work in a folder: another study, a second run; they are told why, and nothing is touched."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mfg import Refused, compare, load_scenario, simulate
from mfg.study import chunk, identity
from tests.conftest import Said
from tests.study.folders import HERE, SMALL, carried_out, stamped

FILES = ("hand/site.toml", "hand/population.toml", "hand/patients.csv", "hand/scenario.toml")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A scenario of somebody's own, with a run of it beside it: two listed patients, a protocol of their own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in FILES:
        shutil.copy(HERE.parent / name, folder)
    shutil.copy(HERE.parent.parent / "protocols" / "lenzumestrocel-phase2.toml", folder / "protocol.toml")
    scenario = folder / "scenario.toml"
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text.replace('"lenzumestrocel-phase2"', '"protocol.toml"'), encoding="utf-8")
    simulate(scenario, replications=2, output=folder / "run")
    return scenario


def refused(scenario: Path, **asked: object) -> str:
    """Why it is refused; nothing in the folder is changed by that."""
    folder = scenario.parent / "run"
    before = stamped(folder)
    with pytest.raises(Refused) as refusal:
        simulate(scenario, replications=2, output=folder, **asked)
    assert stamped(folder) == before
    return str(refusal.value)


def replaced(path: Path, old: str, new: str) -> None:
    """Change a file that is read."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_another_setting_is_refused(small: Path) -> None:
    """With its path, and both values."""
    said = refused(small, settings={"suites": "3"})
    assert "holds another run" in said
    assert "site.facility.gmp.suites" in said
    assert "4 there" in said


def test_another_seed_is_refused(small: Path) -> None:
    """With both seeds."""
    assert "seed: 1 there, 2 now" in refused(small, seed=2)


def test_another_protocol_under_the_same_name_is_refused(small: Path) -> None:
    """The content of the file counts."""
    replaced(small.parent / "protocol.toml", "Oh et al. 2018", "Oh et al. 2019")
    assert "protocol.title" in refused(small)


def test_another_list_of_patients_is_refused(small: Path) -> None:
    """It is in another file than the scenario, and counts as much."""
    replaced(small.parent / "patients.csv", "A,2026-03-02,60,", "A,2026-03-02,61,")
    assert "patients[0].weight_kg: 60.0 there, 61.0 now" in refused(small)


def test_one_patient_more_is_refused(small: Path) -> None:
    """A list that grew is another list."""
    with (small.parent / "patients.csv").open("a", encoding="utf-8") as file:
        file.write("B,2026-03-03,70,60,msc\n")
    assert "patients" in refused(small)


def test_other_code_is_refused(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of any file of the package, since nobody can know what it changes."""
    now = evolve(identity.environment(), code="0123")
    for module in (identity, chunk):
        monkeypatch.setattr(module, "environment", lambda: now)
    assert "code: " in refused(small)


def test_other_versions_are_refused(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what computes."""
    here = identity.environment()
    now = evolve(here, versions={**here.versions, "numpy": "1.0"})
    for module in (identity, chunk):
        monkeypatch.setattr(module, "environment", lambda: now)
    assert 'versions.numpy: "' in refused(small)


def test_the_code_is_every_file_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte more in any of them is other code."""
    package = tmp_path / "mfg"
    shutil.copytree(Path(identity.mfg.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(identity.mfg, "__file__", str(package / "__init__.py"))
    before = identity._code()
    with (package / "simulation" / "draws.py").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert identity._code() != before


def test_a_process_with_other_code_does_not_take_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine of a cluster, or a worker that was started after the code was edited."""
    monkeypatch.setattr(chunk, "environment", lambda: evolve(identity.environment(), code="0123"))
    with pytest.raises(Refused, match="other code"):
        simulate(SMALL, replications=2, output=tmp_path / "run")
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_loaded_scenario_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    """Not by the file that it once came from; and settings are not dropped in silence."""
    loaded = load_scenario(SMALL)
    simulate(loaded, replications=1, output=tmp_path / "run")
    with pytest.raises(Refused, match="holds another run"):
        simulate(evolve(loaded, seed=8), replications=1, output=tmp_path / "run")
    assert simulate(loaded, replications=1, seed=8).plan.seed == 8
    with pytest.raises(Refused, match="cannot change a scenario that is loaded"):
        simulate(loaded, settings={"suites": "3"})
    with pytest.raises(Refused, match="cannot change a scenario that is loaded"):
        compare(loaded, vary={"suites": ["1", "2"]}, replications=1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seed": 5', '"seed": 6'),
        ('"digest": "', '"digest": "0'),
        ('"replications": 12', '"replications": "12"'),
        ('"identity"', '"identities"'),
        ("{", ""),
        ("small", "sm\\ud800ll"),
    ],
)
def test_a_damaged_record_is_refused(mfg: Callable[..., Said], copy: Path, old: str, new: str) -> None:
    """Nobody can say any more whose cells these are: the run, its status, and nothing else happens."""
    replaced(copy / "study.json", old, new)
    before = stamped(copy)
    for said in (mfg("run", SMALL, "-n", 12, "-o", copy), mfg("status", copy)):
        assert said.status == 2
        assert "damaged study.json" in said.err
    assert stamped(copy) == before


def recorded(**content: object) -> bytes:
    """A record with a right digest, whatever it says."""
    record = {"identity": content, "digest": identity.digest_of(content), "replications": 12}
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    "damaged",
    [
        b"\xff\xfe\x00",
        b"",
        b"[]",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"identity": ' + b'{"a": ' * 900 + b"1" + b"}" * 901,
        b'{"identity": {"variants": [{"name": "x"}]}, "digest": 1, "replications": 1e400}',
        recorded(),
        recorded(variants=[]),
        recorded(variants=["as it is"]),
        recorded(variants=[{"name": 1}]),
    ],
)
def test_a_record_that_is_none_is_refused(mfg: Callable[..., Said], copy: Path, damaged: bytes) -> None:
    """Bytes of something else, nothing, too deep, or without what it is for."""
    (copy / "study.json").write_bytes(damaged)
    for said in (mfg("run", SMALL, "-n", 12, "-o", copy), mfg("status", copy)):
        assert said.status == 2
        assert "damaged study.json" in said.err


def test_a_record_that_is_cut_off_is_refused(mfg: Callable[..., Said], copy: Path) -> None:
    """Only its beginning."""
    (copy / "study.json").write_bytes((copy / "study.json").read_bytes()[:1000])
    assert "damaged study.json" in mfg("run", SMALL, "-n", 12, "-o", copy).err


@pytest.mark.parametrize("device", ["", "/dev/zero", "/dev/full"])
def test_a_record_that_is_no_file_is_refused(mfg: Callable[..., Said], copy: Path, device: str) -> None:
    """A pipe, or a link to a device: nobody waits for it."""
    record = copy / "study.json"
    record.unlink()
    if device:
        record.symlink_to(device)
    else:
        os.mkfifo(record)
    for said in (mfg("run", SMALL, "-n", 12, "-o", copy), mfg("status", copy)):
        assert said.status == 2
        assert "damaged study.json" in said.err


def test_a_lock_that_is_no_file_is_refused(mfg: Callable[..., Said], copy: Path) -> None:
    """To open a pipe would be to wait for its other end."""
    (copy / ".lock").unlink()
    os.mkfifo(copy / ".lock")
    said = mfg("run", SMALL, "-n", 12, "-o", copy)
    assert said.status == 2
    assert f"'{copy / '.lock'}' is there and is no plain file" in said.err


def test_a_disk_without_locks_is_refused(
    mfg: Callable[..., Said], copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some network disks are: at which path, and why."""

    def none_left(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none_left)
    before = stamped(copy)
    said = mfg("run", SMALL, "-n", 12, "-o", copy)
    assert said.status == 2
    assert f"'{copy / '.lock'}' cannot be locked (No locks available)" in said.err
    assert stamped(copy) == before


@pytest.mark.parametrize("removed", [False, True])
def test_a_folder_that_is_taken_away_is_said(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    """While the study is carried out; no other folder is begun in its place."""
    folder, stored = tmp_path / "run", chunk.store_cell

    def taken(*arguments: Any, **more: Any) -> None:
        stored(*arguments, **more)
        if folder.exists():
            folder.rename(tmp_path / "elsewhere")
            if removed:
                shutil.rmtree(tmp_path / "elsewhere")

    monkeypatch.setattr(chunk, "store_cell", taken)
    said = mfg("run", SMALL, "-n", 12, "-o", folder, "--workers", 1)
    assert said.status == 2
    assert f"'{folder}' was removed, renamed or changed while its study was carried out" in said.err
    assert not folder.exists()
    if not removed:
        (tmp_path / "elsewhere").rename(folder)
        monkeypatch.undo()
        assert carried_out(folder, 12) == 0


def test_cells_without_a_record_are_left_alone(mfg: Callable[..., Said], copy: Path) -> None:
    """They might be anybody's."""
    (copy / "study.json").unlink()
    before = stamped(copy)
    assert "holds files that are not a run's" in mfg("run", SMALL, "-n", 12, "-o", copy).err
    assert "is not the folder of a run" in mfg("status", copy).err
    assert stamped(copy) == before


def test_a_second_run_in_the_same_folder_is_refused(mfg: Callable[..., Said], copy: Path) -> None:
    """While the first holds it; the kernel lets go of it whatever becomes of the first."""
    before = stamped(copy)
    with (copy / ".lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = mfg("run", SMALL, "-n", 12, "-o", copy)
        assert said.status == 2
        assert "is in use by another run" in said.err
        assert stamped(copy) == before
    assert carried_out(copy, 12) == 0


def test_a_folder_that_cannot_be_made_is_said(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """A file stands in the way: which one, and status 2."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        said = mfg("run", SMALL, "-n", 1, "-o", place)
        assert said.status == 2
        assert str(tmp_path / "file") in said.err
        assert "Not a directory" in said.err


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs users")
def test_a_folder_that_may_not_be_written_is_said(
    mfg: Callable[..., Said], copy: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Permission denied, at which path; and what is there stays as it is."""
    before = stamped(copy)
    copy.chmod(0o555)
    who = os.geteuid()
    above = [path for path in copy.parents if path.is_relative_to(tmp_path_factory.getbasetemp().parent)]
    modes = [(path, path.stat().st_mode) for path in above]
    if who == 0:
        for path, mode in modes:
            path.chmod(mode | 0o005)
        os.seteuid(65534)
    try:
        said = mfg("run", SMALL, "-n", 12, "-o", copy, "--workers", 1)
    finally:
        os.seteuid(who)
        for path, mode in modes:
            path.chmod(mode)
        copy.chmod(0o755)
    assert said.status == 2
    assert "Permission denied" in said.err
    assert str(copy) in said.err
    assert stamped(copy) == before


def test_two_variants_of_one_name_are_refused(tmp_path: Path) -> None:
    """A scenario whose variant is called as the scenario itself is in a comparison."""
    scenario = tmp_path / "scenario.toml"
    text = SMALL.read_text(encoding="utf-8").replace("../hand/", f"{HERE.parent}/hand/")
    scenario.write_text(text.replace('"one suite"', '"as it is"'), encoding="utf-8")
    with pytest.raises(Refused, match="is the name of two variants"):
        compare(scenario, replications=1)


def test_the_record_says_what_decides_everything(copy: Path) -> None:
    """Inputs with their evidence, code, versions and the digest over them."""
    record = json.loads((copy / "study.json").read_bytes())
    content = record["identity"]
    assert set(content) == {"input", "variants", "code", "versions"}
    assert content["input"]["files"]["site"]["facility"]["gmp"]["suites"] == 4
    assert identity.digest_of(content) == record["digest"]


@pytest.mark.parametrize(
    "words",
    [
        ("compare", "--vary", "suites=1,2", "--figure", "on_time_as_frist_booked"),
        ("run", "--until", "on_time_as_frist_booked +-5%"),
        ("sensitivity", "on_time_as_frist_booked", "--over", "suites=1..3"),
    ],
)
def test_an_unknown_figure_is_refused_before_anything_is_simulated(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """With the nearest that there are; no folder is begun for it."""
    monkeypatch.chdir(tmp_path)
    said = mfg(words[0], SMALL, *words[1:], "--workers", 1)
    assert said.status == 2
    assert "on_time_as_frist_booked" in said.err
    assert "on_time_as_first_booked" in said.err
    assert list(tmp_path.iterdir()) == []
