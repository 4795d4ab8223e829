"""Requests that nobody who means well sends, as a table: what is asked, how, and with which answer at most it may come back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from tests.app.conftest import HOME, OURS, PORT

FORMS = ("/whatif/runs", "/today/runs", "/dose", "/dose/worksheet", "/audit", "/calendar", "/calendar/file")
MARK = "<img src=x onerror=alert(1)>"


@frozen
class Request:
    """One request, and the statuses that it may be answered with."""

    name: str
    method: str
    path: str
    allowed: frozenset[int]
    headers: dict[str, str] = field(factory=dict)
    sent: dict[str, Any] = field(factory=dict)


def requests(secret: str) -> Iterator[Request]:
    """All of them but uploads; *secret* is a path that none may read."""
    yield from _hosts()
    yield from _origins()
    yield from _paths(secret)
    yield from _values(secret)
    yield from _bodies()


def _hosts() -> Iterator[Request]:
    names = ["evil.example", "127.0.0.1", "localhost", "127.0.0.1:80", "localhost:80", f"evil.example:{PORT}"]
    names += [
        f"127.0.0.1.evil.example:{PORT}",
        f"localhost.evil.example:{PORT}",
        f"127.0.0.1:{PORT}.evil.example",
    ]
    names += [
        f"evil.example@127.0.0.1:{PORT}",
        f"127.0.0.1:{PORT}@evil.example",
        f"0.0.0.0:{PORT}",
        f"[::1]:{PORT}",
    ]
    names += [
        f"127.1:{PORT}",
        f"2130706433:{PORT}",
        f"0x7f000001:{PORT}",
        f"127.0.0.1:0{PORT}",
        f"127.0.0.1:{PORT}:{PORT}",
    ]
    names += [
        f"127.0.0.2:{PORT}",
        f"localhost.:{PORT}",
        f"127.0.0.1.:{PORT}",
        f"127.0.0.1:{PORT}/",
        f"127.0.0.1:{PORT}#x",
        "x" * 3000,
    ]
    for name in names:
        for method, path in (
            ("GET", "/"),
            ("GET", "/static/app.js"),
            ("POST", "/whatif/runs"),
            ("POST", "/audit"),
        ):
            yield Request(f"host {name[:30]}", method, path, frozenset({421}), {**OURS, "host": name})


def _origins() -> Iterator[Request]:
    origins = [
        "null",
        "",
        "http://evil.example",
        f"http://evil.example:{PORT}",
        f"https://127.0.0.1:{PORT}",
        "http://127.0.0.1",
    ]
    origins += [
        "http://127.0.0.1:80",
        f"http://127.0.0.1:{PORT}.evil.example",
        f"http://evil.example/http://127.0.0.1:{PORT}",
    ]
    origins += [
        f"http://a@127.0.0.1:{PORT}",
        f"http://localhost:{PORT}",
        "file://",
        "[",
        "http://[",
        "*",
        f"{HOME}, {HOME}",
    ]
    headers: list[dict[str, str]] = [{"origin": one} for one in origins]
    sites = ("cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site")
    headers += [{"origin": HOME, "sec-fetch-site": one} for one in sites] + [
        {"sec-fetch-site": one} for one in sites
    ]
    headers += [{}, {"referer": f"{HOME}/"}]
    for one in headers:
        for path in FORMS:
            yield Request(
                f"origin {one}", "POST", path, frozenset({403}), one, {"data": {"protocol": "cl2020-phase2"}}
            )
    for path in ("/", "/evidence?of=scenario:lenzumestrocel-phase3", "/static/app.css"):
        for mode in ("no-cors", "cors", "nested-navigate", ""):
            from_there = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
            yield Request(f"embedded {path} {mode}", "GET", path, frozenset({403}), from_there)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"):
        yield Request(f"method {method}", method, "/", frozenset({405}), OURS)


def _paths(secret: str) -> Iterator[Request]:
    ups = [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "%252e%252e%252f",
        "....//",
        "..%c0%af",
        "..;/",
    ]
    for up in ups:
        for before in ("/static/", "/audit/", "/whatif/runs/", "/today/runs/"):
            path = f"{before}{up * 8}etc/passwd"
            yield Request(f"path {path}", "GET", path, frozenset({200, 400, 404}), OURS)
    for path in (
        f"/static/{secret}",
        f"/static/app.js/{secret}",
        f"//{secret}",
        f"/audit/{secret}/checked.csv",
        "/audit/%00/checked.csv",
    ):
        yield Request(f"path {path}", "GET", path, frozenset({400, 404}), OURS)
    for path in (
        "/.git/config",
        "/pyproject.toml",
        "/static/",
        "/static/app.css.bak",
        "/audit/0/checked.csv",
        "/audit/-1/checked.csv",
    ):
        yield Request(f"path {path}", "GET", path, frozenset({404}), OURS)
    for path in (f"/{'a' * 5000}", f"/?scenario={'a' * 5000}", f"/whatif/pins?pins={'A:' * 5000}"):
        yield Request(f"long path {path[:20]}", "GET", path, frozenset({414}), OURS)
    for query in (
        f"scenario={secret}",
        "scenario=../x",
        "scenario=%00",
        "scenario=%ff",
        "part=controls&scenario=x",
        "scenario=" + MARK,
    ):
        yield Request(f"query {query}", "GET", f"/?{query}", frozenset({404}), OURS)
    for query in (
        f"of=protocol:{secret}",
        "of=protocol:../x",
        "of=source:oh2018",
        "of=:",
        "kind=x",
        "of=protocol:cl2020-phase2&kind=%00",
    ):
        yield Request(f"query {query}", "GET", f"/evidence?{query}", frozenset({200}), OURS)
    for job in ("x", "0" * 20 + "-20", "%00", "..", "A:B", MARK):
        for end in ("", "/result", "/charts"):
            yield Request(f"run {job}{end}", "GET", f"/whatif/runs/{job}{end}", frozenset({200, 404}), OURS)
        yield Request(f"stop {job}", "POST", f"/whatif/runs/{job}/stop", frozenset({404}), OURS)


def nasty(secret: str) -> list[str]:
    """Texts for any field."""
    texts = [
        MARK,
        "</script><script>alert(1)</script>",
        "\"'><svg onload=alert(1)>",
        "{{7*7}}",
        "${7*7}",
        "{% raw %}",
        "%s%n%x",
    ]
    texts += [
        secret,
        f"file://{secret}",
        "/etc/passwd",
        "../../../../etc/passwd",
        "/dev/zero",
        "CON",
        "http://evil.example/x",
    ]
    texts += [
        "\0",
        "a\0b",
        "\r\nSet-Cookie: x=1",
        "\u202e72 kg",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "\U0001f600" * 300,
    ]
    texts += [
        "1e9999999",
        "-1",
        "9" * 400,
        "NaN",
        "inf",
        "1_000",
        "0x10",
        "\u0667\u0662",
        "x999999999",
        "+1e99 day",
        "[" * 5000,
    ]
    return [
        *texts,
        "{a={a={a={a={a={a=1}}}}}}",
        "'; DROP TABLE patients; --",
        "=cmd|' /C calc'!A0",
        "$(touch /tmp/x)",
        "`id`",
        " ",
        "*",
        "a" * 20000,
    ]


def _values(secret: str) -> Iterator[Request]:
    dose = {"protocol": "lenzumestrocel-phase2", "arm": "msc", "weight": "72"}
    course = {"protocol": "lenzumestrocel-phase2", "arm": "msc", "baseline": "2026-03-12"}
    run = {"scenario": "cl2020-phase2", "replications": "20", "seed": "1"}
    fields = [
        ("/dose", dose, name)
        for name in (*dose, "dose", "supply", "csf", "count", "viability", "weighed", "suspended", "patient")
    ]
    fields += [("/dose/worksheet", dose, name) for name in ("patient", "second_id", "by")]
    fields += [
        ("/calendar", course, name)
        for name in (*course, "supply", "holidays", "site", "clinic", "patient", "given:x")
    ]
    fields += [("/calendar/file", course, "patient")]
    fields += [("/whatif/runs", run, name) for name in run]
    for text in nasty(secret):
        for path, form, name in fields:
            sent = {"data": {**form, name: text}}
            yield Request(f"{path} {name}={text[:20]!r}", "POST", path, frozenset({200, 202}), OURS, sent)
        for path in ("arrivals.patients", "arrivals.in_progress", "protocol", "site.*", text):
            form = {**run, "path:0": path, "value:0": text}
            yield Request(
                f"setting {path[:20]!r}={text[:20]!r}",
                "POST",
                "/whatif/runs",
                frozenset({200, 202}),
                OURS,
                {"data": form},
            )


def _bodies() -> Iterator[Request]:
    large = "a" * 70_000
    for path in FORMS:
        if path != "/audit":
            yield Request(
                f"large {path}", "POST", path, frozenset({413}), OURS, {"data": {"protocol": large}}
            )
            pieces = {"content": (b"protocol=a" for _ in range(10_000))}
            kind = {"content-type": "application/x-www-form-urlencoded"}
            yield Request(
                f"large and untold {path}", "POST", path, frozenset({413}), {**OURS, **kind}, pieces
            )
        for kind in (
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=x",
            "application/json",
            "text/xml",
            "x",
        ):
            sent = {"content": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'}
            yield Request(
                f"{kind} {path}", "POST", path, frozenset({200, 400}), {**OURS, "content-type": kind}, sent
            )
        for length in ("-1", "1e3", "9" * 30, "x", "1, 1"):
            yield Request(
                f"length {length} {path}",
                "POST",
                path,
                frozenset({400, 413}),
                {**OURS, "content-length": length},
                {"content": b"a=1"},
            )
        many = {f"f{n}": "1" for n in range(2000)}
        yield Request(f"fields {path}", "POST", path, frozenset({400}), OURS, {"data": many})
    yield Request(
        "large upload",
        "POST",
        "/audit",
        frozenset({413}),
        OURS,
        {"files": {"table": ("t.csv", b"a" * (5 * 2**20 + 1))}},
    )
    two = {"files": [("table", ("a.csv", b"a")), ("other", ("b.csv", b"b"))]}
    yield Request("two files", "POST", "/audit", frozenset({400}), OURS, two)


def uploads(secret: str) -> Iterator[tuple[str, bytes]]:
    """Tables that are none, or more than they seem: a name, and the bytes."""
    head = b"patient,weight_kg,cells\n"
    yield "../../../../tmp/x.csv", head + b"P1,72,72000000\n"
    yield f"{secret}", head + f"{MARK},72,72000000\n".encode()
    yield "formula.csv", head + b"=cmd|' /C calc'!A0,72,72000000\n"
    yield "binary.csv", bytes(range(256)) * 40
    yield "nul.csv", head + b"P1\0,72,72000000\n"
    yield "wide.csv", b"," * 200_000
    yield "quote.csv", head + b'"' + b"a\n" * 100_000
    yield "no header.csv", b"1,2,3\n" * 1000
    yield "old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 4000
    yield "not a zip.xlsx", b"PK\x03\x04" + b"\xff" * 4000
    yield "empty.xlsx", _zip({})
    yield "other.docx", _zip({"word/document.xml": b"<x/>"})
    yield (
        "shared bomb.xlsx",
        _workbook(
            b"<row r='1'><c r='A1' t='s'><v>0</v></c></row>",
            shared=b"<si><t>" + b"a" * (200 * 2**20) + b"</t></si>",
        ),
    )
    yield "sheet bomb.xlsx", _workbook(b"<row><c><v>1</v></c></row>" * (60 * 2**20 // 26))
    yield "many parts.xlsx", _zip({f"xl/{n}.xml": b"" for n in range(5000)})
    yield (
        "far cells.xlsx",
        _workbook(
            b"".join(b"<row r='%d'><c r='XFD%d'><v>1</v></c></row>" % (n, n) for n in range(1, 200_000))
        ),
    )
    laughs = b"<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
        b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    yield (
        "entities.xlsx",
        _workbook(b"<row r='1'><c r='A1' t='inlineStr'><is><t>&j;</t></is></c></row>", before=laughs + b"]>"),
    )
    outside = f"<!DOCTYPE l [<!ENTITY a SYSTEM 'file://{secret}'>]>".encode()
    yield (
        "outside.xlsx",
        _workbook(b"<row r='1'><c r='A1' t='inlineStr'><is><t>&a;</t></is></c></row>", before=outside),
    )
    yield "lying.xlsx", _workbook(b"<row/>").replace(b"xl/workbook.xml", b"xl/workbook.xm\xff")


def _zip(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def _workbook(rows: bytes, shared: bytes = b"", before: bytes = b"") -> bytes:
    """A workbook with one sheet of these rows, as openpyxl reads one."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = b"http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = b"application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = {
        "[Content_Types].xml": b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
        b"<Override PartName='/xl/workbook.xml' ContentType='" + kinds + b"sheet.main+xml'/>"
        b"<Override PartName='/xl/worksheets/sheet1.xml' ContentType='" + kinds + b"worksheet+xml'/>"
        b"<Override PartName='/xl/sharedStrings.xml' ContentType='" + kinds + b"sharedStrings+xml'/></Types>",
        "_rels/.rels": b"<Relationships xmlns='"
        + package
        + b"'><Relationship Id='r1' Type='"
        + office
        + b"/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": b"<workbook xmlns='"
        + main
        + b"' xmlns:r='"
        + office
        + b"'><sheets><sheet name='s' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": b"<Relationships xmlns='"
        + package
        + b"'><Relationship Id='r1' Type='"
        + office
        + b"/worksheet' Target='worksheets/sheet1.xml'/>"
        b"<Relationship Id='r2' Type='"
        + office
        + b"/sharedStrings' Target='sharedStrings.xml'/></Relationships>",
        "xl/sharedStrings.xml": b"<sst xmlns='" + main + b"'>" + shared + b"</sst>",
        "xl/worksheets/sheet1.xml": before
        + b"<worksheet xmlns='"
        + main
        + b"'><sheetData>"
        + rows
        + b"</sheetData></worksheet>",
    }
    return _zip(parts)
