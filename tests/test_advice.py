"""What an advice offers is taken where it is offered: at every key that holds a measure, in every witness of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, get_args

import pytest

from mfg import dose
from mfg.errors import Faults, Refused
from mfg.protocol.recipe import STEPS
from mfg.protocol.rules import Limits, When
from mfg.reader.document import Tree
from mfg.reader.keys import attributes, is_named
from mfg.reader.protocols import protocol_in
from mfg.reader.scenarios import PARTS, population_in, scenario_in, site_in
from mfg.spread import Spread
from mfg.units import Quantity
from tests.conftest import protocol
from tests.witness.answers import HERE, changed
from tests.witness.keys import FILES, _inside, hints
from tests.witness.table import ROWS

BARE, STRANGE = "7", "7 parsec"
UNKNOWN = {  # the file itself does not say, or not always, in which unit
    "protocol.release.limit",
    "population.measures",
    "population.covariate",
}
Way = tuple[str | int, ...]


def holds_a_measure(hint: Any) -> bool:
    """Whether a type of a value has a quantity in it."""
    return hint in (Quantity, Spread, Limits, When) or any(holds_a_measure(each) for each in get_args(hint))


def measures(node: Any, way: Way) -> Iterator[Way]:
    """The ways to every quantity that is written in a value."""
    if isinstance(node, (dict, list)):
        for step, value in node.items() if isinstance(node, dict) else enumerate(node):
            if step != "range":
                yield from measures(value, (*way, step))
    elif isinstance(node, str) and re.match(r"-?[0-9][0-9.]*(e[0-9]+)? ?[A-Za-z%/]", node):
        yield way


def places(key: str, cls: type, node: Any, way: Way = ()) -> Iterator[tuple[str, Way]]:
    """Every measure in a table that becomes a *cls*, by its key in the table of keys, with the way to it."""
    known = dict(attributes(cls))
    if not isinstance(node, dict) or ("is" in node and "is" not in known):
        short = known.keys() & {"is", "before", "after"}
        yield from ((f"{key}.{name}", found) for name in short for found in measures(node, way))
        return
    for name, hint in known.items():
        here, value, there = f"{key}.{name}", node.get(name), (*way, name)
        inner = _inside(here, hint)
        if here == "protocol.step":
            for n, step in enumerate(value or ()):
                yield from places(f"{here}.{step['do']}", STEPS[step["do"]], step, (*there, n))
        elif inner is None:
            if holds_a_measure(hint):
                yield from ((here, found) for found in measures(value, there))
        elif value is not None:
            named = is_named(hint) and here != "scenario.arrivals"
            several = isinstance(value, list) or (named and isinstance(value, dict))
            steps: Any = enumerate(value) if isinstance(value, list) else value.items() if several else ()
            for step, each in steps:
                yield from places(here, inner, each, (*there, step))
            if not several:
                yield from places(here, inner, value, there)


def put(tree: Tree, way: Way, value: str) -> Tree:
    """The same tree with another value at a place."""
    made = deepcopy(tree)
    node: Any = made
    for step in way[:-1]:
        node = node[step]
    node[way[-1]] = value
    return made


def faults(file: str, tree: Tree) -> list[Refused]:
    """What is wrong with a document of one kind."""
    if file == "scenario":
        return list(scenario_in(tree, HERE / "scenario.toml").faults)
    read: Any = {"protocol": protocol_in, "site": site_in, "population": population_in}[file]
    return list(read(tree).faults)


@cache
def written() -> dict[tuple[str, Way], tuple[str, Tree]]:
    """Every place of a measure in the documents of the witnesses, with its key and one document that has it."""
    found: dict[tuple[str, Way], tuple[str, Tree]] = {}
    for row in ROWS:
        documents = changed(row.base, row.where, row.changes)
        own = {key: value for key, value in documents.items() if key not in PARTS}
        for file, cls in FILES.items():
            tree = own if file == "scenario" else documents.get(file)
            if isinstance(tree, dict):
                for key, way in places(file, cls, tree):
                    found.setdefault((key, way), (key, documents if file == "scenario" else tree))
    return found


def test_every_key_that_holds_a_measure_is_tried() -> None:
    """The places below are those of all keys of the table of keys."""
    known = {key for file in FILES for key, hint in hints(file).items() if holds_a_measure(hint)}
    known -= {key for key in known if key.endswith(".when")}  # a condition may be about words
    assert len(known) > 100
    assert known - {key for key, _ in written()} == set()


@pytest.mark.parametrize("file", FILES)
def test_what_is_offered_is_taken_at_that_very_place(file: str) -> None:
    """A number without its unit: the measure in the advice leaves no fault there. A strange unit: each unit that is listed is one."""
    for (key, way), (_, tree) in written().items():
        if not key.startswith(f"{file}."):
            continue
        before = {str(one) for one in faults(file, tree)}
        refusal, *_ = [one for one in faults(file, put(tree, way, BARE)) if one.given == BARE]
        offered = refusal.remedy.partition(" like ")[2]
        assert offered or (key in UNKNOWN and refusal.remedy.endswith("with its unit")), refusal
        after = faults(file, put(tree, way, offered)) if offered else []
        assert [
            str(one)
            for one in after
            if str(one) not in before and (one.where == refusal.where or one.given == offered)
        ] == [], refusal
        strange, *_ = [one for one in faults(file, put(tree, way, STRANGE)) if one.given == STRANGE]
        for unit in strange.remedy.removeprefix("use ").removesuffix(" and others").split(", "):
            wrong = faults(file, put(tree, way, f"1 {unit}"))
            assert not any("has a unit" in one.problem for one in wrong if one.where == strange.where), (
                strange
            )


CASES = [
    ('[patient.weight]\nunit = "kg"\nleast = "7"', "patient.weight.least", "a quantity in kg like 72 kg"),
    ('[patient.weight]\nunit = "kg"\nleast = "90 kg"\nmost = "7"', "patient.weight.most", "like 162 kg"),
    ('[patient.weight]\nunit = "kg"\nabove = "7"\nmost = "30 kg"', "patient.weight.above", "like 15 kg"),
    (
        '[patient.age]\nunit = "year"\nmost = "80 stone"',
        "patient.age.most",
        "use year, minute, hour, day, week",
    ),
    (
        '[patient.age]\nunit = "year"\nround = { to = "7", how = "down" }',
        "patient.age.round.to",
        "like 54 year",
    ),
    ('[eligibility]\nage = { least = "18" }', "eligibility.age.least", "like 54 year"),
    (
        '[[release]]\ntest = "viability"\nlimit = { least = "70" }',
        "release.viability.limit.least",
        "like 80 %",
    ),
    (
        '[[step]]\ndo = "ship"\nleg = "road"\nkeep = { least = "15 degC", most = "25" }',
        "step.ship.keep.most",
        "like 19 degC",
    ),
    (
        '[[step]]\ndo = "collect"\nvolume = { mean = "7 mL", sd = "2", shape = "normal" }',
        "step.collect.volume.sd",
        "like 0.7 mL",
    ),
    (
        '[[route]]\nname = "vein"\ncells = { is = "5e5 IEQ", most = "7" }',
        "route.vein.cells.most",
        "like 1000000 IEQ",
    ),
    (
        '[[route]]\nname = "vein"\ncells = "5e5 IEQ"\nconcentration = "7"',
        "route.vein.concentration",
        "like 1e7 IEQ/mL",
    ),
    (
        '[[route]]\nname = "vein"\ncells = "5e5 IEQ"\nround = { to = "7", how = "down" }',
        "route.vein.round.to",
        "like 1 IEQ",
    ),
]


@pytest.mark.parametrize(("text", "where", "advice"), CASES)
def test_an_example_is_of_the_kind_and_within_the_bounds(text: str, where: str, advice: str) -> None:
    """In the unit that a covariate, a test or a route has; above what must lie below it and below what must lie above."""
    with pytest.raises(Faults) as refusal:
        protocol(text)
    (found,) = [one for one in refusal.value.faults if one.where == where]
    assert found.remedy.endswith(advice)


def test_a_share_of_a_word_is_a_percentage() -> None:
    """Not a quantity of any kind, though a covariate may be a number too."""
    tree = {"schema": "population-1", "name": "a", "weight": "70 kg", "covariate": {"sex": {"male": "7"}}}
    assert [one.remedy for one in population_in(tree).faults] == ["write a percentage like 80 %"]


@pytest.mark.parametrize(
    ("weight", "problem"),
    [
        ({"median": "70 kg", "spread": 101, "shape": "lognormal"}, "spreads over more than is told apart"),
        ({"median": "70 kg", "spread": 2, "most": "80 kg", "shape": "lognormal"}, "is more than a lognormal"),
        ({"mean": "70 kg", "sd": "12 kg", "shape": "bell"}, "is not a shape"),
        ({"empirical": []}, "is no list of values"),
    ],
)
def test_what_is_wrong_with_no_measure_keeps_its_own_words(weight: dict[str, Any], problem: str) -> None:
    """A factor, a shape or a list is not taken for a body weight without its unit."""
    (fault,) = population_in({"schema": "population-1", "name": "a", "weight": weight}).faults
    assert problem in fault.problem
    assert "body weight" not in fault.remedy


@pytest.mark.parametrize(
    ("limits", "like"),
    [("", "72 kg"), ('most = "30 kg"', "15 kg"), ('above = "80 kg"\nbelow = "90 kg"', "85 kg")],
)
def test_who_gives_a_weight_gets_an_example_within_the_limits(limits: str, like: str) -> None:
    """A protocol for children is not advised to weigh an adult, and the example has a dose."""
    rules = protocol(
        f'[patient.weight]\nunit = "kg"\n{limits}\n[[route]]\nname = "vein"\ncells = "1e6 cell/kg"\n'
    )
    with pytest.raises(Refused) as refusal:
        dose(rules, weight="7")
    offered = re.search(r"like (.*)", refusal.value.remedy)
    assert offered is not None
    assert offered[1] == like
    assert dose(rules, weight=like).administrations
