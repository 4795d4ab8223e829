"""What is of the wrong kind is refused under the name of its parameter, by every public function and for each parameter."""

from __future__ import annotations

import inspect
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mfg
from mfg.errors import MfgError, Parameter, Refused
from mfg.study.run import Run
from tests.small_unit import HAND

PHASE2 = "lenzumestrocel-phase2"
PROTOCOL = mfg.load_protocol(PHASE2)
PEOPLE = pd.DataFrame({"patient": ["A"], "weight_kg": [60], "cells": [6e7]})
ASKED: dict[str, dict[str, Any]] = {  # what each is asked for where nothing is wrong
    "audit": {"protocol": PROTOCOL, "table": PEOPLE, "arm": "msc"},
    "compare": {"scenario": HAND, "vary": {"suites": [1, 2]}, "replications": 1},
    "dose": {"protocol": PROTOCOL, "arm": "msc", "weight": "60 kg"},
    "doses": {"protocol": PROTOCOL, "table": PEOPLE[["patient", "weight_kg"]], "arm": "msc"},
    "limits": {"scenario": HAND, "replications": 4},
    "load": {"what": PHASE2, "kind": "protocol"},
    "load_protocol": {"name": PHASE2},
    "load_run": {"folder": "nowhere"},
    "load_scenario": {"name": HAND},
    "load_site": {"name": "seoul"},
    "schedule": {"protocol": PROTOCOL, "baseline": "2026-03-02", "arm": "msc"},
    "sensitivity": {"scenario": HAND, "figure": "lots_started", "over": {"isolate.lasts": "x0.9..x1"}},
    "simulate": {"scenario": HAND, "replications": 1},
    "today": {"scenario": "lenzumestrocel-korea-today", "futures": 1},
    "trace": {"scenario": HAND},
    "Variant": {"name": "mine", "settings": {}},
}
TOGETHER = {  # what has no meaning alone
    ("dose", "weighed"): {"on": "2026-03-02"},
    ("dose", "on"): {"weighed": "2026-03-02"},
    ("dose", "viability"): {"count": "1e7 viable_cell/mL"},
    ("compare", "variants"): {"vary": None},
    ("schedule", "clinic"): {"site": mfg.load_site("seoul")},
}
NAMED = {  # by what they load, and not by how that is called
    "load_protocol": "protocol",
    "load_scenario": "scenario",
    "load_site": "site",
}
CASES = [
    (name, parameter)
    for name in mfg.__all__
    if name in ASKED
    for parameter in inspect.signature(getattr(mfg, name)).parameters
]
WRONG = (object(), 2.5, b"bytes", [object()], Decimal("2.5"), pd.DataFrame({"a": [1]}))


def test_every_function_is_among_them() -> None:
    """A new one is held to the same."""
    others = {"MfgError", "Refused", "Faults", "Failed", "__version__"}
    lists = {"protocols", "scenarios", "sites", "populations"}
    assert set(mfg.__all__) == ASKED.keys() | others | lists


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_what_is_of_no_kind_that_says_anything_is_refused_by_name(name: str, parameter: str) -> None:
    """Objects, numbers, bytes, lists and frames where none belongs."""
    for wrong in WRONG:
        if parameter == "table" and isinstance(wrong, pd.DataFrame):
            continue  # it is a table; its header is judged
        asked = {**ASKED[name], **TOGETHER.get((name, parameter), {}), parameter: wrong}
        with pytest.raises(Refused) as found:
            getattr(mfg, name)(**asked)
        called = NAMED.get(name, parameter) if parameter == "name" else parameter
        assert isinstance(found.value.where, Parameter), str(found.value)
        assert found.value.where.partition(" ")[0] == called, str(found.value)


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("simulate", {"replications": "2"}, "replications: '2' is a str; give a whole number from 1 on"),
        ("simulate", {"settings": 3}, "settings: '3' is a int; give a table, such as {\"suites\": 3}"),
        ("simulate", {"settings": ""}, "settings: '' is a str; give a table"),
        ("simulate", {"seed": "a"}, "seed: 'a' is a str; give a whole number from 0 on"),
        ("simulate", {"seed": -1}, "seed: '-1' is out of reach; give a whole number from 0 on"),
        ("simulate", {"executor": "dask://here"}, "executor: 'dask://here' is a str; give an executor of concurrent.futures"),
        ("simulate", {"told": "me"}, "told: 'me' is a str; give a function"),
        ("compare", {"vary": None, "variants": "x"}, "variants: 'x' is one text and no list; write [mfg.Variant("),
        ("compare", {"vary": "suites"}, "vary: 'suites' is a str; give a table, such as {\"suites\": [1, 2]}"),
        ("compare", {"figures": ["lots_startd"]}, "figures: 'lots_startd' is no figure; did you mean 'lots_started'"),
        ("sensitivity", {"figure": 3}, "figure: '3' is no figure"),
        ("sensitivity", {"over": ["suites"]}, "over: \"['suites']\" is a list; give a table"),
        ("limits", {"figure": 3}, "figure: '3' is no figure"),
        ("today", {"futures": 0}, "futures: '0' is out of reach"),
        ("trace", {"patient": 1}, "patient: '1' is a int; give a text, such as 'S01'"),
        ("trace", {"patient": "nobody"}, "patient: 'nobody' did not come"),
        ("load_run", {"folder": 3}, "folder: '3' is a int; give the path of a folder"),
        ("audit", {"table": [1, 2]}, "table: '[1, 2]' is a list; give the path of a CSV file or an Excel workbook, or a data frame"),
        ("audit", {"round": 0.1}, "round: '0.1' is a float; give a text, such as '0.1mL'"),
        ("dose", {"weight": 70}, "weight: '70' is not a body weight with its unit; write a body weight like 72 kg"),
        ("dose", {"weight": Decimal(70)}, "weight: '70' is not a body weight with its unit"),
        ("dose", {"given": "height"}, "given: 'height' is a str; give a table"),
        ("dose", {"given": {3: "1 kg"}}, "given: '3' is no name; give a table"),
        ("schedule", {"site": "seoul"}, "site: 'seoul' is a str; give one that is loaded, such as mfg.load_site('seoul')"),
        ("schedule", {"holidays": 82}, "holidays: '82' is a int; give a text, such as 'KR'"),
        ("Variant", {"name": ""}, "name: '' is no name; give a text"),
        ("Variant", {"parts": "mine"}, "parts: 'mine' is a str; give a table"),
    ],
)  # fmt: skip
def test_it_is_said_what_would_be_right(name: str, asked: dict[str, Any], said: str) -> None:
    """In a sentence."""
    with pytest.raises(MfgError) as found:
        getattr(mfg, name)(**{**ASKED[name], **asked})
    assert str(found.value).startswith(said)


def test_what_python_has_a_word_for_is_taken() -> None:
    """Truth, whole numbers of numpy's kind, paths and dates are values of settings."""
    chance = mfg.load_scenario(HAND, {"chance": False, "suites": 2})
    assert chance == mfg.load_scenario(HAND, {"chance": "false", "suites": "2"})
    assert not chance.chance


@pytest.fixture(scope="module")
def run() -> Run:
    """A run of the smallest unit."""
    return mfg.simulate(HAND, replications=1)


@pytest.mark.parametrize("wrong", [3, ["doses_given"], {"a": 1}, None])
def test_a_result_refuses_what_names_nothing(run: Run, wrong: Any, tmp_path: Path) -> None:
    """Figures, tables and variants, of what was simulated and of what is kept."""
    compared = mfg.compare(HAND, vary={"suites": [1, 2]}, replications=2, output=tmp_path / "both")
    kept = mfg.load_run(tmp_path / "both")
    for ask in (
        run.figure,
        run.table,
        compared.figure,
        compared.table,
        kept.figure,
        kept.table,
        kept.variant,
    ):
        with pytest.raises(Refused, match=r"^name: "):
            ask(wrong)  # type: ignore[operator]
    for one in (compared, kept):
        with pytest.raises(Refused, match=r"^figure: "):
            one.difference(wrong)
        if wrong is not None:
            with pytest.raises(Refused, match=r"^variant: "):
                one.difference(one.judged[0].figure, wrong)
