"""The report of a stored study: what it says is what the study's tables and figures say, and it asks nobody for anything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mfg.errors import Refused
from mfg.frames.headline import key_figures
from mfg.frames.paired import BETTER, SAME, WORSE, paired
from mfg.frames.waiting import waiting
from mfg.report.page import page_of
from mfg.report.report import report_of
from mfg.study.stored import load_run


class Page(HTMLParser):
    """The parts of a page that a test looks at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.text.append(data)


def test_a_stored_run_has_the_figures_of_its_run(run_folder: Path) -> None:
    """Read back from the folder alone, every figure is the one in run.json, and the tables have all replications."""
    stored = load_run(run_folder)
    said = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    for one in said["figures"]:
        assert stored.base.figure(one["name"]).mean == pytest.approx(one["mean"]), one["name"]
    assert set(stored.base.table("patients")["replication"]) == {0, 1, 2}
    assert stored.base.setting.changed == {"suites": "2"}


def test_headline_key_figures_and_charts_agree(run_folder: Path) -> None:
    """The days in the heading, in the first key figure and in the chart's title are one number."""
    stored = load_run(run_folder)
    report = report_of(stored)
    half = waiting(stored.base).half
    assert half is not None
    key = next(one for one in report.keys if one.name == "half")
    assert key.mean == half
    assert report.finding.endswith(f"within {half:g} days")
    for one in key_figures(stored.base)[1:]:
        figure = stored.base.figure(one.name)
        assert (one.mean, one.low, one.high) == (figure.mean, figure.low, figure.high)


@pytest.mark.parametrize("which", ["run_folder", "compared_folder"])
def test_a_page_asks_nobody_for_anything(which: str, request: pytest.FixtureRequest) -> None:
    """No script, no address but within the page, no id twice, at most 1.5 MB."""
    text = page_of(report_of(load_run(request.getfixturevalue(which))))
    page = Page(text)
    assert not [tag for tag, _ in page.tags if tag in {"script", "iframe", "object", "embed", "form"}]
    addresses = [
        value
        for _, attrs in page.tags
        for name, value in attrs.items()
        if name in {"href", "src", "xlink:href"}
    ]
    assert all((one or "").startswith(("#", "data:,")) for one in addresses)
    assert not re.search(r"url\((?!#)|@import", text)
    names = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(names) == len(set(names))
    assert {f"#{one}" for one in names} >= {one for one in addresses if one and one != "data:,"}
    assert len(text.encode()) < 1_500_000


def test_every_chart_has_its_title_as_label(run_folder: Path) -> None:
    """Who cannot see a picture is told what it shows."""
    page = Page(page_of(report_of(load_run(run_folder))))
    drawn = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"]
    assert len(drawn) >= 10
    assert all(attrs.get("aria-label") for attrs in drawn)


def test_a_comparison_begins_with_what_differs(compared_folder: Path) -> None:
    """The first section is that of the differences; its verdicts are those of comparison.json."""
    stored = load_run(compared_folder)
    report = report_of(stored)
    assert report.sections[0].anchor == "compared"
    found = paired(stored)
    assert found is not None
    said = json.loads((compared_folder / "comparison.json").read_text(encoding="utf-8"))
    told = {one["figure"] for one in said["differences"] if one["told_apart"]}
    assert set(found.gaps.loc[found.gaps["verdict"].isin([BETTER, WORSE, "changed"]), "figure"]) == told
    assert set(found.gaps.loc[found.gaps["verdict"] == SAME, "figure"]) & told == set()


def test_the_command_makes_it_again(run_folder: Path, mfg: Callable[..., Any], tmp_path: Path) -> None:
    """What stands under how to make this again, given to the command, makes the same study."""
    report = report_of(load_run(run_folder))
    words = str(report.sections[-1].parts[0]).split()
    assert words[0] == "mfg"
    done = mfg(*words[1:], "-o", tmp_path / "again")
    assert done.status == 0, done.err
    assert load_run(tmp_path / "again").digest == load_run(run_folder).digest


def test_the_command_writes_a_page(run_folder: Path, mfg: Callable[..., Any], tmp_path: Path) -> None:
    """In the folder if nothing else is said, and where it is said."""
    assert mfg("report", run_folder).out.strip().endswith("report.html")
    assert (run_folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert mfg("report", run_folder, "-o", tmp_path / "a.html").status == 0
    assert (tmp_path / "a.html").exists()


def test_what_is_no_study_is_refused(tmp_path: Path, mfg: Callable[..., Any]) -> None:
    """A folder of something else, in words."""
    done = mfg("report", tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "is not the folder of a run, a comparison, a sensitivity" in done.err


def test_a_damaged_setting_is_refused(run_folder: Path) -> None:
    """A file that was cut: what to do is said."""
    path = run_folder / "setting.json"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(Refused, match="give the command of this study again"):
            load_run(run_folder)
    finally:
        path.write_bytes(whole)
