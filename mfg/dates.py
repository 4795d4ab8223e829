"""Days as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime

from mfg.errors import Refused


def read_date(given: object, where: str = "") -> date:
    """Read a day written YYYY-MM-DD, or a TOML date.

    Raises:
        Refused: for a time of day, another order, a day that the calendar does not have, or one out of reach.
    """
    shown = str(given)
    if isinstance(given, date) and not isinstance(given, datetime):
        day = given
    elif not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise Refused(where, shown[:80], "is not a day", "write it as YYYY-MM-DD, like 2026-03-12")
    else:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise Refused(where, shown, "is not a day of the calendar", "check month and day") from None
    if not 1950 <= day.year <= 2150:
        raise Refused(where, shown, "is a year out of reach", "use a year from 1950 to 2150")
    return day
