"""Every case agrees with its formula, could have noticed if it did not, and says what the document says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest

from validation.__main__ import PAGE, lines_of, page, second_lines_of, second_stubs, stubs
from validation.case import BOUND, Case, Check, Finding
from validation.cases import GROUPS
from validation.files import replaced
from validation.sources import SOURCES
from validation.twins import TWINS, Twin

CASES = [case for cases in GROUPS.values() for case in cases]
LINE = re.compile(r"^\| .* \|$", re.MULTILINE)


@pytest.fixture
def untraced() -> Iterator[None]:
    """No coverage is counted while a case runs: it would take thrice as long."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


def written() -> str:
    """The document as it stands."""
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_agrees_with_its_formula(case: Case) -> None:
    """Within four standard errors, as small as was declared; and the document shows these very lines."""
    lines = lines_of(case)
    assert [line for line in lines if not line.endswith(("| agrees |", "| exact |"))] == []
    assert "\n".join(lines) in written(), "python -m validation"


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.case.name)
def test_another_simulator_agrees(twin: Twin) -> None:
    """The means lie within four standard errors of their difference; the document shows these lines."""
    lines = second_lines_of(twin)
    assert [line for line in lines if not line.endswith("| agrees |")] == []
    assert "\n".join(lines) in written(), "python -m validation"


def test_the_document_holds_these_cases_and_no_others() -> None:
    """Its words, its order, what each line is held against and the expected values are those of the cases."""
    ends = iter(line.split(" | ") for line in LINE.findall(written()) if line.endswith(("s |", "exact |")))

    def completed(stub: tuple[str, ...]) -> str:
        return " | ".join([f"| {stub[0]}", *stub[1:], *next(ends)[len(stub) :]])

    again = page(
        lambda case: [completed(stub) for stub in stubs(case)],
        lambda twin: [completed(stub) for stub in second_stubs(twin)],
    )
    assert again == written()


def test_names_are_distinct() -> None:
    """A seed follows from a name, so no two cases share their luck by accident."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) >= 30


def test_every_source_is_given_in_full() -> None:
    """Each year beside a formula belongs to a publication that is listed, and none is listed without use."""
    used = set()
    for formula in {check.formula for case in CASES for check in case.checks}:
        named = {name for name in SOURCES if name in formula}
        assert sorted(re.findall(r"\d{4}", formula)) == sorted(name[-4:] for name in named)
        used |= named
    assert used == set(SOURCES)


def finding(observed: float, error: float, *, expected: float = 10.0, notices: float = 5.0) -> Finding:
    """What came out of an invented check."""
    return Finding(Check("it", "", expected, lambda _: 0.0, notices), observed, error)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (finding(10.4, 0.11), "agrees"),
        (finding(10.4, 0.09), "differs"),
        (finding(9.6, 0.09), "differs"),
        (finding(10.0, 0.13), "too coarse"),
        (finding(10.0, 0.0), "too coarse"),
        (finding(0.0, 0.0, expected=0.0, notices=0.0), "agrees"),
        (finding(1.0, 0.0, expected=0.0, notices=0.0), "differs"),
        (finding(0.5, 0.5, expected=0.0, notices=0.0), "differs"),
    ],
)
def test_a_verdict_asks_for_both(found: Finding, verdict: str) -> None:
    """Near enough, and precise enough to notice; no spread at all is believed only where all is exact."""
    assert found.verdict == verdict
    assert BOUND == 4


def test_a_value_is_replaced_in_its_own_table() -> None:
    """The key of another table stays as it is, and a key that is not there is refused."""
    text = "lasts = 1\n[a]\nlasts = [2]\n[[a.b]]\nlasts = 3\nfails = 4\n"
    assert replaced(text, "lasts", "9") == text.replace("= 1", "= 9")
    assert replaced(text, "a.lasts", "9") == text.replace("= [2]", "= 9")
    assert replaced(text, "a.b.lasts", "9") == text.replace("= 3", "= 9")
    with pytest.raises(KeyError, match=r"a\.fails"):
        replaced(text, "a.fails", "9")
