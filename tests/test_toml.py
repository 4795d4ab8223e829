"""Files from anybody: what must not be read, and files that must fail with exactly this message."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg.errors import Faults
from mfg.reader.checks import checked
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_population, load_scenario, load_site
from mfg.reader.toml import MOST_BYTES, parse_toml, read_toml
from tests.conftest import Said

BROKEN = Path(__file__).parent / "broken"


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda p: p.stem)
def test_a_broken_file_is_refused_with_exactly_this_message(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside every broken file stands what is said about it: every fault, each with its file and its place."""
    monkeypatch.chdir(BROKEN)
    report = checked(Path(path.name))
    assert "\n".join(map(str, report.faults)) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda p: p.stem)
def test_what_is_refused_by_the_check_is_refused_by_every_command(path: Path) -> None:
    """A file with faults is no value, but for worked examples and variants, which the check alone computes."""
    load = {
        "site": load_site,
        "population": load_population,
        "scenario": load_scenario,
        "protocol": load_protocol,
    }[path.stem.partition("-")[0]]
    if path.stem.startswith(("protocol-example-", "scenario-variant-")):
        load(path)
        return
    with pytest.raises(Faults):
        load(path)


BOMBS = [
    ("a = " + "[" * 2000 + "]" * 2000, "nests too deeply"),
    ("a = " + "{b = " * 1000 + "1" + "}" * 1000, "nests too deeply"),
    ("a." * 3000 + "b = 1", "key of too many parts"),
    (("a." * 199_999 + "b = 1"), "characters"),
    ("a = " + "1" * 5000, "usable TOML"),
    ("a = '" + "x" * 20_000 + "'", "characters"),
    ("a = [\n" + "1,\n" * 30_000 + "]", "more than 20000 values"),
    ("a = nan", "not a finite number"),
    ("a = -inf", "not a finite number"),
    ("a = 1e400", "out of reach"),
    ("a = 0x46", "in disguise"),
    ("a = [0o17]", "in disguise"),
    ("a = 1_000", "in disguise"),
    ("a = 1_0.5", "in disguise"),
    ("a = 1\na = 2", "not TOML"),
    ("a = ", "not TOML"),
    ("wei\u0261ht = 1", "foreign letter"),
    ("a = 1\x00", "NUL"),
    ("", "empty"),
    ("# nothing", "empty"),
]


@pytest.mark.parametrize(("text", "word"), BOMBS, ids=[w for _, w in BOMBS])
def test_toml_that_is_a_trap_is_refused_at_once(text: str, word: str) -> None:
    """Bounded before it is parsed: nothing hangs, nothing recurses, nothing is silently another number."""
    start = time.process_time()
    with pytest.raises(Faults, match=word):
        parse_toml(text, "bomb")
    assert time.process_time() - start < 2


def test_decimals_stay_exact() -> None:
    """0.1 is a tenth, and strings may hold any mark."""
    assert str(parse_toml("a = 0.1", "text")["a"]) == "0.1"
    assert parse_toml('a = "0x46 # 1_000 [[["', "text")["a"] == "0x46 # 1_000 [[["


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"\xef\xbb\xbfa = 1", "byte-order mark"),
        (b"a = '\xe4'", "not UTF-8"),
        (b"", "empty"),
        (b"a = 1\rb = 2", "not TOML"),
        (b"a = 1 #" + b" " * MOST_BYTES, "bytes"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, raw: bytes, word: str) -> None:
    """With the name of the file."""
    path = tmp_path / "protocol.toml"
    path.write_bytes(raw)
    with pytest.raises(Faults, match=word) as refusal:
        read_toml(path)
    assert str(path) in str(refusal.value)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    """Are refused as such."""
    with pytest.raises(Faults, match="is a folder"):
        read_toml(tmp_path)
    with pytest.raises(Faults, match="cannot be read"):
        read_toml(tmp_path / "none.toml")


@given(st.text(max_size=200))
def test_any_text_is_toml_or_a_refusal(text: str) -> None:
    """No text raises anything else."""
    with contextlib.suppress(Faults):
        assert parse_toml(text, "text")


def test_check_names_every_fault_of_every_file(mfg: Callable[..., Said]) -> None:
    """Several files at once; status 1 where something was found."""
    files = sorted(BROKEN.glob("protocol-*.toml"))[:3]
    said = mfg("check", *files)
    assert said.status == 1
    assert all(str(file) in said.out for file in files)
