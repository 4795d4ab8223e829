"""Overload: recognised, with the resource that has too much to do; a comfortable unit is left in peace."""

from __future__ import annotations

import pytest

from mfg import simulate
from mfg.errors import Refused
from mfg.plan.compile import plan_of
from mfg.reader.library import builtin
from mfg.results.stability import Overload
from mfg.simulation.replicate import replicate
from tests.small_unit import ONE_DOSE, Changes, scenario

MONTHS: Changes = {
    **ONE_DOSE,
    "horizon": "18 week",
    "warm_up": "6 week",
    "site.facility.gmp.incubator": "4000 flask",
}
TOO_MUCH: dict[str, Changes] = {
    "qc.benches": {"site.laboratory.qc.benches": 1, "site.test.VEGF.hands": "7 hour"},
}


def overloads(every: str, changes: Changes) -> list[Overload]:
    """What four months of one patient in so much time overloads."""
    return simulate(
        scenario(MONTHS, changes, {"arrivals.every": every, "arrivals.patients": None}), replications=1
    ).unstable


@pytest.mark.parametrize(("resource", "changes"), TOO_MUCH.items(), ids=TOO_MUCH)
def test_the_overloaded_resource_is_named(resource: str, changes: Changes) -> None:
    """Two patients a day are too many for one of it; the same unit keeps up with one in a fortnight."""
    named = overloads("12 hour", changes)
    assert named[0].resource == resource
    assert named[0].reason
    assert overloads("14 day", changes) == []


@pytest.mark.parametrize("name", builtin("scenario"))
def test_a_built_in_unit_keeps_up_as_it_is_shipped(name: str) -> None:
    """Nowhere does a line grow."""
    assert simulate(name, replications=4).unstable == []


def test_the_benches_of_the_marketed_product_are_as_good_as_many() -> None:
    """Forty in their place bring no more than three doses in a hundred to the day first booked for them."""
    found = [
        simulate("lenzumestrocel-korea", settings=more, replications=3)
        .by_replication["on_time_as_first_booked"]
        .mean()
        for more in ({}, {"benches": "40"})
    ]
    assert abs(found[1] - found[0]) < 0.03


@pytest.mark.parametrize(
    ("lacking", "first"),
    [
        ({"suites": 1}, "gmp.crews"),
        ({"operators": 2}, "gmp.crews"),
        ({"incubator": "69 flask"}, "gmp.incubator"),
    ],
    ids=["suites", "operators", "incubator"],
)
def test_who_waits_for_an_appointment_waits_for_what_is_short(lacking: dict[str, object], first: str) -> None:
    """The line is in the books, and no resource is overloaded: what refused the days says what is lacking."""
    short = {f"site.facility.gmp.{name}": many for name, many in lacking.items()}
    found = simulate(
        scenario(MONTHS, short, {"arrivals.every": "12 hour", "arrivals.patients": None}), replications=1
    )
    assert [one.resource for one in found.unstable] == [""]
    assert found.waits.first == first


def test_who_finds_no_appointment_is_a_sign() -> None:
    """Work that is booked ahead waits nowhere: with one bed most patients are turned away; which resource is the busiest says nothing, and none is named."""
    (named,) = overloads("12 hour", {"site.clinic.hospital.beds": 1, "warm_up": "14 week"})
    assert not named.resource
    assert "find no appointment" in named.reason


def test_a_unit_that_never_catches_up_is_refused() -> None:
    """Work still waits three years after the last arrival: there is nothing to report but whose."""
    hopeless = {"site.laboratory.qc.benches": 1, "site.test.VEGF.hands": "11 hour"}
    plan = plan_of(scenario(MONTHS, hopeless, {"arrivals.every": "6 hour", "arrivals.patients": None}))
    with pytest.raises(Refused, match=r"'qc.benches' cannot keep up"):
        replicate(plan, 0)


def test_a_comfortable_unit_is_not_overloaded() -> None:
    """One patient in four days leaves three of four suites free."""
    assert overloads("4 day", {}) == []


def test_a_distance_between_subjects_is_no_overload() -> None:
    """Who comes later waits longer because the protocol says so, however little is to be done."""
    cohort = {"protocol.arm": [{"name": "msc", "doses": ["dose 1"], "size": 40}]}
    stagger = {"protocol.allocation": {"how": "in order", "stagger": {"subjects": "9 day"}}}
    assert overloads("6 day", cohort | stagger) == []
