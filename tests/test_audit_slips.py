"""Slips by name: each small case worked by hand, and thousands of planted ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mfg import audit, load_protocol
from mfg.auditing import Verdict
from mfg.auditing.slips import names, of_change, transpositions
from tests.conftest import protocol
from tests.planted import CONSISTENT, ROUNDINGS, planted, write
from tests.test_audit import table, verdicts

PHASE2 = load_protocol("lenzumestrocel-phase2")
HEADER = "patient,weight_kg,cells"

NAMED = [
    (HEADER, "A,72,72", "millions", "72 where 72 million is meant"),
    (HEADER, "A,72,72e12", "million-fold", "millions of millions"),
    (HEADER, "A,72,144e6", "double", "twice the dose"),
    (HEADER, "A,72,36e6", "half", "half the dose"),
    (HEADER, "A,72,7.2", "volume-as-cells", "7.2 mL at 1e7 cells/mL"),
    (HEADER, "A,72,1e8", "rounded-to-containers", "two syringes of 5 mL"),
    (HEADER, "A,72,5e7", "rounded-to-containers", "one syringe of 5 mL"),
    (HEADER, "A,64.3,63.4e6", "transposed-digits", "64.3 and 63.4"),
    (HEADER, "A,72000000,72", "swapped-columns", "the weight is a dose"),
    (HEADER, "A,720,72e6", "ten-fold", "a weight out of reach, beside a right dose"),
    (HEADER, "A,7.2,72e6", "ten-fold", "the same in the other direction"),
    ("patient,weight_kg,cells/kg", "A,72,72e6", "total-as-per-kg", "the whole dose for each kg"),
    (HEADER, "72,A,72000000", "swapped-columns", "the weight is a name"),
    (f"{HEADER},previous_weight_kg", "A,72,68.5e6,68.5", "old-weight", "the dose for the last weight"),
    (f"{HEADER},volume_mL", "A,72,72e6,72e6", "cells-as-volume", "72 million mL"),
    (f"{HEADER},volume_mL", "A,72,7.2,72e6", "swapped-columns", "volume and cells"),
    (f"{HEADER},volume_mL", "A,7.2,72e6,72", "swapped-columns", "weight and volume"),
    (f"{HEADER},height_cm", "A,171,171e6,72", "swapped-columns", "weight and stature"),
    ("patient,weight_kg,volume_mL", "A,72,72e6", "cells-as-volume", "cells where mL are meant"),
    (HEADER, "A,72,48e6", "another-protocol", "a dose of a trial of another product"),
    (HEADER, "A,78,173e6", "another-protocol", "to the digit; pounds come within a per cent"),
    (HEADER, "A,72.3,7.3e6", "dropped-digit", "72,300,000 without its 2"),
    (HEADER, "A,72,91e6", "other", "nothing explains it"),
]


@pytest.mark.parametrize(("header", "line", "name", "what"), NAMED)
def test_a_slip_is_named(tmp_path: Path, header: str, line: str, name: str, what: str) -> None:
    """Alone, where nothing else fits as well."""
    path = tmp_path / "doses.csv"
    path.write_text(f"{header}\n{line}\n", encoding="utf-8")
    found = audit(PHASE2, path, arm="msc")
    assert [one.likely for _, one in found.verdicts()] == [(name,)], what


@pytest.mark.parametrize("other", [0, 2])
def test_the_neighbours_weight_is_named(tmp_path: Path, other: int) -> None:
    """The dose of the row above, or of the row below."""
    lines = ["A,61.2,61.2e6", "B,72.4,", "C,55.7,55.7e6"]
    lines[1] += lines[other].split(",")[2]
    assert verdicts(tmp_path, lines)[1].likely == ("neighbours-weight",)


def test_another_arms_dose_is_named(tmp_path: Path) -> None:
    """The high dose in the low arm, and the other way about."""
    other = '[[arm]]\nname = "high"\ndoses = ["dose 1"]\n'
    low = '{ when = { arm = "all" }, is = "1e6 cell" }'
    high = '{ when = { arm = "high" }, is = "7e6 cell" }'
    found = protocol(f'{other}[[route]]\nname = "vein"\ncells = [{low}, {high}]\n')
    path = table(tmp_path, ["A,all,7e6", "B,high,1e6", "C,all,1e6"], "patient,arm,cells")
    assert [one.likely for _, one in audit(found, path).verdicts()] == [
        ("another-arm",),
        ("another-arm",),
        (),
    ]


def test_rounding_does_not_hide_a_slip(tmp_path: Path) -> None:
    """Ten times a dose that was rounded to 0.5 mL: 6.43 mL are 6.5 mL, 65 mL were given."""
    (verdict,) = verdicts(tmp_path, ["A,64.3,650e6"])
    assert verdict.likely == ("ten-fold",)


def test_names_fit_to_the_digit_or_nearly() -> None:
    """At 45.36 % a half is within the tolerance of no other name; at 50 % pounds are not."""
    listed = (("half", 0.5), ("kilograms-as-pounds", 0.45359237))
    said = [names(share, 1.0, listed, tuple, lambda _: (), 0.0) for share in (0.5, 0.4536, 0.47, 0.49, 0.6)]
    assert said == [("half",), ("kilograms-as-pounds",), ("kilograms-as-pounds",), ("half",), ()]


def test_neighbouring_digits_are_exchanged() -> None:
    """Each pair that differs, among the first four digits."""
    assert list(transpositions(6437.0)) == [4637.0, 6347.0, 6473.0]
    assert list(transpositions(66.0)) == []


def test_a_change_of_weight_has_a_name_if_it_is_a_factor() -> None:
    """2.2 times is pounds, a tenth is a decimal point, a fifth more is nothing."""
    assert [of_change(ratio) for ratio in (2.25, 0.44, 10.3, 0.1, 1.2)] == [
        "pounds-as-kilograms",
        "kilograms-as-pounds",
        "ten-fold",
        "ten-fold",
        "other",
    ]


def judged(
    folder: Path, rounding: str, *, witnesses: bool, count: int = 1200
) -> list[tuple[str, str, Verdict]]:
    """The slip of each row, its name, and the verdict."""
    rows = planted(count, seed=7, rounding=rounding)
    path = write(rows, folder / "planted.csv", witnesses=witnesses)
    found = audit(PHASE2, path, arm="msc", round=rounding or None)
    return [(row.slip, row.name, one) for row, (_, one) in zip(rows, found.verdicts(), strict=True)]


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_planted_slips_are_caught_and_named(tmp_path: Path, rounding: str) -> None:
    """No right row is flagged, no wrong dose passes, and nine names in ten are right.

    A dose passes that follows from a wrong weight, or that rounding makes the right one.
    """
    rows = judged(tmp_path, rounding, witnesses=False)
    assert [one for slip, _, one in rows if not slip and one.verdict != "ok"] == []
    passed = Counter(slip for slip, _, one in rows if slip and one.verdict == "ok")
    assert set(passed) <= CONSISTENT
    caught = [(name, one) for slip, name, one in rows if slip and one.verdict != "ok"]
    named = sum(name in one.likely for name, one in caught)
    assert named >= 0.9 * len(caught)


@pytest.mark.parametrize("rounding", ["", "0.1mL"])
def test_witnesses_catch_what_follows_from_a_wrong_weight(tmp_path: Path, rounding: str) -> None:
    """With the last weight and the stature nineteen wrong rows in twenty are caught, and still no right one."""
    rows = judged(tmp_path, rounding, witnesses=True)
    assert [one for slip, _, one in rows if not slip and one.verdict != "ok"] == []
    wrong = [(slip, one) for slip, _, one in rows if slip]
    assert len({slip for slip, _ in wrong}) == 24
    assert sum(one.verdict != "ok" for _, one in wrong) >= 0.95 * len(wrong)
    assert all(one.verdict != "ok" for slip, one in wrong if slip == "weight in pounds")


def test_a_volume_in_the_cells_is_told_from_exchanged_columns(tmp_path: Path) -> None:
    """7.2 mL beside 7.2 cells; 72,000,000 mL beside 7.2 cells."""
    path = tmp_path / "doses.csv"
    path.write_text(f"{HEADER},volume_mL\nA,72,7.2,7.2\nB,72,7.2,72e6\n", encoding="utf-8")
    found = audit(PHASE2, path, arm="msc")
    names = [one.likely for _, one in found.verdicts()]
    assert names == [("volume-as-cells",), ("swapped-columns",)]
