"""Every name that an output prints is explained, and every name that is explained is printed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

import mfg
from docs.dictionary import PAGES
from docs.flow import PLACES, WHO, model_picture
from docs.refresh import MODEL
from docs.words import (
    ACTIVITIES,
    DELAYS,
    DOSES,
    ENDINGS,
    EVERY,
    EVIDENCE,
    FINDINGS,
    GROUPS,
    LEVELS,
    LIMITS,
    LOTS,
    SLIPS,
    VERDICTS,
    WAITED,
    WAITS,
)
from mfg.auditing.slips import FACTORS, OF_WEIGHT
from mfg.evidence import EVIDENCE_KINDS
from mfg.log import endings, limits
from mfg.log.notes import UNIT_OF
from mfg.protocol.check.words import _WORDS as ALLOWED
from mfg.reader.library import builtin
from mfg.reader.scenarios import load_scenario
from mfg.results.columns import COLUMNS
from mfg.results.indicators import INDICATORS, OF_A_RESOURCE, SIGNS
from mfg.results.waiting import LEFT_WAITING, NEVER, TREATED
from mfg.works import OPERATIONS, TURN
from tests.conftest import ROOT
from tests.house import modules, tree_of


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_made_is_fresh(name: str) -> None:
    """`make docs` would change nothing."""
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name]()


def test_the_picture_of_the_model_is_fresh() -> None:
    """And names every kind of entity, every place, and what is waited for there."""
    drawn = model_picture()
    assert (ROOT / MODEL).read_text(encoding="utf-8") == drawn
    for word in (*WHO, *(place.name for place in PLACES), *(place.waits for place in PLACES)):
        assert f">{word}</text>" in drawn or not word


def test_every_figure_and_column_has_its_row() -> None:
    """With its meaning."""
    figures, columns = (
        (ROOT / f"docs/{name}.md").read_text(encoding="utf-8") for name in ("figures", "columns")
    )
    for name, one in {**INDICATORS, **SIGNS}.items():
        assert re.search(
            rf"^\| `{name}` \| {re.escape(one.meaning.unit)} \|.*\| {re.escape(one.meaning.about)} \|$",
            figures,
            re.MULTILINE,
        )
    for name in OF_A_RESOURCE:
        assert f"| `{name}` |" in figures
    for table, held in COLUMNS.items():
        part = columns.split(f"## {table}\n")[1].split("\n## ")[0]
        for name, said in held.items():
            assert re.search(rf"^\| `{name}` \|.*\| {re.escape(said)} \|$", part, re.MULTILINE)


def constants(module: object) -> set[str]:
    """The words that a module of the log names."""
    own = {
        value
        for name, value in vars(module).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }
    return own - {"annotations"}


def test_words_of_the_log_are_explained() -> None:
    """Endings, outcomes, delays, limits, what is waited for, works, rows, and how works fail."""
    named = constants(endings) | constants(limits) | set(UNIT_OF) | set(OPERATIONS) | set(TURN)
    named |= {one.failure for one in OPERATIONS.values() if one.failure}
    named |= {TREATED, LEFT_WAITING, NEVER}
    shown = {word.removesuffix("…") for word in EVERY}
    assert {word.rstrip() for word in named} - {word.rstrip() for word in shown} == set()


def calls(*names: str) -> Iterator[ast.Call]:
    """Every call of a function of one of these names in the package."""
    for path in modules().values():
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) in names
            ):
                yield node


def texts(node: ast.AST) -> set[str]:
    """The texts in a piece of code that are words, not sentences."""
    return {
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def test_what_a_lot_or_product_is_lost_by_is_explained() -> None:
    """Wherever the engine says why."""
    causes = {text for call in calls("Lost", "spoil", "loses") for arg in call.args for text in texts(arg)}
    assert len(causes) >= 3
    assert causes - EVERY == set()


def test_findings_are_explained_and_nothing_else() -> None:
    """Their rules, and their levels."""
    rules, levels = set(), set()
    for call in calls("Finding", "ScheduleFinding"):
        if len(call.args) > 1:
            levels |= texts(call.args[0])
            rules |= (
                {f"{name}-applied" for name in ("cap", "floor")}
                if isinstance(call.args[1], ast.JoinedStr)
                else texts(call.args[1])
            )
    rules |= set(ALLOWED["treatment"]) - {"product"}  # an order for a placebo says that it is one
    assert rules == set(FINDINGS)
    assert levels == set(LEVELS)


def test_slips_and_verdicts_are_explained_and_nothing_else() -> None:
    """All that an audit names: texts of its modules that look like the name of a slip."""
    known = {name for name, _ in (*FACTORS, *OF_WEIGHT)}
    assert known <= set(SLIPS)
    said = {
        text
        for name, path in modules().items()
        if name.startswith("mfg.auditing")
        for text in texts(tree_of(path))
    }
    assert set(SLIPS) <= said
    assert {text for text in said if re.fullmatch(r"[a-z]+(-[a-z]+)+", text)} - set(SLIPS) == set()
    assert set(VERDICTS) == {"ok", "warning", "error"}


def test_kinds_of_evidence_are_explained() -> None:
    """In their order, which is that of their strength."""
    assert tuple(EVIDENCE)[: len(EVIDENCE_KINDS)] == EVIDENCE_KINDS


def pattern(word: str) -> str:
    """A word as it is printed, with any name where the page has dots."""
    return re.escape(word).replace("…", ".+")


def explained(word: str, group: frozenset[str] | dict[str, str]) -> bool:
    """Whether a word stands in a group."""
    return any(re.fullmatch(pattern(one), word) for one in group)


@pytest.mark.parametrize("name", ["lenzumestrocel-phase3", "nurown-phase2"])
def test_what_a_run_prints_is_explained(name: str) -> None:
    """Every word in its tables that is no name of the scenario's own files."""
    run = mfg.simulate(name, replications=1, seed=1)
    scenario = load_scenario(name)
    assert {word for word in run.patients["ending"].astype(str) if word} <= set(ENDINGS) | set(LOTS)
    assert {word for word in run.patients["waiting"].astype(str) if word} <= set(WAITED)
    assert {word for word in run.lots["outcome"].astype(str) if word} <= set(LOTS) | set(ENDINGS)
    assert set(run.doses["outcome"].astype(str)) <= set(DOSES) | set(LOTS) | set(ENDINGS)
    assert {word for word in run.events["activity"].astype(str) if not explained(word, ACTIVITIES)} == set()
    events = run.events
    refused = events[events["activity"].astype(str).isin(["refuse", "refuse again", "await"])]
    for word in set(refused["outcome"].astype(str)):
        for one in word.split(" and "):
            kind = one.rpartition(".")[2]
            assert explained(one, {**LIMITS, **WAITS, **DELAYS}) or kind in LIMITS, word
    assert scenario.name in builtin("scenario")


def test_a_word_has_one_meaning_in_its_group() -> None:
    """And says it."""
    for words in GROUPS.values():
        assert all(meaning and meaning != word for word, meaning in words.items())


def test_the_glossary_is_in_order() -> None:
    """Each term once, a line each, by the alphabet in its part."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    parts = [
        re.findall(r"^\| (?!term |-)(.+?) \| (.+) \|$", part, re.MULTILINE)
        for part in text.split("\n## ")[1:]
    ]
    assert [len(part) > 30 for part in parts] == [True, True]
    for part in parts:
        terms = [term.casefold() for term, _ in part]
        assert terms == sorted(set(terms))
