"""What a unit can know beforehand it acts on: the laboratory's turn, late results, banks that hold too little."""

from __future__ import annotations

import pytest
from attrs import evolve

from mfg.calendar import DAY
from mfg.plan.compile import plan_of
from mfg.reader.scenarios import load_scenario
from mfg.results.tables import Tables, tables_of
from mfg.simulation.replicate import replicate
from tests.small_unit import BANK, ONE_DOSE, Changes, done, people, run, scenario


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


AS_THAWED: Changes = {"protocol.step.thaw.recovers": None, "policy.recollect": 9}
TWO_DOSES: Changes = AS_THAWED  # of 60e6 cells in 19 containers of 5e6; a bank holds 40
ONE_EACH: Changes = {**AS_THAWED, "protocol.route.intrathecal.cells": "100e6 cell"}
THREE_DOSES: Changes = {
    "site.facility.gmp.storage": 18
}  # containers, of which a dose that grows again takes six
FIVE = people(1, arm="five-dose")


def frozen(tables: Tables) -> list[int]:
    """The minute at which each bank was frozen."""
    return list(done(tables, "cryopreserve")["finished_min"])


def test_what_a_bank_is_short_of_is_collected_for_when_it_is_frozen() -> None:
    """A bank for two doses of five, and another: the next collection is that same week, and all are given as first booked."""
    tables = run(BANK, TWO_DOSES, patients=FIVE)
    assert list(tables.doses["lot"]) == [1, 1, 2, 2, 3]
    assert tables.doses["on_first_day"].all()
    _, *again = done(tables, "collect")["started_min"]
    known = frozen(tables)[:2]
    assert all(0 < then - since < 7 * DAY for since, then in zip(known, again, strict=True))
    assert set(tables.lots["outcome"]) == {"released"}
    assert not len(done(tables, "await"))


def test_the_old_way_finds_the_bank_spent_on_the_morning_of_the_thaw() -> None:
    """With the other word of the policy nobody counts before, and what a bank does not hold is weeks late."""
    tables = run(BANK, TWO_DOSES, {"policy.short_bank": "when spent"}, patients=FIVE)
    assert list(tables.doses["lot"]) == [1, 1, 2, 2, 3]
    assert list(tables.doses["on_first_day"]) == [True, True, False, False, False]
    assert list(tables.lots["outcome"]) == ["spent", "spent", "released"]
    second = done(tables, "collect")["started_min"].iloc[1]
    assert second > tables.doses["booked_day"].iloc[2] * DAY


def test_a_dose_that_the_next_bank_cannot_serve_in_time_is_put_off_with_all_later_ones() -> None:
    """A bank for one dose: the second is due before another is made. It waits for that, and every later one keeps its distance."""
    tables = run(BANK, ONE_EACH, patients=FIVE)
    late = tables.doses["given_day"] // 1 - tables.doses["booked_day"] // 1
    assert late.iloc[0] == 0 < late.iloc[1]
    assert (late.iloc[1:] == late.iloc[1]).all()
    (short,) = done(tables, "await").itertuples()
    assert (short.outcome, short.dose, short.started_min) == ("short bank", 2, frozen(tables)[0])
    assert short.value == late.iloc[1]


def test_nothing_is_collected_for_a_freezer_that_is_full() -> None:
    """Three doses fill it: the next bank is collected as long before the fourth dose as the first was before the first."""
    tables = run(BANK, THREE_DOSES, patients=FIVE)
    assert list(tables.doses["lot"]) == [1, 1, 1, 2, 2]
    assert tables.doses["on_first_day"].all()
    first, second = done(tables, "collect")["started_min"] // DAY
    given = list(tables.doses["given_day"].astype(int))
    assert abs((given[3] - second) - (given[0] - first)) <= 4
    assert len(done(tables, "store")["started_min"]) > 0
    assert (done(tables, "store")["started_min"] - done(tables, "store")["queued_min"] < DAY).all()


def test_a_bank_that_serves_nothing_is_lost_when_it_is_frozen() -> None:
    """Five containers where the first dose takes six: it is known then, not on the morning of the thaw."""
    plan = plan_of(scenario(BANK, {"policy.recollect": 0}, patients=FIVE))
    few = tuple(evolve(facility, storage=5) for facility in plan.facilities)  # a site with so few is refused
    plan = evolve(plan, facilities=few)
    tables = tables_of(plan, *replicate(plan, 0))
    (lost,) = done(tables, "fail").itertuples()
    assert (lost.outcome, lost.started_min) == ("bank spent", frozen(tables)[0])
    assert list(tables.patients["ending"]) == ["bank spent"]
    assert not tables.doses["given"].any()


def test_no_other_collection_is_begun_for_a_short_bank_beyond_what_the_policy_allows() -> None:
    """With none allowed the doses that the bank holds are given, and then it is spent."""
    tables = run(BANK, THREE_DOSES, {"policy.recollect": 0}, patients=FIVE)
    assert list(tables.doses["given"]) == [True, True, True, False, False]
    assert list(tables.patients["ending"]) == ["bank spent"]
    assert len(done(tables, "collect")) == 1


def test_containers_that_a_lost_product_has_used_up_are_counted_too() -> None:
    """Thawed once more for a dose whose cells were lost: what is short for the later ones then is collected for then."""
    lost: Changes = {"site.work.formulate.fails": "20 %", "chance": True, "policy.recollect": 5}
    tables = run(BANK, lost, {"protocol.supply.bank.spare": 0}, patients=people(4, arm="five-dose"))
    thawed, spoiled = done(tables, "thaw"), done(tables, "fail")
    again = spoiled[(spoiled["outcome"] == "formulate failed") & (spoiled["lot"] > 0)]
    assert len(again)
    assert "bank spent" not in set(spoiled["outcome"])
    assert len(thawed) > int(tables.doses["given"].sum())
    assert (tables.patients["ending"] == "completed").any()


def of_korea(replication: int) -> Tables:
    """One replication of the scenario as it is."""
    plan = plan_of(load_scenario("lenzumestrocel-korea", {"horizon": "52 week"}))
    return tables_of(plan, *replicate(plan, replication))


def test_few_punctures_are_in_vain() -> None:
    """At most one in eight on a site whose benches are busy; looking at the culture alone it was more than one in five."""
    runs = [of_korea(replication) for replication in range(2)]
    punctures = sum(len(done(tables, "draw")) for tables in runs)
    assert punctures <= 8 / 7 * sum(int(tables.doses["given"].sum()) for tables in runs)
