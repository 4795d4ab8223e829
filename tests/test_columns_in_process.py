"""Every column of a list of patients in process is obeyed or refused, of a lot wherever it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from mfg.errors import Faults
from mfg.log.endings import RELEASED
from mfg.plan.compile import plan_of
from mfg.reader.patients import IN_PROGRESS
from mfg.results.tables import tables_of
from mfg.scenario.check import faults_of
from mfg.scenario.standing import FROZEN, IN_CULTURE, IN_TRANSPORT, RECEIVED, STANDS
from mfg.simulation.replicate import replicate
from tests.small_unit import BANK, Changes, done, run, scenario
from tests.test_collections import KG, MOBILISED
from tests.test_course_in_progress import TWO_DOSES
from tests.test_progress import LOT, day, read

COLUMNS = [name for group in IN_PROGRESS for name in group]
TWO_PLACES: Changes = {
    "site.clinic.elsewhere": {"hours": "Mon-Fri 10:00-16:00", "slot": "30 minute", "rooms": 1, "beds": 2},
    "site.facility.other": {
        "hours": "Mon-Fri 07:00-16:00",
        "suites": 3,
        "operators": 6,
        "incubator": "300 flask",
        "freezers": 1,
        "storage": 300,
    },
}
TWO_ARMS: Changes = {
    **TWO_DOSES,
    "protocol.arm": [
        {"name": "msc", "doses": ["dose 1", "dose 2"]},
        {"name": "once", "doses": ["dose 2"]},
    ],
}
ROW = {"patient": "W", "weight_kg": "60", "dose_on": "2026-03-31"}
PLACED = {"arm": "msc", "dose": "dose 1", "site": "hospital", "facility": "gmp"}
UNPLATED = {**ROW, **PLACED, "collected": "2026-03-01", "collected_at": "21:00", "marrow_mL": "40"}
GROWN = {
    **ROW,
    **PLACED,
    "collected": "2026-02-18",
    "passage": "1",
    "plated": "2026-02-27",
    "flasks": "14",
    "cells": "1.18e7",
}
BANKED = {
    **ROW,
    **PLACED,
    "arm": "five-dose",
    "collected": "2025-12-12",
    "frozen": "2026-01-16",
    "containers": "6",
    "cells": "7.2e8",
}
COUNTED = {**UNPLATED, "marrow_mL": "", "cells": "1.44e8", "arm": "msc"}
ROWS: dict[str, tuple[Changes, dict[str, str]]] = {
    IN_TRANSPORT: (TWO_ARMS, UNPLATED),
    RECEIVED: (TWO_ARMS, UNPLATED),
    IN_CULTURE: (TWO_ARMS, GROWN),
    RELEASED: (TWO_ARMS, GROWN),
    FROZEN: (BANK, BANKED),
}
OTHER = {
    "patient": "V",
    "weight_kg": "95.5",
    "collected": "2026-02-17",
    "dose_on": "2026-04-08",
    "collected_at": "16:00",
    "marrow_mL": "4",
    "passage": "0",
    "plated": "2026-02-25",
    "flasks": "18",
    "frozen": "2026-01-20",
    "containers": "3",
    "arm": "once",
    "dose": "dose 2",
    "site": "elsewhere",
    "facility": "other",
}


def outcome(folder: Path, changes: Changes, row: dict[str, str]) -> Any:
    """What the futures hold for a list of this one line; or the words that refuse it."""
    try:
        lots = read(folder, ",".join(row.values()), header=",".join(row))
    except Faults as refused:
        return str(refused)
    given = scenario(changes, TWO_PLACES, lots=lots)
    if found := list(faults_of(given)):
        return [str(fault) for fault in found]
    plan = plan_of(given)
    tables = tables_of(plan, *replicate(plan, 0))
    return tables.events.to_csv()


def test_every_state_of_a_lot_is_walked() -> None:
    """And every column has another value to be tried."""
    assert list(ROWS) == list(STANDS)
    assert set(OTHER) | {"cells", "stands"} == set(COLUMNS)


@pytest.mark.parametrize("stands", list(ROWS))
def test_every_column_of_a_line_changes_something_or_is_refused(tmp_path: Path, stands: str) -> None:
    """Another value where there is one, and any value where there is none: nothing is read and forgotten."""
    changes, said = ROWS[stands]
    row = dict.fromkeys(COLUMNS, "") | said | {"stands": stands}
    as_it_is = outcome(tmp_path, changes, row)
    assert isinstance(as_it_is, str)
    assert as_it_is.count("administer") > 0
    other = OTHER | {
        "cells": "2.4e8" if stands == FROZEN else "4e6",
        "stands": RECEIVED if stands == IN_TRANSPORT else IN_TRANSPORT,
        "arm": "two-dose" if stands == FROZEN else "once",
    }
    if stands == FROZEN:
        other["collected"] = "2025-12-11"
    for name in COLUMNS:
        assert outcome(tmp_path, changes, row | {name: other[name]}) != as_it_is, name


def test_cells_that_are_counted_change_something_too(tmp_path: Path) -> None:
    """Of a collection that is counted in cells."""
    row = dict.fromkeys(COLUMNS, "") | COUNTED | {"stands": RECEIVED}
    as_it_is = outcome(tmp_path, MOBILISED, row)
    assert "administer" in as_it_is
    assert outcome(tmp_path, MOBILISED, row | {"cells": str(2 * KG * 1e6)}) != as_it_is


# ---- a dose that the protocol gives no day of its own ---------------------------------------------------

ON_RELEASE: Changes = {
    **TWO_DOSES,
    "protocol.arm": [{"name": "msc", "doses": ["dose 1"]}],
    "protocol.dose": [{"name": "dose 1", "after": {"of": "release", "least": "0 day"}}],
    "protocol.allocation": None,
    "protocol.visit": [],
}


@pytest.mark.parametrize(
    ("listed", "given", "causes"),
    [
        (15, 15, []),
        (18, 18, []),
        (20, 21, [["days of the week", 1.0]]),  # a Sunday
    ],
)
def test_a_dose_without_a_day_is_given_on_the_listed_one(listed: int, given: int, causes: list[Any]) -> None:
    """Its lot is released on day 11 and waits for the day that was told; or for the next one that is open, which is written down."""
    tables = run(ON_RELEASE, lots=[evolve(LOT, dose_on=day(listed))])
    assert [int(at) for at in tables.doses["given_day"]] == [given]
    assert done(tables, "await")[["outcome", "value"]].to_numpy().tolist() == causes


def test_what_such_a_dose_is_held_by_is_written_down() -> None:
    """Half a million cells are not dense on day 2, a Wednesday."""
    tables = run(ON_RELEASE, lots=[evolve(LOT, cells=5e5, dose_on=day(2))])
    (late,) = done(tables, "await").itertuples()
    assert late.outcome == "growth"
    assert late.value == int(tables.doses["given_day"].iloc[0]) - 2 > 0


def test_such_a_dose_is_held_by_the_lot_that_was_lost() -> None:
    """Another one is collected, and the dose is given when it is released."""
    lost: Changes = {"site.facility.gmp.breakdown": None}
    dead = evolve(LOT, cells=0.0)
    (late,) = done(run(ON_RELEASE, lost, lots=[dead]), "await").itertuples()
    assert late.outcome == "lost: growth failure"
