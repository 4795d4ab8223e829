"""Runs of a few rows, written by hand: what a frame says of them can be counted on fingers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from attrs import frozen

from mfg.study.setting import ArmSetting, DoseSetting, Ground, Resource, Setting, Use

DAY = 1440
_COLUMNS: dict[str, dict[str, Any]] = {
    "patients": {
        "arm": "all",
        "arrived_day": 0.0,
        "ended_day": 100.0,
        "ending": "completed",
        "doses_planned": 1,
        "doses_given": 1,
        "first_dose_day": 10.0,
        "collected_day": 1.0,
        "waiting": "treated",
    },
    "doses": {
        "dose": 1,
        "lot": 1,
        "name": "dose 1",
        "arm": "all",
        "put_off_for": "",
        "prescribed_cells": 1e6,
        "booked_day": 10.0,
        "given_day": 10.0,
        "given": True,
        "outcome": "given",
        "vein_to_vein_day": 9.0,
    },
    "lots": {
        "lot": 1,
        "collected_day": 1.0,
        "culture_began_day": float("nan"),
        "culture_ended_day": float("nan"),
        "frozen_day": float("nan"),
        "released_day": 9.0,
        "outcome": "released",
    },
    "events": {
        "lot": 0,
        "dose": 0,
        "activity": "visit",
        "place": "",
        "queued_min": 0,
        "started_min": 0,
        "finished_min": 0,
        "outcome": "done",
        "value": 0.0,
    },
}


@frozen(eq=False)
class Small:
    """A run as a frame looks at it."""

    setting: Setting
    replications: int
    tables: Mapping[str, pd.DataFrame]

    def table(self, name: str) -> pd.DataFrame:
        """The rows that were written."""
        return self.tables[name]


def table(name: str, *rows: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of a table, with what a row does not say as it usually is."""
    usual = {"replication": 0, "patient": "P1", **_COLUMNS[name]}
    frame = pd.DataFrame([usual, *({**usual, **row} for row in rows)]).iloc[1:].reset_index(drop=True)
    words = [column for column in ("patient", "activity", "place", "outcome") if name == "events"]
    return frame.astype(dict.fromkeys(words, "category"))


def small(replications: int = 1, **tables: pd.DataFrame) -> Small:
    """A run of these tables; those that are not given are empty."""
    whole = {name: tables.get(name, table(name)) for name in _COLUMNS}
    return Small(setting(), replications, whole)


def setting(**changed: Any) -> Setting:
    """A clinic with one room and a facility with two suites, open on weekdays from 8 to 16 h for four weeks from Monday 7 June 2027."""
    hours = tuple(
        (day * DAY + 8 * 60, day * DAY + 16 * 60)
        for week in range(4)
        for day in range(7 * week, 7 * week + 5)
    )
    usual: dict[str, Any] = {
        "variant": "as it is",
        "changed": {},
        "scenario": "invented",
        "title": "An invented site",
        "protocol": "invented",
        "site": "invented",
        "population": "invented",
        "start": date(2027, 6, 7),
        "seed": 1,
        "warm_up": 0,
        "horizon": 28 * DAY,
        "supply": "fresh",
        "resources": (Resource("clinic.rooms", 1, hours), Resource("gmp.suites", 2, hours)),
        "uses": (
            Use("administer", "clinic", {"clinic.rooms": 1}),
            Use("isolate", "gmp", {"gmp.suites": 1}),
            Use("passage", "gmp", {"gmp.suites": 1}),
        ),
        "arms": (
            ArmSetting("all", (DoseSetting("dose 1", True, 0, 0, 0), DoseSetting("dose 2", True, 28, 7, 7))),
        ),
        "numbers": (Ground("site.suites", "2", "assumed", "assumed: an example"),),
    }
    return Setting(**{**usual, **changed})
