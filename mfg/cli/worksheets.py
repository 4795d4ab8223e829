"""Writing worksheets: whole or not at all, and over nothing but files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mfg.errors import Refused

if TYPE_CHECKING:
    from mfg.dispensing.worksheet import Worksheet
    from mfg.prescription.order import Order
    from mfg.protocol.protocol import Protocol
    from mfg.record import Record


def sheet_of(
    protocol: Protocol,
    order: Order,
    record: Record,
    who: tuple[str | None, str | None],
    csf: str | None,
    suspended: datetime | None,
) -> Worksheet:
    """The worksheet of *order*; *who* is the patient and a second identifier."""
    from mfg.dispensing.worksheet import worksheet

    patient, second = who
    return worksheet(protocol, order, record, patient=patient, second_id=second, csf=csf, suspended=suspended)


def write_page(sheet: Worksheet, path: Path, *, blinded: bool) -> None:
    """Write *sheet* as a page, or the clinic's *blinded* copy of it.

    Raises:
        Refused: if nothing can be prepared from it, or if something is there that is no file.
    """
    from mfg.dispensing.page import blinded_page_of, page_of
    from mfg.dispensing.worksheet import check_preparable
    from mfg.files import check_replaceable, write_atomically

    check_preparable(sheet)
    check_replaceable(path, "--sheet")
    page = blinded_page_of(sheet) if blinded else page_of(sheet)
    write_atomically(path, page.encode(), durable=True)


def moment(given: str | None, where: str) -> datetime | None:
    """A date and time of the clock of this place, such as ``2026-03-12 08:30``, with its zone.

    Raises:
        Refused: for anything else.
    """
    if given is None:
        return None
    try:
        found = datetime.strptime(given, "%Y-%m-%d %H:%M")  # noqa: DTZ007 -- the zone is added below
    except ValueError:
        raise Refused(where, given, "is no date and time", "write it like '2026-03-12 08:30'") from None
    return found.astimezone()


def named(given: str | None, where: str) -> str | None:
    """A name or number that identifies somebody.

    Raises:
        Refused: if it is empty, or longer than a label.
    """
    if given is not None and not given.strip():
        raise Refused(where, given, "names nobody", "give it, or leave it out")
    if given is not None and len(given) > 80:
        raise Refused(where, f"{given[:20]}...", f"has {len(given)} characters", "a label holds at most 80")
    return given
