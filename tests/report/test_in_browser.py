"""Pages as a browser shows them: one request, no word on the console, nothing wider than the window, nothing cut on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mfg.report.kept import page_in
from tests.browser import LEFT_OUT, REQUIRED, chromium

if chromium() is None and not REQUIRED:
    pytest.skip(LEFT_OUT, allow_module_level=True)

A4_WIDTH = 182 / 25.4 * 96  # px between the margins of the page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    assert path is not None, "MFG_BROWSER=required, and no chromium is found"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        shown = playwright.chromium.launch(executable_path=path, args=arguments)
        yield shown
        shown.close()


@pytest.fixture(scope="module")
def today_html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Today's page, with its planner."""
    from mfg.cli import run

    path = tmp_path_factory.mktemp("today") / "today.html"
    assert run(["today", "lenzumestrocel-korea-today", "-n", "4", "--html", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def pages(run_folder: Path, compared_folder: Path, today_html: Path) -> dict[str, Path]:
    """A page of each kind."""
    found = {"today": today_html}
    for name, folder in (("run", run_folder), ("comparison", compared_folder)):
        found[name] = today_html.with_name(f"{name}.html")
        found[name].write_text(page_in(folder), encoding="utf-8")
    return found


@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize("name", ["run", "comparison", "today"])
def test_a_page_is_one_request_and_fits(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    """Nothing is fetched but the page itself, nothing is said on the console, and nobody scrolls sideways."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda one: None if one.url.startswith("data:") else asked.append(one.url))
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda one: said.append(str(one)))
    page.goto(pages[name].as_uri())
    page.wait_for_load_state("networkidle")
    assert asked == [pages[name].as_uri()]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("name", ["run", "comparison", "today"])
def test_nothing_is_cut_on_paper(browser: Any, pages: dict[str, Path], name: str) -> None:
    """Between the margins of A4 no chart or table is wider than the paper, and what is folded away is not printed."""
    page = browser.new_page(viewport={"width": int(A4_WIDTH), "height": 1000})
    page.emulate_media(media="print")
    page.goto(pages[name].as_uri())
    wide = page.evaluate(
        "[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    )
    assert wide == 0
    shown = page.evaluate("[...document.querySelectorAll('details')].filter(e => e.offsetHeight > 0).length")
    assert shown == 0
    page.close()
