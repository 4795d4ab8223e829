"""`mfg show` finds what can be varied, in files of every kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario
from tests.conftest import Said


@pytest.mark.parametrize("name", builtin("scenario"))
def test_a_scenario_shows_every_number_with_its_evidence(name: str, mfg: Callable[..., Said]) -> None:
    """Under the path that a setting takes."""
    found = {one["path"]: one for one in mfg("show", name, "--kind", "scenario", "--json").json["numbers"]}
    for number in load_scenario(name).numbers:
        one = found[number.path.removesuffix(".is")]
        assert one["kind"] == (number.evidence.kind if number.evidence else None)


@pytest.mark.parametrize(
    ("name", "kind"), [("seoul", "site"), ("als-us", "population"), ("cl2020-phase2", "protocol")]
)
def test_files_of_every_kind_are_shown(name: str, kind: str, mfg: Callable[..., Said]) -> None:
    """A built-in name says what it is; where several have it, the protocol is meant and the others are named."""
    answer = mfg("show", name, "--json")
    assert answer.json["kind"] == kind
    assert answer.json["numbers"]


def test_only_what_is_assumed(mfg: Callable[..., Said]) -> None:
    """Or calibrated: nothing that a source states."""
    found = mfg("show", "lenzumestrocel-phase2", "--assumed", "--json").json["numbers"]
    assert {one["kind"] for one in found} == {"assumed"}


def test_only_what_is_like_a_text(mfg: Callable[..., Said]) -> None:
    """In its path, its value or its reason; and what is not set is found too."""
    found = mfg("show", "lenzumestrocel-phase3", "--kind", "scenario", "--like", "GIVE_UP", "--json").json[
        "numbers"
    ]
    assert [(one["path"], one["value"]) for one in found] == [("policy.give_up_after", None)]


def test_a_name_of_two_files_is_told(mfg: Callable[..., Said]) -> None:
    """So that nobody looks for a site's suites in a protocol."""
    assert "--kind scenario" in mfg("show", "lenzumestrocel-phase2").err
    refused = mfg("show", "seoul", "--kind", "scenario")
    assert refused.status == 2
    assert "give site" in refused.err
