"""How old a weight may be on the dosing day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mfg import Refused, dose
from mfg.protocol.protocol import Protocol
from tests.conftest import MINIMAL, Said, protocol

PER_KG = '[[route]]\nname = "iv"\ncells = "1e6 cell/kg"\n'


def rule(valid: str = "") -> Protocol:
    """A dose by weight; *valid* says how long a weight holds."""
    return protocol(f'[patient.weight]\nunit = "kg"\nleast = "3 kg"\nat = "screening"\n{valid}\n{PER_KG}')


def noted(found: Protocol, **days: str | date) -> list[str]:
    """What is said of the age of a weight."""
    order = dose(found, weight="60 kg", **days)  # type: ignore[arg-type]
    return [finding.message for finding in order.findings if finding.rule == "age-not-checked"]


@pytest.mark.parametrize("valid", ['valid = "14 day"', 'valid = "2 week"'])
def test_a_weight_holds_so_many_days(valid: str) -> None:
    """The last of them included."""
    assert noted(rule(valid), weighed="2026-03-01", on="2026-03-15") == []
    assert noted(rule(valid), weighed=date(2026, 3, 15), on=date(2026, 3, 15)) == []
    with pytest.raises(Refused, match=r"weighed: '2026-03-01' is 15 days before 2026-03-16"):
        noted(rule(valid), weighed="2026-03-01", on="2026-03-16")


def test_what_is_not_stated_or_not_given_is_not_checked() -> None:
    """And is said to be so; where neither is there nothing is said."""
    assert noted(rule()) == []
    assert noted(rule(), weighed="2026-03-01", on="2027-03-01") == [
        "how long a weight holds is not stated: its age is not checked"
    ]
    assert noted(rule('valid = "14 day"')) == [
        "weight holds for 14 day; how old it is is not checked: give `weighed` and `on`"
    ]


def test_the_age_of_another_covariate_is_not_checked() -> None:
    """It is given without a day."""
    text = '[patient.wound]\nunit = "cm**2"\nat = "screening"\nvalid = "1 day"\n[[route]]\nname = "local"\ncells = { is = "1e6 cell/cm**2", of = "wound" }\n'
    order = dose(protocol(text), given={"wound": "3 cm**2"})
    assert any(
        finding.message == "wound holds for 1 day; how old it is is not checked" for finding in order.findings
    )


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        ({"weighed": "2026-03-01"}, "on: is missing beside `weighed`"),
        ({"on": "2026-03-01"}, "weighed: is missing beside `on`"),
        ({"weighed": "2026-03-02", "on": "2026-03-01"}, "weighed: '2026-03-02' lies behind the dosing day"),
        ({"weighed": "1 March", "on": "2026-03-01"}, "weighed: '1 March' is not a day"),
    ],
)
def test_days_that_say_nothing_are_refused(days: dict[str, str], problem: str) -> None:
    """One without the other, the wrong way round, or no day."""
    with pytest.raises(Refused, match=problem):
        noted(rule('valid = "14 day"'), **days)


def test_a_day_belongs_to_a_weight() -> None:
    """Without one there is nothing that could be old."""
    fixed = protocol('[[route]]\nname = "iv"\ncells = "1e6 cell"\n')
    with pytest.raises(Refused, match="a weight that is not given"):
        dose(fixed, weighed="2026-03-01", on="2026-03-01")


def test_the_command_asks_for_both_days(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """As in Python."""
    path = tmp_path / "mine.toml"
    path.write_text(
        f'{MINIMAL}[patient.weight]\nunit = "kg"\nat = "screening"\nvalid = "14 day"\n{PER_KG}',
        encoding="utf-8",
    )
    command = ("dose", path, "--weight", "60kg", "--weighed", "2026-03-01", "--on")
    assert mfg(*command, "2026-03-10").status == 0
    late = mfg(*command, "2026-03-20")
    assert (late.status, late.out) == (2, "")
    assert "weigh the patient again" in late.err
