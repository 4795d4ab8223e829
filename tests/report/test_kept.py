"""The report of a sensitivity, of limits and of today: what the command found stands on the page, and what is damaged is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from mfg.errors import Refused
from mfg.frames.kept import LIMITS_KIND, TODAY
from mfg.frames.limits import limits_in
from mfg.frames.morning import today_in
from mfg.pictures.limits import costs_picture, effects_picture
from mfg.report.kept import page_in
from mfg.study.folder import SENSITIVITY
from mfg.study.limits import ON_TIME, WAIT


def gap(mean: float, low: float, high: float) -> dict[str, Any]:
    """A paired difference, as it is kept."""
    return {"mean": mean, "low": low, "high": high, "told_apart": low * high > 0, "n": 4}


LIMITED: dict[str, Any] = {
    "scenario": "A unit",
    "title": "A unit",
    "replications": 4,
    "seed": 1,
    "command": "mfg limits unit.toml",
    "numbers": [{"path": "suites", "value": "2", "kind": "assumed", "said": "assumed: as it was told"}],
    "as_it_is": {ON_TIME: 0.75, WAIT: 38.0},
    "booked_later_day": 9.0,
    "refused_day": {"gmp.crews": 5.0, "gmp.starts": 2.0},
    "refused_again_day": {"gmp.starts": 4.0},
    "put_off": {"result of sterility": 3.0, "gmp.suites": 1.0},
    "tried": [
        {"limit": "gmp.crews", "change": "suites=3", "proven": True, "gaps": {WAIT: gap(-4, -6, -2), ON_TIME: gap(0.01, -0.1, 0.12)}},
        {"limit": "gmp.starts", "change": "starts=2", "proven": False, "gaps": {WAIT: gap(-1, -9, 7), ON_TIME: gap(0, -1, 1)}},
    ],
    "first": {WAIT: "gmp.crews", ON_TIME: None},
}  # fmt: skip


def kept(folder: Path, name: str, content: Any) -> Path:
    """A folder that holds a document."""
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_what_limits_a_unit_by_hand(tmp_path: Path) -> None:
    """Costs in the order of all their days; titles say the dearest, the first cure, and that nothing is shown."""
    found = limits_in(kept(tmp_path, LIMITS_KIND, LIMITED))
    assert found.costs.to_numpy().tolist() == [["gmp.starts", 2.0, 4.0], ["gmp.crews", 5.0, 0.0]]
    assert found.of(WAIT)["change"].tolist() == ["suites=3"]
    assert (
        costs_picture(found).title
        == "Gmp.crews cost most: 5 days of the 9 days that a patient is booked later than the course allows"
    )
    assert effects_picture(found, WAIT, 1).title == "suites=3 helps the wait for the first dose most: −4 days"
    assert (
        effects_picture(found, ON_TIME, 2).title
        == "Nothing that was tried is shown to help the doses on time"
    )
    page = page_in(tmp_path)
    for said in ("sterility not back", "75%", "promised less", "mfg limits unit.toml", "1 assumption"):
        assert said in page, said


@pytest.mark.parametrize(
    ("saturday", "first", "title"),
    [
        (-5, "gmp.crews", "open on Sat helps the wait for the first dose most: −5 days. At a place: suites=3: −4 days"),
        (-3, "gmp.crews", "suites=3 helps the wait for the first dose most: −4 days"),
        (-5, None, "open on Sat helps the wait for the first dose most: −5 days. Nothing at a place is shown to help"),
    ],
)  # fmt: skip
def test_other_days_of_the_week_help_too(
    saturday: float, first: str | None, title: str, tmp_path: Path
) -> None:
    """What helps most is said to, whatever it is; beside it what is first at a place."""
    effect = (saturday, saturday - 1, saturday + 1)
    shut = {"limit": "days of the week", "change": "open on Sat", "proven": True}
    tried = [{**shut, "gaps": {WAIT: gap(*effect), ON_TIME: gap(0, -1, 1)}}]
    changed = {**LIMITED, "tried": tried + LIMITED["tried"][: 1 if first else 0], "first": {WAIT: first}}
    found = limits_in(kept(tmp_path, LIMITS_KIND, changed))
    assert effects_picture(found, WAIT, 1).title == title


def test_what_lengthens_the_wait_is_no_help_to_punctuality(tmp_path: Path) -> None:
    """More doses are on time where fewer are booked."""
    slow = {"limit": "gmp.fills", "change": "fills=1", "proven": True}
    tried = [{**slow, "gaps": {WAIT: gap(4, 2, 6), ON_TIME: gap(0.1, 0.05, 0.15)}}]
    found = limits_in(kept(tmp_path, LIMITS_KIND, {**LIMITED, "tried": tried, "first": {}}))
    assert found.helping(ON_TIME).empty
    assert found.helping(WAIT).empty


def test_where_nothing_limits_there_are_sentences(tmp_path: Path) -> None:
    """No cost, nothing tried, nothing put off: sentences, and no chart of nothing."""
    nothing = {
        "refused_day": {},
        "refused_again_day": {},
        "put_off": {},
        "tried": [],
        "booked_later_day": 0.0,
    }
    kept(tmp_path, LIMITS_KIND, {**LIMITED, **nothing, "first": {WAIT: None, ON_TIME: None}})
    found = limits_in(tmp_path)
    pictures = [costs_picture(found), effects_picture(found, WAIT, 1)]
    assert [one.chart for one in pictures] == [None, None]
    assert all(one.title.endswith(".") for one in pictures)
    assert "No dose was put off." in page_in(tmp_path)


def test_the_report_of_a_sensitivity(mfg: Callable[..., Any], tmp_path: Path) -> None:
    """The command keeps what it prints; every input stands on the page, and what the base rests on."""
    words = (
        "sensitivity",
        "lenzumestrocel-phase2",
        ON_TIME,
        "--over",
        "suites=1..3",
        "--over",
        "operators=2..6",
    )
    done = mfg(*words, "-o", tmp_path / "s", "--json")
    assert done.status == 0, done.err
    document = json.loads((tmp_path / "s" / SENSITIVITY).read_text(encoding="utf-8"))
    assert {name: document[name] for name in done.json} == done.json
    assert {one["path"] for one in document["numbers"]}
    assert mfg("report", tmp_path / "s").status == 0
    page = (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
    assert "<td>suites</td>" in page
    assert "<td>operators</td>" in page
    assert "numbers went in" in page


def test_the_report_of_shares(tmp_path: Path) -> None:
    """Of shares of variance the page has a table, and the first input in its heading."""
    inputs = [{"name": "suites", "range": "1 to 3", "share": 0.8, "bound": 0.1, "interaction": 0.05}]
    document = {**LIMITED, "figure": ON_TIME, "method": "sobol", "samples": 8, "inputs": inputs}
    page = page_in(kept(tmp_path, SENSITIVITY, document))
    assert "suites carries 80% of the variance of on time as first booked" in page


def test_limits_and_today_are_kept_where_it_is_said(mfg: Callable[..., Any], tmp_path: Path) -> None:
    """The document, a page about it, what was printed; the report has the same patients, and a future's days."""
    done = mfg("today", "lenzumestrocel-korea-today", "-n", 4, "-o", tmp_path / "t")
    assert done.status == 0, done.err
    assert {path.name for path in (tmp_path / "t").iterdir()} == {TODAY, "README.md", "summary.txt"}
    today, view = today_in(tmp_path / "t")
    said = mfg("today", "lenzumestrocel-korea-today", "-n", 4, "--json").json
    assert [one.patient for one in today.doses] == [one["patient"] for one in said["doses"]]
    assert [one.p50 and one.p50.isoformat() for one in today.doses] == [one["p50"] for one in said["doses"]]
    assert len(view.coming) > 0
    page = page_in(tmp_path / "t")
    assert all(row.dose.patient in page for row in view.rows)
    assert 'id="planner"' not in page


@pytest.mark.parametrize("name", [LIMITS_KIND, TODAY, SENSITIVITY])
@pytest.mark.parametrize("content", ["", "[]", "{}", '{"method": "screening"}'])
def test_a_damaged_document_is_refused(tmp_path: Path, name: str, content: str) -> None:
    """Cut, or with something else in it: what to do is said."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match="is damaged; give the command that made it again"):
        page_in(tmp_path)


def test_a_workbook_is_of_tables_only(mfg: Callable[..., Any], tmp_path: Path) -> None:
    """Limits have no tables; and nothing is written."""
    kept(tmp_path, LIMITS_KIND, LIMITED)
    done = mfg("report", tmp_path, "--xlsx", tmp_path / "a.xlsx")
    assert (done.status, (tmp_path / "a.xlsx").exists(), (tmp_path / "report.html").exists()) == (
        2,
        False,
        False,
    )


def test_a_folder_of_something_else_is_not_written_to(mfg: Callable[..., Any], tmp_path: Path) -> None:
    """Before anything is computed."""
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    for words in (("today", "lenzumestrocel-korea-today"), ("limits", "lenzumestrocel-korea")):
        done = mfg(*words, "-o", tmp_path)
        assert done.status == 2
        assert "is no empty folder" in done.err


def test_a_command_in_the_document_is_text(tmp_path: Path) -> None:
    """Whatever a document says."""
    page = page_in(kept(tmp_path, LIMITS_KIND, {**LIMITED, "command": "<b>x"}))
    assert "<b>x" not in page
    assert "<b>x" in unescape(page)
