"""Whatever is sent, the page stays up, reads no file but its own, asks nobody, and shows text as text."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from mfg.app import audit, dose
from mfg.app.page import TABS
from tests.app import hostile
from tests.app.conftest import OURS, Site

SECRET = "nobody may read this"  # noqa: S105  it is none


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that is none of ours."""
    path = tmp_path / "secret.csv"
    path.write_text(f"patient,weight_kg,cells\n{SECRET},72,1\n", encoding="utf-8")
    return path


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Everybody who was called meanwhile, by any means of this process."""
    calls: list[Any] = []
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, lambda _, *given: calls.append(given), raising=True)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: calls.append(given))
    return calls


def check(answer: Any, secret: Path) -> None:
    """What no answer may hold."""
    page = answer.text
    if "content-disposition" not in answer.headers:  # a download is no page
        assert hostile.MARK not in page
        assert "<script>alert" not in page
        assert "<svg onload" not in page
    assert "Traceback" not in page
    assert SECRET not in page
    assert "root:x:0" not in page
    assert "mfg-app-" not in page
    assert str(Path(audit.__file__).parent) not in page
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"script-src[^;]*unsafe", policy)
    if "script-src" not in policy:
        assert "<script" not in page
    assert secret.exists()


def test_hostile_requests_are_answered(site: Site, secret: Path, connected: list[Any]) -> None:
    """Some two thousand of them, each with a status that it may have; then every tab still answers."""
    table = list(hostile.requests(str(secret)))
    assert len(table) >= 500
    wrong = []
    for one in table:
        answer = site.client.request(one.method, one.path, headers=one.headers, **one.sent)
        if answer.status_code not in one.allowed:
            wrong.append((one.name, answer.status_code, answer.text[:80]))
        check(answer, secret)
    assert not wrong, "\n".join(map(str, wrong))
    assert connected == []
    for path, _ in TABS:
        assert site.get(path).status_code == 200
    site.run()


def test_hostile_tables_are_refused_or_judged(
    site: Site, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in words, as a table that anybody may send, in bounded time and memory; the next one is judged as ever."""
    monkeypatch.setattr(audit, "SECONDS", 6)
    form = {"protocol": "lenzumestrocel-phase2", "arm": "msc"}
    for name, content in hostile.uploads(str(secret)):
        answer = site.post("/audit", data=form, files={"table": (name, content)})
        assert answer.status_code == 200, name
        assert "cannot be used" in answer.text or "Download the table" in answer.text, name
        check(answer, secret)
    fine = site.post(
        "/audit", data=form, files={"table": ("t.csv", "patient,weight_kg,cells\nP1,72,72000000\n")}
    )
    assert "The one row is as prescribed" in fine.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shared bomb.xlsx", "unpacks to more than 48 MB"),
        ("sheet bomb.xlsx", "unpacks to more than 48 MB"),
        ("many parts.xlsx", "or 2,000 parts"),
        ("old.xls", "old or a protected Excel workbook"),
        ("not a zip.xlsx", "packed file that is no Excel workbook"),
    ],
)
def test_a_bomb_is_told_before_it_goes_off(site: Site, secret: Path, name: str, said: str) -> None:
    """By what its parts say of their size; nothing is unpacked."""
    content = dict(hostile.uploads(str(secret)))[name]
    assert len(content) < 5 * 2**20
    answer = site.post(
        "/audit", data={"protocol": "lenzumestrocel-phase2", "arm": "msc"}, files={"table": (name, content)}
    )
    assert said in answer.text


def test_downloads_have_no_formulas(site: Site) -> None:
    """What a spreadsheet would carry out is written as text."""
    table = "patient,weight_kg,cells\n=1+1,72,72000000\n"
    page = site.post(
        "/audit", data={"protocol": "lenzumestrocel-phase2", "arm": "msc"}, files={"table": ("t.csv", table)}
    ).text
    link = re.search(r"/audit/[0-9]+/checked.csv", page)
    assert link is not None
    assert "\n'=1+1," in site.get(link[0]).text


def test_pages_have_no_script_or_style_in_them(site: Site) -> None:
    """Only our own two files are loaded."""
    for path, _ in TABS:
        page = site.get(path).text
        assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/app.js" defer>']
        assert re.findall(r'<link rel="stylesheet"[^>]*>', page) == [
            '<link rel="stylesheet" href="/static/app.css">'
        ]
        assert not re.search(r"<[^>]*\s(on\w+|style)=", page)
        assert not re.search(r'(src|href|action)="(https?:)?//', page)


def test_an_unexpected_error_says_nothing_of_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A short page with status 500; who serves it is told its kind."""

    def broken(_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr(dose, "answer", broken)
    answer = site.client.post("/dose", data={"protocol": "lenzumestrocel-phase2"}, headers=OURS)
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert SECRET not in answer.text
    assert "KeyError" not in answer.text
    assert capsys.readouterr().err == "mfg app: unexpected KeyError\n"
