"""The command that computes the doses of a list of patients."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from mfg.cli import say
from mfg.cli.options import Flag, Json
from mfg.cli.view import Block, Sentence, TableView, View, answer, note
from mfg.errors import Refused
from mfg.visible import visible

if TYPE_CHECKING:
    from mfg.dispensing.patients import RowOutcome
    from mfg.record import Record

_FOUND = 1
_TABLE, _RECORD, PAGES, BLINDED = "orders.csv", "record.txt", "worksheets", "blinded"
_NAME = re.compile(r"[A-Za-z0-9-]+\.html")
_MARK = b'<meta name="generator" content="mfg">'


def add_to(app: App) -> None:
    """Add this command to *app*."""
    app.command(orders)


def orders(
    protocol: str,
    patients: Path,
    /,
    *,
    out: Path,
    by: str | None = None,
    blinded: Flag = False,
    json: Json = False,
) -> int:
    """Compute the doses of a list of patients: a table of orders, and a worksheet for each.

    A row that cannot be ordered is refused in its place and costs no other. The exit status is 1 if one was.

    Example: mfg orders lenzumestrocel-phase2 patients.csv --out orders

    Parameters
    ----------
    protocol
        A built-in name, or the path of a TOML file.
    patients
        A CSV table or Excel workbook with the columns patient and, where doses depend on them, weight_kg, arm, dose,
        supply and the protocol's other covariates. Optional: second_id, csf_mL, and weighed with on (YYYY-MM-DD).
    out
        The folder for orders.csv, record.txt and the folder worksheets. Of an earlier run into it these are replaced, and
        worksheets that are ordered no more are removed; anything else stays, or is refused if it is in the way.
    by
        Who asks: the name that is kept in the record of the orders.
    blinded
        Write the clinic's copies too, into the folder blinded: the same for the product and for its placebo.
    """
    from mfg.cli.asked import record_of
    from mfg.cli.given import protocol_first
    from mfg.dispensing.patients import patient_list
    from mfg.reader.protocols import load_protocol

    protocol_first(protocol, "orders")
    found = load_protocol(protocol)
    listed = patient_list(found, patients)
    record = record_of(found, by, patients)
    outcomes = list(listed.outcomes(record))
    pages = _written(outcomes, record, out, blinded=blinded)
    refused = [one for one in outcomes if one.refused]
    ordered = len(outcomes) - len(refused)
    counts = (
        f"{len(outcomes)} rows: {ordered} ordered, {len(refused)} refused; {len(pages)} worksheets in {out}"
    )
    rows = [(one.number, one.patient, one.refused) for one in refused]
    table = TableView.of(["row", "patient", "refused"], rows, [0])
    sections: tuple[tuple[Block, ...], ...] = (
        *([(table,)] if refused else []),
        (Sentence(counts),),
        tuple(map(note, record.lines())),
    )
    data = {"record": record, "orders": [_fields(one, pages) for one in outcomes]}
    answer(View(None, data, sections=sections), json=json)
    if listed.unused:
        say.remark(f"not used: {visible(', '.join(listed.unused))}")
    return _FOUND if refused else 0


def _fields(one: RowOutcome, pages: dict[int, str]) -> dict[str, object]:
    content = say.fields(one.sheet, "record") if one.sheet is not None else None
    page = pages.get(one.number)
    said = {"row": one.number, "patient": one.patient, "refused": one.refused or None, "page": page}
    return {**said, "order": one.order, "worksheet": content}


def _written(outcomes: Iterable[RowOutcome], record: Record, out: Path, *, blinded: bool) -> dict[int, str]:
    """Write everything into the folder *out*; returns the page of each row that has one.

    Raises:
        Refused: before anything is written, if something is in the way that is not from here.
    """
    from mfg.dispensing.names import file_name
    from mfg.dispensing.page import blinded_page_of, page_of
    from mfg.files import check_path, make_folder, write_atomically

    check_path(out)
    given = [one for one in outcomes if one.sheet is not None and one.sheet.kind != "sham"]
    pages = {one.number: file_name(one.patient, one.order.dose) for one in given if one.order is not None}
    folders = {PAGES: page_of, **({BLINDED: blinded_page_of} if blinded else {})}
    table = _table(outcomes, pages).encode("utf-8-sig")
    _free(
        out / _TABLE, table.partition(b",weight_kg")[0]
    )  # also where an earlier version wrote fewer columns
    _free(out / _RECORD, b"protocol ")
    for folder in (PAGES, BLINDED):
        for name in pages.values():
            _free(out / folder / name, _MARK)
    for folder in (PAGES, BLINDED):
        for path in (out / folder).glob("*.html"):
            stale = path.name not in pages.values() or folder not in folders
            if stale and _NAME.fullmatch(path.name) and _is_own(path, _MARK):
                path.unlink()
    for folder, rendered in folders.items():
        make_folder(out / folder, durable=False)
        for one in given:
            assert one.sheet is not None
            page = rendered(one.sheet)
            write_atomically(out / folder / pages[one.number], page.encode(), durable=False)
    write_atomically(out / _TABLE, table, durable=True)
    write_atomically(out / _RECORD, "".join(f"{line}\n" for line in record.lines()).encode(), durable=True)
    return {number: f"{PAGES}/{name}" for number, name in pages.items()}


def _table(outcomes: Iterable[RowOutcome], pages: dict[int, str]) -> str:
    from mfg.dispensing.table import HEADER, cells_of, lines_of

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in outcomes:
        page = pages.get(one.number)
        where = f"{PAGES}/{page}" if page else ""
        writer.writerows(cells_of(line, where) for line in lines_of(one))
    return text.getvalue()


def _free(path: Path, mark: bytes) -> None:
    """Whether nothing is at *path*, or a file of an earlier run.

    Raises:
        Refused: if something else is there.
    """
    if (path.exists() or path.is_symlink()) and not _is_own(path, mark):
        raise Refused("--out", str(path), "is there and was not written by mfg orders", "name another folder")


def _is_own(path: Path, mark: bytes) -> bool:
    """Whether *path* is a plain file that bears the *mark* of those written here at its begin."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return mark in file.read(1000)
