"""The page in a browser: what is moved, pressed and shown, that nothing but this machine is asked, and that it fits its window."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

import mfg
from mfg.app.page import TABS
from mfg.digits import near
from tests.app.test_serving import served
from tests.conftest import ROOT

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
REQUIRED = os.environ.get("MFG_BROWSER") == "required"
MISSING = "no Chromium is found: the page is not tried in a browser"
pytestmark = pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason=MISSING)

PLANTED = """patient,weight_kg,cells
P01,72,72000000
P02,61.5,61500000
P03,58,580000000
P04,150,150000000
P05,66,145500000
=HYPERLINK("http://evil.example"),70,70000000
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    if CHROMIUM is None:
        pytest.fail(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = player.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a page that is served as people serve it."""
    with served(tmp_path_factory.mktemp("served")) as (number, _):
        yield number


@pytest.fixture
def page(browser: Any, port: int) -> Iterator[Any]:
    """A window in which only this machine can be asked; when it is closed nobody else was, and nothing was complained of."""
    home = f"http://127.0.0.1:{port}"
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=home)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=home)
    context.set_default_timeout(120_000)
    asked, said = list[str](), list[str]()

    def routed(route: Any) -> None:
        if route.request.url.startswith((f"{home}/", "data:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    context.route("**/*", routed)
    context.on("console", lambda one: said.append(one.text))
    context.on("weberror", lambda one: said.append(str(one.error)))
    yield context.new_page()
    context.close()
    assert asked == []
    assert said == []


def fits(page: Any) -> None:
    """Whether nothing stands beside the window, wide or narrow."""
    for width in (800, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def ran(page: Any) -> None:
    """Press Run, and wait for the whole and its further charts."""
    page.click("button.main")
    page.wait_for_selector("#progress", state="visible")
    page.wait_for_selector("#progress", state="hidden")
    page.wait_for_selector("#charts figure")


def set_to(page: Any, path: str, value: str) -> None:
    """Type a value into the control of a path."""
    page.fill(f'[name="set:{path}"]', value)


def test_a_what_if_from_first_look_to_comparison(page: Any) -> None:
    """A control is moved, a run is looked at early and whole, pinned, changed and held against the pins."""
    page.goto("/")
    fits(page)
    page.select_option("#scenario", "cl2020-phase2")
    suites = '[name="set:site.facility.pharmacy.suites"]'
    page.wait_for_selector(suites)
    page.focus(suites)
    page.keyboard.press("ArrowUp")
    assert page.input_value(suites) == "2"
    assert "changed" in page.get_attribute(suites, "class")
    page.keyboard.press("ArrowDown")
    assert "changed" not in page.get_attribute(suites, "class")
    ran(page)
    completed = {one.name: one for one in mfg.simulate("cl2020-phase2", replications=20).estimates}[
        "patients_completed"
    ]
    assert completed.mean is not None
    assert f"{completed.mean:.1%}" in page.inner_text(".keys")
    assert page.locator("#charts figure").count() == 3
    fits(page)
    page.click("#pin")
    page.wait_for_selector(".pins li")
    assert "A as it is" in " ".join(page.inner_text(".pins").split())
    page.fill('[name="path:0"]', "population.leaves.die")
    assert page.locator(".now").first.inner_text() == "now 0.3 %/month"
    page.fill('[name="value:0"]', "20 %/month")
    ran(page)
    text = page.inner_text("#answer")
    assert "worse" in text
    assert "not told apart" in text
    assert page.locator(".keys .against").count() == 5
    page.click("#pin")
    page.wait_for_selector(".pins li:nth-child(2)")
    page.fill('[name="value:0"]', "")
    page.fill('[name="path:0"]', "")
    set_to(page, "site.facility.pharmacy.operators", "3")
    ran(page)
    assert page.locator(".keys .against").count() == 10
    assert "with A within" in page.inner_text(".finding-title")
    fits(page)
    page.click("[data-copy]")
    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text(".command code")
    assert "--set site.facility.pharmacy.operators=3" in page.inner_text(".command code")
    page.click('[data-unpin="A"]')
    page.wait_for_selector('[data-unpin="A"]', state="detached")
    page.wait_for_selector(".keys li:first-child .against:nth-of-type(3)", state="detached")
    assert page.locator(".keys .against").count() == 5


def test_colours_go_by_role(page: Any) -> None:
    """The run is blue whatever is pinned, and a pin has the colour that stands beside its letter."""
    page.goto("/?scenario=cl2020-phase2")
    ran(page)
    page.click("#pin")
    page.wait_for_selector(".pins li")
    set_to(page, "arrivals.rate", "2")
    ran(page)
    lines = "#answer figure svg path[stroke-width='2']"
    drawn = {
        line.get_attribute("stroke").upper()
        for line in page.locator(lines).all()
        if line.get_attribute("stroke")
    }
    pin = page.get_attribute(".pins .swatch rect", "fill").upper()
    assert drawn == {"#0072B2", pin}


def test_a_refusal_leaves_everything(page: Any) -> None:
    """It stands beside the old result, in the package's words, and the form is as it was; so it is after another tab."""
    page.goto("/?scenario=cl2020-phase2")
    ran(page)
    before = page.inner_text("#answer")
    set_to(page, "site.facility.pharmacy.suites", "many")
    page.fill('[name="path:0"]', "<b>nothing</b>")
    page.click("button.main")
    page.wait_for_selector(".refused")
    said = page.inner_text("#problem")
    assert "site.facility.pharmacy.suites: 'many' is not a plain number; write one like 1" in said
    assert "'<b>nothing</b>' is no path of this scenario" in said
    assert page.inner_text("#answer") == before
    assert page.input_value('[name="set:site.facility.pharmacy.suites"]') == "many"
    fits(page)
    page.click("text=Evidence")
    page.wait_for_selector("#of")
    page.click("text=What if")
    page.wait_for_selector("#charts figure")
    assert page.input_value('[name="set:site.facility.pharmacy.suites"]') == "many"
    assert page.inner_text("#answer") == before


def test_a_run_is_stopped(page: Any) -> None:
    """Soon after it is asked for, with how far it was; the next one runs."""
    page.goto("/?scenario=lenzumestrocel-phase3")
    page.select_option("#replications", "200")
    page.click("button.main")
    page.wait_for_selector(".first")
    page.wait_for_selector("#stop", state="visible")
    page.click("#stop")
    page.wait_for_selector(".refused")
    found = re.fullmatch(r"Stopped after ([0-9]+) of 200\.", page.inner_text("#problem").strip())
    assert found is not None
    assert int(found[1]) < 200
    assert page.is_hidden("#stop")
    page.select_option("#scenario", "cl2020-phase2")
    page.wait_for_selector('[name="set:site.facility.pharmacy.suites"]')
    ran(page)
    assert page.inner_text("#problem").strip() == ""


def test_an_uploaded_table_is_audited(page: Any, tmp_path: Path) -> None:
    """Counts first, every planted slip with its name; the download has the verdicts, and formulas are text."""
    table = tmp_path / "doses <b>.csv"
    table.write_text(PLANTED, encoding="utf-8")
    page.goto("/audit?protocol=lenzumestrocel-phase2")
    fits(page)
    page.select_option("#arm", "msc")
    page.set_input_files("#table", str(table))
    page.click("button.main")
    page.wait_for_selector("#answer table")
    found = mfg.audit(mfg.load_protocol("lenzumestrocel-phase2"), table, arm="msc")
    verdicts = [verdict for _, verdict in found.verdicts()]
    assert [page.inner_text(f".counts .{name} b") for name in found.counts] == [
        str(many) for many in found.counts.values()
    ]
    assert page.locator("#answer tbody tr .verdict").all_inner_texts() == [one.verdict for one in verdicts]
    shown = page.inner_text("#answer")
    assert "ten-fold" in shown
    assert "pounds-as-kilograms" in shown
    assert "doses <b>.csv" in shown
    fits(page)
    with page.expect_download() as download:
        page.click("text=Download the table")
    assert download.value.suggested_filename == "checked.csv"
    assert "'=HYPERLINK" in Path(download.value.path()).read_text(encoding="utf-8")
    page.set_input_files("#table", str(ROOT / "LICENSE"))
    page.click("button.main")
    page.wait_for_selector(".refused")
    assert "pounds-as-kilograms" in page.inner_text("#answer")
    fits(page)


def test_a_calendar_is_planned_and_downloaded(page: Any) -> None:
    """The events of the package, and a file under our name; a refusal leaves the table."""
    page.goto("/calendar?protocol=lenzumestrocel-phase2")
    fits(page)
    page.select_option("#arm", "msc")
    page.fill("#baseline", "2026-03-12")
    page.select_option("#site", "seoul")
    page.click("button.main")
    page.wait_for_selector("#answer table")
    site = mfg.load_site("seoul")
    course = mfg.schedule(
        mfg.load_protocol("lenzumestrocel-phase2"), baseline="2026-03-12", arm="msc", site=site
    )
    assert page.locator("#answer tbody tr").count() == len(course.events)
    fits(page)
    with page.expect_download() as download:
        page.click("text=Download .ics")
    assert download.value.suggested_filename == "calendar.ics"
    dated = sum(one.date is not None for one in course.events)
    assert Path(download.value.path()).read_text(encoding="utf-8").count("BEGIN:VEVENT") == dated
    page.fill("#holidays", "KR")
    page.click("button.main")
    page.wait_for_selector(".refused")
    assert "leave it out" in page.inner_text("#problem")
    assert page.locator("#answer tbody tr").count() == len(course.events)


def test_a_dose_is_computed_and_its_sheet_opened_and_downloaded(page: Any) -> None:
    """The same dose in all three; the sheet opens in a window of its own, in which no script may run."""
    page.goto("/dose")
    page.select_option("#protocol", "lenzumestrocel-phase2")
    page.wait_for_url("**protocol=lenzumestrocel-phase2")
    fits(page)
    page.select_option("#arm", "msc")
    page.fill("#weight", "72")
    page.fill("#patient", "P01 <script>alert(1)</script>")
    page.click("button.main")
    page.wait_for_selector("#answer table")
    order = mfg.dose(mfg.load_protocol("lenzumestrocel-phase2"), arm="msc", weight="72 kg")
    assert order.total_cells is not None
    cells = f"{near(order.total_cells)} cells"
    assert cells in page.inner_text(".finding-title")
    assert "P01 <script>alert(1)</script>" in page.inner_text("#answer")
    fits(page)
    with page.context.expect_page() as opened:
        page.click("button[formtarget]")
    opened.value.wait_for_load_state()
    assert cells in opened.value.inner_text("body")
    assert "P01 <script>alert(1)</script>" in opened.value.inner_text("body")
    with page.expect_download() as download:
        page.click("button[name=download]")
    assert download.value.suggested_filename == "worksheet.html"
    assert cells in Path(download.value.path()).read_text(encoding="utf-8")
    page.fill("#weight", "7200")
    page.click("button.main")
    page.wait_for_selector(".refused")
    assert cells in page.inner_text(".finding-title")
    fits(page)


def test_today_is_looked_at(page: Any) -> None:
    """A row for each patient in process, the wall planner, and the days."""
    page.goto("/today")
    fits(page)
    page.click("button.main")
    page.wait_for_selector("#answer table.today")
    assert page.locator("#answer table.today").first.locator("tbody tr").count() > 5
    assert page.locator("#answer #planner svg").count() == 1
    fits(page)


def test_evidence_is_shown(page: Any) -> None:
    """Of the file, the kind and the text that are chosen."""
    page.goto("/evidence")
    fits(page)
    page.select_option("#of", "scenario:cl2020-phase2")
    page.select_option("#kind", "assumed")
    page.click("button.main")
    page.wait_for_selector("#answer table")
    assert set(page.locator("#answer .badge").all_inner_texts()) == {"assumed"}
    fits(page)


def test_everything_is_reached_by_keyboard(page: Any) -> None:
    """The first key leads past the tabs; each tab's form is reached and sent without a mouse."""
    for path, _ in TABS:
        page.goto(path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
    page.goto("/evidence")
    page.focus("#like")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer table")
