"""The site of documents: built without a warning, every link in it leads somewhere, and it asks nobody for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from attrs import define, field

from tests.browser import LEFT_OUT, REQUIRED, chromium
from tests.conftest import ROOT

sphinx = pytest.importorskip("sphinx", reason="the extra `docs` brings it")
LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}


@define
class Page(HTMLParser):
    """The anchors, the links and what is loaded of a page."""

    anchors: set[str] = field(factory=set)
    links: list[str] = field(factory=list)
    loaded: list[str] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names, links or loads."""
        known = {name: value or "" for name, value in attrs}
        self.anchors |= {known[name] for name in ("id", "name") if name in known}
        if tag == "a" and known.get("href"):
            self.links.append(known["href"])
        if (
            tag in LOADED
            and known.get(LOADED[tag])
            and known.get("rel") not in ("index", "search", "next", "prev")
        ):
            self.loaded.append(known[LOADED[tag]])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once; any warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    command += ["-d", str(folder / "trees"), str(ROOT / "docs"), str(folder / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder / "html"


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    """Every page of the site, read."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        found[path] = Page()
        found[path].feed(path.read_text(encoding="utf-8"))
    return found


def inner(page: Path, links: list[str]) -> Iterator[tuple[Path, str]]:
    """The files and anchors of the links that stay within the site."""
    for link in links:
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc:
            yield (
                (page.parent / unquote(parts.path)).resolve() if parts.path else page,
                unquote(parts.fragment),
            )


def test_every_page_is_in_the_site(site: Path) -> None:
    """And in the table of contents: Sphinx warns of a page that is in none."""
    for path in (ROOT / "docs").glob("*.md"):
        assert (site / f"{path.stem}.html").exists()


def test_no_link_is_dead(pages: dict[Path, Page]) -> None:
    """Files are there, and so are the anchors in them."""
    assert len(pages) > 20
    count, dead = 0, []
    for page, read in pages.items():
        for target, anchor in inner(page, [*read.links, *read.loaded]):
            count += 1
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].anchors):
                dead.append(f"{page.name}: {target.name}#{anchor}")
    assert count > 1000
    assert dead == []


def test_a_dead_link_would_be_found(site: Path) -> None:
    """The reader of pages sees links, anchors and what is loaded."""
    page = Page()
    page.feed('<h1 id="a"></h1><a href="x.html#b">x</a><img src="y.svg"><a href="https://z"></a>')
    assert (page.anchors, page.loaded) == ({"a"}, ["y.svg"])
    assert list(inner(site / "p.html", page.links)) == [((site / "x.html").resolve(), "b")]


def test_nothing_is_asked_of_anybody(site: Path, pages: dict[Path, Page]) -> None:
    """Scripts, styles, fonts and pictures are files of the site."""
    assert [one for page in pages.values() for one in page.loaded if urlsplit(one).netloc] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//[^)]*", styles) == []


def test_the_search_needs_no_server(site: Path) -> None:
    """Its index is a script, which a page from a disk may load; a page is found by its words."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert index.startswith("Search.setIndex(")
    assert '"syring"' in index
    assert "searchindex.js" in (site / "search.html").read_text(encoding="utf-8")


@pytest.mark.skipif(chromium() is None and not REQUIRED, reason=LEFT_OUT)
def test_the_search_finds_a_page_on_a_disk(site: Path) -> None:
    """Opened as a file, without a server: words of a page lead to it, and nothing is asked but files of the site."""
    from playwright.sync_api import expect, sync_playwright

    path = chromium()
    assert path is not None, "MFG_BROWSER=required, and no chromium is found"
    asked, said = list[str](), list[str]()
    with sync_playwright() as player:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = player.chromium.launch(executable_path=path, args=arguments)
        page = browser.new_page()
        page.on("request", lambda one: asked.append(one.url))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((site / "index.html").as_uri())
        box = page.locator("input[name=q]").first
        box.fill("vein to vein")
        box.press("Enter")
        found = page.locator("#search-results li a")
        expect(found.first).to_be_visible(timeout=60_000)
        names = {urlsplit(str(one.get_attribute("href"))).path for one in found.all()}
        found.first.click()
        opened = page.locator("article").inner_text().lower()
        browser.close()
    assert "glossary.html" in names
    assert re.search(r"vein.to.vein", opened)
    assert said == []
    assert {url for url in asked if not url.startswith((site.as_uri(), "data:"))} == set()
    assert any(url.endswith("searchindex.js") for url in asked)


def test_names_of_the_package_are_described(site: Path, pages: dict[Path, Page]) -> None:
    """Each public name has its place on the page of names."""
    import mfg

    anchors = pages[site / "api.html"].anchors
    assert {f"mfg.{name}" for name in mfg.__all__} - anchors == set()
