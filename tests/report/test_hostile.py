"""Names that want to be more than text: on pages, in the workbook, in exports and in names of files they are text and nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mfg.files import plain_name
from mfg.frames.kept import LIMITS_KIND
from mfg.report.kept import page_in
from mfg.report.workbook import workbook_of
from mfg.study.comparison import compare
from mfg.study.folder import SENSITIVITY
from mfg.study.stored import load_run
from tests.report.test_kept import LIMITED, ON_TIME, WAIT
from tests.report.test_report import Page

HOSTILE = "=1+1 <b id=evil>x</b>\u202e\n\" onload='y' "


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A comparison whose title, variants and settings are hostile, limits, two sensitivities, and today's patients."""
    root = tmp_path_factory.mktemp("hostile")
    compare("cl2020-phase2", vary={"suites": ["1", "2"]}, replications=2, output=root / "compared")
    path = root / "compared" / "setting.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    for n, one in enumerate(settings):
        one |= {"variant": f"{HOSTILE}{n}", "title": HOSTILE, "changed": {HOSTILE: HOSTILE}}
        for number in one.get("numbers", ()):
            number |= {"path": HOSTILE, "said": HOSTILE}
    path.write_text(json.dumps(settings), encoding="utf-8")
    path = root / "compared" / "comparison.json"
    judged = json.loads(path.read_text(encoding="utf-8"))
    for gap in judged["differences"]:
        gap["variant"] = f"{HOSTILE}1"
    path.write_text(json.dumps(judged), encoding="utf-8")
    one = {"name": HOSTILE, "range": HOSTILE}
    effect = {**one, "effect": 0.2, "low": 0.1, "high": 0.3, "told_apart": True}
    head = {**LIMITED, "title": HOSTILE, "command": HOSTILE, "scenario": HOSTILE, "figure": ON_TIME}
    still = {"unmoved": {HOSTILE: HOSTILE}, "one_sided": {HOSTILE: {HOSTILE: HOSTILE}}}
    limits = {
        **head,
        "refused_day": {HOSTILE: 5.0},
        "put_off": {HOSTILE: 1.0},
        "first": {WAIT: HOSTILE},
        "tried": [{**one, "change": HOSTILE, "limit": HOSTILE} for one in LIMITED["tried"]],
    }
    screening = {
        **head,
        **still,
        "method": "screening",
        "unit": "share",
        "pairs": 9,
        "bound": 0.1,
        "mean": 0.5,
    }
    shares = {
        **head,
        "method": "sobol",
        "samples": 4,
        "inputs": [{**one, "share": 0.5, "bound": 0.1, "interaction": 0.1}],
    }
    documents = {LIMITS_KIND: limits, SENSITIVITY: {**screening, "inputs": [effect]}}
    for name, document in (*documents.items(), (SENSITIVITY, shares)):
        folder = root / f"{len(list(root.iterdir()))}"
        folder.mkdir()
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    today = {
        **head,
        "start": "2026-09-01",
        "futures": 4,
        "typical": 0,
        "closed": [5],
        "coming": [{"day": "2026-09-02", "time": "9:00", "what": HOSTILE, "patient": HOSTILE, "in_process": True}],
        "doses": [
            {"patient": HOSTILE, "number": 1, "dose": HOSTILE, "is_next": True, "booked": "2026-09-02", "p50": None, "p90": None}
            | {"on_the_day": 1, "futures": 4, "hangs_on": {HOSTILE: 2}, "without": {HOSTILE: 1}, "given_on": {"2026-09-02": 1}}
        ],
    }  # fmt: skip
    (root / "today").mkdir()
    (root / "today" / "today.json").write_text(json.dumps(today), encoding="utf-8")
    return sorted(path for path in root.iterdir() if path.is_dir())


def test_on_every_page_a_name_is_text(folders: list[Path]) -> None:
    """No tag, attribute or mark of direction comes from a name; and the name stands there, spelled out."""
    assert len(folders) == 5
    for folder in folders:
        text = page_in(folder)
        page = Page(text)
        assert not [attrs for _, attrs in page.tags if attrs.get("id") == "evil" or "onload" in attrs], folder
        assert "\u202e" not in text, folder
        assert "<b id=evil>x</b><U+202E>" in "".join(page.text), folder


def test_in_a_workbook_and_in_exports_a_name_is_text(
    folders: list[Path], mfg: Callable[..., Any], tmp_path: Path
) -> None:
    """A variant called like a formula is a text in the workbook; whatever an export holds begins with no formula."""
    (compared,) = [one for one in folders if one.name == "compared"]
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(load_run(compared))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert any(str(cell.value).startswith("=1+1 <b id=evil>x</b><U+202E>") for cell in cells)
    for form in ("csv", "vidigi", "xes"):
        path = tmp_path / f"{form}.csv"
        assert mfg("export", compared, "--as", form, "-o", path).status == 0
        with path.open(encoding="utf-8", newline="") as file:
            assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(("=", "@", "+"))]


def test_in_a_name_of_a_file_only_letters_remain() -> None:
    """Digits, letters of ASCII and hyphens."""
    assert set(plain_name(HOSTILE)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
