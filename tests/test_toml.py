"""Files from anybody: what must not be read, and files that must fail with exactly this message."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfg.errors import Faults
from mfg.reader.checks import check_file
from mfg.reader.document import names_of
from mfg.reader.patients import read_in_progress, read_patients
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_population, load_scenario, load_site
from mfg.reader.toml import _forbidden, parse_toml, read_toml
from mfg.sheet import open_sheet
from mfg.sizes import FILE
from tests.conftest import Said

BROKEN = Path(__file__).parent / "broken"


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda p: p.stem)
def test_a_broken_file_is_refused_with_exactly_this_message(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside every broken file stands what is said about it: every fault, each with its file and its place."""
    monkeypatch.chdir(BROKEN)
    report = check_file(Path(path.name))
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
    ("a = " + "[" * 2000 + "]" * 2000, "levels of tables"),
    ("a = " + "{b = " * 1000 + "1" + "}" * 1000, "levels of tables"),
    ("a." * 3000 + "b = 1", "dots in a key"),
    (("a." * 199_999 + "b = 1"), "characters"),
    ("a = " + "1" * 5000, "characters of a number"),
    ("a = '" + "x" * 20_000 + "'", "characters"),
    ("a = [\n" + "1,\n" * 30_000 + "]", "there may be 20,000"),
    ("a = nan", "not a finite number"),
    ("a = -inf", "not a finite number"),
    ("a = 1e400", "out of reach"),
    ("a = 0x46", "in disguise"),
    ("a = [0o17]", "in disguise"),
    ("a = 1_000", "in disguise"),
    ("a = 1_0.5", "in disguise"),
    ("a = 1.0_5", "in disguise"),
    ("a = 1.0e1_0", "in disguise"),
    ("a = [\n1_000,  # a comment\n]", "in disguise"),
    ("a = [\n-1_0\n]", "in disguise"),
    ("a = +3", "in disguise"),
    ("a = 1e9999999", "out of reach"),
    ("a = 1e-100", "out of reach"),
    ("a = 18446744073709551616", "out of reach"),
    ("a . b . c . d . e . f . g . h . i . j . k . l . m . n . o . p . q . r = 1", "dots in a key"),
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
    with pytest.raises(Faults, match=word):
        parse_toml(text, "bomb")


SLOW = {
    "an unclosed text of lines that look like its end": lambda size: 'a = """' + '\n\\"""' * (size // 5),
    "the same in single quotation marks": lambda size: "a = '''" + "\n''" * (size // 3),
    "an unclosed line of quotation marks": lambda size: ('b = "' + '\\"' * 4900 + "\n") * (size // 9806 + 1),
    "lines of foreign letters": lambda size: ("\u00e9" * 9900 + "\n") * (size // 9901 + 1),
    "dots between blanks": lambda size: ("_ " * 4900 + "\n") * (size // 9801 + 1),
    "a list of many alike": lambda size: "a = [\n" + "{ name = 'x' },\n" * (size // 16) + "]",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_no_text_takes_the_square_of_its_length(text: Callable[[int], str]) -> None:
    """Six times the text takes about six times the work, not thirty-six times; a little text counts for nothing."""

    def spent(size: int) -> float:
        with contextlib.suppress(Faults):
            begun = time.process_time()
            _forbidden(text(size))
            with contextlib.suppress(RecursionError):
                names_of(parse_toml(text(size), f"text of {size}").get("a", []))
        return time.process_time() - begun

    assert spent(240_000) < 18 * max(spent(40_000), 0.02)


def test_what_is_quoted_or_commented_is_not_looked_at() -> None:
    """Whatever closes it: quotation marks before its end belong to it."""
    assert parse_toml('a = """x"""" # 1_0 = [[["', "text") == {"a": 'x"'}
    assert parse_toml("a = ''''0x1''' # = 0x1", "text") == {"a": "'0x1"}
    assert parse_toml('a = "\\"= 0x1"\nb_1 = 1 # = nan', "text") == {"a": '"= 0x1', "b_1": 1}
    assert parse_toml('"1_0" = 1\n1_1 = 2', "text") == {"1_0": 1, "1_1": 2}


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
        (b"a = 1 #" + b" " * FILE.most, "bytes"),
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
    with pytest.raises(Faults, match="no path holds"):
        read_toml(tmp_path / "nul\0.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe would be waited for, and a device has no end; a link to either is as bad."""
    pipe, link = tmp_path / "pipe.toml", tmp_path / "zero.csv"
    os.mkfifo(pipe)
    link.symlink_to("/dev/zero")
    for read in (read_toml, read_patients, read_in_progress, open_sheet):
        for path in (pipe, link):
            with pytest.raises(Faults, match="is not a regular file"):
                read(path)


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
