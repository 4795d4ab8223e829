"""One patient's calendar, against dates worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Said

PHASE2 = ("schedule", "lenzumestrocel-phase2", "--arm", "msc", "--holidays", "KR", "--json")


def of(said: Said, kind: str) -> list[tuple[int, str]]:
    """Day and date of every event of one kind."""
    return [(e["day"], e["date"]) for e in said.json["events"] if e["kind"] == kind]


def test_phase_2_on_a_thursday(mfg: Callable[..., Said]) -> None:
    """Collections on day -28 and -2, draws on -1 and +25, doses on 0 and +26, visits to month 6, nothing to find."""
    said = mfg(*PHASE2, "--baseline", "2026-03-12")
    assert said.status == 0
    assert said.json["findings"] == []
    assert of(said, "collection") == [(-28, "2026-02-12"), (-2, "2026-03-10")]
    assert of(said, "csf-draw") == [(-1, "2026-03-11"), (25, "2026-04-06")]
    assert of(said, "dose") == [(0, "2026-03-12"), (26, "2026-04-07")]
    visits = {e["name"]: e for e in said.json["events"] if e["kind"] == "visit"}
    assert list(visits) == ["V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10"]
    assert (visits["V9"]["date"], visits["V9"]["moved_from"]) == ("2026-07-13", "2026-07-12")  # a Sunday
    assert (visits["V10"]["date"], visits["V10"]["moved_from"]) == ("2026-09-11", "2026-09-12")  # a Saturday
    assert of(said, "screening") == [(-90, "2025-12-12")]
    dates = [e["date"] for e in said.json["events"]]
    assert dates == sorted(dates)


def fits(said: Said) -> bool:
    """Whether no event is warned about."""
    return {finding["level"] for finding in said.json["findings"]} <= {"note"}


def test_phase_2_on_a_holiday(mfg: Callable[..., Said]) -> None:
    """Day 0 on the substitute of Independence Movement Day: every closed event is found, and the days that fit."""
    said = mfg(*PHASE2, "--baseline", "2026-03-02")
    assert said.status == 0
    assert {f["level"] for f in said.json["findings"]} == {"warning"}
    found = {f["event"]: f["message"] for f in said.json["findings"]}
    assert set(found) == {"CSF draw 1", "dose 1", "V5", "collection 2", "dose 2"}
    assert "Independence Movement Day" in found["CSF draw 1"]
    assert "Alternative holiday" in found["dose 1"]
    assert found["dose 2"] == "falls on a Saturday; day 0 on a Thursday or a Friday would avoid it"
    assert said.json["baselines_that_fit"] == ["2026-02-26", "2026-02-27", "2026-03-05", "2026-03-06"]


@pytest.mark.parametrize("day", ["2026-02-26", "2026-02-27", "2026-03-05", "2026-03-06"])
def test_a_baseline_that_is_said_to_fit_fits(mfg: Callable[..., Said], day: str) -> None:
    """The advice holds."""
    assert fits(mfg(*PHASE2, "--baseline", day))


def test_phase_2_needs_a_thursday_or_a_friday(mfg: Callable[..., Said]) -> None:
    """Of the days of an ordinary week these two keep all six procedures off the weekend."""
    week = [f"2026-06-{day:02d}" for day in range(15, 22)]
    asked = ("schedule", "lenzumestrocel-phase2", "--arm", "msc", "--json")
    assert [fits(mfg(*asked, "--baseline", day)) for day in week] == [
        False,
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def test_the_control_arm_has_visits_only(mfg: Callable[..., Said]) -> None:
    """No sham procedures; visit 6 lies a calendar month after baseline instead of on the day of a dose."""
    said = mfg("schedule", "lenzumestrocel-phase2", "--arm", "control", "--baseline", "2026-03-12", "--json")
    assert {e["kind"] for e in said.json["events"]} == {"screening", "visit"}
    (sixth,) = [e for e in said.json["events"] if e["name"] == "V6"]
    assert (sixth["moved_from"], sixth["date"]) == ("2026-04-12", "2026-04-13")


def test_phase_3_five_doses(mfg: Callable[..., Said]) -> None:
    """Five doses: day 0 and 26, then calendar months 4, 7 and 10 within a week; one collection for a bank, five fresh."""
    for supply, collections in (("bank", 1), ("fresh", 5)):
        said = mfg(
            "schedule",
            "lenzumestrocel-phase3",
            "--arm",
            "five-dose",
            "--baseline",
            "2026-03-12",
            "--supply",
            supply,
            "--json",
        )
        planned = [e["moved_from"] or e["date"] for e in said.json["events"] if e["kind"] == "dose"]
        assert planned == ["2026-03-12", "2026-04-07", "2026-07-12", "2026-10-12", "2027-01-12"]
        assert len(of(said, "collection")) == collections
    assert mfg("schedule", "lenzumestrocel-phase3", "--baseline", "2026-03-12").status == 2  # arms differ


def test_nurown(mfg: Callable[..., Said]) -> None:
    """Visits at weeks 2, 4, 8, 12, 16, 20, 24, two of them by telephone; marrow three to four weeks before, in both arms."""
    for arm in ("active", "placebo"):
        said = mfg("schedule", "nurown-phase2", "--arm", arm, "--baseline", "2026-03-12", "--json")
        weeks = [(e["day"] // 7, e["by"]) for e in said.json["events"] if e["name"].startswith("week")]
        assert weeks == [
            (2, None),
            (4, None),
            (8, None),
            (12, "telephone"),
            (16, None),
            (20, "telephone"),
            (24, None),
        ]
        ((day, _),) = of(said, "collection")
        assert -28 <= day <= -21


def test_korea_collects_twice_before_the_second_dose(mfg: Callable[..., Said]) -> None:
    """Four weeks and four weeks; the second collection two days before the first dose, as assumed."""
    said = mfg("schedule", "lenzumestrocel-korea", "--baseline", "2026-03-12", "--json")
    assert [day for day, _ in of(said, "collection")] == [-28, -2]
    assert [day for day, _ in of(said, "dose")] == [0, 28]


def test_cl2020_is_monthly_from_stock(mfg: Callable[..., Said]) -> None:
    """Six doses a calendar month apart and no collection; the first is day 0 and does not move."""
    said = mfg("schedule", "cl2020-phase2", "--baseline", "2026-01-30", "--json")
    planned = [e["moved_from"] or e["date"] for e in said.json["events"] if e["kind"] == "dose"]
    assert planned == ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30", "2026-05-30", "2026-06-30"]
    assert of(said, "collection") == []
    saturday = mfg("schedule", "cl2020-phase2", "--baseline", "2026-01-31", "--json")
    assert [f["event"] for f in saturday.json["findings"]] == ["dose 1"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--baseline", "12.03.2026"], "YYYY-MM-DD"),
        (["--baseline", "2026-02-30"], "not a day"),
        (["--baseline", "2026-03-12", "--arm", "placebo"], "msc"),
        (["--baseline", "2026-03-12", "--holidays", "Korea"], "ISO"),
        (["--baseline", "2026-03-12", "--supply", "bank"], "fresh"),
        ([], "baseline"),
    ],
)
def test_what_cannot_be_planned_is_refused(mfg: Callable[..., Said], arguments: list[str], word: str) -> None:
    """Status 2, a reason, nothing on stdout."""
    said = mfg("schedule", "lenzumestrocel-phase2", *arguments)
    assert (said.status, said.out) == (2, "")
    assert word in said.err
