"""Every key of every file is obeyed by somebody: where it changes, so does an answer."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from mfg.reader.scenarios import PARTS
from tests.witness.answers import answer, changed
from tests.witness.bases import ASKED
from tests.witness.keys import WORDS, differing, keys
from tests.witness.rows import COMMANDS, Witness
from tests.witness.table import ROWS

FILES = {f"scenario.{part}" for part in PARTS}
SHAPE = (
    "unknown key",
    "is not a list",
    "is not what belongs there",
    "is not a table",
    "is not allowed",
    "is not TOML",
    "is no such policy",
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of witnesses are written."""
    return tmp_path_factory.mktemp("witness")


@cache
def _before(command: str, base: str, where: str, ask: str, folder: Path) -> str:
    return answer(command, changed(base, _KNOWN[where]), ask, folder)


_KNOWN = {str(row.where): row.where for row in ROWS}


@pytest.mark.parametrize(
    ("row", "command"), [(row, each) for row in ROWS for each in row.commands.split()], ids=str
)
def test_a_key_changes_the_answer(row: Witness, command: str, folder: Path) -> None:
    """Of each command that obeys it; what only check refuses is refused for its meaning."""
    ask = row.ask.get(command, ASKED.get(command, ""))
    before = _before(command, row.base, str(row.where), ask, folder)
    after = answer(command, changed(row.base, row.where, row.changes), ask, folder)
    if command == "check":
        assert "fault" not in before, before
        assert not any(fault in after for fault in SHAPE), after
        if not row.key.startswith("evidence."):
            before, after = (re.sub("numbers: .*", "", text) for text in (before, after))
    assert before != after, f"{command} does not obey {row.key}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_witness_changes_its_own_key(row: Witness) -> None:
    """And no other beside it."""
    found = differing(changed(row.base, row.where), changed(row.base, row.where, row.changes))
    assert row.key in found
    others = {key for key in found if key.partition(".")[0] not in WORDS and not _within(key, row.key)}
    assert others <= {*row.beside} or row.key.partition(".")[0] in WORDS


def _within(key: str, other: str) -> bool:
    """Whether *key* is *other*, or one of those that it holds."""
    held = f"{other.removeprefix('scenario.')}." if other in FILES else f"{other}."
    return key == other or key.startswith(held)


def test_every_key_has_a_witness() -> None:
    """A key that nobody obeys does not exist."""
    witnessed = {row.key for row in ROWS}
    assert witnessed - set(keys()) == set(), "witnesses of what is no key"
    assert set(keys()) - witnessed == set(), "keys without a witness"


def test_a_witness_names_commands() -> None:
    """Those of the table."""
    assert {each for row in ROWS for each in row.commands.split()} <= set(COMMANDS)
