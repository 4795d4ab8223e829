"""The record of an answer: what it rests on, who asked, when, and the command that makes it again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from mfg.cli import asked
from mfg.errors import Refused
from mfg.reader.library import shelf
from mfg.reader.protocols import load_protocol
from mfg.record import Record
from mfg.visible import visible
from tests.conftest import MINIMAL, Said

ROUTE = '[[route]]\nname = "iv"\ncells = "1e6 cell"\n'


def test_a_file_is_known_by_the_sha_256_of_its_bytes(tmp_path: Path) -> None:
    """Of one's own files and of built-in ones, line ends as they are; and of the sources that facts come from."""
    own = tmp_path / "own.toml"
    raw = (MINIMAL + ROUTE).replace("\n", "\r\n").encode()
    own.write_bytes(raw)
    assert [(f.name, f.sha256) for f in load_protocol(own).files] == [
        ("own.toml", hashlib.sha256(raw).hexdigest())
    ]
    phase3, *sources = load_protocol("lenzumestrocel-phase3").files
    content = (shelf("protocol") / "lenzumestrocel-phase3.toml").read_bytes()
    assert phase3.sha256 == hashlib.sha256(content).hexdigest()
    assert [f.name for f in sources] == ["corestem2019.toml", "corestem2025.toml"]
    for file in sources:
        assert file.sha256 == hashlib.sha256((shelf("source") / file.name).read_bytes()).hexdigest()


def test_one_byte_makes_another_digest(tmp_path: Path) -> None:
    """A comment changes no dose, and the file all the same."""
    own = tmp_path / "own.toml"
    own.write_text(MINIMAL + ROUTE, encoding="utf-8")
    before = load_protocol(own).files
    own.write_text(MINIMAL + ROUTE + "#", encoding="utf-8")
    assert load_protocol(own).files != before


def test_a_dose_carries_its_record(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In JSON and in print: rules with version and digest, software, time with zone, who asked, the command."""
    seoul = datetime(2026, 3, 12, 8, 30, 5, tzinfo=timezone(timedelta(hours=9)))
    monkeypatch.setattr(asked, "now", lambda: seoul)
    own = tmp_path / "own file.toml"
    own.write_text('version = "2b"\n' + MINIMAL + ROUTE, encoding="utf-8")
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    record = mfg("dose", own, "--by", "R. Pharm", "--json").json["record"]
    assert record["at"] == "2026-03-12T08:30:05+09:00"
    assert (record["protocol"], record["version"], record["by"]) == ("invented", "2b", "R. Pharm")
    assert record["files"] == [{"name": "own file.toml", "sha256": digest}]
    words = ["mfg", "dose", str(own), "--by", "R. Pharm", "--json"]
    assert shlex.split(record["command"]) == words
    printed = mfg("dose", own).out.splitlines()[-3:]
    assert printed[0] == f"protocol invented, version 2b, SHA-256 {digest}"
    assert (
        printed[1]
        == f"mfg {record['software']}, 2026-03-12 08:30:05 +0900, who asked is not stated (--by NAME)"
    )
    assert shlex.split(printed[2]) == ["$", "mfg", "dose", str(own)]


def test_an_audit_carries_its_record(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """With the digest of the table that was audited."""
    table = tmp_path / "doses.csv"
    table.write_text("patient,weight_kg,cells\nA,70,70000000\n", encoding="utf-8")
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    ask = ("audit", "lenzumestrocel-phase2", table, "--arm", "msc", "--by", "R. Pharm")
    record = mfg(*ask, "--json").json["record"]
    assert record["inputs"] == [{"name": str(table), "sha256": digest}]
    assert (record["protocol"], record["by"]) == ("lenzumestrocel-phase2", "R. Pharm")
    assert f"input    {table}, SHA-256 {digest}\n" in mfg(*ask).out


def test_nobody_is_no_name(mfg: Callable[..., Said]) -> None:
    """Who asked is said or left out."""
    said = mfg("dose", "cl2020-phase2", "--by", " ")
    assert said.status == 2
    assert said.err == "mfg: --by: ' ' names nobody; give a name, or leave it out\n"


def test_the_clock_has_a_zone() -> None:
    """A time without one could be anybody's."""
    assert asked.now().utcoffset() is not None
    with pytest.raises(Refused, match="has no time zone"):
        Record("p", "", None, (), "0", datetime(2026, 3, 12), "mfg")  # noqa: DTZ001


def test_a_record_steers_no_terminal() -> None:
    """What a name or a file holds is written out, not obeyed."""
    record = Record("p", "", "\x1b[2J", (), "0", datetime(2026, 3, 12, tzinfo=UTC), "mfg", by="a\u202eb\nc")
    lines = list(record.lines())
    assert lines[0] == "protocol p, version <U+001B>[2J, not read from a file"
    assert lines[1].endswith("asked by a<U+202E>b<U+000A>c")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Ärztin 7,2·10⁷ 朴", "Ärztin 7,2·10⁷ 朴"), ("a\tb", "a<U+0009>b"), ("x\u200by", "x<U+200B>y")],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    """And everything that can be is left as it is."""
    assert visible(text) == shown
