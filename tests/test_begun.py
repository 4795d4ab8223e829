"""Arms that are filled in order, from this morning on: places that are taken, and first doses that keep their distance."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from mfg.errors import Faults
from mfg.reader.patients import IN_PROGRESS
from mfg.scenario import Given, InProgress
from mfg.scenario.check import faults_of
from tests.small_unit import ONE_DOSE, Changes, done, run, scenario
from tests.test_allocation import IN_ORDER, arms, comers
from tests.test_columns_in_process import GROWN, ON_RELEASE, OTHER
from tests.test_course_in_progress import TWO_DOSES
from tests.test_progress import LOT, day, read
from tests.test_stagger import STAGGER, first_days

FIRST = evolve(LOT, arm="cohort 1")
GIVEN = Given("G", day(-3), "cohort 1")
TWO: Changes = {
    **TWO_DOSES,
    **STAGGER,
    "protocol.allocation": {"how": "in order", "stagger": {"subjects": "7 day", "cohorts": "28 day"}},
    "protocol.arm": [{"name": "cohort 1", "doses": ["dose 1", "dose 2"], "size": 3}],
}
TWO_COHORTS: Changes = {
    "protocol.arm": [{**arm, "doses": ["dose 1", "dose 2"]} for arm in arms(3, 3)],
}


def test_who_is_in_process_has_a_place_and_goes_first() -> None:
    """One of two places of the first cohort is taken: one comer has the other, a week later, and the next the second cohort."""
    tables = run(IN_ORDER, STAGGER, lots=[FIRST], patients=comers(2))
    assert list(tables.patients["arm"]) == ["cohort 1", "cohort 1", "cohort 2"]
    assert first_days(tables) == [15, 29, 29 + 28]
    late = run(IN_ORDER, STAGGER, lots=[evolve(FIRST, dose_on=day(25))], patients=comers(1))
    assert first_days(late) == [25, 32]


def test_who_was_dosed_before_counts_for_those_who_follow() -> None:
    """A lot on day 15 lies long enough after a dose three days ago, and too near to one on the day before it in another cohort."""
    tables = run(IN_ORDER, STAGGER, lots=[FIRST], given=[GIVEN])
    assert first_days(tables) == [15]
    after = run(
        IN_ORDER, STAGGER, lots=[evolve(LOT, arm="cohort 2")], given=[GIVEN, evolve(GIVEN, patient="H")]
    )
    assert first_days(after) == [25]
    (late,) = done(after, "await").itertuples()
    assert (late.outcome, late.value) == ("stagger", 10)


def test_places_of_those_who_were_dosed_are_taken() -> None:
    """Both of the first cohort, and then one of the second: whoever comes is in the second, and waits as between its subjects."""
    both = [GIVEN, evolve(GIVEN, patient="H", dose_on=day(-1))]
    tables = run(IN_ORDER, STAGGER, patients=comers(1), given=both)
    assert list(tables.patients["arm"]) == ["cohort 2"]
    assert first_days(tables) == [29]
    later = run(
        IN_ORDER,
        STAGGER,
        patients=comers(3),
        given=[Given("G", day(-1), "cohort 2"), Given("H", day(-2), "cohort 2")],
    )
    assert list(later.patients["arm"]) == ["cohort 2", "", ""]


def test_first_doses_of_the_list_keep_their_distance_in_the_order_of_their_days() -> None:
    """Whoever is listed first: the second dose day is the one that moves, and it is written down why."""
    lots = [evolve(FIRST, patient="X", dose_on=day(16)), FIRST]
    tables = run(IN_ORDER, STAGGER, lots=lots)
    given = dict(zip(tables.doses["patient"], tables.doses["given_day"] // 1, strict=True))
    assert given == {"W": 15, "X": 22}
    (late,) = done(tables, "await").itertuples()
    assert (late.patient, late.outcome, late.value) == ("X", "stagger", 6)


def test_a_later_dose_says_when_the_first_was_given() -> None:
    """On a line of its own; and then those who follow keep their distance from that day."""
    second = evolve(LOT, arm="cohort 1", dose="dose 2")
    (fault,) = faults_of(scenario(TWO, lots=[second]))
    assert str(fault) == (
        "arrivals.in_progress.W: does not say when dose 1 was given; write a line for it that stands given: "
        "the first doses of others wait for it"
    )
    had = Given("W", day(-13), "cohort 1")
    assert first_days(run(TWO, lots=[second, evolve(FIRST, patient="X", dose_on=day(8))], given=[had])) == [8]
    recent = evolve(had, dose_on=day(-1))
    late = run(TWO, lots=[second, evolve(LOT, arm="cohort 1", patient="X", dose_on=day(3))], given=[recent])
    assert first_days(late) == [8]  # a week after yesterday is a Sunday, and the draw is on the day before


def test_a_dose_without_a_day_waits_its_turn_too() -> None:
    """Listed for day 15, and a week from the one before is day 18."""
    floating: Changes = {
        **ON_RELEASE,
        "protocol.arm": arms(3),
        "protocol.allocation": {"how": "in order", "stagger": {"subjects": "21 day"}},
    }
    tables = run(floating, lots=[FIRST], given=[GIVEN])
    assert first_days(tables) == [18]


@pytest.mark.parametrize(
    ("changes", "lots", "given", "words"),
    [
        (
            ONE_DOSE,
            [],
            [Given("G", day(-3))],
            "G.stands: 'given' says nothing here: the protocol fills no arms in",
        ),
        (IN_ORDER, [], [evolve(GIVEN, arm="cohort 3")], "G.arm: 'cohort 3' is no arm with doses"),
        (IN_ORDER, [], [evolve(GIVEN, dose_on=day(0))], "G.dose_on: '2026-03-02' is not before the start"),
        (TWO, [], [evolve(GIVEN, dose="dose 2")], "G.dose: 'dose 2' says nothing here; only the first dose"),
        (
            IN_ORDER,
            [FIRST],
            [evolve(GIVEN, patient="W")],
            "W.stands: 'given' and a lot for dose 1 contradict each other",
        ),
        (
            {**TWO, "protocol.arm": [{**arm, "doses": ["dose 1", "dose 2"]} for arm in arms(2, 2)]},
            [evolve(LOT, arm="cohort 2", dose="dose 2")],
            [evolve(GIVEN, patient="W")],
            "W.arm: 'cohort 2 and cohort 1' contradict each other",
        ),
        (
            IN_ORDER,
            [FIRST],
            [GIVEN, evolve(GIVEN, patient="H")],
            "'3 patients' are more than arm cohort 1 takes; its size is 2",
        ),
        (IN_ORDER, [], [evolve(GIVEN, patient="P00001")], "'P00001' is the name of a patient who arrives"),
    ],
)
def test_what_cannot_be_so_is_refused(
    changes: Changes, lots: list[InProgress], given: list[Given], words: str
) -> None:
    """Or what nobody would count."""
    found = [str(fault) for fault in faults_of(scenario(changes, patients=comers(1), lots=lots, given=given))]
    assert len(found) == 1
    assert words in found[0]


HEADER = "patient,weight_kg,collected,stands,passage,plated,flasks,cells,dose_on,arm"
LINE = "G,,,given,,,,,2026-02-27,cohort 1"


def test_a_given_dose_is_read(tmp_path: Path) -> None:
    """The patient, the arm and the day; whatever else is said of it is refused."""
    assert read(tmp_path, LINE, header=HEADER) == (GIVEN,)
    assert GIVEN.dose_on == day(0) - timedelta(3)
    with pytest.raises(Faults) as refusal:
        read(tmp_path, LINE.replace("G,", "G,60"), header=HEADER)
    assert "line 2.weight_kg: '60' says nothing of a dose that was given; leave it empty" in str(
        refusal.value
    )


@pytest.mark.parametrize("name", [name for group in IN_PROGRESS for name in group])
def test_every_column_of_a_given_dose_changes_something_or_is_refused(tmp_path: Path, name: str) -> None:
    """Beside the second lot of the same patient, and the first one of the next."""
    columns = [one for group in IN_PROGRESS for one in group]
    lot = {"patient": "W", **GROWN, "stands": "in culture", "arm": "cohort 1", "dose": "dose 2"}
    following = lot | {"patient": "X", "dose": "dose 1", "dose_on": "2026-03-05"}
    had = {"patient": "W", "stands": "given", "arm": "cohort 1", "dose": "dose 1", "dose_on": "2026-02-28"}
    other = {**OTHER, "stands": "released", "cells": "1e7", "arm": "cohort 2", "dose_on": "2026-02-27"}
    found = []
    for row in (had, had | {name: other[name]}):
        lines = [",".join(one.get(column, "") for column in columns) for one in (lot, following, row)]
        try:
            read_lines = read(tmp_path, *lines, header=",".join(columns))
        except Faults as refused:
            found.append(str(refused))
            continue
        lots = [one for one in read_lines if isinstance(one, InProgress)]
        given = [one for one in read_lines if isinstance(one, Given)]
        asked = scenario(TWO, TWO_COHORTS, lots=lots, given=given)
        faults = [str(fault) for fault in faults_of(asked)]
        found.append("; ".join(faults) or run(TWO, TWO_COHORTS, lots=lots, given=given).events.to_csv())
    assert "administer" in found[0]
    assert found[0] != found[1]
