"""Every number of the built-in files, held against where it says that it comes from."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mfg import load_protocol, load_scenario
from mfg.errors import Faults, Refused
from mfg.evidence import Number, count_kinds
from mfg.reader.document import leaves
from mfg.reader.library import builtin, shelf, sources
from mfg.reader.protocols import protocol_of
from mfg.reader.scenarios import load_population, load_site
from mfg.reader.toml import read_toml
from mfg.units import Quantity, quantity_of
from mfg.units.amounts import Anything
from mfg.units.measure import measure_of
from tests.conftest import MINIMAL, Said, protocol

MEASURE = measure_of(Anything)


def numbers() -> list[tuple[str, Number]]:
    """Every number of every built-in file."""
    found: list[tuple[str, Number]] = []
    for name in builtin("protocol"):
        found += [(f"protocols/{name}", n) for n in load_protocol(name).numbers]
    for name in builtin("site"):
        found += [(f"sites/{name}", n) for n in load_site(shelf("site") / f"{name}.toml").numbers]
    for name in builtin("population"):
        found += [
            (f"populations/{name}", n) for n in load_population(shelf("population") / f"{name}.toml").numbers
        ]
    for name in builtin("scenario"):
        own = ("protocol.", "site.", "population.")
        found += [(f"scenarios/{name}", n) for n in load_scenario(name).numbers if not n.path.startswith(own)]
    return found


NUMBERS = numbers()


def value(text: object) -> Any:
    """A quantity, a number, a date or a word, so that equal ones compare equal."""
    if isinstance(text, (date, Decimal, bool)):
        return text
    if isinstance(text, int):
        return Decimal(text)
    try:
        return MEASURE.read(text)
    except Refused:
        try:
            return Decimal(str(text))
        except ArithmeticError:
            return (
                date.fromisoformat(str(text)) if str(text)[:4].isdigit() and "-" in str(text) else str(text)
            )


def fact(name: str) -> list[Any]:
    """The values of a fact."""
    key, _, entry = name.partition(".")
    return [value(leaf) for _, leaf in leaves(sources()[key].facts[entry].value)]


def test_every_number_has_evidence() -> None:
    """Nothing that is built in stands without saying where it comes from."""
    assert len(NUMBERS) > 250
    assert [f"{file} {number.path}" for file, number in NUMBERS if number.evidence is None] == []


@pytest.mark.parametrize(
    ("file", "number"),
    [
        pytest.param(f, n, id=f"{f}:{n.path}")
        for f, n in NUMBERS
        if n.evidence and n.evidence.kind == "stated" and n.value not in ("true", "false")
    ],
)
def test_a_stated_number_is_the_fact(file: str, number: Number) -> None:
    """The value in the file is the value that the source gives; true and false are said in our words."""
    assert number.evidence is not None
    assert value(number.value) in fact(number.evidence.facts[0]), f"{file} {number.path}"
    assert number.evidence.where


OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def computed(formula: str) -> Any:
    """What a derivation such as ``2 * {monthly}`` comes to."""
    names: dict[str, Any] = {}

    def named(text: str) -> str:
        key = f"fact{len(names)}"
        (names[key],) = fact(text)
        return key

    spelled = ""
    for part in formula.split("{"):
        name, brace, rest = part.partition("}")
        spelled += named(name) + rest if brace else part

    def walk(node: ast.AST) -> Any:
        if isinstance(node, ast.Expression):
            return walk(node.body)
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.UnaryOp):
            return -walk(node.operand)
        if isinstance(node, ast.Name):
            return names[node.id]
        assert isinstance(node, ast.Constant)
        return Decimal(str(node.value))

    return walk(ast.parse(spelled, mode="eval"))


@pytest.mark.parametrize(
    ("file", "number"),
    [
        pytest.param(f, n, id=f"{f}:{n.path}")
        for f, n in NUMBERS
        if n.evidence and n.evidence.kind == "derived"
    ],
)
def test_a_derived_number_follows(file: str, number: Number) -> None:
    """The formula, computed on its facts, gives the value in the file."""
    assert number.evidence is not None
    formula = number.evidence.reason
    if "oh2018." not in formula:
        formula = formula.replace("{", "{oh2018.")
    result = computed(formula)
    assert isinstance(result, Quantity)
    assert result == value(number.value), f"{file} {number.path}"


def test_a_changed_fact_or_a_changed_value_is_noticed() -> None:
    """The comparison can fail: ten times a dose is not the dose."""
    assert value("1e7 cell/kg") not in fact("oh2018.dose")
    assert computed("2 * {oh2018.monthly}") != value("3 calendar month")
    assert computed("-{oh2018.expansion}") == quantity_of(Decimal(-28), "day")


def test_sources_say_what_where() -> None:
    """Five sources, named by their seed's file; every fact has its place; contradictions name both sides."""
    assert sorted(source.file[:3] for source in sources().values()) == ["000", "001", "002", "003", "004"]
    for source in sources().values():
        assert source.facts
        for found in source.facts.values():
            assert found.where
            assert found.about
        for contradiction in source.contradictions:
            assert len(contradiction.between) >= 2
            assert contradiction.about
    assert sum(len(source.contradictions) for source in sources().values()) >= 15


def test_claims_that_cannot_be_made_out_are_refused() -> None:
    """A fact that no source states, two kinds of evidence for one number, evidence that says nothing."""
    base = MINIMAL.replace('donor  = "autologous"', 'donor = "autologous"\nfacts = "oh2018"')
    for claim, word in (
        ('fact = "dosis"', "did you mean 'dose'"),
        ('fact = "oh2019.dose"', "oh2018"),
        ('fact = "dose", assumed = "twice"', "2 kinds of evidence"),
        ('assumed = ""', "says nothing"),
        ('derived = "{nothing}"', "is not a fact"),
    ):
        text = f'[[route]]\nname = "intrathecal"\ncells = {{ is = "1e6 cell", {claim} }}\n'
        with pytest.raises(Exception, match=word.replace("(", "[(]")):
            protocol(text, base=base)


def test_a_number_that_is_not_its_fact_is_refused() -> None:
    """With what the source states; a value of one's own has evidence of its own."""
    base = MINIMAL.replace('donor  = "autologous"', 'donor = "autologous"\nfacts = "oh2018"')
    base += '[patient.weight]\nunit = "kg"\n'
    route = '[[route]]\nname = "intrathecal"\ncells = {{ is = "{0}", {1} }}\n'
    protocol(route.format("1e6 cell/kg", 'fact = "dose"'), base=base)
    protocol(route.format("2e6 cell/kg", 'assumed = "twice as much"'), base=base)
    with pytest.raises(Faults, match=r"'2e6 cell/kg' is not what the fact oh2018[.]dose states, 1e6"):
        protocol(route.format("2e6 cell/kg", 'fact = "dose"'), base=base)


def test_the_condition_of_a_row_is_no_number_of_its_fact() -> None:
    """A cohort or a band of weights says when the row holds, and the source is asked for what it says then."""
    base = MINIMAL.replace('donor  = "autologous"', 'donor = "autologous"\nfacts = "oh2018"')
    base += '[patient.weight]\nunit = "kg"\n[patient.cohort]\none_of = ["1", "2"]\n'
    rows = (
        '{ when = { cohort = "1" }, is = "1e6 cell/kg", fact = "dose" },'
        '{ when = { cohort = "2" }, is = "2e6 cell/kg", assumed = "twice" }'
    )
    protocol(f'[[route]]\nname = "intrathecal"\ncells = [{rows}]\n', base=base)


def test_a_file_without_evidence_works_and_is_told(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Anybody's own protocol needs no evidence; it is told how many of its numbers have none."""
    file = tmp_path / "mine.toml"
    file.write_text(MINIMAL + '[[route]]\nname = "intrathecal"\ncells = "1e6 cell"\n', encoding="utf-8")
    said = mfg("check", file)
    assert said.status == 0
    assert "2 without evidence" in said.out
    assert count_kinds(protocol_of(read_toml(file), "mine").numbers)["without evidence"] == 2


def test_show_prints_every_number_beside_its_evidence(mfg: Callable[..., Said]) -> None:
    """The thread from a number to a named document is unbroken."""
    shown = mfg("show", "lenzumestrocel-phase2", "--json").json
    dose = next(n for n in shown["numbers"] if n["path"] == "route.intrathecal.cells")
    assert (dose["value"], dose["kind"], dose["source"]) == (
        "1e6 cell/kg",
        "stated",
        "Oh et al., Ann Neurol 2018;84:361-373",
    )
    assert dose["where"]
    assert {c["name"] for c in shown["contradictions"]} >= {
        "oh2018.interval",
        "oh2018.syringe",
        "oh2018.seeding",
    }
    text = mfg("show", "lenzumestrocel-phase2").out
    assert all(number["path"] in text for number in shown["numbers"])


def test_the_seeds_hold_figures_and_no_sentences() -> None:
    """Facts are values with a place; what is said about them is short and in our words."""
    for path in shelf("source").glob("*.toml"):
        for where, text in leaves(read_toml(path)):
            if isinstance(text, str) and where.endswith(".about"):
                assert len(text) < 200
