"""Seed 003's course with no queues and no variance: every event at the hour worked out on paper.

Day 0 is Thursday 28 May 2026. The first collection is on Thursday, day -28.

The culture, by hand. Marrow: 40 mL of 2e6 mononuclear cells, 8e7 in all, 60 colony-forming in a million:
4,800. Three flasks of 3.5e7. A flask of 175 cm2 is confluent at 4.375e6 cells and harvested at 80 %: 3.5e6.

* Primary culture: 1.05e7 / 4800 is 11.095 doublings of 18 h, after a lag of 48 h: 247.7 h from Thursday
  14:10, so Sunday 21:53; the passage waits for Monday 08:00, by when the flasks are confluent: 1.3125e7,
  of which 90 % are recovered: 1.18125e7, in 14 flasks.
* Passage 1: 4.9e7 / 1.18125e7 is 2.053 doublings of 24 h after a lag of 24 h: 73.3 h from Monday 09:03, so
  Thursday 10:19 (10:18:33). 4.411e7 are recovered, in the 23 flasks that the target needs: 6e7 / 0.85 / (3.5e6 x 0.9) = 22.4.
* Passage 2, the last: 0.868 doublings, 44.9 h from Thursday 12:28, so Saturday 09:19. It waits for day 0.
"""

from __future__ import annotations

from math import log2
from pathlib import Path

import pytest

from mfg.study.trace import trace

HAND = str(Path(__file__).parent / "hand" / "scenario.toml")

# (day, begun, ended or how many days later, what); visits that fall on a procedure's day are left out
FIRST_DOSE = [
    (-28, "09:00", "09:40", "collect (lot 1)"),
    (-28, "09:40", "11:10", "ship in (lot 1)"),
    (-28, "11:10", "14:10", "isolate (lot 1)"),
    (-28, "14:10", "15:10", "line clearance after isolate (lot 1)"),
    (-24, "08:00", "08:39", "medium (lot 1)"),
    (-21, "08:00", "08:39", "medium (lot 1)"),
    (-17, "08:00", "09:03", "passage (lot 1)"),
    (-14, "10:19", "12:28", "passage (lot 1)"),
    (-10, "08:00", "09:39", "medium (lot 1)"),
    (-10, "09:39", "10:39", "test sterility (lot 1)"),
    (-7, "08:00", "09:39", "medium (lot 1)"),
    (-3, "08:00", "09:39", "medium (lot 1)"),
    (-3, "09:39", "12:39", "test identity (lot 1)"),
    (-3, "09:39", "15:39", "test VEGF (lot 1)"),
    (-3, "12:39", "13:39", "test mycoplasma (lot 1)"),
    (-2, "15:39", "15:39", "release (lot 1)"),
    (-1, "09:00", "09:45", "draw (dose 1)"),
    (0, "08:00", "11:30", "harvest (lot 1)"),
    (0, "11:30", "14:00", "formulate (dose 1)"),
    (0, "14:00", "15:00", "line clearance after formulate (dose 1)"),
    (0, "14:00", "15:00", "ship out (dose 1)"),
    (0, "14:00", "14:30", "test count and viability (dose 1)"),
    (0, "14:00", "15:00", "test sterility, final product (dose 1)"),
    (0, "15:00", "15:40", "administer (dose 1)"),
    (0, "15:40", "15:40", "stay (dose 1)"),
    (-2, "09:00", "09:40", "collect (lot 2)"),
    (25, "09:00", "09:45", "draw (dose 2)"),
    (26, "15:00", "15:40", "administer (dose 2)"),
]
RESULTS = [
    (-10, -3, "10:39", "result sterility (lot 1)"),
    (-3, -2, "12:39", "result identity (lot 1)"),
    (-3, -2, "15:39", "result VEGF (lot 1)"),
    (-3, -2, "13:39", "result mycoplasma (lot 1)"),
    (0, 0, "15:00", "result count and viability (dose 1)"),
    (0, 14, "15:00", "result sterility, final product (dose 1)"),
]


@pytest.fixture(scope="module")
def told() -> list[tuple[int, str, str, str]]:
    """What happened to the patient: day, begun, ended, what."""
    story = trace(HAND, patient="A")
    day0 = next(line.begun for line in story.lines if line.what == "administer (dose 1)").date()
    assert str(day0) == "2026-05-28"
    return [
        ((line.begun.date() - day0).days, f"{line.begun:%H:%M}", f"{line.ended:%H:%M}", line.what)
        for line in story.lines
    ]


@pytest.mark.parametrize("event", FIRST_DOSE, ids=lambda e: f"day {e[0]} {e[3]}")
def test_every_event_is_at_its_hour(
    told: list[tuple[int, str, str, str]], event: tuple[int, str, str, str]
) -> None:
    """Begun and ended as worked out by hand."""
    assert event in told


def test_nothing_else_is_done_to_the_first_lot(told: list[tuple[int, str, str, str]]) -> None:
    """Touches, tests and procedures of the first lot and dose are those of the list and no more."""
    ours = {"lot 1", "dose 1"}
    quiet = ("incubate", "result", "prescribe", "book", "line clearance")
    done = [e for e in told if e[3].split("(")[-1].rstrip(")") in ours and not e[3].startswith(quiet)]
    listed = [e for e in FIRST_DOSE if e[3].split("(")[-1].rstrip(")") in ours and not e[3].startswith(quiet)]
    assert sorted(done) == sorted(listed)


def test_results_are_in_when_they_are_due() -> None:
    """Turnaround runs through nights and weekends; the final sterility is known after the dose."""
    story = trace(HAND, patient="A")
    day0 = next(line.begun for line in story.lines if line.what == "administer (dose 1)").date()
    results = [
        ((line.begun.date() - day0).days, (line.ended.date() - day0).days, f"{line.ended:%H:%M}", line.what)
        for line in story.lines
        if line.what.startswith("result") and line.what.endswith(("(lot 1)", "(dose 1)"))
    ]
    assert sorted(results) == sorted(RESULTS)


def test_the_places_and_the_bed_are_held_as_long_as_they_are_needed() -> None:
    """Incubator places, shown in use from the end of isolation until the harvest begins; a bed for 48 hours."""
    story = trace(HAND, patient="A")
    hold = next(line for line in story.lines if line.what == "incubate (lot 1)")
    assert (f"{hold.begun:%H:%M}", f"{hold.ended:%H:%M}", hold.lasted_min) == (
        "14:10",
        "08:00",
        28 * 1440 - 370,
    )
    assert hold.outcome == "23 flasks"
    bed = next(line for line in story.lines if line.what == "stay (dose 1)")
    assert bed.lasted_min == 48 * 60


def test_the_numbers_of_the_docstring() -> None:
    """What is said of the culture above is computed here."""
    assert log2(1.05e7 / 4800) == pytest.approx(11.095, abs=5e-4)
    assert log2(4.9e7 / 1.18125e7) == pytest.approx(2.0525, abs=5e-4)
    assert log2(8.05e7 / 4.41e7) == pytest.approx(0.868, abs=5e-4)
    story = trace(HAND, patient="A")
    passages = [line.outcome for line in story.lines if line.what == "passage (lot 1)"]
    assert passages == ["1.181e+07 cells", "4.411e+07 cells"]
