"""Today's patients as `mfg today` kept them in a folder: the doses to come, and who comes in one possible future."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from mfg.frames.kept import TODAY, damaged, document_in
from mfg.frames.today import COMING, TodayView, rows_of
from mfg.study.today import DoseToday, Today


def today_in(folder: Path) -> tuple[Today, TodayView]:
    """What was found that morning, and what is to be shown of it.

    Raises:
        Refused: if it is missing or damaged.
    """
    found = document_in(folder, TODAY)
    try:
        doses = tuple(_dose(one) for one in found["doses"])
        start = date.fromisoformat(found["start"])
        today = Today(found["scenario"], start, found["seed"], found["futures"], doses, found["typical"])
        coming = [
            (date.fromisoformat(one["day"]), *(one[name] for name in COMING[1:])) for one in found["coming"]
        ]
        closed = frozenset(map(int, found["closed"]))
        frame = pd.DataFrame(coming, columns=list(COMING))
        return today, TodayView(rows_of(today), start, today.futures, closed, frame)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged(folder, TODAY) from None


def _dose(one: dict[str, Any]) -> DoseToday:
    booked, p50, p90 = (
        None if one[name] is None else date.fromisoformat(one[name]) for name in ("booked", "p50", "p90")
    )
    return DoseToday(
        patient=one["patient"],
        number=one["number"],
        dose=one["dose"],
        is_next=one["is_next"],
        booked=booked,
        p50=p50,
        p90=p90,
        on_the_day=one["on_the_day"],
        futures=one["futures"],
        hangs_on=one["hangs_on"],
        without=one["without"],
        given_on={date.fromisoformat(day): count for day, count in one["given_on"].items()},
    )
