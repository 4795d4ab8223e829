"""What an order rests on stands on it, and what is assumed or not stated says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfg import Refused, dose, load_protocol
from mfg.prescription.order import Basis, Order
from mfg.reader.document import take_off_evidence
from tests.conftest import MINIMAL, Said, protocol

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'


def row(order: Order, what: str) -> Basis:
    """The one row of that name."""
    (found,) = [basis for basis in order.basis if basis.what == what]
    return found


def test_every_row_says_where_it_comes_from() -> None:
    """Phase 2: stated, assumed, cited, not given, and the split, which is this program's."""
    order = dose(load_protocol("lenzumestrocel-phase2"), arm="msc", weight="72 kg")
    kinds = {what: row(order, what).evidence for what in (
        "weight", "weight, observed at", "intrathecal: dose", "intrathecal: concentration",
        "intrathecal: syringe, size", "intrathecal: split", "intrathecal: sites", "intrathecal: rounding",
        "expiry, use within", "release, identity", "release, count and viability", "release, sterility",
    )}  # fmt: skip
    assert kinds == {
        "weight": "given",
        "weight, observed at": "assumed",
        "intrathecal: dose": "stated",
        "intrathecal: concentration": "stated",
        "intrathecal: syringe, size": "stated",
        "intrathecal: split": "assumed",
        "intrathecal: sites": "not given",
        "intrathecal: rounding": "not given",
        "expiry, use within": "stated",
        "release, identity": "cited",
        "release, count and viability": "assumed",
        "release, sterility": "not given",
    }
    rule = row(order, "intrathecal: dose")
    assert (rule.value, rule.path) == ("1e6 cell/kg", "route.intrathecal.cells")
    assert rule.because.startswith("Oh et al., Ann Neurol 2018;84:361-373 (")
    assert row(order, "release, VEGF").value == "above 170 pg / 1e4 cell"
    kept = [basis.value for basis in order.basis if basis.what == "storage, facility to clinic"]
    assert kept == ["at least 2 degC", "at most 8 degC"]


def test_a_split_is_told_only_where_there_is_one() -> None:
    """50 kg fit one syringe."""
    order = dose(load_protocol("lenzumestrocel-phase2"), arm="msc", weight="50 kg")
    assert not [basis for basis in order.basis if basis.what.endswith("split")]


@pytest.mark.parametrize(
    ("weight", "rule", "path"), [("40 kg", "1e6 cell/kg", "1"), ("60 kg", "2e6 cell/kg", "2")]
)
def test_the_row_of_a_table_that_holds_is_the_one_that_counts(weight: str, rule: str, path: str) -> None:
    """The other one is not part of this order; nor are the numbers of its conditions."""
    table = """cells = [
  { when = { weight = { most = "50 kg" } }, is = "1e6 cell/kg", cap = "1e8 cell" },
  { when = { weight = { above = "50 kg" } }, is = "2e6 cell/kg", cap = "2e8 cell" },
]"""
    order = dose(protocol(f'{WEIGHT}[[route]]\nname = "iv"\n{table}\n'), weight=weight)
    found = row(order, "iv: dose")
    assert (found.value, found.path) == (rule, f"route.iv.cells.{path}.is")
    assert row(order, "iv: dose, cap").path == f"route.iv.cells.{path}.cap"
    assert not [basis for basis in order.basis if ".when." in basis.path]


def test_components_of_one_route_keep_their_own_numbers() -> None:
    """Two routes of one name are told apart by their place, whatever else they say."""
    parts = "".join(
        f'[[route]]\nname = "iv"\ncomponent = "{name}"\ncells = {{ is = "{cells} cell", cited = "paper {name}" }}\nlasts = "5 minute"\n'
        for name, cells in (("CD8", "3e6"), ("CD4", "5e6"))
    )
    order = dose(protocol(parts))
    rows = [
        (row(order, f"iv ({name}): dose").value, row(order, f"iv ({name}): dose").because)
        for name in ("CD8", "CD4")
    ]
    assert rows == [("3e6 cell", "paper CD8"), ("5e6 cell", "paper CD4")]


@pytest.mark.parametrize(
    ("name", "assumed"),
    [("lenzumestrocel-phase2", []), ("lenzumestrocel-korea", ["dose", "concentration"])],
)
def test_an_assumed_dose_is_a_warning(mfg: Callable[..., Said], name: str, assumed: list[str]) -> None:
    """With its reason, and status 0: it is the protocol's to know, and nothing went wrong."""
    arm = load_protocol(name).arms[0].name
    said = mfg("dose", name, "--arm", arm, "--weight", "72kg", "--json")
    found = [finding for finding in said.json["findings"] if finding["rule"] == "assumed"]
    assert [(one["level"], one["message"].split()[1]) for one in found] == [
        ("warning", what) for what in assumed
    ]
    assert all(one["evidence"].startswith("assumed: ") for one in found)
    assert said.status == 0


def test_words_carry_evidence_too() -> None:
    """Where they claim some; a word under a table's evidence is none of it."""
    tree = {
        "a": {"is": "collection", "assumed": "why"},
        "b": {"kind": "syringe", "holds": "5 mL", "cited": "x"},
    }
    _, numbers, faults = take_off_evidence(tree, {})
    assert [(one.path, one.value, str(one.evidence)) for one in numbers] == [
        ("a", "collection", "assumed: why"),
        ("b.holds", "5 mL", "cited: x"),
    ]
    assert faults == []
    found = load_protocol("lenzumestrocel-phase2")
    assert found.evidence_of("patient.weight.at").startswith("assumed: the paper does not say")
    (note,) = [f for f in dose(found, arm="msc", weight="72 kg").findings if f.rule == "observed-at"]
    assert note.evidence == found.evidence_of("patient.weight.at")


def test_the_covariate_that_counts_stands_in_the_header(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """And not a weight that plays no part."""
    path = tmp_path / "mine.toml"
    area = '[patient.body_surface]\nunit = "m**2"\nleast = "0.3 m**2"\nmost = "3 m**2"\n'
    route = '[[route]]\nname = "iv"\ncells = { is = "1e6 cell/m**2", of = "body_surface" }\n'
    path.write_text(MINIMAL + WEIGHT + area + route, encoding="utf-8")
    said = mfg("dose", path, "--weight", "90kg", "--given", "body_surface=1.8 m**2")
    head = said.out.splitlines()[0]
    assert head.endswith("· dose 1 · body surface 1.8 m**2")
    assert "of this patient, as 1.8 m**2" in said.out
    assert "90 kg" not in said.out
    assert mfg("dose", path, "--given", "body_surface=1.8 m**2", "--json").json["covariates"] == {
        "body_surface": "1.8 m**2"
    }


def test_a_weight_that_was_rounded_shows_what_was_typed() -> None:
    """72.6 kg to 73 kg, half up."""
    rounded = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nround = { to = "1 kg", how = "half-up" }\n'
    order = dose(protocol(f'{rounded}[[route]]\nname = "iv"\ncells = "1e6 cell/kg"\n'), weight="72.6 kg")
    weight = row(order, "weight")
    assert (weight.value, weight.because) == ("73 kg", "of this patient, as 72.6 kg")
    assert row(order, "weight, rounded").value == "half-up to 1 kg"


def test_whole_containers_say_how_far_they_take_the_dose() -> None:
    """61.3e6 in bags of 25e6, half up: 50e6, 18 % less, which is a warning; 4 % is a note."""
    lines = '[[route]]\nname = "iv"\ncells = "1e6 cell/kg"\ncounted = "Muse cell"\ncontainer = { kind = "bag", contains = "25e6 cell", use = "whole" }\nround = { to = "1 container", how = "half-up" }\n'
    for weight, level, message in (
        (
            "61.3 kg",
            "warning",
            "iv: 61,300,000 Muse cells become 2 whole bags of 25,000,000: 50,000,000 (-18.434 %)",
        ),
        (
            "52 kg",
            "note",
            "iv: 52,000,000 Muse cells become 2 whole bags of 25,000,000: 50,000,000 (-3.846 %)",
        ),
    ):
        (found,) = [f for f in dose(protocol(WEIGHT + lines), weight=weight).findings if f.rule == "rounded"]
        assert (found.level, found.message) == (level, message)


def test_limits_that_exclude_each_other_say_what_they_count() -> None:
    """Muse cells and no others."""
    lines = '[[route]]\nname = "iv"\ncells = { is = "5e6 cell", least = "1e6 cell/kg", most = "9e6 cell" }\ncounted = "Muse cell"\n'
    with pytest.raises(Refused, match=r"at least 1e7 and at most 9000000 Muse cells"):
        dose(protocol(WEIGHT + lines), weight="10 kg")


def test_a_placebo_rests_on_nothing() -> None:
    """No rule was asked."""
    assert dose(load_protocol("lenzumestrocel-phase3"), arm="control").basis == ()
