"""Every tab says what the package says, and nothing of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mfg
from mfg.app.page import TABS
from mfg.auditing.written import written
from mfg.digits import near
from mfg.evidence import EVIDENCE_KINDS
from mfg.reader.library import builtin
from mfg.reader.shown import list_values
from tests.app.conftest import Site, text_of
from tests.conftest import ROOT

TABLE = ROOT / "examples" / "doses.csv"
DOSE = {"protocol": "lenzumestrocel-phase2", "arm": "msc", "weight": "72"}
COURSE = {"protocol": "lenzumestrocel-phase2", "arm": "msc", "baseline": "2026-03-12"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "a first look"),
        ("/today", "how sure that is"),
        ("/dose", "exactly as the protocol rules"),
        ("/audit", "checked row by row"),
        ("/calendar", "on real dates"),
        ("/evidence", "assumed with a reason"),
    ],
)
def test_a_tab_says_what_it_is_for(site: Site, path: str, said: str) -> None:
    """Before anything is asked; it names itself among all tabs, and refuses nothing."""
    answer = site.get(path)
    assert answer.status_code == 200
    assert said in text_of(answer.text)
    assert f'href="{path}" aria-current="page"' in answer.text
    assert all(f'href="{address}"' in answer.text for address, _ in TABS)
    assert "cannot be used" not in answer.text


def test_every_field_has_a_label(site: Site) -> None:
    """By a label of its own or by a name for who does not see it."""
    for path, _ in TABS:
        page = site.get(path).text
        for field in re.findall(r"<(?:input|select)\b[^>]*>", page):
            name = re.search(r'\bid="([^"]*)"', field)
            labelled = name is not None and f'<label for="{name[1]}"' in page
            assert labelled or "aria-label=" in field or 'type="checkbox"' in field, field


def test_a_dose_is_that_of_the_package(site: Site) -> None:
    """Cells, volume, findings and where each step comes from; a plain number has the unit beside its field."""
    order = mfg.dose(mfg.load_protocol("lenzumestrocel-phase2"), arm="msc", weight="72 kg", csf="25 mL")
    said = text_of(site.post("/dose", data={**DOSE, "csf": "25"}).text)
    assert order.total_cells is not None
    assert f"{near(order.total_cells)} cells" in said
    assert order.administrations[0].volume_mL is not None
    assert f"{order.administrations[0].volume_mL.normalize():f} mL" in said
    assert all(finding.message in said for finding in order.findings)
    assert "mfg dose lenzumestrocel-phase2 --weight '72 kg' --arm msc --csf '25 mL'" in said


def test_a_refused_dose_keeps_the_form(site: Site) -> None:
    """The refusal is the package's, and everything that was typed stands in its field."""
    answer = site.post(
        "/dose", data={**DOSE, "weight": "7200", "patient": "P01", "suspended": "2026-03-12T08:30"}
    )
    assert "weight: '7200 kg' is outside at least 20 kg and at most 250 kg" in text_of(answer.text)
    for typed in ('value="7200"', 'value="P01"', 'value="2026-03-12T08:30"', '<option value="msc" selected>'):
        assert typed in answer.text


def test_a_worksheet_is_the_printed_one(site: Site) -> None:
    """It opens as a page without script, and is downloaded under our name; the clinic's copy tells no number of cells."""
    answer = site.post("/dose/worksheet", data={**DOSE, "patient": "P01"})
    assert "72,000,000 cells (72 million)" in text_of(answer.text)
    assert "content-disposition" not in answer.headers
    assert "script-src" not in answer.headers["content-security-policy"]
    saved = site.post("/dose/worksheet", data={**DOSE, "patient": "../P01", "download": "yes"})
    assert saved.headers["content-disposition"] == 'attachment; filename="worksheet.html"'
    third = {"protocol": "lenzumestrocel-phase3", "arm": "two-dose", "dose": "dose 1", "weight": "72"}
    open_sheet, blinded = (
        site.post("/dose/worksheet", data={**third, **more}).text for more in ({}, {"blinded": "yes"})
    )
    assert "72,000,000 cells" in text_of(open_sheet)
    assert "Signatures" in blinded
    assert "72,000,000 cells" not in text_of(blinded)


def test_no_sheet_is_printed_of_a_refused_dose(site: Site) -> None:
    """The form comes back with the reason."""
    answer = site.post("/dose/worksheet", data={**DOSE, "weight": ""})
    assert "depends on the weight" in text_of(answer.text)
    assert "Signatures" not in answer.text
    count = {
        "protocol": "lenzumestrocel-phase2",
        "arm": "msc",
        "weight": "72",
        "count": "1.2e7 cell/mL",
        "blinded": "yes",
    }
    assert "would tell the product from a placebo" in text_of(site.post("/dose/worksheet", data=count).text)


def test_an_audit_is_that_of_the_package(site: Site, tmp_path: Path) -> None:
    """Counts, and every row with its verdict and reason; the download is what the command writes."""
    found = mfg.audit(mfg.load_protocol("lenzumestrocel-phase2"), TABLE, arm="msc")
    out = tmp_path / "out.csv"
    with written(found, TABLE, out) as rows:
        verdicts = [verdict for _, verdict in rows if verdict is not None]
    with TABLE.open("rb") as file:
        page = site.post(
            "/audit",
            data={"protocol": "lenzumestrocel-phase2", "arm": "msc"},
            files={"table": ("doses.csv", file)},
        ).text
    said = text_of(page)
    assert f"{found.counts['error']} of {len(verdicts)} rows have an error" in said
    for one in verdicts:
        reason = f" {one.reason}" if one.reason else ""
        likely = f" {', '.join(one.likely)}" if one.likely else ""
        assert f"{one.row} {one.patient} {one.verdict}{likely}{reason}" in said
    link = re.search(r'href="(/audit/[0-9]+/checked.csv)"', page)
    assert link is not None
    saved = site.get(link[1])
    assert saved.content == out.read_bytes()
    assert saved.headers["content-disposition"] == 'attachment; filename="checked.csv"'


def test_a_table_is_forgotten_when_it_was_judged(site: Site) -> None:
    """What was uploaded is gone; what remains are the judged copies of the last few."""
    links = []
    for _ in range(10):
        sent = site.post(
            "/audit",
            data={"protocol": "lenzumestrocel-phase2", "arm": "msc"},
            files={"table": ("t.csv", "patient,weight_kg,cells\nP1,72,72000000\n")},
        )
        links += re.findall(r"/audit/[0-9]+/checked.csv", sent.text)
    assert len(links) == 10
    assert [site.get(one).status_code for one in links] == [404, 404] + [200] * 8


def test_a_calendar_is_that_of_the_package(site: Site) -> None:
    """Every event with its day, and the same in the file."""
    course = mfg.schedule(
        mfg.load_protocol("lenzumestrocel-phase2"), baseline="2026-03-12", arm="msc", holidays="KR"
    )
    said = text_of(site.post("/calendar", data={**COURSE, "holidays": "KR"}).text)
    for one in course.events:
        assert f"{one.date} {one.weekday} {one.kind} {one.name}" in said
    saved = site.post("/calendar/file", data={**COURSE, "holidays": "KR"})
    assert saved.headers["content-disposition"] == 'attachment; filename="calendar.ics"'
    assert saved.text.count("BEGIN:VEVENT") == sum(one.date is not None for one in course.events)
    assert "holidays: 'XX'" in text_of(site.post("/calendar", data={**COURSE, "holidays": "XX"}).text)


def test_a_refused_calendar_keeps_the_form(site: Site) -> None:
    """Also where its file was asked for."""
    for path in ("/calendar", "/calendar/file"):
        answer = site.post(path, data={**COURSE, "baseline": "2026-02-30", "patient": "P7"})
        assert "baseline: '2026-02-30'" in text_of(answer.text)
        assert 'value="2026-02-30"' in answer.text
        assert 'value="P7"' in answer.text
    assert "day 0: is not given" in text_of(
        site.post("/calendar", data={"protocol": "lenzumestrocel-phase2"}).text
    )


def test_evidence_is_that_of_the_file(site: Site) -> None:
    """Every number that has some, and only those of the kind and the text that are asked for."""
    known = [one for one in list_values("protocol", "lenzumestrocel-phase2") if one.evidence is not None]
    whole = site.get("/evidence?of=protocol:lenzumestrocel-phase2").text
    assert f"{len(known)} of {len(known)} shown" in whole
    assert all(one.path in whole for one in known)
    assert "<svg" in whole
    for kind in EVIDENCE_KINDS:
        many = sum(one.evidence is not None and one.evidence.kind == kind for one in known)
        assert (
            f"{many} of {len(known)} shown"
            in site.get(f"/evidence?of=protocol:lenzumestrocel-phase2&kind={kind}").text
        )
    vegf = [one for one in known if "vegf" in f"{one.path} {one.value} {one.evidence}".casefold()]
    assert (
        f"{len(vegf)} of {len(known)} shown"
        in site.get("/evidence?of=protocol:lenzumestrocel-phase2&like=VEGF").text
    )


def test_todays_page_is_that_of_the_package(site: Site) -> None:
    """Its title counts what the futures hold; only scenarios with patients in process are offered."""
    page = site.get("/today").text
    assert re.findall(r'<option value="([^"]*)"', page)[:1] == ["lenzumestrocel-korea-today"]
    assert sum(f'value="{name}"' in page for name in builtin("scenario")) == 1
    job = site.post("/today/runs", data={"scenario": "lenzumestrocel-korea-today", "futures": "50"}).json()[
        "id"
    ]
    assert site.ended(job, "/today/runs")["state"] == "done"
    said = text_of(site.get(f"/today/runs/{job}/result").text)
    found = mfg.today("lenzumestrocel-korea-today", futures=50)
    assert f"{found.futures} futures" in said
    for one in found.next_doses:
        booked = f"{one.on_the_day} of {one.futures}"
        assert one.booked is None or f"{one.patient} {one.dose}" in said
        assert booked in said
    assert "html" not in site.get(f"/today/runs/{job}/result").text[:30]
