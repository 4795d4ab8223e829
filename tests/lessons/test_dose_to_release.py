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
