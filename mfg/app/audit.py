"""The audit tab: a table of doses is uploaded, judged in a process of its own, and shown row by row."""

from __future__ import annotations

import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from shutil import rmtree
from threading import BoundedSemaphore

from attrs import define, evolve, field, frozen

from mfg.app.contained import contained
from mfg.app.controls import chosen
from mfg.app.page import Form
from mfg.errors import Faults, MfgError, Refused
from mfg.reader.library import builtin

SECONDS = 60
_UNPACKED = 48 * 1024 * 1024  # bytes of everything that is packed in a workbook
_PARTS = 2000  # files that are packed in a workbook
_SHOWN = 1000  # rows on the page
_AT_ONCE = 2  # tables that are read at the same time
_KEPT = 8  # tables of which the judged copy can be downloaded
CHECKED = "checked.csv"


@frozen
class JudgedRow:
    """One row of the table with its verdict."""

    row: int
    patient: str
    verdict: str
    likely: str
    reason: str
    prescribed: str
    deviation: str


@frozen
class Audited:
    """What was found: `counts` by verdict, what is to be said of the whole table, and its rows as far as a page holds them."""

    counts: dict[str, int]
    doubt: str
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    lines: tuple[JudgedRow, ...]
    left_out: int
    protocol: str
    tolerance: str
    key: str = ""
    name: str = ""

    @property
    def rows(self) -> int:
        """How many rows were judged."""
        return sum(self.counts.values())


@define(eq=False)
class Audits:
    """The tables that were uploaded to one server, in folders under *root* with names of ours."""

    root: Path
    _kept: OrderedDict[str, Path] = field(factory=OrderedDict, init=False)
    _numbers: Iterator[int] = field(factory=lambda: count(1), init=False)
    _room: BoundedSemaphore = field(factory=lambda: BoundedSemaphore(_AT_ONCE), init=False)

    def audit(self, form: Form) -> Audited:
        """Judge the table that came with *form*.

        Raises:
            Refused: for a form that lacks something, or a table that cannot be read.
            Faults: with everything that is wrong with its header.
        """
        protocol = chosen(form.get("protocol"), builtin("protocol"), "protocol")
        if not form.file:
            raise Refused(
                "table", None, "is missing or empty", "choose a CSV file or an Excel workbook (.xlsx)"
            )
        key = f"{next(self._numbers)}"
        if not self._room.acquire(timeout=SECONDS):
            raise Refused("table", None, "has to wait: others are being read", "try again in a minute")
        folder = self.root / f"table-{key}"
        folder.mkdir()
        table = folder / ("table.xlsx" if form.file.startswith(b"PK") else "table.csv")
        table.write_bytes(form.file)
        try:
            asked = (form.get("arm"), form.get("dose"), form.get("round"))
            found: Audited = contained(judged, protocol, table, folder / CHECKED, asked, seconds=SECONDS)
        except MfgError as error:
            rmtree(folder, ignore_errors=True)
            raise _of_the_table(error, folder) from None
        finally:
            self._room.release()
        table.unlink()
        self._kept[key] = folder / CHECKED
        while len(self._kept) > _KEPT:
            rmtree(self._kept.popitem(last=False)[1].parent, ignore_errors=True)
        return evolve(found, key=key, name=form.file_name)

    def checked(self, key: str) -> Path | None:
        """The judged copy of a table, if it is still there."""
        return self._kept.get(key)


def _of_the_table(error: MfgError, folder: Path) -> MfgError:
    """The same error, in which the table is not called by the place where we keep it."""
    if isinstance(error, Faults):
        return evolve(error, source="table", faults=tuple(map(_named, error.faults)))
    return (
        _named(error)
        if isinstance(error, Refused) and str(folder) not in str(error)
        else Refused("table", None, "cannot be read", "save it as CSV UTF-8 and choose it again")
    )


def _named(fault: Refused) -> Refused:
    return fault if fault.where else evolve(fault, where="table")


def judged(
    protocol: str, table: Path, out: Path, asked: tuple[str | None, str | None, str | None]
) -> Audited:
    """Judge *table* by a built-in *protocol*, and write its rows with their verdicts to *out*.

    Raises:
        Refused: if a workbook would be too large once it is unpacked, and for what an audit refuses.
    """
    from mfg.auditing.written import written
    from mfg.digits import near, plain
    from mfg.reader.audits import audit
    from mfg.reader.protocols import load_protocol

    _check_packed(table)
    arm, dose, rounding = asked
    found = audit(load_protocol(protocol), table, arm=arm, dose=dose, round=rounding)
    flagged, fine = list[JudgedRow](), list[JudgedRow]()
    many = 0
    with written(found, table, out) as rows:
        for row, verdict in rows:
            if verdict is None:
                line = JudgedRow(row.number, "", "not judged", "", "a sum or a mean", "", "")
            else:
                prescribed, deviation = verdict.prescribed_cells, verdict.deviation_percent
                line = JudgedRow(
                    verdict.row,
                    verdict.patient.strip(),
                    verdict.verdict,
                    ", ".join(verdict.likely),
                    verdict.reason,
                    "" if prescribed is None else near(prescribed),
                    "" if deviation is None else f"{plain(deviation)} %",
                )
            many += 1
            kept = fine if line.verdict == "ok" else flagged
            if len(kept) < _SHOWN:
                kept.append(line)
    shown = sorted([*flagged, *fine[: _SHOWN - len(flagged)]], key=lambda line: line.row)
    counts = {name: found.counts[name] for name in ("error", "warning", "ok")}
    return Audited(
        counts=counts,
        doubt=found.doubt,
        warnings=found.warnings,
        notes=(
            *found.assumed,
            *found.unchecked,
            *_beside(found.unused, found.table.blank, found.table.repeated),
        ),
        lines=tuple(shown),
        left_out=many - len(shown),
        protocol=found.protocol.title or found.protocol.name,
        tolerance=f"{found.tolerance_percent} %"
        + ("" if found.rounding is None else f"; rounded {found.rounding}"),
    )


def _beside(unused: tuple[str, ...], blank: int, repeated: int) -> list[str]:
    said = [f"carried along, not used: {', '.join(unused)}"] if unused else []
    said += [f"blank rows left out: {blank}"] if blank else []
    return said + ([f"repeated headers left out: {repeated}"] if repeated else [])


def _check_packed(table: Path) -> None:
    """Whether a workbook is as small unpacked as a table is; nothing of it is unpacked for that.

    Raises:
        Refused: if it is not.
    """
    if not zipfile.is_zipfile(table):
        return
    try:
        with zipfile.ZipFile(table) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return  # whoever reads it says what it is
    if len(parts) > _PARTS or sum(one.file_size for one in parts) > _UNPACKED:
        advice = "keep the one sheet that is meant, or save it as CSV UTF-8"
        raise Refused(
            "table", None, f"unpacks to more than {_UNPACKED // 2**20} MB or {_PARTS:,} parts", advice
        )
