"""What was put wrong in files and command lines once and got no answer in words: now each is refused at its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Said
from tests.fuzz import judged
from tests.mutations import Case, case_of, files_of, stored, trees_of, without_claims

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a case is tried in a process of its own")
KOREA, NUROWN, CL2020 = "lenzumestrocel-korea", "nurown-phase2", "cl2020-phase2"
Changes = dict[str, Any]


def folder_with(folder: Path, scenario: str, changes: Changes) -> Path:
    """The files of a built-in scenario with *changes*: a value for each ``file/path``; places of lists are numbers."""
    trees, lists = trees_of(scenario)
    trees = {name: without_claims(tree) for name, tree in deepcopy(trees).items()}
    for path, value in changes.items():
        *way, last = path.replace("/", ".").split(".")
        node: Any = trees
        for step in way:
            node = node[int(step)] if isinstance(node, list) else node[step]
        node[int(last) if isinstance(node, list) else last] = value
    stored(Case(files_of(trees, lists), []), folder)
    return folder / "scenario.toml"


WRONG: list[tuple[str, Changes, str]] = [
    (
        KOREA,
        {"site/work.formulate.recovers": "0 %"},
        "work.formulate.recovers: '0 %' lets nothing come out of it",
    ),
    (
        KOREA,
        {"site/work.formulate.recovers.least": "0 %"},
        "recovers.least: '0 %' lets nothing come out of it",
    ),
    (KOREA, {"protocol/step.3.harvest_at": "0 %"}, "step.expand.harvest_at: '0 %' is of an empty flask"),
    (KOREA, {"population/product.viability": "0 %"}, "product.viability: '0 %' leaves no living cell"),
    (
        NUROWN,
        {"protocol/eligibility.alsfrs_r": {"least": "9 day"}},
        "eligibility.alsfrs_r: 'at least 9 day' ",
    ),
    (
        KOREA,
        {"site/work.isolate.needs.suite": 0},
        "work.isolate.needs.suite: '0' is none; leave out what it does not",
    ),
    (
        KOREA,
        {"protocol/visit": 7},
        "visit: '7' is not a list of tables; write it like [{ ... }, { ... }], or one heading",
    ),
    (KOREA, {"protocol/release": "x"}, "release: 'x' is not a list of tables"),
    (
        KOREA,
        {"site/clinic": "x"},
        "clinic: 'x' is not a table of names and their values; write it like { name = ... }",
    ),
    (
        KOREA,
        {"protocol/route.0.concentration": "10 cell/mL"},
        "dose.dose 1: comes to no dose at 40 kg, and there are such",
    ),
    (KOREA, {"scenario/arrivals": 1}, "arrivals: '1' is not a table of names and their values"),
]


@pytest.mark.parametrize(("name", "changes", "words"), WRONG, ids=lambda given: str(given)[:60])
def test_a_value_that_is_wrong_is_told_in_words(
    mfg: Callable[..., Said], tmp_path: Path, name: str, changes: Changes, words: str
) -> None:
    """The check finds it, and says where it stands and what would be right."""
    said = mfg("check", folder_with(tmp_path, name, changes))
    assert said.status == 1
    assert words in said.out


SET: list[tuple[str, str, str]] = [
    (CL2020, "protocol.step.formulate.do=1e3", "protocol.step.1e3.do: '1e3' is no step"),
    (KOREA, "policy.order.x=1", "--set policy.order.x: names nothing here"),
    (KOREA, "supply.x=1", "--set supply.x: names nothing here"),
]


@pytest.mark.parametrize(("name", "setting", "words"), SET)
def test_a_setting_that_is_wrong_is_told_in_words(
    mfg: Callable[..., Said], name: str, setting: str, words: str
) -> None:
    """On stderr, with status 2."""
    said = mfg("run", name, "-n", "1", "--set", setting, "--set", "protocol.visit.screening.repeats=false")
    assert (said.status, said.out) == (2, "")
    assert words in said.err


def test_the_unchanged_files_are_sound(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """So that what is found in the cases above is what was changed there."""
    for name in (KOREA, NUROWN, CL2020):
        assert mfg("check", folder_with(tmp_path, name, {})).status == 0


def test_some_cases_of_the_fuzzer_get_an_answer() -> None:
    """A few of every kind; ``make fuzz`` tries many."""
    tried = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--cases", "25", "--seed", "7"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "25 cases of seed 7" in tried.stdout


def test_a_case_is_made_again_from_its_number() -> None:
    """With all its changes, or with fewer, each of which is the same as before."""
    several = next(case for n in range(50) if len((case := case_of(1, n)).changes) > 1)
    number = next(n for n in range(50) if case_of(1, n).changes == several.changes)
    assert case_of(1, number) == several
    assert case_of(1, number, frozenset({0})).changes == several.changes[:1]
    assert case_of(2, number) != several


@pytest.mark.parametrize(
    ("status", "err", "words"),
    [
        (0, "", ""),
        (1, "mfg: 1 replication failed\n  as it is, replication 0: the site cannot keep up; mfg trace", ""),
        (
            1,
            "as it is, replication 0: ValueError: math domain error; mfg",
            "an error in the place of a refusal",
        ),
        (
            1,
            "as it is, replication 3: replication 3 fails its own audit: x",
            "an error in the place of a refusal",
        ),
        (2, "mfg: x: 'y' is wrong; write z", ""),
        (2, "what?", "refused without a word"),
        (99, "", "status 99"),
    ],
)
def test_what_is_wrong_with_an_answer_is_noticed(status: int, err: str, words: str) -> None:
    """A refusal in words is right, a failure by anything else is not."""
    found = judged(status, "", err, 100)
    assert found.startswith(words)
    assert bool(found) == bool(words)
