"""What is bound to a dose goes with it when it moves, and what waits for a product waits."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from mfg.errors import Refused
from mfg.results.tables import Tables
from tests.small_unit import ONE_DOSE, Changes, done, people, run

SCREENING = {"name": "V1", "kind": "screening", "day": "-56 day", "window": "28 day"}
LATE: Changes = {"site.test.sterility.turnaround": "40 day"}  # known 12 days after the dose was to be given
SLOW: Changes = {
    "population.growth.doubling": "44 hour",
    "protocol.release": [],
}  # seen when the dose is near


def visits(tables: Tables) -> pd.Series:
    """The day of each visit, by its name; of a repeated one the last."""
    rows = done(tables, "visit")
    return pd.Series(rows["started_min"].to_numpy() // 1440, index=rows["outcome"].astype(str))


def dosed(tables: Tables) -> int:
    """The day of the first dose."""
    return int(tables.doses["given_day"].iloc[0])


def with_visits(*listed: dict[str, Any]) -> Changes:
    """The protocol of one dose with these visits after its screening."""
    return {**ONE_DOSE, "protocol.visit": [SCREENING, *listed]}


def test_visits_move_with_the_dose_that_they_count_from() -> None:
    """A dose that is put off takes its visits along: each lies as far from it as the protocol says."""
    after = [{"name": f"week {n}", "day": f"{n} week", "window": "3 day"} for n in (2, 8)]
    on_time, late = (run(with_visits(*after), more, patients=people(1)) for more in ({}, LATE))
    assert dosed(late) > dosed(on_time) + 7
    for tables in (on_time, late):
        assert abs(visits(tables)["week 2"] - dosed(tables) - 14) <= 3
        assert abs(visits(tables)["week 8"] - dosed(tables) - 56) <= 3


def test_a_visit_bound_to_a_later_dose_moves_with_that_one_alone() -> None:
    """What counts from the second dose stays where it is while only the first is concerned, and the reverse."""
    doses: Changes = {
        "protocol.arm": [{"name": "msc", "doses": ["dose 1", "dose 2"]}],
        "protocol.dose": [{"name": "dose 1", "day": "0 day"}, {"name": "dose 2", "day": "26 day"}],
    }
    after = {"name": "check", "after": {"of": "dose 2", "is": "7 day"}, "window": "3 day"}
    tables = run(with_visits(after), doses, LATE, patients=people(1))
    second = int(tables.doses["given_day"].iloc[1])
    assert abs(visits(tables)["check"] - second - 7) <= 3


def test_what_took_place_stays_or_is_repeated_as_the_file_says() -> None:
    """Conditioning five days before a dose that moves is repeated before it; without the word it stays."""
    given = {"name": "conditioning", "day": "-5 day"}
    once = run(with_visits(given), SLOW, patients=people(1))
    bound = {"protocol.dose.dose 1.after": {"of": "conditioning", "is": "5 day"}}
    again = run(with_visits({**given, "repeats": True}), bound, SLOW, patients=people(1))
    assert len(done(once, "visit").query("outcome == 'conditioning'")) == 1
    assert dosed(once) - visits(once)["conditioning"] > 5
    assert len(done(again, "visit").query("outcome == 'conditioning'")) > 1
    assert (
        dosed(again) - done(again, "visit").query("outcome == 'conditioning'")["started_min"].iloc[-1] // 1440
        == 5
    )


def test_conditioning_waits_for_the_product() -> None:
    """A result that holds a visit: the visit takes place once, after it is in, and the dose keeps its distance."""
    visit = {"name": "conditioning", "day": "-5 day"}
    release = [
        {
            "test": "sterility",
            "limit": "no growth",
            "sample": {"before": "formulate"},
            "holds": "conditioning",
        }
    ]
    tables = run(with_visits(visit), LATE, {"protocol.release": release}, patients=people(1))
    (begun,) = done(tables, "visit").query("outcome == 'conditioning'")["started_min"]
    (known,) = done(tables, "result sterility")["finished_min"]
    assert begun >= known
    assert dosed(tables) - begun // 1440 == 5


def test_what_holds_a_repeated_visit_holds_its_first() -> None:
    """Three days of conditioning, named as one: none of them begins before the result, and they stay together."""
    visit = {
        "name": "conditioning",
        "day": "-5 day",
        "repeat": {"every": "1 day", "times": 3},
        "inpatient": True,
    }
    release = {
        "test": "sterility",
        "limit": "no growth",
        "sample": {"before": "formulate"},
        "holds": "conditioning",
    }
    tables = run(with_visits(visit), LATE, {"protocol.release": [release]}, patients=people(1))
    (known,) = done(tables, "result sterility")["finished_min"]
    days = [visits(tables)[f"conditioning {n}"] for n in (1, 2, 3)]
    assert days[0] * 1440 + 1440 > known
    assert [dosed(tables) - day for day in days] == [5, 4, 3]


def test_a_visit_that_is_due_after_the_calendar_is_refused() -> None:
    """It follows the dose by a year, or by eight, which is years after the horizon: there is no such day."""
    floating: Changes = {
        "protocol.allocation": None,
        "protocol.dose": [{"name": "dose 1", "after": {"of": "release", "is": "0 day"}}],
    }
    for weeks in (52, 400):
        check = {"name": "check", "after": {"of": "dose 1", "is": f"{weeks} week"}, "window": "3 day"}
        changes: Changes = {**ONE_DOSE, **floating, "protocol.visit": [check]}
        if weeks == 52:
            found = run(changes, patients=people(1))
            assert visits(found)["check"] - dosed(found) >= 7 * weeks
        else:
            with pytest.raises(Refused, match="calendar: has no day left for 'check'"):
                run(changes, patients=people(1))
