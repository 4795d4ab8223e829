"""The worked examples of a protocol: what they may expect, and how they fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfg.prescription.examples import example_faults
from tests.conftest import MINIMAL, Said, protocol

WEIGHT = '[patient.weight]\nunit = "kg"\nleast = "3 kg"\nmost = "250 kg"\n'
FIXED = '[[route]]\nname = "iv"\ncells = "5e6 cell"\nconcentration = "1e6 cell/mL"\n'
BY_WEIGHT = WEIGHT + '[[route]]\nname = "iv"\ncells = "1e6 cell/kg"\n'
RANGE = (
    WEIGHT
    + '[[route]]\nname = "iv"\ncells = { least = "2e6 viable_cell/kg", most = "6e6 viable_cell/kg" }\nconcentration = "1e7 viable_cell/mL"\n'
)
SHAM = """
schema = "protocol-1"
name = "blinded"
donor = "autologous"
[[treatment]]
name = "cells"
kind = "product"
collected = true
[[treatment]]
name = "nothing"
kind = "sham"
collected = false
[[arm]]
name = "treated"
doses = { "dose 1" = "cells" }
[[arm]]
name = "sham"
doses = { "dose 1" = "nothing" }
[[dose]]
name = "dose 1"
day = "0 day"
"""


def faults(text: str, *examples: str, base: str = MINIMAL) -> list[str]:
    """What is said of the examples of an invented protocol."""
    written = "".join(f"[[example]]\n{lines}\n" for lines in examples)
    return [str(fault) for fault in example_faults(protocol(text + written, base=base))]


@pytest.mark.parametrize(
    "expect",
    [
        'cells = { least = "120e6 viable_cell", most = "360e6 viable_cell" }',
        'cells = { least = "120e6 viable_cell" }',
        'total = { most = "360e6 viable_cell" }',
        'volume = { least = "12 mL", most = "36 mL" }',
    ],
)
def test_limits_are_expected_where_the_lot_decides(expect: str) -> None:
    """Of cells, volume and total; an end that is not named is not expected."""
    assert faults(RANGE, f'given = {{ weight = "60 kg" }}\nexpect = {{ {expect} }}') == []


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ('cells = { least = "1e6 viable_cell" }', "expect.cells: 'least 1e6 viable_cell' does not hold: at least 1.2e8 and at most 3.6e8 was computed"),
        ('cells = "120e6 viable_cell"', "at least 1.2e8 and at most 3.6e8 was computed"),
        ('volume = { least = "1 mL" }', "at least 12 and at most 36 was computed"),
        ('cells = { least = "120e6 cell" }', "3.6e8 viable_cell was computed"),
    ],
)  # fmt: skip
def test_other_limits_or_another_kind_do_not_hold(expect: str, problem: str) -> None:
    """What was computed is shown."""
    (fault,) = faults(RANGE, f'given = {{ weight = "60 kg" }}\nexpect = {{ {expect} }}')
    assert fault.startswith("example.1.expect.")
    assert problem in fault


def test_a_known_dose_has_no_limits_to_expect() -> None:
    """Limits are expected of what the lot decides; a number is expected as a number."""
    (fault,) = faults(FIXED, 'given = {}\nexpect = { cells = { least = "1e6 cell" } }')
    assert "5000000 was computed" in fault


def test_a_dose_of_nothing_is_an_example() -> None:
    """A sham has no cells, and an example may say so."""
    assert faults(FIXED, 'given = {}\narm = "sham"\nexpect = { total = "0 cell" }', base=SHAM) == []
    assert faults(FIXED, 'given = {}\narm = "sham"\nexpect = { cells = "0 cell" }', base=SHAM) == []
    (fault,) = faults(FIXED, 'given = {}\narm = "treated"\nexpect = { total = "0 cell" }', base=SHAM)
    assert fault.startswith("example.1.expect.total: '0 cell' does not hold: 5000000 was computed")


@pytest.mark.parametrize(
    ("expect", "where", "problem"),
    [
        ('containers = "two"', "expect.containers", "'two' is not a whole number"),
        ("containers = true", "expect.containers", "'True' is not a whole number"),
        ('refused = "yes"', "expect.refused", "'yes' is not true or false"),
        ('refused = true, total = "5e6 cell"', "expect.refused", "'true' stands beside a dose"),
        ('cels = "5e6 cell"', "expect", "'cels' is nothing that can be expected; did you mean 'cells'?"),
        ('cells = "5e6"', "expect.cells", "'5e6' has no unit"),
        ("cells = {}", "expect.cells", "is no limit that can be expected"),
        ('cells = { above = "5e6 cell" }', "expect.cells", "'above' is no limit"),
        ('volume = { least = "5 kg" }', "expect.volume.least", "'5 kg' has a unit that a volume cannot have"),
        ('total = { least = "1 cell", most = "2 viable_cell" }', "expect.total", "are two units"),
    ],
)  # fmt: skip
def test_an_expectation_that_cannot_be_read_is_a_fault_at_its_place(
    expect: str, where: str, problem: str
) -> None:
    """One of the file, never a traceback."""
    said = [
        fault
        for fault in faults(FIXED, f"given = {{}}\nexpect = {{ {expect} }}")
        if "to be refused" not in fault
    ]
    assert len(said) == 1
    assert said[0].startswith(f"example.1.{where}: ")
    assert problem in said[0]


def test_no_fault_hides_another() -> None:
    """Every expectation of every example is looked at."""
    said = faults(
        FIXED,
        'given = {}\nexpect = { cels = 1, containers = "two", cells = "6e6 cell", volume = "6 mL" }',
        'given = {}\nexpect = { cells = "7e6 cell" }',
    )
    places = [fault.split(":")[0] for fault in said]
    assert places == [
        "example.1.expect",
        "example.1.expect.containers",
        "example.1.expect.cells",
        "example.1.expect.volume",
        "example.2.expect.cells",
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('given = {}\nexpect = { cells = "5e6 cell" }', "example.1.given: depends on the weight; give weight"),
        ('given = { weight = "700 kg" }\nexpect = { cells = "5e6 cell" }', "example.1.given.weight: '700 kg' is outside"),
        ('given = { wieght = "70 kg" }\nexpect = { cells = "5e6 cell" }', "example.1.given.wieght: '70 kg' is nothing that this protocol asks for"),
        ('given = { weight = "70 kg" }\narm = "al"\nexpect = {}', "example.1.arm: 'al' is no arm of this protocol"),
        ('given = { weight = "70 kg" }\ndose = "dose 2"\nexpect = {}', "example.1.dose: 'dose 2' is not given in arm all"),
        ('given = { weight = "70 kg" }\nroute = "im"\nexpect = { total = "70e6 cell" }', "example.1.route: 'im' does not name one route; use one of iv"),
    ],
)  # fmt: skip
def test_an_example_speaks_of_its_own_keys(lines: str, said: str) -> None:
    """Not of the flags of a command."""
    (fault,) = faults(BY_WEIGHT, lines)
    assert said in fault
    assert "--" not in fault


def test_a_component_is_named_by_its_label() -> None:
    """Where one route gives two."""
    text = '[[route]]\nname = "iv"\ncomponent = "CD8"\ncells = "1e6 cell"\n[[route]]\nname = "iv"\ncomponent = "CD4"\ncells = "2e6 cell"\n'
    assert faults(text, 'given = {}\nroute = "iv (CD4)"\nexpect = { cells = "2e6 cell" }') == []


def test_the_file_is_named_and_the_answer_is_one_document(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Whatever an example expects."""
    path = tmp_path / "mine.toml"
    path.write_text(
        MINIMAL + FIXED + '[[example]]\ngiven = {}\nexpect = { total = "-1 cell", containers = "two" }\n',
        encoding="utf-8",
    )
    said = mfg("check", path)
    assert (said.status, said.err) == (1, "")
    assert "mine.toml: 2 faults" in said.out
    (answer,) = mfg("check", path, "--json").json["files"]
    assert [fault["where"] for fault in answer["faults"]] == [
        "example.1.expect.total",
        "example.1.expect.containers",
    ]
