"""How many lines of validation lie far off, and how many would by luck: worked by hand."""

from __future__ import annotations

import pytest

from validation.__main__ import PAGE
from validation.case import Check, Finding
from validation.distance import ABOVE_LUCK, AS_LUCK, NONE, Line, chance_beyond, paragraph, z_between, z_of
from validation.twins import Comparison, Likeness


def test_a_distance_is_the_difference_over_its_error() -> None:
    """Two below ten with an error of a half are four errors; an exact line has none."""
    check = Check("it", "", 10.0, lambda _: 0.0, 5.0)
    assert z_of(Finding(check, 8.0, 0.5)) == "−4.00"
    assert z_of(Finding(check, 10.5, 0.25)) == "+2.00"
    assert z_of(Finding(check, 10.0, 0.0)) == NONE
    assert z_of(Finding(check, 9.999, 0.5)) == "+0.00"


def test_the_error_of_a_difference_is_that_of_both() -> None:
    """Errors of 3 and 4 make one of 5."""
    nothing = Comparison("it", lambda _: 0.0, lambda _: 0.0, 1.0)
    assert z_between(Likeness(nothing, 110.0, 3.0, 100.0, 4.0)) == "+2.00"


def test_the_chance_of_two_errors() -> None:
    """Of two replications Student's t is Cauchy's: 1 - 2 arctan(2) / pi; of many it is the normal one, 4.55 %."""
    assert chance_beyond(2) == pytest.approx(0.2951672353)
    assert chance_beyond(10**6) == pytest.approx(0.0455, abs=1e-4)


def line(z: str, chance: float = 0.05) -> Line:
    """A line so far off."""
    return Line("a queue", f"case {z}", z, chance)


def test_lines_beyond_two_are_counted_and_named() -> None:
    """One of twenty is expected, and one there is: by the binomial, so many or more in 1 - 0.95^20 = 0.64."""
    said = paragraph([*[line("+0.50")] * 19, line("−2.01"), line(NONE)])
    assert "Of the 20 lines that have one, 1 lie beyond 2; 1.0 are expected" in said
    assert "a chance of 0.64" in said
    assert AS_LUCK in said
    assert said.endswith("stand in 1 of them:\n\n- a queue: case −2.01 (−2.01)\n")
    assert ABOVE_LUCK in paragraph([*[line("+2.50")] * 5, *[line("+0.10")] * 15])
    assert paragraph([line("+2.00")]).startswith("z is the difference over its standard error. None of the 1")


def test_the_page_counts_its_own_lines() -> None:
    """As many as its tables hold."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in text.splitlines() if row.endswith(("| agrees |", "| exact |"))]
    far = [row for row in rows if row[-3] != NONE and abs(float(row[-3].replace("−", "-"))) > 2]
    assert f"{len(far)} lie beyond 2;" in text
