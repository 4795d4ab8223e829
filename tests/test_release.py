"""Release in stages: what waits for which result, and what a sample can show."""

from __future__ import annotations

from typing import Any

import pytest

from mfg.calendar import DAY
from tests.small_unit import BANK, ONE_DOSE, Changes, done, people, run

GROWTH: Changes = {
    "site.test.sterility": {"hands": "60 minute", "turnaround": "7 day", "reads": "contamination"}
}
FINAL: Changes = {
    "site.test.sterility, final product": {
        "hands": "60 minute",
        "turnaround": "14 day",
        "positive": "3 day",
        "reads": "contamination",
    }
}
IN_THE_WASH: Changes = {"site.work.formulate.contaminates": "100 %"}


def only(name: str, sample: dict[str, str], holds: str, limit: Any = "no growth") -> Changes:
    """A protocol with one test and no other."""
    release = {"test": name, "limit": limit, "sample": sample, "holds": holds}
    return {**ONE_DOSE, "protocol.release": [release]}


@pytest.mark.parametrize("at", ["collect", "isolate", "expand", "last passage"])
def test_a_lot_is_not_formulated_before_the_results_that_hold_it_up(at: str) -> None:
    """A turnaround longer than the culture puts the dose off until the result is in, and no longer than it must."""
    slow = {**only("sterility", {"at": at}, "formulation"), "site.test.sterility.turnaround": "40 day"}
    tables = run(slow)
    (result,) = tables.tests.itertuples()
    (dose,) = tables.doses.itertuples()
    assert result.result_day - result.sampled_day >= 40
    assert dose.put_off > 0
    assert dose.suspended_day > result.result_day
    assert dose.given_day - result.result_day < 7


def test_a_product_is_not_given_before_the_results_that_hold_it_up() -> None:
    """The appointment is booked for when they are in: an hour on the bench and two until the result."""
    tables = run(
        only("count and viability", {"at": "formulate"}, "administration", {"least": "80 %"}),
        {"site.test.count and viability": {"hands": "1 hour", "turnaround": "2 hour"}},
    )
    (dose,) = tables.doses.itertuples()
    assert dose.age_hour == pytest.approx(3)
    assert dose.given_day >= tables.tests["result_day"].max()


def test_what_holds_nothing_is_known_after_the_dose() -> None:
    """The dose is given on its day, two weeks before the result."""
    tables = run(only("sterility, final product", {"at": "formulate"}, "nothing"))
    (dose,) = tables.doses.itertuples()
    assert (dose.put_off, dose.given) == (0, True)
    assert tables.tests["result_day"].max() - dose.given_day > 13


def test_a_positive_is_known_earlier() -> None:
    """Contamination is read when it shows, a negative result after the whole turnaround."""
    positive = {"site.test.sterility.positive": "2 day", "policy.recollect": 0}
    for contaminated, days, outcome in (("100 %", 2, "contamination"), ("0 %", 7, "passed")):
        tables = run(
            only("sterility", {"at": "isolate"}, "formulation"),
            GROWTH,
            positive,
            {"population.marrow.contaminated": contaminated},
        )
        (result,) = tables.tests.itertuples()
        (bench,) = done(tables, "test sterility").itertuples()
        assert result.outcome == outcome
        assert result.result_day * DAY == pytest.approx(bench.finished_min + days * DAY)


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        ("population.marrow.contaminated", True),
        ("site.work.isolate.contaminates", True),
        ("site.work.passage.contaminates", False),
        ("site.work.harvest.contaminates", False),
    ],
)
def test_a_sample_shows_what_came_before_it(where: str, seen: bool) -> None:
    """Contamination after the isolation is not in a sample that was taken there."""
    tables = run(
        only("sterility", {"at": "isolate"}, "formulation"), GROWTH, {where: "100 %", "policy.recollect": 0}
    )
    assert list(tables.tests["outcome"]) == ["contamination" if seen else "passed"]
    assert bool(tables.doses["given"].any()) is not seen


def test_dosed_and_positive_later_loses_no_lot() -> None:
    """It is written down on the dose, which stays given; the lot stays released, and nothing begins again."""
    tables = run(ONE_DOSE, FINAL, IN_THE_WASH)
    (dose,) = tables.doses.itertuples()
    assert (dose.outcome, dose.later_positive) == ("given", True)
    assert list(tables.lots["outcome"]) == ["released"]
    assert list(tables.patients["ending"]) == ["completed"]
    (late,) = done(tables, "fail").itertuples()
    assert late.outcome == "dosed, later positive"
    assert late.started_min > dose.given_day * DAY


def test_a_positive_before_the_dose_keeps_the_product_back() -> None:
    """Even where the result holds nothing up: who knows it does not give the product."""
    quick = {
        "site.test.sterility, final product.positive": "30 minute",
        "site.leg.facility to clinic.lasts": "3 hour",
    }
    tables = run(ONE_DOSE, FINAL, IN_THE_WASH, quick, {"policy.recollect": 0})
    assert not tables.doses["given"].any()
    assert list(tables.patients["ending"]) == ["contamination"]


@pytest.mark.parametrize("retests", [0, 2])
def test_a_result_out_of_specification_is_repeated(retests: int) -> None:
    """As often as the laboratory does it; only then the lot is lost."""
    tables = run(
        ONE_DOSE,
        {"site.test.identity.fails": "100 %", "site.test.identity.retests": retests, "policy.recollect": 0},
    )
    results = tables.tests[tables.tests["test"] == "identity"]
    assert list(results["outcome"]) == ["out of specification"] * (1 + retests)
    assert results["sampled_day"].iloc[1:].tolist() == results["result_day"].iloc[:-1].tolist()
    (lost,) = done(tables, "fail").itertuples()
    assert lost.started_min == pytest.approx(results["result_day"].max() * DAY)


def test_a_repeated_result_can_meet_the_specification() -> None:
    """Each time has luck of its own: with one failure in two, a lot that fails once may pass, and is released."""
    half = {"site.test.identity.fails": "50 %", "site.test.identity.retests": 9, "chance": True}
    tables = run(ONE_DOSE, half, patients=people(8))
    results = tables.tests[tables.tests["test"] == "identity"].groupby("patient")["outcome"].apply(list)
    assert all(outcomes[-1] == "passed" for outcomes in results)
    assert max(len(outcomes) for outcomes in results) > 1
    assert set(tables.lots["outcome"]) == {"released"}


def test_contamination_is_not_repeated() -> None:
    """Sterility is not tested until it passes."""
    tables = run(
        ONE_DOSE,
        GROWTH,
        {"population.marrow.contaminated": "100 %", "site.test.sterility.retests": 3, "policy.recollect": 0},
    )
    assert list(tables.tests[tables.tests["test"] == "sterility"]["outcome"]) == ["contamination"]


@pytest.mark.parametrize(
    ("limit", "measured", "passes"),
    [
        ({"above": "170 pg / 1e4 cell"}, "170 pg / 1e4 cell", False),
        ({"above": "170 pg / 1e4 cell"}, "171 pg / 1e4 cell", True),
        ({"least": "170 pg / 1e4 cell"}, "170 pg / 1e4 cell", True),
        ({"least": "170 pg / 1e4 cell"}, "169 pg / 1e4 cell", False),
        ({"most": "170 pg / 1e4 cell"}, "170 pg / 1e4 cell", True),
        ({"below": "170 pg / 1e4 cell"}, "170 pg / 1e4 cell", False),
        ({"least": "100 pg / 1e4 cell", "below": "170 pg / 1e4 cell"}, "169 pg / 1e4 cell", True),
    ],
)
def test_a_measured_value_is_held_against_its_limit(
    limit: dict[str, str], measured: str, passes: bool
) -> None:
    """`least` and `most` belong to the specification, `above` and `below` do not; the value is in the table."""
    tables = run(
        only("VEGF", {"before": "formulate"}, "formulation", limit),
        {"population.measures.VEGF": measured, "policy.recollect": 0},
    )
    (result,) = tables.tests.itertuples()
    assert result.outcome == ("passed" if passes else "out of specification")
    assert result.value == pytest.approx(float(measured.split(maxsplit=1)[0]))
    assert result.unit == "pg/1e4 cell"
    assert bool(tables.doses["given"].any()) is passes


@pytest.mark.parametrize(("fresh", "passes"), [("80 %", True), ("79 %", False)])
def test_viability_is_that_of_the_product_when_it_is_sampled(fresh: str, passes: bool) -> None:
    """At the end of suspension; below the limit the product is not given."""
    tables = run(
        ONE_DOSE,
        {
            "population.product.viability": fresh,
            "site.test.count and viability.reads": "viability",
            "policy.recollect": 0,
        },
    )
    value = tables.tests.set_index("test")["value"]["count and viability"]
    assert value == pytest.approx(float(fresh.split(maxsplit=1)[0]))
    assert bool(tables.doses["given"].any()) is passes


def test_a_test_belongs_to_its_supply() -> None:
    """`when` names the supply: it is not done for another one."""
    release = [
        {
            "test": "sterility",
            "limit": "no growth",
            "sample": {"before": "formulate"},
            "holds": "formulation",
        },
        {
            "test": "mycoplasma",
            "limit": "not detected",
            "sample": {"at": "cryopreserve"},
            "holds": "formulation",
            "when": {"supply": "bank"},
        },
    ]
    for supply, tests in (("bank", {"sterility", "mycoplasma"}), ("fresh", {"sterility"})):
        tables = run(
            BANK, {"protocol.release": release, "supply": supply}, patients=people(1, arm="five-dose")
        )
        assert set(tables.tests["test"]) == tests
        assert int(tables.doses["given"].sum()) == 5


def test_a_sample_at_the_last_passage_is_taken_of_a_culture_without_passages() -> None:
    """A dose so small that the primary culture holds it is released all the same."""
    tables = run(
        only("sterility", {"at": "last passage"}, "formulation"),
        {"protocol.route.intrathecal.cells": "1e6 cell"},
    )
    assert list(tables.lots["passages"]) == [0]
    assert list(tables.doses["outcome"]) == ["given"]


def test_hands_of_the_laboratory_keep_its_hours() -> None:
    """What is sampled while it is closed waits for the bench until it opens; the turnaround runs through nights."""
    tables = run(ONE_DOSE, {"site.laboratory.qc.hours": "Mon-Fri 13:00-15:00"})
    bench = done(tables, *(f"test {name}" for name in ("sterility", "mycoplasma", "count and viability")))
    assert (bench["started_min"] % DAY // 60).between(13, 14).all()
    assert (bench["started_min"] > bench["queued_min"]).any()


@pytest.mark.parametrize("slot", ["30 minute", None])
def test_a_result_that_comes_while_the_dose_is_given_is_later_positive(slot: str | None) -> None:
    """A dose counts as given from the moment at which it begins, booked ahead or walked into."""
    tables = run(
        only("sterility, final product", {"at": "formulate"}, "nothing"),
        {
            "site.clinic.hospital.slot": slot,
            "site.work.administer.lasts": "2 hour",
            "site.work.administer.booked": "2 hour",
            "site.test.sterility, final product": {
                "hands": "60 minute",
                "turnaround": "60 minute",
                "fails": "100 %",
            },
        },
    )
    (dose,) = tables.doses.itertuples()
    (result,) = tables.tests["result_day"]
    assert dose.given_day < result < dose.given_day + 2 / 24
    assert (dose.outcome, dose.later_positive) == ("given", True)
