"""Worksheets: what a pharmacist prepares from, on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mfg.cli import asked
from mfg.digits import density, near, plain, volume
from mfg.dispensing.drawing import LONG, draw_container, marks_of
from mfg.dispensing.handling import add_time
from mfg.dispensing.labels import labels_of
from mfg.dispensing.page import blinded_page_of, page_of
from mfg.dispensing.portions import portions_of
from mfg.dispensing.words import exactly
from mfg.dispensing.worksheet import Worksheet, worksheet
from mfg.errors import Refused
from mfg.prescription.dosing import dose
from mfg.protocol.protocol import Protocol
from mfg.reader.library import builtin
from mfg.reader.protocols import load_protocol
from mfg.record import Record
from tests.conftest import Said, protocol

AT = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
PHASE3, NUROWN = load_protocol("lenzumestrocel-phase3"), load_protocol("nurown-phase2")
ORDERS = [
    (name, arm.name, each)
    for name in builtin("protocol")
    for arm in load_protocol(name).arms
    for each in arm.doses
]


def record_of(rules: Protocol, **more: Any) -> Record:
    """A record of one moment."""
    return Record(rules.name, rules.title, rules.version, rules.files, "0", AT, "mfg dose", **more)


def sheet_of(
    rules: Protocol,
    *,
    patient: str | None = "P01",
    second_id: str | None = None,
    by: str | None = None,
    **how: Any,
) -> Worksheet:
    """A worksheet as the command makes it."""
    csf = how.get("csf")
    suspended = how.pop("suspended", None)
    order = dose(rules, **how)
    record = record_of(rules, by=by)
    return worksheet(rules, order, record, patient=patient, second_id=second_id, csf=csf, suspended=suspended)


def text_of(page: str) -> str:
    """What a person reads on *page*."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", body)))


def numbers_in(content: Any) -> set[float]:
    """Every number of a JSON document."""
    if isinstance(content, dict):
        return {
            n
            for key, value in content.items()
            if key not in ("record", "number", "first", "sites")
            for n in numbers_in(value)
        }
    if isinstance(content, list):
        return {n for value in content for n in numbers_in(value)}
    return {content} if isinstance(content, (int, float)) and not isinstance(content, bool) else set()


@pytest.mark.parametrize(("name", "arm", "each"), ORDERS)
def test_every_number_of_the_json_stands_on_the_page(
    mfg: Callable[..., Said], tmp_path: Path, name: str, arm: str, each: str
) -> None:
    """For every arm and dose of every built-in protocol, in one of the notations of the printed order."""
    page = tmp_path / "sheet.html"
    weight = ("--weight", "72.5kg") if "weight" in load_protocol(name).patient else ()
    said = mfg("dose", name, "--arm", arm, "--dose", each, *weight, "--sheet", page, "--json")
    assert said.status == 0, said.err
    text = text_of(page.read_text(encoding="utf-8"))
    for number in numbers_in(said.json) - {0}:
        exact = Decimal(str(number))
        ways = {
            near(exact),
            plain(exact),
            volume(exact),
            exactly(exact),
            density(exact),
            f"{exact:,}",
            f"{exact:+.3f} %",
        }
        assert any(way in text for way in ways), number


def test_the_steps_are_the_calculation_by_hand() -> None:
    """72.5 kg x 1e6 = 72.5e6; / 1e7 = 7.25 mL = 5 + 2.25."""
    steps = sheet_of(PHASE3, arm="five-dose", dose="dose 1", weight="72.5 kg").steps
    assert [(step.number, step.value) for step in steps] == [
        (1, "72.5 kg"),
        (2, "1,000,000 / kg"),
        (3, "72,500,000 cells (72.5 million)"),
        (4, "10,000,000 / mL"),
        (5, "7.25 mL"),
        (6, "5 mL"),
    ]
    assert steps[2].what == "Cells prescribed = step 1 × step 2"
    assert steps[2].how == "72.5 kg × 1,000,000 / kg"
    assert steps[4].how == "72,500,000 ÷ 10,000,000"
    assert [step.evidence for step in steps] == ["entered", "assumed", "", "assumed", "", "assumed"]


def test_a_step_says_which_of_several_numbers_holds() -> None:
    """A cap that replaces the product, a share of it, and what is left."""
    rules = protocol(
        """
[patient.weight]
unit = "kg"
[[route]]
name = "iv"
cells = { is = "2e6 cell/kg", cap = "100e6 cell" }
share = "50 %"
concentration = "1e7 cell/mL"
"""
    )
    capped = sheet_of(rules, weight="60 kg").steps
    assert [(s.what, s.value, s.how) for s in capped[2:]] == [
        ("Cells prescribed = step 1 × step 2", "120,000,000 cells (120 million)", "60 kg × 2,000,000 / kg"),
        ("Cap of the dose", "100,000,000 cells (100 million)", "replaces step 3"),
        ("Part of it that is given", "50 %", ""),
        ("Cells to be given", "50,000,000 cells (50 million)", "after these steps"),
        ("Concentration of the suspension", "10,000,000 / mL", "= 1e7 cells/mL"),
        ("Volume = step 6 ÷ step 7", "5 mL", "50,000,000 ÷ 10,000,000"),
    ]
    assert sheet_of(rules, weight="40 kg").steps[3].how == "does not apply"


def test_a_volume_is_that_of_the_dose_as_capped() -> None:
    """100 million in place of 120: the volume divides the cap, and says so."""
    rules = protocol(
        """
[patient.weight]
unit = "kg"
[[route]]
name = "iv"
cells = { is = "2e6 cell/kg", cap = "100e6 cell" }
concentration = "1e7 cell/mL"
"""
    )
    steps = sheet_of(rules, weight="60 kg").steps
    assert [(s.what, s.value, s.how) for s in steps[5:]] == [
        ("Volume = step 4 ÷ step 5", "10 mL", "100,000,000 ÷ 10,000,000")
    ]


def test_the_evidence_is_that_of_the_row_that_holds() -> None:
    """Of a decision table only one number decides, and only its evidence is shown."""
    rules = protocol(
        """
[patient.cohort]
one_of = ["1", "2"]
[[route]]
name = "iv"
cells = [
    { when = { cohort = "1" }, is = "1e6 cell", cited = "a paper" },
    { when = { cohort = "2" }, is = "2e6 cell", assumed = "a guess" },
]
"""
    )
    for cohort, kind, because in (("1", "cited", "a paper"), ("2", "assumed", "a guess")):
        step = sheet_of(rules, given={"cohort": cohort}).steps[1]
        assert (step.evidence, step.because) == (kind, because)


def test_containers_hold_the_dose_between_them() -> None:
    """Cells of all portions add up to those of the order, and so do the fills."""
    order = dose(PHASE3, arm="five-dose", dose="dose 1", weight="74 kg")
    found = portions_of(order)
    assert [(p.first, p.number, p.exact_mL, p.cells) for p in found] == [
        (1, 1, Decimal(5), Decimal(50_000_000)),
        (2, 1, Decimal("2.4"), Decimal(24_000_000)),
    ]
    nurown = portions_of(dose(NUROWN, arm="active"))
    assert [(p.route, p.first, p.last, p.cells) for p in nurown] == [
        ("intrathecal", 1, 1, Decimal(125_000_000)),
        ("intramuscular", 2, 25, Decimal(2_000_000)),
    ]


def test_a_measured_lot_is_drawn_up_as_measured(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """72 million of 1.2e7 in a mL are 6 mL: 5 + 1, not the 7.2 mL that were planned."""
    sheet = sheet_of(
        PHASE3, arm="five-dose", dose="dose 1", weight="72 kg", count="1.2e7 cell/mL", csf="25 mL"
    )
    assert [p.exact_mL for p in sheet.portions] == [Decimal(5), Decimal(1)]
    assert [p.cells for p in sheet.portions] == [Decimal(60_000_000), Decimal(12_000_000)]
    assert sheet.needed_mL == 6
    assert [(step.what, step.value) for step in sheet.steps[3:]] == [
        ("The lot, counted", "12,000,000 cells / mL"),
        ("Reckoned", "6 mL"),
        ("Volume to draw up", "6 mL"),
        ("A syringe holds", "5 mL"),
    ]
    assert "72,000,000 cells (72 million) in 6 mL" in text_of(page_of(sheet))
    ask = (
        "--arm",
        "five-dose",
        "--dose",
        "dose 1",
        "--weight",
        "72kg",
        "--count",
        "1.2e7cell/mL",
        "--blinded",
    )
    said = mfg("dose", "lenzumestrocel-phase3", *ask, "--sheet", tmp_path / "a.html")
    assert "--blinded: would tell the product from a placebo, which has no count" in said.err


def test_equal_containers_are_drawn_once_and_labelled_each() -> None:
    """24 syringes: one picture that says so, and labels 2 to 25 of 25."""
    sheet = sheet_of(NUROWN, arm="active")
    page = page_of(sheet)
    assert page.count("<svg") == 2
    assert "24 × syringe, intramuscular" in text_of(page)
    assert [label.number for label in labels_of(sheet)] == list(range(1, 26))
    assert page.count('<div class="label">') == 25


def fill_of(svg: str) -> Decimal:
    """How long the fill of a container is drawn."""
    found = re.search(r'width="([0-9.]+)" height="[0-9]+" class="fill"', svg)
    assert found is not None
    return Decimal(found[1])


def test_what_no_mark_shows_is_not_said_to_be_nothing() -> None:
    """50.01 kg are 5.001 mL: the second syringe holds 10,000 cells in 0.001 mL, which is less than its first mark."""
    sheet = sheet_of(PHASE3, arm="five-dose", dose="dose 1", weight="50.01 kg")
    second = sheet.portions[1]
    assert (second.fill_mL, second.cells, second.deviation_percent) == (
        Decimal("0.001"),
        Decimal(10_000),
        None,
    )
    text = text_of(page_of(sheet))
    assert "syringe: 0.001 mL number 2: 10,000 cells marks 0.2 mL apart; less than the first" in text
    assert "placebo, no cells" not in text


@pytest.mark.parametrize("kind", ["syringe", "bag", "vial"])
def test_a_fill_is_drawn_in_proportion_to_its_volume(kind: str) -> None:
    """Twice the volume is twice as long, a full one reaches the end, an unknown one is empty."""
    assert fill_of(draw_container(kind, Decimal(5), Decimal("2.2"))) == LONG * Decimal("2.2") / 5
    assert fill_of(draw_container(kind, Decimal(5), Decimal(5))) == LONG
    assert fill_of(draw_container(kind, Decimal(5), None)) == 0
    assert "pointer" not in draw_container(kind, Decimal(5), None)


@pytest.mark.parametrize(
    ("size", "fine", "coarse"),
    [("1", "0.01", "0.2"), ("5", "0.2", "1"), ("10", "0.2", "2"), ("60", "1", "10")],
)
def test_marks_suit_the_size(size: str, fine: str, coarse: str) -> None:
    """As far apart as on a syringe of that size, at most six numbers, and numbers stand on marks."""
    assert marks_of(Decimal(size)) == (Decimal(fine), Decimal(coarse))


def test_the_expiry_is_counted_from_the_end_of_suspension() -> None:
    """12 hours after 20:30 is 08:30 of the next day; without a time there are blanks."""
    seoul = ZoneInfo("Asia/Seoul")
    how = {"arm": "five-dose", "dose": "dose 1", "weight": "72 kg"}
    sheet = sheet_of(PHASE3, suspended=datetime(2026, 3, 12, 20, 30, tzinfo=seoul), **how)
    assert sheet.expiry is not None
    assert sheet.expiry.use_before == datetime(2026, 3, 13, 8, 30, tzinfo=seoul)
    blank = sheet_of(PHASE3, **how)
    assert blank.expiry is not None
    assert (blank.expiry.within, blank.expiry.use_before) == ("12 h", None)
    with pytest.raises(Refused, match="does not say how long the product may be used"):
        sheet_of(NUROWN, arm="active", suspended=AT)


def test_an_hour_that_clocks_leave_out_is_no_hour() -> None:
    """On the night of 29 March 2026 clocks in Berlin go from 2 to 3: 12 hours after 20:00 is 9 o'clock."""
    berlin = ZoneInfo("Europe/Berlin")
    shown = add_time(datetime(2026, 3, 28, 20, tzinfo=berlin), timedelta(hours=12), berlin)
    assert shown.isoformat() == "2026-03-29T09:00:00+02:00"
    with pytest.raises(Refused, match="has no time zone"):
        add_time(datetime(2026, 3, 28, 20), timedelta(hours=12))  # noqa: DTZ001


HOSTILE = "<script>alert(1)</script>\"'&}{%\u202egnp\x1b[2J\u200b"


def test_names_are_text_and_nothing_else() -> None:
    """Markup, quotes and what cannot be seen come out as they were typed, spelled out."""
    sheet = sheet_of(
        PHASE3, patient=HOSTILE, second_id=HOSTILE, by=HOSTILE, arm="five-dose", dose="dose 1", weight="72 kg"
    )
    for page in (page_of(sheet), blinded_page_of(sheet)):
        assert "<script" not in page
        assert not re.search("[\u202e\x1b\u200b]", page)
        assert "<U+202E>gnp<U+001B>[2J<U+200B>" in unescape(page)
        style = page[page.index("<style>") : page.index("</style>")]
        assert "alert(1)" not in style
        assert "&#" not in style


def test_a_page_asks_for_nothing() -> None:
    """No script, no address, no file beside it."""
    for rules, arm in ((PHASE3, "control"), (NUROWN, "active")):
        sheet = sheet_of(rules, arm=arm, dose=next(iter(rules.arms[0].doses)), weight="72 kg")
        for page in (page_of(sheet), blinded_page_of(sheet)):
            assert not re.search(
                r"<script|<link|<img|<iframe|src=|href=|url\(|@import|https?:|\bon[a-z]+=", page
            )


def test_what_is_assumed_shows_in_black_and_white() -> None:
    """The word stands there, beside a mark and a border that the style sheet gives it alone."""
    page = page_of(sheet_of(PHASE3, arm="five-dose", dose="dose 1", weight="72 kg"))
    assert '<span class="kind assumed">assumed</span> not in the sources of the trial' in page
    rule = re.search(r"\.assumed, \.calibrated \{([^}]*)\}", page)
    assert rule is not None
    assert "border: .6mm solid" in rule[1]
    assert '.assumed::before, .calibrated::before { content: "\\25B2' in page


def test_a_placebo_has_the_volume_of_its_product() -> None:
    """And no cells; its steps are the product's, whose volume it takes."""
    how = {"dose": "dose 1", "weight": "72 kg"}
    product, placebo = (dose(PHASE3, arm=arm, **how) for arm in ("five-dose", "control"))
    assert [a.cells for a in placebo.administrations] == [0]
    assert [a.volume_mL for a in placebo.administrations] == [Decimal("7.2")]
    fills = [[box.fill_mL for a in one.administrations for box in a.containers] for one in (product, placebo)]
    assert fills[0] == fills[1] == [Decimal(5), Decimal("2.2")]
    text = text_of(page_of(sheet_of(PHASE3, arm="control", **how)))
    assert "placebo, no cells in 7.2 mL" in text
    assert "number 2: placebo, no cells" in text


def test_a_placebo_without_the_weight_says_so() -> None:
    """Its own dose asks for none, the volume that it matches does."""
    order = dose(PHASE3, arm="control", dose="dose 1")
    assert [a.volume_mL for a in order.administrations] == [None]
    (found,) = [f for f in order.findings if f.rule == "matching-volume"]
    assert found.level == "warning"
    assert "depends on the weight; give `weight`" in found.message


def test_a_placebo_of_a_product_without_a_volume_has_its_containers() -> None:
    """NurOwn's volumes are stated nowhere: 25 syringes, and blanks."""
    order = dose(NUROWN, arm="placebo")
    assert [len(a.containers) for a in order.administrations] == [1, 24]
    assert "no volume of the product" in next(
        f.message for f in order.findings if f.rule == "matching-volume"
    )


def test_arms_that_differ_match_no_one_placebo() -> None:
    """Two arms with other volumes at the same dose: none is guessed."""
    rules = protocol(
        """
[[treatment]]
name = "cells"
kind = "product"
collected = true
[[treatment]]
name = "water"
kind = "placebo"
collected = false
[[arm]]
name = "high"
doses = ["dose 1"]
[[arm]]
name = "none"
doses = ["dose 1"]
treatment = "water"
[[route]]
name = "iv"
cells = [{ when = { arm = ["all", "none"] }, is = "1e6 cell" }, { when = { arm = "high" }, is = "2e6 cell" }]
concentration = "1e6 cell/mL"
"""
    )
    order = dose(rules, arm="none")
    assert [a.volume_mL for a in order.administrations] == [None]
    assert "differs between the arms all, high" in next(
        f.message for f in order.findings if f.rule == "matching-volume"
    )


@pytest.mark.parametrize("each", ["dose 1", "booster 1"])
@pytest.mark.parametrize("weight", ["72 kg", "72.34 kg"])  # on a mark, and beside one
def test_a_blinded_copy_is_the_same_for_product_and_placebo(each: str, weight: str) -> None:
    """Byte for byte, whatever the arm; and it names no arm."""
    how = {"dose": each, "weight": weight, "csf": "25 mL", "second_id": "1961", "by": "R. Pharm"}
    pages = {blinded_page_of(sheet_of(PHASE3, arm=arm.name, **how)) for arm in PHASE3.arms}
    assert len(pages) == 1
    text = text_of(pages.pop())
    assert not any(arm.name in text for arm in PHASE3.arms)
    assert "50,000,000 cells (50 million) or placebo" in text
    nurown = {blinded_page_of(sheet_of(NUROWN, arm=arm)) for arm in ("active", "placebo")}
    assert len(nurown) == 1


def test_a_sheet_is_written_whole_over_files_alone(
    mfg: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder, a link, a device: refused; a file: replaced; nothing half-written stays."""
    monkeypatch.setattr(asked, "now", lambda: AT)
    page, folder, link = tmp_path / "a.html", tmp_path / "b.html", tmp_path / "c.html"
    page.write_text("old", encoding="utf-8")
    folder.mkdir()
    link.symlink_to(page)
    ask = ("dose", "cl2020-phase2", "--sheet")
    for other in (folder, link, "/dev/null"):
        said = mfg(*ask, other)
        assert (said.status, said.out) == (2, "")
        assert "is there and is no plain file; name another file" in said.err
    assert page.read_text(encoding="utf-8") == "old"
    assert mfg(*ask, page).status == 0
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert sorted(tmp_path.iterdir()) == [page, folder, link]


def test_nothing_to_prepare_gives_no_sheet(mfg: Callable[..., Said], tmp_path: Path) -> None:
    """Too little spinal fluid, or a sham: the order is printed by itself, a sheet is not written."""
    page = tmp_path / "a.html"
    ask = ("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg", "--csf", "5mL")
    assert mfg(*ask).status == 1
    said = mfg(*ask, "--sheet", page)
    assert said.status == 2
    assert "--sheet: is not written: 5 mL of autologous CSF do not suffice" in said.err
    sham = mfg(
        "dose",
        "examples/protocols/crossover.toml",
        "--arm",
        "sham first",
        "--dose",
        "first block 1",
        "--sheet",
        page,
    )
    assert "is a sham procedure; nothing is prepared for it" in sham.err
    assert not page.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--blinded"], "--blinded: is a kind of worksheet; name its file with --sheet"),
        (
            ["--suspended", "8:30"],
            "--suspended: '8:30' is no date and time; write it like '2026-03-12 08:30'",
        ),
        (["--patient", " "], "--patient: ' ' names nobody; give it, or leave it out"),
        (["--second-id", "x" * 81], "has 81 characters; a label holds at most 80"),
    ],
)
def test_options_of_a_sheet_are_refused(mfg: Callable[..., Said], options: list[str], message: str) -> None:
    """With what would be right."""
    said = mfg("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg", *options)
    assert said.status == 2
    assert message in said.err


def test_json_has_the_content_of_the_sheet(mfg: Callable[..., Said]) -> None:
    """Steps, containers, expiry, storage, release limits, patient."""
    ask = ("dose", "lenzumestrocel-phase2", "--arm", "msc", "--weight", "72kg", "--csf", "25mL", "--json")
    content = json.loads(mfg(*ask, "--patient", "P01").out)["worksheet"]
    assert content["patient"] == "P01"
    assert [step["value"] for step in content["steps"]][2] == "72,000,000 cells (72 million)"
    assert (content["drawn_mL"], content["needed_mL"]) == (25, 7.2)
    assert content["expiry"]["within"] == "12 h"
    assert content["storage"][0]["value"] == "2 °C to 8 °C"
    assert {limit["test"]: limit["evidence"] for limit in content["release"]}[
        "count and viability"
    ] == "assumed"


def test_a_dose_without_containers_has_a_label_that_says_how_many_cells() -> None:
    """CL2020 names no container; the syringes of one route leave no other without a label."""
    (label,) = labels_of(sheet_of(load_protocol("cl2020-phase2")))
    assert (label.number, label.of, label.kind, label.holds) == (
        1,
        1,
        "dose",
        "15,000,000 Muse cells (15 million)",
    )
    rules = protocol(
        """
[[route]]
name = "intrathecal"
cells = "5e6 cell"
container = { kind = "syringe", holds = "5 mL" }
[[route]]
name = "intravenous"
cells = "1e6 cell"
"""
    )
    labels = list(labels_of(sheet_of(rules)))
    assert [(one.number, one.of, one.kind, one.route) for one in labels] == [
        (1, 2, "syringe", "intrathecal"),
        (2, 2, "dose", "intravenous"),
    ]


@pytest.mark.parametrize(
    ("weight", "said"), [("72.5 kg", "filled to 2.2 mL: 7.2 mL on the marks"), ("72 kg", "")]
)
def test_the_volume_on_the_marks_stands_beside_the_fills(weight: str, said: str) -> None:
    """7.25 mL are 5 and 2.2 mL; 7.2 mL are what they are."""
    (given,) = sheet_of(load_protocol("lenzumestrocel-phase2"), arm="msc", weight=weight).given
    assert ("on the marks" in given.containers) is bool(said)
    assert said in given.containers
