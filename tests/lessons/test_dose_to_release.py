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


def test_the_wait_of_the_formula_lies_in_every_interval_of_the_simulation() -> None:
    """M/M/1 at four loads against rho / (mu - lambda), and M/D/1 against half of it (Pollaczek 1930)."""
    _, lesson = ran("04_a_queue_against_its_formula")
    for rho, (wait, busy) in zip(lesson["loads"], lesson["found"], strict=True):
        arrivals, treated = rho / 10, 1 / 10  # an hour
        assert wait.n == 20
        assert wait.low <= rho / (treated - arrivals) <= wait.high
        assert wait.high - wait.low < 0.6 * wait.mean
        assert busy.low <= rho <= busy.high
    assert lesson["same"] == 0.8
    exact = lesson["exact_wait"]
    assert exact.low <= 20 <= exact.high < 40


def test_twice_the_founders_save_one_doubling_and_faster_cells_a_fifth_of_each() -> None:
    """A doubling of the first passage takes 26 h x 75 %; what does not shrink with it are the lags of two, one and one days."""
    _, lesson = ran("05_from_marrow_to_flasks")
    minute = 3 / 1440  # the end of each passage is a whole minute
    as_it_is, faster = lesson["as_it_is"], lesson["faster"]
    assert as_it_is - lesson["more_founders"] == pytest.approx(26 * 0.75 / 24, abs=minute)
    lags = 2 + 1 + 1
    assert faster - lags == pytest.approx(0.8 * (as_it_is - lags), abs=minute)
    assert (lesson["doubling"].value, lesson["marrow"].value) == (lesson["typical_hours"], 40)
    assert lesson["founders"] == pytest.approx(40 * 2e6 * 60 / 1e6)
    assert lesson["passages"]["grown"].iloc[-1] == pytest.approx(37 * 175 * 2.5e4 * 0.8, rel=1e-3)


def test_the_clinics_door_and_no_label_decides_what_expires() -> None:
    """One result comes after the injection; a slower count loses products only where the clinic closes early, and all of them are young."""
    outputs, lesson = ran("06_release_tests_and_twelve_hours")
    assert list(lesson["late"]["test"]) == ["sterility, final product"]
    assert lesson["late"]["to"].item() == pytest.approx(14, abs=0.1)
    assert (lesson["in_time"]["to"] < 0).all()
    assert lesson["keeps_hours"] == 12
    tried = lesson["tried"].set_index(["clinic", "test, h"])["expired"]
    early, late = tried["closes at 18:00"], tried["closes at 22:00"]
    assert early[[0.5, 1]].tolist() == [0, 0]
    assert 0 < early[1.5] < early[2] < early[2.5]
    assert late.tolist() == [0] * 6
    known = lesson["known"].set_index("clinic")
    assert (known["low"] <= known["expired"]).all()
    assert (known["expired"] <= known["high"]).all()
    assert (known["high"] > known["low"]).equals(known["expired"] > 0)
    assert lesson["lost_late"] == [0, 0, 0]
    mean, low, high = lesson["lost_early"]
    assert 0 < low < mean < high
    assert mean - low == pytest.approx(high - mean)
    answer = str(outputs[-1].text)
    assert f"{mean:.1f} ({low:.1f} to {high:.1f}) products a trial" in answer
    assert "the cost\nis 0." in answer
    assert tried[tried.isna()].index.tolist() == [("closes at 18:00", 3)]
    assert "hours: have passed before a product can be given" in lesson["refusals"]["refused"].item()
    assert lesson["age_early"] < 4
