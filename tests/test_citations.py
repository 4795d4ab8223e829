"""Whatever cites a source names who wrote it, where it was published, when, and the place in it: nobody has our files' names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mfg.evidence import Evidence
from mfg.plan.compile import plan_of
from mfg.reader.library import builtin, sources
from mfg.reader.protocols import load_protocol
from mfg.reader.scenarios import load_scenario
from mfg.sources import spelled_out
from mfg.study.setting import setting_of
from tests.conftest import Said

OH = "Oh et al., Ann Neurol 2018;84:361-373"
FILE = re.compile(r"\b\d{3}_[0-9a-f]{16}|(?<!\{)\b(oh2018|berry2019|corestem20\d\d|alsnewstoday)\b")


def test_evidence_in_words() -> None:
    """A source with its places; a formula with the source of its facts; a reason."""
    stated = Evidence("stated", "cells per body weight", "Oh 2018", ("Methods", "Discussion"))
    assert str(stated) == "stated: Oh 2018 (Methods; Discussion)"
    assert stated.full == "cells per body weight [Oh 2018 (Methods; Discussion)]"
    assert str(Evidence("derived", "2 * {monthly}", "Oh 2018")) == "derived: 2 * {monthly} [Oh 2018]"
    assert str(Evidence("assumed", "a guess")) == "assumed: a guess"


def test_a_source_is_cited_so_that_it_can_be_found() -> None:
    """An author and a year, or that there is none; the reference begins with the same name."""
    for source in sources().values():
        assert re.search(r"\b(19|20)\d\d\b", source.short)
        assert source.cite.startswith(source.short.split(",")[0].removesuffix(" et al."))
        assert source.short != source.cite


def test_every_number_that_leans_on_a_source_cites_it() -> None:
    """In all that is built in; a formula cites whatever its facts come from."""
    short = {key: source.short for key, source in sources().items()}
    numbers = [n for name in builtin("protocol") for n in load_protocol(name).numbers]
    numbers += [n for name in builtin("scenario") for n in load_scenario(name).numbers]
    leaning = [n.evidence for n in numbers if n.evidence and n.evidence.facts]
    assert {evidence.kind for evidence in leaning} == {"stated", "derived"}
    for evidence in leaning:
        keys = dict.fromkeys(fact.partition(".")[0] for fact in evidence.facts)
        assert evidence.source == "; ".join(short[key] for key in keys)
        assert evidence.source in str(evidence)


def test_the_setting_of_a_study_cites() -> None:
    """Which is where a report has its evidence from."""
    scenario = load_scenario("nurown-phase2")
    kept = setting_of("base", {}, scenario, plan_of(scenario)).numbers
    stated = [one.said for one in kept if one.kind == "stated"]
    assert len(stated) > 30
    assert all(said.startswith("stated: Berry et al., Neurology 2019;93:e2294-e2305 (") for said in stated)
    assert [one.said for one in kept if FILE.search(one.said)] == []


def test_a_contradiction_cites_both_sides(mfg: Callable[..., Said]) -> None:
    """With the fact that is meant, as `mfg show` prints it."""
    said = mfg("show", "lenzumestrocel-phase3").out
    assert "  - CorestemChemon, press release of 29 May 2025, arms: a two-dose and a five-dose arm" in said
    assert "  - Corestem, advertisement feature 2019, planned-phase-3: two doses" in said


@pytest.mark.parametrize(
    "line",
    [
        ("show", "lenzumestrocel-phase2"),
        ("show", "nurown-phase2"),
        ("show", "cl2020-phase2"),
        ("show", "nurown-phase2", "--kind", "scenario"),
        ("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg"),
        ("schedule", "lenzumestrocel-phase2", "--arm", "msc", "--baseline", "2026-03-02"),
        ("check", "lenzumestrocel-phase2"),
    ],
    ids=" ".join,
)
def test_no_output_names_a_file_of_ours(mfg: Callable[..., Said], line: tuple[str, ...]) -> None:
    """Neither the file of a source nor its key stands where a source is cited."""
    assert FILE.search(mfg(*line).out) is None


def test_a_key_in_a_reason_is_spelled_out() -> None:
    """With the fact that is meant; names in a formula and other words stay."""
    cited = {"oh2018": "Oh 2018", "oh": "another"}
    assert spelled_out("8 of 59 (oh2018.funnel).", cited) == "8 of 59 (Oh 2018, funnel)."
    assert spelled_out("oh2018: until July", cited) == "Oh 2018: until July"
    assert (
        spelled_out("-{oh2018.expansion}, soh2018, oh2018b", cited) == "-{oh2018.expansion}, soh2018, oh2018b"
    )
    assert spelled_out("as in oh2018", {}) == "as in oh2018"


def test_a_worksheet_cites(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """On paper as on the screen."""
    page = tmp_path / "sheet.html"
    mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg", "--sheet", str(page))
    text = page.read_text(encoding="utf-8")
    assert OH in text
    assert FILE.search(text) is None
