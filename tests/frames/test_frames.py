"""What frames say of runs that can be counted on fingers."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from mfg.errors import Refused
from mfg.frames.endings import CELLS, DIED, ON_COURSE, endings
from mfg.frames.fates import RELEASED_UNUSED, fates
from mfg.frames.occupancy import A_DAY, occupancy
from mfg.frames.patient import GIVEN_MARK, PUT_OFF_BAR, way_of
from mfg.frames.planner import pack, planner
from mfg.frames.time import GROWING, IN_TESTS, MADE, queues, time_to_dose
from mfg.frames.vein import vein
from mfg.frames.waiting import waiting
from mfg.frames.window import IN_WINDOW, LATENESS, NEVER_GIVEN, ON_DAY, window
from tests.frames.small import DAY, setting, small, table

NAN = float("nan")


def wait(days: float, replication: int = 0, **other: object) -> dict[str, object]:
    """A patient who waits so many days from the start."""
    ending = "treated" if days == days else "left"  # noqa: PLR0124  not a number is unequal to itself
    return {"first_dose_day": days, "waiting": ending, "replication": replication, **other}


def test_everybody_who_was_referred_counts_in_the_wait() -> None:
    """Of four, two have their dose after 10 and 20 days and one after 30: half by day 20, never nine in ten."""
    found = waiting(small(patients=table("patients", wait(10), wait(20), wait(30), wait(NAN))))
    share = dict(zip(found.curve["day"], found.curve["mean"], strict=True))
    assert (share[9], share[10], share[19], share[20], share[30]) == (0, 0.25, 0.25, 0.5, 0.75)
    assert (found.half, found.nine_in_ten, found.never, found.patients) == (20, None, 0.25, 4)


def test_who_is_not_to_have_a_dose_or_comes_too_late_is_not_in_the_wait() -> None:
    """An untreated control, a patient of before the start, and one after the horizon leave the curve as it was."""
    others = [wait(5, waiting=""), wait(5, arrived_day=-3.0), wait(40, arrived_day=28.0)]
    found = waiting(small(patients=table("patients", wait(10), *others)))
    assert (found.patients, found.half) == (1, 10)


def test_the_band_is_that_of_replications() -> None:
    """Eleven replications with waits of 1 to 11 days: one in ten has its patient by day 2, nine in ten by day 10."""
    rows = [wait(n + 1, replication=n) for n in range(11)]
    found = waiting(small(11, patients=table("patients", *rows)))
    at = found.curve.set_index("day")
    assert at.loc[1, "high"] == 0
    assert at.loc[2, "high"] == 1
    assert at.loc[9, "low"] == 0
    assert at.loc[10, "low"] == 1
    assert at.loc[5, "mean"] == pytest.approx(5 / 11)


def test_a_dose_is_held_against_its_first_day_and_its_window() -> None:
    """Dose 2 may be 7 days about its day, dose 1 not a day: the same lateness is in the window of the one alone."""
    late = [0, -7, 7, 8, 28, 29, 57]
    rows = [{"dose": 2, "name": "dose 2", "given_day": 10.0 + days} for days in late]
    rows += [
        {"given_day": 17.0},
        {"given_day": NAN, "given": False, "outcome": "died"},
        {"outcome": "not indicated"},
    ]
    found = window(small(doses=table("doses", *rows)))
    assert found is not None
    counts = found.shares.set_index(["dose", "kept"])["count"]
    assert [counts["dose 2", kept] for kept in (ON_DAY, IN_WINDOW, *LATENESS, NEVER_GIVEN)] == [
        1,
        2,
        0,
        2,
        1,
        1,
        0,
    ]
    assert [counts["dose 1", kept] for kept in (ON_DAY, IN_WINDOW, *LATENESS, NEVER_GIVEN)] == [
        0,
        0,
        1,
        0,
        0,
        0,
        1,
    ]
    assert found.planned == 9
    assert found.kept == pytest.approx(3 / 9)
    assert found.worst == ("dose 1", 0)


def test_who_leaves_leaves_before_the_step_that_was_not_reached() -> None:
    """Of four: one completes two doses, one dies before any, one dies after the first, one loses cells after the first."""
    rows = [
        {"patient": "A", "doses_planned": 2, "doses_given": 2},
        {"patient": "B", "doses_planned": 2, "doses_given": 0, "ending": "died"},
        {"patient": "C", "doses_planned": 2, "doses_given": 1, "ending": "died"},
        {"patient": "D", "doses_planned": 2, "doses_given": 1, "ending": "contamination"},
        {"patient": "E", "arrived_day": -5.0},
    ]
    doses = table("doses", {}, {"dose": 2, "name": "dose 2"})
    found = endings(small(patients=table("patients", *rows), doses=doses))
    assert found is not None
    count = found.steps.set_index(["step", "way"])["count"]
    assert [count[step, ON_COURSE] for step in ("referred", "dose 1", "dose 2", "completed")] == [3, 1, 1, 1]
    assert (count["referred", DIED], count["dose 1", DIED], count["dose 1", CELLS]) == (1, 1, 1)
    assert (found.patients, found.completed, found.left[DIED], found.left[CELLS]) == (4, 0.25, 0.5, 0.25)


def test_a_lot_has_given_doses_or_says_why_not() -> None:
    """Two doses from one lot, a lot that failed, and one that was released for nobody."""
    lots = table(
        "lots", {}, {"lot": 2, "outcome": "contamination"}, {"lot": 3}, {"lot": 4, "collected_day": -9.0}
    )
    doses = table("doses", {}, {"dose": 2}, {"dose": 3, "lot": 3, "given": False})
    found = fates(small(lots=lots, doses=doses))
    assert found is not None
    assert (found.lots, found.gave, found.doses) == (3, pytest.approx(1 / 3), 2)
    assert dict(zip(found.shares["fate"], found.shares["count"], strict=True)) == {
        "contamination": 1,
        RELEASED_UNUSED: 1,
    }


def test_occupancy_is_what_was_worked() -> None:
    """One of two suites is at work on each Monday from 9 to 11 h, on the second Monday both: half, and full in one week of four."""
    work = {"activity": "isolate", "place": "gmp"}
    hours = [(week * 7 * DAY + 9 * 60, week * 7 * DAY + 11 * 60) for week in range(4)]
    rows = [{**work, "started_min": begin, "finished_min": end} for begin, end in [*hours, hours[1]]]
    found = occupancy(small(events=table("events", *rows)))
    suites = found.hours[found.hours["resource"] == "gmp.suites"].set_index("quarter")
    assert (
        suites.loc[35, "mean"],
        suites.loc[36, "mean"],
        suites.loc[43, "mean"],
        suites.loc[44, "mean"],
    ) == (
        0,
        pytest.approx(5 / 8),
        pytest.approx(5 / 8),
        0,
    )
    assert suites.loc[40, "full"] == 0.25
    assert not suites.loc[31, "is_open"]
    assert suites.loc[32, "is_open"]
    assert not suites.loc[5 * A_DAY + 40, "is_open"]
    weeks = found.weeks[found.weeks["resource"] == "gmp.suites"]
    assert weeks["mean"].tolist() == pytest.approx([2 / 80, 4 / 80, 2 / 80, 2 / 80])


def test_occupancy_of_a_start_in_the_middle_of_a_week() -> None:
    """A run that starts on a Thursday has its Mondays where Mondays are."""
    work = {
        "activity": "isolate",
        "place": "gmp",
        "started_min": 4 * DAY + 540,
        "finished_min": 4 * DAY + 600,
    }
    run = small(events=table("events", work))
    hours = tuple((day * DAY + 480, day * DAY + 960) for day in range(28))
    places = tuple(evolve(one, hours=hours) for one in run.setting.resources)
    thursday = evolve(run, setting=setting(start=run.setting.start.replace(day=10), resources=places))
    suites = occupancy(thursday).hours.query("resource == 'gmp.suites'").set_index("quarter")
    assert suites["mean"].to_numpy().nonzero()[0].tolist() == [36, 37, 38, 39]


@pytest.mark.parametrize(
    ("warm_up", "day", "settled"), [(0, 7, 0), (7, 7, 1), (8, 7, 2), (0, 10, 1), (4, 10, 1), (5, 10, 2)]
)
def test_weeks_are_counted_from_a_monday(warm_up: int, day: int, settled: int) -> None:
    """From that before the start, here the 7th; the first whole one after so many days of warm-up is told."""
    run = small()
    changed = setting(start=run.setting.start.replace(day=day), warm_up=warm_up * DAY)
    found = occupancy(evolve(run, setting=changed))
    assert (found.monday.isoformat(), found.settled) == ("2027-06-07", settled)


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(0, 3)), max_size=30)


@given(SPANS)
def test_no_two_tasks_share_a_lane(spans: list[tuple[int, int, int]]) -> None:
    """Whatever is packed: tasks of one lane do not overlap."""
    spans = sorted(spans)
    starts, lengths = (np.array([span[n] for span in spans], dtype=int) for n in (0, 1))
    lanes = pack(starts, starts + lengths, [span[2] for span in spans])
    taken: dict[int, int] = {}
    for lane, (start, length, _) in zip(lanes, spans, strict=True):
        assert taken.get(lane, 0) <= start
        taken[lane] = start + length


def test_work_that_goes_on_stays_where_it_is() -> None:
    """At 11 h both end; B's work goes on in its suite, although the first is free and C begins at the same moment."""
    starts, ends = np.array([9, 9, 11, 11]), np.array([11, 11, 12, 12])
    assert pack(starts, ends, ["A", "B", "C", "B"]) == [0, 1, 0, 1]


def test_the_planner_shows_the_busiest_weeks() -> None:
    """Work in the third week alone: with one week to show it is that one, with its day and hours."""
    rows = [
        {
            "activity": "isolate",
            "place": "gmp",
            "started_min": 15 * DAY + 540,
            "finished_min": 15 * DAY + 660,
        },
    ]
    run = small(events=table("events", *rows))
    many = setting(resources=tuple(evolve(one, capacity=9) for one in run.setting.resources))
    found = planner(evolve(run, setting=many))
    assert found is not None
    assert (found.weeks, found.first.isoformat()) == (1, "2027-06-21")
    assert found.tasks[["lane", "day", "begin", "end"]].to_numpy().tolist() == [
        ["suites (gmp) 1", 1, 9.0, 11.0]
    ]
    monday = found.closed[(found.closed["lane"] == "suites (gmp) 1") & (found.closed["day"] == 0)]
    assert monday[["begin", "end"]].to_numpy().tolist() == [[0, 8], [16, 24]]


def test_the_stages_add_up_to_the_wait() -> None:
    """Referral on day 0, collected on day 2, isolated by day 3, harvested on day 20, given on day 21: 2 + 1 + 17 + 1."""
    rows = [
        {"activity": "isolate", "lot": 1, "finished_min": 3 * DAY},
        {"activity": "harvest", "lot": 1, "finished_min": 20 * DAY},
        {"activity": "administer", "lot": 1, "dose": 1, "started_min": 21 * DAY},
    ]
    people = table("patients", {"collected_day": 2.0})
    run = small(
        patients=people,
        events=table("events", *rows),
        lots=table("lots", {"collected_day": 2.0}),
        doses=table("doses", {"given_day": 21.0}),
    )
    found = time_to_dose(run)
    assert found is not None
    assert found.stages["days"].tolist() == [2, 1, 17, 1]
    assert found.stages["begin"].tolist() == [0, 2, 3, 20]
    assert found.total == 21


def test_a_wait_is_for_the_morning_or_for_a_free_place() -> None:
    """Asked for on Monday at 15 h and begun on Tuesday at 10 h: open for three hours of it, closed for sixteen."""
    rows = [
        {
            "activity": "passage",
            "place": "gmp",
            "queued_min": 900,
            "started_min": DAY + 600,
            "finished_min": DAY + 660,
        }
    ]
    found = queues(small(events=table("events", *rows), doses=table("doses", {}, {"dose": 2})))
    assert found is not None
    assert (found.taken, found.closed) == (3 / 2, 16 / 2)


def test_days_from_vein_to_vein_by_dose() -> None:
    """The median of each dose, in the order of the course."""
    rows = [{"vein_to_vein_day": days} for days in (20.0, 30.0, 40.0)]
    rows += [{"dose": 2, "name": "a later dose", "vein_to_vein_day": 90.0}]
    found = vein(small(doses=table("doses", *rows)))
    assert found is not None
    assert found.spans[["dose", "median", "many"]].to_numpy().tolist() == [
        ["dose 1", 30.0, 3],
        ["a later dose", 90.0, 1],
    ]


def test_a_patient_whose_dose_was_put_off_is_chosen() -> None:
    """Of two, the one with a dose four days late; the bar of waiting goes from the booked day to the dose."""
    people = table("patients", {}, {"patient": "P2"})
    doses = table("doses", {}, {"patient": "P2", "given_day": 14.0, "put_off_for": "growth"})
    run = small(patients=people, doses=doses, lots=table("lots", {}, {"patient": "P2"}))
    found = way_of(run)
    assert found is not None
    assert (found.patient, found.put_off) == ("P2", ("dose 1", 4, "growth"))
    waited = found.bars[(found.bars["kind"] == PUT_OFF_BAR) & (found.bars["lane"] == "dose 1")]
    assert waited[["begin", "end"]].to_numpy().tolist() == [["2027-06-17T00:00:00", "2027-06-21T00:00:00"]]
    assert found.marks.loc[found.marks["kind"] == GIVEN_MARK, "at"].tolist() == ["2027-06-21T00:00:00"]


@pytest.mark.parametrize(("began", "drawn"), [(2.0, "2027-06-09"), (-3.0, "2027-06-07")])
def test_a_culture_is_drawn_from_its_plating_on(began: float, drawn: str) -> None:
    """To the day on which its flasks are free; the tests follow. What was plated before the start is drawn from the start on."""
    lot = {"culture_began_day": began, "culture_ended_day": 5.0, "released_day": 9.0}
    found = way_of(small(patients=table("patients", {}), doses=table("doses", {}), lots=table("lots", lot)))
    assert found is not None
    bars = found.bars[found.bars["lane"] == "lot 1"][["kind", "begin", "end"]]
    assert bars.to_numpy().tolist() == [
        [GROWING, f"{drawn}T00:00:00", "2027-06-12T00:00:00"],
        [IN_TESTS, "2027-06-12T00:00:00", "2027-06-16T00:00:00"],
    ]


def test_somebody_who_is_not_there_is_refused() -> None:
    """A name that is in no table."""
    with pytest.raises(Refused, match="is nobody in this replication"):
        way_of(small(patients=table("patients", {})), patient="X")


def test_of_nothing_frames_say_nothing() -> None:
    """Without patients, lots, doses and work each frame is None or empty."""
    nothing = small()
    assert [of(nothing) for of in (window, endings, fates, time_to_dose, queues, vein, planner, way_of)] == [
        None
    ] * 8
    assert waiting(nothing).patients == 0
    assert not occupancy(nothing).hours["mean"].any()


def test_cells_that_are_not_made_for_a_patient_have_their_stages_too() -> None:
    """Thawed on day 9 and given on day 10 after a referral on day 0, with nothing collected: ten days, nine until the thaw."""
    rows = [
        {"activity": "thaw", "dose": 1, "started_min": 9 * DAY, "finished_min": 9 * DAY + 60},
        {"activity": "administer", "dose": 1, "started_min": 10 * DAY},
    ]
    run = small(
        patients=table("patients", {"collected_day": NAN}),
        events=table("events", *rows),
        doses=table("doses", {"lot": 0, "given_day": 10.0}),
    )
    found = time_to_dose(run)
    assert found is not None
    assert (found.patients, found.total) == (1, 10)
    assert found.stages["days"].tolist() == [9, 1]


def test_a_release_while_cells_grow_holds_nothing_up() -> None:
    """Released on day 10, harvested on day 20: the culture is from isolation to harvest."""
    rows = [
        {"activity": "isolate", "lot": 1, "finished_min": 2 * DAY},
        {"activity": "release", "lot": 1, "started_min": 10 * DAY},
        {"activity": "harvest", "lot": 1, "finished_min": 20 * DAY},
    ]
    run = small(
        patients=table("patients", {}),
        events=table("events", *rows),
        lots=table("lots", {}),
        doses=table("doses", {"given_day": 20.0}),
    )
    found = time_to_dose(run)
    assert found is not None
    assert found.stages.set_index("stage")["days"].to_dict()["culture"] == 18


def test_a_culture_without_rows_is_not_called_tests() -> None:
    """Collected on day 1 and released on day 22, with no work in between: the days are of culture and tests, in both pictures."""
    rows = [{"activity": "release", "lot": 1, "started_min": 22 * DAY}]
    run = small(
        patients=table("patients", {}),
        events=table("events", *rows),
        lots=table(
            "lots",
            {"released_day": 22.0, "culture_began_day": NAN, "culture_ended_day": NAN, "frozen_day": NAN},
        ),
        doses=table("doses", {"given_day": 23.0, "booked_day": 23.0}),
    )
    found = time_to_dose(run)
    assert found is not None
    assert found.stages.set_index("stage")["days"].to_dict()[MADE] == 21
    assert found.of_kind(GROWING) == 21
    way = way_of(run)
    assert way is not None
    lot = way.bars[(way.bars["lane"] == "lot 1") & (way.bars["kind"] == GROWING)]
    assert lot[["begin", "end"]].to_numpy().tolist() == [["2027-06-08T00:00:00", "2027-06-29T00:00:00"]]
