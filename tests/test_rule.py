"""A rule that travels: plain values that need no protocol, no units and no process of their own."""

from __future__ import annotations

import pickle
import subprocess
import sys
from decimal import Decimal

import pytest

from mfg import Refused
from mfg.finding import Finding
from mfg.prescription.prescriber import Prescriber
from mfg.prescription.rule import Rule
from tests.conftest import ROOT, protocol

SPLIT = """
[patient.weight]
unit  = "kg"
least = "30 kg"
round = { to = "1 kg", how = "down" }
[patient.blasts]
one_of = ["few", "many"]
[[route]]
name = "intravenous"
cells = [
  { when = { blasts = "few" },  is = "2e6 viable_cell/kg" },
  { when = { blasts = "many" }, is = "1e6 viable_cell/kg", cap = "5e7 viable_cell" },
]
concentration = "1e7 viable_cell/mL"
container = { kind = "syringe", holds = "5 mL" }
round = { to = "0.5 mL", how = "down" }
"""


def rule(text: str = SPLIT) -> Rule:
    """The rule of an invented protocol."""
    return Prescriber.of(protocol(text)).rule


def test_a_rule_answers_for_what_it_names() -> None:
    """Everything under `needs` and nothing else decides the dose; what is counted stands beside the number."""
    mine = rule()
    assert mine.needs == {"weight", "blasts"}
    (few,) = mine.administrations({"weight": Decimal(61), "blasts": "few"})
    assert (few.cells, few.volume_mL, few.kind) == (120_000_000, 12, "viable_cell")
    (many,) = mine.administrations({"weight": Decimal(61), "blasts": "many"})
    assert many.cells == 50_000_000


def test_a_rule_reads_a_measurement_as_the_protocol_does() -> None:
    """Inside its limits, and rounded before anything is computed from it."""
    assert rule().accept("weight", Decimal("61.9"), "weight") == 61
    with pytest.raises(Refused, match="at least 30 kg"):
        rule().accept("weight", Decimal(29), "weight")


@pytest.mark.parametrize("case", [{}, {"weight": Decimal(61)}, {"weight": Decimal(61), "blasts": "some"}])
def test_a_case_without_a_dose_is_refused(case: dict[str, Decimal | str]) -> None:
    """Something missing, or a value that no row takes."""
    with pytest.raises(Refused):
        rule().administrations(case)


def test_what_is_said_of_the_arithmetic_is_said_to_who_asks() -> None:
    """The same findings as those of an order, one by one."""
    heard: list[Finding] = []
    rule().administrations({"weight": Decimal(77), "blasts": "many"}, heard.append)
    assert [finding.rule for finding in heard] == ["cap-applied"]


@pytest.mark.parametrize("name", ["label", "without"])
def test_viable_cells_are_told_from_all_cells_under_any_label(name: str) -> None:
    """`counted` is a word of the protocol, `kind` the unit of its numbers."""
    label = 'counted = "CAR+ T cell"' if name == "label" else ""
    (given,) = rule(f'[[route]]\nname = "iv"\ncells = "1e6 viable_cell"\n{label}\n').administrations({})
    assert given.kind == "viable_cell"
    assert given.counted == ("CAR+ T cell" if name == "label" else "viable_cell")


def test_a_rule_travels() -> None:
    """Pickled and unpickled it is the same rule, gives the same doses, and brings neither pint nor the reader."""
    mine = rule()
    sent = pickle.dumps(mine)
    assert pickle.loads(sent) == mine  # noqa: S301  its own
    case = {"weight": Decimal(61), "blasts": "few"}
    code = (
        "import pickle, sys\nfrom decimal import Decimal\n"
        f"(given,) = pickle.loads({sent!r}).administrations({case!r})\n"
        "print(int(given.cells), [m for m in ('pint', 'cattrs', 'mfg.protocol.protocol') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=1) == ["120000000", "[]\n"]
