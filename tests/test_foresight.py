"""What a unit can know beforehand it acts on: the laboratory's turn, late results, banks that hold too little."""

from __future__ import annotations

import pytest

from mfg.calendar import DAY
from mfg.reader.scenarios import load_scenario
from mfg.simulation.compile import plan_of
from mfg.simulation.replicate import replicate
from mfg.tables import Tables, tables_of
from tests.small_unit import BANK, ONE_DOSE, Changes, done, people, run


def sampled(step: str, *tests: str, holds: str = "formulation") -> Changes:
    """One dose, with these tests of a sample that is taken at the end of *step*, and a bench for one at a time."""
    release = [{"test": t, "limit": "no growth", "sample": {"at": step}, "holds": holds} for t in tests]
    return {**ONE_DOSE, "protocol.release": release, "site.laboratory.qc.benches": 1}


def test_a_short_test_does_not_wait_for_a_long_one_that_cannot_begin_before_tomorrow() -> None:
    """What fits into the rest of the day is done in it, though another sample has its turn first."""
    tests = sampled("isolate", "identity", "sterility")
    hours = {
        "site.laboratory.qc.hours": "Mon-Fri 08:00-16:00",
        "site.test.identity": {"hands": "8 hour", "turnaround": "20 day"},
        "site.test.sterility": {"hands": "1 hour", "turnaround": "7 day"},
    }
    tables = run(tests, hours)
    (short,), (long,) = (
        done(tables, "test sterility").itertuples(),
        done(tables, "test identity").itertuples(),
    )
    assert short.started_min == short.queued_min == long.queued_min
    assert long.started_min // DAY > short.started_min // DAY
    assert long.started_min % DAY == 8 * 60


@pytest.mark.parametrize(("slow", "first"), [("9 day", "mycoplasma"), ("3 day", "sterility")])
def test_the_bench_begins_with_what_must_begin_first(slow: str, first: str) -> None:
    """Of two samples for one dose that with the longer way to its result, whichever the protocol lists first."""
    turnarounds: Changes = {
        "site.test.sterility.turnaround": "7 day",
        "site.test.mycoplasma.turnaround": slow,
    }
    for listed in (("sterility", "mycoplasma"), ("mycoplasma", "sterility")):
        tables = run(sampled("isolate", *listed), turnarounds)
        begun = done(tables, "test sterility", "test mycoplasma")
        assert begun["activity"].iloc[0] == f"test {first}"
        assert begun["queued_min"].nunique() == 1


def test_what_nothing_waits_for_comes_last() -> None:
    """A sample whose result holds up nothing is done after one for which the dose waits, though it was listed first."""
    both = sampled("isolate", "mycoplasma", "sterility")
    both["protocol.release"][0]["holds"] = "nothing"
    begun = done(run(both), "test sterility", "test mycoplasma")
    assert list(begun["activity"]) == ["test sterility", "test mycoplasma"]


def test_a_result_that_will_be_late_puts_the_dose_off_when_its_sample_is_taken() -> None:
    """Forty days of turnaround, known at the isolation: the dose is booked anew then, and fluid is drawn once."""
    tables = run(sampled("isolate", "sterility"), {"site.test.sterility.turnaround": "40 day"})
    (put_off,) = done(tables, "await").itertuples()
    (bench,) = done(tables, "test sterility").itertuples()
    assert put_off.outcome == "result of sterility"
    assert put_off.started_min == bench.queued_min
    assert len(done(tables, "draw")) == 1
    (dose,) = tables.doses.itertuples()
    assert 0 < dose.given_day - bench.finished_min / DAY - 40 < 7


def test_no_fluid_is_drawn_for_a_result_that_a_repeated_test_makes_late() -> None:
    """A test of twenty days that is out of specification is begun anew, and the dose is put off at that moment."""
    again: Changes = {
        "site.test.identity": {"hands": "1 hour", "turnaround": "20 day", "fails": "50 %", "retests": 9},
        "chance": True,
    }
    tables = run(sampled("isolate", "identity"), again, patients=people(8))
    put_off = done(tables, "await")
    late = put_off[put_off["outcome"] == "result of identity"]
    results = done(tables, "result identity")
    assert len(late)
    for row in late.itertuples():
        mine = results[results["patient"] == row.patient]
        assert row.started_min in set(mine["finished_min"])  # of the sample before: that is when it is known


def test_a_bank_whose_result_will_be_late_puts_its_first_dose_off_at_once() -> None:
    """Its cells are to be thawed, and recover, before they are formulated: what it waits for is needed so much earlier."""
    release = {"test": "sterility", "limit": "no growth", "sample": {"at": "cryopreserve"}}
    release |= {"holds": "formulation", "when": {"supply": "bank"}}
    slow: Changes = {"protocol.release": [release], "site.test.sterility.turnaround": "40 day"}
    tables = run(BANK, slow, patients=people(1, arm="two-dose"))
    put_off = done(tables, "await").iloc[0]
    assert (put_off.outcome, put_off.dose) == ("result of sterility", 1)
    assert put_off.started_min == done(tables, "test sterility")["queued_min"].iloc[0]
    assert done(tables, "draw")["dose"].is_unique
    result = tables.tests["result_day"].iloc[0]
    assert result + 7 < tables.doses["given_day"].iloc[0] < result + 7 + 1 + 7


def of_korea(replication: int) -> Tables:
    """One replication of the scenario as it is."""
    plan = plan_of(load_scenario("lenzumestrocel-korea", {"horizon": "52 week"}))
    return tables_of(plan, *replicate(plan, replication))


def test_few_punctures_are_in_vain() -> None:
    """At most one in eight on a site whose benches are busy; looking at the culture alone it was two in seven."""
    runs = [of_korea(replication) for replication in range(2)]
    punctures = sum(len(done(tables, "draw")) for tables in runs)
    assert punctures <= 8 / 7 * sum(int(tables.doses["given"].sum()) for tables in runs)
