"""What goes out is safe to look at, is written whole or not at all, and crosses a border with all that it says."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs
import pytest
from tblib import pickling_support

from mfg import load_scenario
from mfg import simulate as mfg_simulate
from mfg.errors import MfgError, Refused
from mfg.files import check_replaceable, plain_name, sweep, write_atomically
from mfg.visible import visible
from tests.conftest import Said

ESCAPE, TURNED = "\x1b]0;owned\x07", "\u202e"
SCENARIO = Path(__file__).parent / "study" / "scenario.toml"


def kinds(root: type[MfgError] = MfgError) -> Iterator[type[MfgError]]:
    """Every error of this package that has fields."""
    for kind in root.__subclasses__():
        yield kind
        yield from kinds(kind)


def example_of(kind: type[MfgError]) -> MfgError:
    """One such error, with something in every field."""
    samples = {"str": "text", "str | None": "given", "int": 3, "tuple[str, ...]": ("one", "two")}
    samples["tuple[Refused, ...]"] = (Refused("where", None, "is wrong", "mend it"),)  # type: ignore[assignment]
    return kind(*(samples[str(field.type)] for field in attrs.fields(kind)))


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("prepared", [False, True], ids=["pickle", "as a cluster does"])
def test_an_error_crosses_a_border_with_its_fields(kind: type[MfgError], prepared: bool) -> None:
    """With its traceback too, as the library of a cluster rebuilds it."""
    try:
        raise example_of(kind)
    except MfgError as raised:
        sent = raised
    if prepared:
        pickling_support.install(sent)
    arrived = pickle.loads(pickle.dumps(sent))  # noqa: S301
    assert type(arrived) is kind
    assert repr(arrived) == repr(sent)  # every field, and theirs
    assert str(arrived) == str(sent)
    assert not prepared or isinstance(arrived.__traceback__, TracebackType)


@pytest.mark.parametrize("hidden", [ESCAPE, TURNED, "\x9b31m", "a\u200bb"])
def test_what_has_no_shape_is_spelled_out(mfg: Callable[..., Said], tmp_path: Path, hidden: str) -> None:
    """In what is printed, refused and written as JSON, wherever in a file it stands."""
    path = tmp_path / "scenario.toml"
    text = SCENARIO.read_text(encoding="utf-8")
    title = json.dumps(f"T{hidden}")
    path.write_text(text.replace("name", f"title = {title}\nname", 1), encoding="utf-8")
    for arguments in (("show", path), ("check", path), ("show", path, "--json"), ("run", path, "-n", 1)):
        said = mfg(*arguments)
        assert hidden not in said.out + said.err
    refused = mfg("dose", f"nobody{hidden}")
    assert refused.status == 2
    assert hidden not in refused.err


def test_json_reads_back_what_stood_there(mfg: Callable[..., Said]) -> None:
    """An escape in JSON is the same character to whoever reads it."""
    order = mfg("dose", "lenzumestrocel-korea", "--weight", "72kg", "--by", f"Ä{TURNED}", "--json")
    assert order.json["record"]["by"] == f"Ä{TURNED}"
    assert "Ä" in order.out


@pytest.mark.parametrize("kind", ["link", "folder", "device", "read-only"])
def test_nothing_but_a_plain_file_is_replaced(tmp_path: Path, kind: str) -> None:
    """Neither what a link leads to, nor a device, nor what nobody may write to."""
    target, path = tmp_path / "target", tmp_path / "there"
    target.write_text("mine", encoding="utf-8")
    if kind == "link":
        path.symlink_to(target)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        os.mkfifo(path)
    else:
        path.write_text("mine", encoding="utf-8")
        path.chmod(0o444)
    before = path.lstat()
    with pytest.raises(Refused, match="there"):
        write_atomically(path, b"ours", durable=False)
    assert path.lstat() == before
    assert target.read_text(encoding="utf-8") == "mine"


def test_what_no_path_holds_is_refused_in_words(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """A null character in the name of anything that is to be read or written, by a command or from Python."""
    path, table = f"{tmp_path}/a\0b", tmp_path / "doses.csv"
    table.write_text("patient,weight_kg,cells\nA,72,72000000\n", encoding="utf-8")
    korea = "lenzumestrocel-korea"
    for command in (
        ("run", SCENARIO, "-n", 1, "-o", path),
        ("new", "site", "--like", "seoul", "-o", path),
        ("status", path),
        ("audit", korea, table, "--out", path),
        ("audit", korea, path),
        ("orders", korea, table, "--out", path),
        ("schedule", korea, "--baseline", "2026-03-02", "--ics", path),
        ("today", "lenzumestrocel-korea-today", "-n", 1, "--workers", 1, "--csv", path),
    ):
        said = mfg(*command)
        assert said.status == 2, command
        assert "no path" in said.err, command
        assert "\0" not in said.err
    with pytest.raises(Refused, match="null character"):
        mfg_simulate(load_scenario(str(SCENARIO)), replications=1, output=path)
    assert [one.name for one in tmp_path.iterdir()] == ["doses.csv"]


def test_a_pipe_is_no_earlier_calendar(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """It would be waited for."""
    pipe = tmp_path / "pipe.ics"
    os.mkfifo(pipe)
    said = mfg("schedule", "lenzumestrocel-korea", "--baseline", "2026-03-02", "--ics", pipe)
    assert said.status == 2
    assert "is not a regular file" in said.err


def test_every_command_that_writes_a_file_asks_first(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """An audited table, a calendar and a worksheet: a link in the way is refused and left."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("mine", encoding="utf-8")
    link.symlink_to(target)
    table = tmp_path / "doses.csv"
    table.write_text("patient,weight_kg,cells\nA,72,72000000\n", encoding="utf-8")
    korea = "lenzumestrocel-korea"
    for command in (
        ("audit", korea, table, "--out", link),
        ("schedule", korea, "--baseline", "2026-03-12", "--ics", link),
        ("dose", korea, "--weight", "72kg", "--sheet", link),
    ):
        said = mfg(*command)
        assert (said.status, link.is_symlink()) == (2, True), command
        assert "name another file" in said.err
    assert target.read_text(encoding="utf-8") == "mine"


def test_a_name_stays_in_its_folder(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a scenario is called, its study lies under runs/ in a folder of plain characters."""
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    text = SCENARIO.read_text(encoding="utf-8").replace("../hand", str(SCENARIO.parent.parent / "hand"))
    path = inner / "named.toml"
    path.write_text(text.replace('"small"', '"../../../x y"'), encoding="utf-8")
    mfg("run", path, "-n", 1)
    assert {one.name for one in tmp_path.iterdir()} == {"inner"}
    runs = [one.name for one in (inner / "runs").iterdir()]
    assert [name.rpartition("-")[0] for name in runs] == ["x-y"]


@pytest.mark.parametrize(
    ("text", "name"), [("Äpfel & Birnen", "Apfel-Birnen"), ("../..", ""), ("x" * 90, "x" * 40)]
)
def test_a_plain_name_has_letters_digits_and_hyphens(text: str, name: str) -> None:
    """At most forty of them."""
    assert plain_name(text) == name


def test_only_what_was_begun_here_is_swept(tmp_path: Path) -> None:
    """A name of ours has the digits of a random number before its end."""
    mine, ours = tmp_path / ".notes.part", tmp_path / f".run.json.{'0f' * 16}.part"
    for path in (mine, ours):
        path.write_bytes(b"")
    sweep(tmp_path)
    assert (mine.exists(), ours.exists()) == (True, False)
    check_replaceable(tmp_path / "new")


@pytest.mark.parametrize(("redirected", "status"), [(">&-", 2), ("2>&-", 0), ("2>&1 | cat", 0)])
def test_a_closed_stream_is_no_traceback(redirected: str, status: int) -> None:
    """Without stdout nothing is begun and stderr says why; without stderr the answer and the status are as ever."""
    command = f'"{sys.executable}" -m mfg dose lenzumestrocel-korea --weight 72kg {redirected}'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert done.returncode == status
    assert "Traceback" not in done.stdout + done.stderr
    assert ("72,000,000" in done.stdout) == (status == 0)
    assert ("is closed" in done.stderr) == (status == 2)


def test_a_letter_that_an_encoding_lacks_is_written_as_its_escape() -> None:
    """A terminal that knows ASCII only shows the order all the same."""
    environment: dict[str, Any] = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "mfg", "dose", "lenzumestrocel-korea", "--weight", "72kg"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xb7 72 kg" in done.stdout


def test_letters_and_signs_stay_as_they_are() -> None:
    """Only what has no shape is spelled out."""
    assert visible("Müller · 5 µL ≥ 2 µL — 細胞") == "Müller · 5 µL ≥ 2 µL — 細胞"
    assert visible(f"a\nb{TURNED}") == "a<U+000A>b<U+202E>"
