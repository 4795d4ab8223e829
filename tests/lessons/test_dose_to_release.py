"""The ideas of the lessons from a dose to its release: what each says is so in what it computed."""

from __future__ import annotations

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
