"""The ideas of the lessons from a dose to its release: what each says is so in what it computed."""

from __future__ import annotations

import pytest

from tests.lessons.conftest import ran


def test_each_spoiled_dose_is_found_and_named() -> None:
    """No other is; and a wrong weight is noticed only beside the one before it."""
    _, lesson = ran("01_a_dose_by_weight")
    found = lesson["findings"].set_index("patient")
    wrong = found[found["verdict"] != "ok"]
    assert set(wrong.index) == set(lesson["slips"])
    assert dict(wrong["likely slip"]) == {
        "B": "ten-fold",
        "C": "thousand-fold",
        "D": "per-kg-as-total",
        "E": "pounds-as-kilograms",
        "J": "ten-fold",
    }
    assert (lesson["alone"].verdict, lesson["with_history"].verdict) == ("ok", "warning")


def test_a_day_0_fits_only_where_no_fixed_day_is_on_a_weekend() -> None:
    """The weekdays that are left are those that the answer's table leaves; without holidays all of them would do."""
    _, lesson = ran("02_one_patients_calendar")
    table = dict(lesson["clashes"].itertuples(index=False))
    free = [day for day, clash in table.items() if clash == "none"]
    assert free == ["Thursday", "Friday"]
    assert lesson["left"] == free
    tried = lesson["tried"]
    assert (tried["fits without holidays"] == tried["weekday"].isin(free)).all()
    assert 0 < len(lesson["only_holidays"]) == tried["fits without holidays"].sum() - len(lesson["fitting"])
    assert set(lesson["events"].query("free > 0")["kind"]) == {"visit"}
    assert (lesson["as_it_is"], lesson["whole_weeks"]) == (
        2,
        3,
    )  # Wednesday to Friday, with the two days before


def test_hands_are_on_the_cells_for_a_small_part_of_the_time() -> None:
    """All lines of work of one dose add up to it; the last day follows without a gap from harvest to way."""
    _, lesson = ran("03_one_patient_hour_by_hour")
    story = [one for one in lesson["story"].lines if one.what.endswith((" (lot 1)", " (dose 1)"))]
    works = ("collect", "isolate", "medium", "passage", "harvest", "draw", "formulate", "administer")
    minutes = sum(one.lasted_min for one in story if one.what.startswith(works))
    assert lesson["hand_hours"] == pytest.approx(minutes / 60)
    assert lesson["hand_hours"] < 0.05 * lesson["span_hours"]
    last = lesson["today"].set_index("work")
    assert last["ended"]["harvest"] == last["begun"]["formulate"]
    assert last["ended"]["formulate"] == last["begun"]["ship out"]
    assert last["ended"]["ship out"] <= last["begun"]["administer"]
